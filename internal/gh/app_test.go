package gh

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/testgithub"
)

var appKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// installed is an App on two accounts, of which acme has so many repositories.
func installed(t *testing.T, repos int) (w *world, app *App, acme, other int64) {
	t.Helper()
	w = newWorld(t, func(*Options) {})
	for i := range repos {
		w.Repo(fmt.Sprintf("acme/r%03d", i))
	}
	w.Repo("octo-org/hello")
	der, err := x509.MarshalPKIXPublicKey(&appKey().PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	of := testgithub.App{ID: 9, Slug: "backout", PublicKey: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))}
	acme, other = w.Install(of, "acme"), w.Install(of, "octo-org")
	hosts, err := ParseHosts("", w.URL(), w.GraphQL())
	if err != nil {
		t.Fatal(err)
	}
	app, err = NewApp(9, appKey(), Options{Hosts: hosts, UserAgent: "backout-test", MaxWait: time.Minute, Now: w.now, Sleep: w.sleep})
	if err != nil {
		t.Fatal(err)
	}
	return w, app, acme, other
}

func TestAnInstallationReadsAndWritesAsTheApp(t *testing.T) {
	w, app, acme, _ := installed(t, 0)
	pull := w.shop.AddPull(testgithub.NewPull{Body: "Hello", Files: files(1, "a%d.go")})
	c, err := app.Client(acme)
	if err != nil {
		t.Fatal(err)
	}
	repo := gate.Repo{Owner: "acme", Name: "shop"}
	p, err := c.Pull(t.Context(), gate.Ref{Repo: repo, Number: pull.Number()}, gate.Ask{Policy: ".github/backout.yml", CheckName: "backout"})
	if err != nil || p.Change.Body != "Hello" {
		t.Fatalf("%q, %v", p.Change.Body, err)
	}
	if _, err := c.CreateRun(t.Context(), repo, gate.Run{Name: "backout", SHA: pull.HeadSHA(), Status: "completed", Conclusion: "success", Title: "Passes", Summary: "Passes"}); err != nil {
		t.Fatal(err)
	}
	runs, err := c.Runs(t.Context(), repo, pull.HeadSHA(), "backout")
	if err != nil || len(runs) != 1 {
		t.Fatalf("%+v, %v", runs, err)
	}
	if again, _ := app.Client(acme); again != c {
		t.Error("another client for the same installation")
	}
	if n := len(w.Calls("POST access_tokens")); n != 1 {
		t.Errorf("%d tokens were made", n)
	}
}

func TestRepositoriesOfAnInstallation(t *testing.T) {
	_, app, acme, other := installed(t, 120)
	for id, want := range map[int64]int{acme: 121, other: 1} {
		c, err := app.Client(id)
		if err != nil {
			t.Fatal(err)
		}
		all, err := c.Repositories(t.Context())
		if err != nil || len(all) != want {
			t.Errorf("%d repositories, want %d; %v", len(all), want, err)
		}
		for _, r := range all {
			if r.ID == 0 || r.Owner == "" || r.Name == "" {
				t.Errorf("repository %+v", r)
			}
		}
	}
}

func TestATokenThatGitHubDoesNotKnowIsReplaced(t *testing.T) {
	w, app, acme, _ := installed(t, 0)
	c, _ := app.Client(acme)
	if _, err := c.Repositories(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Fail(testgithub.Fault{Route: "GET installation-repositories", Kind: testgithub.Status401})
	if _, err := c.Repositories(t.Context()); err != nil {
		t.Error(err)
	}
	if n := len(w.Calls("POST access_tokens")); n != 2 {
		t.Errorf("%d tokens were made", n)
	}
}

// answering is a transport that answers calls but those for tokens by itself.
type answering struct {
	http.RoundTripper
	status int
	body   string
}

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/access_tokens") {
		return a.RoundTripper.RoundTrip(r)
	}
	return &http.Response{StatusCode: a.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(a.body)), Request: r}, nil
}

// TestATokenThatLacksAPermissionIsReplaced is about a permission that somebody
// granted after the token was made.
func TestATokenThatLacksAPermissionIsReplaced(t *testing.T) {
	const says = `"message":"Resource not accessible by integration"`
	beside := func(path string) string {
		return `{"data":` + answerJSON(pullJSON(nil), "", noOrg) + `,"errors":[{"type":"FORBIDDEN",` + says + `,"path":` + path + `}]}`
	}
	for _, tt := range []struct {
		name   string
		status int
		body   string
		age    time.Duration
		tokens int
	}{
		{"a refusal", http.StatusForbidden, "{" + says + "}", renewAfter, 2},
		{"a refusal of a new token", http.StatusForbidden, "{" + says + "}", renewAfter - time.Minute, 1},
		{"a refusal for another reason", http.StatusForbidden, `{"message":"Repository was archived so is read-only."}`, renewAfter, 1},
		{"a refusal by GraphQL", http.StatusOK, beside(`["repository","pullRequest","labels"]`), renewAfter, 2},
		{"a fork that may not be seen", http.StatusOK, beside(`["repository","pullRequest","headRepository"]`), renewAfter, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, app, acme, _ := installed(t, 0)
			app.options.Transport = answering{http.DefaultTransport, tt.status, tt.body}
			c, err := app.Client(acme)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.me(t.Context()); err == nil && tt.status != http.StatusOK {
				t.Error("nothing was refused")
			}
			w.clock.slept += tt.age
			for range 2 {
				_, _ = c.Pull(t.Context(), ref1, ask)
			}
			if n := len(w.Calls("POST access_tokens")); n != tt.tokens {
				t.Errorf("%d tokens were made, want %d", n, tt.tokens)
			}
		})
	}
}

func TestNoTokenForAnInstallation(t *testing.T) {
	tests := map[string]struct {
		fault   testgithub.Fault
		calls   int // a creation is repeated, since it was not sent
		creates bool
	}{
		"a failure that passes": {testgithub.Fault{Kind: testgithub.Status502}, 2, true},
		"a limit":               {testgithub.Fault{Kind: testgithub.Secondary}, 2, true},
		"a broken connection":   {testgithub.Fault{Kind: testgithub.Reset}, 2, true},
		"for ever":              {testgithub.Fault{Kind: testgithub.Status500, Times: -1}, maxTries, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w, app, acme, _ := installed(t, 0)
			pull := w.shop.AddPull(testgithub.NewPull{Files: files(1, "a%d.go")})
			c, _ := app.Client(acme)
			tt.fault.Route = "POST access_tokens"
			w.Fail(tt.fault)
			_, err := c.CreateRun(t.Context(), gate.Repo{Owner: "acme", Name: "shop"}, gate.Run{Name: "backout", SHA: pull.HeadSHA(), Status: "completed", Conclusion: "success", Title: "Passes", Summary: "Passes"})
			var unavailable *gate.Unavailable
			if tt.creates != (err == nil) || err != nil && !errors.As(err, &unavailable) {
				t.Errorf("error %v", err)
			}
			if n := len(w.Calls("POST access_tokens")); n != tt.calls {
				t.Errorf("%d calls, want %d", n, tt.calls)
			}
		})
	}
}

func TestAnInstallationThatIsGone(t *testing.T) {
	_, app, _, _ := installed(t, 0)
	c, _ := app.Client(404)
	_, err := c.Repositories(context.Background())
	var gone *gate.Gone
	if !errors.As(err, &gone) {
		t.Errorf("error %v", err)
	}
}

// suspended answers as GitHub does while an installation is suspended.
type suspended struct{ closed bool }

func (s *suspended) RoundTrip(r *http.Request) (*http.Response, error) {
	body := struct {
		io.Reader
		io.Closer
	}{strings.NewReader(`{"message":"This installation has been suspended"}`), closer(func() { s.closed = true })}
	return &http.Response{StatusCode: http.StatusForbidden, Status: "403 Forbidden", Header: http.Header{}, Body: body, Request: r}, nil
}

type closer func()

func (c closer) Close() error { c(); return nil }

func TestAnInstallationThatIsSuspended(t *testing.T) {
	github := &suspended{}
	hosts, err := ParseHosts("https://ghe.example.com", "", "")
	if err != nil {
		t.Fatal(err)
	}
	app, err := NewApp(9, appKey(), Options{Hosts: hosts, UserAgent: "test", Transport: github, Now: time.Now, Sleep: func(context.Context, time.Duration) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	c, _ := app.Client(1)
	_, err = c.Repositories(t.Context())
	var refused *gate.Refused
	if !errors.As(err, &refused) || !refused.Asleep || !strings.Contains(refused.Why, "suspended") || !github.closed {
		t.Errorf("%v, the body closed: %t", err, github.closed)
	}
}

func TestWhatGitHubKnowsOfTheApp(t *testing.T) {
	w, _, _, _ := installed(t, 0)
	w.Install(testgithub.App{ID: 11, Slug: "backout", Permissions: map[string]string{"checks": "write"}, Events: []string{"push"}, Webhook: "https://backout.example.com/webhook"}, "acme")
	hosts, err := ParseHosts("", w.URL(), w.GraphQL())
	if err != nil {
		t.Fatal(err)
	}
	ask := func(id int64) (Self, error) {
		app, err := NewApp(id, appKey(), Options{Hosts: hosts, UserAgent: "backout-test", MaxWait: time.Minute, Now: w.now, Sleep: w.sleep})
		if err != nil {
			t.Fatal(err)
		}
		return app.Self(context.Background())
	}
	self, err := ask(11)
	if err != nil {
		t.Fatal(err)
	}
	if self.Slug != "backout" || self.Permissions["checks"] != "write" || len(self.Events) != 1 || self.Webhook != "https://backout.example.com/webhook" || self.Form != "json" {
		t.Errorf("got %+v", self)
	}
	var refused *gate.Refused
	if _, err := ask(10); !errors.As(err, &refused) {
		t.Errorf("an App that is not there: %v", err)
	}
}
