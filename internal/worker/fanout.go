package worker

import (
	"cmp"
	"context"
	"errors"
	"slices"
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

// repository asks for all open pull requests of a repository, the newest first.
func (w *Worker) repository(ctx context.Context, c Client, t turn) error {
	ref, err := w.ref(ctx, t)
	if err != nil {
		return err
	}
	r, ours, err := w.whose(ctx, c, t)
	if err != nil || !ours {
		return err // this subject went with it
	}
	repo := store.Repo{ID: t.Repository, Installation: t.Installation, Owner: ref.Owner, Name: ref.Name, Archived: t.Reason == reasonArchived}
	if r.ID != 0 { // the list says what it is now
		ref.Repo, repo.Owner, repo.Name, repo.Archived = r.Repo, r.Owner, r.Name, r.Archived
	}
	if err := w.Records.SaveRepositories(ctx, []store.Repo{repo}); err != nil {
		return err
	}
	if repo.Archived {
		return w.done(ctx, t) // nothing can be written
	}
	numbers, err := w.open(ctx, c, t, ref)
	if err != nil {
		return err
	}
	wants := w.again(t)
	for i, n := range numbers {
		want := t.want(queue.Pull, n, time.Duration(i)*spacing, t.Reason)
		want.Behind = true
		wants = append(wants, want)
	}
	if err := w.Queue.Ask(ctx, wants); err != nil {
		return err
	}
	return w.done(ctx, t)
}

// open lists the open pull requests of a repository, the newest first.
func (w *Worker) open(ctx context.Context, c Client, t turn, ref gate.Ref) ([]int, error) {
	var numbers []int
	for page := ""; ; {
		listed, next, err := c.Numbers(ctx, ref.Repo, t.Repository, page)
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, listed...)
		if page = next; page == "" {
			break
		}
	}
	slices.SortFunc(numbers, func(a, b int) int { return cmp.Compare(b, a) })
	return slices.Compact(numbers), nil
}

// again asks for a subject once more after a push: what was read of it may have
// been from before. The look says when that was, since one may come for several
// pushes, and must be late enough for the last of them.
func (w *Worker) again(t turn) []queue.Want {
	if t.Reason != reasonPush {
		return nil
	}
	want := t.want(queue.Look, 0, replicas, t.Reason+lookAgain)
	want.UpdatedAt = w.Now()
	return []queue.Want{want}
}

// installation asks for all repositories of an installation, and forgets one
// that is gone.
func (w *Worker) installation(ctx context.Context, c Client, t turn) error {
	all, err := c.Repositories(ctx)
	var gone *gate.Gone
	if errors.As(err, &gone) && t.Reason == reasonUninstalled {
		w.Forget(t.Installation)
		return w.Records.RemoveInstallation(ctx, t.Installation) // and this subject
	}
	if err != nil {
		return err
	}
	wants := w.again(t)
	var repos []store.Repo
	for _, r := range all {
		repos = append(repos, store.Repo{ID: r.ID, Installation: t.Installation, Owner: r.Owner, Name: r.Name, Archived: r.Archived})
		if r.Archived {
			continue
		}
		wants = append(wants, queue.Want{
			Subject:   queue.Subject{Kind: queue.Repository, Installation: t.Installation, Repository: r.ID},
			Announced: queue.Announced{Owner: r.Owner, Name: r.Name},
			After:     time.Duration(len(wants)) * spacing, Behind: true, Reason: t.Reason,
		})
	}
	if err := w.Records.SaveInstallation(ctx, store.Installation{ID: t.Installation, Account: t.Owner}); err != nil {
		return err
	}
	if err := w.Records.SaveRepositories(ctx, repos); err != nil {
		return err
	}
	if err := w.Queue.Ask(ctx, wants); err != nil {
		return err
	}
	return w.done(ctx, t)
}

// asleep notes an installation that is suspended.
func (w *Worker) asleep(ctx context.Context, t turn) {
	if t.Kind != queue.Installation {
		return
	}
	if err := w.Records.SaveInstallation(ctx, store.Installation{ID: t.Installation, Account: t.Owner, Suspended: true}); err != nil {
		t.log.Warn("that an installation is suspended was not noted", "err", err)
	}
}

// stillGranted asks whether the repository of what was refused is still one of
// the installation's: what is public can be read in any case. That is a subject
// of its own, since it must not take the place of what the repository wants.
func (w *Worker) stillGranted(ctx context.Context, t turn) {
	if t.Kind != queue.Pull {
		return
	}
	want := t.want(queue.Grant, 0, 0, reasonRefused)
	want.Behind = true
	if err := w.Queue.Ask(ctx, []queue.Want{want}); err != nil {
		t.log.Warn("a subject was not asked for", "err", err)
	}
}
