package plan

import "strings"

// weigh judges the sentences of a section by its kind.
func (d *document) weigh(id string, ps []piece) (State, string) {
	if id == Rollback {
		return d.weighRollback(ps)
	}
	return d.weighFact(id, ps)
}

// signs is what the sentences of a rollback plan hold.
type signs struct {
	back    bool // a way back is named: revert, restore, flag off, previous version
	weak    bool // some other concrete action
	never   bool // going back is impossible or unwanted
	forward bool // new code is the way out
	promise bool // new code within some time, whatever it will be
	none    bool // said to be not needed
	reason  bool // with a reason of a kind that can fit
}

func (d *document) weighRollback(ps []piece) (State, string) {
	var s signs
	for i := range ps {
		s.read(d, &ps[i])
	}
	if d.path(ps) {
		s.weak = true
	}
	switch {
	case s.never && s.forward:
		return RollForward, "it names no way back, only a way forward"
	case s.back:
		return Complete, ""
	case s.never && (s.forward || s.weak || s.promise):
		return RollForward, "it names no way back, only a way forward"
	case s.never:
		return Placeholder, "it says that there is no way back, and not what to do instead"
	case s.forward:
		return RollForward, "its only action is new code"
	case s.weak:
		return Complete, ""
	case s.reason:
		return NotApplicable, ""
	case s.none:
		return Placeholder, waivedWithout
	}
	return Placeholder, "it names no action that somebody could take"
}

// waivedWithout is the reason of a waiver whose own reason says nothing.
const waivedWithout = "it is waived without a reason that the diff can show"

func (s *signs) read(d *document, p *piece) {
	u := &p.unit
	if u.stuffed() {
		return
	}
	if p.code {
		s.weak = s.weak || command(u.tokens[0].text)
		return
	}
	for _, m := range u.matches {
		switch m.topic {
		case never:
			s.never = true
		case forward:
			if u.has(promise) {
				s.promise = true
				continue
			}
			s.forward = true
		case none:
			s.none = true
		case reasonDocs, reasonTests, reasonCode, reasonIdle:
			s.reason = s.reason || !u.has(hedge)
		case prior:
			if !u.inside(m, never) && !u.inside(m, claim) && !u.inside(m, forward) && !u.negated(m) && u.taken(d, m) {
				s.back = true
			}
		case back:
			if !u.inside(m, never) && !u.inside(m, claim) && !u.inside(m, assure) && !u.inside(m, forward) && !u.negated(m) && !d.vague(u, m) {
				s.back = true
			}
		case act:
			if (!p.foreign || u.goesBack()) && !u.has(assure) && !u.inside(m, forward) && !u.inside(m, claim) && !u.inside(m, assure) && u.acts(d, m) {
				s.weak = true
			}
		}
	}
	if u.setsLast() {
		s.weak = true
	}
	for i, t := range u.tokens {
		switch t.kind {
		case codeWord:
			if command(t.text) && (!p.foreign || u.goesBack()) {
				s.weak = true
			}
		case identWord:
			if u.has(assure) {
				continue
			}
			if k := strings.IndexByte(t.text, '='); k > 0 && k < len(t.text)-1 {
				s.weak = true
			}
		case breakMark:
			if t.text == "=" && !u.has(assure) && i > 0 && i+1 < len(u.tokens) && u.tokens[i-1].kind != breakMark {
				s.weak = true
			}
		}
	}
}

// setsLast reports a setting whose value comes last: "Unleash > `cart.v2` > off".
func (u *unit) setsLast() bool {
	n := len(u.tokens)
	if n < 3 || u.tokens[n-2].kind != breakMark {
		return false
	}
	switch u.tokens[n-1].text {
	case "off", "false", "0", "disabled", "previous", "old", "none", "v1", "legacy", "default":
		return true
	}
	return false
}

// vague reports "restore full service quality" and "bring the system back":
// nothing is named that is restored, and nothing that it comes from.
func (d *document) vague(u *unit, m match) bool {
	if m.inRun || !general(u.tokens[m.from].text) {
		return false
	}
	for i := m.from; i < len(u.tokens); i++ {
		switch t := u.tokens[i]; t.kind {
		case codeWord, identWord, number:
			return false
		case plainWord:
			if i > m.from && !d.meaningless(u, i) && !d.within(u, i, back) {
				return false
			}
		}
	}
	for _, o := range u.matches {
		if o.topic == prior && o.from > m.from {
			return false
		}
	}
	return true
}

// general reports a verb that names no action without its object.
func general(w string) bool {
	for _, p := range []string{"restor", "recover", "bring", "return", "go", "come", "get", "tak", "chang", "put", "mov", "pull"} {
		if strings.HasPrefix(w, p) {
			return true
		}
	}
	return false
}

// within reports that a phrase of a topic covers a token.
func (d *document) within(u *unit, i int, t topic) bool {
	for _, o := range u.matches {
		if o.topic == t && !o.inRun && i >= o.from && i < o.to && d.meaningless(u, i) {
			return true
		}
	}
	return false
}

// taken reports that something is done with what one goes back to: "the old
// image gets deployed", "use the last build"; "skips the last page" is no plan.
func (u *unit) taken(d *document, m match) bool {
	if m.inRun || m.from <= 2 && len(u.tokens) <= m.to+5 {
		return true
	}
	for _, o := range u.matches {
		if o.from < m.from && !o.inRun && (o.topic == back || o.topic == act && u.clauseStart(o.from)) {
			return true
		}
	}
	return false
}

// goesBack reports a sentence about the way back under a heading that it
// shares with another subject.
func (u *unit) goesBack() bool {
	for _, t := range u.tokens {
		switch t.text {
		case "back", "undo", "rollback", "revert", "restore":
			return true
		}
	}
	return false
}

// path reports the way through a menu: "Devices → Fleet → firmware 2.2.8".
func (d *document) path(ps []piece) bool {
	for _, p := range ps {
		arrows := 0
		for _, t := range p.tokens {
			if t.kind == breakMark && (t.text == "→" || t.text == ">") {
				arrows++
			}
		}
		if arrows > 1 && d.content(&p.unit) > 1 {
			return true
		}
	}
	return false
}

// inside reports that a match lies within a longer one of another topic:
// "rollback" within "rollback plan".
func (u *unit) inside(m match, t topic) bool {
	for _, o := range u.matches {
		if o.topic != t || o.inRun != m.inRun {
			continue
		}
		if o.from <= m.from && o.to >= m.to {
			return true
		}
		// A phrase that begins inside the longer one belongs to it too, and one
		// that reaches over a "cannot be rolled back" says just that.
		if !m.inRun && t != forward && o.from < m.to && m.from < o.to && (t == never || o.from <= m.from && o.to-o.from > 1) {
			return true
		}
	}
	return false
}

// negated reports that a negation just before a match takes it back: only
// words that carry no meaning may stand between.
func (u *unit) negated(m match) bool {
	if m.inRun {
		return false
	}
	for i := m.from - 1; i >= 0 && i >= m.from-5; i-- {
		t := u.tokens[i]
		if t.kind != plainWord {
			return false
		}
		if t.text == "how" {
			return true // "I know how to revert it" is no plan
		}
		neg, meaningless := false, false
		for _, o := range u.matches {
			if o.inRun || i < o.from || i >= o.to {
				continue
			}
			switch o.topic {
			case not:
				neg = true
			case stop:
				meaningless = true
			}
		}
		if neg {
			return true
		}
		if !meaningless {
			switch t.text {
			case "need", "needs", "needed", "require", "required", "necessary", "possible", "easily", "simply", "safely", "able", "plan", "way", "code":
			default:
				return false
			}
		}
	}
	return false
}

// acts reports a verb that gives an order about something: it begins a clause
// and something with a meaning follows.
func (u *unit) acts(d *document, m match) bool {
	if m.inRun {
		return true
	}
	if !u.clauseStart(m.from) || u.negated(m) {
		return false
	}
	shipping := forwardVerb(u.tokens[m.from].text)
	for i := m.to; i < len(u.tokens); i++ {
		switch u.tokens[i].kind {
		case codeWord, identWord:
			return true
		case number:
			return true
		case plainWord:
			if !shipping && !d.meaningless(u, i) {
				return true
			}
		}
	}
	return m.to-m.from > 1 && !shipping
}

// forwardVerb reports a verb that says a way back only with a version.
func forwardVerb(w string) bool {
	switch w {
	case "deploy", "release", "ship", "publish", "push", "merge", "launch", "roll", "run":
		return true
	}
	return false
}

func (u *unit) clauseStart(i int) bool {
	if i == 0 {
		return true
	}
	t := u.tokens[i-1]
	if t.kind == breakMark || t.kind == number {
		return true
	}
	if t.kind != plainWord {
		return false
	}
	switch t.text {
	case "then", "and", "or", "to", "we", "you", "i", "they", "will", "just", "simply", "please", "can", "should", "must",
		"would", "ill", "also", "first", "finally", "next", "oncall", "sre", "ops", "dba", "lets", "could", "may", "manually",
		"immediately", "quickly", "again", "by", "only", "now", "step", "second", "third", "well", "id", "wed", "call", "instead", "otherwise", "plus", "afterwards", "additionally", "later",
		"back", "case", "trouble", "wrong", "fails", "breaks", "needed", "necessary", "bad", "happens", "problems", "doubt":
		return true
	}
	return false
}

// command reports code that somebody can type: several words, an assignment or
// a script.
func command(code string) bool {
	code = strings.TrimSpace(code)
	fields := strings.Fields(code)
	if len(fields) == 0 {
		return false
	}
	if len(fields) > 1 {
		return strings.IndexFunc(fields[0], func(r rune) bool { return r >= 'a' && r <= 'z' || cjk(r) }) >= 0
	}
	return strings.Contains(code, "=") || strings.HasPrefix(code, "./") || strings.HasSuffix(code, ".sh")
}

// weighFact judges a section that states facts: a worst case, a blast radius,
// or a policy's own.
func (d *document) weighFact(id string, ps []piece) (State, string) {
	content, evidence, spoken := 0, false, false
	waived, reason := false, false
	for i := range ps {
		p := &ps[i]
		if p.mixed && !d.speaksOf(id, p) {
			continue
		}
		spoken = true
		if !p.has(hedge) {
			waived = waived || i == 0 && p.waives()
			reason = reason || p.has(reasonDocs) || p.has(reasonTests) || p.has(reasonCode) || p.has(reasonIdle)
		}
		if p.sub || p.has(deferred) && d.content(&p.unit) < 2 || p.stuffed() {
			continue
		}
		fact := id == WorstCase && p.has(failing) || id == BlastRadius && p.has(hit)
		if p.has(assure) && !fact && d.content(&p.unit) < 5 {
			continue
		}
		if id == BlastRadius && p.has(bound) && !p.has(hedge) {
			content++
		}
		content += d.content(&p.unit)
		evidence = evidence || fact
	}
	enough := 1
	if id == WorstCase && !evidence {
		enough = 2
	}
	switch {
	case !spoken:
		return Placeholder, "the text under the shared heading does not speak of it"
	case waived && reason && (!evidence || content < 4):
		return NotApplicable, ""
	case waived && content > 0 && !evidence:
		// Whether the reason fits is for the diff to say.
		return Placeholder, waivedWithout
	case content >= enough:
		return Complete, ""
	case reason:
		return NotApplicable, ""
	case id == WorstCase:
		return Placeholder, "it names no failure that a reader can picture"
	case id == BlastRadius:
		return Placeholder, "it names nobody and nothing that is hit, and no bound"
	}
	return Placeholder, "it says nothing"
}

// waives reports a sentence that opens by saying that nothing is needed.
func (u *unit) waives() bool {
	for _, m := range u.matches {
		if m.topic == none && (m.inRun || m.from <= 1) {
			return true
		}
	}
	return false
}

// speaksOf reports that a sentence under a shared heading is about a section.
func (d *document) speaksOf(id string, p *piece) bool {
	if p.code || d.orders(p) {
		return false
	}
	other := d.kind(BlastRadius)
	if id == BlastRadius {
		other = d.kind(WorstCase)
	}
	n := d.content(&p.unit)
	switch id {
	case WorstCase:
		return p.has(failing) || p.with&other == 0 && (n >= 3 || n == 0)
	case BlastRadius:
		return p.has(hit) || p.with&other == 0
	}
	return true
}

// orders reports a sentence that tells somebody to do something.
func (d *document) orders(p *piece) bool {
	for _, m := range p.matches {
		switch m.topic {
		case back:
			if !p.inside(m, never) && !p.inside(m, claim) && !p.negated(m) && !p.has(failing) {
				return true
			}
		case act:
			if p.acts(d, m) {
				return true
			}
		}
	}
	return false
}

// stuffed reports words that were only piled up: one stands twice in a row, or
// three times in a short sentence.
func (u *unit) stuffed() bool {
	if u.piled() {
		return true
	}
	seen := make(map[string]int, len(u.tokens))
	for i, t := range u.tokens {
		if t.kind != plainWord || len(t.text) < 4 {
			continue
		}
		if i > 0 && u.tokens[i-1] == t {
			return true
		}
		if seen[t.text]++; seen[t.text] > 2 && len(u.tokens) < 16 && !u.has(stop) {
			return true
		}
	}
	return false
}

// piled reports a row of keywords without a word between them that would make
// it a sentence.
func (u *unit) piled() bool {
	if len(u.tokens) < 5 || u.run != "" || strings.Contains(u.text, "&&") || tool(u.tokens[0].text) {
		return false
	}
	keys := 0
	for _, m := range u.matches {
		switch m.topic {
		case stop:
			return false
		case back, prior, claim, failing:
			keys++
		}
	}
	for _, t := range u.tokens {
		if t.kind != plainWord {
			return false
		}
	}
	return keys*2 > len(u.tokens)
}

// tool reports a program that people name first in a command.
func tool(w string) bool {
	switch w {
	case "git", "helm", "kubectl", "terraform", "npm", "make", "docker", "fly", "heroku", "cf", "aws", "gcloud", "az", "argocd", "cap", "systemctl", "ansible":
		return true
	}
	return false
}

// content counts the words of a sentence that say something.
func (d *document) content(u *unit) int {
	n := 0
	for i, t := range u.tokens {
		switch t.kind {
		case plainWord:
			if len(t.text) > 1 && !d.meaningless(u, i) && !gibberish(t.text) {
				n++
			}
		case codeWord, identWord:
			if !d.emptyCode(t.text) {
				n++
			}
		}
	}
	if u.run != "" {
		c := newCover(u.run)
		for _, m := range u.matches {
			if m.inRun && (m.topic == filler || m.topic == stop || m.topic == none || m.topic == deferred || m.topic == claim || m.topic == assure) {
				c.mark(m.from, m.to)
			}
		}
		if left := c.left(); left > 1 {
			n += 1 + left/5
		}
	}
	return n
}

// emptyCode reports code that only dresses up a word without meaning, such as
// `n/a`, and commands to other bots.
func (d *document) emptyCode(code string) bool {
	if strings.HasPrefix(code, "/") {
		switch code {
		case "/lgtm", "/approve", "/merge", "/ok", "/skip", "/pass", "/retest", "/ok-to-test", "/hold":
			return true
		}
	}
	var u unit
	u.tokenise(strings.ReplaceAll(code, "`", " "))
	if len(u.tokens) > 3 {
		return false
	}
	u.matches = d.words.find(u.tokens, u.run)
	for i, t := range u.tokens {
		if t.kind != breakMark && (t.kind != plainWord || !d.meaningless(&u, i)) {
			return false
		}
	}
	return true
}

// gibberish reports a word that nobody means: one letter over and over, or
// keys that lie side by side.
func gibberish(w string) bool {
	if w[0] < 0x80 && strings.Trim(w, w[:1]) == "" {
		return true
	}
	if len(w) < 4 {
		return false
	}
	same := 1
	for i := 1; i < len(w); i++ {
		if w[i] == w[i-1] {
			if same++; same > 3 && w[i] < 0x80 {
				return true
			}
			continue
		}
		same = 1
	}
	for _, row := range []string{"qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", "poiuytrewq", "lkjhgfdsa", "mnbvcxz"} {
		if strings.Contains(row, w) {
			return true
		}
	}
	return false
}

// meaningless reports a word that says nothing by itself.
func (d *document) meaningless(u *unit, i int) bool {
	for _, m := range u.matches {
		if m.inRun || i < m.from || i >= m.to {
			continue
		}
		switch m.topic {
		case filler, stop:
			if m.to-m.from > 1 || d.langs&(1<<m.lang) != 0 {
				return true
			}
		case none, deferred, claim, instruct, assure:
			return true
		}
	}
	return false
}

// reasons reports that anything with a meaning is said beside the waiver.
func (d *document) reasons(ps []piece) bool {
	for i := range ps {
		if d.content(&ps[i].unit) > 0 || ps[i].has(reasonDocs) || ps[i].has(reasonTests) || ps[i].has(reasonCode) || ps[i].has(reasonIdle) {
			return true
		}
	}
	return false
}

// waiver says what the sentences give as the reason why a section does not
// apply.
func (d *document) waiver(ps []piece) Waiver {
	var w Waiver
	for i, p := range ps {
		w.Code = w.Code || p.has(reasonCode)
		if i == 0 && p.waives() {
			w.Reasoned = d.reasons(ps)
		}
		w.Docs = w.Docs || p.has(reasonDocs)
		w.Tests = w.Tests || p.has(reasonTests)
		w.Idle = w.Idle || p.has(reasonIdle)
	}
	return w
}
