package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/backout-dev/backout/internal/plan"
)

var sectionsCheck = Check{
	ID:      "sections",
	Summary: "Each required section is there and says something that the person on call can act on.",
	Run:     runSections,
}

func runSections(p Policy, in Input) []Finding {
	var out []Finding
	for i, s := range in.Sections {
		rule := p.Sections[i]
		switch {
		case s.State == plan.RollForward && s.Required:
			if f := rollForward(rule, s, in); f != nil {
				out = append(out, *f)
			}
		case s.State == plan.Insufficient || s.State.Passes() || !s.Required:
			// An insufficient plan is the irreversible check's to report.
		default:
			out = append(out, unanswered(rule, s))
		}
	}
	return out
}

// unanswered words the finding for a required section that says nothing.
func unanswered(rule SectionRule, s Section) Finding {
	name := lowerFirst(rule.Title)
	f := Finding{
		Code: "sections/" + string(s.State), Severity: Block, Section: s.ID, Line: s.Line,
	}
	switch s.State {
	case plan.Missing:
		f.Title = fmt.Sprintf("the %s is missing", name)
		f.Message = fmt.Sprintf("The %s is missing: no heading, label or table row names it.", name)
		f.Fix = fmt.Sprintf("Add a heading %q and answer: %s", "## "+rule.Title, rule.Hint)
		if s.Stray != "" {
			f.Message = fmt.Sprintf("The %s is missing: %q would do, but it stands under no heading that names it.", name, clip(s.Stray, 80))
			f.Fix = fmt.Sprintf("Put this sentence under %q.", "## "+rule.Title)
		}
		return f
	case plan.Empty:
		f.Title = fmt.Sprintf("the %s is empty", name)
		f.Message = fmt.Sprintf("The %s is empty: nothing visible stands under %q.", name, s.Heading)
	case plan.Template:
		f.Title = fmt.Sprintf("the %s is still the template's", name)
		f.Message = fmt.Sprintf("The %s is still the template's text, an instruction or an unpicked choice.", name)
	default:
		f.Title = fmt.Sprintf("the %s says nothing to act on", name)
		f.Message = fmt.Sprintf("The %s gives nothing to act on: %s.", name, s.Reason)
	}
	f.Fix = "Answer: " + rule.Hint
	return f
}

// rollForward warns, or blocks where the policy says so, about a plan that
// names no way back. There is none to name where only a new release mends it.
func rollForward(rule SectionRule, s Section, in Input) *Finding {
	if rule.RollForward == Off || rule.RollForward == "" || onlyForward(in.Irreversible) {
		return nil
	}
	return &Finding{
		Code: "sections/roll_forward", Severity: rule.RollForward, Section: s.ID, Line: s.Line,
		Title:   "it only rolls forward",
		Message: fmt.Sprintf("The %s names no way back, only a way forward: fixing forward means finding the fault under pressure.", lowerFirst(rule.Title)),
		Fix:     "Name a way back if there is one: a revert, a flag, the previous version, a restore.",
	}
}

func onlyForward(lines []IrreversibleLine) bool {
	for _, l := range lines {
		if l.Way != WayForwardOnly {
			return false
		}
	}
	return len(lines) > 0
}

// kindsOf turns the policy's sections into what a description is read for.
func kindsOf(rules []SectionRule) []plan.Kind {
	ks := make([]plan.Kind, len(rules))
	for i, r := range rules {
		ks[i] = plan.Kind{ID: r.ID, Title: r.Title, Also: r.Also}
	}
	return ks
}

// finalSections holds what the words say against the diff: a waiver that the
// diff contradicts gives nothing, and a plan that would do for ordinary code is
// not enough for a change that a revert does not undo.
func finalSections(p Policy, c Change, in Input) []Section {
	out := make([]Section, len(in.Plan.Sections))
	for i, s := range in.Plan.Sections {
		out[i] = Section{Section: s, Required: p.Sections[i].Require.holds(c, in.Size)}
		f := &out[i]
		switch {
		case f.State == plan.NotApplicable && contradicted(s.Waiver, c):
			f.State, f.Reason = plan.Placeholder, "the diff changes more than the reason says"
		case f.State == plan.Placeholder && s.Waiver.Reasoned && nothingRuns(c):
			// Any reason fits a diff that changes nothing that runs.
			f.State, f.Reason = plan.NotApplicable, ""
		}
		if s.ID == plan.BlastRadius && len(in.Touched) > 0 && cmp.Or(p.BlastRadius, Block) == Block {
			// Who names one system of two is blocked, so who writes nothing is too.
			f.Required = true
		}
		if s.ID != plan.Rollback {
			continue
		}
		blocking := slices.ContainsFunc(in.Irreversible, func(l IrreversibleLine) bool { return l.Severity == Block && !l.Addressed })
		if blocking && (f.State == plan.Complete || f.State == plan.RollForward || f.State == plan.NotApplicable) {
			f.State, f.Reason = plan.Insufficient, "it would do for ordinary code, but does not say what becomes of the data"
		}
	}
	return out
}

func (r Require) holds(c Change, size Size) bool {
	if r.Always || r.LinesOver > 0 && size.Counted > r.LinesOver {
		return true
	}
	for _, l := range c.Labels {
		if slices.ContainsFunc(r.Labels, func(n string) bool { return strings.EqualFold(n, l.Name) }) {
			return true
		}
	}
	if len(r.Paths) == 0 {
		return false
	}
	return slices.ContainsFunc(c.Files, func(f File) bool {
		return slices.ContainsFunc(f.Paths(), func(path string) bool { return matchAny(r.Paths, path) })
	})
}

// contradicted reports a waiver that the changed paths refute.
func contradicted(w plan.Waiver, c Change) bool {
	if c.Diff == DiffNotSeen || len(c.Files) == 0 || !w.Docs && !w.Tests && !w.Code {
		return false
	}
	for _, f := range c.Files {
		for _, path := range f.Paths() {
			kinds := pathKindsOf(path)
			docs := kinds&documentationFile != 0 && !isSensitive(path)
			tests := kinds&(testFile|fixtureFile|snapshotFile) != 0
			switch {
			case docs, tests && (w.Tests || w.Code):
			case w.Code && !runs(path):
			default:
				return true
			}
		}
	}
	return false
}

// nothingRuns reports a diff of documentation, tests and repository furniture.
func nothingRuns(c Change) bool {
	for _, f := range c.Files {
		for _, path := range f.Paths() {
			if runs(path) {
				return false
			}
		}
	}
	return c.Diff == DiffWhole && len(c.Files) > 0
}

// runs reports a path whose file may be built, shipped or run in production.
func runs(path string) bool {
	if strings.HasPrefix(path, ".github/") || strings.HasPrefix(path, ".gitlab/") || strings.HasPrefix(path, ".circleci/") {
		return false
	}
	top, _, _ := strings.Cut(path, "/")
	switch top {
	case "scripts", "script", "tools", "tool", "hack", "dev", "examples", "samples", "bench", "benchmarks", "contrib":
		return false
	}
	base := path[strings.LastIndexByte(path, '/')+1:]
	if strings.HasPrefix(base, ".") && !strings.HasPrefix(base, ".env") {
		return false
	}
	return pathKindsOf(path)&(documentationFile|testFile|fixtureFile|snapshotFile) == 0
}

// address marks the irreversible lines that the description deals with. What
// it says of the data counts wherever it stands, but not against the diff.
func address(lines []IrreversibleLine, read plan.Plan, c Change) {
	s, ok := read.Section(plan.Rollback)
	if !ok || !s.State.Passes() {
		return
	}
	for i := range lines {
		l := &lines[i]
		switch {
		case l.Way == WayForwardOnly, speaksOf(classOf(l.Class, nil).deals, s.Text):
			l.Addressed = true
		case read.Data.Returns:
			l.Addressed = true
		case read.Data.None:
			l.Addressed = true
		case read.Data.Unread && readerChanges(*l, c.Files):
			// "Nothing reads it" against a diff that changes a reader: nothing else
			// that is said of the schema can be believed either.
		case read.Data.Stays && !destroys(*l), read.Data.Adds && !destroys(*l) && !rewrites(*l):
			l.Addressed = true
		case read.Data.Unread:
			l.Addressed = true
		}
	}
}

// speaksOf reports that a text has a word that begins so.
func speaksOf(beginnings []string, text string) bool {
	if len(beginnings) == 0 {
		return false
	}
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return (r < 'a' || r > 'z') && r != '-' }) {
		if slices.ContainsFunc(beginnings, func(b string) bool { return strings.HasPrefix(w, b) }) {
			return true
		}
	}
	return false
}

// destroys reports a line, or the name of a file whose lines were not seen,
// that takes something away: no schema "stays" then.
func destroys(l IrreversibleLine) bool {
	text := strings.ToLower(l.Text)
	if l.Line == 0 {
		text = strings.ToLower(l.Path[strings.LastIndexByte(l.Path, '/')+1:])
	}
	return containsAny(text, "drop", "remove", "delete", "destroy", "truncate", "purge")
}

// rewrites reports the name of a file, whose lines were not seen, that changes
// what is there: nothing is "only added" then.
func rewrites(l IrreversibleLine) bool {
	name := strings.ToLower(l.Path[strings.LastIndexByte(l.Path, '/')+1:])
	return l.Line == 0 && containsAny(name, "backfill", "rename", "split", "merge", "convert", "collapse", "encrypt", "rewrite", "clean", "dedup", "normali", "change", "alter")
}

func containsAny(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

// readerChanges reports that another file of the change speaks of what the
// irreversible file is about: "nothing reads it" does not hold then.
func readerChanges(l IrreversibleLine, files []File) bool {
	words := subjectWords(l)
	if len(words) == 0 {
		return false
	}
	for _, f := range files {
		if f.Path == l.Path || pathKindsOf(f.Path)&(testFile|documentationFile|fixtureFile|snapshotFile|generatedFile|lockFile) != 0 {
			continue
		}
		hay := strings.ToLower(f.Path)
		for line := range strings.Lines(f.Patch) {
			if line[0] == '+' || line[0] == '-' {
				hay += "\n" + strings.ToLower(line)
			}
		}
		for _, w := range words {
			if strings.Contains(hay, w) {
				return true
			}
		}
	}
	return false
}

// subjectWords takes from a file's name the words that name what it changes.
func subjectWords(l IrreversibleLine) []string {
	base := l.Path[strings.LastIndexByte(l.Path, '/')+1:]
	if base == "migration.sql" || base == "up.sql" || base == "main.tf" {
		dir := strings.TrimSuffix(l.Path, "/"+base)
		base = dir[strings.LastIndexByte(dir, '/')+1:]
	}
	base, _, _ = strings.Cut(base, ".")
	var out []string
	for _, w := range strings.FieldsFunc(strings.ToLower(base), func(r rune) bool { return r < 'a' || r > 'z' }) {
		switch w {
		case "drop", "remove", "delete", "destroy", "truncate", "purge", "rename", "alter", "change", "create", "add", "update", "table",
			"tables", "column", "columns", "field", "fields", "from", "to", "the", "and", "old", "unused", "legacy", "of", "in", "on", "for", "migration", "data", "index", "constraint", "null", "not", "up":
			continue
		}
		w = strings.TrimSuffix(w, "s")
		if len(w) > 2 {
			out = append(out, w)
		}
	}
	return out
}

// lowerFirst makes the first letter small, unless the word is an abbreviation.
func lowerFirst(s string) string {
	if len(s) < 2 || s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// clip cuts text to n characters.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
