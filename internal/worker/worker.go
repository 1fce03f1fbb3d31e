// Package worker takes what wants work from the queue to where it stands on
// GitHub: pull requests to verdicts, repositories and installations to the pull
// requests that they hold. What cannot be done now is given back to the queue,
// and nothing is dropped.
package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

// Client is what one installation may read and write.
type Client interface {
	gate.Reader
	gate.Lister
	gate.Writer
	// Repositories lists the repositories that the installation may see.
	Repositories(ctx context.Context) ([]gate.Installed, error)
}

// Records is what is remembered beside the queue.
type Records interface {
	// Finish keeps a verdict and marks its subject as done, as Leaser.Done does.
	Finish(ctx context.Context, l queue.Lease, v store.Verdict) (held bool, err error)
	SaveVerdict(ctx context.Context, v store.Verdict) error
	NewestVerdict(ctx context.Context, repository int64, number int) (store.Verdict, bool, error)
	SetComment(ctx context.Context, repository int64, number int, comment int64) error
	// Sharing lists the pull requests whose newest verdict is of a commit.
	Sharing(ctx context.Context, repository int64, sha string) ([]int, error)

	Policies(ctx context.Context, installation, repository int64) ([]store.Policy, error)
	SavePolicy(ctx context.Context, p store.Policy) error
	RemovePolicy(ctx context.Context, installation, repository int64, path string) error

	Repository(ctx context.Context, id int64) (store.Repo, bool, error)
	SaveRepositories(ctx context.Context, all []store.Repo) error
	RemoveRepositories(ctx context.Context, ids []int64) error
	SaveInstallation(ctx context.Context, i store.Installation) error
	RemoveInstallation(ctx context.Context, id int64) error
	Prune(ctx context.Context) error
}

// Observer counts verdicts.
type Observer interface {
	// Verdict counts a verdict by its conclusion, and how long it took since the
	// subject was due.
	Verdict(conclusion string, waited time.Duration)
}

// Worker works on subjects.
type Worker struct {
	Queue   queue.Leaser
	Records Records
	// Client returns the client of an installation, and Forget drops it.
	Client func(installation int64) (Client, error)
	Forget func(installation int64)
	// Gate is what every evaluation starts from: options, words and a clock.
	Gate gate.Gate
	// Document is a verdict as it is kept in the history.
	Document func(gate.Judged) ([]byte, error)
	Observer Observer
	Log      *slog.Logger
	Now      func() time.Time

	// Organisation is where an organisation's policy file is: the repository's name
	// and the path.
	OrganisationRepository, OrganisationPath string
	// Policy is the path of a repository's policy file.
	Policy string
	// CommentAfter is how long a description is quiet before a first comment.
	CommentAfter time.Duration

	pace     pace
	memories memories
}

const (
	// concurrency is how many subjects are in hand at once. GitHub allows one
	// installation a hundred calls at once, and each subject makes one at a time.
	concurrency = 96
	// batch is how many are claimed at once.
	batch = 32
	// leaseFor is how long a subject is one worker's. A call takes 10 seconds at
	// most, and an evaluation a few calls.
	leaseFor = 2 * time.Minute
	// withinLease is how long one piece of work may take.
	withinLease = 90 * time.Second
	// idle is how long the queue is left alone where nothing wakes the worker.
	idle = time.Second
	// tidyEvery is how often what nobody needs is deleted.
	tidyEvery = time.Hour
)

// Run works until the context is done, and then ends what it has in hand.
func (w *Worker) Run(ctx context.Context) error {
	slots := make(chan struct{}, concurrency)
	var busy sync.WaitGroup
	defer busy.Wait()
	tidied := time.Time{}
	for ctx.Err() == nil {
		if now := w.Now(); now.Sub(tidied) > tidyEvery {
			tidied = now
			if err := w.Records.Prune(ctx); err != nil {
				w.Log.Warn("old rows were not deleted", "err", err)
			}
		}
		leases := w.claim(ctx, cap(slots)-len(slots))
		for _, l := range leases {
			slots <- struct{}{}
			busy.Add(1)
			go func() {
				defer func() { <-slots; busy.Done() }()
				w.work(context.WithoutCancel(ctx), l)
			}()
		}
		if len(leases) > 0 {
			continue
		}
		select {
		case <-ctx.Done():
		case <-w.Queue.Wake():
		case <-time.After(idle):
		}
	}
	return ctx.Err()
}

// claim takes what is due, as far as there are hands.
func (w *Worker) claim(ctx context.Context, free int) []queue.Lease {
	if free == 0 {
		select { // somebody has to be ready first
		case <-ctx.Done():
		case <-time.After(time.Millisecond):
		}
		return nil
	}
	leases, err := w.Queue.Claim(ctx, min(free, batch), leaseFor)
	if err != nil && ctx.Err() == nil {
		w.Log.Error("the queue cannot be read", "err", err, "fix", "see that the database answers")
		time.Sleep(idle)
	}
	return leases
}

// work works on one subject and gives it back.
func (w *Worker) work(ctx context.Context, l queue.Lease) {
	ctx, cancel := context.WithTimeout(ctx, withinLease)
	defer cancel()
	started := w.Now()
	err := w.handle(ctx, l)
	if err == nil {
		return
	}
	log := w.Log.With("subject", l.Key(), "repository", l.Owner+"/"+l.Name, "reason", l.Reason, "attempts", l.Attempts)
	// The database may be asked longer than GitHub was.
	ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), leaseFor-withinLease)
	defer cancel()
	var lost lostLease
	var gone *gate.Gone
	var refused *gate.Refused
	var unavailable *gate.Unavailable
	after, why := queue.Backoff(l.Attempts), err.Error()
	switch {
	case errors.As(err, &lost):
		log.Info("somebody else has it by now")
		return
	case errors.As(err, &gone):
		log.Info("nothing to judge", "because", err.Error())
		if _, err := w.Queue.Done(ctx, l); err != nil {
			log.Warn("a subject was not given back; it will be handed out again", "err", err)
		}
		return
	case errors.As(err, &refused):
		after = queue.MaxDelay
		log.Error("the App may not do what it must", "err", err, "fix", "accept its permissions in the organisation's settings")
	case errors.As(err, &unavailable):
		if unavailable.After > 0 {
			after = unavailable.After
			if err := w.Queue.PauseInstallation(ctx, l.Installation, unavailable.After); err != nil {
				log.Warn("an installation that must wait could not be told so", "err", err)
			}
			why = "" // GitHub said to wait: that is no failure
		}
		log.Info("later", "after", after, "because", err.Error(), "took", w.Now().Sub(started))
	default:
		log.Error("a subject could not be worked on", "err", err, "after", after)
	}
	if err := w.Queue.Retry(ctx, l, after, why); err != nil {
		log.Warn("a subject was not given back; it will be handed out again", "err", err)
	}
}

// lostLease ends work on a subject that is in other hands by now.
type lostLease struct{}

func (lostLease) Error() string { return "the lease is over" }

// handle does what a subject wants. A panic is a failure like any other: it
// would come again and again at once if it ended the process.
func (w *Worker) handle(ctx context.Context, l queue.Lease) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v", p)
			w.Log.Error("internal error", "subject", l.Key(), "err", p, "stack", string(debug.Stack()))
		}
	}()
	c, err := w.Client(l.Installation)
	if err != nil {
		return err
	}
	switch l.Kind {
	case queue.Pull, queue.Comment:
		return w.pull(ctx, c, l)
	case queue.Repository:
		return w.repository(ctx, c, l)
	case queue.Installation:
		return w.installation(ctx, c, l)
	}
	// Merge groups are not served yet; a queue that requires the check waits for
	// its own timeout.
	return w.done(ctx, l)
}

// done marks a subject as done.
func (w *Worker) done(ctx context.Context, l queue.Lease) error {
	_, err := w.Queue.Done(ctx, l)
	return err
}
