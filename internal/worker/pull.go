package worker

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

const (
	// staleGreen is how long a pass may stand on a pull request that wants a
	// verdict and has none.
	staleGreen = time.Minute
	// sameSecond is after which time one more read tells which of two states of
	// the same second is the newer: times on GitHub have no parts of a second.
	sameSecond = 2 * time.Second
)

// pull judges a pull request. The check run answers at once. A comment is
// changed at once too while the pace allows it, and made only once the
// description has been quiet.
func (w *Worker) pull(ctx context.Context, c Client, l queue.Lease) error {
	ref, err := w.ref(ctx, l)
	if err != nil {
		return err
	}
	before, known, err := w.Records.NewestVerdict(ctx, l.Repository, l.Number)
	if err != nil {
		return err
	}
	claimed := w.Now()
	g := w.Gate
	g.Reader, g.Writer, g.CheckRun = c, c, true
	g.Options.Bare = checks.Audit
	g.Options.Seen = func(ctx context.Context, f gate.File) (*config.Version, error) { return w.seen(ctx, l, f) }
	g.Options.Ask = w.ask(ref)
	g.Turn = &gate.Turn{
		Hold: func(ctx context.Context) error { return w.hold(ctx, l, claimed) },
		Comment: func(exists bool) bool {
			return (exists || l.Kind == queue.Comment) && w.pace.take(l.Installation, w.Now())
		},
	}
	r, err := g.Enforce(ctx, gate.Subject{Ref: ref, Fresh: gate.Fresh{UpdatedAt: l.UpdatedAt, HeadSHA: l.HeadSHA}})
	if err != nil {
		return w.withoutVerdict(ctx, c, g, l, before, err)
	}
	if err := w.remember(ctx, l, r.Own.Pull); err != nil {
		return err
	}
	if err := w.Queue.Ask(ctx, w.follows(l, r, before)); err != nil {
		return err
	}
	if known && before.HeadSHA != r.Own.Pull.Change.HeadSHA || r.Own.Pull.State != gate.Open {
		if err := w.leftBehind(ctx, l, before.HeadSHA); err != nil {
			return err
		}
	}
	return w.finish(ctx, l, r)
}

// ask is what is read of a pull request.
func (w *Worker) ask(ref gate.Ref) gate.Ask {
	return gate.Ask{
		Policy: w.Policy, CheckName: gate.CheckName,
		Organisation: gate.File{Repo: gate.Repo{Owner: ref.Owner, Name: w.OrganisationRepository}, Path: w.OrganisationPath},
	}
}

// ref is the pull request by its repository's name, which may have changed
// since it was announced.
func (w *Worker) ref(ctx context.Context, l queue.Lease) (gate.Ref, error) {
	owner, name := l.Owner, l.Name
	if owner == "" || name == "" {
		r, known, err := w.Records.Repository(ctx, l.Repository)
		if err != nil {
			return gate.Ref{}, err
		}
		if !known {
			return gate.Ref{}, &gate.Gone{What: "a repository that no delivery named"}
		}
		owner, name = r.Owner, r.Name
	}
	return gate.Ref{Repo: gate.Repo{Owner: owner, Name: name}, Number: l.Number}, nil
}

// hold fails where the lease may be somebody else's. While it is young that is
// known without asking.
func (w *Worker) hold(ctx context.Context, l queue.Lease, claimed time.Time) error {
	if w.Now().Sub(claimed) < leaseFor/4 {
		return nil
	}
	held, err := w.Queue.Renew(ctx, l, leaseFor)
	if err == nil && !held {
		err = lostLease{}
	}
	return err
}

// follows is what a verdict asks for.
func (w *Worker) follows(l queue.Lease, r gate.Result, before store.Verdict) []queue.Want {
	var wants []queue.Want
	want := func(kind queue.Kind, after time.Duration, reason string) {
		s := l.Subject
		s.Kind = kind
		wants = append(wants, queue.Want{Subject: s, Announced: queue.Announced{Owner: l.Owner, Name: l.Name}, After: after, Reason: reason})
	}
	if l.Ambiguous {
		want(queue.Pull, sameSecond, "two states of one second")
	}
	if r.CommentDue && !fanOut(l.Reason) {
		after := w.CommentAfter
		if r.Comment != 0 || l.Kind == queue.Comment {
			after = w.pace.wait(l.Installation, w.Now())
		}
		want(queue.Comment, after, "comment")
	}
	return wants
}

// leftBehind asks for the pull requests that share a commit which this one no
// longer has as its open head: their check run may stand for it.
func (w *Worker) leftBehind(ctx context.Context, l queue.Lease, sha string) error {
	if sha == "" {
		return nil
	}
	numbers, err := w.Records.Sharing(ctx, l.Repository, sha)
	if err != nil {
		return err
	}
	var wants []queue.Want
	for _, n := range numbers {
		if n == l.Number {
			continue
		}
		s := l.Subject
		s.Kind, s.Number = queue.Pull, n
		wants = append(wants, queue.Want{Subject: s, Announced: queue.Announced{Owner: l.Owner, Name: l.Name}, Urgent: true, Reason: "shared commit"})
	}
	return w.Queue.Ask(ctx, wants)
}

// finish keeps the verdict and gives the subject back. Where the lease was over
// the subject is wanted again by then: two may have written.
func (w *Worker) finish(ctx context.Context, l queue.Lease, r gate.Result) error {
	p := r.Own.Pull
	if p.State != gate.Open || r.Own.Verdict.Conclusion == "" {
		return w.done(ctx, l)
	}
	document, err := w.Document(r.Own)
	if err != nil {
		return err
	}
	v := r.Own.Verdict
	_, err = w.Records.Finish(ctx, l, store.Verdict{
		Repository: l.Repository, Number: l.Number, Pull: p.ID, HeadSHA: p.Change.HeadSHA,
		InputDigest: v.InputDigest, OutputDigest: v.OutputDigest, Engine: w.Gate.Options.Release,
		Conclusion: string(r.Shared.Conclusion()), Title: v.Title, JudgedAt: v.JudgedAt, JSON: document, CheckRun: r.Run, Comment: r.Comment,
	})
	if err == nil && l.Kind == queue.Pull {
		w.Observer.Verdict(string(v.Conclusion), l.Waiting+w.Now().Sub(v.JudgedAt))
	}
	return err
}

// withoutVerdict decides about a pull request that could not be judged. A pass
// that has stood for a minute on a pull request that wants a verdict does not
// stand any longer: one write, and no read, since it is reads that fail.
func (w *Worker) withoutVerdict(ctx context.Context, c Client, g gate.Gate, l queue.Lease, before store.Verdict, cause error) error {
	var u *gate.Unavailable
	passes := before.Conclusion == string(checks.Success) || before.Conclusion == string(checks.Neutral)
	sha := l.HeadSHA
	if sha == "" {
		sha = before.HeadSHA
	}
	if l.Kind != queue.Pull || !errors.As(cause, &u) || l.Waiting < staleGreen || !passes || before.HeadSHA != sha || before.CheckRun == 0 {
		return cause
	}
	ref, err := w.ref(ctx, l)
	if err != nil {
		return cause
	}
	run, err := g.NoVerdict(ref, sha, cause, before.Conclusion == string(checks.Neutral))
	if err != nil {
		return errors.Join(cause, err)
	}
	run.ID = before.CheckRun
	// The write may be refused as the reads are; it is tried again with them.
	if err := c.UpdateRun(ctx, ref.Repo, run); err != nil {
		return cause
	}
	before.ID, before.Conclusion, before.Title = 0, string(run.Conclusion), run.Title
	before.InputDigest, before.OutputDigest, before.JudgedAt = "none", "none", w.Now()
	if err := w.Records.SaveVerdict(ctx, before); err != nil {
		return errors.Join(cause, err)
	}
	return cause
}

// fanOut reports a want that no change of the pull request itself brought: it
// gets a check run and no first comment.
func fanOut(reason string) bool {
	return slices.ContainsFunc([]string{"push", "repository", "installation"}, func(event string) bool { return strings.HasPrefix(reason, event) })
}
