package worker

import "sync"

// hands counts what is in hand. An installation whose turns take long would
// otherwise have all hands, one after another, however fair the queue is.
type hands struct {
	mu   sync.Mutex
	free int
	held map[int64]int // by installation
	full int           // how many installations were full when somebody looked
	room chan struct{} // holds a value when one of those is not any more
}

func newHands() *hands {
	return &hands{free: concurrency, held: map[int64]int{}, room: make(chan struct{}, 1)}
}

// look is how many subjects may be claimed, and the installations that none of
// them may be of: whoever has some leaves at least as many hands as it then has.
func (h *hands) look() (n int, full []int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, full = h.count()
	h.full = len(full)
	return n, full
}

func (h *hands) count() (n int, full []int64) {
	n = min(batch, (h.free+1)/2)
	for installation, held := range h.held {
		if held+2*n > h.free {
			full = append(full, installation)
		}
	}
	return n, full
}

func (h *hands) take(installation int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.free--
	h.held[installation]++
}

func (h *hands) give(installation int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.free++
	if h.held[installation]--; h.held[installation] == 0 {
		delete(h.held, installation)
	}
	if h.full == 0 {
		return
	}
	if _, full := h.count(); len(full) < h.full {
		h.full = 0
		select {
		case h.room <- struct{}{}:
		default: // it is known already
		}
	}
}
