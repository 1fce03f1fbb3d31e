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
	return gate.Installed{}, false, w.Records.RemoveRepositories(ctx, t.Installation, []int64{t.Repository})
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
