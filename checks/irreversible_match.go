package checks

import (
	"bytes"
	"math/bits"
)

// maxWork is how many bytes of one change patterns are tried on. An ordinary
// change of three thousand files takes a tenth of it; what lies behind it
// in a hostile one is not seen, and is treated so.
const maxWork = 1 << 20

// work counts down from maxWork over the files of a change.
type work struct{ left int }

// do takes n bytes off and reports whether there was enough.
func (w *work) do(n int) bool {
	w.left -= n
	return w.left > 0
}

// fileReader holds what is read of one file's patch, each part when it is
// first needed.
type fileReader struct {
	file    File
	work    *work
	moved   bool // the file is judged as if all of it were new
	patch   *patch
	sources map[sourceKey]*source
	cross   map[crossKey]crossMatches
	places  map[moveKey]map[string]bool
}

type sourceKey struct {
	kind byte
	lang *language
}

// hit is a signal found in a changed line.
type hit struct {
	class  *Class
	rules  *classRules
	signal *signal
	line   IrreversibleLine
	words  string // what elsewhere must find, when the signal has it
}

func (f *fileReader) read() patch {
	if f.patch == nil {
		p := readPatch(f.file.Patch)
		f.patch = &p
	}
	return *f.patch
}

// language returns that of the rules, or where they are for files of many
// languages the file's own.
func (f *fileReader) language(rules *classRules) *language {
	if rules.language != nil {
		return rules.language
	}
	return languageOf(f.file.Path)
}

func (f *fileReader) source(kind byte, lang *language) *source {
	key := sourceKey{kind, lang}
	s := f.sources[key]
	if s == nil {
		s = readSource(f.read(), kind, lang, f.moved)
		if f.sources == nil {
			f.sources = map[sourceKey]*source{}
		}
		f.sources[key] = s
	}
	return s
}

// maxHits bounds what is listed of one file and rule: nobody reads more, and a
// hostile patch holds a hundred thousand.
const maxHits = 50

// window is how much of a long statement around a literal a signal sees.
const window = 2048

// match lists the signals of the rules that the file's patch shows, of those
// that can match at all.
func (f *fileReader) match(class *Class, rules *classRules, found uint64) []hit {
	var hits []hit
	for _, kind := range [2]byte{'+', '-'} {
		wanted := found & rules.bits(kind)
		if wanted == 0 {
			continue
		}
		m := f.matcher(rules, kind)
		var done [maxSignals]int
		look := func(set uint64, at int) {
			for ; set != 0 && len(hits) < maxHits && f.work.left > 0; set &= set - 1 {
				i := bits.TrailingZeros64(set)
				if at < done[i] {
					continue
				}
				start, end := m.src.statement(at)
				start, end = max(start, at-window), min(end, at+window)
				done[i] = end
				for _, h := range m.lines(rules.signals[i], start, end) {
					h.class, h.rules = class, rules
					hits = append(hits, h)
				}
			}
		}
		filter := rules.prefilter()
		eachLiteral(filter, m.src.code, func(l *literal, at int) {
			look(l.need[0]&wanted, at)
		})
		if everywhere := wanted & filter.free[0][0]; everywhere != 0 {
			start := 0
			for _, end := range m.src.ends {
				look(everywhere, start)
				start = end
			}
		}
	}
	return hits
}

// matcher looks for the signals of one tool on one side of a patch.
type matcher struct {
	*fileReader
	rules              *classRules
	src                *source
	kind               byte
	upNames, downNames [][]byte // functions that other lines name as the way forth or back
	back               []bool   // by line: a marker above says that the script goes the way back
}

func (f *fileReader) matcher(rules *classRules, kind byte) *matcher {
	return &matcher{fileReader: f, rules: rules, src: f.source(kind, f.language(rules)), kind: kind}
}

// lines returns where the signal is in the part of a statement.
func (m *matcher) lines(s *signal, start, end int) []hit {
	if _, ok := m.src.changedIn(start, end); !ok {
		return nil
	}
	m.work.do(end - start)
	if m.rules.harmless != nil && m.rules.harmless.get().Match(m.src.code[start:end]) {
		return nil
	}
	var hits []hit
	re := s.re.get()
	for _, at := range re.FindAllSubmatchIndex(m.src.code[start:end], -1) {
		for i := range at {
			if at[i] >= 0 {
				at[i] += start
			}
		}
		if !m.work.do((end - start) * (1 + len(s.guards))) {
			break
		}
		at[0] = m.src.skipSpace(at[0])
		line, ok := m.src.changedIn(m.src.skipSigns(at[0], at[1]), at[1])
		if !ok || m.wayBack(start, at[0]) || !m.guarded(s, start, end, at) || m.onlyMoved(start, end) {
			continue
		}
		l := m.src.lines[line]
		h := hit{signal: s, line: IrreversibleLine{Path: m.file.Path, Line: l.number, Text: shorten(l.raw)}}
		if s.elsewhere != nil {
			h.words = m.words(s, s.elsewhere, start, end, at)
		}
		hits = append(hits, h)
	}
	return hits
}

// wayBack reports whether the code at the offset is run by a rollback only.
func (m *matcher) wayBack(start, at int) bool {
	line := m.src.lineAt(at)
	if m.rules.downMarker != nil && m.behindMarker(line) {
		return true
	}
	if m.rules.down == nil {
		return false
	}
	down := false
	decide := func(text []byte) (decided bool) {
		if m.names(m.rules.upNamed, &m.upNames, text) {
			return true
		}
		down = m.rules.down.get().Match(text) || m.names(m.rules.downNamed, &m.downNames, text)
		return down || m.rules.up != nil && m.rules.up.get().Match(text)
	}
	if decide(m.src.code[start:at]) {
		return down
	}
	m.src.above(m.src.lineAt(start), func(text []byte, _ bool) bool {
		if closesItself(text) {
			return true
		}
		return !decide(text)
	})
	return down
}

// names reports whether the text defines a function whose name another line
// gives in the first group of the pattern. The names are read once.
func (m *matcher) names(pattern *lazyRegexp, names *[][]byte, text []byte) bool {
	if pattern == nil {
		return false
	}
	if *names == nil {
		*names = [][]byte{}
		for _, at := range pattern.get().FindAllSubmatch(m.src.code, maxHits) {
			*names = append(*names, append(bytes.Clone(at[1]), '('))
		}
	}
	for _, name := range *names {
		if i := bytes.Index(text, name); i > 0 && (text[i-1] == ' ' || text[i-1] == '\t') {
			return true
		}
	}
	return false
}

// closesItself reports whether a line that opens a function ends it too, so
// that what is indented below does not stand in it.
func closesItself(text []byte) bool {
	t := bytes.TrimSpace(text)
	return bytes.HasSuffix(t, []byte(" end")) || bytes.HasSuffix(t, []byte(";end")) ||
		bytes.HasSuffix(bytes.TrimRight(t, ";,)"), []byte("{}")) || bytes.HasSuffix(t, []byte(": pass"))
}

// behindMarker reports whether the last marker above the line, in its hunk,
// begins the way back.
func (m *matcher) behindMarker(line int) bool {
	if m.back == nil {
		m.back = make([]bool, len(m.src.lines))
		back, hunk := false, -1
		for i, l := range m.src.lines {
			if l.hunk != hunk {
				back, hunk = false, l.hunk
			}
			switch {
			case m.rules.downMarker.get().MatchString(l.raw):
				back = true
			case m.rules.upMarker != nil && m.rules.upMarker.get().MatchString(l.raw):
				back = false
			}
			m.back[i] = back
		}
	}
	return m.back[line]
}
