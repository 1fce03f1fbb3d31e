package plan

// shortTerse is how many tokens a sentence without a verb may have.
const shortTerse = 8

// stated reports that what stands from a token on is told of, and not ordered:
// "terraform state is versioned".
func (u *unit) stated(from int) bool {
	for i := from; i < len(u.tokens) && i < from+3 && u.tokens[i].kind == plainWord; i++ {
		switch u.tokens[i].text {
		case "is", "are", "was", "has", "have", "can", "will", "does", "supports", "handles", "keeps":
			return true
		}
	}
	return false
}

// ordered reports an order to a program: "kubectl apply the file from main".
func (u *unit) ordered(at int) bool {
	for _, m := range u.matches {
		if m.topic == act && m.from == at && m.to < len(u.tokens) {
			return true
		}
	}
	return false
}

// becomes reports what a short line sets something to, the value behind the
// last arrow: "lambda alias `live` → 27", "Optimizely experiment → pause".
func (u *unit) becomes() bool {
	n := len(u.tokens)
	arrow := -1
	for i, t := range u.tokens {
		if t.kind == breakMark && (t.text == "→" || t.text == ">") {
			arrow = i
		}
	}
	if arrow < 1 || arrow+1 == n || n-arrow > 4 || n > shortTerse {
		return false
	}
	switch u.tokens[arrow-1].kind {
	case plainWord, codeWord:
	default:
		return false // "30 s → 10 s" tells what was changed
	}
	switch u.tokens[arrow+1].kind {
	case codeWord, identWord, number:
		return true
	}
	for _, m := range u.matches {
		if m.from > arrow && !m.inRun && (m.topic == act || m.topic == back) {
			return true
		}
	}
	return false
}

// assigned reports what one goes back to behind a sign or a short word: "param
// VERSION = last green", "symlink `current` to the last release dir".
func (u *unit) assigned(m match) bool {
	i := m.from - 1
	if i > 1 && u.tokens[i].text == "the" {
		i--
	}
	if i < 1 {
		return false
	}
	switch u.tokens[i].text {
	case "=", "→", ">":
		return true
	case "from", "to", "with":
		return len(u.tokens) <= shortTerse && !u.has(not) && !u.has(forward)
	}
	return false
}

// refers reports an order about what was named before it: "unpause it", "apply
// that". Whether anything was is for the caller to know.
func (u *unit) refers(m match) bool {
	if m.inRun || m.to >= len(u.tokens) || forwardVerb(u.tokens[m.from].text) || !u.clauseStart(m.from) || u.negated(m) {
		return false
	}
	switch u.tokens[m.to].text {
	case "it", "that", "them", "those":
		return m.to+1 == len(u.tokens) || u.tokens[m.to+1].kind != plainWord || u.tokens[m.to+1].text == "again"
	}
	return false
}

// removes reports an order to take something away, whatever it is called:
// "delete the rule again", but not "remove the problem".
func (u *unit) removes(m match) bool {
	if m.inRun || !u.clauseStart(m.from) || u.negated(m) {
		return false
	}
	switch u.tokens[m.from].text {
	case "delete", "remove", "revoke", "undrop", "unpublish", "uninstall", "detach", "unlink":
	default:
		return false
	}
	named := false
	for i := m.to; i < len(u.tokens) && u.tokens[i].kind == plainWord; i++ {
		switch u.tokens[i].text {
		case "problem", "problems", "issue", "issues", "cause", "error", "errors", "bug", "bugs", "risk", "risks", "impact", "pr", "change", "changes", "code", "everything", "anything", "all":
			return false
		}
		named = named || !u.covered(i, stop) && !u.covered(i, generic)
	}
	return named
}

// covered reports that a phrase of a topic covers a token.
func (u *unit) covered(i int, t topic) bool {
	for _, o := range u.matches {
		if o.topic == t && !o.inRun && i >= o.from && i < o.to {
			return true
		}
	}
	return false
}

// again reports a short line that sets what was there before: "v41 again",
// "30 s again", "chart 1.2 back", but not "try again in 5 minutes" or "fails again".
func (u *unit) again() bool {
	n := len(u.tokens)
	if n < 2 || n > shortTerse || !u.endsBack() {
		return false
	}
	for _, m := range u.matches {
		switch m.topic {
		case assure, never, not, failing, forward, hedge, claim, deferred, retry:
			return false
		}
	}
	for i := range u.tokens {
		if u.value(i) {
			return true
		}
	}
	return false
}

// pointed reports a short line that opens with a setting and says what it goes
// to: "DATABASE_URL to the primary".
func (u *unit) pointed() bool {
	n := len(u.tokens)
	return n > 2 && n <= shortTerse && u.tokens[0].kind != number && u.value(0) && u.tokens[1].text == "to" && !u.has(assure)
}

// endsBack reports "again" or "back" at the end, or "again" behind a value:
// "02:00 again in the crontab".
func (u *unit) endsBack() bool {
	for i, t := range u.tokens {
		last := i == len(u.tokens)-1
		if last && t.text == "back" || t.text == "again" && (last || u.value(i-1) || u.value(i-2)) {
			return true
		}
	}
	return false
}

// value reports a number, a name or code at a place that may lie outside.
func (u *unit) value(i int) bool {
	if i < 0 || i >= len(u.tokens) {
		return false
	}
	switch u.tokens[i].kind {
	case codeWord, identWord, number:
		return true
	}
	return false
}
