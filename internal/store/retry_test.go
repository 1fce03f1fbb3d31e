package store_test

import (
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

const probe = 30 * time.Second

// outage gives leases back because GitHub could not be read.
func outage(t *testing.T, s *store.Store, after time.Duration, leases ...queue.Lease) {
	t.Helper()
	for _, l := range leases {
		if err := s.RetryOutage(ctx, l, after, probe, "HTTP 502"); err != nil {
			t.Fatal(err)
		}
	}
}

func over(t *testing.T, s *store.Store, installation int64, n int) {
	t.Helper()
	if err := s.OutageOver(ctx, installation, n); err != nil {
		t.Fatal(err)
	}
}

// numbers claims what is due and lists it.
func numbers(t *testing.T, s *store.Store) []int {
	t.Helper()
	var all []int
	for _, l := range claim(t, s, 100) {
		all = append(all, l.Number)
	}
	slices.Sort(all)
	return all
}

// down has these pull requests of an installation wait for a time after an
// outage, and one more be what asks.
func down(t *testing.T, s *store.Store, installation int64, after time.Duration, numbers ...int) {
	t.Helper()
	put(t, s, want(pull(installation, 10*installation, 0)))
	for _, n := range numbers {
		put(t, s, want(pull(installation, 10*installation, n)))
	}
	all := claim(t, s, 100)
	slices.SortFunc(all, func(a, b queue.Lease) int { return a.Number - b.Number })
	outage(t, s, after, all...)
}

func TestOneOfEachInstallationAsksWhetherGitHubIsBack(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		down(t, s, 1, 10*time.Minute, 1, 2, 3)
		down(t, s, 2, 10*time.Minute)
		c.advance(probe - time.Millisecond)
		claimNone(t, s)
		c.advance(time.Millisecond)
		for round := range 3 {
			leases := claim(t, s, 100)
			if len(leases) != 2 || leases[0].Installation == leases[1].Installation || !leases[0].Outage || leases[0].Attempts != 1+round {
				t.Fatalf("round %d: %+v, want one of each installation", round, leases)
			}
			outage(t, s, 10*time.Minute, leases...)
			c.advance(probe)
		}
		for _, l := range claim(t, s, 100) {
			done(t, s, l)
		}
		c.advance(10*time.Minute - 4*probe)
		if got := numbers(t, s); !slices.Equal(got, []int{1, 2, 3}) {
			t.Errorf("due at their own time: %v", got)
		}
	})
}

func TestAnOutageKeepsTheSoonerTime(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		put(t, s, want(pull(1, 10, 1)))
		outage(t, s, 2*time.Second, claimOne(t, s))
		c.advance(2 * time.Second)
		l := claimOne(t, s)
		put(t, s, want(pull(1, 10, 1)))
		outage(t, s, 10*time.Minute, l) // what was asked for meanwhile is due
		l = claimOne(t, s)
		if l.Attempts != 2 || !l.Outage {
			t.Errorf("lease %+v", l)
		}
		c.advance(time.Minute)
		other := claimOne(t, s) // the lease was over
		outage(t, s, 0, l)
		claimNone(t, s)
		done(t, s, other)
		put(t, s, want(pull(1, 10, 1)))
		if claimOne(t, s).Outage {
			t.Error("an outage that is over is told of")
		}
	})
}

// TestWhoIsInHandIsNotCountedOn: two that are given back at the same time.
func TestWhoIsInHandIsNotCountedOn(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		down(t, s, 1, time.Second, 1)
		c.advance(time.Second)
		leases := claim(t, s, 10)
		outage(t, s, 10*time.Minute, leases[0])
		outage(t, s, 10*time.Minute, leases[1])
		c.advance(probe)
		if l := claimOne(t, s); l.Subject != leases[0].Subject {
			t.Errorf("%s asks, want %s", l.Key(), leases[0].Key())
		}
	})
}

func TestTheEndOfAnOutage(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		down(t, s, 2, 10*time.Minute, 1)
		for n := range 5 { // the higher the number, the later it would be tried
			down(t, s, 1, time.Duration(5+n)*time.Minute, n+1)
		}
		put(t, s, want(pull(1, 10, 7)), want(pull(1, 10, 8)))
		inHand := claim(t, s, 10)
		if err := s.Retry(ctx, inHand[0], time.Hour, "the App may not"); err != nil {
			t.Fatal(err)
		}
		comment := queue.Want{Subject: pull(1, 10, 9), After: 12 * time.Minute}
		comment.Kind = queue.Comment
		put(t, s, comment)

		var got [][]int
		for range 4 {
			over(t, s, 1, 2)
			got = append(got, numbers(t, s))
		}
		if diff := cmp.Diff([][]int{{4, 5}, {2, 3}, {0, 1}, nil}, got); diff != "" {
			t.Errorf("brought on, two at a time (-want +got):\n%s", diff)
		}
		over(t, s, 2, 5)
		if got := numbers(t, s); !slices.Equal(got, []int{0, 1}) {
			t.Errorf("of the other installation: %v", got)
		}
	})
}

func TestWhatAnOutageLeavesAlone(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		retry := func(after time.Duration, why string) {
			t.Helper()
			if err := s.Retry(ctx, claimOne(t, s), after, why); err != nil {
				t.Fatal(err)
			}
		}
		down(t, s, 1, time.Second)
		c.advance(time.Second)
		retry(10*time.Minute, "") // told to wait: it still waits for GitHub
		if err := s.PauseInstallation(ctx, 1, 10*time.Minute); err != nil {
			t.Fatal(err)
		}
		over(t, s, 1, 2)
		c.advance(10*time.Minute - time.Millisecond)
		claimNone(t, s)
		c.advance(time.Millisecond)
		retry(10*time.Minute, "the App may not") // another failure: it does not any more
		over(t, s, 1, 2)
		claimNone(t, s)
	})
}

// TestEachBringsTwo has several workers of two replicas bring on, two at a time,
// what waits after an outage. The time stands still: whoever is not brought on
// is never due.
func TestEachBringsTwo(t *testing.T) {
	const waiting = 100
	all := func(t *testing.T, c *clock, stores ...*store.Store) {
		var subjects []int
		for n := range waiting {
			subjects = append(subjects, n+1)
		}
		for part := range slices.Chunk(subjects, 20) {
			down(t, stores[0], 1, 15*time.Minute, part...)
		}
		c.advance(probe)
		var left atomic.Int64
		left.Store(waiting + 1)
		var workers sync.WaitGroup
		end := time.Now().Add(20 * time.Second)
		for i := range 8 {
			s := stores[i%len(stores)]
			workers.Go(func() {
				for left.Load() > 0 && time.Now().Before(end) {
					for _, l := range claim(t, s, 3) {
						done(t, s, l)
						if l.Outage {
							over(t, s, 1, 2)
						}
						left.Add(-1)
					}
				}
			})
		}
		workers.Wait()
		if n := left.Load(); n != 0 {
			t.Errorf("%d of %d still wait", n, waiting+1)
		}
	}
	t.Run("SQLite", func(t *testing.T) {
		c := newClock()
		all(t, c, openFile(t, filepath.Join(t.TempDir(), "backout.db"), c.now))
	})
	t.Run("PostgreSQL, two replicas", func(t *testing.T) {
		url, c := clockDatabase(t, postgres(t))
		all(t, c, openURL(t, url), openURL(t, url))
	})
}
