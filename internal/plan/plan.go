// Package plan reads a pull-request description: Markdown in, sections out. It
// is pure, it is the only importer of the Markdown parser, and it is safe on
// any text.
package plan

// The ids of the kinds that every description is judged for.
const (
	Rollback    = "rollback"
	WorstCase   = "worst-case"
	BlastRadius = "blast-radius"
)

// State says what the words under a section are worth.
type State string

// The states of a section. Insufficient is never given by this package: it
// needs the diff.
const (
	Complete      State = "complete"       // somebody could act on it
	NotApplicable State = "not_applicable" // waived with a reason
	RollForward   State = "roll_forward"   // no way back, a named way forward
	Missing       State = "missing"        // nothing marks the section
	Empty         State = "empty"          // a marker with nothing visible under it
	Template      State = "template"       // the template's own words
	Placeholder   State = "placeholder"    // typed, but gives nothing
	Insufficient  State = "insufficient"   // would do for ordinary code, not for this diff
)

// Passes reports whether a section in this state is answered. RollForward
// passes with a warning.
func (s State) Passes() bool {
	return s == Complete || s == NotApplicable || s == RollForward
}

// Kind is a section that a description is asked for.
type Kind struct {
	ID    string   // "rollback", "worst-case", "blast-radius", or a policy's own
	Title string   // as it is shown, and the first heading that marks it
	Also  []string // further headings that mark it
}

// Section is what a description says about one kind.
type Section struct {
	ID      string
	Title   string
	State   State
	Heading string // the marker as the author wrote it, empty when missing
	Line    int    // 1-based line of the marker, 0 when missing
	LineEnd int    // last line of the answer
	Text    string // what the author wrote and a reader sees, without the template
	Reason  string // why it has this state, half a sentence; empty when it is complete
	Waiver  Waiver // what it gives as the reason why nothing is needed
	Stray   string // of a missing section: a sentence elsewhere that would do
}

// Waiver holds the kinds of reason by which a section was waived.
type Waiver struct {
	Docs  bool // only documentation or comments change
	Tests bool // only tests change
	Code  bool // no production code changes
	Idle  bool // nothing runs it: not deployed, unused, flag off, tooling
	// Reasoned is true when it is said to be not needed, with some reason.
	Reasoned bool
}

// DataClaims is what a description says, anywhere, about the data that a
// change destroys or rewrites.
type DataClaims struct {
	Returns bool // how it comes back: restore, down migration, copy kept
	Stays   bool // the schema can stay: old code ignores what is new and finds what it needs
	Adds    bool // only something is added
	None    bool // no data is lost: empty, a cache, derived from elsewhere
	Unread  bool // nothing reads it any more
}

// Plan is a description as it was read.
type Plan struct {
	Sections       []Section  // one for each kind, in the kinds' order
	TasksUnchecked int        // unticked task-list items
	TaskLine       int        // line of the first of them, 0 when there is none
	CutShort       bool       // only MaxLines lines, and MaxLine bytes of each, were read
	Data           DataClaims // only with Options.Data
}

// Section returns the section with the given id.
func (p Plan) Section(id string) (Section, bool) {
	for _, s := range p.Sections {
		if s.ID == id {
			return s, true
		}
	}
	return Section{}, false
}

// Options says what to look for in a description.
type Options struct {
	Templates []string
	Kinds     []Kind
	Data      bool // read what the description says of the data, which takes time
}
