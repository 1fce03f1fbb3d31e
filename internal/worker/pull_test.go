package worker

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
)

func TestThePullRequestFromItsFirstEventToItsLast(t *testing.T) {
	s := newSite(t)
	s.enforce()
	s.add(1, poor, "aaa")
	s.event(1, "pull_request.opened")
	s.work()
	s.shows("aaa", checks.Failure, "Blocked")
	s.said(1, 0, "")

	s.after(59 * time.Second)
	s.said(1, 0, "")
	s.after(2 * time.Second)
	s.said(1, 1, "Blocked")

	s.change(1, func(p *gate.Pull) { p.Change.Body = good })
	s.event(1, "pull_request.edited")
	s.work()
	s.shows("aaa", checks.Success, "Passes")
	s.said(1, 1, "Passes") // an edit sends no mail: it is made at once

	calls := len(s.calls)
	s.event(1, "pull_request.labeled")
	s.work()
	if n := len(s.calls) - calls; n != 1 {
		t.Errorf("%d calls for an event that changes nothing: %s", n, s.calls[calls:])
	}

	s.change(1, func(p *gate.Pull) { p.State = gate.Merged })
	s.event(1, "pull_request.closed")
	s.work()
	s.shows("aaa", checks.Success, "Passes")
	if s.depth() != 0 {
		t.Errorf("%d subjects want work", s.depth())
	}
	all, err := s.store.Verdicts(t.Context(), repository, 1, 0, 10)
	if err != nil || len(all) != 3 { // blocked, blocked with its comment, passes
		t.Errorf("%d verdicts in the history, %v: %+v", len(all), err, all)
	}
	if got := fmt.Sprint(s.observed.all); got != "[failure success success]" {
		t.Errorf("observed %s", got)
	}
}

func TestSharedCommits(t *testing.T) {
	two := func(t *testing.T) *site {
		s := newSite(t)
		s.enforce()
		s.add(1, good, "aaa")
		s.add(2, poor, "aaa")
		s.event(1, "pull_request.opened")
		s.event(2, "pull_request.opened")
		s.work()
		s.shows("aaa", checks.Failure, "Blocked")
		return s
	}
	t.Run("the strict one closes", func(t *testing.T) {
		s := two(t)
		s.change(2, func(p *gate.Pull) { p.State = gate.Closed })
		s.event(2, "pull_request.closed")
		s.work()
		s.shows("aaa", checks.Success, "Passes")
	})
	t.Run("the strict one moves to another commit", func(t *testing.T) {
		s := two(t)
		s.change(2, func(p *gate.Pull) { p.Change.HeadSHA = "bbb" })
		s.event(2, "pull_request.synchronize")
		s.work()
		s.shows("aaa", checks.Success, "Passes")
		s.shows("bbb", checks.Failure, "Blocked")
	})
	t.Run("both close", func(t *testing.T) {
		s := two(t)
		for n := 1; n <= 2; n++ {
			s.change(n, func(p *gate.Pull) { p.State = gate.Closed })
			s.event(n, "pull_request.closed")
		}
		s.work()
	})
	t.Run("the mild one is judged after the strict one", func(t *testing.T) {
		s := two(t)
		s.event(1, "pull_request.labeled")
		s.work()
		s.shows("aaa", checks.Failure, "Blocked")
	})
	t.Run("a stranger's fork with the commit changes nothing", func(t *testing.T) {
		s := newSite(t)
		s.enforce()
		s.add(1, good, "aaa")
		s.event(1, "pull_request.opened")
		s.add(2, poor, "aaa").HeadRepo = "octocat/shop"
		s.event(2, "pull_request.opened")
		s.work()
		s.shows("aaa", checks.Success, "Passes")
	})
	t.Run("one that cannot be read holds the others, and is tried again", func(t *testing.T) {
		s := two(t)
		s.change(2, func(p *gate.Pull) { p.Change.Body = good })
		s.fail = func(call string) error {
			if call == "pull acme/shop#2" {
				return &gate.Unavailable{What: "acme/shop#2", Why: "HTTP 502"}
			}
			return nil
		}
		s.event(1, "pull_request.edited")
		s.work()
		s.shows("aaa", checks.Failure, "No verdict yet: acme/shop#2 could not be read (HTTP 502)")
		s.fail = nil // and nothing else happens to either of them
		s.after(10 * time.Second)
		s.shows("aaa", checks.Success, "Passes")
	})
}

// TestSharedCommitsThatAreLeft: a red of another one's does not stay.
func TestSharedCommitsThatAreLeft(t *testing.T) {
	for name, known := range map[string]bool{"one that was judged elsewhere": true, "one that was never judged": false} {
		t.Run(name+" passes through", func(t *testing.T) {
			s := newSite(t)
			s.enforce()
			if known {
				s.judge(1, "aaa", good)
				s.judge(3, "aaa", good)
			} else {
				s.add(1, poor, "aaa")
			}
			s.judge(2, "bbb", good)
			s.shows("bbb", checks.Success, "Passes")
			s.change(1, func(p *gate.Pull) { p.Change.HeadSHA, p.Change.Body = "bbb", poor })
			s.judge(2, "bbb", good+" ") // nothing is heard of the other one
			s.shows("bbb", checks.Failure, "Blocked")
			s.change(1, func(p *gate.Pull) { p.Change.HeadSHA = "ccc" })
			s.event(1, "pull_request.synchronize")
			s.after(time.Hour)
			s.shows("bbb", checks.Success, "Passes")
			s.shows("ccc", checks.Failure, "Blocked")
			if known && strings.Contains(s.runsOn("aaa")[0].Summary, "#1") {
				t.Error("it is still counted on its first commit")
			}
		})
	}
	t.Run("one leaves before its verdict there is kept", func(t *testing.T) {
		s := newSite(t)
		s.enforce()
		s.judge(1, "aaa", good)
		s.judge(2, "bbb", good)
		s.change(1, func(p *gate.Pull) { p.Change.HeadSHA, p.Change.Body, p.Change.Draft = "bbb", poor, true }) // a draft has no turn for a comment
		document := s.worker.Document
		s.worker.Document = func(j gate.Judged) ([]byte, error) {
			if j.Pull.Number == 1 {
				s.worker.Document = document
				s.change(1, func(p *gate.Pull) { p.Change.HeadSHA = "ccc" })
				s.event(1, "pull_request.synchronize")
				s.work()
			}
			return document(j)
		}
		s.judge(2, "bbb", good+" ")
		s.after(time.Hour)
		s.shows("bbb", checks.Success, "Passes")
		s.shows("ccc", checks.Failure, "Blocked")
	})
	t.Run("one left and cannot be read", func(t *testing.T) {
		s := newSite(t)
		s.enforce()
		s.judge(1, "aaa", good)
		s.judge(2, "aaa", poor)
		s.after(2 * time.Minute)
		s.shows("aaa", checks.Failure, "Blocked")
		s.change(2, func(p *gate.Pull) { p.Change.HeadSHA = "bbb" })
		s.fail = failing("pull acme/shop#2", badGateway)
		s.event(2, "pull_request.synchronize")
		s.change(1, func(p *gate.Pull) { p.Change.Body = good + "\nMore.\n" })
		s.event(1, "pull_request.edited")
		s.work()
		s.shows("aaa", checks.Failure, "") // the list of those on the commit may be behind
		s.after(time.Minute)
		s.shows("aaa", checks.Success, "Passes")
	})
}

func TestAHeadThatComesBackToAnOldCommit(t *testing.T) {
	s := passing(t)
	s.change(1, func(p *gate.Pull) { p.Change.HeadSHA = "bbb" })
	s.event(1, "pull_request.synchronize")
	s.work()
	s.change(1, func(p *gate.Pull) { p.Change.HeadSHA, p.Change.Body = "aaa", poor })
	s.event(1, "pull_request.synchronize")
	s.work()
	s.shows("aaa", checks.Failure, "Blocked")
}

func TestTwoEditsOfOneSecond(t *testing.T) {
	t.Run("a read of the first one is stale", func(t *testing.T) {
		s := newSite(t)
		s.enforce()
		p := s.add(1, good, "aaa")
		w := queue.Want{Subject: subject(queue.Pull, 1), Reason: "pull_request.edited", Announced: queue.Announced{
			Owner: "acme", Name: "shop", UpdatedAt: p.UpdatedAt, HeadSHA: "aaa", Description: gate.DigestOf(poor), FormerDescription: gate.DigestOf(good),
		}}
		s.want(w)
		s.work()
		s.shows("aaa", "", "")
		p.Change.Body = poor // what was announced arrives, in the same second
		s.after(2 * time.Second)
		s.shows("aaa", checks.Failure, "Blocked")
	})
	t.Run("a text that is read in another form is believed in the end", func(t *testing.T) {
		s := newSite(t)
		s.enforce()
		p := s.add(1, good, "aaa")
		s.want(queue.Want{Subject: subject(queue.Pull, 1), Reason: "pull_request.edited", Announced: queue.Announced{
			Owner: "acme", Name: "shop", UpdatedAt: p.UpdatedAt, HeadSHA: "aaa", Description: gate.DigestOf("another"),
		}})
		s.work()
		s.shows("aaa", "", "")
		s.after(16 * time.Second)
		s.shows("aaa", checks.Success, "Passes")
	})
	t.Run("a head whose delivery was lost is believed in the end", func(t *testing.T) {
		s := newSite(t)
		s.enforce()
		s.add(1, poor, "bbb")
		s.want(queue.Want{Subject: subject(queue.Pull, 1), Reason: "pull_request.synchronize", Announced: queue.Announced{
			Owner: "acme", Name: "shop", UpdatedAt: s.pulls[1].UpdatedAt, HeadSHA: "aaa", Description: gate.DigestOf(poor),
		}})
		s.work()
		s.shows("bbb", "", "")
		s.after(16 * time.Second)
		s.shows("bbb", checks.Failure, "Blocked")
	})
	t.Run("nobody knows which is the newer: two more reads", func(t *testing.T) {
		s := newSite(t)
		s.enforce()
		p := s.add(1, good, "aaa")
		for _, body := range []string{good, poor} {
			s.want(queue.Want{Subject: subject(queue.Pull, 1), Reason: "pull_request.edited", Announced: queue.Announced{
				Owner: "acme", Name: "shop", UpdatedAt: p.UpdatedAt, HeadSHA: "aaa", Description: gate.DigestOf(body),
			}})
		}
		s.work()
		s.shows("aaa", checks.Success, "Passes")
		p.Change.Body = poor
		s.after(3 * time.Second)
		s.shows("aaa", checks.Failure, "Blocked")
		p.Change.Body = good // that was an older answer, the last one of that age
		s.after(5 * time.Second)
		s.shows("aaa", checks.Success, "Passes")
		reads := s.count("pull ")
		s.after(30 * time.Second)
		if n := s.count("pull ") - reads; n != 0 {
			t.Errorf("%d more reads", n)
		}
	})
}

func TestANewerRelease(t *testing.T) {
	judged := func(t *testing.T) *site {
		s := newSite(t)
		s.enforce()
		s.add(1, good, "aaa")
		s.worker.Gate.Options.Release = "1.10.0"
		s.event(1, "pull_request.opened")
		s.work()
		s.shows("aaa", checks.Success, "Passes")
		s.worker.Gate.Options.Release = "1.9.3"
		return s
	}
	t.Run("a pushed policy waits for it", func(t *testing.T) {
		s := judged(t)
		s.policy = text(strict)
		reads := s.count("pull ")
		s.want(of(queue.Repository, "push"))
		s.after(50 * time.Second)
		if n := s.count("pull ") - reads; n != 0 {
			t.Errorf("%d reads while it may come", n)
		}
		s.after(time.Minute)
		s.shows("aaa", checks.Failure, "Blocked")
		if s.depth() != 0 {
			t.Errorf("%d subjects want work", s.depth())
		}
	})
	t.Run("a change waits for it", func(t *testing.T) {
		s := judged(t)
		s.change(1, func(p *gate.Pull) { p.Change.Body = poor })
		s.event(1, "pull_request.edited")
		s.after(20 * time.Second)
		s.shows("aaa", checks.Success, "Passes")
		s.worker.Gate.Options.Release = "1.10.0"
		s.after(10 * time.Second)
		s.shows("aaa", checks.Failure, "Blocked")
	})
	t.Run("and is judged in the end", func(t *testing.T) {
		s := judged(t)
		s.change(1, func(p *gate.Pull) { p.Change.Body = poor })
		s.event(1, "pull_request.edited")
		s.after(70 * time.Second)
		s.shows("aaa", checks.Failure, "Blocked")
		if !strings.Contains(s.log.String(), "run one release on one database") {
			t.Error("nobody is told")
		}
	})
}
