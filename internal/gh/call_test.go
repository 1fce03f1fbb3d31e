package gh

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/gate"
)

// TestAnswers sends answers that no test GitHub gives by itself, to a read and
// to two kinds of write.
func TestAnswers(t *testing.T) {
	const comment = `{"id":7,"body":"x"}`
	for _, tt := range []struct {
		name   string
		reply  reply
		read   string // "ok" after a repetition, or a part of the error
		edit   string
		create string
	}{
		{"no answer within the time", reply{hang: true}, "ok", "ok", "no answer in time"},
		{"an empty answer", reply{}, "ok", "ok", "cut off"},
		{"half an answer", reply{body: comment, cut: true}, "ok", "ok", "cut off"},
		{"another form", reply{body: `{"id":"seven"}`}, "ok", "ok", "another form"},
		{"accepted", reply{status: 202, body: "{}"}, "ok", "ok", "HTTP 202"},
		{"a proxy's page", reply{status: 502, body: "<html>"}, "ok", "ok", "HTTP 502"},
		{"not modified", reply{status: 304}, "HTTP 304", "HTTP 304", "HTTP 304"},
		{"archived", reply{status: 403, body: `{"message":"Repository was archived so is read-only."}`}, "is archived", "is archived", "is archived"},
		{"refused", reply{status: 403, body: `{"message":"Resource not accessible by integration"}`}, "pull-requests: read", "pull-requests: write", "pull-requests: write"},
		{"single sign-on", reply{status: 403, body: `{"message":"Resource protected by organization SAML enforcement. You must grant your OAuth token access"}`}, "single sign-on", "single sign-on", "single sign-on"},
		{"the allowed addresses of an organisation with a bad name", reply{status: 403, body: "{\"message\":\"the `abuse-rate-limit-archived-suspended-saml` organization has an IP allow list enabled\"}"}, "allowed addresses", "allowed addresses", "allowed addresses"},
		{"a repository with a bad name", reply{status: 403, body: `{"message":"stop-abuse/rate-limit.archived-suspended-saml is not accessible"}`}, "pull-requests: read", "pull-requests: write", "pull-requests: write"},
		{"a suspended account", reply{status: 403, body: `{"message":"Sorry. Your account was suspended."}`}, "is suspended", "is suspended", "is suspended"},
		{"a second factor", reply{status: 401, header: map[string]string{"X-GitHub-OTP": "required; app"}}, "second factor", "second factor", "second factor"},
		{"withheld", reply{status: 451, body: `{"message":"@octocat"}`}, "legal", "legal", "legal"},
		{"gone", reply{status: 410, body: `{}`}, "is not there", "is not there", "is not there"},
		{"not taken", reply{status: 422, body: `{"message":"Validation Failed: @octocat","errors":[{"resource":"X","field":"body","code":"too_long"},{"field":"@octocat","code":"x"}]}`}, "body is too_long (HTTP 422)", "body is too_long (HTTP 422)", "body is too_long (HTTP 422)"},
		{"a limit by its message alone", reply{status: 403, body: `{"message":"You have triggered an abuse detection mechanism."}`}, "ok", "ok", "ok"},
		{"429 with a date", reply{status: 429, header: map[string]string{"Retry-After": "Tue, 24 Nov 2026 08:00:05 GMT", "Date": "Tue, 24 Nov 2026 08:00:00 GMT"}}, "ok", "ok", "ok"},
		{"a redirect elsewhere", reply{status: 307, header: map[string]string{"Location": "https://example.com/x"}}, "another host", "another host", "another host"},
		{"a redirect that changes the method", reply{status: 301, header: map[string]string{"Location": "/other"}}, "ok", "cannot be followed", "cannot be followed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			do := func(what, want string, call func(*Client) error) {
				t.Helper()
				first := true
				f := newFake(t, func(string, *http.Request) reply {
					if first {
						first = false
						return tt.reply
					}
					return reply{body: comment}
				})
				err := call(f.client(func(o *Options) { o.CallTimeout = 100 * time.Millisecond }))
				switch {
				case want == "ok" && err != nil:
					t.Errorf("%s: %v", what, err)
				case want != "ok" && (err == nil || !strings.Contains(err.Error(), want)):
					t.Errorf("%s: %v, want %q", what, err, want)
				case err != nil && strings.Contains(err.Error(), "octocat"):
					t.Errorf("%s: the error holds what a server said: %v", what, err)
				case want == "ok" && len(f.asked()) != 2:
					t.Errorf("%s: asked %q", what, f.asked())
				}
			}
			do("a read", tt.read, func(c *Client) error {
				_, err := c.get(t.Context(), op{what: "x", doing: "read x", needs: "pull-requests: read"}, "x", &struct{ ID int }{})
				return err
			})
			do("an edit", tt.edit, func(c *Client) error { return c.EditComment(t.Context(), shop, 7, "secret text") })
			do("a creation", tt.create, func(c *Client) error { _, err := c.CreateComment(t.Context(), pr, "secret text"); return err })
		})
	}
}

// TestTokenStays is about where a token goes.
func TestTokenStays(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("somebody else was called, with %q", r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	seen := 0
	f := newFake(t, func(_ string, r *http.Request) reply {
		if seen++; r.Header.Get("Authorization") != "Bearer ghs_secret" {
			t.Errorf("authorization %q", r.Header.Get("Authorization"))
		}
		return reply{status: 302, header: map[string]string{"Location": elsewhere.URL}}
	})
	c := f.client(nil)
	for _, path := range []string{"x", elsewhere.URL} {
		if _, err := c.get(t.Context(), op{what: "x"}, path, &struct{}{}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if seen != 1 {
		t.Errorf("%d calls", seen)
	}
}

func TestRenamedRepository(t *testing.T) {
	f := newFake(t, func(what string, r *http.Request) reply {
		if strings.HasPrefix(r.URL.Path, "/repos/") {
			return reply{status: 307, header: map[string]string{"Location": "/repositories/1" + r.URL.Path}}
		}
		return reply{status: 201, body: `{"id":7}`}
	})
	if made, err := f.client(nil).CreateComment(t.Context(), pr, "x"); err != nil || made.ID != 7 {
		t.Errorf("%+v, %v", made, err)
	}
	if got := f.asked(); len(got) != 2 || got[1] != "POST /repositories/1/repos/acme/shop/issues/812/comments" {
		t.Errorf("asked %q", got)
	}
}

// refusing is a server that does not listen at first.
type refusing struct {
	http.RoundTripper
	times int
}

func (r *refusing) RoundTrip(q *http.Request) (*http.Response, error) {
	if r.times--; r.times >= 0 {
		q.URL.Host = "127.0.0.1:1"
	}
	return r.RoundTripper.RoundTrip(q)
}

func TestCreationThatDidNotArrive(t *testing.T) {
	f := newFake(t, func(string, *http.Request) reply { return reply{status: 201, body: `{"id":7}`} })
	c := f.client(func(o *Options) { o.Transport = &refusing{http.DefaultTransport, 2} })
	if made, err := c.CreateComment(t.Context(), pr, "x"); err != nil || made.ID != 7 {
		t.Errorf("%+v, %v", made, err)
	}
	c = f.client(func(o *Options) { o.Transport = &refusing{http.DefaultTransport, 9} })
	var later *gate.Unavailable
	if _, err := c.CreateComment(t.Context(), pr, "x"); !as(err, &later) || !strings.Contains(err.Error(), "no connection, 4 tries") {
		t.Errorf("nobody listens: %v", err)
	}
}

func TestWaiting(t *testing.T) {
	limit := reply{status: 403, header: map[string]string{"Retry-After": "30"}, body: `{"message":"You have exceeded a secondary rate limit"}`}
	limits := 0
	f := newFake(t, func(string, *http.Request) reply {
		if limits--; limits >= 0 {
			return limit
		}
		return reply{body: `{"id":7}`}
	})
	c := f.client(nil)
	get := func(ctx context.Context) error {
		_, err := c.get(ctx, op{what: "x"}, "x", &struct{}{})
		return err
	}
	wants := func(what string, err error, after time.Duration, asked int) {
		t.Helper()
		var later *gate.Unavailable
		if after == 0 && err != nil || after > 0 && (!as(err, &later) || (later.After-after).Abs() > time.Second) {
			t.Errorf("%s: %v", what, err)
		}
		if n := len(f.asked()); n != asked {
			t.Errorf("%s: %d calls, want %d", what, n, asked)
		}
	}
	limits = 1
	wants("within the time that may be waited", get(t.Context()), 0, 2)
	limits = 2
	wants("beyond it in all", get(t.Context()), 30*time.Second, 4)
	wants("while GitHub asked not to be asked", get(t.Context()), 30*time.Second, 4)
	limits = 0
	c = c.Unspent()
	wants("with another evaluation's time", get(t.Context()), 0, 5)
	limits = 1
	ctx, cancel := context.WithDeadline(t.Context(), f.now().Add(10*time.Second))
	defer cancel()
	c = f.client(nil)
	before := f.waited()
	wants("with a deadline before its end", get(ctx), 30*time.Second, 6)
	if f.waited() != before {
		t.Error("waited for what there was no time for")
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	c = f.client(nil)
	if err := get(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestGraphQLErrors(t *testing.T) {
	for _, tt := range []struct {
		name  string
		body  string
		want  string // "ok" after a repetition, or a part of the error
		calls int
	}{
		{"went wrong", `{"data":null,"errors":[{"message":"Something went wrong while executing your query on 2026-11-24."}]}`, "ok", 2},
		{"went wrong in part", `{"data":{"viewer":{"login":"x"}},"errors":[{"message":"timedout","path":["viewer"]}]}`, "ok", 2},
		{"limited", `{"data":null,"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded for installation ID 7."}]}`, "ok", 2},
		{"limited, in the newer words", `{"data":null,"errors":[{"type":"RATE_LIMIT","message":"exceeded"}]}`, "ok", 2},
		{"limited, without a type", `{"data":null,"errors":[{"message":"You have exceeded a secondary rate limit."}]}`, "ok", 2},
		{"refused, with a bad name", `{"data":null,"errors":[{"type":"FORBIDDEN","message":"stop-abuse/rate-limit: a rate limit of abuse"}]}`, "may not", 1},
		{"not found, with a bad name", `{"data":null,"errors":[{"type":"NOT_FOUND","message":"Could not resolve to a Repository with the name 'stop-abuse/.github'."}]}`, "is not there", 1},
		{"neither data nor errors", `{}`, "ok", 2},
		{"refused", `{"data":null,"errors":[{"type":"FORBIDDEN","message":"Resource not accessible by integration"}]}`, "may not", 1},
		{"an older server", `{"errors":[{"message":"Field 'x' doesn't exist on type 'Query'","path":["query"],"extensions":{"code":"undefinedField"}}]}`, "does not know", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			first := true
			f := newFake(t, func(string, *http.Request) reply {
				if first {
					first = false
					return reply{body: tt.body}
				}
				return reply{body: `{"data":{"viewer":{"login":"github-actions[bot]"}}}`}
			})
			login, err := f.client(nil).me(t.Context())
			if tt.want == "ok" && (err != nil || login != "github-actions[bot]") || tt.want != "ok" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%q, %v", login, err)
			}
			if n := len(f.asked()); n != tt.calls {
				t.Errorf("%d calls", n)
			}
		})
	}
}

func TestLargeAnswer(t *testing.T) {
	f := newFake(t, func(string, *http.Request) reply {
		return reply{body: `{"id":"` + strings.Repeat("x", maxAnswer) + `"}`}
	})
	_, err := f.client(func(o *Options) { o.CallTimeout = 5 * time.Second }).get(t.Context(), op{what: "x"}, "x", &struct{}{})
	if err == nil || !strings.Contains(err.Error(), "32 MB") || len(f.asked()) != 1 {
		t.Errorf("%v, asked %q", err, f.asked())
	}
}

func TestJitter(t *testing.T) {
	var all []time.Duration
	for range 200 {
		all = append(all, jitter(time.Second))
	}
	if lo, hi := slices.Min(all), slices.Max(all); lo < time.Second/2 || hi > 3*time.Second/2 || hi-lo < time.Second/2 {
		t.Errorf("between %v and %v", lo, hi)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := sleep(t.Context(), time.Nanosecond); err != nil {
		t.Error(err)
	}
	if n, err := (&bounded{r: strings.NewReader("abc"), left: 2}).Read(make([]byte, 5)); n != 2 || err != nil {
		t.Error(n, err)
	}
}
