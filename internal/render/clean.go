package render

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lengths in characters, so that one finding cannot fill a screen.
const (
	maxMessage  = 800
	maxEvidence = 140
	maxTitle    = 200
	maxVisible  = 1024 // of anything; a path that is longer is no path to a file
)

// Lists that a large change could make endless; JSON has them whole.
const (
	maxSystems = 8
	maxNotSeen = 5
)

// visible makes foreign text safe for one line of a terminal or a log: white
// space becomes a blank; control, escape and direction characters become their
// numbers, so that a reader sees that they are there; invisible characters
// that change nothing are dropped. What is very long is cut.
func visible(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	n := 0
	for i, r := range s {
		if n++; n > maxVisible {
			b.WriteString("...")
			break
		}
		switch {
		case r == utf8.RuneError && strings.HasPrefix(s[i:], "\uFFFD"):
			b.WriteRune(r)
		case r == utf8.RuneError:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case r == '\u200B' || r == '\u2060' || r == '\uFEFF' || r == '\u00AD':
		case unicode.IsPrint(r), r == '\u200C', r == '\u200D':
			b.WriteRune(r)
		default:
			b.WriteString(number(r))
		}
	}
	// GitHub's runner takes "##[name]" for a command wherever it stands.
	return strings.ReplaceAll(strings.TrimSpace(b.String()), "##[", `##\[`)
}

// plain reports a text that visible leaves as it is, which most are.
func plain(s string) bool {
	if len(s) > maxVisible || strings.HasPrefix(s, " ") || strings.HasSuffix(s, " ") || strings.Contains(s, "##[") {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// number writes a character as JSON and most people's tools would.
func number(r rune) string {
	if r > 0xFFFF {
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// lineStart makes a visible text safe at the start of a line, where GitHub's
// runner takes "::name::" for a command.
func lineStart(s string) string {
	if strings.HasPrefix(s, "::") {
		return `\` + s
	}
	return s
}

// cut shortens a text to n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	runes := []rune(s)
	return strings.TrimRight(string(runes[:n-3]), " ") + "..."
}
