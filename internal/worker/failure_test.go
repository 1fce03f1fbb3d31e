package worker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
)

// failing fails every call that begins so.
func failing(with string, err error) func(string) error {
	return func(call string) error {
		if strings.HasPrefix(call, with) {
			return err
		}
		return nil
	}
}

// unreadable fails every read of pull requests.
func unreadable(err error) func(string) error { return failing("pull ", err) }

var badGateway = &gate.Unavailable{What: "acme/shop#1", Why: "HTTP 502, 4 tries"}

func TestAStaleGreenDoesNotStand(t *testing.T) {
	tests := map[string]struct {
		cause error
		bare  bool // no policy file: it only reports
		panic bool
		stood checks.Conclusion
		title string
	}{
		"reads fail":                   {cause: badGateway, stood: checks.Failure, title: "No verdict yet: acme/shop#1 could not be read (HTTP 502, 4 tries); the next try is at 14:0"},
		"it only reports":              {cause: badGateway, bare: true, stood: checks.Neutral, title: "No verdict yet: acme/shop#1"},
		"reads are refused":            {cause: &gate.Refused{What: "read acme/shop#1", Why: "HTTP 403"}, stood: checks.Failure, title: "No verdict yet: the token may not read acme/shop#1: HTTP 403; the next try is at 14:"},
		"an error of our own":          {cause: errors.New("secret text"), stood: checks.Failure, title: "No verdict yet: backout failed, and its operator's log says why"},
		"a panic":                      {panic: true, stood: checks.Failure, title: "No verdict yet: backout failed, and its operator's log says why"},
		"GitHub serves an older state": {cause: &gate.Unavailable{What: "acme/shop#1", Why: "older than announced", Stale: true}, stood: checks.Failure, title: "No verdict yet: acme/shop#1 could not be read (older than announced)"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			if !tt.bare {
				s.enforce()
			}
			s.add(1, good, "aaa")
			s.event(1, "pull_request.opened")
			s.work()
			passed := s.runsOn("aaa")[0].Conclusion

			s.change(1, func(p *gate.Pull) { p.Change.Body = "" })
			s.fail = unreadable(tt.cause)
			if tt.panic {
				s.called = func(call string) {
					if strings.HasPrefix(call, "pull ") {
						panic("secret text")
					}
				}
			}
			s.event(1, "pull_request.edited")
			s.work()
			s.after(staleGreen - time.Second)
			s.shows("aaa", passed, "")
			s.after(2 * time.Second)
			s.shows("aaa", tt.stood, tt.title)
			s.after(20 * time.Minute)
			s.shows("aaa", tt.stood, tt.title)
			if n := s.count("update run"); n != 1 {
				t.Errorf("%d writes", n)
			}
			s.fail, s.called = nil, nil
			s.after(queue.MaxDelay)
			want := checks.Failure
			if tt.bare {
				want = checks.Neutral
			}
			s.shows("aaa", want, "")
			if strings.Contains(s.runsOn("aaa")[0].Title, "No verdict") {
				t.Error("the verdict does not follow")
			}
		})
	}
}

// TestARedThatStands: only a pass is taken back.
func TestARedThatStands(t *testing.T) {
	s := newSite(t)
	s.enforce()
	s.add(1, poor, "aaa")
	s.event(1, "pull_request.opened")
	s.work()
	s.fail = unreadable(badGateway)
	s.event(1, "pull_request.edited")
	s.after(20 * time.Minute)
	s.shows("aaa", checks.Failure, "Blocked")
}

// TestAPassOnAnotherCommit: a new head has no verdict, and needs none to block.
func TestAPassOnAnotherCommit(t *testing.T) {
	s := passing(t)
	s.change(1, func(p *gate.Pull) { p.Change.HeadSHA = "bbb" })
	s.fail = unreadable(badGateway)
	s.event(1, "pull_request.synchronize")
	s.after(20 * time.Minute)
	s.shows("aaa", checks.Success, "Passes")
	s.shows("bbb", "", "")
}

func TestWhatFailsIsTriedAgain(t *testing.T) {
	tests := map[string]struct {
		cause error
		tries int // within 65 seconds
		log   string
		depth int // in the end
	}{
		"GitHub fails":                  {cause: badGateway, tries: 7, depth: 1},
		"GitHub says how long to wait":  {cause: &gate.Unavailable{What: "acme/shop#1", Why: "a limit", After: 40 * time.Second}, tries: 2, depth: 1},
		"the App may not":               {cause: &gate.Refused{What: "read acme/shop#1", Why: "HTTP 403"}, tries: 2, log: "the App may not do what it must", depth: 1},
		"it is archived":                {cause: &gate.Refused{What: "write", Why: "the repository is archived", Asleep: true}, tries: 4, log: "nothing to judge until it is back"},
		"it is not there":               {cause: &gate.Gone{What: "acme/shop#1"}, tries: 4, log: "nothing to judge"},
		"an error that nobody expected": {cause: errors.New("odd"), tries: 7, log: "a subject could not be worked on", depth: 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.enforce()
			s.add(1, good, "aaa")
			s.fail = unreadable(tt.cause)
			s.event(1, "pull_request.opened")
			s.work()
			s.after(65 * time.Second)
			if n := s.count("pull "); n != tt.tries {
				t.Errorf("%d tries, want %d", n, tt.tries)
			}
			if !strings.Contains(s.log.String(), tt.log) {
				t.Errorf("the log lacks %q", tt.log)
			}
			if s.depth() != tt.depth {
				t.Errorf("%d subjects want work, want %d", s.depth(), tt.depth)
			}
			stats, err := s.store.Stats(t.Context())
			if err != nil || tt.depth == 0 && stats.Dead > 0 {
				t.Errorf("%+v, %v", stats, err)
			}
		})
	}
}

// TestAnInstallationThatMustWait: what GitHub said to one pull request holds for
// all of the installation.
func TestAnInstallationThatMustWait(t *testing.T) {
	s := newSite(t)
	s.enforce()
	for n := 1; n <= 5; n++ {
		s.add(n, good, fmt.Sprint("sha", n))
		s.event(n, "pull_request.opened")
	}
	s.fail = unreadable(&gate.Unavailable{What: "acme/shop", Why: "a limit", After: 30 * time.Second})
	s.work()
	s.fail = nil
	s.after(29 * time.Second)
	if n := len(s.calls); n != 1 {
		t.Errorf("%d calls while it was told to wait", n)
	}
	s.after(3 * time.Second)
	for n := 1; n <= 5; n++ {
		s.shows(fmt.Sprint("sha", n), checks.Success, "Passes")
	}
}

func TestAPullRequestThatIsDeleted(t *testing.T) {
	s := passing(t)
	s.event(1, "pull_request.edited")
	delete(s.pulls, 1) // reads are stale at first, and then it is gone
	s.after(goneAfter - time.Minute)
	if s.depth() != 1 {
		t.Errorf("%d subjects want work", s.depth())
	}
	s.shows("aaa", checks.Failure, "No verdict yet: acme/shop#1 is not there, or the token may not see it")
	s.after(queue.MaxDelay + time.Minute)
	if s.depth() != 0 {
		t.Errorf("%d subjects want work in the end", s.depth())
	}
}

// lose has another worker take the subject over while the first one is at a
// call.
func (s *site) lose(at string, meanwhile func()) {
	s.called = func(call string) {
		if !strings.HasPrefix(call, at) {
			return
		}
		s.called = nil
		s.clock.Add((leaseFor + time.Second).Milliseconds())
		meanwhile()
		s.worker.commits.held = nil // another replica does not know of it
		s.work()
	}
}

func TestALostLease(t *testing.T) {
	t.Run("nothing is written", func(t *testing.T) {
		s := newSite(t)
		s.enforce()
		s.add(1, good, "aaa")
		s.event(1, "pull_request.opened")
		s.lose("pull", func() {
			s.change(1, func(p *gate.Pull) { p.Change.Body = poor })
			s.event(1, "pull_request.edited")
		})
		s.work()
		if n := s.count("create run"); n != 1 {
			t.Errorf("%d check runs were made", n)
		}
		s.shows("aaa", checks.Failure, "Blocked")
	})
	t.Run("a write that was on its way is judged again", func(t *testing.T) {
		s := passing(t)
		s.change(1, func(p *gate.Pull) { p.Change.Title = "Another" })
		s.event(1, "pull_request.edited")
		// The first worker stops after its check, the second one judges a poor
		// description, and then the first one's write arrives.
		s.lose("update run", func() {
			s.change(1, func(p *gate.Pull) { p.Change.Body = poor })
			s.event(1, "pull_request.edited")
		})
		s.work()
		s.shows("aaa", checks.Failure, "Blocked")
	})
	t.Run("a write that failed on its way too", func(t *testing.T) {
		s := newSite(t)
		s.enforce()
		s.add(1, poor, "aaa")
		s.event(1, "pull_request.opened")
		s.work()
		reads := s.count("pull ")
		s.event(1, "pull_request.edited")
		s.lose("pull", func() {
			s.change(1, func(p *gate.Pull) { p.Change.Body = good })
			s.event(1, "pull_request.edited")
		})
		failed := false
		s.fail = func(call string) error {
			if call == "pull acme/shop#1" && s.called == nil && !failed && s.count("update run") > 0 {
				failed = true
				return badGateway // what the first worker gets
			}
			return nil
		}
		s.work()
		s.shows("aaa", checks.Success, "Passes")
		if n := s.count("pull ") - reads; n < 3 {
			t.Errorf("%d reads: it was not judged again after both", n)
		}
	})
}

// TestOneCheckRunForASharedCommit has several pull requests of one commit judged
// at once, each read taking its time.
func TestOneCheckRunForASharedCommit(t *testing.T) {
	s := newSite(t)
	s.enforce()
	s.called = func(string) { time.Sleep(3 * time.Millisecond) }
	for n := 1; n <= 6; n++ {
		s.add(n, good, "aaa")
	}
	s.pulls[4].Change.Body, s.pulls[4].Change.Draft = poor, true // a draft gets no comment
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.worker.Run(ctx) }()
	var wants []queue.Want
	for n := 1; n <= 6; n++ {
		w := of(queue.Pull, "pull_request.opened")
		w.Number, w.HeadSHA, w.UpdatedAt = n, "aaa", s.pulls[n].UpdatedAt
		wants = append(wants, w)
	}
	s.want(wants...)
	end := time.Now().Add(20 * time.Second)
	for s.depth() > 0 && time.Now().Before(end) {
		time.Sleep(5 * time.Millisecond)
		s.clock.Add(100) // a busy commit is tried again after a while
	}
	stop()
	<-done
	s.shows("aaa", checks.Failure, "Blocked")
}

// TestTheWorkerRuns has the loop itself find work, do it, and stop.
func TestTheWorkerRuns(t *testing.T) {
	s := newSite(t)
	s.enforce()
	for n := 1; n <= 40; n++ {
		s.add(n, good, fmt.Sprint("sha", n))
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.worker.Run(ctx) }()
	for n := 1; n <= 40; n++ {
		s.event(n, "pull_request.opened")
	}
	end := time.Now().Add(20 * time.Second)
	for s.depth() > 0 && time.Now().Before(end) {
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for n := 1; n <= 40; n++ {
		s.shows(fmt.Sprint("sha", n), checks.Success, "Passes")
	}
}
