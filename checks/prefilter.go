package checks

import "encoding/binary"

// A prefilter finds, in one pass over a text, which signals of some rules can
// match at all: those for which the literals are there that every match must
// hold. Case is ignored. A regular expression costs some hundred times more a
// byte than this pass, and nearly every changed line of nearly every change
// matches none of them.
type prefilter struct {
	literals []literal
	free     []foundBits // by rule: what needs no literal
	// grams has a bit for the hash of four bytes of every literal; heads[slot]
	// is 1 + the index of the first literal in the slot, next chains further ones.
	grams [1 << gramBits / 64]uint64
	heads [1 << slotBits]uint16
	next  []uint16
}

// literal is a text to look for.
type literal struct {
	text string // folded
	need foundBits
	hash uint32 // of the four bytes that are looked up
	gram uint16 // their offset
	rule uint16 // index into what the prefilter was made for
}

// foundBits says by level which signals have the literals that they need, or
// which need a literal. The first level is the one by which places are found.
type foundBits [levels]uint64

const (
	levels   = 3
	gramSize = 4
	gramBits = 16
	slotBits = 12
)

// ruleLiterals are the literals of one rule and the signals that need none.
type ruleLiterals struct {
	literals []literal
	free     foundBits
}

// literalsOf gathers what a text must hold for each signal of a rule.
func literalsOf(requirements []requirement) ruleLiterals {
	var r ruleLiterals
	index := map[string]int{}
	for k, need := range requirements {
		for level, lits := range need {
			if len(lits) == 0 {
				r.free[level] |= 1 << k
			}
			for _, text := range lits {
				i, ok := index[text]
				if !ok {
					i = len(r.literals)
					index[text] = i
					r.literals = append(r.literals, newLiteral(text))
				}
				r.literals[i].need[level] |= 1 << k
			}
		}
	}
	return r
}

func newPrefilter(rules ...*classRules) *prefilter {
	free := make([]foundBits, len(rules))
	n := 0
	for _, r := range rules {
		n += len(r.literals().literals)
	}
	all := make([]literal, 0, n)
	for i, r := range rules {
		lits := r.literals()
		free[i] = lits.free
		for _, l := range lits.literals {
			l.rule = uint16(i)
			all = append(all, l)
		}
	}
	f := prefilterOf(all)
	f.free = free
	return f
}

// prefilterOf looks for literals.
func prefilterOf(literals []literal) *prefilter {
	f := &prefilter{literals: literals, next: make([]uint16, len(literals))}
	for i, l := range literals {
		f.grams[l.hash/64] |= 1 << (l.hash % 64)
		slot := l.hash >> (gramBits - slotBits)
		f.next[i] = f.heads[slot]
		f.heads[slot] = uint16(i + 1)
	}
	return f
}

// newLiteral makes a text ready to be looked for.
func newLiteral(text string) literal {
	gram := rarestGram(text)
	return literal{text: text, gram: uint16(gram), hash: gramHash(binary.LittleEndian.Uint32([]byte(text[gram:])))}
}

// in reports by rule which signals can match in text. What is asked of the
// text besides the signal's own pattern may be met by its name.
func (f *prefilter) in(name, text string) []uint64 { return new(found).in(f, name, text) }

// found is the room for what is found in one text after another.
type found struct {
	levels []foundBits
	all    []uint64
}

func (r *found) in(f *prefilter, name, text string) []uint64 {
	r.levels, r.all = append(r.levels[:0], f.free...), r.all[:0]
	eachLiteral(f, name, func(l *literal, _ int) { r.levels[l.rule][levels-1] |= l.need[levels-1] })
	eachLiteral(f, text, func(l *literal, _ int) {
		for i := range l.need {
			r.levels[l.rule][i] |= l.need[i]
		}
	})
	for _, bits := range r.levels {
		r.all = append(r.all, bits[0]&bits[1]&bits[2])
	}
	return r.all
}

// eachLiteral calls hit for every literal in text, in order of the places.
func eachLiteral[T string | []byte](f *prefilter, text T, hit func(l *literal, at int)) {
	if len(text) < gramSize {
		return
	}
	// A word of four bytes slides over the text.
	word := uint32(folded[text[0]])<<8 | uint32(folded[text[1]])<<16 | uint32(folded[text[2]])<<24
	for i := gramSize - 1; i < len(text); i++ {
		word = word>>8 | uint32(folded[text[i]])<<24
		h := gramHash(word)
		if f.grams[h/64]&(1<<(h%64)) == 0 {
			continue
		}
		for n := f.heads[h>>(gramBits-slotBits)]; n != 0; n = f.next[n-1] {
			l := &f.literals[n-1]
			if at := i - (gramSize - 1) - int(l.gram); at >= 0 && hasFolded(text[at:], l.text) {
				hit(l, at)
			}
		}
	}
}

func gramHash(w uint32) uint32 { return (w * 2654435761) >> (32 - gramBits) }

// usual is how usual a byte is in texts, the more the higher; what is not
// named is rare.
var usual = [256]uint8{
	' ': 9, 'e': 9, 't': 9, 'a': 9, 'o': 8, 'i': 8, 'n': 8, 's': 8, 'r': 8, 'l': 7, 'd': 7, 'c': 7, 'u': 6, 'm': 6,
	'p': 6, 'f': 5, 'g': 5, 'y': 4, 'b': 4, 'h': 6, 'w': 4, 'v': 3, 'k': 3,
}

// rarestGram returns where in a literal the four bytes stand that are the
// least usual in texts.
func rarestGram(text string) int {
	best, at := 255, 0
	for i := 0; i+gramSize <= len(text); i++ {
		if n := int(usual[text[i]]) + int(usual[text[i+1]]) + int(usual[text[i+2]]) + int(usual[text[i+3]]); n < best {
			best, at = n, i
		}
	}
	return at
}

// folded is a byte as texts are compared: letters in lower case, and white
// space of any kind a space, which is how patterns ask for it.
var folded = func() (to [256]byte) {
	for i := range to {
		to[i] = byte(i)
		if 'A' <= i && i <= 'Z' {
			to[i] |= 0x20
		}
	}
	for _, c := range "\t\n\v\f\r" {
		to[c] = ' '
	}
	return to
}()

func foldText(s string) string {
	b := []byte(s)
	for i := range b {
		b[i] = folded[b[i]]
	}
	return string(b)
}

// hasFolded reports whether the text begins with what is folded already.
func hasFolded[T string | []byte](text T, prefix string) bool {
	if len(text) < len(prefix) {
		return false
	}
	for i := 0; i < len(prefix); i++ {
		if folded[text[i]] != prefix[i] {
			return false
		}
	}
	return true
}
