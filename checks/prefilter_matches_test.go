package checks

import (
	"math/rand/v2"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// TestPatternsHoldTheirLiterals writes texts that the patterns of the classes
// match, at random, and asks the prefilter for them: it may let through what
// does not match, and must let through what does.
func TestPatternsHoldTheirLiterals(t *testing.T) {
	const texts = 60
	r := rand.New(rand.NewPCG(1, 2))
	tried := 0
	for _, c := range builtinClasses() {
		for _, rules := range c.rules {
			for i, s := range rules.signals {
				for range texts {
					text := matching(r, s.re.text)
					if !s.re.get().MatchString(text) {
						continue // a boundary or an edge fell in the wrong place
					}
					tried++
					if !s.letsThrough(rules, i, text) {
						t.Fatalf("%s [%s]: the pattern %s matches %q, and the prefilter stops it", c.ID, rules.name, s.re.text, text)
					}
				}
			}
		}
	}
	if tried < 10_000 {
		t.Errorf("only %d texts match", tried)
	}
}

// letsThrough reports whether the prefilter finds what signal i of the rules
// needs in a text that its pattern matches, and where to look.
func (s *signal) letsThrough(rules *classRules, i int, text string) bool {
	filter := rules.prefilter()
	found := filter.free[0]
	found[levels-1] = ^uint64(0) // the conditions are met by what else is in a patch
	eachLiteral(filter, text, func(l *literal, _ int) {
		for level := range found {
			found[level] |= l.need[level]
		}
	})
	for _, bits := range found {
		if bits>>i&1 == 0 {
			return false
		}
	}
	return true
}

// matching writes a text that a pattern matches unless one of its edges forbids it.
func matching(r *rand.Rand, pattern string) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	writeMatching(r, &b, re)
	return b.String()
}

func writeMatching(r *rand.Rand, b *strings.Builder, re *syntax.Regexp) {
	again := func(least, most int) {
		for range least + r.IntN(most-least+1) {
			writeMatching(r, b, re.Sub[0])
		}
	}
	switch re.Op {
	case syntax.OpLiteral:
		for _, c := range re.Rune {
			if re.Flags&syntax.FoldCase != 0 && r.IntN(2) == 0 {
				c = unicode.ToUpper(c)
			}
			b.WriteRune(c)
		}
	case syntax.OpCharClass:
		b.WriteRune(oneOf(r, re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte("a \t-"[r.IntN(4)])
	case syntax.OpCapture:
		writeMatching(r, b, re.Sub[0])
	case syntax.OpStar:
		again(0, 2)
	case syntax.OpPlus:
		again(1, 3)
	case syntax.OpQuest:
		again(0, 1)
	case syntax.OpRepeat:
		again(re.Min, max(re.Min, min(re.Max, re.Min+2)))
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			writeMatching(r, b, sub)
		}
	case syntax.OpAlternate:
		writeMatching(r, b, re.Sub[r.IntN(len(re.Sub))])
	}
}

// oneOf picks a letter of a class, given as pairs of bounds, of ASCII where it
// has some.
func oneOf(r *rand.Rand, bounds []rune) rune {
	i := 2 * r.IntN(len(bounds)/2)
	if bounds[i] >= unicode.MaxASCII {
		i = 0
	}
	return bounds[i] + rune(r.IntN(int(min(bounds[i+1], max(unicode.MaxASCII, bounds[i]))-bounds[i])+1))
}

// TestPrefilterAndPatternsAgree judges the labelled files, and lines of them
// thrown together, once with the literals and once by the patterns alone.
func TestPrefilterAndPatternsAgree(t *testing.T) {
	set := irreversibleSet(t)
	files := make([]File, 0, 2*len(set))
	for _, c := range set {
		files = append(files, c.file())
	}
	r := rand.New(rand.NewPCG(3, 4))
	for _, f := range files[:len(set)] {
		f.Patch = scrambled(r, f.Patch, files[r.IntN(len(set))].Patch)
		files = append(files, f)
	}
	found := 0
	for _, f := range files {
		for _, ref := range builtinPaths().rules(f.Path) {
			fast := matched(f, ref, ref.rules, newPrefilter(ref.rules).in(f.Path, f.Patch)[0])
			plain := matched(f, ref, ref.rules.withoutLiterals(), ^uint64(0))
			if !slices.Equal(fast, plain) {
				t.Errorf("%s [%s] finds in %s\n%s\nwith the prefilter %v\nwithout it %v", ref.class.ID, ref.rules.name, f.Path, f.Patch, fast, plain)
			}
			found += len(plain)
		}
	}
	if found < 500 {
		t.Errorf("only %d lines were found at all", found)
	}
}

// matched lists the lines that are found, in the order of their text: where
// several signals are found, they come in another one.
func matched(f File, ref ruleRef, rules *classRules, signals uint64) []string {
	reader := &fileReader{file: f, work: &work{left: 1 << 40}}
	var texts []string
	for _, h := range reader.match(ref.class, rules, signals) {
		texts = append(texts, h.line.Text+" "+h.signal.re.text)
	}
	slices.Sort(texts)
	return texts
}

// withoutLiterals are the same rules, whose every signal is looked for in every
// statement.
func (r *classRules) withoutLiterals() *classRules {
	all := *r
	all.prefilter = func() *prefilter {
		return &prefilter{free: []foundBits{{^uint64(0), ^uint64(0), ^uint64(0)}}}
	}
	return &all
}

// scrambled deals the lines of two patches anew: some change sides, some lose
// their place, some meet lines of another file.
func scrambled(r *rand.Rand, patches ...string) string {
	var lines []string
	for _, p := range patches {
		lines = append(lines, strings.Split(p, "\n")...)
	}
	r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	for i, l := range lines {
		if l != "" && l[0] != '@' && r.IntN(3) == 0 {
			lines[i] = string("+- "[r.IntN(3)]) + l[1:]
		}
	}
	return "@@ -1,9 +1,9 @@\n" + strings.Join(lines, "\n")
}
