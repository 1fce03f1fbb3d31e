package server

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func newBudget(limit int64) *budget {
	return &budget{limit: limit, patience: time.Second, now: time.Now}
}

func TestABodyIsAccountedForByWhatWasRead(t *testing.T) {
	b := newBudget(1 << 20)
	s, ok := b.admit(t.Context(), func() {})
	if !ok || b.inFlight() != baseShare {
		t.Fatalf("%v, %d in flight", ok, b.inFlight())
	}
	for _, step := range []struct{ n, want int64 }{{100, baseShare}, {baseShare, baseShare + 100}, {1, baseShare + 101}} {
		if ok := s.grow(t.Context(), step.n); !ok || b.inFlight() != step.want {
			t.Errorf("%d more: %v, %d in flight, want %d", step.n, ok, b.inFlight(), step.want)
		}
	}
	s.close()
	s.close()
	if b.inFlight() != 0 || !s.lost() {
		t.Errorf("%d in flight", b.inFlight())
	}
}

func TestWhoComesLastWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(2 * baseShare)
		first, _ := b.admit(t.Context(), func() { t.Error("the first was sent away") })
		second, _ := b.admit(t.Context(), func() { t.Error("the second was sent away") })
		begin := time.Now()
		time.AfterFunc(300*time.Millisecond, first.close)
		third, ok := b.admit(t.Context(), func() {})
		if !ok || time.Since(begin) != 300*time.Millisecond {
			t.Errorf("%v after %v", ok, time.Since(begin))
		}
		second.close()
		third.close()
		if b.inFlight() != 0 {
			t.Errorf("%d in flight", b.inFlight())
		}
	})
}

func TestWhoDawdlesIsSentAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(3 * baseShare)
		gone := make(chan string, 3)
		slow, _ := b.admit(t.Context(), func() { gone <- "slow" })
		slow.grow(t.Context(), 2*baseShare)
		time.Sleep(400 * time.Millisecond)
		next, _ := b.admit(t.Context(), func() { gone <- "next" })
		begin := time.Now()
		last, ok := b.admit(t.Context(), func() { gone <- "last" })
		if !ok || time.Since(begin) != 600*time.Millisecond || <-gone != "slow" || !slow.lost() || next.lost() {
			t.Errorf("%v after %v", ok, time.Since(begin))
		}
		if slow.grow(t.Context(), 1) {
			t.Error("who was sent away goes on")
		}
		slow.close()
		next.close()
		last.close()
		if b.inFlight() != 0 || len(gone) > 0 {
			t.Errorf("%d in flight, %d sent away", b.inFlight(), len(gone))
		}
	})
}

func TestWhoNeedsRoomAndIsTheOldestGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(2 * baseShare)
		first, _ := b.admit(t.Context(), func() {})
		second, _ := b.admit(t.Context(), func() { t.Error("the second was sent away") })
		if first.grow(t.Context(), 2*baseShare) || second.lost() {
			t.Error("the first goes on")
		}
		second.close()
	})
}

func TestNobodyWaitsForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(baseShare)
		b.patience = time.Hour
		s, _ := b.admit(t.Context(), func() {})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		begin := time.Now()
		if _, ok := b.admit(ctx, func() {}); ok || time.Since(begin) != 5*time.Second {
			t.Errorf("%v after %v", ok, time.Since(begin))
		}
		s.close()
	})
}

func TestTheLimitHoldsWithManyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 8 * baseShare
		b := newBudget(limit)
		var done sync.WaitGroup
		for i := range 200 {
			done.Go(func() {
				s, ok := b.admit(t.Context(), func() {})
				if !ok {
					return
				}
				for range i % 7 {
					if !s.grow(t.Context(), baseShare/2) {
						break
					}
					time.Sleep(time.Duration(i%11) * 100 * time.Millisecond)
					if n := b.inFlight(); n > limit {
						t.Errorf("%d in flight", n)
					}
				}
				s.close()
			})
		}
		done.Wait()
		if n := b.inFlight(); n != 0 || b.order.Len() != 0 {
			t.Errorf("%d in flight, %d shares", n, b.order.Len())
		}
	})
}
