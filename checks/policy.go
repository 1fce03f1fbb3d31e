package checks

import "time"

// Mode says what a verdict does.
type Mode string

// The modes.
const (
	Enforce Mode = "enforce" // a failure blocks the merge
	Audit   Mode = "audit"   // report only
)

// Policy is what applies to one change: the settings of every check, typed, with
// the defaults filled in. DefaultPolicy is the starting point.
type Policy struct {
	Mode         Mode
	Sections     []SectionRule
	DiffSize     DiffSize
	Irreversible map[string]ClassRule // by class id; a class that is left out stands at its default
	Systems      []System
	BlastRadius  Severity
	Tasks        Severity
	Freeze       Freeze
	Hours        Hours
	Exempt       Exempt
	Sources      []Source
	// Notes are warnings about the policy itself that every verdict carries.
	Notes []Finding
	// Floor is what the verdict must stand up to as well, read on its own: what
	// this policy adds to how a change is read (headings, names, paths that do
	// not count, exemptions) answers for nothing there. Where the floor is in
	// audit mode and this policy is not, its objections only warn. nil: none. A
	// floor may stand on another one.
	Floor *Policy
	// ChangesAt is when another policy will apply by itself; zero: never.
	ChangesAt time.Time
}

// SectionRule is one section that a description is asked for.
type SectionRule struct {
	ID          string
	Title       string
	Also        []string // further headings
	Hint        string
	Require     Require
	RollForward Severity // of roll_forward in this section: off, warn or block
}

// Require says when a section is required: the conditions are OR.
type Require struct {
	Always    bool
	LinesOver int      // counted lines; 0: no such condition
	Paths     []string // any file
	Labels    []string
}

// DiffSize holds the limits of the size; 0 switches a limit off.
type DiffSize struct {
	WarnAbove      int `yaml:"warn-above"`
	BlockAbove     int `yaml:"block-above"`
	WarnAboveFiles int `yaml:"warn-above-files"`
	Ignore         []string
}

// ClassRule changes a built-in class of irreversible change, or adds one.
type ClassRule struct {
	Severity Severity // empty: the class's own
	Ignore   []string // paths that do not count
	Paths    []string // of a class of the policy's own
	Ask      string   // what the plan must say, of a class of the policy's own
	Way      Way
}

// Way is how one gets back from an irreversible change.
type Way string

// The ways back.
const (
	WayRevert      Way = "revert"       // reverting and one more step
	WayRestore     Way = "restore"      // the data must come back from somewhere
	WayForwardOnly Way = "forward-only" // only a new release mends it
)

// System is something deployable, known by its paths.
type System struct {
	Name  string
	Paths []string
	Also  []string // further names that count as naming it
}

// Freeze is a list of times in which changes do not merge.
type Freeze struct {
	Severity Severity
	Windows  []FreezeWindow
}

// FreezeWindow is one freeze: from its start up to, not including, its end.
type FreezeWindow struct {
	Name        string
	From, Until time.Time
	Location    *time.Location // for what people read
	Only        Condition      // zero: every change
	Except      Condition
}

// Condition selects changes; its keys are OR, and the zero value selects none.
type Condition struct {
	Paths  []string
	Labels []string
}

// Hours is when somebody is there to watch.
type Hours struct {
	Severity Severity
	Staffed  []StaffedRange // empty: the check is off
	Watch    time.Duration
	Location *time.Location
	// And are further schedules of other people: the whole watch period must be
	// staffed by each, in its own zone.
	And []Schedule
}

// Schedule is when somebody is there, in one zone.
type Schedule struct {
	Staffed  []StaffedRange
	Location *time.Location
}

// StaffedRange is a daily range on some days of the week. An end at or before
// the start crosses midnight; the range belongs to the day it starts on.
type StaffedRange struct {
	Days       [7]bool // by time.Weekday
	Start, End int     // minutes after local midnight
}

// Exempt says to which changes the policy does not apply.
type Exempt struct {
	Authors []string
	Paths   []string // every file must match
}
