package plan

import "strings"

// grow adds a phrase behind a node and returns its end. Cut takes the next
// piece off the phrase.
func (l *lexicon) grow(n *node, s string, cut func(string) (edge, string), nodes *slab[node]) *node {
	for s != "" {
		switch s[0] {
		case ' ':
			s = s[1:]
		case '(':
			alts, rest := group(s)
			join := nodes.add(node{})
			for _, alt := range alts {
				l.lead(l.grow(n, alt, cut, nodes), edge{to: join})
			}
			n, s = join, rest
		default:
			e, rest := cut(s)
			n, s = l.step(n, e, nodes), rest
		}
	}
	return n
}

// step returns where an edge leads that phrases share. A node that several
// edges lead to is part of one phrase, so that no other phrase goes on from it.
func (l *lexicon) step(n *node, e edge, nodes *slab[node]) *node {
	if n == l.start && e.text != "" && !e.stem {
		first := l.exact[e.text]
		if first == nil {
			first = nodes.add(node{})
			l.exact[e.text] = first
		}
		return first
	}
	for o := n.edges; o != nil; o = o.next {
		if o.text == e.text && o.stem == e.stem && o.gap == e.gap && (e.text != "" || e.gap) {
			return o.to
		}
	}
	e.to = nodes.add(node{})
	l.lead(n, e)
	return e.to
}

// nextWord cuts a word, a stem or a gap.
func nextWord(s string) (edge, string) {
	w, rest, _ := strings.Cut(s, " ")
	if k := strings.IndexByte(w, '('); k > 0 {
		w, rest = s[:k], s[k:]
	}
	if w == gapMark {
		return edge{gap: true}, rest
	}
	text, stem := strings.CutSuffix(w, "*")
	return edge{text: text, stem: stem}, rest
}

// nextPart cuts what stands before a gap or a group in an unspaced script.
func nextPart(s string) (edge, string) {
	if rest, ok := strings.CutPrefix(s, gapMark); ok {
		return edge{gap: true}, rest
	}
	k := strings.IndexAny(s, "("+gapMark)
	if k < 0 {
		k = len(s)
	}
	return edge{text: s[:k]}, s[k:]
}

// group splits "(a|b) c" into its alternatives and what follows. Groups nest;
// one that is not closed ends with the phrase.
func group(s string) (alts []string, rest string) {
	depth, start := 0, 1
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(':
			depth++
		case '|':
			if depth == 1 {
				alts = append(alts, s[start:i])
				start = i + 1
			}
		case ')':
			if depth--; depth == 0 {
				return append(alts, s[start:i]), s[i+1:]
			}
		}
	}
	return append(alts, s[start:]), ""
}
