package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

const (
	// staleGreen is how long a pass may stand on a pull request that wants a
	// verdict and has none.
	staleGreen = time.Minute
	// groupWaits is how long a merge group waits for a verdict. A queue gives it
	// up after an hour, unless somebody set another time.
	groupWaits = 5 * time.Minute
	// noDigest stands in the history for what a verdict is made from while there
	// is none.
	noDigest = "none"
)

// waited is how long a subject has been due.
func (w *Worker) waited(t turn) time.Duration { return t.Waiting + w.Now().Sub(t.began) }

// nextTry is how long to wait after a failure. A pull request is tried when a
// pass has stood for too long, so that it does not stand until the try after.
func (w *Worker) nextTry(t turn) time.Duration {
	after := queue.Backoff(t.Attempts)
	if left := staleGreen - w.waited(t); t.Kind == queue.Pull && left > 0 {
		after = min(after, left)
	}
	return after
}

// standIn writes that there is no verdict, once, where a pass stands for too
// long on what could not be judged. That it was closed is no reason not to: it may
// have been opened again since. What fails here as well comes with the next try.
func (w *Worker) standIn(ctx context.Context, t turn, cause error, again time.Duration) {
	if errors.As(cause, new(fellow)) {
		return // the verdict is there, and says so
	}
	ctx, cancel := context.WithTimeout(ctx, standInWithin)
	defer cancel()
	write := w.noVerdict
	switch {
	case t.Kind == queue.Pull && w.waited(t) >= staleGreen:
	case t.Kind == queue.Group && w.waited(t) >= groupWaits:
		write = w.noGroupVerdict
	default:
		return
	}
	cause = fmt.Errorf("%s; the next try is at %s at the latest", inWords(cause), w.Now().Add(again).UTC().Format("15:04 MST"))
	if err := write(ctx, t, cause); err != nil {
		t.log.Info("that there is no verdict could not be said", "because", err.Error())
	}
}

// standInWithin is how long saying that there is no verdict may take.
const standInWithin = 15 * time.Second

// inWords is what people are told of a cause: what is our own concern stays in
// the log.
func inWords(cause error) string {
	var u *gate.Unavailable
	var r *gate.Refused
	var g *gate.Gone
	switch {
	case errors.As(cause, &u):
		return u.Error()
	case errors.As(cause, &g):
		return g.Error()
	case errors.As(cause, &r):
		return r.Error()
	}
	return "backout failed, and its operator's log says why"
}

// noVerdict takes back each pass that stands on the commit of a pull request,
// whoever's turn it is from. Where this one was never counted on it, it may be a
// stranger's with the same commit: those that were decide, in a turn of their own.
func (w *Worker) noVerdict(ctx context.Context, t turn, cause error) error {
	before, _, err := w.Records.NewestVerdict(ctx, t.Repository, t.Number)
	sha := cmp.Or(t.HeadSHA, before.HeadSHA)
	if err != nil || sha == "" {
		return err
	}
	ref, err := w.ref(ctx, t)
	if err != nil {
		return err
	}
	c, err := w.Client(t.Installation)
	if err != nil {
		return err
	}
	history, err := w.Records.OnCommit(ctx, t.Repository, sha)
	if err != nil {
		return err
	}
	var were []int
	for _, v := range history {
		if v.CheckRun != 0 {
			were = append(were, v.Number)
		}
	}
	for _, r := range standing(ctx, c, ref, sha, history) {
		counted := slices.Concat(were, r.Counted())
		switch passes := r.Conclusion == checks.Success || r.Conclusion == checks.Neutral; {
		case !passes || r.Without(t.Number):
		case !slices.Contains(counted, t.Number):
			err = w.Queue.Ask(ctx, t.shared(counted))
		default:
			err = w.takeBack(ctx, c, t, ref, r, cause, before)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// standing are the check runs on a commit, or the newest one of the history where
// GitHub does not say.
func standing(ctx context.Context, c Client, ref gate.Ref, sha string, history []store.Verdict) []gate.Run {
	if runs, err := c.Runs(ctx, ref.Repo, sha, gate.CheckName); err == nil {
		return runs
	}
	i := slices.IndexFunc(history, func(v store.Verdict) bool { return v.CheckRun != 0 })
	if i < 0 || history[i].InputDigest == noDigest {
		return nil
	}
	return []gate.Run{{ID: history[i].CheckRun, SHA: sha, Conclusion: checks.Conclusion(history[i].Conclusion)}}
}

// takeBack writes that there is no verdict in the place of a pass, and notes it in
// the history.
func (w *Worker) takeBack(ctx context.Context, c Client, t turn, ref gate.Ref, pass gate.Run, cause error, before store.Verdict) error {
	run := w.gate(c, t, ref).NoVerdict(ref, pass.SHA, cause, pass.Conclusion == checks.Neutral)
	run.ID = pass.ID
	if err := c.UpdateRun(ctx, ref.Repo, run); err != nil {
		return err
	}
	record := store.Verdict{
		Repository: t.Repository, Number: t.Number, Pull: before.Pull, HeadSHA: pass.SHA,
		InputDigest: noDigest, OutputDigest: noDigest, Engine: w.Gate.Options.Release,
		Conclusion: string(run.Conclusion), Title: run.Title, JudgedAt: w.Now(), CheckRun: run.ID, Comment: before.Comment,
	}
	if err := w.Records.SaveVerdict(ctx, record); err != nil || before.HeadSHA == pass.SHA {
		return err
	}
	return w.leftBehind(ctx, t, before.HeadSHA)
}
