package checks

import (
	"time"

	"github.com/backout-dev/backout/internal/plan"
)

// Severity says what a finding does to the verdict.
type Severity string

// The severities, from mild to strict. Off switches a check off and never
// appears on a finding.
const (
	Off   Severity = "off"
	Note  Severity = "note"
	Warn  Severity = "warn"
	Block Severity = "block"
)

// Finding is one thing that somebody should know, and what to do about it.
// Code with Section, System or Path is its identity.
type Finding struct {
	Check    string // the check's id, filled in by Evaluate
	Code     string // stable, such as "sections/missing"
	Severity Severity
	Title    string // half a sentence for the verdict's title, such as "the rollback plan is missing"
	Message  string // what was measured, in whole sentences
	Fix      string // the next thing to do

	Section string // id of the section concerned
	System  string // name of the system concerned
	Class   string // id of the irreversible class concerned
	Path    string // file concerned; empty: the description
	Line    int    // 1-based line in Path or in the description; 0: none
	Column  int    `json:",omitempty"` // 1-based, in characters; 0: the line as a whole
}

// Section is a section's final state: the words held against the diff.
type Section struct {
	plan.Section
	Required bool
}

// Size is what a person must read and undo.
type Size struct {
	Counted   int // weighted lines
	Additions int
	Deletions int
	Files     int
	Parts     []SizePart // what was not counted, by kind, in a fixed order
	Splits    []Split    // systems or folders the change could be split by, largest first
}

// SizePart is a kind of lines that count less or nothing. Counted plus the
// lines of all parts is additions plus deletions.
type SizePart struct {
	Kind  string // "lock files", "generated", "vendored", "fixtures", "snapshots", "tests", "deleted files", "ignored"
	Lines int    // the lines left out
}

// Split is a system or folder with its counted lines.
type Split struct {
	Name    string
	Counted int
}

// TouchedSystem is a system whose paths the diff touches.
type TouchedSystem struct {
	Name  string
	Named bool   // the blast-radius section names it
	Files int    // changed files under its paths
	Path  string // the first of them
}

// IrreversibleLine is a change that reverting the code does not undo.
type IrreversibleLine struct {
	Class    string // id
	Severity Severity
	Way      Way
	Path     string
	Line     int    // in the new file, or in the old one for a removed line; 0 when not seen
	Text     string // the line, or why the file counts without one
	// Addressed is true when the rollback plan deals with it.
	Addressed bool
}

// Exemption is why the policy does not apply.
type Exemption struct{ Reason string }

// Source is a policy file that was in force.
type Source struct {
	Source  string // path or name
	Version string // blob id or revision
}

// Conclusion is the outcome in GitHub's words.
type Conclusion string

// The conclusions.
const (
	Success Conclusion = "success"
	Failure Conclusion = "failure"
	Neutral Conclusion = "neutral" // audit mode
)

// Verdict is the outcome for one change.
type Verdict struct {
	Conclusion     Conclusion
	Blocked        bool   // what enforce mode would say
	Title          string // the verdict word first, then the first reason
	Mode           Mode
	Exempt         *Exemption
	Override       *Override // what lets the change through; its findings still stand
	Sections       []Section
	Findings       []Finding // blocks first, then in the order of All
	Size           Size
	Systems        []TouchedSystem
	Irreversible   []IrreversibleLine
	TasksUnchecked int
	NotSeen        []string // what could not be judged, in whole sentences
	JudgedAt       time.Time
	ChangesAt      *time.Time // when the verdict changes by itself
	InputDigest    string     // "sha256:..."
	OutputDigest   string
}
