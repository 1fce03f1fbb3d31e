package checks

import (
	"slices"
	"strings"
)

// guarded reports whether every guard of the signal lets the match count.
func (m *matcher) guarded(s *signal, start, end int, at []int) bool {
	for _, g := range s.guards {
		if !m.passes(s, g, start, end, at) {
			return false
		}
	}
	return true
}

func (m *matcher) passes(s *signal, g guard, start, end int, at []int) bool {
	switch g.kind {
	case guardUnless:
		return !g.re.get().Match(m.src.code[at[0]:at[1]])
	case guardWith:
		return g.re.get().Match(m.src.code[start:end])
	case guardNot:
		return !g.re.get().Match(m.src.code[start:end])
	case guardNeeds:
		return g.re.get().MatchString(m.file.Path) || g.re.get().MatchString(m.file.Patch)
	case guardLacks:
		return !g.re.get().MatchString(m.file.Patch)
	case guardThenOld:
		return m.thenOld(g.re, at[1])
	case guardWithin:
		return m.inside(g.re, at[0])
	case guardBeyond:
		return !m.inside(g.re, at[0])
	case guardOld:
		return m.isOld(g.re, at[0])
	}
	return m.crosses(s, g, at)
}

// thenOld reports whether the next line of code was there before and matches.
func (m *matcher) thenOld(re *lazyRegexp, at int) bool {
	for i := m.src.lineAt(at-1) + 1; i < len(m.src.lines); i++ {
		if l := m.src.lines[i]; l.indent >= 0 {
			return !l.changed && re.get().Match(m.src.text(i))
		}
	}
	return false
}

// onlyMoved reports whether the statement stands among the changed lines of
// the other side too, under the same lines: it was moved or laid out anew. A
// statement on a way back does not count as its other half.
func (m *matcher) onlyMoved(start, end int) bool {
	key := moveKey{m.rules, m.kind}
	other, ok := m.moved[key]
	if !ok {
		kind := byte('+' + '-' - m.kind)
		o := matcher{fileReader: m.fileReader, rules: m.rules, src: m.fileReader.source(kind, m.rules.language), kind: kind}
		other = map[string]bool{}
		from := 0
		for _, to := range o.src.ends {
			if _, changed := o.src.changedIn(from, to); changed && !o.wayBack(from, o.src.skipSpace(from)) {
				other[o.place(from, to)] = true
			}
			from = to
		}
		if m.moved == nil {
			m.moved = map[moveKey]map[string]bool{}
		}
		m.moved[key] = other
	}
	return other[m.place(start, end)]
}

type moveKey struct {
	rules *classRules
	kind  byte
}

// place is a statement with the two lines that it stands under, without what
// only lays them out.
func (m *matcher) place(start, end int) string {
	var b strings.Builder
	squeeze(&b, m.src.code[start:end])
	n := 0
	m.src.above(m.src.lineAt(m.src.skipSpace(start)), func(text []byte, _ bool) bool {
		b.WriteByte(0)
		squeeze(&b, text)
		n++
		return n < 2
	})
	return b.String()
}

// squeeze writes text without space and quotes, in lower case.
func squeeze(b *strings.Builder, text []byte) {
	for _, c := range text {
		switch {
		case c <= ' ', c == '"', c == '\'', c == '`', c == ',', c == ';':
		case c >= 'A' && c <= 'Z':
			b.WriteByte(c | 0x20)
		default:
			b.WriteByte(c)
		}
	}
}

// inside reports whether what stands around the offset matches.
func (m *matcher) inside(re *lazyRegexp, at int) bool {
	found := false
	m.src.above(m.src.lineAt(at), func(text []byte, _ bool) bool {
		found = re.get().Match(text)
		return !found
	})
	return found
}

// isOld reports whether the thing that the offset belongs to was there before:
// a setting of something new takes nothing away.
func (m *matcher) isOld(re *lazyRegexp, at int) bool {
	if m.file.Status == Added {
		return false
	}
	old := true
	m.src.above(m.src.lineAt(at), func(text []byte, changed bool) bool {
		if !re.get().Match(text) {
			return true
		}
		old = !changed
		return false
	})
	return old
}

type crossKey struct {
	signal, guard *lazyRegexp
	kind          byte
}

// crossMatches says for the words of the groups that signal and guard share,
// from which line to which the guard's pattern was found.
type crossMatches map[string]struct{ first, last int }

// crosses judges the guards that look for the same words in other lines.
func (m *matcher) crosses(s *signal, g guard, at []int) bool {
	kind := byte('+')
	if g.kind == guardUnlessRemoved || g.kind == guardIfRemoved {
		kind = '-'
	}
	matches := m.find(s.re, g.re, kind, m.rules.language)
	where, found := matches[sharedWords(s.re, g.re, m.src.code, at)]
	number := m.src.lines[m.src.lineAt(at[0])].number
	switch g.kind {
	case guardIfAdded, guardIfRemoved:
		return found
	case guardUnlessBefore:
		return !found || where.first >= number
	case guardUnlessAfter:
		return !found || where.last <= number
	}
	return !found
}

// find looks for the guard's pattern in the changed lines of a side.
func (f *fileReader) find(signal, guard *lazyRegexp, kind byte, lang *language) crossMatches {
	key := crossKey{signal, guard, kind}
	if found, ok := f.cross[key]; ok {
		return found
	}
	src := f.source(kind, lang)
	found := crossMatches{}
	for _, at := range guard.get().FindAllSubmatchIndex(src.code, -1) {
		at[0] = src.skipSpace(at[0])
		line, ok := src.changedIn(at[0], at[1])
		if !ok {
			continue
		}
		words := sharedWords(guard, signal, src.code, at)
		where, ok := found[words]
		number := src.lines[line].number
		if !ok {
			where.first = number
		}
		where.last = number
		found[words] = where
	}
	if f.cross == nil {
		f.cross = map[crossKey]crossMatches{}
	}
	f.cross[key] = found
	return found
}

// sharedWords joins what the named groups of re that other has too hold in a
// match, without quotes and in lower case.
func sharedWords(re, other *lazyRegexp, code []byte, at []int) string {
	var words []string
	for _, name := range re.names() {
		if !slices.Contains(other.names(), name) {
			continue
		}
		word := ""
		if i := re.get().SubexpIndex(name); at[2*i] >= 0 {
			word = strings.ToLower(strings.Trim(string(code[at[2*i]:at[2*i+1]]), "\"'`[]: \t"))
		}
		words = append(words, word)
	}
	return strings.Join(words, "\x00")
}
