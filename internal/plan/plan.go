// Package plan reads a pull-request description: Markdown in, sections out. It
// is pure, it is the only importer of the Markdown parser, and it is safe on
// any text.
package plan

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
