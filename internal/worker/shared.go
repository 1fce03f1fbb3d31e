package worker

import (
	"context"
	"slices"

	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

// record is a verdict as the history has it. A stranger's that does not count on
// the commit has no check run of its own.
func (w *Worker) record(t turn, r gate.Result, j gate.Judged) (store.Verdict, error) {
	document, err := w.Document(j)
	p, v := j.Pull, j.Verdict
	record := store.Verdict{
		Repository: t.Repository, Number: p.Number, Pull: p.ID, HeadSHA: p.Change.HeadSHA,
		InputDigest: v.InputDigest, OutputDigest: v.OutputDigest, Engine: w.Gate.Options.Release,
		Conclusion: string(r.Shared.Conclusion()), Title: v.Title, JudgedAt: v.JudgedAt, JSON: document,
	}
	if r.Shared.Counts(p.Number) {
		record.CheckRun = r.Run
	}
	return record, err
}

// counted keeps the verdicts of others that counted on the commit before they had
// a turn of their own there. They may leave it without one: their next turn finds
// here that they did, and asks for those that they leave behind.
func (w *Worker) counted(ctx context.Context, t turn, r gate.Result) error {
	for _, j := range r.Shared.Judged {
		n := j.Pull.Number
		if n == t.Number {
			continue
		}
		before, known, err := w.Records.NewestVerdict(ctx, t.Repository, n)
		if err != nil {
			return err
		}
		if known && before.HeadSHA == j.Pull.Change.HeadSHA {
			continue
		}
		record, err := w.record(t, r, j)
		if err != nil {
			return err
		}
		record.Comment = before.Comment
		if err := w.Records.SaveVerdict(ctx, record); err != nil {
			return err
		}
		if err := w.leftBehind(ctx, t, before.HeadSHA); err != nil {
			return err
		}
		if err := w.Queue.Ask(ctx, t.shared([]int{n})); err != nil { // it may have left in the meantime
			return err
		}
	}
	return w.tooMany(ctx, t, r)
}

// tooMany does the same for those on a crowded commit that were not read: each of
// them keeps the others from a verdict until it leaves.
func (w *Worker) tooMany(ctx context.Context, t turn, r gate.Result) error {
	p := r.Own.Pull
	if p.State != gate.Open || !p.Crowded() {
		return nil
	}
	known, err := w.Records.Sharing(ctx, t.Repository, p.Change.HeadSHA)
	if err != nil {
		return err
	}
	unread := slices.DeleteFunc(slices.Clone(p.Sharing), func(n int) bool { return slices.Contains(known, n) })
	for _, n := range unread {
		before, _, err := w.Records.NewestVerdict(ctx, t.Repository, n)
		if err != nil {
			return err
		}
		record := store.Verdict{
			Repository: t.Repository, Number: n, Pull: before.Pull, HeadSHA: p.Change.HeadSHA, InputDigest: noDigest, OutputDigest: noDigest,
			Engine: w.Gate.Options.Release, Conclusion: string(r.Shared.Conclusion()), JudgedAt: w.Now(), Comment: before.Comment,
		}
		if err := w.Records.SaveVerdict(ctx, record); err != nil {
			return err
		}
		if err := w.leftBehind(ctx, t, before.HeadSHA); err != nil {
			return err
		}
	}
	return w.Queue.Ask(ctx, t.shared(unread))
}

// leftBehind asks for the pull requests that share a commit which this one no
// longer has as its open head: their check run may stand for it.
func (w *Worker) leftBehind(ctx context.Context, t turn, sha string) error {
	if sha == "" {
		return nil
	}
	numbers, err := w.Records.Sharing(ctx, t.Repository, sha)
	if err != nil {
		return err
	}
	return w.Queue.Ask(ctx, t.shared(numbers))
}

// shared asks for others that have a commit with this one.
func (t turn) shared(numbers []int) []queue.Want {
	var wants []queue.Want
	for _, n := range numbers {
		if n != t.Number {
			want := t.want(queue.Pull, n, 0, reasonShared)
			want.Behind = true // so that an event that says more stays the reason
			wants = append(wants, want)
		}
	}
	return wants
}

// fellow is why another pull request on the commit could not be judged.
type fellow struct{ error }

func (f fellow) Unwrap() error { return f.error }
