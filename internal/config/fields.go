package config

import (
	"time"

	"github.com/backout-dev/backout/checks"
)

// object is the whole file.
func (f *File) object() object {
	return object{want: "a map of keys, such as mode: enforce", fields: f.fields()}
}

func (f *File) fields() []field {
	return []field{
		{
			"version",
			scalar[int]{&f.Version, version()},
			"The version of this file's format.", 1, 1,
		},
		{
			"requires",
			scalar[Release]{&f.Requires, release()},
			"The oldest release of backout that may read this file. An older one says so instead of guessing.", nil, ">=1.0",
		},
		{
			"mode",
			scalar[checks.Mode]{&f.Mode, word(checks.Enforce, checks.Audit)},
			"enforce: a failure blocks the merge. audit: the verdict only reports.", checks.Enforce, checks.Audit,
		},
		{
			"comment",
			scalar[Comment]{&f.Comment, word(CommentWhenNeeded, CommentAlways, CommentNever)},
			"When a pull request gets a comment. when-needed: when there is something to mend, or something that a reviewer must know.", CommentWhenNeeded, CommentNever,
		},
		{
			"timezone",
			scalar[*time.Location]{&f.Timezone, zone()},
			"The zone of the times in this file, by its IANA name. Freezes, staffed hours and enforce.from need it.", nil, "Asia/Singapore",
		},
		{
			"branches",
			list[string]{&f.Branches, branchGlob(), `a list of branches, such as [default, "release/**"]`, false, false},
			"Comments appear only on pull requests into these branches; default is the default branch. Left out: all. Every pull request is judged.", nil,
			[]string{"default", "release/**"},
		},
		{
			"sections", f.sections(),
			"The sections that a description is asked for: the three that are built in, changed where a key says so, and some of your own.", object0(),
			map[string]any{"monitoring": map[string]any{"title": "Monitoring", "require": "always"}},
		},
		{
			"diff-size", f.DiffSize.object("a map, such as {warn-above: 400, block-above: 1000}", true),
			"How large a change may be: counted lines are what a person must read and undo.", object0(),
			map[string]any{"warn-above": 300, "block-above": 800},
		},
		{
			"irreversible", f.classes(),
			"Classes of change that reverting the code does not undo: the rollback plan must say what becomes of it. Changes the built-in classes, or adds some of your own.", object0(),
			map[string]any{"published-version": "off"},
		},
		{
			"systems", f.systems(),
			"What can be hit, each known by its paths. The blast radius must name every system that the diff touches.", object0(),
			map[string]any{"payments": map[string]any{"paths": []string{"services/payments/**"}}},
		},
		{
			"blast-radius",
			scalar[checks.Severity]{&f.BlastRadius, severity()},
			"What happens when the blast radius does not name a system that the diff touches.", checks.Block, checks.Warn,
		},
		{
			"tasks",
			scalar[checks.Severity]{&f.Tasks, severity()},
			"What happens while a task in the description is not ticked.", checks.Off, checks.Warn,
		},
		{
			"freeze",
			blocks[Freeze]{&f.Freeze, "a list of freezes", (*Freeze).object},
			"Times in which changes do not merge.",
			[]string{},
			[]any{map[string]any{"name": "Lunar New Year", "from": "2027-02-05T18:00", "until": "2027-02-13T09:00"}},
		},
		{
			"freeze-severity",
			scalar[checks.Severity]{&f.FreezeSeverity, severity()},
			"What happens to a change that a freeze covers.", checks.Block, checks.Warn,
		},
		{
			"hours", f.Hours.object(),
			"When somebody is there to watch. A merge should leave the whole watch period inside staffed hours.", object0(),
			map[string]any{"staffed": "Mon-Fri 09:00-18:00", "watch": "3h"},
		},
		{
			"exempt", f.Exempt.object(),
			"Changes to which the policy does not apply, beyond documentation and true reverts. What is irreversible is never exempt by its author alone.", object0(),
			map[string]any{"authors": []string{"dependabot[bot]"}},
		},
		{
			"override", f.Override.object(),
			"Who may let a blocked change through.", object0(),
			map[string]any{"by": []string{"admin", "acme/sre"}},
		},
		{
			"repositories-may-relax", f.Relax.object(),
			"How far a repository may go below the values of this file, key by key. Left out: not at all. Counts in an organisation's file.", object0(),
			map[string]any{"diff-size": map[string]any{"block-above": 2000}},
		},
		{
			"enforce", f.Enforce.object(),
			"How an organisation's file comes into force step by step; until then, and elsewhere, it only reports. Counts in an organisation's file.", object0(),
			map[string]any{"from": "2027-01-11", "repositories": []string{"pay-*"}},
		},
	}
}

func object0() map[string]any { return map[string]any{} }

func paths(to *List[string]) list[string] {
	return list[string]{to, pathGlob(), `a list of patterns for paths, such as ["services/**"]`, true, false}
}

// anyPaths may be empty.
func anyPaths(to *List[string]) list[string] {
	l := paths(to)
	l.some = false
	return l
}

func labels(to *List[string]) list[string] {
	return list[string]{to, text("the name of a label, such as hotfix", maxName), "a list of labels, such as [hotfix]", true, false}
}

// The most characters of names and of sentences.
const (
	maxName     = 100
	maxSentence = 500
)

func (d *DiffSize) object(want string, limits bool) object {
	o := object{to: &d.Place, want: want, fields: []field{
		{
			"warn-above",
			scalar[int]{&d.WarnAbove, limit("a number of lines, such as 400")},
			"Warn above so many counted lines. off: no limit.", 400, 300,
		},
		{
			"block-above",
			scalar[int]{&d.BlockAbove, limit("a number of lines, such as 1000")},
			"Block above so many counted lines. off: no limit.", 1000, 800,
		},
		{
			"warn-above-files",
			scalar[int]{&d.WarnAboveFiles, limit("a number of files, such as 50")},
			"Warn above so many changed files. off: no limit.", 50, 30,
		},
		{
			"ignore", anyPaths(&d.Ignore),
			"Files whose lines do not count, by patterns.",
			[]string{},
			[]string{"**/recordings/**"},
		},
	}}
	if !limits {
		for i := range o.fields[:3] {
			o.fields[i].def = nil
		}
	}
	return o
}

func (f *Freeze) object() object {
	return object{to: &f.Place, want: "a map with from and until", required: []string{"from", "until"}, fields: []field{
		{
			"name",
			scalar[string]{&f.Name, text("a name, such as Lunar New Year", maxName)},
			"What people call it.", nil, "Lunar New Year",
		},
		{
			"from",
			scalar[LocalTime]{&f.From, wallTime("a date and a time, such as 2027-02-05T18:00", false)},
			"When it starts, in the file's timezone.", nil, "2027-02-05T18:00",
		},
		{
			"until",
			scalar[LocalTime]{&f.Until, wallTime("a date and a time, such as 2027-02-13T09:00", false)},
			"When it ends, in the file's timezone.", nil, "2027-02-13T09:00",
		},
		{
			"only", f.Only.object("any changed file matches"),
			"The changes that it holds: any file under these paths, or any of these labels. Left out: every change.", nil,
			map[string]any{"paths": []string{"services/**"}},
		},
		{
			"except", f.Except.object("every changed file matches"),
			"The changes that it does not hold: every file under these paths, or any of these labels.", nil,
			map[string]any{"paths": []string{"docs/**"}, "labels": []string{"hotfix"}},
		},
	}}
}

func (c *Condition) object(match string) object {
	return object{to: &c.Place, some: true, want: "a map with paths, labels or both", fields: []field{
		{"paths", paths(&c.Paths), "Patterns for paths: " + match + ".", []string{}, []string{"services/**"}},
		{"labels", labels(&c.Labels), "Labels: the change has any of them.", []string{}, []string{"hotfix"}},
	}}
}

func (h *Hours) object() object {
	return object{to: &h.Place, want: "a map, such as {staffed: Mon-Fri 09:00-18:00, watch: 3h}", fields: []field{
		{
			"staffed",
			list[Staffed]{&h.Staffed, staffed(), `a list of ranges, such as ["Mon-Fri 09:00-18:00"]`, false, true},
			"When somebody is there, in the file's timezone: days and hours, one range or a list. 22:00-06:00 crosses midnight.",
			[]string{},
			"Mon-Fri 09:00-18:00",
		},
		{
			"watch",
			scalar[time.Duration]{&h.Watch, duration("a length of time, such as 3h", 0)},
			"How long after a merge somebody must be there.", "3h", "90m",
		},
		{
			"severity",
			scalar[checks.Severity]{&h.Severity, severity()},
			"What happens when part of the watch period is not staffed.", checks.Warn, checks.Block,
		},
	}}
}

func (e *Exempt) object() object {
	return object{to: &e.Place, want: `a map, such as {paths: ["docs/**"]}`, fields: []field{
		{
			"authors",
			list[string]{&e.Authors, login(), `a list of logins, such as ["renovate[bot]"]`, false, false},
			"Logins: exempt while they opened the pull request and wrote every commit.",
			[]string{},
			[]string{"dependabot[bot]", "renovate[bot]"},
		},
		{
			"paths", anyPaths(&e.Paths),
			"Patterns for paths: exempt when every file matches, under both its names.",
			[]string{},
			[]string{"docs/**", "**/*.md"},
		},
	}}
}

func (o *Override) object() object {
	return object{to: &o.Place, want: "a map, such as {by: [maintain, admin]}", fields: []field{
		{
			"by",
			list[string]{&o.By, approver(), "a list of roles and teams, such as [maintain, acme/sre]", false, false},
			"Roles (write, maintain, admin) and teams that may override. An empty list: nobody.",
			[]string{"maintain", "admin"},
			[]string{"admin", "acme/sre"},
		},
		{
			"author",
			scalar[OverrideAuthor]{&o.Author, word(AuthorNever, AuthorAllowed)},
			"Whether authors may override the verdict on their own change, where by allows them to.", AuthorNever, AuthorAllowed,
		},
		{
			"expires",
			scalar[time.Duration]{&o.Expires, duration("a length of time, such as 24h", time.Minute)},
			"How long an override lasts at most.", "24h", "8h",
		},
	}}
}

func (e *Enforce) object() object {
	return object{to: &e.Place, want: `a map, such as {from: 2027-01-11, repositories: ["pay-*"]}`, fields: []field{
		{
			"from",
			scalar[LocalTime]{&e.From, wallTime("a date, such as 2027-01-11, or a date and a time", true)},
			"When it begins to be enforced, in the file's timezone; a date is its midnight. Left out: at once.", nil, "2027-01-11",
		},
		{
			"repositories",
			list[string]{&e.Repositories, repositoryName(), `a list of repositories, such as ["pay-*"]`, true, false},
			"Where it is enforced: names of repositories, without the owner; a star stands for anything. Left out: everywhere.", nil,
			[]string{"pay-*"},
		},
	}}
}
