package plan

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed words/*.txt
var wordFiles embed.FS

// topic is what a phrase means; each is one list in the word files, and
// words/README.md says what belongs in it.
type topic uint8

const (
	headRollback topic = iota
	headWorst
	headBlast
	headBeside
	headAsk
	headForeign
	back
	act
	prior
	forward
	never
	not
	none
	reasonDocs
	reasonTests
	reasonCode
	reasonIdle
	claim
	assure
	bound
	hedge
	promise
	before
	people
	generic
	filler
	stop
	deferred
	dataBack
	dataStays
	dataAdds
	dataNone
	dataUnread
	failing
	hit
	instruct
	bot
	quoted
	topics
)

var topicNames = map[string]topic{
	"heading rollback": headRollback, "heading worst-case": headWorst, "heading blast-radius": headBlast,
	"heading beside": headBeside, "heading ask": headAsk, "heading foreign": headForeign,
	"back": back, "act": act, "prior": prior, "forward": forward, "never": never, "not": not, "none": none,
	"reason docs": reasonDocs, "reason tests": reasonTests, "reason code": reasonCode, "reason idle": reasonIdle,
	"claim": claim, "assure": assure, "bound": bound, "hedge": hedge, "promise": promise, "before order": before, "group of people": people, "generic": generic, "filler": filler, "stop": stop, "deferred": deferred,
	"data back": dataBack, "data stays": dataStays, "data adds": dataAdds, "data none": dataNone, "data unread": dataUnread,
	"failing": failing, "hit": hit, "instruct": instruct, "bot": bot, "quoted": quoted,
}

// gap limits how much may stand where a phrase has "…".
const (
	gapWords = 4
	gapRunes = 14
	gapMark  = "…"
	stemKey  = 3 // how many letters of a stem lexicon.keys holds

	codeMark   = "`"   // any code span
	numberMark = "<n>" // any number
)

// lexicon holds every list of every language. Phrases in words form a graph:
// they share the words that they begin with, and the alternatives of "(a|b) c"
// what follows them, so that reading the lists and looking for them costs what
// is written, not what it spells out.
type lexicon struct {
	exact  map[string]*node  // what follows a first word
	stems  map[uint16][]edge // first stems, by their first two bytes
	runs   map[rune][]edge   // first parts of phrases of unspaced scripts
	keys   map[string]bool   // first words, or beginnings of stemKey letters, of what names a section
	start  *node             // where phrases in words begin; first words stand in exact
	spare  []node            // nodes are made many at a time
	blocks [][]node
}

func (l *lexicon) node() *node {
	if len(l.spare) == 0 {
		l.spare = make([]node, 256)
		l.blocks = append(l.blocks, l.spare)
	}
	n := &l.spare[0]
	l.spare = l.spare[1:]
	return n
}

// node is a place within phrases.
type node struct {
	ends  []ending
	edges []edge
	words map[string][]*node // edges by their word, where there are many
}

type ending struct {
	topic topic
	lang  uint8
}

type edge struct {
	text string // "" with gap or without a word: nothing is read
	stem bool   // "revert*": the word begins so
	gap  bool   // "…": up to gapWords words
	to   *node
}

// family is a group of languages that are read together: most descriptions need
// English alone, and a process that judges one should not read the rest.
type family int

const (
	english family = iota
	latin
	scripts // languages that are not written in Latin letters
	families
)

// languages lists the word files by family; a language's number is its place.
var languages = [...]struct {
	name   string
	family family
}{
	{"en", english},
	{"de", latin},
	{"es", latin},
	{"fr", latin},
	{"it", latin},
	{"nl", latin},
	{"pt", latin},
	{"ja", scripts},
	{"ko", scripts},
	{"ru", scripts},
	{"zh", scripts},
}

// lexicons holds a family's lists, each read when it is first asked for: words
// are what answers are judged by, headings what markers are recognised by.
type lexicons struct{ words, headings func() *lexicon }

var byFamily = func() (out [families]lexicons) {
	for f := range families {
		out[f] = lexicons{
			words:    sync.OnceValue(func() *lexicon { return mustRead(f, func(t topic) bool { return t > headForeign }) }),
			headings: sync.OnceValue(func() *lexicon { return mustRead(f, inHeadings) }),
		}
	}
	return out
}()

func inHeadings(t topic) bool { return t <= headForeign || t == quoted || t == bot }

func mustRead(f family, keep func(topic) bool) *lexicon {
	l, err := readLexicon(f, keep)
	if err != nil {
		panic(err) // the files are compiled in; a test reads them
	}
	return l
}

func newLexicon() *lexicon {
	return &lexicon{
		exact: map[string]*node{}, stems: map[uint16][]edge{}, runs: map[rune][]edge{}, keys: map[string]bool{}, start: &node{},
	}
}

func readLexicon(f family, keep func(topic) bool) (*lexicon, error) {
	l := newLexicon()
	for i, lang := range languages {
		if lang.family != f {
			continue
		}
		b, err := wordFiles.ReadFile("words/" + lang.name + ".txt")
		if err != nil {
			return nil, err
		}
		if err := l.read(uint8(i), string(b), keep); err != nil {
			return nil, fmt.Errorf("words/%s.txt:%w", lang.name, err)
		}
	}
	l.index()
	return l, nil
}

// index files the edges of nodes that have many, so that one look-up finds the
// way on.
func (l *lexicon) index() {
	l.enter(l.start)
	for _, block := range l.blocks {
		for i := range block {
			n := &block[i]
			if len(n.edges) < 6 {
				continue
			}
			n.words = make(map[string][]*node, len(n.edges))
			n.edges = slices.DeleteFunc(n.edges, func(e edge) bool {
				if e.text == "" || e.stem || e.text == codeMark || e.text == numberMark {
					return false
				}
				n.words[e.text] = append(n.words[e.text], e.to)
				return true
			})
		}
	}
	l.blocks, l.spare, l.start = nil, nil, nil
}

func (l *lexicon) read(lang uint8, file string, keep func(topic) bool) error {
	t := topics
	n := 0
	for line := range strings.Lines(file) {
		n++
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case strings.HasPrefix(line, "== "):
			var ok bool
			if t, ok = topicNames[strings.Trim(line, "= ")]; !ok {
				return fmt.Errorf("%d: no list is called %q", n, strings.Trim(line, "= "))
			}
		case t == topics:
			return fmt.Errorf("%d: a phrase before the first list", n)
		case keep(t):
			for s := range strings.SplitSeq(foldPhrase(line), ";") {
				if s = strings.TrimSpace(s); s != "" {
					l.add(ending{t, lang}, s)
				}
			}
		}
	}
	return nil
}

// foldPhrase folds a phrase and keeps its gaps, which folding would write as
// three full stops.
func foldPhrase(s string) string {
	if !strings.Contains(s, gapMark) {
		return fold(s)
	}
	parts := strings.Split(s, gapMark)
	for i := range parts {
		parts[i] = fold(parts[i])
	}
	return strings.Join(parts, gapMark)
}

func (l *lexicon) add(e ending, s string) {
	if unspaced(s) {
		start := &node{}
		last := l.grow(start, strings.ReplaceAll(s, " ", ""), nextPart, func() *node { return &node{} })
		last.ends = append(last.ends, e)
		l.enterRuns(start)
		return
	}
	last := l.grow(l.start, s, nextWord, l.node)
	last.ends = append(last.ends, e)
	if e.topic <= headBlast {
		l.enterKeys(s)
	}
}

// enterKeys notes the words that a phrase may begin with.
func (l *lexicon) enterKeys(s string) {
	s = strings.TrimLeft(s, " ")
	if s == "" {
		return
	}
	if s[0] == '(' {
		alts, rest := group(s)
		for _, alt := range alts {
			l.enterKeys(alt + " " + rest)
		}
		return
	}
	switch e, rest := nextWord(s); {
	case e.text == "":
		l.enterKeys(rest)
	case e.stem:
		l.keys[e.text[:min(len(e.text), stemKey)]] = true
	default:
		l.keys[e.text] = true
	}
}

// enter files what begins at a node, beside the first words that exact has
// already, under its first words.
func (l *lexicon) enter(n *node) {
	for _, e := range n.edges {
		switch {
		case e.text == "":
			l.enter(e.to)
		case e.stem:
			if len(e.text) > 1 {
				l.stems[stemKeyOf(e.text)] = append(l.stems[stemKeyOf(e.text)], e)
			}
		default:
			// The node may be reached by other words too: what leads on from it is
			// copied, and it stays as it is.
			first := l.exact[e.text]
			if first == nil {
				first = l.node()
				l.exact[e.text] = first
			}
			first.ends, first.edges = append(first.ends, e.to.ends...), append(first.edges, e.to.edges...)
		}
	}
}

// stemKeyOf returns the first two bytes of a word that has two.
func stemKeyOf(w string) uint16 { return uint16(w[0])<<8 | uint16(w[1]) }

// enterRuns files what begins at a node under its first characters.
func (l *lexicon) enterRuns(n *node) {
	for _, e := range n.edges {
		if e.text == "" {
			l.enterRuns(e.to)
			continue
		}
		r, _ := utf8.DecodeRuneInString(e.text)
		l.runs[r] = append(l.runs[r], e)
	}
}
