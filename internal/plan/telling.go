package plan

import "strings"

// vague reports "restore full service quality" and "bring the system back":
// nothing is named that is restored, and nothing that it comes from.
func (d *document) vague(u *unit, m match) bool {
	if m.inRun || !general(u.tokens[m.from].text) && !u.passive(m) {
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

// told reports what the change does, or what its author did while writing it:
// "This PR disables the scheduler", "I rebased and reverted my debug commit".
func (u *unit) told(m match) bool {
	if m.inRun {
		return false
	}
	if u.recounts(m.from) {
		return true
	}
	verb := u.tokens[m.from].text
	if strings.HasSuffix(verb, "s") && u.byChange(m.from) {
		return true
	}
	if !strings.HasSuffix(verb, "ed") {
		return false
	}
	if m.from > 0 && u.was(m.from-1) {
		return true
	}
	by := false
	for i, t := range u.tokens {
		switch {
		case t.kind == codeWord || t.kind == identWord:
			return false
		case i >= m.from:
		case t.text == "i" || t.text == "we" || t.text == "ive" || t.text == "weve":
			by = true
		}
	}
	if !by {
		return false
	}
	switch u.tokens[m.from-1].text {
	case "is", "are", "be", "being", "been", "get", "gets", "getting":
		return false
	}
	return true
}

// recounts reports that the clause of token i opens with what the change does:
// "Adds retry and restores the old order".
func (u *unit) recounts(i int) bool {
	if i == 0 || !u.opens(does) || !strings.HasSuffix(u.tokens[0].text, "s") {
		return false
	}
	for _, t := range u.tokens[:i] {
		if t.kind == breakMark {
			return false
		}
	}
	return true
}

// was reports a passive of the past that ends with token i: "this was
// reverted once", but not "if it was switched off".
func (u *unit) was(i int) bool {
	switch u.tokens[i].text {
	case "was", "were":
	case "been":
		if i == 0 || u.tokens[i-1].text != "has" && u.tokens[i-1].text != "had" && u.tokens[i-1].text != "have" {
			return false
		}
	default:
		return false
	}
	for _, t := range u.tokens[:i] {
		switch t.text {
		case "if", "when", "once", "until", "after", "unless":
			return false
		}
	}
	return true
}

// byChange reports that the change itself is what does something: "This PR" or
// "the change" stands before token i.
func (u *unit) byChange(i int) bool {
	if i == 0 || i > 3 {
		return false
	}
	switch u.tokens[i-1].text {
	case "this":
		return true
	case "pr", "change", "commit", "patch", "mr", "branch", "diff", "feature", "request":
		return u.tokens[0].text == "this" || u.tokens[0].text == "the"
	}
	return false
}

// passive reports "can be disabled", which names neither what nor how.
func (u *unit) passive(m match) bool {
	if m.from < 2 || u.tokens[m.from-1].text != "be" {
		return false
	}
	for _, t := range u.tokens[:m.from] {
		switch t.text {
		case "flag", "toggle", "switch", "setting", "option":
			return false
		}
	}
	switch u.tokens[m.from].text {
	case "disabled", "deactivated", "turned", "switched":
		return true
	}
	return false
}

// general reports a verb that names no action without its object.
func general(w string) bool {
	for _, p := range []string{"restor", "recover", "bring", "return", "go", "come", "get", "tak", "put", "mov", "pull"} {
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
	if m.inRun {
		return true
	}
	if u.assigned(m) {
		return true
	}
	next := ""
	if m.to < len(u.tokens) {
		next = u.tokens[m.to].text
	}
	switch next {
	case "is", "are", "was", "were", "has", "had", "did", "does", "will", "would", "can", "could", "should", "still":
		// "The old version had this bug too" tells of it; "gets deployed" does
		// something with it.
		return u.standsReady(m.to + 1)
	case "via", "by", "using", "through", "from", "with", "in", "aus", "per", "mit", "desde", "depuis", "dal":
		if m.from == 0 {
			return true
		}
	}
	if m.from <= 2 && len(u.tokens) <= m.to+5 {
		return true
	}
	for _, o := range u.matches {
		if o.from < m.from && !o.inRun && (o.topic == back && !u.told(o) && !u.inside(o, claim) || o.topic == act && u.clauseStart(o.from)) {
			return true
		}
	}
	return false
}

// standsReady reports that what one goes back to is put to use or kept for it,
// in the words from a token on.
func (u *unit) standsReady(from int) bool {
	for _, t := range u.tokens[min(from, len(u.tokens)):] {
		if t.kind == codeWord || t.kind == identWord {
			return true
		}
		switch t.text {
		case "deployed", "redeployed", "installed", "used", "selected", "restored", "served", "loaded", "started", "flashed",
			"promoted", "active", "back", "run", "put", "set", "taken", "chosen", "pinned", "tagged", "again", "published", "shipped", "released", "valid", "untouched", "intact", "kept":
			return true
		}
	}
	return false
}
