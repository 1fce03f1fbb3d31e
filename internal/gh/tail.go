package gh

import (
	"sync"
	"time"
)

const (
	// firstTail is what a tail begins with, and shortestTail the least that it may
	// come to: below, nobody waits long enough to ask twice.
	firstTail, shortestTail = 500 * time.Millisecond, 50 * time.Millisecond
	// tailStep is the part of itself by which a tail would move if half of the reads
	// were to be slower.
	tailStep = 20
	// perSecond is how many reads pay for sending one twice, and mostEarned for how
	// many that may be saved up.
	perSecond, mostEarned = 10, 5 * perSecond
)

// tails are the slow reads of a GitHub, for each way of asking.
type tails struct{ rest, graph tail }

func newTails() *tails {
	return &tails{rest: tail{within: firstTail}, graph: tail{within: firstTail}}
}

func (t *tails) of(graph bool) *tail {
	if graph {
		return &t.graph
	}
	return &t.rest
}

// tail knows how long nine of ten reads take, by moving towards it: one that
// takes longer pushes nine times as far up as one that does not pushes down.
type tail struct {
	mu     sync.Mutex
	within time.Duration
	earned int // towards a second sending, in reads
}

// begin is for how long to wait for a read before it is slow. Each read earns a
// part of a second sending, so that never more than one in ten is sent twice.
func (t *tail) begin() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.earned = min(t.earned+1, mostEarned)
	return t.within
}

func (t *tail) slow() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.within += t.within * 9 / (10 * tailStep)
}

func (t *tail) fast() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.within = max(t.within-t.within/(10*tailStep), shortestTail)
}

// spend pays for a second sending, if as much was earned.
func (t *tail) spend() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.earned < perSecond {
		return false
	}
	t.earned -= perSecond
	return true
}
