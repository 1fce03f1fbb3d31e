package worker

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
)

func TestNoInstallationHasAllHands(t *testing.T) {
	for name, tt := range map[string]struct {
		waiting []int64 // claims, one after another, by installation
		want    string
	}{
		"one alone has half of them":          {[]int64{1, 1, 1, 1, 1, 1}, "map[1:96]"},
		"the next one half of what is left":   {[]int64{1, 1, 1, 2, 2, 2}, "map[1:96 2:32]"},
		"who has none gets one of the last":   {[]int64{1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9}, "map[1:96 2:32 3:32 4:16 5:8 6:4 7:2 8:1 9:1]"},
		"two that take turns have as many":    {[]int64{1, 2, 1, 2, 1, 2}, "map[1:64 2:64]"},
		"nobody gets one where there is none": {[]int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}, "map[1:32 2:32 3:32 4:32 5:32 6:16 7:8 8:4 9:2 10:1 11:1]"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHands()
			for _, installation := range tt.waiting {
				n, full := h.look()
				if slices.Contains(full, installation) {
					continue
				}
				for range n {
					h.take(installation)
				}
			}
			if got := fmt.Sprint(h.held); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			for installation, n := range h.held {
				for range n {
					h.give(installation)
				}
			}
			if h.free != concurrency || len(h.held) != 0 {
				t.Errorf("%d free at the end, %v held", h.free, h.held)
			}
		})
	}
}

// TestRoomIsTold has whoever found an installation full told when it is not any
// more, once, and nobody else.
func TestRoomIsTold(t *testing.T) {
	h := newHands()
	told := func() bool {
		select {
		case <-h.room:
			return true
		default:
			return false
		}
	}
	for range concurrency / 2 {
		h.take(1)
	}
	h.give(1)
	h.take(1)
	if told() {
		t.Error("nobody had looked")
	}
	if _, full := h.look(); !slices.Equal(full, []int64{1}) {
		t.Fatalf("%v are full", full)
	}
	for given := 1; given <= concurrency/2; given++ {
		h.give(1)
		n, full := h.count()
		if full != nil {
			if told() {
				t.Fatalf("told after %d came back, and it is still full", given)
			}
			continue
		}
		if !told() {
			t.Fatalf("not told after %d came back, and %d may be claimed", given, n)
		}
		break
	}
	for len(h.held) > 0 {
		h.give(1)
	}
	if told() {
		t.Error("told twice")
	}
}

// TestASlowInstallationHoldsUpNobody has GitHub answer one installation not at
// all, with more subjects than there are hands.
func TestASlowInstallationHoldsUpNobody(t *testing.T) {
	s := newSite(t)
	s.enforce()
	var wants []queue.Want
	for n := 1; n <= 2*concurrency; n++ {
		w := of(queue.Pull, "pull_request.opened")
		w.Installation, w.Number = 1, n
		wants = append(wants, w)
	}
	s.want(wants...)
	answer := make(chan struct{})
	var inHand sync.WaitGroup
	inHand.Add(concurrency / 4)
	var mu sync.Mutex
	asked := 0
	s.worker.Client = func(id int64) (Client, error) {
		if id == 1 {
			mu.Lock()
			if asked++; asked <= concurrency/4 {
				inHand.Done()
			}
			mu.Unlock()
			<-answer
			return nil, &gate.Gone{What: "the installation"}
		}
		return s.hub, nil
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.worker.Run(ctx) }()
	inHand.Wait()
	s.add(1000, good, "bbb")
	s.event(1000, "pull_request.opened")
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		s.mu.Lock()
		n := len(s.runsOn("bbb"))
		s.mu.Unlock()
		if n > 0 {
			break
		}
	}
	s.shows("bbb", checks.Success, "Passes")
	close(answer)
	stop()
	<-done
}

func TestABusyCommitIsNotWaitedFor(t *testing.T) {
	s := newSite(t)
	s.enforce()
	s.add(1, good, "aaa")
	s.add(2, good, "aaa")
	s.event(1, "pull_request.opened")
	other := hold{commits: &s.worker.commits, repository: repository}
	if ours, _ := other.take("aaa"); !ours {
		t.Fatal("the commit is busy from the start")
	}
	s.work()
	if len(s.calls) != 0 || s.depth() != 1 {
		t.Errorf("calls %s, %d wanted", strings.Join(s.calls, "; "), s.depth())
	}
	other.release()
	s.after(2 * time.Second)
	s.shows("aaa", checks.Success, "Passes")
}

// TestManyOnOneCommit: beyond a number nobody reads all of them.
func TestManyOnOneCommit(t *testing.T) {
	s := newSite(t)
	s.enforce()
	const all = 30
	for n := 1; n <= all; n++ {
		s.add(n, good, "aaa")
		s.event(n, "pull_request.opened")
	}
	s.work()
	s.shows("aaa", checks.Failure, "No verdict yet: too many open pull requests (30) have this commit as their head; close all but 10")
	if n := s.count("pull "); n > 3*all {
		t.Errorf("%d reads for %d pull requests", n, all)
	}
	if s.depth() != 0 {
		t.Errorf("%d are wanted still", s.depth())
	}
	for n := all; n > 10; n-- {
		s.change(n, func(p *gate.Pull) { p.State = gate.Closed })
		s.event(n, "pull_request.closed")
		s.work()
	}
	s.shows("aaa", checks.Success, "Passes")
	s.change(3, func(p *gate.Pull) { p.Change.Body = poor })
	s.event(3, "pull_request.edited")
	s.work()
	s.shows("aaa", checks.Failure, "Blocked")
}

// twoOfAFanOut are two pull requests on one commit that a fan-out asked for, in hand.
func twoOfAFanOut(t *testing.T) (*site, []queue.Lease) {
	t.Helper()
	s := newSite(t)
	s.enforce()
	for n := 1; n <= 2; n++ {
		s.add(n, good, "aaa")
		w := of(queue.Pull, "installation.created")
		w.Number = n
		s.want(w)
	}
	leases, err := s.store.Claim(t.Context(), 2, leaseFor)
	if err != nil || len(leases) != 2 {
		t.Fatal(leases, err)
	}
	return s, leases
}

// TestACommitThatNobodyKnewBefore: of two turns of a fan-out that find no check
// run on the commit that both come to, one makes it.
func TestACommitThatNobodyKnewBefore(t *testing.T) {
	s, leases := twoOfAFanOut(t)
	s.called = func(call string) { // the second one's whole turn falls into the first one's create
		if call == "create run" {
			s.called = nil
			s.worker.work(t.Context(), leases[1], s.worker.Now())
		}
	}
	s.worker.work(t.Context(), leases[0], s.worker.Now())
	s.shows("aaa", checks.Success, "Passes")
	s.after(10 * time.Second)
	s.shows("aaa", checks.Success, "Passes")
	if s.depth() != 0 {
		t.Errorf("%d are wanted still", s.depth())
	}
}

// TestARunThatAnotherTurnMade: the list is read again once the commit is ours.
func TestARunThatAnotherTurnMade(t *testing.T) {
	s, leases := twoOfAFanOut(t)
	s.called = func(call string) { // the second one's whole turn falls behind the first one's reads
		if call == "pull acme/shop#2" {
			s.called = nil
			s.worker.work(t.Context(), leases[1], s.worker.Now())
		}
	}
	s.worker.work(t.Context(), leases[0], s.worker.Now())
	s.after(10 * time.Second)
	s.shows("aaa", checks.Success, "Passes")
}

// TestOneTooManyThatLeavesUnseen: the eleventh was counted, and left before it had
// a turn of its own on the commit.
func TestOneTooManyThatLeavesUnseen(t *testing.T) {
	for name, leave := range map[string]func(*site){
		"closed": func(s *site) {
			s.change(11, func(p *gate.Pull) { p.State = gate.Closed })
			s.event(11, "pull_request.closed")
		},
		"moved on": func(s *site) {
			s.change(11, func(p *gate.Pull) { p.Change.HeadSHA = "bbb" })
			s.event(11, "pull_request.synchronize")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.enforce()
			for n := 1; n <= 10; n++ {
				s.add(n, good, "aaa")
				s.event(n, "pull_request.opened")
			}
			s.work()
			s.add(11, good, "aaa")
			s.change(1, func(p *gate.Pull) { p.Change.Body = good + "\n" })
			s.event(1, "pull_request.edited")
			s.work()
			s.shows("aaa", checks.Failure, "No verdict yet: too many")
			leave(s)
			s.after(time.Minute)
			s.shows("aaa", checks.Success, "Passes")
			if s.depth() != 0 {
				t.Errorf("%d subjects want work", s.depth())
			}
		})
	}
}
