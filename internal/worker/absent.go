package worker

import (
	"context"
	"time"

	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

const (
	// announcedTries is how often what a delivery named is looked for: what was made
	// a moment ago may not be there on every one of GitHub's machines.
	announcedTries = 3
	// goneAfter is how long is looked for what was there before: GitHub may miss it
	// for as long as an outage lasts.
	goneAfter = 6 * time.Hour
	// awakeWithin is how long it may take until all of GitHub's machines know that
	// an installation or a repository is not asleep any more.
	awakeWithin = 5 * time.Minute
)

// isGone decides whether what GitHub does not find is given up, and drops what is
// kept of it. At once that is only what was never judged, and what a delivery
// said was deleted or the installation's list lacks.
func (w *Worker) isGone(ctx context.Context, t turn) (bool, error) {
	if t.Attempts < announcedTries {
		return false, nil
	}
	long := w.waited(t) >= goneAfter
	switch t.Kind {
	case queue.Pull, queue.Group:
		_, known, err := w.Records.NewestVerdict(ctx, t.Repository, t.Number)
		if known && t.Attempts == announcedTries {
			w.stillGranted(ctx, t)
		}
		return long || !known && err == nil, err
	case queue.Repository:
		if t.Reason == reasonDeleted {
			return true, w.Records.RemoveRepositories(ctx, t.Installation, []int64{t.Repository})
		}
		c, err := w.Client(t.Installation)
		if err == nil {
			_, _, err = w.granted(ctx, c, t) // this subject may go with it
		}
		return long, err
	case queue.Installation:
		if !long && t.Reason != reasonUninstalled {
			return false, nil
		}
		w.Forget(t.Installation)
		return true, w.Records.RemoveInstallation(ctx, t.Installation)
	}
	return long, nil
}

// renamed is a turn by the name that its repository has now: another one has the
// name that a delivery gave. Without a name it is none of the installation's any
// more.
func (w *Worker) renamed(ctx context.Context, c Client, t turn) (turn, error) {
	t.log.Info("another repository has this name by now")
	r, _, err := w.granted(ctx, c, t)
	t.Owner, t.Name = r.Owner, r.Name
	return t, err
}

// granted finds a repository in the installation's list and notes what it is
// called there, and drops one that the list lacks: what is public can be read in
// any case.
func (w *Worker) granted(ctx context.Context, c Client, t turn) (gate.Installed, bool, error) {
	r, is, err := w.listed(ctx, c, t)
	if err != nil || is {
		return r, is, err
	}
	return r, false, w.Records.RemoveRepositories(ctx, t.Installation, []int64{t.Repository})
}

// listed finds a repository in the installation's list and notes what it is called
// there.
func (w *Worker) listed(ctx context.Context, c Client, t turn) (gate.Installed, bool, error) {
	all, err := c.Repositories(ctx)
	if err != nil {
		return gate.Installed{}, false, err
	}
	for _, r := range all {
		if r.ID == t.Repository {
			repo := store.Repo{ID: r.ID, Installation: t.Installation, Owner: r.Owner, Name: r.Name, Archived: r.Archived}
			return r, true, w.Records.SaveRepositories(ctx, []store.Repo{repo})
		}
	}
	return gate.Installed{}, false, nil
}

// whose asks the installation's list about a repository that is known to be
// another's: what says that it is this one's now may be late. Where it is the
// other's still, that one is asked for it again: what it had asked of the subject
// went with it.
func (w *Worker) whose(ctx context.Context, c Client, t turn) (r gate.Installed, ours bool, err error) {
	known, is, err := w.Records.Repository(ctx, t.Repository)
	if err != nil {
		return r, false, err
	}
	if !is || known.Installation == t.Installation {
		if t.Reason == reasonRemoved {
			return w.granted(ctx, c, t)
		}
		return gate.Installed{}, true, nil
	}
	if r, ours, err = w.listed(ctx, c, t); err != nil || ours {
		return r, ours, err
	}
	if t.Attempts < announcedTries { // the list may be behind
		return r, false, &gate.Unavailable{What: t.Owner + "/" + t.Name, Why: "the installation's list lacks it", Stale: true}
	}
	if err := w.Records.RemoveRepositories(ctx, t.Installation, []int64{t.Repository}); err != nil {
		return r, false, err
	}
	want := t.want(queue.Repository, 0, 0, reasonPush)
	want.Installation, want.Owner, want.Name, want.Behind = known.Installation, known.Owner, known.Name, true
	return r, false, w.Queue.Ask(ctx, []queue.Want{want})
}

// isAsleep decides whether to believe that an installation is suspended or a
// repository archived: at once where a delivery said so. Else it may just have
// woken up, and a fan-out that is given up is not asked for again.
func (w *Worker) isAsleep(t turn) bool {
	switch {
	case t.Reason == reasonSuspended:
		return true
	case fanOut(t.Reason):
		return w.waited(t) >= awakeWithin
	}
	return t.Attempts >= announcedTries
}
