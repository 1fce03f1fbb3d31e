package worker

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/backout-dev/backout/internal/gate"
)

// An outage of GitHub ends for everybody at once, but what failed in it waits
// for its next try, up to queue.MaxDelay. So one subject of each installation
// asks every now and then whether it is over, and then brings on others.
const (
	// probeEvery is about how long it may take until the end of an outage is
	// noticed, and probeSpread how far the installations' times are apart.
	probeEvery, probeSpread = 30 * time.Second, 10 * time.Second
	// broughtOn is how many others a subject brings on that GitHub answered after an
	// outage. Each of these brings on as many, so that they come slowly at first,
	// and not at all where less than half of the tries come off.
	broughtOn = 2
)

// probe is when the next one asks whether an outage is over.
func probe() time.Duration {
	return probeEvery - probeSpread/2 + rand.N(probeSpread) //nolint:gosec // nobody gains by guessing it
}

// isOutage reports that GitHub could not be read or written, which has nothing
// to do with the subject. A wait that GitHub asked for is none, nor is an answer
// from before.
func isOutage(err error) bool {
	var u *gate.Unavailable
	return errors.As(err, &u) && u.After == 0 && !u.Stale
}

// giveBack gives a subject back to the queue until its next try.
func (w *Worker) giveBack(ctx context.Context, t turn, after time.Duration, why string, cause error) {
	var err error
	if isOutage(cause) {
		ask := probe()
		if w.waited(t) < staleGreen {
			ask = max(ask, after) // it is tried often enough
		}
		err = w.Queue.RetryOutage(ctx, t.Lease, after, ask, why)
	} else {
		err = w.Queue.Retry(ctx, t.Lease, after, why)
	}
	if err != nil {
		t.log.Warn("a subject was not given back; it will be handed out again", "err", err)
	}
}

// bringOn brings on others after a turn that GitHub answered, whatever it said,
// where the one before failed in an outage.
func (w *Worker) bringOn(ctx context.Context, t turn, err error) {
	var u *gate.Unavailable
	told := errors.As(err, &u) && u.After > 0
	if !t.Outage || told || isOutage(err) || errors.As(err, new(later)) {
		return
	}
	if err := w.Queue.OutageOver(ctx, t.Installation, broughtOn); err != nil {
		t.log.Warn("what waits since an outage of GitHub was not brought on", "err", err)
	}
}
