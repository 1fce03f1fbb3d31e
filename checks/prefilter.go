package checks

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
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
	free     uint64 // expressions whose condition has none, or that have no condition
	// heads[hash] is 1 + the index of the first literal whose first four
	// bytes have that hash; next chains further ones.
	heads [gramSlots]uint16
	next  []uint16
}

type literal struct {
	text  string // folded
	owner uint64 // bits of the expressions that need it
	needs uint64 // bits of the expressions whose condition needs it
}

const (
	gramSize  = 4
	gramSlots = 4096
)

// newPrefilter reads the literals out of the expressions; the i-th has bit i.
// Where conditions[i] is not empty, it has to match somewhere in the text too.
func newPrefilter(exprs, conditions []string) *prefilter {
	f := &prefilter{}
	index := map[string]int{}
	for i := range exprs {
		for _, l := range f.literalsOf(exprs[i], 1<<i, &f.always) {
			f.at(index, l).owner |= 1 << i
		}
		for _, l := range f.literalsOf(conditions[i], 1<<i, &f.free) {
			f.at(index, l).needs |= 1 << i
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

// literalsOf returns the literals of an expression, or sets its bit in none.
func (f *prefilter) literalsOf(expr string, bit uint64, none *uint64) []string {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err == nil {
		if lits := required(re); len(lits) > 0 {
			return lits
		}
	}
	*none |= bit
	return nil
}

func (f *prefilter) at(index map[string]int, text string) *literal {
	text = foldText(text)
	i, ok := index[text]
	if !ok {
		i = len(f.literals)
		index[text] = i
		f.literals = append(f.literals, literal{text: text})
	}
	return &f.literals[i]
}

// in reports which expressions can match in text. A condition may be met by the
// text's name.
func (f *prefilter) in(name, text string) uint64 {
	found, free := f.always, f.free
	eachLiteral(f, name, func(l *literal, _ int) { free |= l.needs })
	eachLiteral(f, text, func(l *literal, _ int) {
		found |= l.owner
		free |= l.needs
	})
	return found & free
}

// eachLiteral calls hit for every literal in text, in order of the places.
func eachLiteral[T string | []byte](f *prefilter, text T, hit func(l *literal, at int)) {
	if len(text) < gramSize {
		return
	}
	// A word of four bytes that slides over the text.
	word := uint32(text[0])<<8 | uint32(text[1])<<16 | uint32(text[2])<<24
	for i := gramSize - 1; i < len(text); i++ {
		word = word>>8 | uint32(text[i])<<24
		for n := f.heads[gramHash(foldWord(word))]; n != 0; n = f.next[n-1] {
			l := &f.literals[n-1]
			if at := i - (gramSize - 1); hasFolded(text[at:], l.text) {
				hit(l, at)
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
const maxLiterals = 256

// required returns literals of which every match holds at least one, the
// most telling set that the expression gives, or nil.
func required(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return required(re.Sub[0])
		}
		return nil
	case syntax.OpConcat:
		var best []string
		whole := []string{""} // what the parts up to here match, when that is a short list
		for _, sub := range re.Sub {
			parts := exact(sub)
			joined := cross(whole, parts)
			if joined == nil {
				best = better(best, whole)
				joined = parts
			}
			if parts == nil {
				best = better(best, required(sub))
				joined = []string{""}
			}
			whole = joined
		}
		return better(best, whole)
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
	return better(nil, exact(re))
}

// exact lists the texts that the expression matches, in lower case, or nil when
// they are too many.
func exact(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return []string{""}
	case syntax.OpLiteral:
		if s := string(re.Rune); isASCII(s) {
			return []string{strings.ToLower(s)}
		}
	case syntax.OpCharClass:
		return exactClass(re.Rune)
	case syntax.OpCapture:
		return exact(re.Sub[0])
	case syntax.OpQuest:
		if e := exact(re.Sub[0]); e != nil {
			return append([]string{""}, e...)
		}
	case syntax.OpConcat:
		all := []string{""}
		for _, sub := range re.Sub {
			if all = cross(all, exact(sub)); all == nil {
				return nil
			}
		}
		return all
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			e := exact(sub)
			if e == nil || len(all)+len(e) > maxLiterals {
				return nil
			}
			all = append(all, e...)
		}
		return all
	}
	return nil
}

// exactClass lists the letters of a small class, given as pairs of bounds.
func exactClass(bounds []rune) []string {
	const few = 8
	var all []string
	for i := 0; i+1 < len(bounds); i += 2 {
		if bounds[i+1] >= 0x80 || int(bounds[i+1]-bounds[i]) > few {
			return nil
		}
		for r := bounds[i]; r <= bounds[i+1]; r++ {
			all = append(all, strings.ToLower(string(r)))
		}
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) > few {
		return nil
	}
	return all
}

// cross joins each text of a with each of b, or returns nil when one is
// unknown or they are too many.
func cross(a, b []string) []string {
	if a == nil || b == nil || len(a)*len(b) > maxLiterals {
		return nil
	}
	all := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			all = append(all, x+y)
		}
	}
	return all
}

// better returns the set whose shortest literal is longer, nil when neither is
// long enough to look for.
func better(a, b []string) []string {
	if shortest(b) >= gramSize && shortest(b) > shortest(a) {
		return b
	}
	return a
}

func shortest(lits []string) int {
	if len(lits) == 0 {
		return 0
	}
	n := len(lits[0])
	for _, l := range lits[1:] {
		n = min(n, len(l))
	}
	return n
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}
