package plan

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// signTable is what the further languages are recognised by, as bits of their
// families: words, and letters that stand in no other language that is read.
type signTable struct {
	words   map[string]uint32
	letters map[rune]uint32
	begin   [1 << 9]uint64 // a bit by the first two letters and the last, whether a word has them
}

// signsOf reads the list at the head of each further language's file.
var signsOf = sync.OnceValue(func() *signTable {
	t := &signTable{words: map[string]uint32{}, letters: map[rune]uint32{}}
	for _, lang := range languages {
		if lang.family < further {
			continue
		}
		_, list, _ := strings.Cut(lang.text, "== sign ==\n")
		list, _, _ = strings.Cut(list, "\n==")
		for s := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ';' || r == ' ' || r == '\n' }) {
			if r, n := utf8.DecodeRuneInString(s); n == len(s) {
				t.letters[r] |= 1 << lang.family
				continue
			}
			t.words[s] |= 1 << lang.family
			n := beginning(s)
			t.begin[n/64] |= 1 << (n % 64)
		}
	}
	return t
})

// mayBe reports that a sign begins and ends as a word does.
func (t *signTable) mayBe(w string) bool {
	n := beginning(w)
	return t.begin[n/64]>>(n%64)&1 != 0
}

// beginning is a number for the first two bytes of a word and its last.
func beginning(w string) int { return int(w[0]&31)<<10 | int(w[1]&31)<<5 | int(w[len(w)-1]&31) }

// maxSigned is how many bytes of a description are searched for signs of a
// further language.
const maxSigned = 1 << 15

// furtherIn returns the further languages in which some of a text is written. A
// word that is a sign is enough; of words with a telling letter there must be
// two, since one may be a name.
func furtherIn(text string) []family {
	t := signsOf()
	var score [families]int
	text = text[:min(len(text), maxSigned)]
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c < utf8.RuneSelf && c|0x20-'a' > 'z'-'a' {
			continue
		}
		start := i
		for i++; i < len(text) && text[i]|0x20-'a' <= 'z'-'a'; i++ {
		}
		if c >= utf8.RuneSelf || i < len(text) && text[i] >= utf8.RuneSelf {
			i = start + accented(text[start:])
			t.weighAccented(text[start:i], &score)
			i--
			continue
		}
		if w := text[start:i]; len(w) > 2 && t.mayBe(w) {
			t.weigh(w, &score)
		}
	}
	var out []family
	for f := further; f < families; f++ {
		if score[f] > 1 {
			out = append(out, f)
		}
	}
	return out
}

// accented returns how long the word at the start of a text is, or where there
// is none, the first character.
func accented(s string) int {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return max(i, n)
		}
		i += n
	}
	return len(s)
}

// weigh adds what a word of plain letters says of the languages.
func (t *signTable) weigh(w string, score *[families]int) {
	const longest = 24
	if len(w) > longest {
		return
	}
	var buf [longest]byte
	for i := range len(w) {
		buf[i] = w[i] | 0x20
	}
	count(score, t.words[string(buf[:len(w)])], 2)
}

// weighAccented does so with a word that is not only of plain letters.
func (t *signTable) weighAccented(w string, score *[families]int) {
	marked, far := false, false
	for _, r := range w {
		marked = marked || unicode.IsMark(r)
		far = far || r >= 0x530 && (r < 0x1e00 || r >= 0x1f00)
	}
	if far {
		return
	}
	if marked {
		w = norm.NFC.String(w)
	}
	of := uint32(0)
	for _, r := range w {
		of |= t.letters[unicode.ToLower(r)]
	}
	count(score, of, 1)
	count(score, t.words[fold(w)], 2)
}

func count(score *[families]int, set uint32, n int) {
	for f := further; set != 0 && f < families; f++ {
		if set>>f&1 != 0 {
			score[f] += n
		}
	}
}
