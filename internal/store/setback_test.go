package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

// setBack sets the clock of a machine back, while the program runs on it or while
// it does not, and returns the store to go on with.
var setBack = map[string]func(t *testing.T, s *store.Store, file string, c *clock, by time.Duration) *store.Store{
	"while it runs": func(t *testing.T, s *store.Store, _ string, c *clock, by time.Duration) *store.Store {
		c.advance(-by)
		claimNone(t, s) // it sees to the time often
		return s
	},
	"before it starts": func(t *testing.T, s *store.Store, file string, c *clock, by time.Duration) *store.Store {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		c.advance(-by)
		return openFile(t, file, c.now)
	},
}

func eachSetBack(t *testing.T, test func(t *testing.T, s *store.Store, c *clock, back func(by time.Duration) *store.Store)) {
	for name, back := range setBack {
		t.Run(name, func(t *testing.T) {
			file, c := filepath.Join(t.TempDir(), "backout.db"), newClock()
			s := openFile(t, file, c.now)
			test(t, s, c, func(by time.Duration) *store.Store {
				s = back(t, s, file, c, by)
				return s
			})
		})
	}
}

func TestWhatWaitsWhenTheClockIsSetBack(t *testing.T) {
	eachSetBack(t, func(t *testing.T, s *store.Store, c *clock, back func(time.Duration) *store.Store) {
		put(t, s, want(pull(1, 10, 1)))
		if err := s.Retry(ctx, claimOne(t, s), 4*time.Second, "HTTP 502"); err != nil {
			t.Fatal(err)
		}
		later := want(pull(1, 10, 2))
		later.After = 10 * time.Second
		put(t, s, later)
		s = back(time.Hour)
		c.advance(4*time.Second - time.Millisecond)
		claimNone(t, s)
		c.advance(time.Millisecond)
		first := claimOne(t, s)
		if first.Number != 1 || first.Waiting > 4*time.Second {
			t.Errorf("handed out: %+v", first)
		}
		done(t, s, first)
		c.advance(6*time.Second - time.Millisecond)
		claimNone(t, s)
		c.advance(time.Millisecond)
		if l := claimOne(t, s); l.Number != 2 {
			t.Errorf("handed out: %+v", l)
		}
	})
}

// TestALeaseWhenTheClockIsSetBack ends when it would have.
func TestALeaseWhenTheClockIsSetBack(t *testing.T) {
	file, c := filepath.Join(t.TempDir(), "backout.db"), newClock()
	s := openFile(t, file, c.now)
	put(t, s, want(pull(1, 10, 1)))
	l := claimOne(t, s)
	c.advance(-time.Hour)
	claimNone(t, s)
	c.advance(30*time.Second - time.Millisecond)
	claimNone(t, s)
	c.advance(time.Millisecond)
	if again := claimOne(t, s); again.Key() != l.Key() {
		t.Errorf("handed out: %+v", again)
	}
}

// TestPausesWhenTheClockIsSetBack are never shorter than GitHub said, and longer
// by what it said at most.
func TestPausesWhenTheClockIsSetBack(t *testing.T) {
	eachSetBack(t, func(t *testing.T, s *store.Store, c *clock, back func(time.Duration) *store.Store) {
		put(t, s, want(pull(1, 10, 1)))
		pause := func(d time.Duration) {
			t.Helper()
			if err := s.PauseInstallation(ctx, 1, d); err != nil {
				t.Fatal(err)
			}
		}
		pause(2 * time.Hour)
		pause(time.Minute)
		c.advance(time.Hour) // wrongly
		if err := s.Ready(ctx); err != nil {
			t.Fatal(err)
		}
		s = back(time.Hour)
		c.advance(2*time.Hour - time.Millisecond)
		claimNone(t, s)
		c.advance(time.Millisecond)
		done(t, s, claimOne(t, s))

		put(t, s, want(pull(1, 10, 1)))
		pause(time.Minute)
		s = back(365 * 24 * time.Hour)
		c.advance(time.Minute - time.Millisecond)
		claimNone(t, s)
		c.advance(time.Millisecond)
		claimOne(t, s)
	})
}

// TestWhatIsKnownWhenTheClockIsSetBack does not stand against what comes then.
func TestWhatIsKnownWhenTheClockIsSetBack(t *testing.T) {
	eachSetBack(t, func(t *testing.T, s *store.Store, c *clock, back func(time.Duration) *store.Store) {
		if err := s.SaveRepositories(ctx, []store.Repo{{ID: 10, Installation: 1, Owner: "acme", Name: "shop"}}); err != nil {
			t.Fatal(err)
		}
		put(t, s, want(pull(1, 10, 7)))
		done(t, s, claimOne(t, s))
		s = back(365 * 24 * time.Hour)
		c.advance(time.Minute)
		moved := want(pull(2, 10, 7))
		moved.Announced = queue.Announced{UpdatedAt: c.now(), Owner: "octo-org", Name: "shop"}
		put(t, s, moved)
		if l := claimOne(t, s); l.Installation != 2 {
			t.Errorf("of installation %d, want 2", l.Installation)
		}
	})
}
