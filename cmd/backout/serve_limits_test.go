package main

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/gh"
	"github.com/backout-dev/backout/internal/metrics"
	"github.com/backout-dev/backout/internal/testgithub"
)

// publicAppKey is the part of appKey that GitHub has.
func publicAppKey(t *testing.T) string {
	t.Helper()
	block, _ := pem.Decode(appKey())
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// TestTheRateLimitIsShown has a server work for two installations and looks for
// what GitHub's answers said.
func TestTheRateLimitIsShown(t *testing.T) {
	g := testgithub.Start(t, testgithub.Options{Kind: true})
	app := testgithub.App{ID: 123456, Slug: "backout", PublicKey: publicAppKey(t)}
	p := startServe(t, t.TempDir(), "--api-url", g.URL(), "--graphql-url", g.GraphQL())
	for i, owner := range []string{"acme", "octo-org"} {
		g.Repo(owner + "/shop").AddPull(testgithub.NewPull{Body: "Nothing.", Files: []testgithub.File{testgithub.Edit("web/basket.ts", "new\n")}})
		body := fmt.Sprintf(`{"action":"created","installation":{"id":%d,"account":{"login":%q}}}`, g.Install(app, owner), owner)
		if status := p.send(t, "installation", body, i, hyphens); status != http.StatusAccepted {
			t.Fatalf("status %d", status)
		}
	}
	var missing, page string
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		missing = ""
		_, page = p.get(t, "/metrics")
		for _, resource := range []string{"core", "graphql"} {
			for _, line := range []string{
				`backout_github_rate_limit_remaining\{resource="` + resource + `"\} 49[0-9]{2}`,
				`backout_github_rate_limit_installations\{resource="` + resource + `"\} 2`,
			} {
				if !regexp.MustCompile("(?m)^" + line + "$").MatchString(page) {
					missing = line
				}
			}
		}
		if missing == "" {
			return
		}
	}
	t.Errorf("the metrics lack %s:\n%s", missing, page)
}

// answered answers every call alike.
type answered struct{ header map[string]string }

func (a answered) RoundTrip(r *http.Request) (*http.Response, error) {
	h := http.Header{}
	for k, v := range a.header {
		h.Set(k, v)
	}
	return &http.Response{StatusCode: http.StatusOK, Header: h, Body: http.NoBody, Request: r}, nil
}

func TestWhatAnAnswerSaysOfTheRateLimit(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	reset := strconv.FormatInt(now.Add(time.Hour).Unix(), 10)
	const seven = `backout_github_rate_limit_remaining{resource="core"} 7`
	for name, test := range map[string]struct {
		path         string
		installation int64
		header       map[string]string
		want         string // a line of the metrics; empty: there is none
	}{
		"an installation's":         {"/repos/acme/shop", 1, map[string]string{"X-RateLimit-Remaining": "7", "X-RateLimit-Resource": "core", "X-RateLimit-Reset": reset}, seven},
		"the App's own":             {"/app", 0, map[string]string{"X-RateLimit-Remaining": "7", "X-RateLimit-Resource": "core", "X-RateLimit-Reset": reset}, ""},
		"the App's own for a token": {"/app/installations/1/access_tokens", 1, map[string]string{"X-RateLimit-Remaining": "7", "X-RateLimit-Resource": "core", "X-RateLimit-Reset": reset}, ""},
		"of a resource not in use":  {"/search/issues", 1, map[string]string{"X-RateLimit-Remaining": "7", "X-RateLimit-Resource": "search", "X-RateLimit-Reset": reset}, ""},
		"no limit":                  {"/repos/acme/shop", 1, nil, ""},
		"no number":                 {"/repos/acme/shop", 1, map[string]string{"X-RateLimit-Remaining": "many", "X-RateLimit-Resource": "core", "X-RateLimit-Reset": reset}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := metrics.New("1.2.3", func() time.Time { return now })
			c := counted{next: answered{test.header}, metrics: m, base: "/api/v3/", now: time.Now}
			ctx := context.Background()
			if test.installation != 0 {
				ctx = gh.OfInstallation(ctx, test.installation)
			}
			r := (&http.Request{Method: "GET", URL: &url.URL{Path: "/api/v3" + test.path}}).WithContext(ctx)
			if _, err := c.RoundTrip(r); err != nil {
				t.Fatal(err)
			}
			got := regexp.MustCompile(`(?m)^backout_github_rate_limit_remaining.*$`).FindString(pageOf(m))
			if got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func pageOf(m *metrics.Metrics) string {
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return w.Body.String()
}
