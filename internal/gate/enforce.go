package gate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/backout-dev/backout/internal/config"
)

// Gate takes pull requests to verdicts that stand on GitHub.
type Gate struct {
	Reader  Reader
	Writer  Writer
	Options Options
	Show    Show
	// CheckRun is true where the gate is a check run, and false where whoever
	// calls is the gate, such as a workflow's job.
	CheckRun bool
	// Comment says when there is a comment; empty: as the policy says.
	Comment config.Comment
	// DetailsURL is where a check run leads to. It may differ between two runs
	// that say the same.
	DetailsURL string
	// Buttons are what a check run on a head commit offers. The run of a merge
	// group offers nothing: it is over as soon as it is judged.
	Buttons []Button
	// Turn is set where the subject comes from a queue; nil: it does not.
	Turn *Turn

	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// Show puts verdicts into words. The same verdicts give the same words, whoever
// asks and whenever: what differs is written again.
type Show struct {
	Run func(Shared) Words
	// SameText reports whether two texts of check runs record the same verdict.
	SameText func(a, b string) bool
	Comment  func(Judged) string
	// CommentWanted reports whether there is to be a comment, on a base branch
	// that the policy gives comments or not, where one exists or not.
	CommentWanted func(when config.Comment, j Judged, onBranch, exists bool) bool
	// IsComment reports whether a body has the mark of our comments.
	IsComment func(body string) bool
}

// Words are what a check run says.
type Words struct{ Title, Summary, Text string }

// Subject is what wants a verdict.
type Subject struct {
	Ref
	// Group is the head commit of the merge group that the pull request waits in;
	// empty: its own head wants the verdict.
	Group string
	// Fresh is what was announced of the pull request.
	Fresh Fresh
	// Announced is what the pull request was then.
	Announced Announced
}

// Result is what an enforcement came to.
type Result struct {
	// Own is the subject's own verdict, and Shared what its commit stands for.
	Own    Judged
	Shared Shared
	// Notices are for whoever keeps the gate running, a sentence each.
	Notices []string
	// CommentDue is true where a comment is to be written and its time has not
	// come.
	CommentDue bool
	// CommentFailed is true where the comment could not be written, and may be at
	// another time.
	CommentFailed bool
	// Run and Comment are the ids of what stands on GitHub; 0: nothing, or it is not
	// known.
	Run, Comment int64
}

const (
	// maxRounds is how often a pull request is judged again because it changed
	// while it was judged.
	maxRounds = 5
	// looks is how often it is looked at again after the last write. One look can
	// be served a state from before an edit; and a process that judged an older
	// description can have its write under way during the first.
	looks = 2
	// maxReads bounds all reads of the subject together.
	maxReads = 20
	// maxStale is how often a read that is older than what is known is repeated,
	// after 1, 2, 4 s; maxLost how often a write whose answer was lost is.
	maxStale, maxLost = 3, 3
	// maxPause is the longest time between two looks.
	maxPause = time.Second
)

// Enforce judges a subject and publishes the verdict, and does so again while
// what it judged changes. The verdict that is left standing is that of the
// newest description, whoever else is at it: a process that finds a verdict of
// a newer state than its own reads again, and each looks again after its last
// write. Where there is no verdict the check run says so, unless it says already
// what is newer than anything known.
func (g Gate) Enforce(ctx context.Context, s Subject) (Result, error) {
	return g.enforce(ctx, s, false)
}

func (g Gate) enforce(ctx context.Context, s Subject, noComments bool) (Result, error) {
	e := &enforcement{
		Gate: g, Subject: s, noComments: noComments,
		fresh: map[int]Fresh{s.Number: s.Fresh}, told: map[int]Fresh{}, trusts: g.Turn == nil || g.Turn.Tries < maxStale, judged: map[int]Judged{}, states: map[int][]string{}, foreign: map[int]bool{},
	}
	err := e.settle(ctx)
	e.ids()
	if err != nil && g.CheckRun && g.Turn == nil {
		e.withoutVerdict(ctx, err)
	}
	return e.out, err
}

// enforcement is one call of Enforce on its way.
type enforcement struct {
	Gate
	Subject
	out Result

	fresh   map[int]Fresh    // what no read may be older than, by number
	told    map[int]Fresh    // what that was before a verdict that was found said more, and no read did
	trusts  bool             // such a verdict is believed
	judged  map[int]Judged   // the newest judgement, by number
	states  map[int][]string // the states that were read, by number, oldest first
	foreign map[int]bool     // pull requests of other repositories that do not count
	doubted int              // how often a read was not what was announced
	unreads int              // how often somebody else on the commit could not be read
	yielded int              // how often another verdict of the same time was met
	anchor  int              // the pull request whose fellows count; 0: the subject

	runs     []Run
	comments []Comment
	// What came with the pull request is newer than what was made here if it has
	// these; else, and where list is true, the lists are read on their own.
	ourRuns, ourComments   []int64
	listRuns, listComments bool

	looked     bool // the last round was the look before the write
	wrote      bool
	stands     bool // what was judged last stands on GitHub
	noComments bool // the token may not, or it did not come off
	slowest    time.Duration
}

// settle repeats reading, judging and writing until there is nothing to do.
func (e *enforcement) settle(ctx context.Context) error {
	var stale, lost, rounds, calm int
	for range maxReads {
		err := e.round(ctx)
		wait := time.Duration(0)
		switch what := err.(type) { //nolint:errorlint // what round returns is not wrapped
		case nil:
			if calm++; !e.wrote || calm >= looks {
				return nil
			}
			wait = min(2*e.slowest, maxPause)
		case changed:
			if e.stands && e.alone() {
				return nil
			}
			calm = 0
			if rounds++; rounds > maxRounds {
				return &Unavailable{What: e.Ref.String(), Why: fmt.Sprintf("it changed %d times while it was judged", maxRounds)}
			}
		case again:
		case lostAnswer:
			if err := e.patience(what.error); err != nil && after(err) > 0 {
				return err
			}
			calm = 0
			if lost++; lost > maxLost && !what.comment {
				return what.error
			} else if lost > maxLost {
				e.withoutComment(what.error)
			}
			wait = max(time.Second<<(lost-1), after(what.error))
		case olderThanKnown:
			if stale++; stale > maxStale || e.patience(what.error) != nil {
				if e.Turn == nil && e.distrust() {
					stale = 0
					continue
				}
				return e.afterWriting(what.error)
			}
			wait = max(time.Second<<(stale-1), after(what.error))
		default:
			return e.afterWriting(err)
		}
		if err := e.Sleep(ctx, wait); err != nil {
			return err
		}
	}
	return &Unavailable{What: e.Ref.String(), Why: fmt.Sprintf("it was not the same twice in %d reads", maxReads)}
}

// afterWriting decides about a read that failed. Where the verdict stands, a
// look that fails takes nothing from it: who changes the pull request starts a
// run of their own.
func (e *enforcement) afterWriting(err error) error {
	if e.stands && ifLater(err) == nil {
		e.notice("Whether " + e.Ref.String() + " changed while it was judged could not be seen: " + err.Error() + ".")
		return nil
	}
	return err
}

// ifLater turns what may come off later into nothing.
func ifLater(err error) error {
	var u *Unavailable
	if errors.As(err, &u) {
		return nil
	}
	return err
}

// withoutComment goes on without the comment: the gate is elsewhere.
func (e *enforcement) withoutComment(cause error) {
	e.noComments = true
	e.out.CommentFailed = ifLater(cause) == nil
	e.notice(fmt.Sprintf("The comment on %s is not up to date: %s. The verdict is the same.", e.Ref, cause))
}

// How a round ends that is not the last one.
type (
	// changed: something was written, or somebody else has seen more.
	changed struct{}
	// again: look before the write, because reading took more than one query.
	again struct{}
	// lostAnswer: a write that may have taken effect or not.
	lostAnswer struct {
		error
		comment bool
	}
	// olderThanKnown: a read that is older than what is known.
	olderThanKnown struct{ error }
)

func (changed) Error() string { return "it changed while it was judged" }
func (again) Error() string   { return "it is looked at again" }

// after is how long GitHub said to wait.
func after(err error) time.Duration {
	var u *Unavailable
	if errors.As(err, &u) {
		return u.After
	}
	return 0
}

// round reads, judges and writes what differs, once. nil: nothing differed.
func (e *enforcement) round(ctx context.Context) error {
	shared, own, err := e.read(ctx)
	if err != nil {
		return err
	}
	e.out.Own, e.out.Shared = own, shared
	if err := e.readLists(ctx); err != nil {
		return err
	}
	if e.CheckRun {
		if err := e.rivals(ctx); err != nil {
			return err
		}
	}
	if e.outrun() {
		return changed{}
	}
	writes := e.differences()
	if len(writes) == 0 {
		return nil
	}
	if own.extra && !e.alone() {
		e.unextra()
		if e.looked { // and found another state
			return changed{}
		}
		e.looked = true
		return again{}
	}
	e.looked = false
	return e.apply(ctx, writes)
}

// apply makes the writes, one after another.
func (e *enforcement) apply(ctx context.Context, writes []write) error {
	e.stands = false
	made := 0
	for _, w := range writes {
		err := e.inTurn(w)(ctx)
		switch err.(type) { //nolint:errorlint // as above
		case nil:
			made++
			e.wrote = true
		case skipped:
		default:
			e.wrote = true // it may have taken effect
			return err
		}
	}
	e.stands = true
	if made == 0 {
		return nil
	}
	return changed{}
}

// ids notes what stands on GitHub.
func (e *enforcement) ids() {
	for _, r := range e.runs {
		e.out.Run = r.ID
	}
	for _, id := range e.ourRuns {
		e.out.Run = id
	}
	for _, id := range e.ourComments {
		e.out.Comment = id
	}
	if len(e.comments) > 0 {
		e.out.Comment = e.comments[0].ID
	}
}

// skipped: a write that is not made, nor any other of its kind.
type skipped struct{}

func (skipped) Error() string { return "it is not written" }

// unextra notes that the next round is the look before the write.
func (e *enforcement) unextra() {
	for n, j := range e.judged {
		j.extra = false
		e.judged[n] = j
	}
}

func (e *enforcement) notice(text string) {
	for _, n := range e.out.Notices {
		if n == text {
			return
		}
	}
	e.out.Notices = append(e.out.Notices, text)
}

func (e *enforcement) sha() string {
	switch {
	case e.Group != "":
		return e.Group
	case e.out.Own.Pull.Change.HeadSHA != "":
		return e.out.Own.Pull.Change.HeadSHA
	}
	return e.Subject.Fresh.HeadSHA
}
