package gh

import (
	"net/http"
	"strings"
	"testing"
)

// panicking is a transport with a mistake that shows on one kind of call.
type panicking struct {
	http.RoundTripper
	on func(*http.Request) bool
}

func (p panicking) RoundTrip(r *http.Request) (*http.Response, error) {
	if p.on(r) {
		panic("a mistake")
	}
	return p.RoundTripper.RoundTrip(r)
}

// TestAPanicComesToWhoeverAsked is about what is asked for beside the caller,
// where nobody recovers.
func TestAPanicComesToWhoeverAsked(t *testing.T) {
	f := newFake(t, func(what string, _ *http.Request) reply {
		return reply{body: answerJSON(pullJSON(nil), "", noOrg)}.graph()
	})
	for _, tt := range []struct {
		name string
		on   func(*http.Request) bool
		do   func(*Client)
	}{
		{
			"a page of files", func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/files") },
			func(c *Client) { _, _, _ = c.listed(t.Context(), pr, headSHA, 300) },
		},
		{
			"the organisation's policy", func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer ghs_org" },
			func(c *Client) { _, _ = c.Pull(t.Context(), pr, ask) },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if p := recover(); p != "a mistake" {
					t.Errorf("recovered %v", p)
				}
			}()
			tt.do(f.client(func(o *Options) {
				o.OrgToken, o.Transport = "ghs_org", panicking{http.DefaultTransport, tt.on}
			}))
			t.Error("it came to nobody")
		})
	}
}
