package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
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
// long on what could not be judged. It reads nothing, since it is reads that
// fail, and a write that fails as well is made with the next try.
func (w *Worker) standIn(ctx context.Context, t turn, cause error, again time.Duration) {
	if errors.As(cause, new(fellow)) {
		return // the verdict is there, and says so
	}
	ctx, cancel := context.WithTimeout(ctx, standInWithin)
	defer cancel()
	write := w.noVerdict
	switch {
	case t.Reason == "pull_request.closed": // nothing waits for it any more
		return
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

func (w *Worker) noVerdict(ctx context.Context, t turn, cause error) error {
	before, known, err := w.Records.NewestVerdict(ctx, t.Repository, t.Number)
	if err != nil {
		return err
	}
	reports := before.Conclusion == string(checks.Neutral)
	passes := reports || before.Conclusion == string(checks.Success)
	elsewhere := t.HeadSHA != "" && t.HeadSHA != before.HeadSHA
	if !known || !passes || before.InputDigest == noDigest || before.CheckRun == 0 || elsewhere {
		return nil
	}
	ref, err := w.ref(ctx, t)
	if err != nil {
		return err
	}
	c, err := w.Client(t.Installation)
	if err != nil {
		return err
	}
	run, err := w.gate(c, t, ref).NoVerdict(ref, before.HeadSHA, cause, reports)
	if err != nil {
		return err
	}
	run.ID = before.CheckRun
	if err := c.UpdateRun(ctx, ref.Repo, run); err != nil {
		return err
	}
	before.ID, before.Conclusion, before.Title, before.JSON = 0, string(run.Conclusion), run.Title, nil
	before.InputDigest, before.OutputDigest, before.JudgedAt = noDigest, noDigest, w.Now()
	before.Engine = w.Gate.Options.Release
	return w.Records.SaveVerdict(ctx, before)
}
