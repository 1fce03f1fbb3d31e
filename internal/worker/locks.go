package worker

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// commits lets one turn at a time publish on a commit: pull requests that share
// it share its check run, and two that find none would make two. Nobody waits:
// a subject whose commit is busy is given back. Between replicas nothing holds;
// there the second one finds both and brings both to the verdict.
type commits struct {
	mu   sync.Mutex
	held map[string]bool
}

// hold is the commits of one turn.
type hold struct {
	*commits
	repository int64
	keys       []string
}

// take makes a commit this turn's until its release, and reports whether that
// came off and whether it was not before.
func (h *hold) take(sha string) (ours, until bool) {
	key := fmt.Sprintf("%d/%s", h.repository, sha)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held[key] {
		return slices.Contains(h.keys, key), false
	}
	if h.held == nil {
		h.held = map[string]bool{}
	}
	h.held[key] = true
	h.keys = append(h.keys, key)
	return true, true
}

func (h *hold) release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, key := range h.keys {
		delete(h.held, key)
	}
}

// busy is when a subject has another try whose commit is another turn's: the
// longer it waits, the more others there are. They would meet again if they all
// came back at once.
func (w *Worker) busy(t turn) later {
	d := min(max(w.waited(t)/8, time.Second), 5*time.Second)
	return later{d/2 + rand.N(d)} //nolint:gosec // nobody gains by guessing it
}
