package plan

import (
	"slices"
	"strings"
	"unicode"
)

// document is a description on its way to being judged.
type document struct {
	reader    *reader
	templates templates
	words     vocabulary
	finder    finder
	kinds     []Kind
	langs     uint32 // languages whose small words count as such
	home      uint32 // those of them that outweigh English
}

const everyLanguage = ^uint32(0)

// telling is how many letters a small word has that tells the language: "a",
// "as" and "no" are words of several.
const telling = 3

// Parse reads a description: it finds the sections and judges what the words
// under each are worth. Any text is safe; a description longer than GitHub
// stores is read up to that length.
func Parse(body string, o Options) Plan {
	return Find(body, o.Kinds).judge(o)
}

// Found is a description taken apart: its sections with what stands under each.
type Found struct {
	reader *reader
	kinds  []Kind
	cut    bool // there are more or longer lines than are read
}

// Find reads a description into its sections without judging their words.
func Find(body string, ks []Kind) Found {
	ks = ks[:min(len(ks), maxKinds)]
	text := clean(truncate(body))
	m := newMarking(ks)
	m.further = furtherIn(text)
	return Found{read(text, m), ks, cutShort(body)}
}

func (f Found) judge(o Options) Plan {
	d := document{reader: f.reader, kinds: f.kinds, words: vocabulary{byFamily[english].words()}, templates: newTemplates(o.Templates)}
	d.langs = everyLanguage // until it is known which
	for _, f := range f.reader.mark.further {
		d.words = append(d.words, byFamily[f].words())
	}
	d.prepare()
	d.langs, d.home = d.languages()
	d.eachLine(func(l *answerLine) { d.settle(l.units) })
	p := Plan{TasksUnchecked: d.reader.tasks, TaskLine: d.reader.task1, CutShort: f.cut}
	for i, k := range d.kinds {
		p.Sections = append(p.Sections, d.judge(k, i))
	}
	copied(p.Sections)
	if o.Data {
		p.Data = d.dataClaims()
	}
	return p
}

// copied takes back sections of facts whose text stands word for word under
// another heading too: a title pasted everywhere says nothing.
func copied(ss []Section) {
	for i := range ss {
		s := &ss[i]
		if s.State != Complete || s.ID == Rollback || strings.Count(s.Text, " ") < 2 {
			continue
		}
		for _, o := range ss {
			near := len(o.Text)-len(s.Text) < 8 && len(s.Text)-len(o.Text) < 8
			if o.Line != s.Line && o.Line > 0 && near && compare(o.Text) == compare(s.Text) {
				s.State, s.Reason = Placeholder, "the same words stand under another heading"
			}
		}
	}
}

// maxBody is the longest description that is read, in bytes: GitHub's 65,536
// characters of up to four bytes each.
const maxBody = 4 * 65536

func truncate(s string) string {
	if len(s) <= maxBody {
		return s
	}
	return s[:maxBody]
}

// prepare reads the sentences of every line once. The lists of further families
// are only asked where the text is not plainly English.
func (d *document) prepare() {
	accents, script := false, false
	known, plain, small := 0, 0, 0
	d.eachLine(func(l *answerLine) {
		shown := visible(l.text)
		if len(d.templates.lines) > 0 {
			l.key = compareVisible(shown)
		}
		if l.code {
			return
		}
		if l.shown = shown; !wordy(l.shown) {
			return
		}
		if !ascii(l.shown) {
			for _, r := range l.shown {
				accents = accents || r >= 0xc0 && r < 0x250
				script = script || r >= 0x370
			}
		}
		l.units = d.read(l.shown, l.line)
		if l.under == 0 {
			return
		}
		for i := range l.units {
			u := &l.units[i]
			for k, t := range u.tokens {
				if t.kind == plainWord {
					plain++
					if d.meaningless(u, k) {
						known++
					}
					if small == 0 && len(t.text) >= telling && u.covered(k, stop) {
						small++
					}
				}
			}
		}
	})
	foreign := false // a heading in another language with Latin letters
	for i, l := range languages {
		foreign = foreign || l.family == latin && d.reader.langs&(1<<i) != 0
	}
	var more vocabulary
	if accents && len(d.reader.mark.further) == 0 || foreign || plain > 0 && small == 0 || known*4 < plain {
		more = append(more, byFamily[latin].words())
	}
	if script {
		more = append(more, byFamily[scripts].words())
	}
	if len(more) == 0 {
		return
	}
	d.words = append(d.words, more...)
	d.eachLine(func(l *answerLine) {
		for i := range l.units {
			l.units[i].matches = d.find(&l.units[i])
		}
	})
}

// wordy reports text with a letter or a digit in it.
func wordy(s string) bool {
	for _, r := range s {
		if r < 0x80 && letter(byte(r)) || r >= '0' && r <= '9' || r >= 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return true
		}
	}
	return false
}

// read returns the sentences of a text with the phrases that they hold.
func (d *document) read(shown string, line int) []unit {
	us := units(shown, line)
	for i := range us {
		us[i].matches = d.find(&us[i])
	}
	d.settle(us)
	return us
}

// find lists the phrases of a sentence.
func (d *document) find(u *unit) []match { return d.finder.find(d.words, u.tokens, u.run) }

// settle drops phrases that only count in a language that the description is
// not written in: what waives in one is an everyday word in another.
func (d *document) settle(us []unit) {
	if d.langs == everyLanguage && d.home == 0 {
		return
	}
	elsewhere := func(m match) bool {
		return !m.inRun && !m.topic.everywhere() && d.langs&(1<<m.lang) == 0
	}
	for i := range us {
		u := &us[i]
		u.matches = slices.DeleteFunc(u.matches, elsewhere)
		if d.home != 0 {
			u.matches = slices.DeleteFunc(u.matches, func(m match) bool { return d.atHome(u, m) })
		}
	}
}

// atHome reports a denial of another language that begins with a small word of
// the description's own: "no" means "in the" in Portuguese, "todo" means "all"
// in Spanish.
func (d *document) atHome(u *unit, m match) bool {
	if m.inRun || d.home&(1<<m.lang) != 0 {
		return false
	}
	switch m.topic {
	case never, none, not, deferred:
	default:
		return false
	}
	for _, o := range u.matches {
		if (o.topic == stop || o.topic == filler) && !o.inRun && d.home&(1<<o.lang) != 0 && o.from == m.from && o.to == m.from+1 {
			return true
		}
	}
	return false
}

// inAnyText are the topics whose phrases count in any text: the actions, what
// takes them back, and what a change does.
const inAnyText = uint64(1)<<back | 1<<act | 1<<prior | 1<<forward | 1<<never | 1<<none | 1<<before | 1<<claim |
	1<<filler | 1<<stop | 1<<quoted | 1<<bot | 1<<deferred | 1<<does

func (t topic) everywhere() bool { return inAnyText>>t&1 != 0 }

// eachLine visits every line of the description that a reader sees.
func (d *document) eachLine(do func(*answerLine)) {
	for _, e := range d.reader.entries {
		for i := range e.lines {
			e.lines[i].under = e.kinds
			do(&e.lines[i])
		}
	}
	for i := range d.reader.stray {
		do(&d.reader.stray[i])
	}
}

// languages finds the language whose small words are frequent; English always
// counts. So the German "die" is a small word only in German text. Home are those
// that outweigh English, or in which a heading is written.
func (d *document) languages() (set, home uint32) {
	var hits [32]int
	d.eachLine(func(l *answerLine) {
		for _, u := range l.units {
			for _, m := range u.matches {
				if m.topic == stop && !m.inRun && m.to-m.from == 1 {
					hits[m.lang&31]++
				}
			}
		}
	})
	best := english + 1
	for i := range languages {
		if i != int(english) && hits[i] > hits[best] {
			best = family(i)
		}
	}
	set, home = 1<<english|d.reader.langs, d.reader.langs
	if hits[best] > 0 && hits[best]*2 >= hits[english] {
		for i := range languages { // all that are as frequent
			if i != int(english) && hits[i] == hits[best] {
				set |= 1 << i
				if hits[i] > hits[english] {
					home |= 1 << i
				}
			}
		}
	}
	for i, l := range languages {
		if slices.Contains(d.reader.mark.further, l.family) {
			set |= 1 << i
			home |= 1 << i
		}
	}
	return set, home
}

// kind returns the set that holds the kind with an id.
func (d *document) kind(id string) kinds {
	for i, k := range d.kinds {
		if k.ID == id && i < maxKinds {
			return 1 << i
		}
	}
	return 0
}

// strayFor returns a sentence that would pass under a heading of the kind but
// stands under none, or nothing.
func (d *document) strayFor(id string) string {
	if id != Rollback {
		return ""
	}
	for _, l := range d.reader.stray {
		if l.code || l.task == ' ' || d.templates.line(l) {
			continue
		}
		for _, u := range l.units {
			var s signs
			s.read(d, &piece{unit: u})
			if s.back && !s.never && !u.asks && !d.instructs(&u) {
				return u.text
			}
		}
	}
	return ""
}

// dataClaims reads the whole description for what it says of the data: that it
// comes back, that the schema can stay, that nothing reads it.
func (d *document) dataClaims() DataClaims {
	var c DataClaims
	worst := d.kind(WorstCase)
	d.eachLine(func(l *answerLine) {
		// A worst case tells what may happen, not what becomes of the data.
		if l.task == ' ' || l.under == worst && worst != 0 || d.templates.line(*l) {
			return
		}
		us := l.units
		if l.code {
			us = units(l.text, l.line)
		}
		for i := range us {
			if !us[i].asks {
				d.claimsOf(&c, &us[i])
			}
		}
	})
	return c
}

// claimsOf reads one sentence. Commands and names are taken apart first.
func (d *document) claimsOf(c *DataClaims, u *unit) {
	if u.text == "" || !u.code() {
		c.read(u)
		return
	}
	for _, plain := range d.read(codeAsText(u.text), u.line) {
		c.read(&plain)
	}
}

func (c *DataClaims) read(u *unit) {
	if u.has(hedge) {
		return
	}
	for _, m := range u.matches {
		if u.negated(m) {
			continue
		}
		switch m.topic {
		case dataBack:
			c.Returns = true
		case dataStays:
			c.Stays = true
		case dataAdds:
			c.Adds = true
		case dataNone:
			c.None = true
		case dataUnread:
			c.Unread = true
		}
	}
}
