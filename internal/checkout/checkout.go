// Package checkout reads the facts of a change from a git checkout, by way of
// the git binary. It writes nothing into the checkout and runs nothing that the
// checkout brings along: no hook, external diff, textconv or file monitor.
package checkout

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
)

// Repo is a git checkout. Its methods take revisions as git understands them,
// except those that begin with "-" or "^".
type Repo struct {
	git     string // the binary
	gitDir  string // absolute
	workDir string // top of the work tree; empty where there is none
}

// Open finds the checkout that a folder is part of. Its errors, and those of all
// methods, are of type *Error.
func Open(ctx context.Context, dir string) (*Repo, error) {
	git, err := exec.LookPath("git")
	if err != nil {
		return nil, &Error{Kind: NotInstalled, Message: "git is not installed", Fix: "install git, or give the diff by --diff FILE", Err: err}
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, unreadable("find "+printable(dir), err)
	}
	r := &Repo{git: git}
	out, err := r.run(ctx, call{dir: dir, args: []string{"rev-parse", "--absolute-git-dir", "--is-inside-work-tree"}})
	if err != nil {
		return nil, openError(dir, err)
	}
	gitDir, inside := strings.CutSuffix(string(out), "\ntrue\n")
	if !inside {
		// A bare repository, or a folder inside .git.
		gitDir = strings.TrimSuffix(string(out), "\nfalse\n")
		r.gitDir = gitDir
		return r, nil
	}
	out, err = r.run(ctx, call{dir: dir, args: []string{"rev-parse", "--show-toplevel"}})
	if err != nil {
		return nil, openError(dir, err)
	}
	r.gitDir, r.workDir = gitDir, filepath.FromSlash(strings.TrimSuffix(string(out), "\n"))
	return r, nil
}

func openError(dir string, err error) error {
	var failed *gitError
	if !errors.As(err, &failed) {
		return unreadable("open "+printable(dir), err)
	}
	switch {
	case failed.notStarted:
		return &Error{Kind: NotCheckout, Message: printable(dir) + " cannot be entered", Fix: "name an existing folder", Err: err}
	case strings.Contains(failed.stderr, "not a git repository"):
		return &Error{Kind: NotCheckout, Message: printable(dir) + " is not a git checkout", Fix: "run inside one, or give the diff by --diff FILE", Err: err}
	case strings.Contains(failed.stderr, "dubious ownership"):
		return &Error{Kind: NotTrusted, Message: printable(dir) + " belongs to somebody else, so git does not read it", Fix: "git config --global --add safe.directory " + printable(dir), Err: err}
	}
	return unreadable("open "+printable(dir), err)
}

// Kind says what went wrong.
type Kind string

// The kinds of errors.
const (
	NotInstalled    Kind = "not-installed"    // there is no git
	NotCheckout     Kind = "not-checkout"     // the folder is not in a git checkout
	NotTrusted      Kind = "not-trusted"      // git refuses a checkout of somebody else's
	UnknownRevision Kind = "unknown-revision" // a revision names no commit
	NoBase          Kind = "no-base"          // there is no branch to compare with
	NoMergeBase     Kind = "no-merge-base"    // the histories do not meet, or not as far as they were fetched
	Unreadable      Kind = "unreadable"       // git failed
)

// Error says what could not be read, and what to do about it.
type Error struct {
	Kind    Kind
	Message string
	Fix     string // a next step, empty when there is none to name
	Err     error
}

// Error gives message and fix on one line.
func (e *Error) Error() string {
	if e.Fix == "" {
		return e.Message
	}
	return e.Message + "; " + e.Fix
}

// Unwrap returns what git said, where it said something.
func (e *Error) Unwrap() error { return e.Err }

// Usage reports whether it is for the caller to name something else; otherwise
// a fact could not be read.
func (e *Error) Usage() bool {
	return e.Kind == NotCheckout || e.Kind == UnknownRevision || e.Kind == NoBase
}

func unreadable(doing string, err error) error {
	return &Error{Kind: Unreadable, Message: doing + ": " + err.Error(), Err: err}
}
