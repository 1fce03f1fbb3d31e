package config

import (
	"fmt"
	"strings"
	"unicode"
)

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
	Width        int    // how many characters from Column on are meant; 0: no line is
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

// The part of a long line that is shown: so many characters, of which so many
// stand before the place that is meant.
const (
	shownWidth  = 100
	shownBefore = 40
)

// Detail returns the whole problem over several lines: where and what, the
// offending line with carets under what is meant, and the fix.
func (p Problem) Detail() string {
	var b strings.Builder
	fmt.Fprintln(&b, p.Error())
	if p.Width > 0 && strings.TrimSpace(p.Source) != "" {
		line, carets := p.excerpt()
		number := fmt.Sprintf("%3d", p.Line)
		fmt.Fprintf(&b, "%s | %s\n", number, line)
		fmt.Fprintf(&b, "%*s | %s\n", len(number), "", carets)
	}
	if p.Fix != "" {
		fmt.Fprintf(&b, "  fix: %s\n", p.Fix)
	}
	return b.String()
}

// excerpt returns the offending line, cut around the place, and the carets
// below it.
func (p Problem) excerpt() (line, carets string) {
	runes := []rune(strings.TrimRight(p.Source, " \t"))
	start, end := min(p.Column-1, len(runes)), min(p.Column-1+p.Width, len(runes))
	from := 0
	if len(runes) > shownWidth && start > shownBefore {
		from = start - shownBefore
	}
	to := min(len(runes), from+shownWidth)
	end = max(min(end, to), start+1)

	var b, c strings.Builder
	if from > 0 {
		b.WriteString("...")
		c.WriteString("   ")
	}
	for i := from; i < to; i++ {
		b.WriteRune(printable(runes[i]))
		if i < start {
			c.WriteByte(' ')
		}
	}
	if to < len(runes) {
		b.WriteString("...")
	}
	c.WriteString(strings.Repeat("^", end-start))
	return b.String(), c.String()
}

// printable keeps what a line of a file cannot be trusted with away from a
// terminal or a page: control characters, and those that change the direction.
func printable(r rune) rune {
	switch {
	case r == '\t':
		return ' '
	case !unicode.IsPrint(r):
		return unicode.ReplacementChar
	}
	return r
}
