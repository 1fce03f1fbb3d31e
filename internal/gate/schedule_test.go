package gate

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

// schedule lets one of several processes make its next step at a time.
type schedule struct {
	w     *world
	rng   *rand.Rand
	ready chan *parked
	ended chan struct{}
}

type parked struct {
	until time.Time
	go_   chan struct{}
}

func newSchedule(w *world, seed uint64) *schedule {
	return &schedule{w: w, rng: rand.New(rand.NewPCG(seed, 7)), ready: make(chan *parked), ended: make(chan struct{})}
}

// step waits until the process may go on.
func (s *schedule) step(_ context.Context, d time.Duration) {
	s.w.mu.Lock()
	until := s.w.now.Add(d)
	s.w.mu.Unlock()
	p := &parked{until, make(chan struct{})}
	s.ready <- p
	<-p.go_
}

// run runs processes until all of them have ended.
func (s *schedule) run(processes ...func()) {
	for _, p := range processes {
		go func() {
			p()
			s.ended <- struct{}{}
		}()
	}
	var waiting []*parked
	for running := len(processes); ; {
		for running > 0 {
			select {
			case p := <-s.ready:
				waiting = append(waiting, p)
			case <-s.ended:
			}
			running--
		}
		if len(waiting) == 0 {
			return
		}
		s.w.mu.Lock()
		s.w.now = s.w.now.Add(time.Duration(1+s.rng.IntN(120)) * time.Millisecond)
		first := waiting[0].until
		for _, p := range waiting {
			if p.until.Before(first) {
				first = p.until
			}
		}
		if first.After(s.w.now) {
			s.w.now = first
		}
		var due []int
		for i, p := range waiting {
			if !p.until.After(s.w.now) {
				due = append(due, i)
			}
		}
		s.w.mu.Unlock()
		i := due[s.rng.IntN(len(due))]
		p := waiting[i]
		waiting = slices.Delete(waiting, i, i+1)
		running = 1
		close(p.go_)
	}
}
