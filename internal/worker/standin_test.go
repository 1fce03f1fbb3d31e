package worker

import (
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
)

// TestAPassIsTakenBackWhereverItIsFrom has a pass stand on the commit of a pull
// request that cannot be read, though its own newest verdict is another one.
func TestAPassIsTakenBackWhereverItIsFrom(t *testing.T) {
	tests := map[string]struct {
		before func(*site) // how the pass came about
		number int         // what cannot be read from then on
		last   string      // and what is heard of it
		title  string      // what the check run shows in the end
	}{
		"a head comes back to a commit with a pass": {func(s *site) {
			s.judge(1, "aaa", good)
			s.judge(1, "bbb", poor)
			s.change(1, func(p *gate.Pull) { p.Change.HeadSHA = "aaa" })
		}, 1, "synchronize", "No verdict"},
		"another one's turn made the pass": {func(s *site) {
			s.judge(2, "aaa", poor)
			s.judge(1, "aaa", good)
			s.judge(2, "aaa", good)
			s.after(2 * time.Minute) // it has its comment, so that it has no turn any more
			s.change(1, func(p *gate.Pull) { p.Change.Body = "" })
		}, 1, "edited", "No verdict"},
		"reopened is heard of before closed": {func(s *site) {
			s.judge(1, "aaa", good)
			s.change(1, func(p *gate.Pull) { p.Change.Body = "" })
			s.event(1, "pull_request.reopened")
		}, 1, "closed", "No verdict"},
		"it was never judged, and came to a commit with a pass": {func(s *site) {
			s.judge(2, "aaa", good)
			s.add(1, poor, "aaa")
		}, 1, "opened", "No verdict"},
		"a stranger's that was judged takes nothing back": {func(s *site) {
			s.judge(2, "aaa", good)
			s.add(1, poor, "aaa").HeadRepo = "octocat/shop"
			s.event(1, "pull_request.opened")
			s.work()
			s.change(1, func(p *gate.Pull) { p.Change.Body = "" })
		}, 1, "edited", "Passes"},
		"a stranger's that was never judged takes nothing back": {func(s *site) {
			s.judge(2, "aaa", good)
			s.add(1, poor, "aaa").HeadRepo = "octocat/shop"
		}, 1, "opened", "Passes"},
	}
	for name, tt := range tests {
		for _, runs := range []bool{true, false} {
			if !runs {
				name += ", and check runs cannot be listed"
			}
			t.Run(name, func(t *testing.T) {
				s := newSite(t)
				s.enforce()
				tt.before(s)
				s.shows("aaa", checks.Success, "Passes")
				writes := s.count("update run")
				s.fail = func(call string) error {
					if strings.HasPrefix(call, "pull acme/shop#1") || call == "runs" && !runs {
						return badGateway
					}
					return nil
				}
				s.event(tt.number, "pull_request."+tt.last)
				s.after(20 * time.Minute)
				want := checks.Failure
				if tt.title == "Passes" {
					want = checks.Success
				}
				s.shows("aaa", want, tt.title)
				if n := s.count("update run") - writes; n > 2 { // by the other one's turn as well
					t.Errorf("%d writes", n)
				}
			})
		}
	}
}

// judge has a pull request judged on a commit.
func (s *site) judge(number int, sha, body string) {
	s.t.Helper()
	if s.pulls[number] == nil {
		s.add(number, body, sha)
	}
	s.change(number, func(p *gate.Pull) { p.Change.HeadSHA, p.Change.Body = sha, body })
	s.event(number, "pull_request.synchronize")
	s.work()
}
