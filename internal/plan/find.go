package plan

import "strings"

// match is a phrase found in a unit: words [from,to) of its tokens, or bytes
// [from,to) of its run.
type match struct {
	topic    topic
	lang     uint8
	inRun    bool
	from, to int
}

// vocabulary is the lists that a description is read with.
type vocabulary []*lexicon

// find lists every phrase in a sentence.
func (v vocabulary) find(tokens []token, run string) []match {
	return new(finder).find(v, tokens, run)
}

// find does so for one sentence after another, in the same room.
func (f *finder) find(v vocabulary, tokens []token, run string) []match {
	f.tokens, f.run, f.out = tokens, run, f.out[:0]
	for _, l := range v {
		l.find(f)
	}
	found := append([]match(nil), f.out...)
	if run == "" {
		return found
	}
	return settleRun(found, tokens, run)
}

func (l *lexicon) find(f *finder) {
	f.lexicon, f.ids = l, f.ids[:0]
	for i := range f.tokens {
		id := uint32(0)
		if f.tokens[i].kind.inWords() || f.tokens[i].kind == breakMark {
			id = l.ids[f.tokens[i].text]
		}
		f.ids = append(f.ids, id)
	}
	for i, t := range f.tokens {
		if !t.kind.inWords() {
			continue
		}
		f.from = i
		if n := l.first[f.ids[i]]; n != 0 {
			f.follow(n, i+1)
		}
		if n := l.first[numberID]; n != 0 && t.kind == number {
			f.follow(n, i+1)
		}
		for e := l.stemsOf(t.text); e != 0; e = l.edges[e].next {
			if strings.HasPrefix(t.text, l.texts[l.edges[e].word]) {
				f.follow(l.edges[e].to, i+1)
			}
		}
	}
	for i, r := range f.run {
		for e := l.runs[r]; e != 0; e = l.edges[e].next {
			if text := l.texts[l.edges[e].word]; strings.HasPrefix(f.run[i:], text) {
				f.from = i
				f.followRun(l.edges[e].to, i+len(text))
			}
		}
	}
}

// inWords reports kinds of tokens that phrases name by their text.
func (k tokenKind) inWords() bool { return k == plainWord || k == number || k == identWord }

// finder follows phrases through the tokens of one unit.
type finder struct {
	*lexicon
	tokens []token
	ids    []uint32 // of the tokens' texts
	run    string
	from   int
	out    []match
}

// follow takes every way on from a node at token i.
func (f *finder) follow(n uint32, i int) {
	at := f.nodes[n]
	for e := at.ends; e != 0; e = f.ends[e].next {
		f.hit(match{topic: f.ends[e].topic, lang: f.ends[e].lang, from: f.from, to: i})
	}
	if at.many && i < len(f.tokens) && f.later[f.ids[i]] {
		if to := f.onward(way{n, f.ids[i]}); to != 0 {
			f.follow(to, i+1)
		}
	}
	for k := at.edges; k != 0; k = f.edges[k].next {
		switch e := f.edges[k]; {
		case e.part == nothing:
			f.follow(e.to, i)
		case e.part == gap:
			for skip := 0; skip <= gapWords && i+skip <= len(f.tokens); skip++ {
				if skip > 0 && f.tokens[i+skip-1].kind == breakMark {
					break
				}
				f.follow(e.to, i+skip)
			}
		case i < len(f.tokens) && f.reads(e, i):
			f.follow(e.to, i+1)
		}
	}
}

// reads reports whether an edge reads token i: its word, any code span for "`"
// or any number for "<n>".
func (f *finder) reads(e edge, i int) bool {
	t := &f.tokens[i]
	switch e.word {
	case codeID:
		return t.kind == codeWord
	case numberID:
		return t.kind == number
	case f.ids[i]:
		return true
	}
	return e.part == stem && t.kind.inWords() && strings.HasPrefix(t.text, f.texts[e.word])
}

// hit adds a match once.
func (f *finder) hit(m match) {
	for i := len(f.out) - 1; i >= 0 && f.out[i].from == m.from; i-- {
		if f.out[i] == m {
			return
		}
	}
	f.out = append(roomy(f.out), m)
}

// followRun takes every way on from a node at byte i of the run.
func (f *finder) followRun(n uint32, i int) {
	for e := f.nodes[n].ends; e != 0; e = f.ends[e].next {
		f.hit(match{topic: f.ends[e].topic, lang: f.ends[e].lang, inRun: true, from: f.from, to: i})
	}
	for k := f.nodes[n].edges; k != 0; k = f.edges[k].next {
		switch e := f.edges[k]; {
		case e.part == nothing:
			f.followRun(e.to, i)
		case e.part == gap:
			skipped := 0
			for j, r := range f.run[i:] {
				f.followRun(e.to, i+j)
				if skipped++; skipped > gapRunes || strings.ContainsRune("，。、；,;!?！？", r) {
					break
				}
			}
		case strings.HasPrefix(f.run[i:], f.texts[e.word]):
			f.followRun(e.to, i+len(f.texts[e.word]))
		}
	}
}

// headingWords is what a heading or a footer is read with, beside the lists of
// further languages.
func headingWords(text string, more ...family) vocabulary {
	v := vocabulary{byFamily[english].headings(), byFamily[latin].headings()}
	if !ascii(text) {
		v = append(v, byFamily[scripts].headings())
	}
	for _, f := range more {
		v = append(v, byFamily[f].headings())
	}
	return v
}
