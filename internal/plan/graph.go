package plan

import "unicode/utf8"

// lexicon holds every list of every language. Phrases in words form a graph:
// they share the words that they begin with, and the alternatives of "(a|b) c"
// what follows them, so that reading the lists and looking for them costs what
// is written, not what it spells out.
type lexicon struct {
	exact map[string]*node // what follows a first word
	stems map[uint32]*edge // first stems, by their first two bytes
	runs  map[rune]*edge   // first parts of phrases of unspaced scripts
	keys  map[string]bool  // first words, or beginnings of stemKey letters, of what names a section
	start *node            // where phrases in words begin; first words stand in exact

	words, parts slab[node] // of phrases in words, in unspaced scripts
	edges        slab[edge]
	ends         slab[ending]
}

// slab makes values many at a time, since a family has thousands.
type slab[T any] struct {
	spare []T
	all   [][]T
}

func (s *slab[T]) add(v T) *T {
	if len(s.spare) == 0 {
		s.spare = make([]T, 256)
		s.all = append(s.all, s.spare)
	}
	n := &s.spare[0]
	s.spare = s.spare[1:]
	*n = v
	return n
}

// node is a place within phrases.
type node struct {
	ends  *ending
	edges *edge
	words map[string]*node // edges by their word, where there are many
}

// ending is one of the lists that a phrase stands in.
type ending struct {
	topic topic
	lang  uint8
	next  *ending
}

// edge leads on from a node.
type edge struct {
	text string // "" with gap or without a word: nothing is read
	stem bool   // "revert*": the word begins so
	gap  bool   // "…": up to gapWords words
	to   *node
	next *edge
}

// empty reports an edge at which nothing is read.
func (e *edge) empty() bool { return e.text == "" && !e.gap }

func newLexicon() *lexicon {
	return &lexicon{
		exact: map[string]*node{}, stems: map[uint32]*edge{}, runs: map[rune]*edge{}, keys: map[string]bool{}, start: &node{},
	}
}

// index shortens the ways, and files the edges of nodes that have many, so that
// one look-up finds the way on.
func (l *lexicon) index() {
	l.enter(l.start)
	for _, nodes := range l.words.all {
		for i := range nodes {
			l.shorten(&nodes[i])
		}
	}
	for _, nodes := range l.words.all {
		for i := range nodes {
			nodes[i].index()
		}
	}
	l.words, l.parts, l.edges, l.ends, l.start = slab[node]{}, slab[node]{}, slab[edge]{}, slab[ending]{}, nil
}

func (n *node) index() {
	const many = 6
	count := n.countEdges()
	if count < many {
		return
	}
	n.words = make(map[string]*node, count)
	for at := &n.edges; *at != nil; {
		e := *at
		_, taken := n.words[e.text]
		if taken || e.text == "" || e.stem || e.text == codeMark || e.text == numberMark {
			at = &e.next
			continue
		}
		n.words[e.text] = e.to
		*at = e.next
	}
}

func (n *node) countEdges() int {
	count := 0
	for e := n.edges; e != nil; e = e.next {
		count++
	}
	return count
}

// shorten takes what leads on behind edges at which nothing is read, where that
// is little, to the node itself.
func (l *lexicon) shorten(n *node) {
	const little = 3
	for at := &n.edges; *at != nil; {
		e := *at
		if !e.empty() || e.to.countEdges() > little {
			at = &e.next
			continue
		}
		*at = e.next
		l.leadOn(n, e.to)
	}
}

// leadOn has a node lead to what another one leads to.
func (l *lexicon) leadOn(n, other *node) {
	for e := other.ends; e != nil; e = e.next {
		l.end(n, *e)
	}
	for e := other.edges; e != nil; e = e.next {
		l.lead(n, *e)
	}
}

func (l *lexicon) end(n *node, e ending) {
	e.next = n.ends
	n.ends = l.ends.add(e)
}

func (l *lexicon) lead(n *node, e edge) {
	e.next = n.edges
	n.edges = l.edges.add(e)
}

// enter files what begins at a node, beside the first words that exact has
// already, under its first words.
func (l *lexicon) enter(n *node) {
	for e := n.edges; e != nil; e = e.next {
		switch {
		case e.text == "":
			l.enter(e.to)
		case e.stem:
			if len(e.text) > 1 {
				begin := *e
				begin.next = l.stems[stemKeyOf(e.text)]
				l.stems[stemKeyOf(e.text)] = l.edges.add(begin)
			}
		default:
			// The node may be reached by other words too: what leads on from it is
			// copied, and it stays as it is.
			first := l.exact[e.text]
			if first == nil {
				first = l.words.add(node{})
				l.exact[e.text] = first
			}
			l.leadOn(first, e.to)
		}
	}
}

// stemKeyOf returns the first two bytes of a word that has two.
func stemKeyOf(w string) uint32 { return uint32(w[0])<<8 | uint32(w[1]) }

// enterRuns files what begins at a node under its first characters.
func (l *lexicon) enterRuns(n *node) {
	for e := n.edges; e != nil; e = e.next {
		if e.text == "" {
			l.enterRuns(e.to)
			continue
		}
		r, _ := utf8.DecodeRuneInString(e.text)
		begin := *e
		begin.next = l.runs[r]
		l.runs[r] = l.edges.add(begin)
	}
}
