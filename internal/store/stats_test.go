package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

func queueStats(t *testing.T, s *store.Store) queue.Stats {
	t.Helper()
	stats, err := s.Stats(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return stats
}

func TestStats(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		if diff := cmp.Diff(queue.Stats{}, queueStats(t, s)); diff != "" {
			t.Errorf("of an empty queue (-want +got):\n%s", diff)
		}
		repository := queue.Want{Subject: queue.Subject{Kind: queue.Repository, Installation: 1, Repository: 10}}
		put(t, s, repository)
		c.advance(10 * time.Second)
		put(t, s, want(pull(1, 10, 7)), want(pull(2, 20, 8)))
		later := want(pull(1, 10, 9))
		later.After = time.Hour
		put(t, s, later)
		for range queue.DeadAttempts {
			for _, l := range claim(t, s, 10) {
				if l.Number == 8 {
					if err := s.Retry(ctx, l, time.Second, "HTTP 502"); err != nil {
						t.Fatal(err)
					}
				}
			}
			c.advance(time.Second)
		}
		put(t, s, want(pull(3, 30, 1)))
		got := queueStats(t, s)
		expected := queue.Stats{
			Depth: 5, Due: 2, Leased: 2, Failing: 1, Dead: 1, Attempts: queue.DeadAttempts,
			Oldest: 20 * time.Second, OldestPull: 10 * time.Second,
		}
		if diff := cmp.Diff(expected, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
