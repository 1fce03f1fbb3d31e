package config

import (
	"slices"
	"strconv"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan"
)

// mergeSections settles the sections: the built-in ones and the organisation's
// first, and then those that only the repository asks for.
func (m *merger) mergeSections() {
	org, repo := m.files()
	orgRules := org.SectionRules()
	var extra []string
	for _, r := range repo.SectionRules() {
		if !hasSection(orgRules, r.ID) {
			extra = append(extra, r.ID)
		}
	}
	all, floor := m.sections(sectionIDs(orgRules), extra, nil, repo.Sections.Set)
	m.own.Sections, m.floor.Sections = nil, nil
	for _, e := range all {
		own, below := m.mergeSection(e.v, hasSection(orgRules, e.v))
		m.own.Sections = append(m.own.Sections, own)
		if slices.Contains(floor, e.v) {
			m.floor.Sections = append(m.floor.Sections, below)
		}
	}
}

func sectionIDs(rules []checks.SectionRule) []string {
	var ids []string
	for _, r := range rules {
		ids = append(ids, r.ID)
	}
	return ids
}

func hasSection(rules []checks.SectionRule, id string) bool {
	return slices.ContainsFunc(rules, func(r checks.SectionRule) bool { return r.ID == id })
}

// mergeSection settles one section. Where the organisation's file does not
// know it, the repository may say anything of it.
func (m *merger) mergeSection(id string, known bool) (own, floor checks.SectionRule) {
	org, repo := m.files()
	o, _ := org.Sections.Get(id)
	r, _ := repo.Sections.Get(id)
	bound, _ := m.relaxed().Sections.Get(id)
	why := "the organisation's headings stand for what it asks"
	use := m.rules
	if !known {
		use, why = alone(), ""
	}
	def := OwnSection(id)
	for _, b := range checks.DefaultPolicy().Sections {
		if b.ID == id {
			def = b
		}
	}
	own, floor = def, def
	own.Title, floor.Title = settle(m, use.title, or(o.V.Title, def.Title), r.V.Title, Value[string]{}, showText, "sections", id, "title")
	own.Also, floor.Also = m.list(use.also, o.V.Also, r.V.Also, List[string]{}, why, "sections", id, "also")
	if t := r.V.Title; t.Set && t.V != own.Title && !slices.Contains(own.Also, t.V) {
		own.Also = append(own.Also[:len(own.Also):len(own.Also)], t.V)
		if len(own.Also) == 1 { // what stands as the empty list so far
			m.out.Settings = m.out.Settings[:len(m.out.Settings)-1]
		}
		m.set(m.origin(asks, t.Place), showText(t.V), "sections", id, "also", "[]")
	}
	own.Hint, floor.Hint = settle(m, use.hint, or(o.V.Hint, def.Hint), r.V.Hint, Value[string]{}, showText, "sections", id, "hint")
	own.Require, floor.Require = m.mergeRequire(use, o.V.Require, r.V.Require, bound.V.Require, "sections", id, "require")
	if id == plan.Rollback {
		own.RollForward, floor.RollForward = settle(m, use.rollForward, or(o.V.RollForward, def.RollForward),
			r.V.RollForward, bound.V.RollForward, showWord[checks.Severity], "sections", id, "roll-forward")
	}
	return own, floor
}

func (m *merger) mergeRequire(use rules, org, asked, bound Require, path ...string) (own, floor checks.Require) {
	o, a, b := org.value(), asked.value(), bound.value()
	if !org.Set {
		o.V = checks.Require{Always: true}
	}
	own, floor, whose := use.require(o, a, b)
	// from says where a condition comes from that some of the three have.
	from := func(in func(checks.Require) bool) Origin {
		switch {
		case whose != relaxes && in(o.V):
			return m.origin(stands, o.Place)
		case in(a.V):
			return m.origin(whose, a.Place)
		}
		return m.origin(stands, b.Place)
	}
	leaf := func(key string) []string { return append(path[:len(path):len(path)], key) }
	switch {
	case own.Always:
		m.set(from(func(r checks.Require) bool { return r.Always }), string(RequireAlways), path...)
	case sameRequire(own, checks.Require{}):
		m.set(from(func(r checks.Require) bool { return sameRequire(r, checks.Require{}) }), string(RequireNever), path...)
	case own.LinesOver > 0:
		m.set(from(func(r checks.Require) bool { return r.LinesOver == own.LinesOver }), strconv.Itoa(own.LinesOver), leaf("lines-over")...)
	}
	for _, g := range own.Paths {
		m.set(from(func(r checks.Require) bool { return slices.Contains(r.Paths, g) }), showText(g), append(leaf("paths"), "[]")...)
	}
	for _, l := range own.Labels {
		m.set(from(func(r checks.Require) bool { return slices.Contains(r.Labels, l) }), showText(l), append(leaf("labels"), "[]")...)
	}
	if a.Set && !sameRequire(a.V, own) {
		m.overrule(showRequire(a.V), a.Place, showRequire(own)+" stands", m.origin(stands, o.Place), path...)
	}
	return own, floor
}

func (r Require) value() Value[checks.Require] { return Value[checks.Require]{r.Place, r.Rule()} }

// showRequire writes a condition as a policy file has it, in one line.
func showRequire(r checks.Require) string {
	if r.Always {
		return string(RequireAlways)
	}
	text := ""
	add := func(key, value string) {
		if text != "" {
			text += ", "
		}
		text += key + ": " + value
	}
	if r.LinesOver > 0 {
		add("lines-over", strconv.Itoa(r.LinesOver))
	}
	if len(r.Paths) > 0 {
		add("paths", showList(r.Paths))
	}
	if len(r.Labels) > 0 {
		add("labels", showList(r.Labels))
	}
	if text == "" {
		return string(RequireNever)
	}
	return "{" + text + "}"
}
