package plan

import (
	"strings"
)

// piece is one sentence of the author's under a marker.
type piece struct {
	unit
	with    kinds // all sections that the marker names
	mixed   bool  // they are several
	foreign bool  // the marker names another subject too
	code    bool  // a line of a code block
	sub     bool  // a deeper heading
}

// answer is what an author wrote under all markers of one kind.
type answer struct {
	pieces   []piece
	template bool // the template's words, instructions or unpicked choices stood there too
	mixed    bool
	heading  string
	line     int
	lineEnd  int
	text     string
}

// judge turns what stands under the markers into a section.
func (d *document) judge(k Kind, i int) Section {
	s := Section{ID: k.ID, Title: k.Title, State: Missing, Reason: "no heading, label or row names it"}
	a, ok := d.answer(kinds(1) << i)
	if !ok {
		s.Stray = d.strayFor(k.ID)
		return s
	}
	s.Heading, s.Line, s.LineEnd, s.Text = a.heading, a.line, a.lineEnd, a.text
	switch {
	case len(a.pieces) > 0:
		s.State, s.Reason = d.weigh(k.ID, a.pieces)
		s.Waiver = d.waiver(a.pieces)
		if s.State == Placeholder && (a.template || onlyHeadings(a.pieces)) && onlyFiller(a.pieces) {
			s.State, s.Reason = Template, "only the template's words stand there"
		}
	case a.template:
		s.State, s.Reason = Template, "only the template's words stand there"
	case a.mixed:
		s.State, s.Reason = Placeholder, "the text under the shared heading does not speak of it"
	default:
		s.State, s.Reason = Empty, "nothing visible stands under it"
	}
	return s
}

// onlyHeadings reports that nothing but deeper headings stands there.
func onlyHeadings(ps []piece) bool {
	for _, p := range ps {
		if !p.sub {
			return false
		}
	}
	return true
}

// onlyFiller reports pieces that hold no word at all: dashes, a label's rest,
// headings with nothing under them.
func onlyFiller(ps []piece) bool {
	for _, p := range ps {
		for _, t := range p.tokens {
			if t.kind != breakMark && !p.sub {
				return false
			}
		}
	}
	return true
}

// answer gathers the lines under every marker of a kind.
func (d *document) answer(k kinds) (answer, bool) {
	var a answer
	found := false
	var text []string
	for _, e := range d.reader.entries {
		if e.kinds&k == 0 {
			continue
		}
		before := len(a.pieces)
		mixed := e.kinds != k
		d.wrapped(e.lines)
		options := d.loneOption(e)
		for i := range e.lines {
			shown := d.line(&a, e.lines[i], e, mixed, options)
			if shown != "" {
				text = append(roomy(text), shown)
			}
		}
		if !found || a.heading == "" || before == 0 && len(a.pieces) > 0 {
			a.heading, a.line, a.mixed = e.heading, e.line, mixed && (len(text) > 0 || e.parts)
			a.lineEnd = e.line
		}
		if n := len(e.lines); n > 0 && len(a.pieces) > before {
			a.lineEnd = max(a.lineEnd, e.lines[n-1].line)
		}
		found = true
	}
	a.text = strings.Join(text, "\n")
	return a, found
}

// wrapped marks lines that together are one sentence of the template, wrapped
// in other places.
func (d *document) wrapped(ls []answerLine) {
	if len(d.templates.lines) == 0 {
		return
	}
	for i := 0; i+1 < len(ls); i++ {
		if ls[i].task != 0 || ls[i].key == "" {
			continue
		}
		joined := " " + ls[i].key + " "
		for j := i + 1; j < len(ls) && j < i+8 && ls[j].line == ls[j-1].line+1 && ls[j].task == 0; j++ {
			if !strings.Contains(d.templates.visible, joined) {
				break // nor does it hold what is longer
			}
			joined += ls[j].key + " "
			if len(joined) >= minSentence+2 && strings.Contains(d.templates.visible, joined) {
				for k := i; k <= j; k++ {
					ls[k].wrapped = true
				}
			}
		}
	}
}

// loneOption reports that just one of the template's options is left, without
// its box: the author picked it by deleting the others. Where the heading says
// to delete, items without a box are options too.
func (d *document) loneOption(e *entry) bool {
	n, items := 0, 0
	for _, l := range e.lines {
		if d.templates.option(l) {
			n++
		}
		if d.templates.lines[l.key].item {
			items++
		}
	}
	return n == 1 || items == 1 && n == 0 && e.deletes()
}

// deletes reports a heading such as "Rollback (delete what does not apply)".
func (e *entry) deletes() bool { return strings.Contains(fold(e.heading), "delete") }

// line adds the sentences of one line that are the author's, and returns what
// a reader sees of them.
func (d *document) line(a *answer, l answerLine, e *entry, mixed, lone bool) string {
	if l.task == ' ' {
		a.template = true
		return ""
	}
	if l.wrapped || d.templates.line(l) && !(lone && (d.templates.option(l) || e.deletes())) {
		a.template = true
		return ""
	}
	if l.code {
		u := unit{text: l.text, line: l.line}
		l.text = strings.TrimSpace(strings.TrimLeft(l.text, "$>% "))
		if l.text != "" && !strings.HasPrefix(l.text, "#") {
			u.tokens = []token{{codeWord, fold(l.text)}}
			a.pieces = append(roomy(a.pieces), piece{unit: u, with: e.kinds, mixed: mixed, foreign: e.foreign, code: true})
		}
		return l.text
	}
	shown := d.templates.own(l.shown)
	if shown == "" {
		return ""
	}
	shown = picked(d.withoutHints(shown))
	if shown == "" || bracketed(shown) || d.example(shown) || choices(shown) {
		a.template = true
		return ""
	}
	var kept []string
	whole := true
	us := l.units
	if shown != l.shown {
		us = d.read(shown, l.line)
	}
	if len(us) == 0 && strings.Trim(shown, "-_*=.…·•—– ") != "" {
		us = []unit{{text: shown, line: l.line}} // "??"
	}
	for _, u := range us {
		switch {
		case u.has(bot) && u.botLine():
			whole = false
		case l.task == 0 && !lone && d.templates.sentence(u.text), d.instructs(&u):
			a.template, whole = true, false
			if rest := d.afterInstruction(u); rest != nil {
				a.pieces = append(roomy(a.pieces), piece{unit: *rest, with: e.kinds, mixed: mixed, foreign: e.foreign})
				kept = append(kept, rest.text)
			}
		default:
			a.pieces = append(roomy(a.pieces), piece{unit: u, with: e.kinds, mixed: mixed, foreign: e.foreign, sub: l.sub})
			kept = append(roomy(kept), u.text)
		}
	}
	if whole {
		return shown
	}
	return strings.Join(kept, ". ")
}

// instructs reports a sentence that tells or asks the author something.
func (d *document) instructs(u *unit) bool {
	if u.asks && !u.ponders() {
		return true
	}
	for _, m := range u.matches {
		if m.topic == instruct && (m.from == 0 || m.from == 1 && len(u.tokens) > 0 && u.tokens[0].kind == breakMark) {
			return true
		}
	}
	return false
}

func (u *unit) has(t topic) bool {
	for _, m := range u.matches {
		if m.topic == t {
			return true
		}
	}
	return false
}

// ponders reports an answer in the form of a question: "We would probably
// revert?"
func (u *unit) ponders() bool {
	return u.has(back) && !u.has(asked) && u.opens(ponder)
}

// opens reports that a sentence begins with a phrase of a topic.
func (u *unit) opens(t topic) bool {
	for _, m := range u.matches {
		if m.topic == t && m.from == 0 {
			return true
		}
	}
	return false
}

// botLine reports a footer such as "Generated with ...": the phrase begins the
// line, or nothing but a symbol stands before it.
func (u *unit) botLine() bool {
	for _, m := range u.matches {
		if m.topic == bot && m.to-m.from > 1 && m.from <= 1 {
			return true
		}
	}
	return false
}
