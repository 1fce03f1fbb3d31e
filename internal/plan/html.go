package plan

import (
	"strings"

	"github.com/yuin/goldmark/ast"
)

// tag is one HTML tag.
type tag struct {
	name    string // lower case
	attrs   string
	closing bool
	end     int // offset after the ">"
}

// scanTag reads the tag that starts at s[i] == '<'.
func scanTag(s string, i int) (tag, bool) {
	j := i + 1
	var t tag
	if j < len(s) && s[j] == '/' {
		t.closing = true
		j++
	}
	start := j
	for j < len(s) && (letter(s[j]) || j > start && (s[j] >= '0' && s[j] <= '9' || s[j] == '-')) {
		j++
	}
	if j == start || j-start > 20 {
		return t, false
	}
	t.name = strings.ToLower(s[start:j])
	attrs := j
	if j < len(s) && s[j] != ' ' && s[j] != '\t' && s[j] != '\n' && s[j] != '>' && s[j] != '/' {
		return t, false
	}
	// A tag longer than this is an attack, not a tag.
	for limit := min(len(s), j+1000); j < limit; j++ {
		switch s[j] {
		case '>':
			t.attrs, t.end = s[attrs:j], j+1
			return t, true
		case '<':
			return t, false
		case '"', '\'':
			k := strings.IndexByte(s[j+1:limit], s[j])
			if k < 0 {
				return t, false
			}
			j += k + 1
		}
	}
	return t, false
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// hides reports a tag whose content the reader does not see: GitHub drops it,
// or an author hid it on purpose.
func (t tag) hides() bool {
	switch t.name {
	case "script", "style", "template", "title", "noscript", "textarea", "xmp", "iframe", "svg", "math", "object":
		return true
	case "del", "s", "strike":
		return true
	}
	if t.attrs == "" || voidTag(t.name) {
		return false
	}
	a := strings.ToLower(strings.ReplaceAll(t.attrs, " ", ""))
	for _, h := range []string{
		"display:none", "visibility:hidden", "font-size:0", "opacity:0", "color:white", "color:#fff",
		`color="white"`, `color="#fff`, "color:transparent", "aria-hidden=\"true\"",
	} {
		if strings.Contains(a, h) {
			return true
		}
	}
	for _, w := range strings.Fields(strings.ToLower(t.attrs)) {
		if w == "hidden" || strings.HasPrefix(w, "hidden=") {
			return true
		}
	}
	return false
}

func voidTag(name string) bool {
	switch name {
	case "br", "hr", "img", "input", "meta", "link", "wbr":
		return true
	}
	return false
}

// htmlBlock turns raw HTML into the blocks that a reader sees.
func (f *flatten) htmlBlock(n *ast.HTMLBlock, in block) {
	segments := n.Lines()
	line := f.line
	var b strings.Builder
	for i := 0; i < segments.Len(); i++ {
		s := segments.At(i)
		if i == 0 {
			line = f.lineAt(s.Start)
		}
		b.WriteString(f.src[s.Start:s.Stop])
		f.lineAt(s.Start)
	}
	if n.HasClosure() {
		b.WriteString(f.src[n.ClosureLine.Start:n.ClosureLine.Stop])
	}
	h := htmlReader{f: f, in: in, line: line, start: line}
	h.read(b.String())
}

// htmlReader splits one piece of HTML at its block elements.
type htmlReader struct {
	f     *flatten
	in    block
	text  strings.Builder
	line  int // at the read position
	start int // where text began
	row   []string
	inRow bool
	head  bool // the row has a <th>
	data  bool // the row has a <td>
}

func (h *htmlReader) read(s string) {
	for i := 0; i < len(s); {
		if h.f.hidden != "" {
			i = h.skipHidden(s, i)
			continue
		}
		switch {
		case strings.HasPrefix(s[i:], "<!--"):
			h.f.hidden = "-->"
			i += 2 // so that "<!-->" closes itself
		case s[i] == '<':
			t, ok := scanTag(s, i)
			if !ok {
				h.text.WriteByte(s[i])
				i++
				continue
			}
			h.line += strings.Count(s[i:t.end], "\n")
			h.tag(t, s[i:t.end])
			i = t.end
		case s[i] == '\n':
			h.line++
			h.text.WriteByte('\n')
			i++
		default:
			h.text.WriteByte(s[i])
			i++
		}
	}
	h.flush()
}

// skipHidden moves past hidden content; it stays hidden when its end is in
// none of the following blocks either.
func (h *htmlReader) skipHidden(s string, i int) int {
	end := h.f.hidden
	k := indexFold(s[i:], end)
	if k < 0 {
		h.line += strings.Count(s[i:], "\n")
		return len(s)
	}
	h.line += strings.Count(s[i:i+k], "\n")
	i += k + len(end)
	h.f.hidden = ""
	if end != "-->" {
		if g := strings.IndexByte(s[i:], '>'); g >= 0 {
			i += g + 1
		}
	}
	return i
}

// indexFold finds an end tag's "</name" in any case, or "-->".
func indexFold(s, end string) int {
	if end == "-->" {
		return strings.Index(s, end)
	}
	for i := 0; ; {
		k := strings.IndexByte(s[i:], '<')
		if k < 0 {
			return -1
		}
		i += k
		if len(s)-i >= len(end) && strings.EqualFold(s[i:i+len(end)], end) {
			return i
		}
		i++
	}
}

func (h *htmlReader) tag(t tag, raw string) {
	if !t.closing && t.hides() {
		h.f.hidden = "</" + t.name
		return
	}
	switch t.name {
	case "h1", "h2", "h3", "h4", "h5", "h6", "summary":
		if !t.closing {
			h.flush()
			return
		}
		level := summaryLevel
		if t.name != "summary" {
			level = int(t.name[1] - '0')
		}
		h.heading(level)
	case "details":
		h.flush()
		b := h.in
		b.kind, b.line = openDetails, h.line
		if t.closing {
			b.kind = closeDetails
		}
		h.f.out = append(h.f.out, b)
	case "blockquote":
		h.flush()
		h.in.quoted = !t.closing
	case "table":
		h.flush()
		if !t.closing {
			h.f.tables++
		}
	case "tr":
		if !t.closing {
			h.flush()
			h.inRow, h.row, h.head, h.data = true, nil, false, false
			return
		}
		h.endRow()
	case "td", "th":
		if t.closing && h.inRow {
			h.row = append(h.row, strings.Join(strings.Fields(h.text.String()), " "))
			h.text.Reset()
			return
		}
		if !t.closing {
			h.head = h.head || t.name == "th"
			h.data = h.data || t.name == "td"
		}
		h.text.Reset()
	case "dt":
		if t.closing && strings.TrimSpace(h.text.String()) != "" {
			h.text.WriteByte(':') // what is defined is a label
		}
		h.flush()
	case "p", "div", "ul", "ol", "li", "section", "center", "pre", "hr", "dl", "dd":
		h.flush()
	case "br":
		h.text.WriteByte('\n')
	default:
		h.text.WriteString(raw) // inline tags are read with the text
	}
}

func (h *htmlReader) endRow() {
	if !h.inRow {
		return
	}
	b := h.in
	b.kind, b.table, b.line, b.lines = rowBlock, h.f.tables, h.line, h.row
	b.header = h.head && !h.data && len(h.row) > 1
	h.f.out = append(h.f.out, b)
	h.inRow = false
}

func (h *htmlReader) heading(level int) {
	b := h.in
	b.kind, b.level, b.line = headingBlock, level, h.start
	b.lines = []string{strings.Join(strings.Fields(h.text.String()), " ")}
	h.text.Reset()
	h.start = h.line
	h.f.out = append(h.f.out, b)
}

// flush emits the text collected so far as a paragraph.
func (h *htmlReader) flush() {
	s := h.text.String()
	h.text.Reset()
	if strings.TrimSpace(s) != "" && !h.inRow {
		b := h.in
		b.line = h.start
		for _, l := range strings.Split(s, "\n") {
			if l = strings.TrimSpace(l); l != "" {
				b.lines = append(b.lines, l)
			} else if len(b.lines) == 0 {
				b.line++
			}
		}
		h.f.text(b)
	}
	h.start = h.line
}

// hide removes what the text of one paragraph does not show: comments,
// struck-out text and hidden elements. Line breaks stay, so that lines keep
// their numbers.
func hide(s string) string {
	if !strings.Contains(s, "<") && !strings.Contains(s, "~~") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	drop := func(from, to int) {
		b.WriteString(strings.Repeat("\n", strings.Count(s[from:to], "\n")))
	}
	for i := 0; i < len(s); {
		next := -1
		switch {
		case s[i] == '`':
			n := 1
			for i+n < len(s) && s[i+n] == '`' {
				n++
			}
			if k := strings.Index(s[i+n:min(len(s), i+n+maxSpan)], s[i:i+n]); k >= 0 {
				n += k + n
			}
			b.WriteString(s[i : i+n])
			i += n
			continue
		case s[i] == '<' && strings.HasPrefix(s[i:], "<!--"):
			if k := strings.Index(s[i+2:], "-->"); k >= 0 {
				next = i + 2 + k + 3
			} else {
				b.WriteString(s[i:])
				return b.String()
			}
		case s[i] == '<':
			t, ok := scanTag(s, i)
			if !ok || t.closing || !t.hides() {
				break
			}
			next = len(s)
			if k := indexFold(s[t.end:], "</"+t.name); k >= 0 {
				next = t.end + k
				if g := strings.IndexByte(s[next:], '>'); g >= 0 {
					next += g + 1
				}
			}
		case s[i] == '~' && strings.HasPrefix(s[i:], "~~"):
			if k := strings.Index(s[i+2:min(len(s), i+2+maxSpan)], "~~"); k > 0 {
				next = i + 2 + k + 2
			}
		}
		if next < 0 {
			b.WriteByte(s[i])
			i++
			continue
		}
		drop(i, next)
		i = next
	}
	return b.String()
}
