package gh

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/backout-dev/backout/internal/gate"
	"github.com/google/go-github/v62/github"
)

const (
	maxTries   = 4
	firstPause = 250 * time.Millisecond
	// limitPause is how long to wait where GitHub refuses for the rate and does not
	// say until when.
	// https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
	limitPause = time.Minute
)

// op is a call as errors name it.
type op struct {
	what  string // what could not be read or written, or is gone: "acme/shop#812"
	doing string // what the token may not do: "read acme/shop#812"
	needs string // the permission that it takes, as workflows write it: "checks: write"
	graph bool   // asked by GraphQL, which has a limit of its own
	write bool
	// create is a write that must not be carried out twice. Every other one sets
	// what it sets, however often.
	create bool
}

func (o op) unavailable(why string, after time.Duration, err error) error {
	return &gate.Unavailable{What: o.what, Why: why, Write: o.write, After: after, Err: err}
}

func (o op) stale(why string) error {
	return &gate.Unavailable{What: o.what, Why: why, Stale: true}
}

// refused says what GitHub does not let the token do.
func (o op) refused(f fault) error {
	if o.needs != "" && !f.asleep {
		f.why += "; it takes the permission " + o.needs
	}
	return &gate.Refused{What: o.doing, Why: f.why, Asleep: f.asleep}
}

// limits is until when GitHub asked not to be asked.
type limits struct {
	mu          sync.Mutex
	rest, graph time.Time
}

// noted keeps the later of what is known and what was said. A secondary limit
// counts for both ways of asking.
func (l *limits) noted(graph, both bool, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if (graph || both) && until.After(l.graph) {
		l.graph = until
	}
	if (!graph || both) && until.After(l.rest) {
		l.rest = until
	}
}

func (l *limits) wait(graph bool, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if graph {
		return l.graph.Sub(now)
	}
	return l.rest.Sub(now)
}

// do makes a call, and is the one place that waits and repeats. It repeats what
// failed on its way; a write that creates something only where it certainly did
// not arrive. It waits out limits within Options.MaxWait and before the context's
// deadline; beyond, it says how long there is to wait.
func (c *Client) do(ctx context.Context, o op, call func(context.Context, *github.Client) error) error {
	failures, unauthorized := 0, 0
	for {
		if d := c.limits.wait(o.graph, c.opt.Now()); d > 0 && !c.pause(ctx, d) {
			return o.unavailable("GitHub's rate limit", d, ctx.Err())
		}
		err := c.try(ctx, call)
		if err == nil {
			return nil
		}
		var own *gate.Unavailable
		if errors.As(err, &own) {
			return err
		}
		if ctx.Err() != nil {
			return o.unavailable("out of time", 0, ctx.Err())
		}
		f := c.fault(err)
		switch f.kind {
		case limited:
			d := max(f.after, time.Second)
			c.limits.noted(o.graph, f.both, c.opt.Now().Add(d))
			if !c.pause(ctx, d) {
				return o.unavailable(f.why, d, nil)
			}
			continue
		case refused:
			return o.refused(f)
		case gone:
			return &gate.Gone{What: o.what}
		case final:
			return o.unavailable(f.why, 0, nil)
		case unauthorized1:
			// A token that was made a moment ago may not be known everywhere.
			if unauthorized++; unauthorized > 1 {
				return &gate.Refused{What: o.doing, Why: f.why}
			}
		case passing:
			if o.create && !f.unsent {
				return o.unavailable(f.why, 0, nil)
			}
		}
		if failures++; failures == maxTries || !c.pause(ctx, jitter(firstPause<<(failures-1))) {
			return o.unavailable(tried(f.why, failures), 0, nil)
		}
	}
}

func tried(why string, times int) string {
	if times == 1 {
		return why
	}
	return fmt.Sprintf("%s, %d tries", why, times)
}

// try makes one try within its deadline.
func (c *Client) try(ctx context.Context, call func(context.Context, *github.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, c.opt.CallTimeout)
	defer cancel()
	return call(ctx, c.github())
}

// pause waits if there is time for it. What it cannot wait for in full it does
// not begin to wait for.
func (c *Client) pause(ctx context.Context, d time.Duration) bool {
	if end, ok := ctx.Deadline(); ok && c.opt.Now().Add(d).After(end) {
		return false
	}
	return c.waiting.take(d) && c.opt.Sleep(ctx, d) == nil
}
