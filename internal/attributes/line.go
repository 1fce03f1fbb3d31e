package attributes

import (
	"iter"
	"strings"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gitquote"
)

// What git sets as limits: longer lines and larger files are passed over.
const (
	maxLine = 2048
	maxFile = 100 << 20
)

const blank = " \t\r\n"

// line is one line of a file: a pattern, or the name of a macro, and states.
type line struct {
	pattern string
	macro   bool
	states  []state
}

// state is what a line says of one attribute.
type state struct {
	name  string
	value checks.Attribute
	plain bool // the bare name: the only form that sets a macro off
}

// lines hands out the lines of a file, without the byte-order mark that some
// editors put before the first.
func (f File) lines() iter.Seq[string] {
	return func(yield func(string) bool) {
		for text := range strings.Lines(strings.TrimPrefix(f.Text, "\ufeff")) {
			if !yield(strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")) {
				return
			}
		}
	}
}

// parseLine reads a line as git does; ok is false for lines without a meaning.
func parseLine(text string, macros bool) (l line, ok bool) {
	text, _, _ = strings.Cut(text, "\x00") // git reads C strings
	rest := strings.TrimLeft(text, blank)
	if rest == "" || rest[0] == '#' || len(text) >= maxLine {
		return line{}, false
	}
	l.pattern, rest = splitPattern(rest)
	if name, isMacro := strings.CutPrefix(l.pattern, "[attr]"); isMacro && name != "" {
		name = strings.TrimLeft(name, blank)
		name = name[:untilBlank(name)]
		if !macros || !validName(name) {
			return line{}, false
		}
		l.macro, l.pattern = true, name
	}
	for rest = strings.TrimLeft(rest, blank); rest != ""; rest = strings.TrimLeft(rest, blank) {
		end := untilBlank(rest)
		s, ok := parseState(rest[:end])
		if !ok {
			return line{}, false // one wrong name, and git drops the line
		}
		l.states = append(l.states, s)
		rest = rest[end:]
	}
	return l, true
}

// splitPattern takes the pattern off a line. Quotes that do not close, or hold
// an unknown escape, are part of the pattern.
func splitPattern(text string) (pattern, rest string) {
	if pattern, rest, ok := gitquote.Unquote(text); ok {
		pattern, _, _ = strings.Cut(pattern, "\x00")
		return pattern, rest
	}
	end := untilBlank(text)
	return text[:end], text[end:]
}

func untilBlank(text string) int {
	if i := strings.IndexAny(text, blank); i >= 0 {
		return i
	}
	return len(text)
}

// parseState reads "name", "-name", "!name" or "name=value".
func parseState(text string) (state, bool) {
	name, value, valued := strings.Cut(text, "=")
	s := state{value: checks.Set}
	switch {
	case strings.HasPrefix(name, "-"):
		s.value, name = checks.Unset, name[1:]
	case strings.HasPrefix(name, "!"):
		s.value, name = checks.Unspecified, name[1:]
	case !valued:
		s.plain = true
	case value == "false":
		s.value = checks.Unset
	}
	s.name = name
	return s, validName(name)
}

func validName(name string) bool {
	if name == "" || name[0] == '-' || strings.HasPrefix(name, "builtin_") {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if !alnum(c) && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return true
}
