package plan

import (
	"fmt"
	"strings"
	"sync"
)

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
	fault
	hit
	does
	retry
	lone
	instruct
	hint
	ponder
	asked
	bot
	quoted
	sign
	topics
)

var topicNames = map[string]topic{
	"heading rollback": headRollback, "heading worst-case": headWorst, "heading blast-radius": headBlast,
	"heading beside": headBeside, "heading ask": headAsk, "heading foreign": headForeign,
	"back": back, "act": act, "prior": prior, "forward": forward, "never": never, "not": not, "none": none,
	"reason docs": reasonDocs, "reason tests": reasonTests, "reason code": reasonCode, "reason idle": reasonIdle,
	"claim": claim, "assure": assure, "bound": bound, "hedge": hedge, "promise": promise, "before order": before, "group of people": people, "generic": generic, "filler": filler, "stop": stop, "deferred": deferred,
	"data back": dataBack, "data stays": dataStays, "data adds": dataAdds, "data none": dataNone, "data unread": dataUnread,
	"failing": failing, "fault": fault, "hit": hit, "does": does, "retry": retry, "lone": lone, "instruct": instruct, "hint": hint, "ponder": ponder, "asked": asked, "bot": bot, "quoted": quoted, "sign": sign,
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

// family is a group of languages that are read together: most descriptions need
// English alone, and a process that judges one should not read the rest.
type family int

const (
	english family = iota
	latin
	scripts // languages that are not written in Latin letters
	// Each of these is a family by itself, and read only where a description
	// shows signs of it.
	polish
	turkish
	vietnamese
	indonesian
	ukrainian
	czech
	swedish
	families

	further = polish
)

// lexicons holds a family's lists, each read when it is first asked for: words
// are what answers are judged by, headings what markers are recognised by.
type lexicons struct{ words, headings func() *lexicon }

var byFamily = func() (out [families]lexicons) {
	for f := range families {
		out[f] = lexicons{
			words:    sync.OnceValue(func() *lexicon { return mustRead(f, 1, func(t topic) bool { return t > headForeign && t != sign }) }),
			headings: sync.OnceValue(func() *lexicon { return mustRead(f, 8, inHeadings) }),
		}
	}
	return out
}()

func inHeadings(t topic) bool { return t <= headForeign || t == quoted || t == bot }

func mustRead(f family, part int, keep func(topic) bool) *lexicon {
	l, err := readLexicon(f, part, keep)
	if err != nil {
		panic(err) // the files are compiled in; a test reads them
	}
	return l
}

// readLexicon reads the lists of a family that are kept, which are about one
// part in so many of all.
func readLexicon(f family, part int, keep func(topic) bool) (*lexicon, error) {
	size := 0
	for _, lang := range languages {
		if lang.family == f {
			size += len(lang.text)
		}
	}
	l := newLexicon(size / part)
	for i, lang := range languages {
		if lang.family != f {
			continue
		}
		if err := l.read(uint8(i), lang.text, keep); err != nil {
			return nil, fmt.Errorf("words/%s.txt:%w", lang.name, err)
		}
	}
	l.index()
	return l, nil
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
					l.add(ending{topic: t, lang: lang}, s)
				}
			}
		}
	}
	return nil
}

// foldPhrase folds a phrase and keeps its gaps, which folding would write as
// three full stops.
func foldPhrase(s string) string {
	if isFolded(s) {
		return s
	}
	if !strings.Contains(s, gapMark) {
		return fold(s)
	}
	parts := strings.Split(s, gapMark)
	for i := range parts {
		parts[i] = fold(parts[i])
	}
	return strings.Join(parts, gapMark)
}

// isFolded reports a phrase of small letters, as nearly all in English are.
func isFolded(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case 'A' <= c && c <= 'Z':
			return false
		case c >= 0x80:
			if !strings.HasPrefix(s[i:], gapMark) {
				return false
			}
			i += len(gapMark) - 1
		}
	}
	return true
}

func (l *lexicon) add(e ending, s string) {
	if unspaced(s) {
		start := l.node(node{inRun: true})
		l.end(l.grow(start, strings.ReplaceAll(s, " ", ""), nextPart), e)
		l.enterRuns(start)
		return
	}
	l.end(l.grow(0, s, nextWord), e)
	if e.topic <= headBlast {
		l.enterKeys(s, "")
	}
}

// enterKeys notes the words that a phrase may begin with, or where there is
// none, what comes then.
func (l *lexicon) enterKeys(s, then string) {
	s = strings.TrimLeft(s, " ")
	switch {
	case s == "" && then == "":
		return
	case s == "":
		l.enterKeys(then, "")
		return
	case s[0] == '(':
		alts, rest := group(s)
		if then != "" {
			rest += " " + then
		}
		for _, alt := range alts {
			l.enterKeys(alt, rest)
		}
		return
	}
	switch text, p, rest := nextWord(s); p {
	case word:
		l.keys[text] = true
	case stem:
		l.keys[text[:min(len(text), stemKey)]] = true
	default:
		l.enterKeys(rest, then)
	}
}
