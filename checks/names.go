package checks

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A textWord is a word of a text as names are compared: in lower case, full
// width plain, without marks that cannot be seen. In scripts that put no spaces
// each letter is a word.
type textWord struct {
	raw    string
	single string // without the plural s of each of its parts: PaymentsApi, paymentapi
	apart  bool   // punctuation stands before it: no name goes across
}

type textWords []textWord

// readWords takes a text apart. It looks at each letter once, whatever the text.
func readWords(text string) textWords {
	if !isASCII(text) {
		text = norm.NFKC.String(text)
	}
	words := make(textWords, 0, len(text)/6)
	apart := true
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case unspaced(r):
			words = append(words, textWord{text[i : i+n], text[i : i+n], apart})
			apart = false
			i += n
		case wordRune(r):
			end := i + n
			for end < len(text) {
				r, n := utf8.DecodeRuneInString(text[end:])
				if !wordRune(r) || unspaced(r) {
					break
				}
				end += n
			}
			if w := newWord(text[i:end], apart); w.raw != "" {
				words = append(words, w)
				apart = false
			}
			i = end
		default:
			apart = apart || !joins(text[i:], r)
			i += n
		}
	}
	return words
}

func newWord(s string, apart bool) textWord {
	if isSmall(s) {
		return textWord{s, singular(s), apart}
	}
	var single strings.Builder
	parts := 0
	for rest := s; rest != ""; parts++ {
		n := partEnd(rest)
		single.WriteString(singular(lowerVisible(rest[:n])))
		rest = rest[n:]
	}
	raw := lowerVisible(s)
	if parts == 1 {
		return textWord{raw, singular(raw), apart}
	}
	return textWord{raw, single.String(), apart}
}

// isSmall reports small letters of ASCII and nothing else.
func isSmall(s string) bool {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return true
}

// partEnd returns where the first part of a camel-case word ends: before a
// capital that follows a small letter or a digit.
func partEnd(s string) int {
	small := false
	for i, r := range s {
		if unicode.IsUpper(r) && small {
			return i
		}
		small = unicode.IsLower(r) || unicode.IsDigit(r)
	}
	return len(s)
}

// lowerVisible is the word in lower case, without characters of no width.
func lowerVisible(s string) string {
	if strings.IndexFunc(s, invisible) >= 0 {
		s = strings.Map(func(r rune) rune {
			if invisible(r) {
				return -1
			}
			return r
		}, s)
	}
	return strings.ToLower(s)
}

func invisible(r rune) bool {
	return r >= 0x80 && (unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r))
}

func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || invisible(r)
}

// unspaced reports a letter of a script whose words do not stand apart, or, as
// in Korean, carry their endings without a space.
func unspaced(r rune) bool {
	return r >= 0xE00 && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai) || r == 'ー')
}

// joins reports whether what stands before text's first character may hold a
// name together: spaces, hyphens, underscores and slashes do, ticks and stars
// are Markdown, and a full stop does unless it ends a sentence.
func joins(text string, r rune) bool {
	switch r {
	case ' ', '\t', '\r', '\n', '-', '_', '/', '`', '*', '~', '\'', '‐', '‑', '\u00a0', '·', '・':
		return true
	case '.':
		return len(text) > 1 && text[1] > ' '
	}
	return false
}

// singular takes the plural s off a word that is long enough to have one.
func singular(s string) string {
	if len(s) > 4 && s[len(s)-1] == 's' && s[len(s)-2] != 's' {
		return s[:len(s)-1]
	}
	return s
}

// A nameTree finds names in words, however many names there are: each node is
// how some names begin, the first of them how all do.
type nameTree struct {
	next map[nameStep]int32
	ends [][]int // by node, what is named by the letters up to there
}

// nameStep goes on from a node by a letter.
type nameStep struct {
	node   int32
	letter rune
}

// newNameTree makes room for names of so many letters.
func newNameTree(letters int) *nameTree {
	return &nameTree{next: make(map[nameStep]int32, letters), ends: make([][]int, 1, letters+1)}
}

// apartMark stands in a key where punctuation parts a name: "Search (EU)" is
// found as it is written, and as "search EU", but "payment, service" is not
// payment-service.
const apartMark = '\x00'

// add puts in a name as written together, with and without a plural s.
func (t *nameTree) add(name string, id int) {
	var raw, single, parted string
	for i, w := range readWords(name) {
		if i > 0 && w.apart {
			parted += string(apartMark)
		}
		parted += w.raw
		raw += w.raw
		single += w.single
	}
	if raw != "" {
		t.insert(raw, id)
		t.insert(raw+"s", id)
		if single != raw {
			t.insert(single, id)
		}
		if parted != raw {
			t.insert(parted, id)
		}
	}
}

func (t *nameTree) insert(key string, id int) {
	at := int32(0)
	for _, r := range key {
		step := nameStep{at, r}
		n, ok := t.next[step]
		if !ok {
			n = int32(len(t.ends))
			t.next[step] = n
			t.ends = append(t.ends, nil)
		}
		at = n
	}
	if !slices.Contains(t.ends[at], id) {
		t.ends[at] = append(t.ends[at], id)
	}
}

// find calls found for each name that begins with the word at start, with the
// index behind its last word.
func (t *nameTree) find(ws textWords, start int, found func(id, end int)) {
	read := t.walk(ws[start:], textWord.asWritten, func(id, n int) { found(id, start+n) })
	plural := func(w textWord) bool { return w.raw != w.single }
	if slices.ContainsFunc(ws[start:start+read], plural) {
		t.walk(ws[start:], textWord.withoutPlural, func(id, n int) { found(id, start+n) })
	}
}

func (w textWord) asWritten() string     { return w.raw }
func (w textWord) withoutPlural() string { return w.single }

// walk follows the words down the tree and returns how many it looked at.
func (t *nameTree) walk(ws textWords, form func(textWord) string, found func(id, n int)) int {
	at := int32(0)
	for i, w := range ws {
		if i > 0 && w.apart {
			if at = t.next[nameStep{at, apartMark}]; at == 0 {
				return i
			}
		}
		for _, r := range form(w) {
			if at = t.next[nameStep{at, r}]; at == 0 {
				return i + 1
			}
		}
		for _, id := range t.ends[at] {
			found(id, i+1)
		}
	}
	return len(ws)
}

// What the words of boundNames say.
const (
	namesAll      = iota // all systems
	namesAllAlone        // all, where nothing else is said with it
)

// boundNames are the words for all systems in scripts without spaces.
var boundNames = sync.OnceValue(func() *nameTree {
	t := newNameTree(0)
	for _, all := range []string{"全部", "所有", "全", "すべての", "全ての", "모든"} {
		for _, what := range []string{"系统", "系統", "服务", "服務", "システム", "サービス", "시스템", "서비스"} {
			t.add(all+what, namesAll)
		}
	}
	for _, alone := range []string{"全部", "すべて", "全て", "전부", "전체"} {
		t.add(alone, namesAllAlone)
	}
	return t
})

// allAt reports whether the words set the bound at everything: "all services",
// "every system", "everything". "All other services" and "everything else" set
// none.
func (ws textWords) allAt(i int) bool { return ws.quantifiedAt(i) || ws.everythingAt(i) }

func (ws textWords) quantifiedAt(i int) bool {
	switch ws[i].raw {
	case "all", "every", "each", "alle", "tous", "toutes", "todos", "todas":
	default:
		return false
	}
	if !ws[i].apart && slices.Contains([]string{"not", "nicht", "pas", "no"}, ws[i-1].raw) {
		return false
	}
	for _, w := range ws[i+1 : min(i+4, len(ws))] {
		if w.apart {
			return false
		}
		switch w.single {
		case "system", "service", "component", "application", "app", "apps",
			"systeme", "dienst", "dienste", "système", "sistema", "servicio", "serviço":
			return true
		case "of", "the", "our", "your", "these", "production", "prod", "single", "les", "los", "las", "os", "nos", "unsere":
		default:
			return false
		}
	}
	return false
}

// everythingAt reports "everything" as a bound: it opens a clause or follows
// what hits it. In "you can see everything in the cart" it is neither.
func (ws textWords) everythingAt(i int) bool {
	if ws[i].raw != "everything" {
		return false
	}
	if i+1 < len(ws) && !ws[i+1].apart && ws[i+1].raw == "else" {
		return false
	}
	if ws[i].apart {
		return true
	}
	switch ws[i-1].raw {
	case "hit", "hits", "affect", "affects", "break", "breaks", "reach", "reaches", "down", "stops", "impacts",
		"potentially", "practically", "literally", "basically", "is":
		return true
	}
	return false
}
