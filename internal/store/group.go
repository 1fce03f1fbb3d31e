package store

import (
	"context"
	"sync"
	"time"
)

// maxGroup is how many calls share one transaction.
const maxGroup = 512

// Where so many calls come at once, now or in the group before, more are on their
// way: a group lingers for them, because a transaction costs more than what one
// of them writes. Who calls alone waits for nobody.
const crowd, linger = 4, time.Millisecond

// group brings together what is asked for while the database is at work, so
// that it is done at once.
type group[T any] struct {
	calls chan *call[T]
	ended chan struct{}

	closeMu sync.RWMutex
	closed  bool
}

// call is what one caller asks for.
type call[T any] struct {
	what   T
	result chan error
}

// newGroup starts a group. Its one goroutine hands over calls, and flush must
// give each its result; calls that did not come alone may be done on their own.
func newGroup[T any](flush func([]*call[T])) *group[T] {
	g := &group[T]{calls: make(chan *call[T], maxGroup), ended: make(chan struct{})}
	go g.work(flush)
	return g
}

// submit hands a call over; its result follows. After the group was closed it
// fails with ErrClosed.
func (g *group[T]) submit(ctx context.Context, what T) (*call[T], error) {
	c := &call[T]{what: what, result: make(chan error, 1)}
	g.closeMu.RLock()
	defer g.closeMu.RUnlock()
	if g.closed {
		return nil, ErrClosed
	}
	select {
	case g.calls <- c:
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// close waits for the calls that were handed over. It reports whether it was
// the first to.
func (g *group[T]) close() bool {
	g.closeMu.Lock()
	was := g.closed
	g.closed = true
	g.closeMu.Unlock()
	if !was {
		close(g.calls)
	}
	<-g.ended
	return !was
}

func (g *group[T]) work(flush func([]*call[T])) {
	defer close(g.ended)
	batch := make([]*call[T], 0, maxGroup)
	for c := range g.calls {
		before := len(batch)
		batch = g.waiting(append(batch[:0], c))
		if max(before, len(batch)) >= crowd {
			time.Sleep(linger)
			batch = g.waiting(batch)
		}
		flush(batch)
	}
}

// waiting adds the calls that wait to a batch.
func (g *group[T]) waiting(batch []*call[T]) []*call[T] {
	for len(batch) < maxGroup {
		select {
		case c, ok := <-g.calls:
			if !ok {
				return batch
			}
			batch = append(batch, c)
		default:
			return batch
		}
	}
	return batch
}
