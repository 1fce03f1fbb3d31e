package plan

import "strings"

// weigh judges the sentences of a section by its kind.
func (d *document) weigh(id string, ps []piece) (State, string) {
	if id == Rollback {
		return d.weighRollback(ps)
	}
	return d.weighFact(id, ps)
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
		fact := id == WorstCase && (p.has(failing) || p.faulty()) || id == BlastRadius && (p.bounded() || p.hits())
		if !fact && (id == WorstCase || id == BlastRadius) && p.does() || id == BlastRadius && p.is(lone) {
			continue
		}
		if n := d.content(&p.unit); p.has(assure) && (n == 0 && id == BlastRadius || n < 5 && !fact) {
			continue
		}
		if id == BlastRadius && (p.bounded() || d.namesGroup(&p.unit)) && !p.has(hedge) {
			content++
			evidence = true
		}
		if id == WorstCase && p.faulty() {
			content++
			evidence = true
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

// bounded reports a bound that does not merely tell what the change is: "only
// admins", but not "just a rename of a variable".
func (u *unit) bounded() bool {
	for _, m := range u.matches {
		if m.topic == bound && !u.inside(m, does) {
			return true
		}
	}
	return false
}

// faulty reports a failure by itself that is not said to be kept away: "no
// emails go out", but not "no emails are lost".
func (u *unit) faulty() bool {
	for _, m := range u.matches {
		if m.topic == fault && !u.inside(m, assure) && !u.inside(m, none) {
			return true
		}
	}
	return false
}

// hits reports that somebody or something is hit that is not only what the
// change is made to ("refactors the order service"), nor who needs not worry.
// Where words are not spaced, another clause has to say so.
func (u *unit) hits() bool {
	object := u.run != "" && !strings.ContainsAny(u.run, "、，,(（→") && u.does()
	for _, m := range u.matches {
		if m.topic == hit && !(object && m.inRun) && !u.inside(m, does) && !u.inside(m, assure) {
			return true
		}
	}
	return false
}

// does reports a sentence that opens with what the change itself does; several
// words may stand a little later: "The scheduler was rewritten", but not
// "schools that use the form".
func (u *unit) does() bool {
	const latest, ending = 4, 6 * 3 // words, and six letters where words are not spaced
	for _, m := range u.matches {
		if m.topic == does && m.inRun && len(u.run)-m.to <= ending {
			return true
		}
		if m.topic != does || m.inRun || m.from > latest {
			continue
		}
		if m.from <= 1 || u.byChange(m.from) || m.to-m.from > 1 && !u.relative(m.from-1) {
			return true
		}
	}
	return false
}

// relative reports a word that begins a clause about what stands before it.
func (u *unit) relative(i int) bool {
	switch u.tokens[i].text {
	case "who", "that", "which":
		return true
	}
	return false
}

// namesGroup reports a group of people with a word that tells which: "the
// compliance team", but not "the responsible team".
func (d *document) namesGroup(u *unit) bool {
	for _, m := range u.matches {
		if m.topic != people || m.from == 0 || u.tokens[m.from-1].kind != plainWord {
			continue
		}
		tells := true
		for _, o := range u.matches {
			if (o.topic == stop || o.topic == generic || o.topic == not) && !o.inRun && m.from-1 >= o.from && m.from-1 < o.to {
				tells = false
			}
		}
		if tells {
			return true
		}
	}
	return false
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
	// "Hotels in Lyon see rooms as taken that are free" says both at once.
	whole := n > 2 && !p.has(failing) && !p.has(hit)
	switch id {
	case WorstCase:
		return p.has(failing) || p.with&other == 0 && (n >= 3 || n == 0) || whole
	case BlastRadius:
		return p.has(hit) || p.with&other == 0 || whole
	}
	return true
}

// failsIn reports that a failure is told in the clause of a match: "the revert
// fails", but not "if it fails, revert".
func (u *unit) failsIn(m match) bool {
	clause := 0
	if !m.inRun {
		for i := 0; i < m.from; i++ {
			if u.tokens[i].kind == breakMark {
				clause = i + 1
			}
		}
	}
	for _, o := range u.matches {
		if o.topic == failing && o.inRun == m.inRun && o.from >= clause {
			return true
		}
	}
	return false
}

// orders reports a sentence that tells somebody to do something.
func (d *document) orders(p *piece) bool {
	for _, m := range p.matches {
		switch m.topic {
		case back:
			if !p.inside(m, never) && !p.inside(m, claim) && !p.negated(m) && !p.failsIn(m) {
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
		// "Comments only, behaviour unchanged" gives a reason that stands by itself.
		w.Code = w.Code || p.has(reasonCode) && !p.has(reasonIdle)
		if i == 0 && p.waives() {
			w.Reasoned = d.reasons(ps)
		}
		w.Docs = w.Docs || p.has(reasonDocs)
		w.Tests = w.Tests || p.has(reasonTests)
		w.Idle = w.Idle || p.has(reasonIdle)
	}
	return w
}
