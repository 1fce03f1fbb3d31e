// Package effective shows a policy as a policy file, with the origin of every
// value: the file and line that it stands in, and what other files say.
package effective

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan"
)

// value is one value of a policy, as it would be written in a file.
type value struct {
	path []string
	text string // YAML on one line; empty: the policy says nothing here
}

// key is the path as problems and documentation write it.
func (v value) key() string { return strings.Join(v.path, ".") }

func at(text string, path ...string) value { return value{path, text} }

// values lists what a policy holds, in the order of the documentation. What is
// empty unless somebody fills it is left out while it is.
func values(p checks.Policy) []value {
	all := []value{at(string(p.Mode), "mode")}
	zone := zoneOf(p)
	if zone != nil {
		all = append(all, at(word(zone.String()), "timezone"))
	}
	for _, s := range p.Sections {
		all = append(all, sectionValues(s)...)
	}
	all = append(all,
		at(limit(p.DiffSize.WarnAbove), "diff-size", "warn-above"),
		at(limit(p.DiffSize.BlockAbove), "diff-size", "block-above"),
		at(limit(p.DiffSize.WarnAboveFiles), "diff-size", "warn-above-files"),
		at(words(p.DiffSize.Ignore), "diff-size", "ignore"))
	all = append(all, classValues(p.Irreversible)...)
	for _, s := range p.Systems {
		all = append(all, at(words(s.Paths), "systems", s.Name, "paths"), at(words(s.Also), "systems", s.Name, "also"))
	}
	all = append(all, at(string(p.BlastRadius), "blast-radius"), at(string(p.Tasks), "tasks"))
	for i, w := range p.Freeze.Windows {
		all = append(all, at(freeze(w, zone), "freeze", fmt.Sprintf("[%d]", i)))
	}
	all = append(all, at(string(p.Freeze.Severity), "freeze-severity"),
		at(staffed(p.Hours.Staffed), "hours", "staffed"),
		at(duration(p.Hours.Watch), "hours", "watch"),
		at(string(p.Hours.Severity), "hours", "severity"),
		at(words(p.Exempt.Authors), "exempt", "authors"),
		at(words(p.Exempt.Paths), "exempt", "paths"))
	return slices.DeleteFunc(all, func(v value) bool { return v.text == "" })
}

func sectionValues(s checks.SectionRule) []value {
	all := []value{
		at(word(s.Title), "sections", s.ID, "title"),
		at(words(s.Also), "sections", s.ID, "also"),
		at(word(s.Hint), "sections", s.ID, "hint"),
		at(require(s.Require), "sections", s.ID, "require"),
	}
	if s.ID == plan.Rollback {
		all = append(all, at(string(s.RollForward), "sections", s.ID, "roll-forward"))
	}
	return all
}

// classValues lists the built-in classes as they stand, and then the others by
// name.
func classValues(rules map[string]checks.ClassRule) []value {
	var all []value
	builtin := map[string]bool{}
	for _, c := range checks.Classes() {
		builtin[c.ID] = true
		r := rules[c.ID]
		if r.Severity == "" {
			r.Severity = c.Severity
		}
		all = append(all, classRule(c.ID, r)...)
	}
	var own []string
	for id := range rules {
		if !builtin[id] {
			own = append(own, id)
		}
	}
	slices.Sort(own)
	for _, id := range own {
		r := rules[id]
		if r.Severity == "" {
			r.Severity = checks.Block
		}
		all = append(all, classRule(id, r)...)
	}
	return all
}

func classRule(id string, r checks.ClassRule) []value {
	return []value{
		at(string(r.Severity), "irreversible", id, "severity"),
		at(words(r.Ignore), "irreversible", id, "ignore"),
		at(words(r.Paths), "irreversible", id, "paths"),
		at(word(r.Ask), "irreversible", id, "ask"),
		at(string(r.Way), "irreversible", id, "way"),
	}
}

// zoneOf is the zone that the policy's times are written in: that of the hours,
// or else of the first freeze. nil: there are no times.
func zoneOf(p checks.Policy) *time.Location {
	if len(p.Hours.Staffed) > 0 && p.Hours.Location != nil {
		return p.Hours.Location
	}
	if len(p.Freeze.Windows) > 0 {
		if l := p.Freeze.Windows[0].Location; l != nil {
			return l
		}
		return time.UTC
	}
	return nil
}

func limit(n int) string {
	if n == 0 {
		return "off"
	}
	return fmt.Sprint(n)
}

func require(r checks.Require) string {
	if r.Always {
		return "always"
	}
	var parts []string
	if r.LinesOver > 0 {
		parts = append(parts, fmt.Sprintf("lines-over: %d", r.LinesOver))
	}
	if parts = append(parts, condition(r.Paths, r.Labels)...); len(parts) == 0 {
		return "never"
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func condition(paths, labels []string) []string {
	var parts []string
	if len(paths) > 0 {
		parts = append(parts, "paths: "+words(paths))
	}
	if len(labels) > 0 {
		parts = append(parts, "labels: "+words(labels))
	}
	return parts
}

// freeze writes a window by the clocks of the zone.
func freeze(w checks.FreezeWindow, zone *time.Location) string {
	const layout = "2006-01-02T15:04"
	var parts []string
	if w.Name != "" {
		parts = append(parts, "name: "+word(w.Name))
	}
	parts = append(parts, "from: "+w.From.In(zone).Format(layout), "until: "+w.Until.In(zone).Format(layout))
	if only := condition(w.Only.Paths, w.Only.Labels); len(only) > 0 {
		parts = append(parts, "only: {"+strings.Join(only, ", ")+"}")
	}
	if except := condition(w.Except.Paths, w.Except.Labels); len(except) > 0 {
		parts = append(parts, "except: {"+strings.Join(except, ", ")+"}")
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func staffed(ranges []checks.StaffedRange) string {
	if len(ranges) == 0 {
		return ""
	}
	all := make([]string, len(ranges))
	for i, r := range ranges {
		all[i] = quoted(staffedRange(r))
	}
	return "[" + strings.Join(all, ", ") + "]"
}

func staffedRange(r checks.StaffedRange) string {
	clock := func(m int) string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }
	hours := clock(r.Start) + "-" + clock(r.End)
	names := []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
	on := func(i int) bool { return r.Days[(i+1)%7] }
	var days []string
	for i := 0; i < 7; i++ {
		if !on(i) {
			continue
		}
		last := i
		for last+1 < 7 && on(last+1) {
			last++
		}
		if i == 0 && last == 6 {
			return hours
		}
		span := names[i]
		if last > i {
			span += "-" + names[last]
		}
		days = append(days, span)
		i = last
	}
	return strings.Join(days, ", ") + " " + hours
}

func duration(d time.Duration) string {
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case m == 0:
		return fmt.Sprintf("%dh", h)
	case h == 0:
		return fmt.Sprintf("%dm", m)
	}
	return fmt.Sprintf("%dh%dm", h, m)
}

func words(all []string) string {
	if len(all) == 0 {
		return ""
	}
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = quoted(s)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

var plainText = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 ._/-]*[A-Za-z0-9]$`)

// word leaves out the quotes where YAML reads the same text without.
func word(s string) string {
	switch strings.ToLower(s) {
	case "", "y", "n", "yes", "no", "on", "off", "true", "false", "null", "inf", "nan":
	default:
		if plainText.MatchString(s) {
			return s
		}
	}
	if s == "" {
		return ""
	}
	return quoted(s)
}

// quoted writes a text as JSON does, which is YAML too. What cannot be seen is
// written as its number, so that nobody has to guess.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xFFFF:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return strings.ReplaceAll(b.String(), "##[", `##\u005b`)
}
