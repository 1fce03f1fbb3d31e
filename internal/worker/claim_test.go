package worker

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/backout-dev/backout/internal/queue"
)

// failingQueue hands something out and says that it did not come off.
type failingQueue struct{ queue.Leaser }

func (failingQueue) Claim(context.Context, int, time.Duration, ...int64) ([]queue.Lease, error) {
	return []queue.Lease{{Subject: subject(queue.Pull, 1)}}, errors.New("disk full")
}

func TestNothingIsWorkedOnThatWasNotHandedOut(t *testing.T) {
	s := newSite(t)
	synctest.Test(t, func(t *testing.T) {
		s.worker.Queue = failingQueue{}
		if leases := s.worker.claim(t.Context(), &hands{free: concurrency, held: map[int64]int{}}); len(leases) != 0 {
			t.Errorf("%d subjects of a claim that failed", len(leases))
		}
	})
}
