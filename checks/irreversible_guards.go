package checks

import (
	"path"
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
	case guardKind:
		return m.ofKind(g.re, at[0])
	case guardThen, guardThenOld:
		return m.then(g.re, at[1], g.kind == guardThenOld)
	case guardWithin:
		return m.inside(g.re, at[0])
	case guardBeyond:
		return !m.inside(g.re, at[0])
	case guardOld:
		return m.isOld(g.re, at[0])
	}
	return m.crosses(s, g, start, end, at)
}

// ofKind reports whether the document of a manifest that holds the offset is of
// a kind. Where the hunk does not show its kind, the file's name decides.
func (m *matcher) ofKind(re *lazyRegexp, at int) bool {
	line := m.src.lineAt(at)
	for i := line; i >= 0 && m.src.lines[i].hunk == m.src.lines[line].hunk; i-- {
		text := m.src.text(i)
		if hasPrefix(text, "---") {
			break
		}
		if kind, ok := strings.CutPrefix(string(text), "kind:"); ok {
			return re.get().MatchString(strings.Trim(kind, " \t\"'"))
		}
	}
	return re.get().MatchString(path.Base(m.file.Path))
}

// then reports whether the next line of code matches and, with old, was there
// before.
func (m *matcher) then(re *lazyRegexp, at int, old bool) bool {
	for i := m.src.lineAt(at-1) + 1; i < len(m.src.lines); i++ {
		if l := m.src.lines[i]; l.indent >= 0 {
			return !(old && l.changed) && re.get().Match(m.src.text(i))
		}
	}
	return false
}

// onlyMoved reports whether the statement stands among the changed lines of
// the other side too, under the same lines: it was moved or laid out anew. A
// statement on a way back does not count as its other half.
func (m *matcher) onlyMoved(start, end int) bool {
	key := moveKey{m.rules, m.kind}
	other, ok := m.places[key]
	if !ok {
		o := m.matcher(m.rules, '+'+'-'-m.kind)
		other = map[string]bool{}
		m.work.do(len(o.src.code))
		from := 0
		for _, to := range o.src.ends {
			if _, changed := o.src.changedIn(from, to); changed && !o.wayBack(from, o.src.skipSpace(from)) {
				other[o.place(from, to)] = true
			}
			from = to
		}
		if m.places == nil {
			m.places = map[moveKey]map[string]bool{}
		}
		m.places[key] = other
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
	signal *signal
	guard  *lazyRegexp
	kind   byte
}

// crossMatches says for the words of the groups that signal and guard share,
// from which line to which the guard's pattern was found.
type crossMatches map[string]lineSpan

type lineSpan struct{ first, last int }

// anyScope stands for every scope, as the scope of what is not seen does.
const anyScope = "\x01"

// in returns where words were found in a scope or where the scope is not seen.
func (c crossMatches) in(words, scope string) (lineSpan, bool) {
	if scope == "" {
		scope = anyScope
	}
	where, ok := c[words+scope]
	if !ok {
		where, ok = c[words]
	}
	return where, ok
}

// scope is the line above the offset that the rules say things belong to.
func (m *matcher) scope(at int) string {
	if m.rules.scope == nil {
		return ""
	}
	var b strings.Builder
	m.src.above(m.src.lineAt(at), func(text []byte, _ bool) bool {
		if !m.rules.scope.get().Match(text) {
			return true
		}
		squeeze(&b, text)
		return false
	})
	return b.String()
}

// crosses judges the guards that look for the same words in other lines.
func (m *matcher) crosses(s *signal, g guard, start, end int, at []int) bool {
	kind := byte('+')
	if g.kind == guardUnlessRemoved || g.kind == guardIfRemoved {
		kind = '-'
	}
	matches := m.find(m.rules, s, g.re, kind)
	where, found := matches.in(m.words(s, g.re, start, end, at), m.scope(at[0]))
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

// find looks for the guard's pattern in the changed lines of a side, those of a
// way back left out.
func (f *fileReader) find(rules *classRules, s *signal, guard *lazyRegexp, kind byte) crossMatches {
	key := crossKey{s, guard, kind}
	if found, ok := f.cross[key]; ok {
		return found
	}
	m := f.matcher(rules, kind)
	src := m.src
	shared := s.shared(guard)
	found := crossMatches{}
	f.work.do(len(src.code))
	for _, at := range guard.get().FindAllSubmatchIndex(src.code, -1) {
		at[0] = src.skipSpace(at[0])
		line, ok := src.changedIn(at[0], at[1])
		if !ok || m.wayBack(src.begin(at[0]), at[0]) {
			continue
		}
		words := joinWords(shared, func(name string) []byte { return group(guard, src.code, at, name) })
		number := src.lines[line].number
		for _, key := range [2]string{words + m.scope(at[0]), words + anyScope} {
			where, ok := found[key]
			if !ok {
				where.first = number
			}
			where.last = number
			found[key] = where
		}
	}
	if f.cross == nil {
		f.cross = map[crossKey]crossMatches{}
	}
	f.cross[key] = found
	return found
}

// shared lists the named groups that the guard has in common with the signal
// or with what the signal's statement must match.
func (s *signal) shared(with *lazyRegexp) []string {
	var shared []string
	for _, name := range with.names() {
		if slices.Contains(s.re.names(), name) || slices.ContainsFunc(s.guards, func(g guard) bool {
			return g.kind == guardWith && slices.Contains(g.re.names(), name)
		}) {
			shared = append(shared, name)
		}
	}
	return shared
}

// words are what the shared groups hold where the signal was found.
func (m *matcher) words(s *signal, guard *lazyRegexp, start, end int, at []int) string {
	return joinWords(s.shared(guard), func(name string) []byte {
		if slices.Contains(s.re.names(), name) {
			return group(s.re, m.src.code, at, name)
		}
		for _, g := range s.guards {
			if g.kind == guardWith && slices.Contains(g.re.names(), name) {
				statement := m.src.code[start:end]
				return group(g.re, statement, g.re.get().FindSubmatchIndex(statement), name)
			}
		}
		return nil
	})
}

// group returns what a named group holds.
func group(re *lazyRegexp, code []byte, at []int, name string) []byte {
	if i := re.get().SubexpIndex(name); i >= 0 && 2*i < len(at) && at[2*i] >= 0 {
		return code[at[2*i]:at[2*i+1]]
	}
	return nil
}

// joinWords joins words without quotes and in lower case.
func joinWords(names []string, word func(name string) []byte) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteString(strings.ToLower(strings.Trim(string(word(name)), "\"'`[]: \t")))
		b.WriteByte(0)
	}
	return b.String()
}
