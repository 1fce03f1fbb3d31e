// Package queue keeps what wants work: one row for each subject, so that a burst
// of events about one pull request is judged once or twice and the latest state
// wins. It knows keys and times and nothing about pull requests; package store
// keeps it in a database.
package queue

import (
	"context"
	"fmt"
	"time"
)

// Kind is what a subject is.
type Kind string

// The kinds of subjects.
const (
	Pull         Kind = "pull"
	Comment      Kind = "comment" // the comment on a pull request, which follows its check run
	Look         Kind = "look"    // one more look at a pull request, a repository or an installation, after a while
	Group        Kind = "group"   // a merge group
	Grant        Kind = "grant"   // whether a repository is still the installation's
	Repository   Kind = "repository"
	Installation Kind = "installation"
)

// Subject is something that wants work. Its numbers are GitHub's ids, so that a
// new name is the same subject.
type Subject struct {
	Kind         Kind
	Installation int64
	Repository   int64  // 0 for an installation
	Number       int    // of a pull request
	SHA          string // of a merge group's head
}

// Key is the subject's name in the queue, "pull/1296269/1347". It is the same
// whatever the repository is called and whoever it belongs to.
func (s Subject) Key() string {
	if s.Kind == Look && s.Repository == 0 {
		return fmt.Sprintf("look/installation/%d", s.Installation)
	}
	switch s.Kind {
	case Pull, Comment, Look:
		return fmt.Sprintf("%s/%d/%d", s.Kind, s.Repository, s.Number)
	case Group:
		return fmt.Sprintf("group/%d/%s", s.Repository, s.SHA)
	case Installation:
		return fmt.Sprintf("installation/%d", s.Installation)
	}
	return fmt.Sprintf("%s/%d", s.Kind, s.Repository)
}

// Announced is what a signed payload said of a subject. A later read that is
// older than that is stale.
type Announced struct {
	UpdatedAt time.Time // one-second resolution, as GitHub has it
	HeadSHA   string
	// Description is a digest of the description. Two payloads of one second with
	// different ones mean that either may be the newer.
	Description string
	// FormerHead and FormerDescription are what the payload says was there before
	// its event ("before" of a push, "changes.body.from" of an edit, as a digest).
	// They put the payloads of one second in order. Empty where the event changed
	// neither; never set in a Lease.
	FormerHead, FormerDescription string
	// Owner and Name are the repository's names, for reading and display.
	Owner, Name string
}

// Want is a subject that an event asks to be worked on.
type Want struct {
	Subject
	Announced
	// After is how long to wait before it is due; 0: due at once. A subject that is
	// due earlier stays so, except that a Comment waits anew: it is written once the
	// description has been quiet.
	After time.Duration
	// Urgent subjects are handed out before the others of their installation, and
	// Comments and those that are Behind after them. What is Behind never takes
	// the place of another want that is not done yet: that one's Reason stays.
	Urgent, Behind bool
	// Moved is true where the event is that the repository came to this installation,
	// or got this name. Other wants change neither where more is known: an event
	// may come late.
	Moved bool
	// Reason is why: the event and action, "pull_request.edited".
	Reason string
}

// Delivery is one webhook delivery, as it is kept for a week.
type Delivery struct {
	GUID         string
	Event        string
	Action       string
	Installation int64
	Repository   int64
	Number       int
	Sender       string
	Received     time.Time
}

// Lease is a subject in somebody's hands.
type Lease struct {
	Subject
	Announced
	// Token is another one each time the subject is handed out.
	Token int64
	// Want is how often work had been asked for when it was handed out.
	Want int64
	// Attempts counts the tries since the last success, without this one. A try
	// that ended with the process counts.
	Attempts int
	// Ambiguous is true where two payloads of the newest second differ and do not
	// say which came first, so that one more read follows after that second.
	// HeadSHA or Description is empty where it is not known which is the newer.
	Ambiguous bool
	// Waiting is how long the oldest want that is not done yet has been due, by
	// the database's clock.
	Waiting time.Duration
	// Reason is that of the newest want, unless it was Behind another one.
	Reason string
	// Outage is true where the try before failed because GitHub could not be read or
	// written.
	Outage bool
}

// MaxDelay is the longest time between two tries.
const MaxDelay = 15 * time.Minute

// Backoff is how long to wait after a try that failed, with so many tries before
// it: 1 s, 2 s, 4 s and on to MaxDelay.
func Backoff(attempts int) time.Duration {
	if attempts >= 10 {
		return MaxDelay
	}
	return min(time.Second<<max(attempts, 0), MaxDelay)
}

// Inbox is where a delivery is safe.
type Inbox interface {
	// Put stores a delivery and what it asks for in one durable write, or fails.
	// A delivery whose GUID is known is stored again, as GitHub sends a GUID again
	// only when somebody asks for it.
	Put(ctx context.Context, d Delivery, wants []Want) error
}

// Leaser is the worker's side of the queue. The clock is the database's.
type Leaser interface {
	// Wake receives a value when something may be due: at once after a Put in this
	// process, otherwise within 50 ms. It is for one receiver.
	Wake() <-chan struct{}
	// Claim hands out due subjects, at most n, fair between installations, each to
	// one worker at a time until the lease is over. It gives none at once when none
	// is due, and may give fewer than are due: claim until it gives none. Nothing is
	// handed out of the installations that are full.
	Claim(ctx context.Context, n int, lease time.Duration, full ...int64) ([]Lease, error)
	// Renew prolongs a lease and reports whether it is still held.
	Renew(ctx context.Context, l Lease, lease time.Duration) (held bool, err error)
	// Done marks what the lease saw as done. What was asked for meanwhile stays:
	// to have a subject again later, Ask for it with After, then call Done.
	// It reports whether the lease was still held; where it was not, it asks for
	// the subject again, since two may have written.
	Done(ctx context.Context, l Lease) (held bool, err error)
	// Retry gives the subject back, due again after a time, at most MaxDelay; what
	// was asked for meanwhile is due at its own time. An empty why is no failure
	// but a wait that somebody asked for, and does not count as an attempt.
	// Nothing happens where the lease is not held any more.
	Retry(ctx context.Context, l Lease, after time.Duration, why string) error
	// RetryOutage is Retry where GitHub could not be read or written, which ends for
	// all subjects of an installation at once. So that its end is noticed, the
	// subject is due after probe at the latest, unless another one of its
	// installation that failed so is.
	RetryOutage(ctx context.Context, l Lease, after, probe time.Duration, why string) error
	// OutageOver makes due at once at most n subjects of an installation whose last
	// try failed so, those first that would wait the longest. A pause stays.
	OutageOver(ctx context.Context, installation int64, n int) error
	// Ask asks for subjects without a delivery.
	Ask(ctx context.Context, wants []Want) error
	// PauseInstallation hands out nothing of an installation for so long, as GitHub
	// said. A longer pause that is on already stays.
	PauseInstallation(ctx context.Context, installation int64, d time.Duration) error
}

// DeadAttempts is how many failed tries make a subject dead. It is counted, and
// still tried.
const DeadAttempts = 10

// Stats is the state of the queue.
type Stats struct {
	Depth    int // subjects that want work, in somebody's hands or not
	Due      int // of these, those that could be handed out now
	Leased   int // of these, those in somebody's hands
	Paused   int // of these, those whose installation GitHub told to wait
	Failing  int // of these, those with at least one failed try
	Dead     int // of these, those with at least DeadAttempts failed tries
	Attempts int // failed tries of all of these
	// Oldest is how long the oldest want of any subject has been due, and
	// OldestPull that of a pull request: it is the oldest without a verdict.
	Oldest, OldestPull time.Duration
}
