package plan

import "strings"

// grow adds a phrase behind a node and returns its end. Cut takes the next
// piece off the phrase.
func (l *lexicon) grow(n uint32, s string, cut func(string) (string, part, string)) uint32 {
	inRun := l.nodes[n].inRun
	for s != "" {
		switch s[0] {
		case ' ':
			s = s[1:]
		case '(':
			alts, rest := group(s)
			join := l.node(node{inRun: inRun})
			for _, alt := range alts {
				l.lead(l.grow(n, alt, cut), edge{to: join})
			}
			n, s = join, rest
		default:
			text, p, rest := cut(s)
			n, s = l.step(n, l.id(text), p), rest
		}
	}
	return n
}

// step returns where a piece leads that phrases share. A node that several
// edges lead to is part of one phrase, so that no other phrase goes on from it.
func (l *lexicon) step(n, id uint32, p part) uint32 {
	if n == 0 && p == word {
		return l.behindFirst(id)
	}
	for k := l.nodes[n].edges; k != 0 && p != nothing; k = l.edges[k].next {
		if e := l.edges[k]; e.word == id && e.part == p {
			return e.to
		}
	}
	to := l.node(node{inRun: l.nodes[n].inRun})
	l.lead(n, edge{word: id, part: p, to: to})
	return to
}

// nextWord cuts a word, a stem or a gap.
func nextWord(s string) (text string, p part, rest string) {
	w, rest, _ := strings.Cut(s, " ")
	if k := strings.IndexByte(w, '('); k > 0 {
		w, rest = s[:k], s[k:]
	}
	if w == gapMark {
		return "", gap, rest
	}
	switch text, isStem := strings.CutSuffix(w, "*"); {
	case text == "":
		return "", nothing, rest
	case isStem:
		return text, stem, rest
	}
	return w, word, rest
}

// nextPart cuts what stands before a gap or a group in an unspaced script.
func nextPart(s string) (text string, p part, rest string) {
	if rest, ok := strings.CutPrefix(s, gapMark); ok {
		return "", gap, rest
	}
	k := strings.IndexAny(s, "("+gapMark)
	if k < 0 {
		k = len(s)
	}
	return s[:k], word, s[k:]
}

// group splits "(a|b) c" into its alternatives and what follows. Groups nest;
// one that is not closed ends with the phrase.
func group(s string) (alts []string, rest string) {
	alts = make([]string, 0, 8)
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
