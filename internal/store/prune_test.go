package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/queue"
)

func TestPrune(t *testing.T) {
	start := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	var ahead atomic.Int64 // the store has a goroutine that asks for the time
	ctx := context.Background()
	s, err := Open(ctx, Options{URL: filepath.Join(t.TempDir(), "backout.db"), Now: func() time.Time { return start.Add(time.Duration(ahead.Load())) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	day := 24 * time.Hour
	for n := range 45 { // a delivery a day, and pull requests of which the even ones are done
		ahead.Store(int64(time.Duration(n) * day))
		w := queue.Want{Subject: queue.Subject{Kind: queue.Pull, Installation: 1, Repository: 10, Number: n}}
		if err := s.Put(ctx, queue.Delivery{GUID: fmt.Sprint(n)}, []queue.Want{w}); err != nil {
			t.Fatal(err)
		}
		if n%2 == 0 {
			leases, err := s.Claim(ctx, 100, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range leases {
				if l.Number == n {
					_, err = s.Done(ctx, l)
				} else {
					err = s.Retry(ctx, l, time.Minute, "HTTP 502")
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if err := s.Prune(ctx); err != nil {
		t.Fatal(err)
	}
	list := func(statement string) (all []string) {
		t.Helper()
		err := s.db.one(ctx, func(q querier) error {
			all = nil
			return q.query(statement, func(r *sql.Rows) error {
				var v string
				err := r.Scan(&v)
				all = append(all, v)
				return err
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if diff := cmp.Diff([]string{"37", "38", "39", "40", "41", "42", "43", "44"}, list("SELECT guid FROM deliveries ORDER BY id")); diff != "" {
		t.Errorf("deliveries (-want +got):\n%s", diff)
	}
	var kept []string
	for n := range 45 {
		if n%2 == 1 || n >= 14 {
			kept = append(kept, fmt.Sprint(n))
		}
	}
	if diff := cmp.Diff(kept, list("SELECT number FROM subjects ORDER BY number")); diff != "" {
		t.Errorf("subjects (-want +got):\n%s", diff)
	}
}
