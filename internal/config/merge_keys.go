package config

import (
	"strconv"
	"time"

	"github.com/backout-dev/backout/checks"
)

// mergeGeneral settles what concerns the whole verdict.
func (m *merger) mergeGeneral(orgMode Value[checks.Mode]) {
	org, repo := m.files()
	m.set(Origin{Kind: FromDefault}, "1", "version")
	m.own.Mode, m.floor.Mode = settle(m, m.mode, orgMode, repo.Mode, m.relaxed().Mode, showWord[checks.Mode], "mode")
	m.out.Comment, _ = settle(m, m.comment, or(org.Comment, CommentWhenNeeded), repo.Comment, Value[Comment]{}, showWord[Comment], "comment")
	m.out.Branches, _ = m.list(m.branches, org.Branches, repo.Branches, List[string]{}, "", "branches")
	zone := func(z *time.Location) string { return flow(z.String()) }
	if org.Timezone.Set {
		m.set(m.origin(stands, org.Timezone.Place), zone(org.Timezone.V), "timezone")
	}
	if repo.Timezone.Set {
		m.set(m.origin(asks, repo.Timezone.Place), zone(repo.Timezone.V), "timezone")
	}
}

func (m *merger) mergeSize() {
	org, repo := m.files()
	relax, def := m.relaxed().DiffSize, checks.DefaultPolicy().DiffSize
	const key = "diff-size"
	own, floor := &m.own.DiffSize, &m.floor.DiffSize
	own.WarnAbove, floor.WarnAbove = settle(m, m.warnAbove, or(org.DiffSize.WarnAbove, def.WarnAbove),
		repo.DiffSize.WarnAbove, relax.WarnAbove, showLimit, key, "warn-above")
	own.BlockAbove, floor.BlockAbove = settle(m, m.blockAbove, or(org.DiffSize.BlockAbove, def.BlockAbove),
		repo.DiffSize.BlockAbove, relax.BlockAbove, showLimit, key, "block-above")
	own.WarnAboveFiles, floor.WarnAboveFiles = settle(m, m.warnAboveFiles, or(org.DiffSize.WarnAboveFiles, def.WarnAboveFiles),
		repo.DiffSize.WarnAboveFiles, relax.WarnAboveFiles, showLimit, key, "warn-above-files")
	own.Ignore, floor.Ignore = m.list(m.sizeIgnore, org.DiffSize.Ignore, repo.DiffSize.Ignore, relax.Ignore,
		"it counts only towards limits of the repository's own", key, "ignore")
}

func (m *merger) mergeSystems() {
	org, repo := m.files()
	relax, def := m.relaxed(), checks.DefaultPolicy()
	all, floor := m.systems(org.Systems.Entries, repo.Systems.Entries, nil, repo.Systems.Set)
	for _, e := range all {
		m.own.Systems = append(m.own.Systems, systemOf(e.v))
		before := len(m.out.Settings)
		m.names(e.by, e.v.Place, e.v.V.Paths, "systems", e.v.Key, "paths")
		m.names(e.by, e.v.Place, e.v.V.Also, "systems", e.v.Key, "also")
		if _, both := org.Systems.Get(e.v.Key); both && e.by == asks && m.org != nil {
			for i := range m.out.Settings[before:] {
				m.out.Settings[before+i].Beside = true
			}
			m.overrule(e.v.Key, e.v.Place, "it stands beside the organisation's of that name and answers for nothing there",
				m.origin(stands, org.Systems.Place), "systems")
		}
	}
	if len(all) == 0 {
		m.set(Origin{Kind: FromDefault}, "{}", "systems")
	}
	for _, e := range floor {
		m.floor.Systems = append(m.floor.Systems, systemOf(e))
	}
	m.own.BlastRadius, m.floor.BlastRadius = settle(m, m.blastRadius, or(org.BlastRadius, def.BlastRadius),
		repo.BlastRadius, relax.BlastRadius, showWord[checks.Severity], "blast-radius")
	m.own.Tasks, m.floor.Tasks = settle(m, m.tasks, or(org.Tasks, def.Tasks),
		repo.Tasks, relax.Tasks, showWord[checks.Severity], "tasks")
}

func systemOf(e Entry[System]) checks.System {
	return checks.System{Name: e.Key, Paths: e.V.Paths.Values(), Also: e.V.Also.Values()}
}

// names records a list of an entry that stands as one of the files has it.
func (m *merger) names(whose voice, entry Place, l List[string], path ...string) {
	if len(l.Items) == 0 {
		return
	}
	for _, item := range l.Items {
		at := item.Place
		if !at.Set {
			at = entry
		}
		m.set(m.origin(whose, at), showText(item.V), append(path[:len(path):len(path)], "[]")...)
	}
}

func (m *merger) mergeFreezes() {
	org, repo := m.files()
	all, floor := m.freeze(freezings(org), freezings(repo), nil, repo.Freeze.Set)
	for i, e := range all {
		m.own.Freeze.Windows = append(m.own.Freeze.Windows, e.v.window)
		m.setFreeze(e, "freeze["+strconv.Itoa(i)+"]")
	}
	if len(all) == 0 {
		m.set(Origin{Kind: FromDefault}, "[]", "freeze")
	}
	for _, e := range floor {
		m.floor.Freeze.Windows = append(m.floor.Freeze.Windows, e.window)
	}
	m.own.Freeze.Severity, m.floor.Freeze.Severity = settle(m, m.freezeSeverity, or(org.FreezeSeverity, checks.Block),
		repo.FreezeSeverity, m.relaxed().FreezeSeverity, showWord[checks.Severity], "freeze-severity")
}

func freezings(f File) []freezing {
	var all []freezing
	for i, w := range f.FreezeWindows() {
		all = append(all, freezing{f.Freeze.Items[i], w})
	}
	return all
}

func (m *merger) setFreeze(e whose[freezing], path string) {
	f, zone := e.v, e.v.window.Location.String()
	if f.Name.Set {
		m.set(m.origin(e.by, f.Name.Place), showText(f.Name.V), path, "name")
	}
	m.setTime(m.origin(e.by, f.From.Place), f.From.V.String(), zone, path, "from")
	m.setTime(m.origin(e.by, f.Until.Place), f.Until.V.String(), zone, path, "until")
	m.names(e.by, f.Place, f.Only.Paths, path, "only", "paths")
	m.names(e.by, f.Place, f.Only.Labels, path, "only", "labels")
	m.names(e.by, f.Place, f.Except.Paths, path, "except", "paths")
	m.names(e.by, f.Place, f.Except.Labels, path, "except", "labels")
}

func (m *merger) mergeHours() {
	org, repo := m.files()
	relax, def := m.relaxed().Hours, checks.DefaultPolicy().Hours
	own, floor := &m.own.Hours, &m.floor.Hours

	ranges := func(l List[Staffed]) [][]Value[Staffed] {
		if len(l.Items) == 0 {
			return nil
		}
		return [][]Value[Staffed]{l.Items}
	}
	all, below := m.staffed(ranges(org.Hours.Staffed), ranges(repo.Hours.Staffed), nil, repo.Hours.Staffed.Set)
	for i, e := range all {
		zone := org.Location()
		if e.by == asks {
			zone = repo.Location()
		}
		s := checks.Schedule{Staffed: staffedRanges(e.v), Location: zone}
		if i == 0 {
			own.Staffed, own.Location = s.Staffed, s.Location
		} else {
			own.And = append(own.And, s)
		}
		for _, r := range e.v {
			m.setTime(m.origin(e.by, r.Place), flow(r.V.Text), zone.String(), "hours", "staffed", "[]")
		}
	}
	if len(all) == 0 {
		m.set(Origin{Kind: FromDefault}, "[]", "hours", "staffed")
	}
	if len(below) > 0 {
		floor.Staffed, floor.Location = staffedRanges(below[0]), org.Location()
	}
	own.Watch, floor.Watch = settle(m, m.watch, or(org.Hours.Watch, def.Watch), repo.Hours.Watch, relax.Watch, showLength, "hours", "watch")
	own.Severity, floor.Severity = settle(m, m.hoursSeverity, or(org.Hours.Severity, def.Severity),
		repo.Hours.Severity, relax.Severity, showWord[checks.Severity], "hours", "severity")
}

func staffedRanges(items []Value[Staffed]) []checks.StaffedRange {
	var all []checks.StaffedRange
	for _, item := range items {
		all = append(all, item.V.Range)
	}
	return all
}

func (m *merger) mergeExempt() {
	org, repo := m.files()
	allowed := m.relaxed().Exempt
	const why = "a change is exempt only where the organisation's file says so too"
	m.own.Exempt.Authors, m.floor.Exempt.Authors = m.list(m.exemptAuthors, org.Exempt.Authors, repo.Exempt.Authors, allowed.Authors,
		why, "exempt", "authors")
	m.own.Exempt.Paths, m.floor.Exempt.Paths = m.list(m.exemptPaths, org.Exempt.Paths, repo.Exempt.Paths, allowed.Paths,
		why, "exempt", "paths")
}

func (m *merger) mergeOverride() {
	org, repo := m.files()
	o := m.override(org.Override, repo.Override)
	whose := stands
	if m.org == nil {
		whose = asks
	}
	m.out.Override = Approval{By: o.By.Values(), Author: o.Author.Or(AuthorNever), Expires: o.Expires.Or(24 * time.Hour)}
	if !o.By.Set {
		m.out.Override.By = []string{"maintain", "admin"}
	}
	m.set(m.origin(whose, o.By.Place), showList(m.out.Override.By), "override", "by")
	m.set(m.origin(whose, o.Author.Place), showWord(m.out.Override.Author), "override", "author")
	m.set(m.origin(whose, o.Expires.Place), showLength(m.out.Override.Expires), "override", "expires")
}

// organisationsOnly reports the keys of a repository's file that only an
// organisation's has.
func (m *merger) organisationsOnly() {
	_, repo := m.files()
	for _, k := range []struct {
		name string
		at   Place
		says string
	}{
		{"override", repo.Override.Place, "who may override is the organisation's to say"},
		{"repositories-may-relax", repo.Relax.Place, "it counts only in an organisation's file"},
		{"enforce", repo.Enforce.Place, "it counts only in an organisation's file"},
	} {
		if k.at.Set && (m.org != nil || k.name != "override") {
			m.overrule("{...}", k.at, k.says, Origin{Kind: FromFloor, File: m.orgName(), Line: 1}, k.name)
		}
	}
}

func (m *merger) orgName() string {
	if m.org == nil {
		return "no organisation's file"
	}
	return m.org.Name
}
