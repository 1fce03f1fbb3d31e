package gh

import (
	"context"
	"errors"
	"fmt"
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
	// gentlePause is about how long to wait where, after a refusal for the rate, as
	// many calls are out as may be.
	gentlePause = time.Second
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

// do makes a call, and is the one place that waits and repeats. It repeats what
// failed on its way; a write that creates something only where it certainly did
// not arrive. It waits out limits within Options.MaxWait and before the context's
// deadline; beyond, it says how long there is to wait.
func (c *Client) do(ctx context.Context, o op, call func(context.Context, *github.Client) error) error {
	failures, unauthorized := 0, 0
	for {
		f, err := c.try(ctx, o, call)
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
		switch f.kind {
		case limited:
			if !c.pause(ctx, f.after) {
				return o.unavailable(f.why, f.after, nil)
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

// try makes one try within its deadline, as soon as it may go out. A refusal for
// the rate is known before anybody else may.
func (c *Client) try(ctx context.Context, o op, call func(context.Context, *github.Client) error) (f fault, err error) {
	p, err := c.enter(ctx, o)
	if err != nil {
		return fault{}, err
	}
	answered := false
	defer func() { c.limits.of(o.graph).leave(p, answered) }()
	ctx, cancel := context.WithTimeout(ctx, c.opt.CallTimeout)
	defer cancel()
	if err = call(ctx, c.github()); err != nil {
		f = c.fault(err)
	}
	if f.lacks {
		c.renew()
	}
	if f.kind == limited {
		c.noted(o.graph, &f)
	}
	answered = err == nil || f.kind == gone || f.kind == refused
	return f, err
}

// noted keeps a refusal for the rate, which is good for a second at least.
func (c *Client) noted(graph bool, f *fault) {
	f.after = max(f.after, time.Second)
	c.limits.noted(graph, f.both, c.opt.Now().Add(f.after))
}

// enter waits until a call may go out. One that waits in vain has not failed: it
// comes back as a wait that GitHub asked for.
func (c *Client) enter(ctx context.Context, o op) (pass, error) {
	for {
		p := c.limits.of(o.graph).enter(c.opt.Now())
		switch {
		case p.wait > 0:
			if !c.pause(ctx, p.wait) {
				return p, o.unavailable("GitHub's rate limit", p.wait, ctx.Err())
			}
		case p.full != nil:
			if !c.await(ctx, p.full) {
				return p, o.unavailable("GitHub's rate limit", jitter(gentlePause), ctx.Err())
			}
		default:
			return p, nil
		}
	}
}

// pause waits if there is time for it. What it cannot wait for in full it does
// not begin to wait for.
func (c *Client) pause(ctx context.Context, d time.Duration) bool {
	if end, ok := ctx.Deadline(); ok && c.opt.Now().Add(d).After(end) {
		return false
	}
	return c.waiting.take(d) && c.opt.Sleep(ctx, d) == nil
}

// await waits until the channel is closed, as long as may still be waited.
func (c *Client) await(ctx context.Context, closed <-chan struct{}) bool {
	began := c.opt.Now()
	defer func() { c.waiting.spend(c.opt.Now().Sub(began)) }()
	within, cancel := context.WithTimeout(ctx, c.waiting.rest())
	defer cancel()
	select {
	case <-closed:
		return true
	case <-within.Done():
		return false
	}
}
