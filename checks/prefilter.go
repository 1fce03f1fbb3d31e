package checks

import (
	"encoding/binary"
	"regexp/syntax"
	"strings"
)

// A prefilter finds, in one pass over a text, which of up to 64 regular
// expressions can match at all: those for which one of the literals that every
// match must hold is there. Case is ignored. A regular expression costs some
// hundred times more a byte than this pass, and nearly every changed line of
// nearly every change matches none of them.
type prefilter struct {
	literals []literal
	always   uint64 // expressions without a literal to look for
	// heads[hash] is 1 + the index of the first literal whose first four
	// bytes have that hash; next chains further ones.
	heads [gramSlots]uint16
	next  []uint16
}

type literal struct {
	text  string // folded
	owner uint64 // bits of the expressions that need it
}

const (
	gramSize  = 4
	gramSlots = 4096
)

// newPrefilter reads the literals out of the expressions; the i-th has bit i.
func newPrefilter(exprs []string) *prefilter {
	f := &prefilter{}
	index := map[string]int{}
	for i, expr := range exprs {
		re, err := syntax.Parse(expr, syntax.Perl)
		lits := []string(nil)
		if err == nil {
			lits = required(re)
		}
		if len(lits) == 0 {
			f.always |= 1 << i
			continue
		}
		for _, l := range lits {
			l = foldText(l)
			at, ok := index[l]
			if !ok {
				at = len(f.literals)
				index[l] = at
				f.literals = append(f.literals, literal{text: l})
			}
			f.literals[at].owner |= 1 << i
		}
	}
	f.next = make([]uint16, len(f.literals))
	for i, l := range f.literals {
		h := gramHash(foldWord(binary.LittleEndian.Uint32([]byte(l.text[:gramSize]))))
		f.next[i] = f.heads[h]
		f.heads[h] = uint16(i + 1)
	}
	return f
}

// in reports which expressions can match in text.
func (f *prefilter) in(text string) uint64 {
	found := f.always
	eachLiteral(f, text, func(owner uint64, _ int) { found |= owner })
	return found
}

// eachLiteral calls hit for every literal in text, in order of the places.
func eachLiteral[T string | []byte](f *prefilter, text T, hit func(owner uint64, at int)) {
	if len(text) < gramSize {
		return
	}
	// A word of four bytes that slides over the text: no bounds are checked in
	// the loop but the one of the next byte.
	word := uint32(text[0])<<8 | uint32(text[1])<<16 | uint32(text[2])<<24
	for i := gramSize - 1; i < len(text); i++ {
		word = word>>8 | uint32(text[i])<<24
		for n := f.heads[gramHash(foldWord(word))]; n != 0; n = f.next[n-1] {
			l := &f.literals[n-1]
			if at := i - (gramSize - 1); hasFolded(text[at:], l.text) {
				hit(l.owner, at)
			}
		}
	}
}

func foldWord(w uint32) uint32 { return w | 0x20202020 }

func gramHash(w uint32) uint32 { return (w * 2654435761) >> 20 }

// foldText folds as foldWord does: letters to lower case, and some signs onto
// others, which only lets a few more texts through.
func foldText(s string) string {
	b := []byte(s)
	for i := range b {
		b[i] |= 0x20
	}
	return string(b)
}

func hasFolded[T string | []byte](text T, folded string) bool {
	if len(text) < len(folded) {
		return false
	}
	for i := 0; i < len(folded); i++ {
		if text[i]|0x20 != folded[i] {
			return false
		}
	}
	return true
}

// maxLiterals keeps the list for one expression short.
const maxLiterals = 64

// required returns literals of which every match holds at least one, the
// most telling set that the expression gives, or nil.
func required(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		if s := string(re.Rune); len(s) >= gramSize && isASCII(s) {
			return []string{s}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return required(re.Sub[0])
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if lits := required(sub); better(lits, best) {
				best = lits
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			lits := required(sub)
			if lits == nil || len(all)+len(lits) > maxLiterals {
				return nil
			}
			all = append(all, lits...)
		}
		return all
	}
	return nil
}

// better prefers the set whose shortest literal is longer.
func better(a, b []string) bool { return a != nil && (b == nil || shortest(a) > shortest(b)) }

func shortest(lits []string) int {
	n := len(lits[0])
	for _, l := range lits[1:] {
		n = min(n, len(l))
	}
	return n
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}
