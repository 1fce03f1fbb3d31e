package worker

import (
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/queue"
)

// TestEachPushHasASecondLook: what is read right after a push may be from before
// it, however many pushes there are and whatever is under way.
func TestEachPushHasASecondLook(t *testing.T) {
	push := map[string]queue.Want{
		"of a repository":    of(queue.Repository, "push"),
		"of an organisation": of(queue.Installation, "push"),
	}
	second := map[string]func(s *site, push queue.Want){
		"while the first is in hand": func(s *site, push queue.Want) {
			s.called = func(call string) {
				if strings.HasPrefix(call, "open ") || call == "repositories" {
					s.called = nil
					s.want(push)
				}
			}
			s.work()
		},
		"while the first waits for its second look": func(s *site, push queue.Want) {
			s.after(replicas - 2*time.Second)
			s.want(push)
			s.work()
		},
		"when the second look is due": func(s *site, push queue.Want) {
			s.work()
			s.clock.Add(replicas.Milliseconds())
			s.want(push)
			s.work()
		},
	}
	for what, push := range push {
		for when, second := range second {
			t.Run(what+" "+when, func(t *testing.T) {
				s := newSite(t)
				s.enforce()
				s.add(1, good, "aaa")
				s.want(push)
				second(s, push)
				s.after(replicas - 2*time.Second)
				s.shows("aaa", checks.Success, "")
				s.policy = text(strict) // that is what GitHub's replicas have by now
				s.after(10 * time.Second)
				s.shows("aaa", checks.Failure, "Blocked")
				lists := s.count("open ")
				s.after(5 * time.Minute)
				if n := s.count("open ") - lists; n > 2 || s.depth() != 0 {
					t.Errorf("%d lists more, %d subjects want work", n, s.depth())
				}
			})
		}
	}
}

// TestSecondLooksOfTwoInstallations: they are not one subject.
func TestSecondLooksOfTwoInstallations(t *testing.T) {
	s := newSite(t)
	other := of(queue.Installation, "push")
	other.Installation = installation + 1
	s.want(of(queue.Installation, "push"), other)
	s.after(time.Minute)
	if n := s.count("repositories"); n != 4 {
		t.Errorf("the repositories were listed %d times, want 4", n)
	}
}

// TestTheClockIsSetBackBetweenTwoPushes: the second look is not put off until the
// old time comes again.
func TestTheClockIsSetBackBetweenTwoPushes(t *testing.T) {
	s := newSite(t)
	s.enforce()
	s.add(1, good, "aaa")
	s.clock.Add(time.Hour.Milliseconds())
	s.want(of(queue.Repository, "push"))
	s.after(time.Minute)
	s.clock.Add(-time.Hour.Milliseconds())
	s.want(of(queue.Repository, "push"))
	s.after(2 * time.Minute)
	if s.depth() != 0 {
		t.Errorf("%d subjects want work", s.depth())
	}
}
