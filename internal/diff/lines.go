package diff

import "strings"

// lines hands out a text line by line.
type lines struct {
	text  string
	pos   int // where the next line begins
	start int // where the last line began
	n     int // number of the last line
}

func (l *lines) next() (string, bool) {
	if l.pos >= len(l.text) {
		return "", false
	}
	l.start = l.pos
	l.n++
	rest := l.text[l.pos:]
	if i := strings.IndexByte(rest, '\n'); i >= 0 {
		l.pos += i + 1
		return rest[:i], true
	}
	l.pos = len(l.text)
	return rest, true
}

// peek2 returns the next two lines without taking them.
func (l *lines) peek2() (string, string) {
	ahead := *l
	first, _ := ahead.next()
	second, _ := ahead.next()
	return first, second
}

// crlf reports whether the last line ends in CRLF. In a header that means that
// the diff went through a tool that rewrote its line ends: git itself quotes a
// carriage return in a name.
func (l *lines) crlf() bool {
	return strings.HasSuffix(strings.TrimSuffix(l.text[l.start:l.pos], "\n"), "\r")
}
