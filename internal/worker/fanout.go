package worker

import (
	"context"
	"errors"
	"time"

	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

const (
	// spacing is the time between two subjects of a fan-out: GitHub gives an
	// installation 900 points a minute, a verdict takes 6, and live events want
	// theirs.
	spacing = 500 * time.Millisecond
	// replicas is after which time GitHub's replicas have a push.
	replicas = 15 * time.Second
	// lookAgain ends the reason of a fan-out that follows another one.
	lookAgain = ", again"
)

// repository asks for all open pull requests of a repository.
func (w *Worker) repository(ctx context.Context, c Client, l queue.Lease) error {
	ref, err := w.ref(ctx, l)
	if err != nil {
		return err
	}
	wants := w.again(l)
	for page := ""; ; {
		pulls, next, err := c.Open(ctx, ref.Repo, w.ask(ref), page)
		if err != nil {
			return err
		}
		for _, p := range pulls {
			wants = append(wants, queue.Want{
				Subject:   queue.Subject{Kind: queue.Pull, Installation: l.Installation, Repository: l.Repository, Number: p.Number},
				Announced: queue.Announced{Owner: ref.Owner, Name: ref.Name},
				After:     time.Duration(len(wants)) * spacing, Reason: l.Reason,
			})
		}
		if page = next; page == "" {
			break
		}
	}
	if err := w.Records.SaveRepositories(ctx, []store.Repo{{ID: l.Repository, Installation: l.Installation, Owner: ref.Owner, Name: ref.Name}}); err != nil {
		return err
	}
	if err := w.Queue.Ask(ctx, wants); err != nil {
		return err
	}
	return w.done(ctx, l)
}

// again asks for a subject once more after a push: what was read of it may have
// been from before.
func (w *Worker) again(l queue.Lease) []queue.Want {
	if l.Reason != "push" {
		return nil
	}
	return []queue.Want{{
		Subject: l.Subject, Announced: queue.Announced{Owner: l.Owner, Name: l.Name}, After: replicas, Reason: l.Reason + lookAgain,
	}}
}

// installation asks for all repositories of an installation, and forgets one
// that is gone.
func (w *Worker) installation(ctx context.Context, c Client, l queue.Lease) error {
	all, err := c.Repositories(ctx)
	var gone *gate.Gone
	if errors.As(err, &gone) {
		w.Forget(l.Installation)
		if err := w.Records.RemoveInstallation(ctx, l.Installation); err != nil {
			return err
		}
		return w.done(ctx, l)
	}
	if err != nil {
		return err
	}
	wants := w.again(l)
	var repos []store.Repo
	for _, r := range all {
		repos = append(repos, store.Repo{ID: r.ID, Installation: l.Installation, Owner: r.Owner, Name: r.Name})
		if r.Archived {
			continue
		}
		wants = append(wants, queue.Want{
			Subject:   queue.Subject{Kind: queue.Repository, Installation: l.Installation, Repository: r.ID},
			Announced: queue.Announced{Owner: r.Owner, Name: r.Name},
			After:     time.Duration(len(wants)) * spacing, Reason: l.Reason,
		})
	}
	if err := w.Records.SaveInstallation(ctx, store.Installation{ID: l.Installation, Account: l.Owner}); err != nil {
		return err
	}
	if err := w.Records.SaveRepositories(ctx, repos); err != nil {
		return err
	}
	if err := w.Queue.Ask(ctx, wants); err != nil {
		return err
	}
	return w.done(ctx, l)
}
