package worker

import (
	"context"
	"fmt"
	"sync"
)

// commits lets one turn at a time publish on a commit: pull requests that share
// it share its check run, and two that find none would make two. Between
// replicas nothing holds; there the second one finds both and brings both to the
// verdict.
type commits struct {
	mu   sync.Mutex
	held map[string]chan struct{}
}

// take waits until nobody has the commit, and returns what gives it back.
func (c *commits) take(ctx context.Context, repository int64, sha string) (release func(), err error) {
	key := fmt.Sprintf("%d/%s", repository, sha)
	for {
		c.mu.Lock()
		busy, taken := c.held[key]
		if !taken {
			mine := make(chan struct{})
			if c.held == nil {
				c.held = map[string]chan struct{}{}
			}
			c.held[key] = mine
			c.mu.Unlock()
			return func() { c.release(key, mine) }, nil
		}
		c.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (c *commits) release(key string, mine chan struct{}) {
	c.mu.Lock()
	delete(c.held, key)
	c.mu.Unlock()
	close(mine)
}
