package config

import (
	"fmt"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan"
)

// The keys whose maps have names for keys: sections, classes, systems.

func builtinSections() []string { return []string{plan.Rollback, plan.WorstCase, plan.BlastRadius} }

func builtinClasses() []string {
	var ids []string
	for _, c := range checks.Classes() {
		ids = append(ids, c.ID)
	}
	return ids
}

func aboutSection(id string) string {
	for _, r := range checks.DefaultPolicy().Sections {
		if r.ID == id {
			return r.Title + ": " + r.Hint
		}
	}
	return ""
}

func aboutClass(id string) string {
	for _, c := range checks.Classes() {
		if c.ID == id {
			return fmt.Sprintf("%s: %s. %s", c.Title, c.Severity, c.Ask)
		}
	}
	return ""
}

func (f *File) sections() mapOf[Section] {
	return mapOf[Section]{
		to: &f.Sections, want: "a map by section, such as {rollback: {require: always}}", name: kebabName("a section"),
		known: builtinSections(), about: aboutSection,
		entry: func(id string, s *Section) shape { return s.object(id) },
		text:  "A section: rollback, worst-case, blast-radius, or one of your own.",
	}
}

func (s *Section) object(id string) object {
	title, hint := any(nil), any(nil)
	for _, r := range checks.DefaultPolicy().Sections {
		if r.ID == id {
			title, hint = r.Title, r.Hint
		}
	}
	o := object{want: "a map, such as {require: always}", fields: []field{
		{
			"title",
			scalar[string]{&s.Title, text("a heading, such as Monitoring", maxName)},
			"The heading that is asked for. Left out for a section of your own: its name in words.", title, "Monitoring",
		},
		{
			"also",
			list[string]{&s.Also, text("a heading, such as Metrics", maxName), "a list of headings, such as [Metrics, Alerts]", false, false},
			"Further headings that mark the section.",
			[]string{},
			[]string{"Metrics", "Alerts"},
		},
		{
			"hint",
			scalar[string]{&s.Hint, text("a question, such as Which graph shows it first?", maxSentence)},
			"The question that the section answers, shown to the author.", hint, "Which graph shows first that this went wrong?",
		},
		{"require", s.Require.shape(), "When the section is required: always, never, or when one of the conditions holds.", RequireAlways, map[string]any{"lines-over": 50}},
	}}
	if id == plan.Rollback {
		o.fields = append(o.fields, rollForward(&s.RollForward, checks.Warn))
	}
	return o
}

func rollForward(to *Value[checks.Severity], def any) field {
	return field{
		"roll-forward",
		scalar[checks.Severity]{to, severity()},
		"What happens when the plan names no way back, only a way forward.", def, checks.Block,
	}
}

func (r *Require) shape() shape {
	return either{
		short: requireWord{r},
		long: object{to: &r.Place, some: true, want: "always, never, or a map with lines-over, paths or labels", fields: []field{
			{
				"lines-over",
				scalar[int]{&r.LinesOver, whole("a number of lines, such as 50")},
				"Required above so many counted lines.", nil, 50,
			},
			{"paths", paths(&r.Paths), "Required when any file matches one of these patterns.", []string{}, []string{"services/**"}},
			{"labels", labels(&r.Labels), "Required when the change has any of these labels.", []string{}, []string{"risky"}},
		}},
	}
}

// requireWord is require without conditions.
type requireWord struct{ to *Require }

func (r requireWord) read(d *decoder, n node, path string) {
	f := word(RequireAlways, RequireNever)
	f.want = "always, never, or a map with lines-over, paths or labels"
	if v, ok := readForm(d, f, n, path); ok {
		*r.to = Require{Place: v.Place, Word: v.V}
	}
}

func (r requireWord) schema() *schema { return word(RequireAlways, RequireNever).schema() }

func (f *File) classes() mapOf[Class] {
	return mapOf[Class]{
		to: &f.Irreversible, want: "a map by class, such as {published-version: off}", name: kebabName("a class"),
		known: builtinClasses(), about: aboutClass,
		entry: func(id string, c *Class) shape { return c.shape(id) },
		own: func() shape {
			o := new(Class).object("")
			o.required = []string{"paths"}
			return o
		},
		text: "A class of irreversible change: a built-in one, or one of your own, which needs paths.",
	}
}

func (c *Class) shape(id string) shape {
	return either{short: scalar[checks.Severity]{&c.Severity, severity()}, long: c.object(id)}
}

func (c *Class) object(id string) object {
	severe, ask, way := any(checks.Block), any(nil), any(checks.WayRestore)
	for _, b := range checks.Classes() {
		if b.ID == id {
			severe, ask, way = b.Severity, b.Ask, b.Way
		}
	}
	return object{want: "off, warn, block, or a map, such as {severity: warn}", fields: []field{
		{
			"severity",
			scalar[checks.Severity]{&c.Severity, severity()},
			"What happens when the rollback plan does not deal with such a change.", severe, checks.Warn,
		},
		{
			"ignore", anyPaths(&c.Ignore),
			"Files that the class does not look at, by patterns.",
			[]string{},
			[]string{"tools/sandbox/**"},
		},
		{
			"paths", paths(&c.Paths),
			"Files that belong to the class whatever they hold, by patterns.",
			[]string{},
			[]string{"search/mappings/**"},
		},
		{
			"ask",
			scalar[string]{&c.Ask, text("a question, such as How long does a re-index take?", maxSentence)},
			"What the rollback plan must say.", ask, "How long does a re-index take, and from which alias do we serve meanwhile?",
		},
		{
			"way",
			scalar[checks.Way]{&c.Way, word(checks.WayRevert, checks.WayRestore, checks.WayForwardOnly)},
			"How one gets back. revert: by reverting and one more step. restore: the data must come back from somewhere. forward-only: only a new release mends it.", way, checks.WayForwardOnly,
		},
	}}
}

func (f *File) systems() mapOf[System] {
	return mapOf[System]{
		to: &f.Systems, want: `a map by system, such as {payments: {paths: ["services/payments/**"]}}`, name: plainName("a system"),
		entry: func(_ string, s *System) shape { return s.object() },
		text:  "A system, by the name that people use.",
	}
}

func (s *System) object() object {
	return object{want: `a map with paths, such as {paths: ["services/payments/**"]}`, required: []string{"paths"}, fields: []field{
		{"paths", paths(&s.Paths), "Its files, by patterns.", nil, []string{"services/payments/**"}},
		{
			"also",
			list[string]{&s.Also, systemName(), "a list of names, such as [billing, checkout]", false, false},
			"Further names that count as naming it.",
			[]string{},
			[]string{"billing", "checkout"},
		},
	}}
}

// systemName is a further name of a system, held to what its name is.
func systemName() form[string] {
	f := text("a name, such as billing", maxName)
	name := plainName("a system")
	read := f.read
	f.read = func(n node) (string, string, string) {
		s, wrong, fix := read(n)
		if wrong == "" {
			if bad, better := name.wrong(s); bad != "" {
				return "", bad, better
			}
		}
		return s, wrong, fix
	}
	f.desc.Pattern = name.pattern
	return f
}

func (r *Relax) object() object {
	return object{to: &r.Place, want: "a map, such as {diff-size: {block-above: 2000}}", fields: []field{
		{
			"mode",
			scalar[checks.Mode]{&r.Mode, word(checks.Enforce, checks.Audit)},
			"audit: a repository may only report.", checks.Enforce, checks.Audit,
		},
		{"sections", mapOf[RelaxSection]{
			to: &r.Sections, want: "a map by section, such as {blast-radius: {require: never}}", name: kebabName("a section"),
			known: builtinSections(), about: aboutSection,
			entry: func(id string, s *RelaxSection) shape { return s.object(id) },
			text:  "A section of this file, or a built-in one.",
		}, "The least that a repository must ask for, by section.", object0(), map[string]any{"blast-radius": map[string]any{"require": map[string]any{"lines-over": 200}}}},
		{
			"diff-size", r.DiffSize.object("a map, such as {block-above: 2000}", false),
			"The largest limits that a repository may set, and the patterns that it may ignore.", object0(),
			map[string]any{"block-above": 2000},
		},
		{"irreversible", mapOf[RelaxClass]{
			to: &r.Irreversible, want: "a map by class, such as {published-version: off}", name: kebabName("a class"),
			known: builtinClasses(), about: aboutClass,
			entry: func(_ string, c *RelaxClass) shape { return c.shape() },
			text:  "A class of this file, or a built-in one: the mildest severity that a repository may set.",
		}, "The mildest severities that a repository may set, by class, and the patterns that it may ignore.", object0(), map[string]any{"published-version": "off"}},
		{
			"blast-radius",
			scalar[checks.Severity]{&r.BlastRadius, severity()},
			"The mildest severity that a repository may set.", nil, checks.Warn,
		},
		{
			"tasks",
			scalar[checks.Severity]{&r.Tasks, severity()},
			"The mildest severity that a repository may set.", nil, checks.Off,
		},
		{
			"freeze-severity",
			scalar[checks.Severity]{&r.FreezeSeverity, severity()},
			"The mildest severity that a repository may set.", nil, checks.Warn,
		},
		{
			"hours", r.Hours.object(),
			"The shortest watch period and the mildest severity that a repository may set.", object0(),
			map[string]any{"watch": "1h"},
		},
		{
			"exempt", r.Exempt.object(),
			"The authors and patterns that a repository may exempt.", object0(),
			map[string]any{"paths": []string{"docs/**"}},
		},
	}}
}

func (s *RelaxSection) object(id string) object {
	o := object{want: "a map, such as {require: never}", fields: []field{
		{"require", s.Require.shape(), "The least that a repository must require.", nil, RequireNever},
	}}
	if id == plan.Rollback {
		o.fields = append(o.fields, rollForward(&s.RollForward, nil))
	}
	return o
}

func (c *RelaxClass) shape() shape {
	return either{
		short: scalar[checks.Severity]{&c.Severity, severity()},
		long: object{want: "off, warn, block, or a map, such as {severity: warn}", fields: []field{
			{
				"severity",
				scalar[checks.Severity]{&c.Severity, severity()},
				"The mildest severity that a repository may set.", nil, checks.Warn,
			},
			{"ignore", anyPaths(&c.Ignore), "The patterns that a repository may ignore.", []string{}, []string{"tools/sandbox/**"}},
		}},
	}
}

func (h *RelaxHours) object() object {
	return object{to: &h.Place, want: "a map, such as {watch: 1h}", fields: []field{
		{
			"watch",
			scalar[time.Duration]{&h.Watch, duration("a length of time, such as 1h", 0)},
			"The shortest watch period that a repository may set.", nil, "1h",
		},
		{
			"severity",
			scalar[checks.Severity]{&h.Severity, severity()},
			"The mildest severity that a repository may set.", nil, checks.Off,
		},
	}}
}
