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
	f := finder{tokens: tokens, run: run}
	for _, l := range v {
		l.find(&f)
	}
	if run == "" {
		return f.out
	}
	return settleRun(f.out, tokens, run)
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
		for _, e := range l.stems[stemKeyOf(w)] {
			if strings.HasPrefix(w, e.text) {
				f.follow(e.to, i+1)
			}
		}
	}
	for i, r := range run {
		for _, e := range l.runs[r] {
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
	for _, e := range n.ends {
		f.hit(match{topic: e.topic, lang: e.lang, from: f.from, to: i})
	}
	if n.words != nil && i < len(f.tokens) {
		if k := f.tokens[i].kind; k == plainWord || k == number || k == identWord || k == breakMark {
			for _, to := range n.words[f.tokens[i].text] {
				f.follow(to, i+1)
			}
		}
	}
	for _, e := range n.edges {
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
func (e edge) is(t token) bool {
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
	for _, e := range n.ends {
		f.hit(match{topic: e.topic, lang: e.lang, inRun: true, from: f.from, to: i})
	}
	for _, e := range n.edges {
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
