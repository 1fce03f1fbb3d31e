package plan

import (
	"slices"
	"strings"
)

// entry is one marker with what was written under it.
type entry struct {
	heading string
	line    int
	kinds   kinds
	foreign bool // the marker names a further subject
	parts   bool // other markers stand under it
	lines   []answerLine
}

// answerLine is one line of an answer.
type answerLine struct {
	text  string // raw Markdown
	shown string // what a reader sees of it; filled before judging
	units []unit // its sentences, with what they hold
	key   string // its text as templates are compared, where there are any
	line  int
	task  byte // 0, ' ' or 'x'
	code  bool
	sub   bool // a deeper heading
	// wrapped is true for a part of one of the template's sentences.
	wrapped bool
	under   kinds // the sections that it stands under
}

// reader walks the blocks of a description and hands each line to the marker
// that it stands under.
type reader struct {
	mark    marking
	entries []*entry
	stray   []answerLine // lines that stand under no marker
	open    []openHeading
	label   openLabel
	quoted  int // level of the heading whose text is somebody else's; 0: none
	inside  int // depth of <details> that hold somebody else's text
	depth   int // depth of <details>
	tasks   int
	task1   int // line of the first unticked task
	rows    []block
	langs   uint32 // languages that the headings are written in
}

type openHeading struct {
	level int
	e     *entry // nil: a heading that marks nothing
}

// openLabel is a label whose answer may go on.
type openLabel struct {
	e     *entry
	style labelStyle
	own   bool // stood on a line of its own
	item  int  // list item it stands in; 0: none
	depth int
	block int // index of the block it stands in
}

// read finds the markers of a cleaned description and what stands under each.
func read(text string, m marking) *reader {
	r := &reader{mark: m}
	bs := blocks(text)
	for _, b := range bs {
		if b.task == ' ' && b.first {
			if r.tasks++; r.task1 == 0 {
				r.task1 = b.line
			}
		}
	}
	bs = dropTail(bs, m)
	for i := range bs {
		b := &bs[i]
		if b.kind == rowBlock {
			if len(r.rows) > 0 && r.rows[0].table != b.table {
				r.table()
			}
			r.rows = append(r.rows, *b)
			continue
		}
		r.table()
		r.block(b, i)
	}
	r.table()
	return r
}

func (r *reader) block(b *block, i int) {
	switch b.kind {
	case openDetails:
		r.depth++
		if r.quoted > 0 && r.inside == 0 {
			r.inside = r.depth
		}
		r.label = openLabel{}
	case closeDetails:
		if r.inside == r.depth {
			r.inside = 0
		}
		r.depth = max(0, r.depth-1)
		r.close(summaryLevel)
	case headingBlock:
		r.heading(b)
	case ruleBlock:
	case codeBlock:
		r.leaveLabel(b, i)
		for n, l := range b.lines {
			r.put(answerLine{text: l, line: b.line + n, code: true})
		}
	default:
		r.text(b, i)
	}
}

// close ends the headings of a level and deeper.
func (r *reader) close(level int) {
	for len(r.open) > 0 && r.open[len(r.open)-1].level >= level {
		r.open = r.open[:len(r.open)-1]
	}
	r.label = openLabel{}
}

func (r *reader) heading(b *block) {
	text := ""
	if len(b.lines) > 0 {
		text = strings.Join(b.lines, " ")
	}
	if b.quoted {
		r.put(answerLine{text: text, line: b.line})
		return
	}
	if r.inside > 0 {
		return
	}
	shown := visible(text)
	if r.quoted > 0 && b.level <= r.quoted {
		r.quoted = 0
	}
	if r.quoted > 0 {
		return
	}
	h, ok := r.mark.match(shown)
	rest := ""
	if l, found := readLabel(text); found && !l.own && (!ok || strings.Contains(l.rest, " ")) {
		if lh, ours := r.mark.match(visible(l.text)); ours {
			h, ok, shown, rest = lh, true, visible(l.text), l.rest
		}
	}
	if ok && b.item > 0 {
		// "- Rollback" over a stub reads as a heading inside the item.
		e := r.begin(h, shown, b.line)
		r.label = openLabel{e: e, own: true, item: b.item, depth: b.depth}
		if rest != "" {
			r.put(answerLine{text: rest, line: b.line})
		}
		return
	}
	r.close(b.level)
	if ok {
		e := r.begin(h, shown, b.line)
		r.open = append(r.open, openHeading{b.level, e})
		if rest != "" {
			r.put(answerLine{text: rest, line: b.line})
		}
		return
	}
	if r.somebodyElses(shown) {
		if b.level == summaryLevel {
			r.inside = r.depth
		} else {
			r.quoted = b.level
		}
		r.open = append(r.open, openHeading{b.level, nil})
		return
	}
	if r.current() != nil {
		r.put(answerLine{text: text, line: b.line, sub: true})
		return
	}
	r.open = append(r.open, openHeading{b.level, nil})
}

// somebodyElses reports a heading over text that the author did not write: a
// changelog, release notes, a bot's summary.
func (r *reader) somebodyElses(text string) bool {
	for _, u := range units(text, 0) {
		if len(u.tokens) > 12 {
			return false
		}
		if len(u.tokens) > 0 && version(u.tokens[0]) {
			return true
		}
		for _, x := range r.mark.finder.find(headingWords(text, r.mark.further...), u.tokens, u.run) {
			if x.topic == quoted || x.topic == bot && x.to-x.from > 1 {
				return true
			}
		}
	}
	return false
}

// version reports "2.4.0" or "v3.1": a heading that begins so belongs to a
// list of releases.
func version(t token) bool {
	s := strings.TrimPrefix(t.text, "v")
	return (t.kind == identWord || t.kind == number) && strings.Count(s, ".") >= 1 && s[0] >= '0' && s[0] <= '9'
}

func (r *reader) begin(h heading, text string, line int) *entry {
	r.langs |= h.langs
	if cur := r.current(); cur != nil {
		cur.parts = true
	}
	e := &entry{heading: text, line: line, kinds: h.kinds, foreign: h.foreign}
	r.entries = append(r.entries, e)
	return e
}

// current is the marker that a line belongs to, or nil.
func (r *reader) current() *entry {
	if r.label.e != nil {
		return r.label.e
	}
	if n := len(r.open); n > 0 {
		return r.open[n-1].e
	}
	return nil
}

func (r *reader) put(l answerLine) {
	if r.inside > 0 || r.quoted > 0 {
		return
	}
	if e := r.current(); e != nil {
		e.lines = append(roomy(e.lines), l)
		return
	}
	r.stray = append(roomy(r.stray), l)
}

// roomy makes room for one more. It doubles what there is, where append by
// itself takes small steps in a long list and so allocates many times the list.
func roomy[T any](list []T) []T {
	if len(list) == cap(list) {
		return slices.Grow(list, max(4, len(list)))
	}
	return list
}

// leaveLabel ends a label whose reach does not go as far as this block.
func (r *reader) leaveLabel(b *block, i int) {
	l := r.label
	if l.e == nil || l.block == i {
		return
	}
	if l.item > 0 {
		if b.item >= l.item && b.depth > l.depth || b.item == l.item {
			return
		}
		if l.own && len(l.e.lines) == 0 && b.depth < l.depth && b.kind != headingBlock {
			r.label.item = 0 // "- Rollback" with its answer in the next paragraph
			return
		}
		r.label = openLabel{}
		return
	}
	if l.own {
		return
	}
	// A run-in label ends with its paragraph, unless it announces a list or code.
	if n := len(l.e.lines); n > 0 && endsOpen(l.e.lines[n-1].text) && (b.kind == codeBlock || b.item > 0) {
		return
	}
	if b.kind == codeBlock && i == l.block+1 {
		return
	}
	r.label = openLabel{}
}

func endsOpen(s string) bool {
	s = strings.TrimRight(s, " *_")
	return strings.HasSuffix(s, ":") || strings.HasSuffix(s, "：")
}

func (r *reader) text(b *block, i int) {
	r.leaveLabel(b, i)
	for n, raw := range b.lines {
		if strings.HasPrefix(raw, "[!") && alertMark(raw) {
			continue
		}
		var task byte
		if n == 0 {
			task = b.task
		}
		for _, part := range r.splitRunIn(splitLabels(raw)) {
			if !b.quoted && r.inside == 0 && r.quoted == 0 && task != ' ' && r.labelLine(b, i, n, part, b.line+n, task) {
				continue
			}
			r.put(answerLine{text: part, line: b.line + n, task: task})
		}
	}
}

// labelLine reads a line as a label, and reports whether it is one of ours.
func (r *reader) labelLine(b *block, i, n int, raw string, line int, task byte) bool {
	l, ok := readLabel(raw)
	if !ok {
		return false
	}
	shown := visible(l.text)
	h, ours := r.mark.match(shown)
	if ours {
		// Below "Rollback", the lines "How would we revert?" and "Switch it off: ..."
		// are a hint and an answer.
		if cur := r.current(); cur != nil && cur.kinds == h.kinds && (!cur.foreign || l.own) && (b.item == 0 || r.label.e == nil) {
			return false
		}
	}
	if ours && l.own {
		ours = l.style == boldLabel || r.standsAlone(b, n, raw, shown)
	}
	if !ours {
		if r.endsLabel(b, l, n) {
			r.label = openLabel{}
		}
		return false
	}
	r.label = openLabel{}
	e := r.begin(h, shown, line)
	r.label = openLabel{e: e, style: l.style, own: l.own, block: i}
	if b.item > 0 && b.first {
		r.label.item, r.label.depth = b.item, b.depth
	}
	if l.own && task == 'x' && !endsOpen(raw) {
		l.rest = raw // "[x] Rollback plan documented" says what it says
	}
	if l.rest != "" {
		e.lines = append(e.lines, answerLine{text: l.rest, line: line, task: task})
	}
	return true
}

// standsAlone tells a plain label on its own line from a short sentence: it
// ends with a colon or a question mark, or is a noun that heads what follows.
func (r *reader) standsAlone(b *block, n int, raw, shown string) bool {
	if endsOpen(raw) || strings.HasSuffix(raw, "?") || strings.HasSuffix(raw, "？") {
		return true
	}
	if cur := r.current(); cur != nil && cur.line == b.line+n-1 {
		return false // "Rollback plan" / "Revert": the answer, not the next label
	}
	if strings.HasSuffix(raw, ".") || strings.HasSuffix(raw, "!") {
		return false
	}
	if b.item > 0 {
		return r.label.e == nil && (len(r.open) == 0 || r.open[len(r.open)-1].e == nil)
	}
	var u unit
	u.tokenise(fold(shown))
	words := len(u.tokens)
	return (n == 0 || n+1 < len(b.lines)) && words > 1 && words <= 5 && r.current() == nil
}

// endsLabel reports that a line which is no marker of ours still begins another
// subject in the style of the open label.
func (r *reader) endsLabel(b *block, l label, n int) bool {
	o := r.label
	if o.e == nil || o.item > 0 || l.style != o.style || b.item > 0 {
		return false
	}
	if strings.Count(strings.TrimSpace(l.text), " ") > 4 {
		return false
	}
	if l.style == boldLabel {
		return l.own == o.own || l.own
	}
	shown := strings.TrimSpace(l.text)
	c := strings.TrimLeft(shown, "0123456789.) ")
	if c == "" || l.own && !endsOpen(b.lines[n]) {
		return false
	}
	return c[0] >= 'A' && c[0] <= 'Z' && !l.own == !o.own || c[0] >= 'A' && c[0] <= 'Z' && l.own
}
