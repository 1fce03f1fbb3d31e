// Package gate takes a pull request from what GitHub says of it to a verdict
// that stands there: read, decide which policy is in force, judge, publish. It
// says what it needs of GitHub in two small interfaces and knows nothing of how
// they are met.
package gate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
)

// CheckName is the name of our check run.
const CheckName = "backout"

// Repo names a repository.
type Repo struct{ Owner, Name string }

func (r Repo) String() string { return r.Owner + "/" + r.Name }

// Ref names a pull request.
type Ref struct {
	Repo
	Number int
}

func (r Ref) String() string { return fmt.Sprintf("%s#%d", r.Repo, r.Number) }

// Reader reads what an evaluation needs. What could not be read is an error (see
// Unavailable) or a Text in the state config.Unknown, and never an empty fact.
type Reader interface {
	// Pull reads one pull request as it is now, in one query while it has up to
	// 100 files and its folders' attributes are known. Its files come without
	// patches and without former names; Lines adds them.
	Pull(ctx context.Context, ref Ref, ask Ask) (Pull, error)
	// Lines reads the changed files again, with their patches and former names.
	Lines(ctx context.Context, p *Pull) error
	// Versions reads the earlier versions of a policy file on the default branch,
	// newest first and at most so many. The first is the one at the tip.
	Versions(ctx context.Context, t Text, limit int) ([]Text, error)
	// Reverted reads the pull request that a change says it reverts; nil where
	// there is none that was merged into the branch. What was merged elsewhere
	// is no proof of what stands there.
	Reverted(ctx context.Context, ref Ref, branch string) (*checks.Reverted, error)
	// Labelled says who set a label last, and when; zero where nobody is known to
	// have.
	Labelled(ctx context.Context, ref Ref, label string) (Labelled, error)
	// Pushed says when the head was pushed to its branch, as GitHub recorded it;
	// zero where that is not known. The dates in commits do not count: whoever
	// makes a commit writes them.
	Pushed(ctx context.Context, p *Pull) (time.Time, error)
	// Permits reports whether somebody is one of the roles or teams
	// ("maintain", "admin", "acme/sre").
	Permits(ctx context.Context, repo Repo, login string, by []string) (bool, error)
}

// Lister lists pull requests, for a sweep over a repository.
type Lister interface {
	// Open reads a page of at most 50 open pull requests, as Pull reads each, and
	// names the next page; "" is the first one, and after the last one. What
	// does not fit into one query (more than 100 files, folders whose attributes
	// are not known) is read as Pull would. It fails where the list cannot be
	// read, and not for one pull request on it.
	Open(ctx context.Context, repo Repo, ask Ask, page string) (pulls []Listed, next string, err error)
}

// Listed is an open pull request on a list, or why it could not be read; then
// nothing else of it is filled in but what names it.
type Listed struct {
	Pull
	Err error
}

// Installed is a repository that an installation of the App may see.
type Installed struct {
	Repo
	ID       int64
	Archived bool
}

// Queue reads merge queues.
type Queue interface {
	// Group reads which pull requests the commit of a merge group holds, from the
	// queue of the branch it is for.
	Group(ctx context.Context, repo Repo, branch, sha string) (Group, error)
}

// Group is the pull requests of a merge group in the order in which they merge,
// its own last.
type Group struct {
	Numbers []int
	// OwnOnly is true where each pull request in the queue must pass by itself
	// (ALLGREEN), so that those before it answer for themselves.
	OwnOnly bool
}

// Writer writes what GitHub shows of a verdict. A write that creates something
// is never repeated by itself: where its answer was lost (Unavailable), whoever
// asked for it looks first.
type Writer interface {
	// Runs lists the check runs with the name on a commit that this App may
	// write, oldest first, as they are now.
	Runs(ctx context.Context, repo Repo, sha, name string) ([]Run, error)
	CreateRun(ctx context.Context, repo Repo, r Run) (Run, error)
	UpdateRun(ctx context.Context, repo Repo, r Run) error
	// Comments lists our comments on a pull request, oldest first, as they are now.
	Comments(ctx context.Context, ref Ref) ([]Comment, error)
	CreateComment(ctx context.Context, ref Ref, body string) (Comment, error)
	EditComment(ctx context.Context, repo Repo, id int64, body string) error
	DeleteComment(ctx context.Context, repo Repo, id int64) error
}

// Ask says what to read beside the pull request itself.
type Ask struct {
	// RepositoryID is GitHub's id of the repository that is meant, where that is
	// known. A read of another one, which has its name by now, fails (Elsewhere).
	RepositoryID int64
	// Policy is the path of the repository's policy file on the default branch,
	// and Further that of another one that counts as well, or empty.
	Policy, Further string
	// Organisation is the organisation's policy file; the zero File is none.
	Organisation File
	// CheckName is the name of the check runs to list.
	CheckName string
	// Fresh is the newest time and head that something signed announced. A read
	// that is older is Unavailable.
	Fresh Fresh
}

// File names a file on the default branch of a repository, or one that somebody
// has at hand.
type File struct {
	Repo
	Path string
}

func (f File) String() string {
	if f.Repo == (Repo{}) {
		return f.Path
	}
	return f.Repo.String() + ":" + f.Path
}

// Fresh is what a read must not be older than; zero: anything goes.
type Fresh struct {
	UpdatedAt time.Time
	HeadSHA   string
	// Description is a digest (see DigestOf) of the description at UpdatedAt; a
	// read of the same second with another one is older. Empty: it is not known.
	Description string
}

// DigestOf identifies a description: its SHA-256 in hexadecimal digits.
func DigestOf(description string) string {
	sum := sha256.Sum256([]byte(description))
	return hex.EncodeToString(sum[:])
}

// Text is a file as it was looked for on GitHub.
type Text struct {
	File
	// State is Present, Absent, Unknown or NotVisible; nobody has parsed it yet.
	State  config.State
	Data   string
	Blob   string
	Commit string // the commit that brought this version, where it was asked for
	Why    string // of an Unknown one, half a sentence
}

// State is what a pull request is.
type State string

// The states of a pull request.
const (
	Open   State = "open"
	Closed State = "closed"
	Merged State = "merged"
)

// Pull is a pull request as it was read.
type Pull struct {
	Ref
	ID            int64 // GitHub's, which stays when the repository gets another name
	State         State
	UpdatedAt     time.Time
	HeadRepo      string // "acme/shop", a fork's name, or empty where it is deleted or private
	Private       bool
	DefaultBranch string
	BaseSHA       string // the base branch's tip, where the attributes are from
	HeadRef       string // the head's branch in HeadRepo

	// Change holds the facts; its files have their attributes applied.
	Change checks.Change
	// Lines is true where Change.Files hold patches and former names.
	Lines bool

	Organisation, Repository, Further Text
	// HeadPolicies are the policy files that the change touches, as its head has
	// them; one that it deletes is Absent.
	HeadPolicies []Text

	// Runs are our check runs on the head, oldest first.
	Runs []Run
	// Comments are our comments, oldest first; CommentsWhole says that there are
	// no others.
	Comments      []Comment
	CommentsWhole bool
	// Sharing are the other open pull requests with this head commit and this
	// head repository.
	Sharing []int
}

// Run is a check run.
type Run struct {
	ID         int64 // 0: not created yet
	Name       string
	SHA        string
	Status     string // "completed", where it has a conclusion
	Conclusion checks.Conclusion
	Title      string
	Summary    string
	Text       string
	ExternalID string
	DetailsURL string
	StartedAt  time.Time
	// Buttons are written and never read.
	Buttons []Button
}

// Button is an action that a check run offers. GitHub takes at most 3, with
// labels and identifiers of at most 20 characters and descriptions of 40.
// https://docs.github.com/rest/checks/runs#create-a-check-run
type Button struct{ Label, Description, Identifier string }

// Comment is a comment of ours on a pull request.
type Comment struct {
	ID   int64
	Body string
}

// Labelled is who set a label and when.
type Labelled struct {
	By  string
	Bot bool
	At  time.Time
}

// Unavailable is a read or a write that did not come off and may later: GitHub
// failed, said to wait, or answered with a state that is older than what is
// known. It is neither a pass nor a failure. A write may have taken effect
// nevertheless.
type Unavailable struct {
	What  string        // "files of acme/shop#812"
	Write bool          // it was to be written, not read
	Why   string        // "HTTP 502, 4 tries"
	After time.Duration // how long GitHub said to wait; 0: it did not
	Stale bool          // GitHub answered, with a state that is older than what is known
	Err   error
}

func (e *Unavailable) Error() string {
	if e.Write {
		return e.What + " could not be written (" + e.Why + ")"
	}
	return e.What + " could not be read (" + e.Why + ")"
}

// Unwrap returns the cause.
func (e *Unavailable) Unwrap() error { return e.Err }

// Refused is a call that the token may not make. Another try does not help.
type Refused struct {
	What string // "write a comment on acme/shop#812"
	Why  string // what GitHub said, in our words
	// Asleep is true where somebody put the repository or the installation to rest
	// (archived, suspended): nothing is wrong, and an event tells when that ends.
	Asleep bool
	Err    error
}

func (e *Refused) Error() string { return "the token may not " + e.What + ": " + e.Why }

// Unwrap returns the cause.
func (e *Refused) Unwrap() error { return e.Err }

// Elsewhere is a repository that has another name by now, and whose old name is
// another one's.
type Elsewhere struct {
	What string // "acme/shop"
}

func (e *Elsewhere) Error() string { return e.What + " is another repository by now" }

// Gone is something that is not there (any more), as far as the token can see.
type Gone struct {
	What string // "acme/shop#812"
	Err  error
}

func (e *Gone) Error() string { return e.What + " is not there, or the token may not see it" }

// Unwrap returns the cause.
func (e *Gone) Unwrap() error { return e.Err }
