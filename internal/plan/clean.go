package plan

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxDepth is how deep block quotes and lists may nest. CommonMark parsers are
// quadratic in the depth of containers; nobody writes ten.
const maxDepth = 32

// MaxLines is how many lines of a description are read. No reader gets so far,
// and every line costs memory, however short it is.
const MaxLines = 2000

// MaxLine is how many bytes of one line are read: thousands of words.
const MaxLine = 16384

// cutShort reports that a description has more, or longer, lines than are read.
func cutShort(body string) bool {
	if strings.Count(body, "\n") > MaxLines {
		return true
	}
	for line := range strings.Lines(body) {
		if len(line) > MaxLine {
			return true
		}
	}
	return false
}

// maxMarks is how many combining marks one letter keeps; no language needs more.
const maxMarks = 3

// clean makes a description safe to parse and easy to compare. Line ends become
// "\n"; zero-width characters, byte-order marks and control characters go;
// every kind of space becomes a plain one; container markers beyond maxDepth on
// a line are escaped. Lines keep their numbers.
func clean(body string) string {
	var b strings.Builder
	b.Grow(len(body) + 1)
	lines := 0
	for start := 0; start < len(body) && lines < MaxLines; lines++ {
		end := start
		for end < len(body) && body[end] != '\n' && body[end] != '\r' {
			end++
		}
		cleanLine(&b, body[start:min(end, start+MaxLine)])
		b.WriteByte('\n')
		if end+1 < len(body) && body[end] == '\r' && body[end+1] == '\n' {
			end++
		}
		start = end + 1
	}
	return b.String()
}

func cleanLine(b *strings.Builder, line string) {
	if plainASCII(line) {
		b.WriteString(clampDepth(line))
		return
	}
	line = strings.ToValidUTF8(line, "?")
	var l strings.Builder
	l.Grow(len(line))
	marks := 0 // combining marks in a row
	for _, r := range line {
		if r >= 0x300 && unicode.Is(unicode.Mn, r) {
			if marks++; marks > maxMarks {
				continue
			}
		} else {
			marks = 0
		}
		switch {
		case r == '\t' || r >= ' ' && r < 0x7f:
			l.WriteByte(byte(r))
		case invisible(r):
		case space(r):
			l.WriteByte(' ')
		case r == utf8.RuneError, r >= 0xfdf0 && r <= 0xfdff:
			// The second are whole Arabic phrases in one character, eighteen times as
			// long when they are taken apart.
			l.WriteByte('?')
		default:
			l.WriteRune(r)
		}
	}
	b.WriteString(clampDepth(l.String()))
}

func plainASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x7f || s[i] < ' ' && s[i] != '\t' {
			return false
		}
	}
	return true
}

// invisible reports characters that take no room on the page: control and
// format characters, variation selectors and fillers.
func invisible(r rune) bool {
	switch {
	case r < ' ' || r >= 0x7f && r < 0xa0, r == 0xad, r == 0x34f, r == 0x61c:
		return true
	case r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x3164, r == 0xffa0:
		return true
	case r >= 0x180b && r <= 0x180f, r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e:
		return true
	case r >= 0x2060 && r <= 0x206f, r >= 0xfe00 && r <= 0xfe0f, r == 0xfeff:
		return true
	case r >= 0xfff0 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe0fff:
		return true
	}
	return false
}

// space reports the spaces that are not U+0020, the blank Braille cell included.
func space(r rune) bool {
	switch r {
	case 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x2800, 0x3000:
		return true
	}
	return r >= 0x2000 && r <= 0x200a
}

// clampDepth escapes the first container marker beyond maxDepth, so that the
// rest of the line is text.
func clampDepth(line string) string {
	if len(line) < maxDepth {
		return line
	}
	depth := 0
	for i := 0; i < len(line); {
		c := line[i]
		n := 0
		switch {
		case c == ' ' || c == '\t':
			i++
			continue
		case c == '>':
			n = 1
		case (c == '-' || c == '+' || c == '*') && endsMarker(line, i+1):
			n = 1
		case c >= '0' && c <= '9':
			j := i
			for j < len(line) && j-i < 9 && line[j] >= '0' && line[j] <= '9' {
				j++
			}
			if j < len(line) && (line[j] == '.' || line[j] == ')') && endsMarker(line, j+1) {
				n = j + 1 - i
			}
		}
		if n == 0 {
			return line
		}
		if depth++; depth > maxDepth {
			return line[:i+n-1] + `\` + line[i+n-1:]
		}
		i += n
	}
	return line
}

func endsMarker(line string, i int) bool {
	return i >= len(line) || line[i] == ' ' || line[i] == '\t'
}
