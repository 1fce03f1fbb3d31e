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
	tokens, run := f.tokens, f.run
	for i := range tokens {
		if k := tokens[i].kind; k != plainWord && k != number && k != identWord {
			continue
		}
		f.from = i
		w := tokens[i].text
		if n := l.exact[w]; n != nil {
			f.follow(n, i+1)
		}
		if len(w) < 2 {
			continue
		}
		for e := l.stems[stemKeyOf(w)]; e != nil; e = e.next {
			if strings.HasPrefix(w, e.text) {
				f.follow(e.to, i+1)
			}
		}
	}
	for i, r := range run {
		for e := l.runs[r]; e != nil; e = e.next {
			if strings.HasPrefix(run[i:], e.text) {
				f.from = i
				f.followRun(e.to, i+len(e.text))
			}
		}
	}
}

// finder follows phrases through the tokens of one unit.
type finder struct {
	tokens []token
	run    string
	from   int
	out    []match
}

// follow takes every way on from a node at token i.
func (f *finder) follow(n *node, i int) {
	for e := n.ends; e != nil; e = e.next {
		f.hit(match{topic: e.topic, lang: e.lang, from: f.from, to: i})
	}
	if n.words != nil && i < len(f.tokens) {
		if k := f.tokens[i].kind; k == plainWord || k == number || k == identWord || k == breakMark {
			if to := n.words[f.tokens[i].text]; to != nil {
				f.follow(to, i+1)
			}
		}
	}
	for e := n.edges; e != nil; e = e.next {
		switch {
		case e.gap:
			for skip := 0; skip <= gapWords && i+skip <= len(f.tokens); skip++ {
				if skip > 0 && f.tokens[i+skip-1].kind == breakMark {
					break
				}
				f.follow(e.to, i+skip)
			}
		case e.text == "":
			f.follow(e.to, i)
		case i < len(f.tokens) && e.is(f.tokens[i]):
			f.follow(e.to, i+1)
		}
	}
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

// is reports whether a token is the edge's word; "`" is any code span and
// "<n>" any number.
func (e *edge) is(t token) bool {
	switch e.text {
	case codeMark:
		return t.kind == codeWord
	case numberMark:
		return t.kind == number
	}
	switch t.kind {
	case plainWord, number, identWord:
		return t.text == e.text || e.stem && strings.HasPrefix(t.text, e.text)
	case breakMark:
		return t.text == e.text
	}
	return false
}

// followRun takes every way on from a node at byte i of the run.
func (f *finder) followRun(n *node, i int) {
	for e := n.ends; e != nil; e = e.next {
		f.hit(match{topic: e.topic, lang: e.lang, inRun: true, from: f.from, to: i})
	}
	for e := n.edges; e != nil; e = e.next {
		switch {
		case e.gap:
			skipped := 0
			for j, r := range f.run[i:] {
				f.followRun(e.to, i+j)
				if skipped++; skipped > gapRunes || strings.ContainsRune("，。、；,;!?！？", r) {
					break
				}
			}
		case e.text == "":
			f.followRun(e.to, i)
		case strings.HasPrefix(f.run[i:], e.text):
			f.followRun(e.to, i+len(e.text))
		}
	}
}

// headingWords is what a heading or a footer is read with.
func headingWords(text string) vocabulary {
	v := vocabulary{byFamily[english].headings(), byFamily[latin].headings()}
	if !ascii(text) {
		v = append(v, byFamily[scripts].headings())
	}
	return v
}
