package checks

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// maxLiterals keeps the list for one expression short.
const maxLiterals = 256

// requiredBy lists sets of literals; every match of the pattern holds at least
// one literal of each set.
func requiredBy(pattern string) [][]string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	return required(re)
}

func required(re *syntax.Regexp) [][]string {
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return required(re.Sub[0])
		}
		return nil
	case syntax.OpConcat:
		var sets [][]string
		whole := []string{""} // what the parts up to here match, when that is a short list
		for _, sub := range re.Sub {
			parts := exact(sub)
			joined := cross(whole, parts)
			if joined == nil {
				sets = appendUseful(sets, whole)
				joined = parts
			}
			if parts == nil {
				sets = append(sets, required(sub)...)
				joined = []string{""}
			}
			whole = joined
		}
		return appendUseful(sets, whole)
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			var best []string
			for _, lits := range required(sub) {
				if better(best, lits) {
					best = lits
				}
			}
			if best == nil || len(all)+len(best) > maxLiterals {
				return nil
			}
			all = append(all, best...)
		}
		return [][]string{all}
	}
	return appendUseful(nil, exact(re))
}

// appendUseful adds a set whose literals are all long enough to look for.
func appendUseful(sets [][]string, lits []string) [][]string {
	if shortest(lits) < gramSize {
		return sets
	}
	return append(sets, lits)
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

// better reports whether b says more than a: its shortest literal is longer.
func better(a, b []string) bool { return shortest(b) > shortest(a) }

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
