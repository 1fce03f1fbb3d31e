package plan

import (
	"strings"
	"unicode"
)

// kinds is a set of section kinds, by their index in Options.Kinds.
type kinds uint64

// maxKinds is how many kinds a set holds.
const maxKinds = 64

// marking recognises headings and labels.
type marking struct {
	own   map[string]kinds // folded headings of the kinds
	topic [3]int           // kind index of the built-in kinds, or -1
	// shortest is the fewest bytes that a marker takes.
	shortest int
	first    map[string]bool // first words of own
	finder   *finder
	further  []family // languages that the description shows signs of
}

func newMarking(ks []Kind) marking {
	m := marking{own: make(map[string]kinds, len(ks)*2), topic: [3]int{-1, -1, -1}, finder: new(finder)}
	for i, k := range ks[:min(len(ks), maxKinds)] {
		switch k.ID {
		case Rollback:
			m.topic[0] = i
		case WorstCase:
			m.topic[1] = i
		case BlastRadius:
			m.topic[2] = i
		}
		m.own[compare(k.Title)] |= 1 << i
		for _, a := range k.Also {
			m.own[compare(a)] |= 1 << i
		}
	}
	delete(m.own, "")
	m.shortest = 4 // "Undo", two Chinese characters
	m.first = make(map[string]bool, len(m.own))
	for title := range m.own {
		m.shortest = min(m.shortest, len(title))
		w, _, _ := strings.Cut(title, " ")
		m.first[w] = true
	}
	return m
}

// heading is what a marker's words say.
type heading struct {
	kinds   kinds
	foreign bool   // it names a further subject beside ours: "Rollout / Rollback"
	langs   uint32 // of the words that name it; none where they are English too
	english bool   // English names it, in words that its file spells out
}

// match reads the words of a heading or label. A heading marks a section when
// it names it and says nothing that it would not say beside: "Rollback plan
// (required)" does, "Add a rollback button" does not. A question may say more.
func (m *marking) match(text string) (heading, bool) {
	text = strings.TrimSpace(text)
	if len(text) < m.shortest || len(text) > 160 || !wordy(text) || text[0] == '`' {
		return heading{}, false
	}
	if !m.mayMark(text) {
		return heading{}, false
	}
	if k, ok := m.own[compare(text)]; ok {
		return heading{kinds: k}, true
	}
	bare := dropSuffix(text)
	if k, ok := m.own[compare(bare)]; ok {
		return heading{kinds: k}, true
	}
	var u unit
	u.tokenise(fold(bare))
	if len(u.tokens) == 0 || len(u.tokens) > 24 {
		return heading{}, false
	}
	asks := strings.ContainsAny(text, "?？")
	found := m.finder.find(vocabulary{byFamily[english].headings()}, u.tokens, u.run)
	h, ok := m.weigh(u, found, asks)
	if ok && h.english {
		return h, true
	}
	if u.run == "" && ascii(bare) {
		// What is found in one family does not depend on the others.
		found = append(found, m.finder.find(vocabulary{byFamily[latin].headings()}, u.tokens, u.run)...)
		for _, f := range m.further {
			found = append(found, m.finder.find(vocabulary{byFamily[f].headings()}, u.tokens, u.run)...)
		}
	} else {
		found = m.finder.find(headingWords(bare, m.further...), u.tokens, u.run)
	}
	if other, named := m.weigh(u, found, asks); named {
		return other, true
	}
	return h, ok
}

// mayMark is a quick look: no plain text marks a section without a word that
// names one.
func (m *marking) mayMark(text string) bool {
	if !ascii(text) || len(m.further) > 0 {
		return true
	}
	en, la := byFamily[english].headings().keys, byFamily[latin].headings().keys
	var buf [64]byte
	n := 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && (letter(text[i]) || text[i] >= '0' && text[i] <= '9') {
			if n < len(buf) {
				buf[n] = text[i] | 0x20
				n++
			}
			continue
		}
		if w := buf[:n]; n > 0 && (en[string(w)] || la[string(w)] || m.first[string(w)]) {
			return true
		}
		if n >= stemKey && (en[string(buf[:stemKey])] || la[string(buf[:stemKey])]) {
			return true
		}
		n = 0
	}
	return false
}

// weigh decides by the words of a heading whether it marks a section.
func (m *marking) weigh(u unit, ms []match, asks bool) (heading, bool) {
	var h heading
	longest := 0 // of the names: the longest tells the language best
	found := [3]bool{}
	for _, x := range ms {
		switch x.topic {
		case headRollback, headWorst, headBlast:
			found[x.topic-headRollback] = true
			h.english = h.english || x.lang == uint8(english) && spelledOut(u, x)
			if n := x.to - x.from; n > longest {
				longest, h.langs = n, 0
			}
			if x.to-x.from == longest {
				h.langs |= 1 << x.lang
			}
		case headForeign:
			h.foreign = h.foreign || !objectOf(u.tokens, x)
		}
	}
	if !found[0] && !found[1] && !found[2] {
		return heading{}, false
	}
	if h.langs &^= 1 << english; h.english {
		h.langs = 0 // "Rollback" is in every language's list
	}
	if found[1] && (found[0] || found[2]) && worstOnlyAsCondition(u.tokens, ms) {
		found[1] = false
	}
	rest, explicit := leftOver(u, ms)
	asks = asks || startsAsking(ms)
	switch {
	case rest == 0:
	case asks && rest <= 8:
	case explicit && rest <= 2:
	default:
		return heading{}, false
	}
	for i, ok := range found {
		if ok && m.topic[i] >= 0 {
			h.kinds |= 1 << m.topic[i]
		}
	}
	return h, h.kinds != 0
}

// spelledOut reports words that stand in the English file whole: "Impacto" only
// begins like one of its words.
func spelledOut(u unit, x match) bool {
	ids := byFamily[english].headings().ids
	for i := x.from; i < x.to && !x.inRun; i++ {
		if ids[u.tokens[i].text] == 0 {
			return false
		}
	}
	return true
}

// objectOf reports a further subject that is only what ours is done to: "How do
// we undo the release?"
func objectOf(tokens []token, x match) bool {
	if x.inRun || x.from == 0 {
		return false
	}
	switch tokens[x.from-1].text {
	case "the", "this", "that", "a", "our", "your":
		return true
	}
	return false
}

func startsAsking(ms []match) bool {
	for _, x := range ms {
		if x.topic == headAsk && x.from == 0 && !x.inRun {
			return true
		}
	}
	return false
}

// worstOnlyAsCondition reports that the failure is only the condition of
// another question: "How do we recover if this goes wrong?"
func worstOnlyAsCondition(tokens []token, ms []match) bool {
	any := false
	for _, x := range ms {
		if x.topic != headWorst {
			continue
		}
		if x.inRun {
			return false
		}
		conditional := false
		for i := max(0, x.from-3); i < x.to; i++ {
			switch tokens[i].text {
			case "if", "when", "should", "case", "falls", "wenn", "si", "se":
				conditional = true
			}
		}
		if !conditional {
			return false
		}
		any = true
	}
	return any
}

// leftOver counts the words that neither name a section nor may stand beside
// its name. Explicit means that the name is followed by a word such as "plan".
func leftOver(u unit, ms []match) (rest int, explicit bool) {
	covered := make([]bool, len(u.tokens))
	run := newCover(u.run)
	for _, x := range ms {
		if x.topic == headAsk {
			continue
		}
		if x.inRun {
			run.mark(x.from, x.to)
			continue
		}
		for i := x.from; i < x.to; i++ {
			covered[i] = true
		}
		if x.topic == headRollback || x.topic == headBlast || x.topic == headWorst {
			if x.to < len(u.tokens) && planNoun(u.tokens[x.to].text) {
				explicit = true
			}
		}
	}
	for i, t := range u.tokens {
		switch t.kind {
		case plainWord:
			if !covered[i] && len(t.text) > 1 {
				rest++
			}
		case scriptWord, breakMark, number, reference, linkWord, identWord:
		default:
			rest++
		}
	}
	if n, spare := run.left(), spareLetters(u.run, ms); n > spare {
		rest += n - spare
	}
	return rest, explicit
}

// spareLetters is how many letters of an unspaced script may stand beside a
// section's name unexplained: more where a word such as "plan" follows the
// name, so that "支付回滚方案" marks a section and "添加回滚按钮" does not.
func spareLetters(run string, ms []match) int {
	for _, x := range ms {
		if !x.inRun || x.topic != headRollback && x.topic != headBlast && x.topic != headWorst {
			continue
		}
		for _, noun := range []string{
			"方案", "计划", "计画", "预案", "步骤", "策略", "流程", "措施", "范围", "面", "分析", "评估",
			"手順", "計画", "方法", "方針", "範囲", "度", "評価", "계획", "방안", "절차", "방법", "전략", "범위", "도", "평가", "분석", "시나리오", "요소",
		} {
			if strings.HasPrefix(run[x.to:], noun) {
				return 6
			}
		}
	}
	return 2
}

func planNoun(w string) bool {
	switch w {
	case "plan", "plans", "strategy", "steps", "procedure", "process", "instructions", "assessment", "analysis":
		return true
	}
	return false
}

// cover marks which letters of a run are accounted for.
type cover struct {
	run  string
	done []bool
}

func newCover(run string) *cover { return &cover{run: run, done: make([]bool, len(run))} }

func (c *cover) mark(from, to int) {
	for i := from; i < to && i < len(c.done); i++ {
		c.done[i] = true
	}
}

// left counts the letters of unspaced scripts that are not marked.
func (c *cover) left() int {
	n := 0
	for i, r := range c.run {
		if !c.done[i] && cjk(r) {
			n++
		}
	}
	return n
}

// compare reduces text to its letters and digits, so that spacing, marks,
// numbering and case make no difference.
func compare(s string) string { return compareVisible(visible(s)) }

// compareVisible does so with text that is shown already.
func compareVisible(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	if ascii(s) {
		for i := 0; i < len(s); i++ {
			c := s[i]
			switch {
			case 'A' <= c && c <= 'Z':
				c |= 0x20
			case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			default:
				gap = gap || c != '\''
				continue
			}
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteByte(c)
		}
		return b.String()
	}
	for _, r := range fold(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteRune(r)
			continue
		}
		if r != '\'' && r != '’' {
			gap = true
		}
	}
	return b.String()
}
