package checks

import (
	_ "embed"
	"hash/crc64"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// requirement is what a text must hold for a signal: one literal of each list.
// The first two are the most telling ones of its pattern, the third is
// of its conditions.
type requirement [levels][]string

func (s *signal) requirement() requirement {
	var r requirement
	for _, lits := range requiredBy(s.re.text) {
		switch {
		case better(r[0], lits):
			r[0], r[1] = lits, r[0]
		case better(r[1], lits):
			r[1] = lits
		}
	}
	for _, g := range s.guards {
		switch g.kind {
		case guardNeeds, guardWith, guardWithin, guardIfAdded, guardIfRemoved:
			for _, lits := range requiredBy(g.re.text) {
				if better(r[2], lits) {
					r[2] = lits
				}
			}
		}
	}
	for i, lits := range r {
		r[i] = slices.Compact(slices.Sorted(slices.Values(lits)))
	}
	return r
}

// literalsText holds the requirements of every rule, because reading them out
// of the patterns takes ten times as long as judging a change of usual size.
// "go test ./checks -run TestLiteralsAreWritten -write" writes it.
//
//go:embed classes/literals.list
var literalsText string

// literalsByRule splits the text into the parts of the rules, by the line that
// begins each: "[", the class, the rule and a sum over its patterns.
var literalsByRule = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for _, part := range strings.Split("\n"+literalsText, "\n[")[1:] {
		head, rest, _ := strings.Cut(part, "\n")
		all["["+head] = rest
	}
	return all
})

// requirements returns those of the rule's signals. What is written down for
// other patterns than it has now is not used.
func (r *classRules) requirements(class string) []requirement {
	text, ok := literalsByRule()[r.literalsKey(class)]
	if !ok {
		return r.computeRequirements()
	}
	all := make([]requirement, len(r.signals))
	i := 0
	for line := range strings.Lines(text) {
		if i == len(r.signals)*levels {
			break
		}
		if lits := strings.Trim(line, "\t\n"); lits != "" {
			all[i/levels][i%levels] = strings.Split(lits, "\t")
		}
		i++
	}
	if i < len(r.signals)*levels {
		return r.computeRequirements()
	}
	return all
}

func (r *classRules) computeRequirements() []requirement {
	all := make([]requirement, len(r.signals))
	for i, s := range r.signals {
		all[i] = s.requirement()
	}
	return all
}

func (r *classRules) literalsKey(class string) string {
	text := make([]byte, 0, 4096)
	for _, s := range r.signals {
		text = append(text, s.re.text...)
		for _, g := range s.guards {
			text = append(append(text, 0), g.kind...)
			text = append(append(text, 0), g.re.text...)
		}
		text = append(text, '\n')
	}
	sum := crc64.Checksum(text, crc64.MakeTable(crc64.ECMA))
	return "[" + class + "/" + r.name + " " + strconv.FormatUint(sum, 36) + "]"
}

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
			if repeated := exact(once(sub)); repeated != nil {
				// "alter\s+table" holds both "alter " and " table".
				if joined := cross(whole, repeated); joined != nil {
					whole = joined
				}
				sets, whole = appendUseful(sets, whole), repeated
				continue
			}
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

// once returns what an expression that stands at least once repeats, or what
// matches nothing.
func once(re *syntax.Regexp) *syntax.Regexp {
	if re.Op == syntax.OpPlus || re.Op == syntax.OpRepeat && re.Min > 0 {
		return re.Sub[0]
	}
	return &syntax.Regexp{Op: syntax.OpNoMatch}
}

// appendUseful adds a set whose literals are all long enough to look for.
func appendUseful(sets [][]string, lits []string) [][]string {
	if shortest(lits) < gramSize {
		return sets
	}
	return append(sets, lits)
}

// exact lists the texts that the expression matches, folded, or nil when they
// are too many.
func exact(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return []string{""}
	case syntax.OpLiteral:
		if s := string(re.Rune); isASCII(s) {
			return []string{foldText(s)}
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
			all = append(all, foldText(string(r)))
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
