package plan

import (
	"math/bits"
	"strings"
)

// document is a description on its way to being judged.
type document struct {
	reader    *reader
	templates templates
	words     *lexicon
	kinds     []Kind
	langs     uint32 // languages whose small words count as such
}

// Parse reads a description: it finds the sections and judges what the words
// under each are worth. Any text is safe; a description longer than GitHub
// stores is read up to that length.
func Parse(body string, o Options) Plan {
	ks := o.Kinds
	d := document{words: words(), templates: newTemplates(o.Templates), kinds: ks}
	d.reader = read(truncate(body), newMarking(ks))
	d.langs = d.languages()
	p := Plan{TasksUnchecked: d.reader.tasks, TaskLine: d.reader.task1}
	for i, k := range ks {
		if i >= maxKinds {
			break
		}
		p.Sections = append(p.Sections, d.judge(k, i))
	}
	copied(p.Sections)
	p.Data = d.dataClaims()
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
			if o.Line != s.Line && o.Line > 0 && compare(o.Text) == compare(s.Text) {
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

// languages finds the language whose small words are frequent; English always
// counts. So the German "die" is a small word only in German text.
func (d *document) languages() uint32 {
	var hits [32]int
	count := func(ls []answerLine) {
		for _, l := range ls {
			if l.code {
				continue
			}
			var u unit
			u.tokenise(fold(visible(l.text)))
			for _, t := range u.tokens {
				if t.kind != plainWord {
					continue
				}
				for _, n := range d.words.exact[t.text] {
					for _, e := range n.ends {
						if e.topic == stop {
							hits[e.lang&31]++
						}
					}
				}
			}
		}
	}
	for _, e := range d.reader.entries {
		count(e.lines)
	}
	count(d.reader.stray[:min(len(d.reader.stray), 40)])
	set := uint32(0)
	english, best := 0, -1
	for i, l := range d.words.langs {
		if l == "en" {
			english = i
			continue
		}
		if best < 0 || hits[i] > hits[best] {
			best = i
		}
	}
	set |= 1 << english
	if best >= 0 && hits[best] > 0 && hits[best]*2 >= hits[english] {
		set |= 1 << best
	}
	if bits.OnesCount32(set) == 0 {
		return 1
	}
	return set
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
		for _, u := range units(visible(l.text), l.line) {
			u.matches = d.words.find(u.tokens, u.run)
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
	look := func(ls []answerLine) {
		for _, l := range ls {
			if l.task == ' ' || d.templates.line(l) {
				continue
			}
			text := visible(l.text)
			if l.code {
				text = l.text
			}
			for _, u := range units(text, l.line) {
				if u.asks {
					continue
				}
				u.matches = nil
				d.claimsOf(&c, &u)
			}
		}
	}
	for _, e := range d.reader.entries {
		look(e.lines)
	}
	look(d.reader.stray)
	return c
}

func (d *document) claimsOf(c *DataClaims, u *unit) {
	var plain unit
	plain.tokenise(codeAsText(fold(u.text)))
	plain.matches = d.words.find(plain.tokens, plain.run)
	if plain.has(hedge) {
		return
	}
	for _, m := range plain.matches {
		if plain.negated(m) {
			continue
		}
		switch m.topic {
		case dataBack:
			c.Returns = true
		case dataStays:
			c.Stays = true
		case dataNone:
			c.None = true
		case dataUnread:
			c.Unread = true
		}
	}
}
