package plan

import "strings"

// signs is what the sentences of a rollback plan hold.
type signs struct {
	back    bool // a way back is named: revert, restore, flag off, previous version
	weak    bool // some other concrete action
	never   bool // going back is impossible or unwanted
	forward bool // new code is the way out
	promise bool // new code within some time, whatever it will be
	named   bool // something was named that "it" may stand for
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
	case s.never && s.reason:
		return NotApplicable, ""
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
	if u.stuffed() || u.closes() || p.sub && !u.has(back) {
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
			if !u.inside(m, never) && !u.inside(m, claim) && !u.inside(m, assure) && !u.inside(m, forward) && !u.negated(m) && !d.vague(u, m) && !u.told(m) {
				s.back = true
			}
		case act:
			if (!p.foreign || u.goesBack()) && !u.has(assure) && !u.inside(m, never) && !u.inside(m, forward) && !u.inside(m, claim) && !u.inside(m, assure) && (u.acts(d, m) || u.removes(m) || s.named && u.refers(m)) {
				s.weak = true
			}
		}
		s.named = s.named || m.topic == prior
	}
	if u.setsLast() || u.again() || u.pointed() || !p.foreign && (u.names() || u.becomes() && !u.has(assure)) {
		s.weak = true
	}
	for i, t := range u.tokens {
		if u.backTo(d, i) {
			s.back = true
		}
		switch t.kind {
		case codeWord:
			if command(t.text) && (!p.foreign || u.goesBack()) {
				s.weak = true
			}
		case identWord:
			if u.has(assure) {
				continue
			}
			if len(u.tokens) <= 3 && script(t.text) {
				s.weak = true
			}
			if k := strings.IndexByte(t.text, '='); k > 0 && k < len(t.text)-1 {
				s.weak = true
			}
		case breakMark:
			if t.text == "=" && !u.has(assure) && i > 0 && i+1 < len(u.tokens) && u.tokens[i-1].kind != breakMark && (u.tokens[i-1].kind != plainWord || i+2 == len(u.tokens)) {
				s.weak = true
			}
		}
	}
}

// names reports a few words about a setting, whatever the verb or its language:
// "profile `night` zurückspielen".
func (u *unit) names() bool {
	const longest = 6
	words, code := 0, false
	if len(u.tokens) > longest {
		return false
	}
	for _, t := range u.tokens {
		switch t.kind {
		case plainWord:
			words++
			switch t.text {
			case "is", "are", "was", "has", "adds", "add", "this", "it", "uses", "see", "in", "by", "new":
				return false
			}
		case codeWord:
			code = true
		default:
			return false
		}
	}
	for _, m := range u.matches {
		switch m.topic {
		case assure, claim, never, none, not, failing, forward, promise, instruct, deferred, hedge, bot:
			return false
		}
	}
	return code && words > 0
}

// backTo reports what stands behind "back to": a version or setting, or what
// has a name, as in "DNS back to Fastly".
func (u *unit) backTo(d *document, i int) bool {
	if i < 2 || u.tokens[i-1].text != "to" || u.has(never) || u.has(not) {
		return false
	}
	switch u.tokens[i].kind {
	case codeWord, identWord, number:
		switch u.tokens[i-2].text {
		case "back", "rollback", "revert", "downgrade":
			return true
		}
	case plainWord:
		// A word that says nothing may have a number behind it: "build 1180".
		if u.tokens[i-2].text != "back" || u.has(assure) || d.meaningless(u, i) && !u.value(i+1) {
			return false
		}
		if i < 3 {
			return u.value(i + 1)
		}
		switch u.tokens[i-3].text {
		case "get", "gets", "come", "comes", "coming", "report", "reports", "write", "circle", "refer", "talk", "be", "is", "are":
			return false // "We will get back to octocat"
		}
		return true
	}
	return false
}

// timed reports a number behind a word of time: "merge after 5pm".
func (u *unit) timed(i int) bool {
	switch u.tokens[i-1].text {
	case "after", "before", "at", "until", "till", "by", "around":
		return true
	}
	return false
}

// setsLast reports a setting whose value comes last: "Unleash > `cart.v2` > off".
func (u *unit) setsLast() bool {
	n := len(u.tokens)
	if n < 3 {
		return false
	}
	if k := u.tokens[n-2].kind; k != breakMark && k != codeWord && k != identWord {
		return false
	}
	switch u.tokens[n-1].text {
	case "off", "false", "0", "disabled", "previous", "old", "none", "v1", "legacy", "default":
		return true
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
		arrows, named := 0, false
		for _, t := range p.tokens {
			named = named || t.kind == number || t.kind == identWord || t.kind == codeWord
			if t.kind == breakMark && (t.text == "→" || t.text == ">") {
				arrows++
			}
		}
		if arrows > 1 && (named || d.content(&p.unit) > 0) {
			return true
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
	if tool(u.tokens[m.from].text) {
		if u.stated(m.to) {
			return false
		}
		if u.ordered(m.to) {
			return true
		}
	}
	shipping := forwardVerb(u.tokens[m.from].text)
	for i := m.to; i < len(u.tokens); i++ {
		switch u.tokens[i].kind {
		case codeWord:
			return true
		case identWord, number:
			return !shipping || !u.timed(i)
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

// clauseStart reports that an order may begin at a token.
func (u *unit) clauseStart(i int) bool {
	if i == 0 {
		return true
	}
	if i < 8 && i > 1 {
		switch u.tokens[0].text {
		case "in", "on", "at", "under", "via": // "In GTM publish ..."
			return true
		}
	}
	if k := u.tokens[i-1].kind; k == breakMark || k == number {
		return true
	}
	for _, m := range u.matches {
		if m.topic == before && !m.inRun && m.to == i {
			return true
		}
	}
	return false
}

// command reports code that somebody can type: several words, an assignment or
// a script.
func command(code string) bool {
	code = strings.TrimSpace(code)
	fields := strings.Fields(code)
	if len(fields) == 0 || code[0] == '<' && code[len(code)-1] == '>' {
		return false // nothing, or "<steps here>"
	}
	if len(fields) > 1 {
		return strings.IndexFunc(fields[0], func(r rune) bool { return r >= 'a' && r <= 'z' || cjk(r) }) >= 0
	}
	return strings.Contains(code, "=") || script(code)
}

// script reports the name of a file that somebody can run.
func script(name string) bool { return strings.HasPrefix(name, "./") || strings.HasSuffix(name, ".sh") }
