package worker

import (
	"context"
	"time"

	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
)

// groupEnds is after which time no queue waits for a merge group any more: the
// longest that one can be told to.
// https://docs.github.com/rest/repos/rules#create-a-repository-ruleset (check_response_timeout_minutes)
const groupEnds = 6 * time.Hour

// group judges the pull request that a merge group is for, and puts the verdict
// on the group's commit: a queue waits until it is there. What was announced of
// the pull request counts here as well: it may have been edited in the queue.
func (w *Worker) group(ctx context.Context, c Client, t turn) error {
	switch {
	case t.Reason == "merge_group.destroyed":
		return w.done(ctx, t)
	case t.Number == 0:
		t.log.Warn("a merge group names no pull request, so that its queue waits in vain", "fix", "take the pull request out of the queue, and report the name of its branch")
		return w.done(ctx, t)
	}
	ref, err := w.ref(ctx, t)
	if err != nil {
		return err
	}
	pull := turn{Lease: queue.Lease{Attempts: t.Attempts}}
	if pull.Announced, err = w.Records.Announced(ctx, t.Repository, t.Number); err != nil {
		return err
	}
	r, err := w.gate(c, t, ref).Enforce(ctx, gate.Subject{Ref: ref, Group: t.SHA, Fresh: pull.fresh()})
	if err != nil {
		return err
	}
	w.Observer.Verdict(string(r.Own.Verdict.Conclusion), w.waited(t))
	return w.done(ctx, t)
}

// noGroupVerdict fails a group that has waited for too long, so that its queue
// goes on with the next one.
func (w *Worker) noGroupVerdict(ctx context.Context, t turn, cause error) error {
	ref, err := w.ref(ctx, t)
	if err != nil {
		return err
	}
	c, err := w.Client(t.Installation)
	if err != nil {
		return err
	}
	runs, err := c.Runs(ctx, ref.Repo, t.SHA, gate.CheckName)
	if err != nil || len(runs) > 0 {
		return err
	}
	before, _, err := w.Records.NewestVerdict(ctx, t.Repository, t.Number)
	if err != nil {
		return err
	}
	run := w.gate(c, t, ref).NoVerdict(ref, t.SHA, cause, before.Conclusion == "neutral")
	run.Buttons = nil
	_, err = c.CreateRun(ctx, ref.Repo, run)
	return err
}
