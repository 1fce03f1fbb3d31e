package server

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// budget bounds the bytes of bodies in flight. Where it is used up, those that
// came last wait, and whoever has taken longest is sent away once that is longer
// than patience: an honest sender takes milliseconds, and a hundred that dawdle
// must not shut it out.
type budget struct {
	limit    int64
	patience time.Duration // a sender is left alone for so long
	now      func() time.Time

	mu    sync.Mutex
	used  int64
	order list.List     // of *share, in the order in which they came
	freed chan struct{} // closed when there may be room; nil: nobody waits
}

// baseShare is what a body counts at least: what the server holds for it.
const baseShare = 32 << 10

// share is one body's part of the budget.
type share struct {
	of     *budget
	held   int64
	read   int64
	since  time.Time
	expel  func() // ends the reading of the body
	at     *list.Element
	closed bool
}

// admit waits for room for one more body until the context is done. Expel is
// called when its sender is sent away.
func (b *budget) admit(ctx context.Context, expel func()) (*share, bool) {
	s := &share{of: b, since: b.now(), expel: expel}
	b.mu.Lock()
	s.at = b.order.PushBack(s)
	b.mu.Unlock()
	if !s.hold(ctx, baseShare) {
		s.close()
		return nil, false
	}
	return s, true
}

// grow accounts for n more bytes that were read, and waits for room. It fails
// where the sender was sent away or the context is done.
func (s *share) grow(ctx context.Context, n int64) bool {
	s.read += n
	return s.hold(ctx, s.read)
}

// hold raises what the share holds to total.
func (s *share) hold(ctx context.Context, total int64) bool {
	b := s.of
	for {
		b.mu.Lock()
		if s.closed {
			b.mu.Unlock()
			return false
		}
		more := total - s.held
		wait := b.room(more, s)
		if wait <= 0 {
			held := !s.closed // making room may have sent this one away
			if held && more > 0 {
				s.held = total
				b.used += more
			}
			b.mu.Unlock()
			return held
		}
		if b.freed == nil {
			b.freed = make(chan struct{})
		}
		freed := b.freed
		b.mu.Unlock()

		timer := time.NewTimer(wait)
		select {
		case <-freed:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return false
		}
		timer.Stop()
	}
}

// room makes room for so many bytes of a share, and says how long to wait where
// it cannot.
func (b *budget) room(more int64, of *share) (wait time.Duration) {
	for more > 0 && b.used+more > b.limit && !of.closed {
		oldest := b.order.Front().Value.(*share)
		if age := b.now().Sub(oldest.since); age < b.patience {
			return b.patience - age
		}
		b.drop(oldest)
		oldest.expel()
	}
	return 0
}

// close gives the share back. It may be called more than once.
func (s *share) close() {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	s.of.drop(s)
}

func (b *budget) drop(s *share) {
	if s.closed {
		return
	}
	s.closed = true
	b.used -= s.held
	s.held = 0
	b.order.Remove(s.at)
	if b.freed != nil {
		close(b.freed)
		b.freed = nil
	}
}

// lost reports whether the sender was sent away.
func (s *share) lost() bool {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	return s.closed
}

// inFlight returns the bytes that are accounted for.
func (b *budget) inFlight() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}
