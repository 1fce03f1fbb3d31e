package checks

import (
	"bytes"
	"sort"
	"strings"
)

// source is one side of a patch, the file before or after as far as the hunks
// show it, with comments blanked out. Offsets into code stay true: a blanked
// byte is a space.
type source struct {
	code  []byte
	lines []sourceLine
	ends  []int // offsets at which statements end, ascending; the last is len(code)
	// headings are those of the patch's hunks.
	headings []string
}

// sourceLine is one line of a source.
type sourceLine struct {
	start   int // offset into source.code
	number  int
	changed bool
	hunk    int
	indent  int // -1 when nothing but blanks and comments stands there
	parent  int // nearest line above that is indented less, -1 when none is seen
	raw     string
}

const tabWidth = 4

// readSource builds the side of the patch with context and the lines of kind.
// With all, context counts as changed too.
func readSource(p patch, kind byte, lang *language, all bool) *source {
	s := &source{headings: p.headings}
	size, n := 0, 0
	for _, l := range p.lines {
		if l.kind == ' ' || l.kind == kind {
			size += len(l.text) + 1
			n++
		}
	}
	s.code = make([]byte, 0, size)
	s.lines = make([]sourceLine, 0, n)
	for _, l := range p.lines {
		if l.kind != ' ' && l.kind != kind {
			continue
		}
		number := l.new
		if kind == '-' {
			number = l.old
		}
		s.lines = append(s.lines, sourceLine{
			start: len(s.code), number: number, changed: all || l.kind == kind, hunk: l.hunk, parent: -1, raw: l.text,
		})
		s.code = append(s.code, l.text...)
		s.code = append(s.code, '\n')
	}
	newReader(s, lang).read()
	s.findParents(lang)
	return s
}

// text returns the code of line i without its newline.
func (s *source) text(i int) []byte {
	end := len(s.code)
	if i+1 < len(s.lines) {
		end = s.lines[i+1].start
	}
	return s.code[s.lines[i].start : end-1]
}

// lineAt returns the index of the line that holds the offset.
func (s *source) lineAt(offset int) int {
	return sort.Search(len(s.lines), func(i int) bool { return s.lines[i].start > offset }) - 1
}

// skipSpace returns the offset of the first byte from offset on that is code.
func (s *source) skipSpace(offset int) int {
	i := offset
	for i < len(s.code) && s.code[i] <= ' ' {
		i++
	}
	if i == len(s.code) {
		return offset
	}
	return i
}

// skipSigns returns the offset of the first letter or digit in [start, end), or
// start: the quote in front of a word may stand on the line before.
func (s *source) skipSigns(start, end int) int {
	for i := start; i < end; i++ {
		if c := s.code[i]; isLetter(c) || c >= '0' && c <= '9' {
			return i
		}
	}
	return start
}

// statement returns the bounds of the statement that holds the offset.
func (s *source) statement(offset int) (start, end int) {
	i := sort.SearchInts(s.ends, offset+1)
	end = len(s.code)
	if i < len(s.ends) {
		end = s.ends[i]
	}
	if i > 0 {
		// What is left of the line on which the one before ended is no part of it.
		start = min(s.skipSpace(s.ends[i-1]), offset)
		if line := s.lines[s.lineAt(start)].start; line >= s.ends[i-1] {
			start = line
		}
	}
	return start, end
}

// begin returns where the statement that holds the offset begins.
func (s *source) begin(offset int) int {
	start, _ := s.statement(offset)
	return start
}

// changedIn returns the first changed line that [start, end) touches.
func (s *source) changedIn(start, end int) (line int, ok bool) {
	for i := s.lineAt(start); i >= 0 && i < len(s.lines) && s.lines[i].start < end; i++ {
		if s.lines[i].changed {
			return i, true
		}
	}
	return 0, false
}

// above calls visit for what stands around a line, from the inside out: the
// lines above it that are indented less, then the hunk's heading, when nothing
// at the left edge was seen before. It ends when visit returns false.
func (s *source) above(line int, visit func(text []byte, changed bool) bool) {
	l := s.lines[line]
	indent := l.indent
	for i := l.parent; i >= 0; i = s.lines[i].parent {
		if !visit(s.text(i), s.lines[i].changed) {
			return
		}
		indent = s.lines[i].indent
	}
	if indent > 0 && s.headings[l.hunk] != "" {
		visit([]byte(s.headings[l.hunk]), false)
	}
}

// findParents sets indent and parent of each line.
func (s *source) findParents(lang *language) {
	var open []int
	hunk := -1
	for i := range s.lines {
		l := &s.lines[i]
		if l.hunk != hunk {
			open, hunk = open[:0], l.hunk
		}
		l.indent = indentOf(s.text(i))
		if l.indent < 0 {
			continue
		}
		if t := bytes.TrimSpace(s.text(i)); len(open) > 0 && (string(t) == "{" || t[0] == ')') {
			l.indent++ // it belongs to the line at the same edge that it opens or goes on with
		}
		if lang.sections && !bytes.HasPrefix(bytes.TrimSpace(s.text(i)), []byte("[")) {
			l.indent++ // a section's lines stand at the same edge as its name
		}
		for len(open) > 0 && s.lines[open[len(open)-1]].indent >= l.indent {
			open = open[:len(open)-1]
		}
		if len(open) > 0 {
			l.parent = open[len(open)-1]
		}
		open = append(open, i)
	}
}

// indentOf returns the columns of space in front, -1 for a blank line.
func indentOf(text []byte) int {
	n := 0
	for _, c := range text {
		switch c {
		case ' ':
			n++
		case '\t':
			n += tabWidth
		case '\r', '\f', '\v':
		default:
			return n
		}
	}
	return -1
}

// shorten makes a line fit for a message.
func shorten(line string) string {
	const limit = 160
	line = strings.Join(strings.Fields(strings.ToValidUTF8(line, "�")), " ")
	n := 0
	for i := range line {
		if n++; n > limit {
			return line[:i] + "…"
		}
	}
	return line
}
