// Package queue keeps what wants work: one row for each subject, so that a burst
// of events about one pull request is judged once or twice and the latest state
// wins. It knows keys and times and nothing about pull requests; package store
// keeps it in a database.
package queue

import (
	"context"
	"time"
)

// Kind is what a subject is.
type Kind string

// The kinds of subjects.
const (
	Pull         Kind = "pull"
	Comment      Kind = "comment" // the comment on a pull request, which follows its check run
	Group        Kind = "group"   // a merge group
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

// Announced is what a signed payload said of a subject. A later read that is
// older than that is stale.
type Announced struct {
	UpdatedAt time.Time // one-second resolution, as GitHub has it
	HeadSHA   string
	// Description is a digest of the description. Two payloads of one second with
	// different ones mean that either may be the newer.
	Description string
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
	// Urgent subjects are handed out before the others of their installation.
	Urgent bool
	// Reason is for the log and the metrics: the event and action, "pull_request.edited".
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
	// Token is higher each time the subject is handed out.
	Token int64
	// Want is how often work had been asked for when it was handed out.
	Want int64
	// Attempts counts the tries since the last success.
	Attempts int
	// Ambiguous is true where two payloads of the newest second differ, so that
	// one more read follows after that second.
	Ambiguous bool
	// Waiting is when the oldest want that is not done yet was stored.
	Waiting time.Time
}

// Inbox is where a delivery is safe.
type Inbox interface {
	// Put stores a delivery and what it asks for in one durable write, or fails.
	// A delivery whose GUID is known is stored again, as GitHub sends a GUID again
	// only when somebody asks for it.
	Put(ctx context.Context, d Delivery, wants []Want) error
}

// Worker's side of the queue.
type Leaser interface {
	// Claim hands out due subjects, at most n, fair between installations, each to
	// one worker at a time until the lease is over. It gives none at once when none
	// is due.
	Claim(ctx context.Context, n int, lease time.Duration) ([]Lease, error)
	// Renew prolongs a lease and reports whether it is still held.
	Renew(ctx context.Context, l Lease, lease time.Duration) (held bool, err error)
	// Done marks what the lease saw as done. What was asked for meanwhile stays.
	// It reports whether the lease was still held; where it was not, it asks for
	// the subject again, since two may have written.
	Done(ctx context.Context, l Lease) (held bool, err error)
	// Retry gives the subject back, due again after a time.
	Retry(ctx context.Context, l Lease, after time.Duration, why string) error
	// Ask asks for subjects without a delivery.
	Ask(ctx context.Context, wants []Want) error
}
