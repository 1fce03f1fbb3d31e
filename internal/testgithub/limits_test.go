package testgithub_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/testgithub"
)

func TestLimits(t *testing.T) {
	comment := func(n int) (string, string) { return "POST", fmt.Sprintf("/repos/acme/shop/issues/%d/comments", n) }
	for _, tt := range []struct {
		name   string
		limits testgithub.Limits
		call   func(int) (string, string)
		lets   int
	}{
		{"points of writes", testgithub.Limits{Points: 12}, comment, 2},
		{"points of reads", testgithub.Limits{Points: 12}, func(int) (string, string) { return "GET", "/repos/acme/shop" }, 12},
		{"content", testgithub.Limits{Points: 900, Content: 3}, comment, 3},
		{"none", testgithub.Limits{}, comment, 20},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, c := start(t)
			c.t = t
			s.Repo("acme/shop").AddPull(testgithub.NewPull{})
			s.Limit(tt.limits)
			call := func() *http.Response {
				method, path := tt.call(1)
				var body any
				if method == http.MethodPost {
					body = map[string]any{"body": "x"}
				}
				rs, _, err := c.do(method, path, body)
				if err != nil {
					t.Fatal(err)
				}
				return rs
			}
			let := 0
			for range 20 {
				if rs := call(); rs.StatusCode < 300 {
					let++
				} else if rs.StatusCode != 403 || rs.Header.Get("Retry-After") != "60" {
					t.Fatalf("answered %d with Retry-After %q", rs.StatusCode, rs.Header.Get("Retry-After"))
				}
			}
			if let != tt.lets {
				t.Errorf("%d calls were let through, want %d", let, tt.lets)
			}
			if tt.lets == 20 {
				return
			}
			s.Advance(30 * time.Second)
			if rs := call(); rs.StatusCode != 403 {
				t.Errorf("while told to wait: %d", rs.StatusCode)
			}
			if calls := s.Calls(); calls[len(calls)-1].TooSoon < 30000 {
				t.Errorf("a call while told to wait is not counted: %+v", calls[len(calls)-1])
			}
			s.Advance(31 * time.Second)
			if rs := call(); rs.StatusCode >= 300 {
				t.Errorf("after the wait: %d", rs.StatusCode)
			}
		})
	}
}

func TestShareOfFaults(t *testing.T) {
	s, c := start(t)
	c.t = t
	s.Repo("acme/shop")
	s.Fail(testgithub.Fault{Route: "GET *", Kind: testgithub.Status502, Times: -1, Share: 0.3})
	failed := 0
	for range 300 {
		rs, _, err := c.do("GET", "/repos/acme/shop", nil)
		if err != nil {
			t.Fatal(err)
		}
		if rs.StatusCode == 502 {
			failed++
		}
	}
	if failed < 50 || failed > 140 {
		t.Errorf("%d of 300 calls failed, want about 90", failed)
	}
}
