package store_test

import (
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/store"
)

// TestARowThatWasMadeAnewIsNotTheOldLeases: a repository is taken away while a
// pull request of it is in hand, and comes back.
func TestARowThatWasMadeAnewIsNotTheOldLeases(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		p := pull(1, 10, 7)
		for range 5 {
			put(t, s, want(p))
		}
		old := claimOne(t, s)
		if err := s.RemoveRepositories(ctx, 1, []int64{10}); err != nil {
			t.Fatal(err)
		}
		put(t, s, want(p))
		young := claimOne(t, s)
		if held, err := s.Renew(ctx, old, time.Minute); err != nil || held {
			t.Errorf("Renew of the old lease: held %t, err %v", held, err)
		}
		if err := s.Retry(ctx, old, 0, "HTTP 502"); err != nil {
			t.Error(err)
		}
		claimNone(t, s)
		if held, err := s.Done(ctx, old); err != nil || held {
			t.Errorf("Done of the old lease: held %t, err %v", held, err)
		}
		done(t, s, young)
		done(t, s, claimOne(t, s)) // both may have written
		claimNone(t, s)
		put(t, s, want(p))
		claimOne(t, s)
	})
}

func TestNothingIsDoneBeforeItIsWanted(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		p := pull(1, 10, 7)
		put(t, s, want(p))
		l := claimOne(t, s)
		l.Want += 4
		done(t, s, l)
		put(t, s, want(p))
		claimOne(t, s)
	})
}
