package plan

import "unicode/utf8"

// lexicon holds every list of every language of a family. Phrases in words form
// a graph: they share the words that they begin with, and the alternatives of
// "(a|b) c" what follows them, so that reading the lists and looking for them
// costs what is written, not what it spells out. Words, nodes, edges and endings
// are numbers: a process holds tens of thousands, and the garbage collector need
// not look at any.
type lexicon struct {
	ids   map[string]uint32 // words and stems; what is not in it has 0
	texts []string          // by id

	first []uint32                     // by id, the node behind a first word
	later []bool                       // by id, whether ways has the word
	stems map[uint32]uint32            // first stems, by their first two bytes: an edge
	begin [16]uint64                   // which of 1,024 kinds of two bytes a stem has
	runs  map[rune]uint32              // first parts of phrases of unspaced scripts, by their first letter: an edge
	ways  map[way]uint32               // the node behind a word, of nodes from which many words lead on
	sieve [1 << (sieveBits - 6)]uint64 // a bit for each key of ways, so that few are looked for in vain
	keys  map[string]bool              // first words, or beginnings of stemKey letters, of what names a section

	nodes []node // the first is where phrases in words begin
	edges []edge // of the first of these two there is none
	ends  []ending
}

// node is a place within phrases.
type node struct {
	ends, edges uint32 // the first of them, or 0
	many        bool   // its words stand in lexicon.ways
	inRun       bool   // of a phrase of an unspaced script
}

// ending is one of the lists that a phrase stands in.
type ending struct {
	topic topic
	lang  uint8
	next  uint32
}

// part is what an edge reads.
type part uint8

const (
	nothing part = iota
	word
	stem // "revert*": a word begins so
	gap  // "…": up to gapWords words
)

// edge leads on from a node.
type edge struct {
	word uint32 // or stem
	to   uint32
	next uint32
	part
}

type way struct{ node, word uint32 }

// sieveBits is how many bits of a way's hash the sieve tells apart.
const sieveBits = 18

// bit returns the place of a way in the sieve, and its bit there.
func (w way) bit() (place int, bit uint64) {
	h := (w.node*0x9e3779b1 ^ w.word*0x85ebca6b) >> (32 - sieveBits)
	return int(h >> 6), 1 << (h & 63)
}

// onward returns the node behind a word, or 0.
func (l *lexicon) onward(w way) uint32 {
	if place, bit := w.bit(); l.sieve[place]&bit == 0 {
		return 0
	}
	return l.ways[w]
}

// Ids that any lexicon has.
const (
	codeID   = iota + 1 // of codeMark
	numberID            // of numberMark
)

// newLexicon makes room for lists of so many bytes.
func newLexicon(size int) *lexicon {
	// So many bytes make a word, a node, an edge or an ending.
	words, places := size/18, size/9
	l := &lexicon{
		ids: make(map[string]uint32, words), texts: make([]string, 0, words), first: make([]uint32, 0, words),
		stems: map[uint32]uint32{}, runs: map[rune]uint32{}, ways: map[way]uint32{}, keys: map[string]bool{},
		nodes: make([]node, 1, places+1), edges: make([]edge, 1, size/8+1), ends: make([]ending, 1, places+1),
	}
	for _, text := range []string{"", codeMark, numberMark} {
		l.id(text)
	}
	return l
}

func (l *lexicon) id(text string) uint32 {
	id, ok := l.ids[text]
	if !ok {
		id = uint32(len(l.texts))
		l.ids[text] = id
		l.texts, l.first = append(l.texts, text), append(l.first, 0)
	}
	return id
}

func (l *lexicon) node(n node) uint32 {
	l.nodes = append(l.nodes, n)
	return uint32(len(l.nodes) - 1)
}

// end notes that a phrase ends at a node.
func (l *lexicon) end(n uint32, e ending) {
	e.next = l.nodes[n].ends
	l.nodes[n].ends = uint32(len(l.ends))
	l.ends = append(l.ends, e)
}

// lead adds an edge to a node's.
func (l *lexicon) lead(n uint32, e edge) { l.nodes[n].edges = l.before(l.nodes[n].edges, e) }

// before puts an edge before others.
func (l *lexicon) before(others uint32, e edge) uint32 {
	e.next = others
	l.edges = append(l.edges, e)
	return uint32(len(l.edges) - 1)
}

// leadOn has a node lead to what another one leads to.
func (l *lexicon) leadOn(n, other uint32) {
	for e := l.nodes[other].ends; e != 0; e = l.ends[e].next {
		l.end(n, l.ends[e])
	}
	for e := l.nodes[other].edges; e != 0; e = l.edges[e].next {
		l.lead(n, l.edges[e])
	}
}

func (l *lexicon) countEdges(n uint32) int {
	count := 0
	for e := l.nodes[n].edges; e != 0; e = l.edges[e].next {
		count++
	}
	return count
}

// index shortens the ways, and files the edges of nodes that have many, so that
// one look-up finds the way on.
func (l *lexicon) index() {
	l.enter(0)
	for n := range l.nodes {
		l.shorten(uint32(n))
	}
	l.later = make([]bool, len(l.texts))
	for n := range l.nodes {
		if !l.nodes[n].inRun {
			l.file(uint32(n))
		}
	}
}

// shorten takes what leads on behind edges at which nothing is read, where that
// is little, to the node itself.
func (l *lexicon) shorten(n uint32) {
	const little = 6
	var short []uint32
	var last uint32 // the edge before k that stays
	for k := l.nodes[n].edges; k != 0; k = l.edges[k].next {
		e := l.edges[k]
		if e.part != nothing || l.countEdges(e.to) > little {
			last = k
			continue
		}
		short = append(short, e.to)
		l.unlink(n, last, e.next)
	}
	for _, to := range short {
		l.leadOn(n, to)
	}
}

// unlink takes the edge between two others out of a node's.
func (l *lexicon) unlink(n, last, next uint32) {
	if last == 0 {
		l.nodes[n].edges = next
		return
	}
	l.edges[last].next = next
}

func (l *lexicon) file(n uint32) {
	const many = 6
	if l.countEdges(n) < many {
		return
	}
	l.nodes[n].many = true
	var last uint32
	for k := l.nodes[n].edges; k != 0; k = l.edges[k].next {
		e := l.edges[k]
		at := way{n, e.word}
		if e.part != word || e.word == codeID || e.word == numberID || l.ways[at] != 0 {
			last = k
			continue
		}
		l.ways[at], l.later[e.word] = e.to, true
		place, bit := at.bit()
		l.sieve[place] |= bit
		l.unlink(n, last, e.next)
	}
}

// enter files what begins at a node, beside the first words that are filed
// already, under its first words.
func (l *lexicon) enter(n uint32) {
	for k := l.nodes[n].edges; k != 0; k = l.edges[k].next {
		e := l.edges[k]
		switch e.part {
		case word:
			// The node may be reached by other words too: what leads on from it is
			// copied, and it stays as it is.
			l.leadOn(l.behindFirst(e.word), e.to)
		case stem:
			if text := l.texts[e.word]; len(text) > 1 {
				key := stemKeyOf(text)
				l.stems[key] = l.before(l.stems[key], e)
				l.begin[key%1024/64] |= 1 << (key % 64)
			}
		default:
			l.enter(e.to)
		}
	}
}

// behindFirst is the node behind a first word.
func (l *lexicon) behindFirst(word uint32) uint32 {
	if l.first[word] == 0 {
		l.first[word] = l.node(node{})
	}
	return l.first[word]
}

// stemsOf returns the first of the stems that a word may begin with, or 0.
func (l *lexicon) stemsOf(w string) uint32 {
	if len(w) < 2 {
		return 0
	}
	key := stemKeyOf(w)
	if l.begin[key%1024/64]>>(key%64)&1 == 0 {
		return 0
	}
	return l.stems[key]
}

// stemKeyOf returns the first two bytes of a word, the more telling ones of
// their bits last.
func stemKeyOf(w string) uint32 { return uint32(w[0])<<5 ^ uint32(w[1]) | uint32(w[0])<<16 }

// enterRuns files what begins at a node under its first characters.
func (l *lexicon) enterRuns(n uint32) {
	for k := l.nodes[n].edges; k != 0; k = l.edges[k].next {
		e := l.edges[k]
		if e.part != word {
			l.enterRuns(e.to)
			continue
		}
		r, _ := utf8.DecodeRuneInString(l.texts[e.word])
		l.runs[r] = l.before(l.runs[r], e)
	}
}
