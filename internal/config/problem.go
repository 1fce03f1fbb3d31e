package config

import "fmt"

// Kind says how bad a problem is.
type Kind int

// The kinds of problems. A file with an Invalid one is not in force. A file
// with only unknown keys is: at evaluation each is a warning, so that a key of
// a newer release does not stop older ones; "policy check" and the pull request
// that adds it treat it as an error.
const (
	Invalid Kind = iota
	UnknownKey
)

// Problem is one thing that is wrong with a policy file.
type Problem struct {
	File         string
	Line, Column int // 1 and 1 where the problem is the file as a whole
	Kind         Kind
	Key          string // the path of the key, such as "diff-size.block-above"
	Message      string // what is wrong, one line in lower case without the place
	Fix          string // the next thing to do, one line; may be empty
	Source       string // the offending line as it stands in the file
	Width        int    // how many characters from Column on are meant
}

// Error makes a problem usable as an error; it is one line, with the place.
func (p Problem) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// Valid reports whether a file with these problems can be in force.
func Valid(problems []Problem) bool {
	for _, p := range problems {
		if p.Kind == Invalid {
			return false
		}
	}
	return true
}
