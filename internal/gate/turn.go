package gate

import (
	"context"
	"errors"
)

// Turn is what holds for a subject that comes from a queue: it is judged by one
// at a time, and again when it changes. Then nothing is looked at once more after
// the last write, what is stale or cannot be had is not waited for but given
// back as an error, and only whoever keeps the queue says that there is no
// verdict.
type Turn struct {
	// Hold fails where the turn is over. It is asked before each write.
	Hold func(context.Context) error
	// Comment reports whether a comment may be made or changed now; where it may
	// not, Result.CommentDue says that it is to be.
	Comment func(exists bool) bool
	// Commit is asked before a check run is made on a commit. It fails where
	// another turn publishes there, and reports whether one could until now: then
	// the check runs are listed first.
	Commit func(sha string) (until bool, err error)
	// Tries is how often the subject was tried before. What a check run says of a
	// newer state is believed for the first few of them.
	Tries int
}

// alone reports that nobody else writes the check run of the commit, so that
// what was written stands.
func (e *enforcement) alone() bool {
	return e.Turn != nil && len(e.out.Own.Pull.Sharing) == 0 && e.anchor == 0 && len(e.runs) <= 1 && len(e.comments) <= 1
}

// patience is nil for what the turn waits for itself, and otherwise the error
// that ends it.
func (e *enforcement) patience(err error) error {
	if e.Turn == nil {
		return nil
	}
	return err
}

// inTurn makes a write unless the turn is over.
func (e *enforcement) inTurn(w write) write {
	if e.Turn == nil || e.Turn.Hold == nil {
		return w
	}
	return func(ctx context.Context) error {
		if err := e.Turn.Hold(ctx); err != nil {
			return err
		}
		return w(ctx)
	}
}

// mayCreate fails where another turn may make the check run of the commit, or may
// have made it.
func (e *enforcement) mayCreate(sha string) error {
	if e.Turn == nil || e.Turn.Commit == nil || e.Group != "" {
		return nil
	}
	until, err := e.Turn.Commit(sha)
	if err == nil && until {
		e.listRuns, err = true, again{}
	}
	return err
}

// commentNow reports whether a comment may be made or changed now, and notes one
// whose time has not come.
func (e *enforcement) commentNow() bool {
	if e.Turn == nil || e.Turn.Comment == nil || e.Turn.Comment(len(e.comments) > 0) {
		return true
	}
	e.out.CommentDue = true
	return false
}

// IsStale reports a read that is older than what is known.
func IsStale(err error) bool {
	var u *Unavailable
	return errors.As(err, &u) && u.Stale
}
