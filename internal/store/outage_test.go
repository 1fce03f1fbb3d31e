package store_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
	"github.com/backout-dev/backout/internal/store/postgrestest"
)

// senders put pull requests, numbered on, until each of them has failed. They
// return the numbers of those that were stored.
func senders(s *store.Store) (stored map[int]bool, failures []error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	stored = map[int]bool{}
	for sender := range 10 {
		all.Go(func() {
			for n := sender; ; n += 10 {
				err := s.Put(ctx, queue.Delivery{GUID: fmt.Sprint(n), Sender: strings.Repeat("x", 100)}, []queue.Want{want(pull(1, 10, n))})
				mu.Lock()
				if err == nil {
					stored[n] = true
				} else {
					failures = append(failures, err)
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	all.Wait()
	return stored, failures
}

// recovers waits until a Put comes off again.
func recovers(t *testing.T, s *store.Store) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err := s.Put(ctx, queue.Delivery{GUID: "after"}, []queue.Want{want(pull(2, 20, 1))})
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("nothing can be stored although the database is back: %v", err)
		}
	}
}

// allThere looks for every pull request that was said to be stored.
func allThere(t *testing.T, s *store.Store, stored map[int]bool) {
	t.Helper()
	found := map[int]bool{}
	for {
		leases := claim(t, s, 500)
		if len(leases) == 0 {
			break
		}
		for _, l := range leases {
			found[l.Number] = true
		}
	}
	lost := 0
	for n := range stored {
		if !found[n] {
			lost++
		}
	}
	if lost > 0 {
		t.Errorf("%d of %d that were said to be stored are lost", lost, len(stored))
	}
}

func TestPostgresStopsAndComesBack(t *testing.T) {
	for _, test := range []struct {
		name string
		stop func(*postgrestest.Server) error
	}{
		{"stopped", (*postgrestest.Server).Stop},
		{"crashed", (*postgrestest.Server).Crash},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := postgrestest.Start(t)
			s := openURL(t, server.Database(t))
			stopped := make(chan error, 1)
			go func() {
				time.Sleep(300 * time.Millisecond)
				stopped <- test.stop(server)
			}()
			stored, failures := senders(s)
			if err := <-stopped; err != nil {
				t.Fatal(err)
			}
			if len(stored) == 0 || len(failures) != 10 {
				t.Fatalf("%d were stored, and %d of 10 senders failed", len(stored), len(failures))
			}

			start := time.Now()
			if err := s.Ready(ctx); err == nil {
				t.Error("ready without a database")
			}
			if _, err := s.Claim(ctx, 1, time.Minute); err == nil {
				t.Error("a claim without a database")
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("it took %s to say that there is no database", took)
			}

			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
			recovers(t, s)
			if err := s.Ready(ctx); err != nil {
				t.Errorf("not ready: %v", err)
			}
			allThere(t, s, stored)
		})
	}
}

func TestClosed(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		time.AfterFunc(100*time.Millisecond, func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		// What was accepted when it was closed is stored; all others hear of it.
		_, failures := senders(s)
		for _, err := range failures {
			if !errors.Is(err, store.ErrClosed) {
				t.Errorf("a Put in a closed database: %v", err)
			}
		}
		if _, err := s.Claim(ctx, 1, time.Minute); !errors.Is(err, store.ErrClosed) {
			t.Errorf("a Claim in a closed database: %v", err)
		}
	})
}

func TestCloseDrains(t *testing.T) {
	file := filepath.Join(t.TempDir(), "backout.db")
	s := openFile(t, file, time.Now)
	closed := make(chan error)
	time.AfterFunc(50*time.Millisecond, func() { closed <- s.Close() })
	stored, _ := senders(s)
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	allThere(t, openFile(t, file, time.Now), stored)
}
