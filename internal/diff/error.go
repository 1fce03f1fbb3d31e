package diff

import "fmt"

// Error says what is wrong with a diff or a list of files, and where.
type Error struct {
	Line, Column int // 1-based; 0 when not known
	Message      string
	Fix          string // what to do about it, empty when the message says it
}

// Error gives the place and the message on one line.
func (e *Error) Error() string { return e.In("") }

// In is Error with the name of the file in front, "changes.diff:12: ...".
func (e *Error) In(file string) string {
	var at string
	switch {
	case file == "" && e.Column > 0:
		at = fmt.Sprintf("line %d, column %d: ", e.Line, e.Column)
	case file == "" && e.Line > 0:
		at = fmt.Sprintf("line %d: ", e.Line)
	case file == "":
	case e.Column > 0:
		at = fmt.Sprintf("%s:%d:%d: ", file, e.Line, e.Column)
	case e.Line > 0:
		at = fmt.Sprintf("%s:%d: ", file, e.Line)
	default:
		at = file + ": "
	}
	if e.Fix == "" {
		return at + e.Message
	}
	return at + e.Message + "; " + e.Fix
}

// quoted quotes a piece of the text for a message, cut where it is long.
func quoted(text string) string {
	const longest = 120
	if len(text) > longest {
		text = text[:longest] + "..."
	}
	return fmt.Sprintf("%q", text)
}
