package worker

import (
	"fmt"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
)

// slowly lets time pass second by second.
func (s *site) slowly(d time.Duration) {
	s.t.Helper()
	for ; d > 0; d -= time.Minute {
		s.after(min(d, time.Minute))
	}
}

// open opens so many good pull requests, each with a commit of its own.
func (s *site) open(n int) {
	s.t.Helper()
	s.enforce()
	for i := range n {
		s.add(i+1, good, fmt.Sprint("sha", i+1))
		s.event(i+1, "pull_request.opened")
	}
	s.work()
}

// passing is how many of them show that they pass.
func (s *site) passing() int {
	n := 0
	for _, r := range s.runs {
		if r.Conclusion == checks.Success {
			n++
		}
	}
	return n
}

const longest = probeEvery + probeSpread/2

func TestTheVerdictFollowsSoonAfterAnOutage(t *testing.T) {
	for name, tt := range map[string]struct {
		call string
		most int // calls of a try
	}{"reads fail": {"pull ", 1}, "writes fail": {"create run", 4}} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.fail = failing(tt.call, badGateway)
			s.open(1)
			s.slowly(20 * time.Minute)
			if n := s.count(tt.call); n < 30 || n > 55*tt.most {
				t.Errorf("%d calls in 20 minutes", n)
			}
			s.fail = nil
			s.slowly(longest + time.Second)
			s.shows("sha1", checks.Success, "Passes")
			if s.depth() != 0 {
				t.Errorf("%d subjects want work", s.depth())
			}
		})
	}
}

func TestAllFollowSoonAfterAnOutage(t *testing.T) {
	const pulls = 60
	s := newSite(t)
	s.fail = unreadable(badGateway)
	s.open(pulls)
	s.slowly(15 * time.Minute)
	before := s.count("pull ")
	s.slowly(15 * time.Minute)
	// Each by itself once in the longest back-off, and one that asks for all.
	if tries, most := s.count("pull ")-before, pulls+int(15*time.Minute/(probeEvery-probeSpread/2)); tries > most {
		t.Errorf("%d tries in 15 minutes, want at most %d", tries, most)
	}
	s.fail = nil
	s.slowly(longest + time.Second)
	if n := s.passing(); n != pulls {
		t.Errorf("%d of %d pass", n, pulls)
	}
}

// TestAnOutageThatOnlySeemsToBeOver: one answer brings on two tries, and not all
// of what waits.
func TestAnOutageThatOnlySeemsToBeOver(t *testing.T) {
	s := newSite(t)
	s.fail = unreadable(badGateway)
	s.open(60)
	s.slowly(15 * time.Minute)
	for s.passing() == 0 {
		before := s.count("pull ")
		s.fail = func(call string) error {
			if s.count("pull ") > before+1 {
				return unreadable(badGateway)(call)
			}
			return nil
		}
		s.clock.Add(time.Second.Milliseconds())
		due := s.due()
		s.work()
		if tries := s.count("pull ") - before; due > 0 && tries != due+broughtOn {
			t.Errorf("%d tries, want the %d that were due and %d", tries, due, broughtOn)
		}
	}
}

// due is how many subjects are due now.
func (s *site) due() int {
	s.t.Helper()
	stats, err := s.store.Stats(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return stats.Due
}

func TestWhatDoesNotWaitForAnOutageToEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		other error
		tries int // of the other one within the minute after the outage
	}{
		"GitHub says how long to wait": {&gate.Unavailable{What: "acme/shop#1", Why: "a limit", After: 10 * time.Minute}, 0},
		"the App may not":              {&gate.Refused{What: "read acme/shop#1", Why: "HTTP 403"}, 0},
		"it waits for GitHub as well":  {badGateway, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.fail = func(call string) error {
				if call == "pull acme/shop#1" {
					return tt.other
				}
				return unreadable(badGateway)(call)
			}
			s.open(2)
			s.slowly(8 * time.Minute)
			s.fail = failing("pull acme/shop#1", tt.other)
			before := s.count("pull acme/shop#1")
			s.slowly(time.Minute)
			if n := s.count("pull acme/shop#1") - before; min(n, 1) != tt.tries {
				t.Errorf("%d tries", n)
			}
		})
	}
}

// TestAnAnswerOfAnyKindEndsAnOutage: what GitHub refuses it has read.
func TestAnAnswerOfAnyKindEndsAnOutage(t *testing.T) {
	for name, answer := range map[string]error{
		"refused":  &gate.Refused{What: "read acme/shop#1", Why: "HTTP 403"},
		"archived": &gate.Refused{What: "write", Why: "the repository is archived", Asleep: true},
		"gone":     &gate.Gone{What: "acme/shop#1"},
		"older":    &gate.Unavailable{What: "acme/shop#1", Why: "older than announced", Stale: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.fail = unreadable(badGateway)
			s.open(8)
			s.slowly(20 * time.Minute)
			first := true
			s.fail = func(string) error {
				if first {
					first = false
					return answer
				}
				return nil
			}
			s.slowly(longest + time.Second)
			if n := s.passing(); n < 7 {
				t.Errorf("%d of the 7 others pass", n)
			}
		})
	}
}

func TestProbesAreSpread(t *testing.T) {
	least, most := queue.MaxDelay, time.Duration(0)
	for range 300 {
		d := probe()
		least, most = min(least, d), max(most, d)
	}
	if least < probeEvery-probeSpread/2 || most > longest || most-least < probeSpread/2 {
		t.Errorf("between %v and %v", least, most)
	}
}
