package plan

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// signs is what the further languages are recognised by, as bits of their
// families: words, and letters that stand in no other language that is read.
type signTable struct {
	words   map[string]uint32
	letters map[rune]uint32
	begin   [1 << 10]bool // by the first two letters, whether a word begins so
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
			t.begin[beginning(s)] = true
		}
	}
	return t
})

// beginning is a number for the first two bytes of a word.
func beginning(w string) int { return int(w[0]&31)<<5 | int(w[1]&31) }

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
	for i := 0; i < len(text); {
		n := wordEnd(text[i:])
		if n == 0 {
			_, n = utf8.DecodeRuneInString(text[i:])
			i += n
			continue
		}
		if n > 1 {
			t.weigh(text[i:i+n], &score)
		}
		i += n
	}
	var out []family
	for f := further; f < families; f++ {
		if score[f] > 1 {
			out = append(out, f)
		}
	}
	return out
}

// wordEnd returns how long the word at the start of a text is, or 0.
func wordEnd(s string) int {
	i := 0
	for i < len(s) {
		if c := s[i]; c < utf8.RuneSelf {
			if !letter(c | 0x20) {
				break
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			break
		}
		i += n
	}
	return i
}

// weigh adds what a word says of the languages.
func (t *signTable) weigh(w string, score *[families]int) {
	const longest = 24
	if len(w) > 4*longest {
		return
	}
	set := uint32(0)
	if ascii(w) {
		var buf [longest]byte
		if len(w) > longest || !t.begin[beginning(w)] {
			return
		}
		for i := range len(w) {
			buf[i] = w[i] | 0x20
		}
		set = t.words[string(buf[:len(w)])]
	} else {
		of := uint32(0)
		for _, r := range norm.NFC.String(w) {
			of |= t.letters[unicode.ToLower(r)]
		}
		count(score, of, 1)
		set = t.words[fold(w)]
	}
	count(score, set, 2)
}

func count(score *[families]int, set uint32, n int) {
	for f := further; set != 0 && f < families; f++ {
		if set>>f&1 != 0 {
			score[f] += n
		}
	}
}
