package config

import (
	"strings"
	"time"

	"github.com/backout-dev/backout/checks"
)

// Policy returns what the file alone asks for: the defaults, changed where the
// file says so. The merging of two files is not made of it.
func (f File) Policy() checks.Policy {
	p := checks.DefaultPolicy()
	p.Mode = f.Mode.Or(p.Mode)
	p.Sections = f.SectionRules()
	p.DiffSize.WarnAbove = f.DiffSize.WarnAbove.Or(p.DiffSize.WarnAbove)
	p.DiffSize.BlockAbove = f.DiffSize.BlockAbove.Or(p.DiffSize.BlockAbove)
	p.DiffSize.WarnAboveFiles = f.DiffSize.WarnAboveFiles.Or(p.DiffSize.WarnAboveFiles)
	p.DiffSize.Ignore = f.DiffSize.Ignore.Values()
	p.Irreversible = f.ClassRules()
	p.Systems = f.SystemList()
	p.BlastRadius = f.BlastRadius.Or(p.BlastRadius)
	p.Tasks = f.Tasks.Or(p.Tasks)
	p.Freeze.Severity = f.FreezeSeverity.Or(p.Freeze.Severity)
	p.Freeze.Windows = f.FreezeWindows()
	p.Hours = f.StaffedHours()
	p.Exempt = checks.Exempt{Authors: f.Exempt.Authors.Values(), Paths: f.Exempt.Paths.Values()}
	return p
}

// SectionRules returns the built-in sections as the file has them, and then
// its own in its order.
func (f File) SectionRules() []checks.SectionRule {
	rules := checks.DefaultPolicy().Sections
	for i := range rules {
		if e, ok := f.Sections.Get(rules[i].ID); ok {
			rules[i] = e.V.Over(rules[i])
		}
	}
	for _, e := range f.Sections.Entries {
		if !isBuiltin(rules, e.Key) {
			rules = append(rules, e.V.Over(OwnSection(e.Key)))
		}
	}
	return rules
}

func isBuiltin(rules []checks.SectionRule, id string) bool {
	for _, r := range rules {
		if r.ID == id {
			return true
		}
	}
	return false
}

// OwnSection is what a section of a policy's own is asked for unless the file
// says otherwise. It is required: somebody wrote it for a reason.
func OwnSection(id string) checks.SectionRule {
	words := strings.ReplaceAll(id, "-", " ")
	return checks.SectionRule{
		ID: id, Title: strings.ToUpper(words[:1]) + words[1:],
		Hint:    "What does the person on call need to know about this?",
		Require: checks.Require{Always: true},
	}
}

// Over returns a rule with what the file says about it.
func (s Section) Over(rule checks.SectionRule) checks.SectionRule {
	rule.Title = s.Title.Or(rule.Title)
	rule.Also = append(rule.Also[:len(rule.Also):len(rule.Also)], s.Also.Values()...)
	rule.Hint = s.Hint.Or(rule.Hint)
	rule.RollForward = s.RollForward.Or(rule.RollForward)
	if s.Require.Set {
		rule.Require = s.Require.Rule()
	}
	return rule
}

// Rule returns the conditions; never is the rule without any.
func (r Require) Rule() checks.Require {
	return checks.Require{
		Always: r.Word == RequireAlways, LinesOver: r.LinesOver.Or(0), Paths: r.Paths.Values(), Labels: r.Labels.Values(),
	}
}

// ClassRules returns what the file says about classes of irreversible change.
func (f File) ClassRules() map[string]checks.ClassRule {
	if len(f.Irreversible.Entries) == 0 {
		return nil
	}
	rules := map[string]checks.ClassRule{}
	for _, e := range f.Irreversible.Entries {
		rules[e.Key] = e.V.Rule()
	}
	return rules
}

// Rule returns what the file says about one class.
func (c Class) Rule() checks.ClassRule {
	return checks.ClassRule{
		Severity: c.Severity.Or(""), Ignore: c.Ignore.Values(), Paths: c.Paths.Values(), Ask: c.Ask.Or(""), Way: c.Way.Or(""),
	}
}

// SystemList returns the systems in the file's order.
func (f File) SystemList() []checks.System {
	var all []checks.System
	for _, e := range f.Systems.Entries {
		all = append(all, checks.System{Name: e.Key, Paths: e.V.Paths.Values(), Also: e.V.Also.Values()})
	}
	return all
}

// FreezeWindows returns the freezes in the file's own zone. Where a local time
// exists twice or never, a freeze starts at the earlier and ends at the later
// reading.
func (f File) FreezeWindows() []checks.FreezeWindow {
	var all []checks.FreezeWindow
	zone := f.Location()
	for _, fr := range f.Freeze.Items {
		all = append(all, checks.FreezeWindow{
			Name: fr.Name.Or(""), From: fr.From.V.Earliest(zone), Until: fr.Until.V.Latest(zone), Location: zone,
			Only: fr.Only.Rule(), Except: fr.Except.Rule(),
		})
	}
	return all
}

// Rule returns the condition.
func (c Condition) Rule() checks.Condition {
	return checks.Condition{Paths: c.Paths.Values(), Labels: c.Labels.Values()}
}

// StaffedHours returns the hours in the file's own zone. The ranges stay
// local: the check reads them day by day, on the strict side where a local
// time exists twice or never.
func (f File) StaffedHours() checks.Hours {
	h := checks.DefaultPolicy().Hours
	h.Location = f.Location()
	h.Severity = f.Hours.Severity.Or(h.Severity)
	h.Watch = f.Hours.Watch.Or(h.Watch)
	for _, s := range f.Hours.Staffed.Values() {
		h.Staffed = append(h.Staffed, s.Range)
	}
	return h
}

// Location returns the file's own zone. A valid file without one has no times.
func (f File) Location() *time.Location {
	if f.Timezone.Set {
		return f.Timezone.V
	}
	return time.UTC
}

// EnforcedFrom returns when the file begins to be enforced; the zero time is
// at once. The earlier reading of a local time is the strict one.
func (f File) EnforcedFrom() time.Time {
	if !f.Enforce.From.Set {
		return time.Time{}
	}
	return f.Enforce.From.V.Earliest(f.Location())
}
