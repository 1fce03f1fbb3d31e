package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
)

const (
	// sameSecond is after which time one more read tells which of two states of
	// the same second is the newer: times on GitHub have no parts of a second.
	// Where it does not say, the last read is when no answer is that old any more.
	sameSecond, settled = 2 * time.Second, 4 * time.Second
	// digestTries is how often a read is held against the description and the head
	// that were announced for its second. GitHub's machines agree by then; if they
	// still differ, a delivery was lost, or the text was sent in another form.
	digestTries = 3
	// newerEngine is how long a pull request that a newer release judged is left
	// to it.
	newerEngine = time.Minute
)

// The reasons of our own, and those of deliveries that are more than a hint.
const (
	reasonComment     = "comment"       // the time of the comment has come
	reasonSameSecond  = "same second"   // one more read
	reasonShared      = "shared commit" // another one left the commit
	reasonRefused     = "refused"       // is the repository still ours?
	reasonPush        = "push"
	reasonRemoved     = "installation_repositories.removed"
	reasonArchived    = "repository.archived"
	reasonDeleted     = "repository.deleted"
	reasonUninstalled = "installation.deleted"
	reasonSuspended   = "installation.suspend"
	reasonPermissions = "installation.new_permissions_accepted"
)

// pull judges a pull request. The check run answers at once. A comment is
// changed at once too while the pace allows it, and made only once the
// description has been quiet.
func (w *Worker) pull(ctx context.Context, c Client, t turn) error {
	ref, err := w.ref(ctx, t)
	if err != nil {
		return err
	}
	before, known, err := w.Records.NewestVerdict(ctx, t.Repository, t.Number)
	if err != nil {
		return err
	}
	if known && config.Newer(before.Engine, w.Gate.Options.Release) {
		if t.Waiting < newerEngine {
			return later{newerEngine / 12}
		}
		t.log.Warn("a newer release judged this and does not take it: it is judged anew", "newer", before.Engine, "fix", "run one release on one database")
	}
	commits := hold{commits: &w.commits, repository: t.Repository}
	defer commits.release()
	take := func(sha string) (until bool, err error) {
		ours, until := commits.take(sha)
		if !ours {
			err = w.busy(t)
		}
		return until, err
	}
	if sha := cmp.Or(t.HeadSHA, before.HeadSHA); sha != "" {
		if _, err := take(sha); err != nil {
			return err
		}
	}
	g := w.gate(c, t, ref)
	g.Turn.Commit = take // fan-outs know no head, and the one that is read may be another
	r, err := g.Enforce(ctx, gate.Subject{Ref: ref, Fresh: t.fresh()})
	if err != nil {
		return w.whetherGone(ctx, c, t, ref, err)
	}
	for _, n := range r.Notices {
		t.log.Warn("the verdict stands, and something beside it does not", "notice", n)
	}
	if err := w.remember(ctx, t, r.Own.Pull); err != nil {
		return err
	}
	if err := w.Queue.Ask(ctx, w.follows(t, r)); err != nil {
		return err
	}
	left := known && before.HeadSHA != r.Own.Pull.Change.HeadSHA
	if r.Own.Pull.State != gate.Open {
		left = t.Reason != reasonShared // or two that are closed would ask for each other, for ever
	}
	if left {
		if err := w.leftBehind(ctx, t, before.HeadSHA); err != nil {
			return err
		}
	}
	return w.finish(ctx, t, r)
}

// gate is the gate of one turn.
func (w *Worker) gate(c Client, t turn, ref gate.Ref) gate.Gate {
	g := w.Gate
	g.Reader, g.Writer, g.CheckRun = c, c, true
	g.Options.Bare = checks.Audit
	g.Options.Seen = func(ctx context.Context, f gate.File) (*config.Version, error) { return w.seen(ctx, t.Lease, f) }
	g.Options.Parsed = func(name string, f gate.Text) config.Version {
		return *w.memories.version(name, f.Blob, f.Commit, f.Data, w.Gate.Options.Release)
	}
	g.Options.Memo = &w.memories.merged
	g.Options.Former = func(ctx context.Context) ([]string, error) {
		r, _, err := w.Records.Repository(ctx, t.Repository)
		return r.Former, err
	}
	g.Options.Ask = w.ask(t, ref)
	g.Turn = &gate.Turn{
		Hold:  func(ctx context.Context) error { return w.hold(ctx, t) },
		Tries: t.Attempts,
		Comment: func(exists bool) bool {
			return t.Reason == reasonComment || exists && w.pace.take(t.Installation, w.Now())
		},
	}
	return g
}

// fresh is what no read may be older than.
func (t turn) fresh() gate.Fresh {
	f := gate.Fresh{UpdatedAt: t.UpdatedAt, HeadSHA: t.HeadSHA, Description: t.Description}
	if t.Attempts >= digestTries && !t.UpdatedAt.IsZero() {
		f.Description, f.HeadSHA = "", ""
	}
	return f
}

// ask is what is read of a pull request.
func (w *Worker) ask(t turn, ref gate.Ref) gate.Ask {
	return gate.Ask{
		RepositoryID: t.Repository, Policy: w.Policy, CheckName: gate.CheckName,
		Organisation: gate.File{Repo: gate.Repo{Owner: ref.Owner, Name: w.OrganisationRepository}, Path: w.OrganisationPath},
	}
}

// ref is the pull request by its repository's name, which may have changed
// since it was announced.
func (w *Worker) ref(ctx context.Context, t turn) (gate.Ref, error) {
	owner, name := t.Owner, t.Name
	if owner == "" || name == "" {
		r, known, err := w.Records.Repository(ctx, t.Repository)
		if err != nil {
			return gate.Ref{}, err
		}
		if !known {
			return gate.Ref{}, &gate.Gone{What: "a repository that no delivery named"}
		}
		owner, name = r.Owner, r.Name
	}
	return gate.Ref{Repo: gate.Repo{Owner: owner, Name: name}, Number: t.Number}, nil
}

// hold fails where the lease is somebody else's.
func (w *Worker) hold(ctx context.Context, t turn) error {
	if w.Now().Sub(t.began) < wordEvery {
		return nil
	}
	held, err := w.Queue.Renew(ctx, t.Lease, leaseFor)
	if err == nil && !held {
		err = lostLease{}
	}
	return err
}

// whetherGone tells a pull request that is not there yet from one that is not
// there any more: what was announced and cannot be found is stale at first.
func (w *Worker) whetherGone(ctx context.Context, c Client, t turn, ref gate.Ref, cause error) error {
	if !gate.IsStale(cause) || t.Attempts < announcedTries {
		return cause
	}
	var gone *gate.Gone
	if _, err := c.Pull(ctx, ref, w.ask(t, ref)); errors.As(err, &gone) {
		return err
	}
	return cause
}

// want is another subject of the same repository, or the same one again.
func (t turn) want(kind queue.Kind, number int, after time.Duration, reason string) queue.Want {
	s := t.Subject
	s.Kind, s.Number, s.SHA = kind, number, ""
	return queue.Want{Subject: s, Announced: queue.Announced{Owner: t.Owner, Name: t.Name}, After: after, Reason: reason}
}

// follows is what a verdict asks for. A fan-out makes no comment, and brings one
// that exists up to date.
func (w *Worker) follows(t turn, r gate.Result) []queue.Want {
	var wants []queue.Want
	switch {
	case !t.Ambiguous || t.Reason == t.oneMore()+lookAgain:
	case t.Reason == t.oneMore():
		wants = append(wants, t.want(queue.Look, t.Number, settled, t.oneMore()+lookAgain))
	default:
		wants = append(wants, t.want(queue.Look, t.Number, sameSecond, t.oneMore()))
	}
	switch {
	case r.CommentFailed:
		wants = append(wants, t.want(queue.Comment, t.Number, w.CommentAfter, reasonComment))
	case !r.CommentDue:
	case r.Comment != 0:
		wants = append(wants, t.want(queue.Comment, t.Number, w.pace.wait(t.Installation, w.Now()), reasonComment))
	case !fanOut(t.Reason):
		wants = append(wants, t.want(queue.Comment, t.Number, w.CommentAfter, reasonComment))
	}
	return wants
}

// oneMore is the reason of one more look at what was announced for a second.
func (t turn) oneMore() string { return fmt.Sprintf("%s %d", reasonSameSecond, t.UpdatedAt.Unix()) }

// look asks for a pull request whose second is over, or for what was pushed to a
// while ago. It waits as a subject of its own: the other one would be done with
// the turn of another event, too early.
func (w *Worker) look(ctx context.Context, t turn) error {
	// There may have been one more push. A time further ahead is of a clock that was
	// set back since.
	if left := replicas - w.Now().Sub(t.UpdatedAt); left > 0 && left <= 2*replicas {
		return later{min(left, replicas)}
	}
	kind := queue.Pull
	switch {
	case t.Repository == 0:
		kind = queue.Installation
	case t.Number == 0:
		kind = queue.Repository
	}
	want := t.want(kind, t.Number, 0, t.Reason)
	want.Behind = kind != queue.Pull // a push that came meanwhile has a second look of its own
	if err := w.Queue.Ask(ctx, []queue.Want{want}); err != nil {
		return err
	}
	return w.done(ctx, t)
}

// finish keeps the verdict and gives the subject back. Where the lease was over
// the subject is wanted again by then: two may have written. Where another pull
// request on the commit could not be judged it is tried again.
func (w *Worker) finish(ctx context.Context, t turn, r gate.Result) error {
	if err := w.counted(ctx, t, r); err != nil {
		return err
	}
	v := r.Own.Verdict
	if r.Own.Pull.State != gate.Open || v.Conclusion == "" {
		return w.done(ctx, t)
	}
	record, err := w.record(t, r, r.Own)
	if err != nil {
		return err
	}
	record.Comment = r.Comment
	if t.Reason != reasonComment {
		w.Observer.Verdict(string(v.Conclusion), w.waited(t))
	}
	if len(r.Shared.Missing) > 0 && !errors.As(r.Shared.Missing[0].Err, new(*gate.TooMany)) {
		if err := w.Records.SaveVerdict(ctx, record); err != nil {
			return err
		}
		return fellow{r.Shared.Missing[0].Err}
	}
	_, err = w.Records.Finish(ctx, t.Lease, record)
	return err
}

// fanOut reports a want that no change of the pull request itself brought: it
// gets a check run and no first comment.
func fanOut(reason string) bool {
	return slices.ContainsFunc([]string{"push", "repository", "installation"}, func(event string) bool { return strings.HasPrefix(reason, event) })
}
