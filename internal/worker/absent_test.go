package worker

import (
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
)

// TestWhatIsNotFoundForAWhile: a pull request that passed is emptied, and GitHub
// does not find what is asked for; then it does.
func TestWhatIsNotFoundForAWhile(t *testing.T) {
	tests := map[string]struct {
		fail  func(call string) error
		also  []queue.Want
		until time.Duration
		stood checks.Conclusion // meanwhile
	}{
		"a pull request, for half a minute": {
			fail: unreadable(&gate.Gone{What: "acme/shop#1"}), until: 30 * time.Second, stood: checks.Success,
		},
		"a pull request, for hours": {
			fail: unreadable(&gate.Gone{What: "acme/shop#1"}), until: 5 * time.Hour, stood: checks.Failure,
		},
		"the list of a repository's, while what waits there fails": {
			fail: func(call string) error {
				if call == "open acme/shop" {
					return &gate.Gone{What: "acme/shop"}
				}
				return unreadable(badGateway)(call)
			},
			also: []queue.Want{of(queue.Repository, "push")}, until: 30 * time.Second, stood: checks.Success,
		},
		"an installation that nobody said was deleted": {
			fail: func(string) error { return &gate.Gone{What: "the installation"} },
			also: []queue.Want{of(queue.Installation, "push")}, until: 30 * time.Second, stood: checks.Success,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := passing(t)
			s.change(1, func(p *gate.Pull) { p.Change.Body = "" })
			s.fail = tt.fail
			s.event(1, "pull_request.edited")
			s.want(tt.also...)
			s.after(tt.until)
			s.shows("aaa", tt.stood, "")
			if strings.Contains(s.runsOn("aaa")[0].Title, "backout failed") {
				t.Errorf("it is called a failure of ours: %s", s.runsOn("aaa")[0].Title)
			}
			s.fail = nil
			s.after(queue.MaxDelay + time.Minute)
			s.shows("aaa", checks.Failure, "Blocked")
			if s.depth() != 0 {
				t.Errorf("%d subjects want work", s.depth())
			}
		})
	}
}

// TestWhatIsGoneInTheEnd: it is looked for as long as somebody may miss it.
func TestWhatIsGoneInTheEnd(t *testing.T) {
	tests := map[string]struct {
		before func(*site)
		want   queue.Want
		after  time.Duration // when nothing is wanted any more
		calls  int           // at most
		known  bool          // the repository, in the end
	}{
		"a repository that a delivery said was deleted": {
			before: func(s *site) { s.repositories = nil }, want: of(queue.Repository, "repository.deleted"), after: 20 * time.Second, calls: 5,
		},
		"a repository that the installation's list lacks": {
			before: func(s *site) { s.repositories = nil }, want: of(queue.Repository, "push"), after: 20 * time.Second, calls: 9,
		},
		"a repository that the list has, and nobody else": {
			before: func(s *site) { s.fail = failing("open ", &gate.Gone{What: "acme/shop"}) }, want: of(queue.Repository, "push"),
			after: goneAfter + time.Hour, calls: 80, known: true,
		},
		"an installation that a delivery said was deleted": {
			before: func(s *site) { s.missing = true }, want: of(queue.Installation, "installation.deleted"), after: 20 * time.Second,
		},
		"an installation that is gone for hours": {
			before: func(s *site) { s.missing = true }, want: of(queue.Installation, "push"), after: goneAfter + time.Hour,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.want(of(queue.Installation, "installation.created"))
			s.after(time.Minute)
			calls := len(s.calls)
			tt.before(s)
			s.want(tt.want)
			s.after(tt.after)
			if n := len(s.calls) - calls; n > tt.calls {
				t.Errorf("%d calls, want at most %d", n, tt.calls)
			}
			if s.depth() != 0 {
				t.Errorf("%d subjects want work", s.depth())
			}
			if _, known, err := s.store.Repository(t.Context(), repository); err != nil || known != tt.known {
				t.Errorf("the repository is known: %t, want %t; %v", known, tt.known, err)
			}
		})
	}
}

// TestARepositoryIsFoundUnderItsNewName: the delivery that says it was lost.
func TestARepositoryIsFoundUnderItsNewName(t *testing.T) {
	for name, event := range map[string]func(*site){
		"by a fan-out":                 func(s *site) { s.want(of(queue.Repository, "push")) },
		"by an edit under its old one": func(s *site) { s.event(1, "pull_request.edited") },
	} {
		t.Run(name, func(t *testing.T) {
			s := passing(t)
			s.repositories[0].Repo = gate.Repo{Owner: "acme", Name: "store"}
			s.change(1, func(p *gate.Pull) { p.Change.Body = poor })
			event(s)
			s.after(time.Minute)
			s.shows("aaa", checks.Failure, "Blocked")
		})
	}
}

// TestWhoeverWokeUpIsNotAsleep: some of GitHub's machines say for a while longer
// that an installation is suspended or a repository archived.
func TestWhoeverWokeUpIsNotAsleep(t *testing.T) {
	tests := map[string]struct {
		want queue.Want
		call string // what is refused
	}{
		"an installation is back":                  {want: of(queue.Installation, "installation.unsuspend"), call: "repositories"},
		"a new installation":                       {want: of(queue.Installation, "installation.created"), call: "repositories"},
		"an installation is back, and pushed to":   {want: of(queue.Installation, "push"), call: "repositories"},
		"a repository is back, and cannot be read": {want: of(queue.Repository, "repository.unarchived"), call: "open "},
		"a repository is back, and its writes not": {want: of(queue.Repository, "repository.unarchived"), call: "update run"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := passing(t)
			s.change(1, func(p *gate.Pull) { p.Change.Body = poor }) // nobody delivers that
			s.fail = failing(tt.call, &gate.Refused{What: "do it", Why: "it is asleep (HTTP 403)", Asleep: true})
			s.want(tt.want)
			s.after(time.Minute)
			s.fail = nil
			s.after(awakeWithin)
			s.shows("aaa", checks.Failure, "Blocked")
			if s.depth() != 0 {
				t.Errorf("%d subjects want work", s.depth())
			}
		})
	}
}

// TestWhoeverIsAsleepIsLeftAlone: at once where a delivery said so, and else
// within minutes.
func TestWhoeverIsAsleepIsLeftAlone(t *testing.T) {
	for name, tt := range map[string]struct {
		want  queue.Want
		after time.Duration
		calls int // at most
	}{
		"the delivery says so":  {want: of(queue.Installation, "installation.suspend"), calls: 1},
		"the delivery was lost": {want: of(queue.Installation, "installation.unsuspend"), after: 2 * awakeWithin, calls: 12},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.fail = func(string) error {
				return &gate.Refused{What: "list", Why: "the installation is suspended", Asleep: true}
			}
			s.want(tt.want)
			s.work()
			s.after(tt.after)
			if s.depth() != 0 || len(s.calls) > tt.calls {
				t.Errorf("%d subjects want work, %d calls", s.depth(), len(s.calls))
			}
			if i, known, err := s.store.Installation(t.Context(), installation); err != nil || !known || !i.Suspended {
				t.Errorf("%+v, %t, %v", i, known, err)
			}
		})
	}
}
