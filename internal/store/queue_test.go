package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

func TestBurstIsOneLease(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		p := pull(1, 10, 7)
		for range 100 {
			put(t, s, want(p))
		}
		l := claimOne(t, s)
		if l.Subject != p || l.Want != 100 || l.Attempts != 0 || l.Reason != "pull_request.edited" {
			t.Errorf("lease of a burst: %+v", l)
		}
		claimNone(t, s)
		done(t, s, l)
		claimNone(t, s)
	})
}

func TestWantedMeanwhileRunsOnceMore(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		p := pull(1, 10, 7)
		put(t, s, want(p))
		l := claimOne(t, s)
		c.advance(2 * time.Second)
		put(t, s, want(p))
		put(t, s, want(p))
		claimNone(t, s)
		c.advance(3 * time.Second)
		done(t, s, l)
		l = claimOne(t, s)
		if l.Want != 3 || l.Waiting != 3*time.Second {
			t.Errorf("the second run saw want %d and waited %s, want 3 and 3s, since it was asked for", l.Want, l.Waiting)
		}
		done(t, s, l)
		claimNone(t, s)
	})
}

func TestLeaseThatIsOverIsHandedOutAgain(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		put(t, s, want(pull(1, 10, 7)))
		first := claimOne(t, s)
		c.advance(29 * time.Second)
		claimNone(t, s)
		c.advance(time.Second)
		second := claimOne(t, s)
		if second.Token == first.Token || second.Attempts != 1 {
			t.Errorf("the second lease has token %d after %d, and %d attempts, want another and 1: the first ended without a word", second.Token, first.Token, second.Attempts)
		}

		if held, err := s.Renew(ctx, first, time.Minute); err != nil || held {
			t.Errorf("Renew of a lost lease: held %t, err %v", held, err)
		}
		if err := s.Retry(ctx, first, 0, "HTTP 502"); err != nil {
			t.Error(err)
		}
		claimNone(t, s)
		held, err := s.Done(ctx, first)
		if err != nil || held {
			t.Errorf("Done of a lost lease: held %t, err %v", held, err)
		}
		claimNone(t, s)
		done(t, s, second)
		// Both may have written: it is judged once more.
		done(t, s, claimOne(t, s))
		claimNone(t, s)
		if held, err := s.Done(ctx, first); err != nil || held {
			t.Errorf("Done of a lease lost long ago: held %t, err %v", held, err)
		}
		done(t, s, claimOne(t, s))
		claimNone(t, s)
	})
}

func TestRenew(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		put(t, s, want(pull(1, 10, 7)))
		l := claimOne(t, s)
		c.advance(25 * time.Second)
		if held, err := s.Renew(ctx, l, 30*time.Second); err != nil || !held {
			t.Fatalf("held %t, err %v", held, err)
		}
		c.advance(29 * time.Second)
		claimNone(t, s)
		// Over, and nobody has taken it.
		c.advance(time.Hour)
		if held, err := s.Renew(ctx, l, 30*time.Second); err != nil || !held {
			t.Fatalf("held %t, err %v", held, err)
		}
		claimNone(t, s)
		done(t, s, l)
		if held, err := s.Renew(ctx, l, 30*time.Second); err != nil || held {
			t.Errorf("Renew of what was given back: held %t, err %v", held, err)
		}
	})
}

func TestRetry(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		p := pull(1, 10, 7)
		put(t, s, want(p))
		retry := func(after time.Duration, why string) queue.Lease {
			t.Helper()
			l := claimOne(t, s)
			if err := s.Retry(ctx, l, after, why); err != nil {
				t.Fatal(err)
			}
			return l
		}
		retry(4*time.Second, "HTTP 502")
		c.advance(3999 * time.Millisecond)
		claimNone(t, s)
		c.advance(time.Millisecond)

		if l := retry(time.Second, ""); l.Attempts != 1 || l.Waiting != 4*time.Second {
			t.Errorf("%d attempts and waiting for %s, want 1 and 4s", l.Attempts, l.Waiting)
		}
		c.advance(time.Second)
		if l := retry(24*time.Hour, "HTTP 502"); l.Attempts != 1 {
			t.Errorf("%d attempts after a wait without a failure, want 1", l.Attempts)
		}
		c.advance(queue.MaxDelay - time.Millisecond)
		claimNone(t, s)
		c.advance(time.Millisecond)

		// What is asked for meanwhile is due at its own time.
		l := claimOne(t, s)
		put(t, s, want(p))
		if err := s.Retry(ctx, l, time.Minute, "HTTP 502"); err != nil {
			t.Fatal(err)
		}
		l = claimOne(t, s)
		if l.Attempts != 3 {
			t.Errorf("%d attempts, want 3", l.Attempts)
		}
		done(t, s, l)
		put(t, s, want(p))
		if l := claimOne(t, s); l.Attempts != 0 {
			t.Errorf("%d attempts after a success, want none", l.Attempts)
		}
	})
}

func TestEventEndsTheWaitForATry(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		p := pull(1, 10, 7)
		put(t, s, want(p))
		if err := s.Retry(ctx, claimOne(t, s), time.Minute, "HTTP 502"); err != nil {
			t.Fatal(err)
		}
		claimNone(t, s)
		put(t, s, want(p))
		claimOne(t, s)
	})
}

func TestAfter(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		p := pull(1, 10, 7)
		later := want(p)
		later.After = 2 * time.Minute // longer than the lease
		put(t, s, want(p))
		l := claimOne(t, s)
		if err := s.Ask(ctx, []queue.Want{later}); err != nil {
			t.Fatal(err)
		}
		done(t, s, l)
		c.advance(2*time.Minute - time.Millisecond)
		claimNone(t, s)
		c.advance(time.Millisecond)
		if l := claimOne(t, s); l.Waiting != 0 {
			t.Errorf("waiting for %s at the time that was asked for", l.Waiting)
		} else {
			done(t, s, l)
		}

		// A sooner time stays, and a later one goes.
		put(t, s, later)
		put(t, s, want(p))
		put(t, s, later)
		done(t, s, claimOne(t, s))
		claimNone(t, s)
	})
}

func TestCommentWaitsAnewAndComesLast(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		comment := queue.Want{Subject: pull(1, 10, 7), After: time.Minute}
		comment.Kind = queue.Comment
		put(t, s, comment)
		c.advance(59 * time.Second)
		put(t, s, comment)
		c.advance(59 * time.Second)
		claimNone(t, s)
		c.advance(time.Second)
		put(t, s, want(pull(1, 10, 8)), want(pull(1, 10, 7)))
		l := claim(t, s, 10)
		if len(l) != 3 || l[2].Kind != queue.Comment {
			t.Fatalf("leases: %+v, want the comment last", l)
		}
		// In somebody's hands it waits anew as well.
		put(t, s, comment)
		c.advance(10 * time.Second)
		put(t, s, comment)
		done(t, s, l[2])
		c.advance(20 * time.Second)
		done(t, s, l[0])
		done(t, s, l[1])
		c.advance(40*time.Second - time.Millisecond)
		claimNone(t, s)
		c.advance(time.Millisecond)
		claimOne(t, s)
	})
}

func TestBehindComesLastAndTakesNobodysPlace(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		behind := func(number int) queue.Want {
			return queue.Want{Subject: pull(1, 10, number), Behind: true, Reason: "push"}
		}
		put(t, s, behind(1), behind(2), want(pull(1, 10, 3)), want(pull(1, 10, 4)), want(pull(1, 10, 2)), behind(4))
		var order []string
		for _, l := range claim(t, s, 10) {
			order = append(order, fmt.Sprint(l.Number, " ", l.Reason))
			done(t, s, l)
		}
		slices.Sort(order[:3])
		wantOrder := []string{"2 pull_request.edited", "3 pull_request.edited", "4 pull_request.edited", "1 push"}
		if diff := cmp.Diff(wantOrder, order); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
		put(t, s, behind(4))
		if l := claimOne(t, s); l.Reason != "push" {
			t.Errorf("reason %q of one that is wanted for nothing else", l.Reason)
		}
	})
}

func TestUrgentFirstAndInTurn(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		for i := range 40 { // one installation has much to do
			put(t, s, want(pull(5, 50, i)))
			c.advance(time.Millisecond)
		}
		urgent := want(pull(5, 50, 99))
		urgent.Urgent = true
		put(t, s, urgent, want(pull(3, 30, 1)), want(pull(9, 90, 1)), want(pull(9, 90, 2)))

		var order []string
		for range 4 {
			for _, l := range claim(t, s, 4) {
				order = append(order, fmt.Sprint(l.Installation, "/", l.Number))
				done(t, s, l)
			}
		}
		wantOrder := []string{"3/1", "5/99", "9/1", "5/0", "5/1", "9/2", "5/2", "5/3", "5/4", "5/5", "5/6", "5/7"}
		if diff := cmp.Diff(wantOrder, order[:min(12, len(order))]); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
	})
}

func TestEveryInstallationHasItsTurn(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		for i := range int64(20) {
			for n := range 5 {
				put(t, s, want(pull(i+1, i+1, n)))
			}
		}
		served := map[int64]int{}
		for range 20 { // 3 at a time: 60 of 100
			for _, l := range claim(t, s, 3) {
				served[l.Installation]++
			}
		}
		for i := range int64(20) {
			if served[i+1] != 3 {
				t.Errorf("installation %d was served %d times, want 3: %v", i+1, served[i+1], served)
			}
		}
	})
}

func TestNothingOfAFullInstallation(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		put(t, s, want(pull(1, 10, 1)), want(pull(1, 10, 2)), want(pull(2, 20, 1)), want(pull(3, 30, 1)))
		for _, tt := range []struct {
			full []int64
			want int64
		}{{[]int64{1, 2}, 3}, {[]int64{1}, 2}, {[]int64{2, 3}, 1}, {[]int64{1, 9}, 0}, {nil, 1}} {
			all, err := s.Claim(ctx, 1, time.Minute, tt.full...)
			if err != nil || len(all) != min(1, int(tt.want)) || len(all) == 1 && all[0].Installation != tt.want {
				t.Errorf("with %v full: %+v, %v; want one of %d", tt.full, all, err, tt.want)
			}
		}
	})
}

func TestPausedInstallation(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		put(t, s, want(pull(1, 10, 7)), want(pull(2, 20, 7)))
		if err := s.PauseInstallation(ctx, 1, time.Minute); err != nil {
			t.Fatal(err)
		}
		if err := s.PauseInstallation(ctx, 1, time.Second); err != nil {
			t.Fatal(err)
		}
		done(t, s, claimOne(t, s))
		put(t, s, want(pull(1, 10, 8)))
		c.advance(time.Minute - time.Millisecond)
		claimNone(t, s)
		stats := queueStats(t, s)
		if stats.Paused != 2 || stats.Due != 0 {
			t.Errorf("%d paused and %d due, want 2 and none", stats.Paused, stats.Due)
		}
		c.advance(time.Millisecond)
		if l := claim(t, s, 10); len(l) != 2 {
			t.Errorf("%d due after the pause, want 2", len(l))
		}
	})
}

func TestWake(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		wakes := func(when string) {
			t.Helper()
			select {
			case <-s.Wake():
			case <-time.After(10 * time.Second):
				t.Fatalf("nobody was woken %s", when)
			}
		}
		put(t, s, want(pull(1, 10, 7)))
		wakes("by a Put")
		l := claimOne(t, s)
		put(t, s, want(pull(1, 10, 7)))
		done(t, s, l)
		wakes("by what was asked for meanwhile")
		l = claimOne(t, s)
		if err := s.Retry(ctx, l, time.Minute, "HTTP 502"); err != nil {
			t.Fatal(err)
		}
		select { // of before
		case <-s.Wake():
		default:
		}
		c.advance(time.Minute)
		wakes("when a try is due")
	})
}
