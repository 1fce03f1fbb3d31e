// Package config holds the policy file: what somebody typed, read strictly,
// with the place of every value. It knows one file at a time and two together;
// it does not know where files come from.
package config

import (
	"time"

	"github.com/backout-dev/backout/checks"
)

// File is a policy file as it was written. What it leaves out is not Set, so
// that a reader can tell a default from a wish. The zero File is an empty one.
//
// A key's comment says what it means, its default, and how the files of an
// organisation and a repository compose. "Stricter of both" always includes
// the organisation's default: what its file leaves out is part of the floor.
type File struct {
	// Name is what the file is called in messages and origins.
	Name string

	// Version is the version of the file's format.
	// Default: 1. Each file for itself.
	Version Value[int]

	// Requires is the oldest release that may read the file.
	// Default: any. Each file for itself.
	Requires Value[Release]

	// Mode says whether a failure blocks the merge.
	// Default: enforce. Stricter of both: enforce before audit.
	Mode Value[checks.Mode]

	// Comment says when a pull request gets a comment. It is no part of the
	// verdict. Default: when-needed. The repository's, else the organisation's.
	Comment Value[Comment]

	// Timezone is the zone of the times in this file. Default: none; it is an
	// error to write a time without it. Each file for itself.
	Timezone Value[*time.Location]

	// Branches are globs of the base branches on whose pull requests comments
	// appear; BranchDefault stands for the default branch. Every pull request is
	// judged. Default: all. The repository's, else the organisation's.
	Branches List[string]

	// Sections are the sections that a description is asked for, in the file's
	// order. Default: the three that are built in. Union by name.
	Sections Map[Section]

	DiffSize DiffSize

	// Irreversible changes the built-in classes of irreversible change, or adds
	// some. Default: the built-in ones as they are. Union by id.
	Irreversible Map[Class]

	// Systems are what can be hit, each known by its paths. Default: none.
	// Union; entries of one name stand beside each other, so that what a
	// repository adds does not answer for its organisation's.
	Systems Map[System]

	// Freeze lists the times in which changes do not merge. Default: none.
	// Union: each window with its own file's zone, only and except.
	Freeze Blocks[Freeze]

	// FreezeSeverity is off, warn or block. Default: block. Stricter of both.
	FreezeSeverity Value[checks.Severity]

	Hours Hours

	// Tasks is the severity of unticked tasks. Default: off. Stricter of both.
	Tasks Value[checks.Severity]

	// BlastRadius is the severity of a touched system that the blast radius does
	// not name. Default: block. Stricter of both.
	BlastRadius Value[checks.Severity]

	Exempt Exempt

	Override Override

	// Relax is the key repositories-may-relax: how far a repository may go below
	// the organisation's values. Default: not at all. Organisation only.
	Relax Relax

	Enforce Enforce
}

// Comment says when a pull request gets a comment.
type Comment string

// When there is a comment.
const (
	CommentWhenNeeded Comment = "when-needed"
	CommentAlways     Comment = "always"
	CommentNever      Comment = "never"
)

// BranchDefault is the entry of branches that stands for the default branch.
const BranchDefault = "default"

// Section is what a file says about one section, built in or its own.
type Section struct {
	// Title is the heading that is asked for. Default: the built-in title; of a
	// section of one's own, its id in words. The organisation's; another one of
	// the repository's is a further heading.
	Title Value[string]

	// Also are further headings that mark the section. Default: none. Union.
	Also List[string]

	// Hint is the question that the section answers. Default: the built-in one;
	// of a section of one's own, none. The repository's, else the organisation's.
	Hint Value[string]

	// Require says when the section is required. Default: always. OR of both.
	Require Require

	// RollForward is the severity of a plan that only rolls forward; rollback
	// alone has it. Default: warn. Stricter of both.
	RollForward Value[checks.Severity]
}

// Require says when a section is required: by one of the words, or by
// conditions, of which one is enough.
type Require struct {
	Place

	// Word is RequireAlways, RequireNever or, where there are conditions, empty.
	Word RequireWord

	// LinesOver requires it above that many counted lines. Minimum of both.
	LinesOver Value[int]

	// Paths require it where any file matches. Union.
	Paths List[string]

	// Labels require it where the change has any of them. Union.
	Labels List[string]
}

// RequireWord is what require says without conditions.
type RequireWord string

// The words of require.
const (
	RequireAlways RequireWord = "always"
	RequireNever  RequireWord = "never"
)

// DiffSize holds the limits of the size. A limit of 0, written off, is none,
// which is the mildest.
type DiffSize struct {
	Place

	// WarnAbove is the limit in counted lines above which the size warns.
	// Default: 400. Minimum of both.
	WarnAbove Value[int]

	// BlockAbove is the limit in counted lines above which the size blocks.
	// Default: 1000. Minimum of both.
	BlockAbove Value[int]

	// WarnAboveFiles is the limit in files above which the size warns.
	// Default: 50. Minimum of both.
	WarnAboveFiles Value[int]

	// Ignore are globs of files that do not count. Default: none. Both; what a
	// repository adds counts only towards limits of its own.
	Ignore List[string]
}

// Class is what a file says about one class of irreversible change. A bare
// severity stands for a class with only that.
type Class struct {
	// Severity is off, warn or block. Default: the built-in class's own, else
	// block. Stricter of both.
	Severity Value[checks.Severity]

	// Ignore are globs of files that the class does not look at. Default: none.
	// Both; what a repository adds does not count towards the floor.
	Ignore List[string]

	// Paths are globs of files that belong to the class whatever they hold; a
	// class of one's own has some. Default: none. Union.
	Paths List[string]

	// Ask is what the rollback plan must say. Default: the built-in question.
	// The organisation's, else the repository's.
	Ask Value[string]

	// Way is how one gets back. Default: the built-in class's own, else restore.
	// The organisation's; a repository says it for classes of its own.
	Way Value[checks.Way]
}

// System is something deployable.
type System struct {
	// Paths are the globs of its files: at least one. Each entry for itself.
	Paths List[string]

	// Also are further names that count as naming it. Default: none. Each entry
	// for itself.
	Also List[string]
}

// Freeze is one freeze, from its start up to, not including, its end.
type Freeze struct {
	Place

	// Name is what people call it. Default: none.
	Name Value[string]

	// From is its start, local. Required.
	From Value[LocalTime]

	// Until is its end, local. Required.
	Until Value[LocalTime]

	// Only narrows it to some changes. Default: every change.
	Only Condition

	// Except leaves some changes out. Default: none.
	Except Condition
}

// Condition selects changes; its keys are OR.
type Condition struct {
	Place

	// Paths select a change: in only by any file, in except by every file.
	Paths List[string]

	// Labels select a change that has any of them.
	Labels List[string]
}

// Hours is when somebody is there to watch.
type Hours struct {
	Place

	// Staffed are the daily ranges, local; written as one or as a list.
	// Default: none, which switches the check off. Intersection of both, each in
	// its own file's zone.
	Staffed List[Staffed]

	// Watch is how long after a merge somebody must be there. Default: 3h.
	// Maximum of both.
	Watch Value[time.Duration]

	// Severity is off, warn or block. Default: warn. Stricter of both.
	Severity Value[checks.Severity]
}

// Exempt says to which changes the policy does not apply, beyond what is built
// in.
type Exempt struct {
	Place

	// Authors are logins, bots with [bot]. Default: none. The organisation's;
	// where the repository has a list, those in both.
	Authors List[string]

	// Paths are globs; a change is exempt when every file matches. Default: none.
	// The organisation's; where the repository has a list, what is exempt by both.
	Paths List[string]
}

// Override says who may let a blocked change through.
type Override struct {
	Place

	// By are roles (write, maintain, admin) and teams (acme/sre). Default:
	// maintain, admin. Organisation only, where there is an organisation's file.
	By List[string]

	// Author says whether the author may, where By allows it. Default: never.
	// Organisation only, where there is an organisation's file.
	Author Value[OverrideAuthor]

	// Expires is how long an override lasts at most. Default: 24h. Organisation
	// only, where there is an organisation's file.
	Expires Value[time.Duration]
}

// OverrideAuthor says whether an author may override the verdict on their own
// change.
type OverrideAuthor string

// Whether the author may.
const (
	AuthorNever   OverrideAuthor = "never"
	AuthorAllowed OverrideAuthor = "allowed"
)

// Relax holds, key by key, the mildest value that a repository may set. What
// is not Set may not be relaxed. In lists stand the entries that a repository
// may add.
type Relax struct {
	Place

	// Mode lets a repository only report, where it is audit.
	Mode Value[checks.Mode]

	// Sections bound require and roll-forward of each section named; their other
	// keys are not accepted here.
	Sections Map[RelaxSection]

	// DiffSize bounds the limits from above, and lists globs that may be ignored.
	DiffSize DiffSize

	// Irreversible bounds the severity of each class named, and lists globs that
	// may be ignored.
	Irreversible Map[RelaxClass]

	// BlastRadius, Tasks and FreezeSeverity bound severities from below.
	BlastRadius    Value[checks.Severity]
	Tasks          Value[checks.Severity]
	FreezeSeverity Value[checks.Severity]

	Hours RelaxHours

	// Exempt lists the authors and globs that a repository may exempt.
	Exempt Exempt
}

// RelaxSection bounds what a repository may say about one section.
type RelaxSection struct {
	// Require is the least that a repository must require.
	Require Require

	// RollForward bounds the severity from below.
	RollForward Value[checks.Severity]
}

// RelaxClass bounds what a repository may say about one class.
type RelaxClass struct {
	// Severity bounds it from below.
	Severity Value[checks.Severity]

	// Ignore lists globs that a repository may ignore.
	Ignore List[string]
}

// RelaxHours bounds what a repository may say about hours.
type RelaxHours struct {
	Place

	// Watch is the shortest watch period that a repository may set.
	Watch Value[time.Duration]

	// Severity bounds it from below.
	Severity Value[checks.Severity]
}

// Enforce is how an organisation's file comes into force step by step. Until
// and outside it the file only reports.
type Enforce struct {
	Place

	// From is the time from which the file is enforced; a date is its midnight.
	// Default: at once. Organisation only.
	From Value[LocalTime]

	// Repositories are globs of repository names, without the owner.
	// Default: all. Organisation only.
	Repositories List[string]
}
