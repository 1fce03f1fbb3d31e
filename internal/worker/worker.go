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
	gate.Writer
	// Numbers lists a page of a repository's open pull requests by number, and names
	// the next page; "" is the first one, and after the last one.
	Numbers(ctx context.Context, repo gate.Repo, id int64, page string) (numbers []int, next string, err error)
	// Repositories lists the repositories that the installation may see.
	Repositories(ctx context.Context) ([]gate.Installed, error)
}

// Records is what is remembered beside the queue.
type Records interface {
	// Finish keeps a verdict and marks its subject as done, as Leaser.Done does.
	Finish(ctx context.Context, l queue.Lease, v store.Verdict) (held bool, err error)
	SaveVerdict(ctx context.Context, v store.Verdict) error
	NewestVerdict(ctx context.Context, repository int64, number int) (store.Verdict, bool, error)
	// Announced is what deliveries said last of a pull request; zero: nothing is
	// known.
	Announced(ctx context.Context, repository int64, number int) (queue.Announced, error)
	// Sharing lists the pull requests whose newest verdict is of a commit.
	Sharing(ctx context.Context, repository int64, sha string) ([]int, error)
	// OnCommit returns the newest verdict of each pull request on a commit, the
	// newest first.
	OnCommit(ctx context.Context, repository int64, sha string) ([]store.Verdict, error)

	Policies(ctx context.Context, installation, repository int64) ([]store.Policy, error)
	SavePolicy(ctx context.Context, p store.Policy) error
	RemovePolicy(ctx context.Context, installation, repository int64, path string) error

	Repository(ctx context.Context, id int64) (store.Repo, bool, error)
	SaveRepositories(ctx context.Context, all []store.Repo) error
	RemoveRepositories(ctx context.Context, installation int64, ids []int64) error
	SaveInstallation(ctx context.Context, i store.Installation) error
	RemoveInstallation(ctx context.Context, id int64) error
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
	commits  commits
}

const (
	// concurrency is how many subjects are in hand at once, and half of them those
	// of one installation. GitHub allows one a hundred calls at once, and each subject
	// makes one at a time.
	concurrency = 192
	// batch is how many are claimed at once.
	batch = 32
	// leaseFor is how long a subject is one worker's without a word of it. What was
	// in hand when a process crashed waits for so long where several share a
	// database.
	leaseFor = 30 * time.Second
	// wordEvery is how often a worker says that it still has a subject in hand.
	wordEvery = leaseFor / 3
	// withinTurn is how long one piece of work may take. A call takes 10 seconds at
	// most, and an evaluation a few calls.
	withinTurn = 90 * time.Second
	// endWithin is how long it may take to give a subject back.
	endWithin = 30 * time.Second
	// idle is how long the queue is left alone where nothing wakes the worker.
	idle = time.Second
)

// Run works until the context is done, and then ends what it has in hand.
func (w *Worker) Run(ctx context.Context) error {
	type task struct {
		queue.Lease
		began time.Time
	}
	tasks := make(chan task)
	var all sync.WaitGroup
	defer all.Wait()
	defer close(tasks)
	hands := newHands()
	for range concurrency {
		all.Go(func() {
			for t := range tasks {
				w.work(context.WithoutCancel(ctx), t.Lease, t.began)
				hands.give(t.Installation)
			}
		})
	}
	for ctx.Err() == nil {
		began := w.Now()
		leases := w.claim(ctx, hands)
		for _, l := range leases {
			hands.take(l.Installation)
			tasks <- task{l, began}
		}
		if len(leases) > 0 {
			continue
		}
		select {
		case <-ctx.Done():
		case <-w.Queue.Wake():
		case <-hands.room:
		case <-time.After(idle):
		}
	}
	return ctx.Err()
}

// claim takes what is due, as far as there are hands.
func (w *Worker) claim(ctx context.Context, h *hands) []queue.Lease {
	n, full := h.look()
	if n == 0 {
		select { // somebody has to be ready first
		case <-ctx.Done():
		case <-time.After(time.Millisecond):
		}
		return nil
	}
	leases, err := w.Queue.Claim(ctx, n, leaseFor, full...)
	if err != nil && ctx.Err() == nil {
		w.Log.Error("the queue cannot be read", "err", err, "fix", "see that the database answers")
		time.Sleep(idle)
	}
	if err != nil {
		return nil
	}
	return leases
}

// turn is one try at a subject.
type turn struct {
	queue.Lease
	began time.Time // before it was claimed
	log   *slog.Logger
}

// work works on one subject and gives it back.
func (w *Worker) work(ctx context.Context, l queue.Lease, began time.Time) {
	t := turn{Lease: l, began: began}
	t.log = w.Log.With("subject", l.Key(), "repository", l.Owner+"/"+l.Name, "reason", l.Reason, "attempts", l.Attempts)
	within, cancel := context.WithTimeout(ctx, withinTurn)
	defer cancel()
	defer w.inHand(within, t)()
	err := w.handle(within, t)
	// The database may be asked longer than GitHub was.
	ctx, cancel = context.WithTimeout(ctx, endWithin)
	defer cancel()
	if err == nil {
		w.bringOn(ctx, t, nil)
		return
	}
	if errors.As(err, new(lostLease)) || !w.held(ctx, t) {
		t.log.Info("somebody else has it by now", "because", err.Error())
		w.end(ctx, t) // asks for it again where it is not held: two may have written
		return
	}
	w.failed(ctx, t, err)
	w.bringOn(ctx, t, err)
}

// inHand says every now and then that a subject is still in hand, until the
// function that it returns is called. Whether it is still ours is asked before
// each write.
func (w *Worker) inHand(ctx context.Context, t turn) (stop func()) {
	ctx, stop = context.WithCancel(ctx)
	go func() {
		tick := time.NewTicker(wordEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if _, err := w.Queue.Renew(ctx, t.Lease, leaseFor); err != nil && ctx.Err() == nil {
				t.log.Warn("a lease was not prolonged", "err", err)
			}
		}
	}()
	return stop
}

// held reports a lease that is still ours. While it is young that is known
// without asking, and where it cannot be asked it does not matter: then nothing
// can be given back either.
func (w *Worker) held(ctx context.Context, t turn) bool {
	if w.Now().Sub(t.began) < wordEvery {
		return true
	}
	held, err := w.Queue.Renew(ctx, t.Lease, leaseFor)
	return held || err != nil
}

// failed decides when to try again what did not come off.
func (w *Worker) failed(ctx context.Context, t turn, err error) {
	var gone *gate.Gone
	var refused *gate.Refused
	var unavailable *gate.Unavailable
	var wait later
	after, why := w.nextTry(t), err.Error()
	switch {
	case errors.As(err, &wait):
		after, why = wait.after, ""
	case t.Kind == queue.Group && w.waited(t) >= groupEnds:
		t.log.Info("nothing to judge", "because", why)
		w.end(ctx, t)
		return
	case errors.As(err, &gone):
		over, cannot := w.isGone(ctx, t)
		if cannot != nil {
			t.log.Info("whether it is gone is not known yet", "because", cannot.Error())
		} else if over {
			t.log.Info("nothing to judge", "because", why)
			w.end(ctx, t)
			return
		}
		t.log.Info("later", "after", after, "because", why)
	case errors.As(err, &refused) && refused.Asleep && !w.isAsleep(t):
		t.log.Info("later", "after", after, "because", why)
	case errors.As(err, &refused) && refused.Asleep:
		t.log.Info("nothing to judge until it is back", "because", why)
		w.asleep(ctx, t)
		w.end(ctx, t)
		return
	case errors.As(err, &refused):
		if after = queue.MaxDelay; t.Waiting < staleGreen {
			after = staleGreen // a pass does not stand for longer than that
		}
		t.log.Error("the App may not do what it must", "err", err, "fix", "accept the App's permissions where it is installed; with HTTP 401, see that app-id and the private key are of one App")
		w.stillGranted(ctx, t)
	case errors.As(err, &unavailable):
		if unavailable.After > 0 {
			after, why = unavailable.After, "" // GitHub said to wait: that is no failure
			if err := w.Queue.PauseInstallation(ctx, t.Installation, unavailable.After); err != nil {
				t.log.Warn("an installation that must wait could not be told so", "err", err)
			}
		}
		t.log.Info("later", "after", after, "because", err.Error(), "took", w.Now().Sub(t.began))
	default:
		t.log.Error("a subject could not be worked on", "err", err, "after", after)
	}
	if why != "" || unavailable != nil {
		w.standIn(ctx, t, err, min(after, queue.MaxDelay))
	}
	w.giveBack(ctx, t, after, why, err)
}

// end marks a subject as done where nobody can be told of an error.
func (w *Worker) end(ctx context.Context, t turn) {
	if _, err := w.Queue.Done(ctx, t.Lease); err != nil {
		t.log.Warn("a subject was not given back; it will be handed out again", "err", err)
	}
}

// How a turn ends that neither came off nor failed.
type (
	// lostLease: it is in other hands by now.
	lostLease struct{}
	// later: its time has not come.
	later struct{ after time.Duration }
)

func (lostLease) Error() string { return "the lease is over" }
func (l later) Error() string   { return "it waits for " + l.after.String() }

// handle does what a subject wants. A panic is a failure like any other: it
// would come again and again at once if it ended the process.
func (w *Worker) handle(ctx context.Context, t turn) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v", p)
			t.log.Error("internal error", "err", p, "stack", string(debug.Stack()))
		}
	}()
	switch t.Kind {
	case queue.Comment:
		return w.comment(ctx, t)
	case queue.Look:
		return w.look(ctx, t)
	}
	if t.Kind == queue.Installation && t.Reason == reasonPermissions {
		w.Forget(t.Installation) // its token has the permissions of before
	}
	c, err := w.Client(t.Installation)
	if err != nil {
		return err
	}
	err = w.onGitHub(ctx, c, t)
	if !errors.As(err, new(*gate.Elsewhere)) {
		return err
	}
	if t, err = w.renamed(ctx, c, t); err != nil || t.Name == "" {
		return err
	}
	return w.onGitHub(ctx, c, t)
}

// onGitHub does what a subject wants of GitHub.
func (w *Worker) onGitHub(ctx context.Context, c Client, t turn) error {
	switch t.Kind {
	case queue.Pull:
		return w.pull(ctx, c, t)
	case queue.Group:
		return w.group(ctx, c, t)
	case queue.Grant:
		if _, granted, err := w.granted(ctx, c, t); err != nil || !granted {
			return err // this subject went with it
		}
		return w.done(ctx, t)
	case queue.Repository:
		return w.repository(ctx, c, t)
	case queue.Installation:
		return w.installation(ctx, c, t)
	}
	return w.done(ctx, t) // of another release
}

// done marks a subject as done.
func (w *Worker) done(ctx context.Context, t turn) error {
	_, err := w.Queue.Done(ctx, t.Lease)
	return err
}
