package plan

import (
	"html"
	"strings"
)

// maxSpan is how far a construct inside a line may reach. It keeps reading
// linear; a longer link or code span is shown as it was typed.
const maxSpan = 2000

// What stands in visible text for a link's target and for an image.
const (
	linkMark  = "<link>"
	imageMark = "<image>"
)

// visible returns what a reader sees of one line of Markdown: emphasis marks,
// tags, comments, images, struck-out text and link targets are gone. Code keeps
// its backticks, so that a command can be told from prose, and a bare link or
// a link whose text is its address becomes "<link>".
func visible(line string) string {
	if !strings.ContainsAny(line, "*_`<>[]!~&\\:") {
		return line
	}
	v := viewer{s: hide(line)}
	if v.onlyLink() {
		return linkMark
	}
	v.b.Grow(len(v.s))
	for v.i < len(v.s) {
		plain := v.i
		for plain < len(v.s) && !marks[v.s[plain]] {
			plain++
		}
		v.b.WriteString(v.s[v.i:plain])
		if v.i = plain; v.i < len(v.s) {
			v.step()
		}
	}
	return strings.TrimSpace(v.b.String())
}

// onlyLink reports a line that is one link and nothing else: its text says what
// it leads to, not what to do.
func (v *viewer) onlyLink() bool {
	s := strings.TrimSpace(v.s)
	if s == "" || s[0] != '[' || strings.HasPrefix(s, "[^") {
		return false
	}
	w := viewer{s: s}
	_, end, ok := w.link(0)
	return ok && strings.Trim(s[end:], " .") == "" && strings.Contains(s[:end], "](")
}

// marks are the bytes at which a viewer looks closer.
var marks = [256]bool{'\\': true, '`': true, '<': true, '!': true, '[': true, '*': true, '_': true, '&': true, 'h': true}

type viewer struct {
	s string
	i int
	b strings.Builder
}

func (v *viewer) step() {
	c := v.s[v.i]
	switch c {
	case '\\':
		if v.i+1 < len(v.s) && punctuation(v.s[v.i+1]) {
			v.b.WriteByte(v.s[v.i+1])
			v.i += 2
			return
		}
	case '`':
		v.code()
		return
	case '<':
		if v.angle() {
			return
		}
	case '!':
		if v.i+1 < len(v.s) && v.s[v.i+1] == '[' {
			if _, end, ok := v.link(v.i + 1); ok {
				v.b.WriteString(imageMark)
				v.i = end
				return
			}
		}
	case '[':
		if text, end, ok := v.link(v.i); ok {
			v.linkText(text)
			v.i = end
			return
		}
	case '*', '_':
		if c == '*' || !v.insideWord() {
			v.i++
			return
		}
	case '&':
		if k := strings.IndexByte(v.s[v.i:min(len(v.s), v.i+12)], ';'); k > 1 {
			if e := html.UnescapeString(v.s[v.i : v.i+k+1]); e != v.s[v.i:v.i+k+1] {
				v.b.WriteString(strings.TrimSuffix(clean(e), "\n"))
				v.i += k + 1
				return
			}
		}
	case 'h':
		if strings.HasPrefix(v.s[v.i:], "http://") || strings.HasPrefix(v.s[v.i:], "https://") {
			v.bareLink()
			return
		}
	}
	v.b.WriteByte(c)
	v.i++
}

func punctuation(c byte) bool {
	return c >= '!' && c <= '/' || c >= ':' && c <= '@' || c >= '[' && c <= '`' || c >= '{' && c <= '~'
}

func (v *viewer) insideWord() bool {
	return v.i > 0 && wordByte(v.s[v.i-1]) && v.i+1 < len(v.s) && wordByte(v.s[v.i+1])
}

func wordByte(c byte) bool {
	return letter(c) || c >= '0' && c <= '9' || c == '_' || c >= 0x80
}

// code copies a code span with single backticks around it.
func (v *viewer) code() {
	n := 1
	for v.i+n < len(v.s) && v.s[v.i+n] == '`' {
		n++
	}
	fence := v.s[v.i : v.i+n]
	rest := v.s[v.i+n : min(len(v.s), v.i+n+maxSpan)]
	for k := 0; k < len(rest); {
		j := strings.Index(rest[k:], fence)
		if j < 0 {
			break
		}
		j += k
		e := j + n
		for e < len(rest) && rest[e] == '`' {
			e++
		}
		if e-j == n {
			v.b.WriteByte('`')
			v.b.WriteString(strings.TrimSpace(strings.ReplaceAll(rest[:j], "`", "'")))
			v.b.WriteByte('`')
			v.i += n + e
			return
		}
		k = e
	}
	v.i += n // backticks without a partner
}

// angle reads tags and autolinks.
func (v *viewer) angle() bool {
	rest := v.s[v.i:]
	if strings.HasPrefix(rest, "<http") || strings.HasPrefix(rest, "<mailto:") {
		if k := strings.IndexByte(rest[:min(len(rest), maxSpan)], '>'); k > 0 && !strings.Contains(rest[:k], " ") {
			v.b.WriteString(linkMark)
			v.i += k + 1
			return true
		}
	}
	t, ok := scanTag(v.s, v.i)
	if !ok {
		return false
	}
	v.i = t.end
	switch {
	case t.name == "br" && v.i < len(v.s):
		v.b.WriteString(" \n ")
	case t.name == "img":
		v.b.WriteString(imageMark)
	case t.name == "code" || t.name == "kbd" || t.name == "tt":
		v.b.WriteByte('`')
	}
	return true
}

// link reads "[text](target)", "[text][label]" or "[^note]" at i.
func (v *viewer) link(i int) (text string, end int, ok bool) {
	limit := min(len(v.s), i+maxSpan)
	depth, j := 0, i
	for ; j < limit; j++ {
		switch v.s[j] {
		case '\\':
			j++
			continue
		case '[':
			if depth++; depth > 3 {
				return "", 0, false
			}
		case ']':
			depth--
		}
		if depth == 0 {
			break
		}
	}
	if j >= limit {
		return "", 0, false
	}
	text = v.s[i+1 : j]
	if strings.HasPrefix(text, "^") {
		return "", j + 1, true
	}
	if j+1 >= len(v.s) {
		return "", 0, false
	}
	switch v.s[j+1] {
	case '(':
		depth = 0
		for k := j + 1; k < limit; k++ {
			switch v.s[k] {
			case '\\':
				k++
			case '(':
				if depth++; depth > 8 {
					return "", 0, false
				}
			case ')':
				if depth--; depth == 0 {
					return text, k + 1, true
				}
			}
		}
	case '[':
		if k := strings.IndexByte(v.s[j+1:limit], ']'); k > 0 {
			return text, j + 1 + k + 1, true
		}
	}
	return "", 0, false
}

// linkText writes a link's text and says that it is a link.
func (v *viewer) linkText(text string) {
	text = visible(text)
	if text == "" {
		return
	}
	if strings.HasPrefix(text, linkMark) || strings.HasPrefix(text, imageMark) {
		v.b.WriteString(linkMark)
		return
	}
	v.b.WriteString(text)
	v.b.WriteString(" " + linkMark)
}

func (v *viewer) bareLink() {
	j := v.i
	for j < len(v.s) && j-v.i < maxSpan && v.s[j] != ' ' && v.s[j] != '\t' && v.s[j] != '<' && v.s[j] != '|' && v.s[j] < 0x80 {
		j++
	}
	for j > v.i && strings.IndexByte(".,;:!?)'\"*_", v.s[j-1]) >= 0 {
		j--
	}
	v.b.WriteString(linkMark)
	v.i = j
}
