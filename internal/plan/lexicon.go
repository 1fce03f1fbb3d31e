package plan

import (
	"embed"
	"fmt"
	"path"
	"strings"
	"sync"
	"unicode"
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
	reasonIdle
	claim
	assure
	bound
	hedge
	promise
	filler
	stop
	deferred
	dataBack
	dataStays
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
	"reason docs": reasonDocs, "reason tests": reasonTests, "reason idle": reasonIdle,
	"claim": claim, "assure": assure, "bound": bound, "hedge": hedge, "promise": promise, "filler": filler, "stop": stop, "deferred": deferred,
	"data back": dataBack, "data stays": dataStays, "data none": dataNone, "data unread": dataUnread,
	"failing": failing, "hit": hit, "instruct": instruct, "bot": bot, "quoted": quoted,
}

// gap limits how much may stand where a phrase has "…".
const (
	gapWords = 4
	gapRunes = 14
)

// phrase is one entry of a list. Words of a Latin, Cyrillic or Hangul phrase are
// compared one by one; a Chinese or Japanese phrase is looked for in the text
// without spaces.
type phrase struct {
	topic topic
	lang  uint8
	words []word   // of a phrase in words
	parts []string // of a phrase without words; between two parts stands a gap
}

type word struct {
	text string
	stem bool // "revert*": the word begins so
	gap  bool // "…": up to gapWords words
}

// lexicon holds every list of every language.
type lexicon struct {
	langs []string // by phrase.lang
	exact map[string][]phrase
	stems map[string][]phrase
	// stemLen has a bit for each length of a first stem.
	stemLen uint32
	runs    map[rune][]phrase
}

// words is what answers are judged by, read once.
var words = sync.OnceValue(func() *lexicon { return mustRead(func(t topic) bool { return t > headForeign }) })

// headings is what headings and labels are recognised by, read once.
var headings = sync.OnceValue(func() *lexicon {
	return mustRead(func(t topic) bool { return t <= headForeign || t == quoted || t == bot })
})

func mustRead(keep func(topic) bool) *lexicon {
	l, err := readLexicon(keep)
	if err != nil {
		panic(err) // the files are compiled in; a test reads them
	}
	return l
}

func readLexicon(keep func(topic) bool) (*lexicon, error) {
	l := &lexicon{
		exact: make(map[string][]phrase, 4096), stems: make(map[string][]phrase, 1024),
		runs: make(map[rune][]phrase, 512),
	}
	entries, err := wordFiles.ReadDir("words")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		b, err := wordFiles.ReadFile(path.Join("words", e.Name()))
		if err != nil {
			return nil, err
		}
		if err := l.read(strings.TrimSuffix(e.Name(), ".txt"), string(b), keep); err != nil {
			return nil, fmt.Errorf("words/%s:%w", e.Name(), err)
		}
	}
	return l, nil
}

func (l *lexicon) read(lang, file string, keep func(topic) bool) error {
	l.langs = append(l.langs, lang)
	t := topics
	for n, line := range strings.Split(file, "\n") {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case strings.HasPrefix(line, "== "):
			var ok bool
			if t, ok = topicNames[strings.Trim(line, "= ")]; !ok {
				return fmt.Errorf("%d: no list is called %q", n+1, strings.Trim(line, "= "))
			}
		case t == topics:
			return fmt.Errorf("%d: a phrase before the first list", n+1)
		case !keep(t):
		default:
			for _, s := range strings.Split(line, ";") {
				for _, v := range expand(strings.TrimSpace(s)) {
					l.add(t, uint8(len(l.langs)-1), foldPhrase(v))
				}
			}
		}
	}
	return nil
}

// foldPhrase folds a phrase and keeps its gaps, which folding would write as
// three full stops.
func foldPhrase(s string) string {
	parts := strings.Split(s, "…")
	for i := range parts {
		parts[i] = fold(parts[i])
	}
	return strings.Join(parts, "…")
}

// expand writes out "(a|b) c" as "a c" and "b c"; an empty alternative is
// allowed.
func expand(s string) []string {
	open := strings.IndexByte(s, '(')
	if open < 0 {
		return []string{s}
	}
	end := open + strings.IndexByte(s[open:], ')')
	var out []string
	for _, rest := range expand(s[end+1:]) {
		for _, alt := range strings.Split(s[open+1:end], "|") {
			out = append(out, s[:open]+alt+rest)
		}
	}
	return out
}

func (l *lexicon) add(t topic, lang uint8, s string) {
	p := phrase{topic: t, lang: lang}
	if unspaced(s) {
		p.parts = strings.Split(strings.ReplaceAll(s, " ", ""), "…")
		r, _ := utf8.DecodeRuneInString(p.parts[0])
		l.runs[r] = append(l.runs[r], p)
		return
	}
	for _, w := range strings.Fields(s) {
		switch {
		case w == "…":
			p.words = append(p.words, word{gap: true})
		case strings.HasSuffix(w, "*"):
			p.words = append(p.words, word{text: strings.TrimSuffix(w, "*"), stem: true})
		default:
			p.words = append(p.words, word{text: w})
		}
	}
	if len(p.words) == 0 {
		return
	}
	first := p.words[0]
	if first.stem {
		l.stems[first.text] = append(l.stems[first.text], p)
		l.stemLen |= 1 << min(len(first.text), 31)
		return
	}
	l.exact[first.text] = append(l.exact[first.text], p)
}

// unspaced reports text in a script that is written without spaces, or whose
// words carry endings that no list can hold (Hangul).
func unspaced(s string) bool {
	for _, r := range s {
		if cjk(r) {
			return true
		}
	}
	return false
}

func cjk(r rune) bool {
	return r >= 0x2e80 && (unicode.Is(unicode.Han, r) || r >= 0x3040 && r <= 0x30ff || r >= 0xac00 && r <= 0xd7af || r >= 0x31f0 && r <= 0x31ff)
}

// match is a phrase found in a unit: words [from,to) of its tokens, or bytes
// [from,to) of its run.
type match struct {
	topic    topic
	lang     uint8
	inRun    bool
	from, to int
}

// find lists every phrase in the unit.
func (l *lexicon) find(tokens []token, run string) []match {
	var out []match
	for i := range tokens {
		if k := tokens[i].kind; k != plainWord && k != number && k != identWord {
			continue
		}
		w := tokens[i].text
		for _, p := range l.exact[w] {
			out = p.match(tokens, i, out)
		}
		for n := 2; n <= len(w) && n < 31; n++ {
			if l.stemLen&(1<<n) == 0 {
				continue
			}
			for _, p := range l.stems[w[:n]] {
				out = p.match(tokens, i, out)
			}
		}
	}
	for i, r := range run {
		for _, p := range l.runs[r] {
			if end := p.inRun(run[i:]); end > 0 {
				out = append(out, match{topic: p.topic, lang: p.lang, inRun: true, from: i, to: i + end})
			}
		}
	}
	return out
}

func (p phrase) match(tokens []token, i int, out []match) []match {
	if end := matchWords(p.words, tokens, i); end > 0 {
		out = append(out, match{topic: p.topic, lang: p.lang, from: i, to: end})
	}
	return out
}

func matchWords(ws []word, tokens []token, i int) int {
	for n, w := range ws {
		if w.gap {
			for skip := 0; skip <= gapWords && i+skip < len(tokens); skip++ {
				if skip > 0 && tokens[i+skip-1].kind == breakMark {
					return 0
				}
				if end := matchWords(ws[n+1:], tokens, i+skip); end > 0 {
					return end
				}
			}
			return 0
		}
		if i >= len(tokens) {
			return 0
		}
		t := tokens[i]
		if !w.is(t) {
			return 0
		}
		i++
	}
	return i
}

// is reports whether a token is the word; "`" is any code span and "<n>" any
// number.
func (w word) is(t token) bool {
	switch w.text {
	case "`":
		return t.kind == codeWord
	case "<n>":
		return t.kind == number
	}
	switch t.kind {
	case plainWord, number, identWord:
		return t.text == w.text || w.stem && strings.HasPrefix(t.text, w.text)
	}
	return false
}

// inRun returns the length of the phrase at the start of run, or 0.
func (p phrase) inRun(run string) int {
	if !strings.HasPrefix(run, p.parts[0]) {
		return 0
	}
	end := len(p.parts[0])
	for _, part := range p.parts[1:] {
		window := run[end:]
		n := 0
		for i := range window {
			if n++; n > gapRunes {
				window = window[:i]
				break
			}
		}
		limit := min(len(run), end+len(window)+len(part))
		k := strings.Index(run[end:limit], part)
		if k < 0 || strings.ContainsAny(run[end:end+k], "，。、；,;!?！？") {
			return 0
		}
		end += k + len(part)
	}
	return end
}
