package gh

import "sync"

// carried takes a panic from the goroutine in which it happens to the one that
// waits for it. Elsewhere nobody can recover from it, and it ends the process.
type carried struct {
	mu    sync.Mutex
	value any
}

// over is deferred where a panic may happen.
func (c *carried) over() {
	if p := recover(); p != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.value = p
	}
}

// on panics with what came over.
func (c *carried) on() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.value != nil {
		panic(c.value)
	}
}
