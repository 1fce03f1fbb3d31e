package worker

import (
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
)

// TestAnotherRepositoryHasTheName is about deliveries that were sent before a
// repository got another name, and that arrive when somebody else has the old
// one.
func TestAnotherRepositoryHasTheName(t *testing.T) {
	for _, tt := range []struct {
		name string
		late func(*site)
	}{
		{"an edit", func(s *site) { s.event(1, "pull_request.edited") }},
		{"a fan-out", func(s *site) { s.want(of(queue.Repository, "push")) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := passing(t)
			renamed := gate.Repo{Owner: "acme", Name: "store"}
			s.repositories = []gate.Installed{{Repo: renamed, ID: repository}, {Repo: acme, ID: repository + 1}}
			s.change(1, func(p *gate.Pull) { p.Change.Body = poor })
			tt.late(s)
			s.after(time.Hour)
			s.shows("aaa", checks.Failure, "Blocked")
			if r, _, err := s.store.Repository(t.Context(), repository); err != nil || r.Name != "store" {
				t.Errorf("it is called %q, %v", r.Name, err)
			}
		})
	}
	t.Run("it is none of the installation's any more", func(t *testing.T) {
		s := newSite(t)
		s.enforce()
		s.add(1, good, "aaa")
		s.repositories = []gate.Installed{{Repo: acme, ID: repository + 1}}
		s.event(1, "pull_request.edited")
		s.after(time.Hour)
		if n := s.count("create"); n != 0 {
			t.Errorf("%d writes to another repository", n)
		}
	})
}
