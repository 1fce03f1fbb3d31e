package store_test

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

// clock is a clock that a test sets.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC).UnixMilli())
	return c
}

func (c *clock) now() time.Time          { return time.UnixMilli(c.at.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.at.Add(d.Milliseconds()) }

// open opens an SQLite database whose time stands still.
func open(t testing.TB) (*store.Store, *clock) {
	t.Helper()
	c := newClock()
	return openFile(t, filepath.Join(t.TempDir(), "backout.db"), c.now), c
}

func openFile(t testing.TB, file string, now func() time.Time) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), store.Options{URL: file, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func pull(installation, repository int64, number int) queue.Subject {
	return queue.Subject{Kind: queue.Pull, Installation: installation, Repository: repository, Number: number}
}

func want(s queue.Subject) queue.Want { return queue.Want{Subject: s, Reason: "pull_request.edited"} }

func put(t testing.TB, s *store.Store, wants ...queue.Want) {
	t.Helper()
	d := queue.Delivery{GUID: "72d3162e-cc78-11e3-81ab-4c9367dc0958", Event: "pull_request", Action: "edited"}
	if err := s.Put(context.Background(), d, wants); err != nil {
		t.Fatal(err)
	}
}

func claim(t testing.TB, s *store.Store, n int) []queue.Lease {
	t.Helper()
	l, err := s.Claim(context.Background(), n, 30*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// claimOne claims what is due, which must be one subject.
func claimOne(t testing.TB, s *store.Store) queue.Lease {
	t.Helper()
	l := claim(t, s, 10)
	if len(l) != 1 {
		t.Fatalf("%d subjects are due, want 1: %+v", len(l), l)
	}
	return l[0]
}

func claimNone(t testing.TB, s *store.Store) {
	t.Helper()
	if l := claim(t, s, 10); len(l) != 0 {
		t.Fatalf("%d subjects are due, want none: %+v", len(l), l)
	}
}

func done(t testing.TB, s *store.Store, l queue.Lease) {
	t.Helper()
	held, err := s.Done(context.Background(), l)
	if err != nil || !held {
		t.Fatalf("Done of %s: held %t, err %v", l.Key(), held, err)
	}
}
