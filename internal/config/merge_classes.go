package config

import (
	"cmp"
	"slices"

	"github.com/backout-dev/backout/checks"
)

// mergeClasses settles the classes of irreversible change: the built-in ones,
// the organisation's and then those that only the repository has.
func (m *merger) mergeClasses() {
	org, repo := m.files()
	var known, extra []string
	builtin := checks.Classes()
	for _, c := range builtin {
		known = append(known, c.ID)
	}
	for _, e := range org.Irreversible.Entries {
		if !slices.Contains(known, e.Key) {
			known = append(known, e.Key)
		}
	}
	for _, e := range repo.Irreversible.Entries {
		if !slices.Contains(known, e.Key) {
			extra = append(extra, e.Key)
		}
	}
	all, floor := m.classes(known, extra, nil, repo.Irreversible.Set)
	m.own.Irreversible, m.floor.Irreversible = nil, nil
	for _, e := range all {
		def := checks.Class{Severity: checks.Block, Way: checks.WayRestore}
		if i := slices.IndexFunc(builtin, func(c checks.Class) bool { return c.ID == e.v }); i >= 0 {
			def = builtin[i]
		}
		o, inOrg := org.Irreversible.Get(e.v)
		r, inRepo := repo.Irreversible.Get(e.v)
		if !inOrg && !inRepo {
			m.set(Origin{Kind: FromDefault}, showWord(def.Severity), "irreversible", e.v, "severity")
			continue
		}
		own, below := m.mergeClass(e.v, def, o.V, r.V, slices.Contains(known, e.v))
		addClass(&m.own, e.v, own)
		if slices.Contains(floor, e.v) && (inOrg || !isZeroClass(below)) {
			addClass(&m.floor, e.v, below)
		}
	}
}

func addClass(p *checks.Policy, id string, r checks.ClassRule) {
	if p.Irreversible == nil {
		p.Irreversible = map[string]checks.ClassRule{}
	}
	p.Irreversible[id] = r
}

func isZeroClass(r checks.ClassRule) bool {
	return r.Severity == "" && len(r.Ignore)+len(r.Paths) == 0 && r.Ask == "" && r.Way == ""
}

// mergeClass settles one class. Where the organisation's file does not know
// it, the repository may say anything of it.
func (m *merger) mergeClass(id string, def checks.Class, org, asked Class, known bool) (own, floor checks.ClassRule) {
	bound, _ := m.relaxed().Irreversible.Get(id)
	use, why := m.rules, "the organisation's class still looks there"
	if !known {
		use, why = alone(), ""
	}
	own.Severity, floor.Severity = settle(m, use.classSeverity, or(org.Severity, def.Severity), asked.Severity, bound.V.Severity,
		showWord[checks.Severity], "irreversible", id, "severity")
	if !org.Severity.Set {
		// Left out, the built-in class's own severity stands.
		if !asked.Severity.Set {
			own.Severity = ""
		}
		if floor.Severity == def.Severity {
			floor.Severity = ""
		}
	}
	own.Ignore, floor.Ignore = m.list(use.classIgnore, org.Ignore, asked.Ignore, bound.V.Ignore, why, "irreversible", id, "ignore")
	own.Paths, floor.Paths = m.list(use.classPaths, org.Paths, asked.Paths, List[string]{}, "", "irreversible", id, "paths")
	own.Ask, floor.Ask = m.mergeAsk(use, id, def, org, asked)
	way, below := settle(m, use.way, or(org.Way, def.Way), asked.Way, Value[checks.Way]{}, showWord[checks.Way], "irreversible", id, "way")
	own.Way, floor.Way = unlessDefault(way, def.Way, org.Way, asked.Way), unlessDefault(below, def.Way, org.Way, Value[checks.Way]{})
	return own, floor
}

func (m *merger) mergeAsk(use rules, id string, def checks.Class, org, asked Class) (own, floor string) {
	ask := cmp.Or(org.Ask.V, def.Ask)
	if ask == "" && !asked.Ask.Set {
		return "", "" // a class of one's own that asks the usual
	}
	own, floor = settle(m, use.ask, or(org.Ask, ask), asked.Ask, Value[string]{}, showText, "irreversible", id, "ask")
	return unlessDefault(own, def.Ask, org.Ask, asked.Ask), unlessDefault(floor, def.Ask, org.Ask, Value[string]{})
}

// unlessDefault leaves a value empty that is the default because nobody says
// otherwise.
func unlessDefault[T comparable](v, def T, org, asked Value[T]) T {
	if !org.Set && (!asked.Set || v != asked.V) {
		var none T
		if v == def {
			return none
		}
	}
	return v
}
