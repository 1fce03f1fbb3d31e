package config

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan"
)

// generator makes policies, changes and times from small sets of words, so
// that what a policy says and what a change does meet often.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator {
	return generator{rand.New(rand.NewPCG(seed, 20260302))}
}

// once in n times.
func (g generator) once(n int) bool { return g.IntN(n) == 0 }

func pick[T any](g generator, of ...T) T { return of[g.IntN(len(of))] }

// some returns up to most of the values, each once.
func some[T any](g generator, most int, of ...T) []T {
	g.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
	return of[:min(g.IntN(most+1), len(of))]
}

func written[T any](v T) Value[T] { return Value[T]{Place{Set: true, Line: 7, Column: 3}, v} }

func maybe[T any](g generator, n int, of ...T) Value[T] {
	if !g.once(n) {
		return Value[T]{}
	}
	return written(pick(g, of...))
}

func listed[T any](items ...T) List[T] {
	l := List[T]{Place: Place{Set: true, Line: 7, Column: 3}}
	for _, item := range items {
		l.Items = append(l.Items, written(item))
	}
	return l
}

func maybeList[T any](g generator, n, most int, of ...T) List[T] {
	if !g.once(n) {
		return List[T]{}
	}
	return listed(some(g, most, of...)...)
}

func (g generator) globs(n int) List[string] {
	return maybeList(g, n, 2, "services/**", "services/pay/**", "docs/**", "**/*.md", "**", "db/**", "recordings/**", "**/*.go", "search/**", "**/*.{rb,json}")
}

func (g generator) someGlobs(n int) List[string] {
	l := g.globs(n)
	if len(l.Items) == 0 {
		l.Set = false
	}
	return l
}

func (g generator) labels(n int) List[string] {
	if !g.once(n) {
		return List[string]{}
	}
	return listed(pick(g, "hotfix", "risky", "small"))
}

func (g generator) severity(n int) Value[checks.Severity] {
	return maybe(g, n, checks.Off, checks.Warn, checks.Block, checks.Block)
}

// file makes a policy file. A repository's leans to what is mild.
func (g generator) file(name string, repository bool) File {
	f := File{Name: name, Timezone: written(pick(g, g.zones()...))}
	f.Mode = maybe(g, 12, checks.Audit)
	if repository {
		f.Mode = maybe(g, 4, checks.Audit, checks.Enforce)
	}
	g.sections(&f)
	f.DiffSize = DiffSize{
		WarnAbove: g.limit(6), BlockAbove: g.limit(5), WarnAboveFiles: maybe(g, 6, 0, 1, 2, 100), Ignore: g.globs(5),
	}
	g.classes(&f)
	g.systems(&f)
	g.freezes(&f)
	f.FreezeSeverity, f.Tasks, f.BlastRadius = g.severity(8), g.severity(6), g.severity(8)
	f.Hours.Staffed = maybeList(g, 5, 2, g.ranges()...)
	f.Hours.Watch = maybe(g, 6, 0, time.Hour, 3*time.Hour, 10*time.Hour)
	f.Hours.Severity = g.severity(5)
	f.Exempt.Authors = maybeList(g, 4, 2, "dependabot[bot]", "renovate[bot]", "ann")
	f.Exempt.Paths = g.globs(5)
	g.override(&f)
	if repository && g.once(6) {
		f.Relax = g.relax()
		f.Enforce = g.enforce()
	}
	if !repository && g.once(8) {
		f.Enforce = g.enforce()
	}
	return f
}

func (g generator) limit(n int) Value[int] { return maybe(g, n, 0, 10, 20, 30, 45, 60, 1000) }

func (g generator) override(f *File) {
	if !g.once(4) {
		return
	}
	f.Override = Override{
		Place: Place{Set: true, Line: 5}, By: maybeList(g, 2, 2, "write", "admin", "acme/sre"),
		Author: maybe(g, 2, AuthorNever, AuthorAllowed), Expires: maybe(g, 2, time.Hour, 24*time.Hour),
	}
}

func (g generator) enforce() Enforce {
	e := Enforce{
		Place: Place{Set: true, Line: 9}, From: maybe(g, 2, NewLocalTime(2026, 3, 20, 0, 0), NewLocalTime(2030, 1, 1, 0, 0)),
		Repositories: maybeList(g, 2, 2, "pay-*", "shop", "web-*"),
	}
	if len(e.Repositories.Items) == 0 {
		e.Repositories.Set = false
	}
	return e
}

func (g generator) sections(f *File) {
	if g.once(3) {
		return
	}
	f.Sections.Place = Place{Set: true, Line: 3}
	for _, id := range some(g, 3, plan.Rollback, plan.WorstCase, plan.BlastRadius, "monitoring", "risks") {
		s := Section{
			Title: maybe(g, 3, "Summary", "Backout", "Monitoring", "Why", "Rollback plan"),
			Also:  maybeList(g, 3, 2, "Summary", "Why", "Steps", "Monitoring", "Blast radius"),
			Hint:  maybe(g, 6, "What then?"), Require: g.require(2),
		}
		if id == plan.Rollback {
			s.RollForward = g.severity(2)
		}
		f.Sections.Entries = append(f.Sections.Entries, Entry[Section]{Place{Set: true, Line: 4}, id, s})
	}
}

func (g generator) require(n int) Require {
	if !g.once(n) {
		return Require{}
	}
	r := Require{Place: Place{Set: true, Line: 6}}
	switch g.IntN(5) {
	case 0:
		r.Word = RequireAlways
	case 1, 2:
		r.Word = RequireNever
	default:
		r.LinesOver, r.Paths, r.Labels = maybe(g, 2, 10, 30, 60), g.someGlobs(2), g.labels(3)
		if !r.LinesOver.Set && !r.Paths.Set && !r.Labels.Set {
			r.LinesOver = written(10)
		}
	}
	return r
}

func (g generator) classes(f *File) {
	if g.once(3) {
		return
	}
	f.Irreversible.Place = Place{Set: true, Line: 3}
	for _, id := range some(g, 2, "schema-migration", "schema-migration", "published-version", "search-mapping", "deep-freeze") {
		if _, twice := f.Irreversible.Get(id); twice {
			continue
		}
		c := Class{
			Severity: g.severity(2), Ignore: g.globs(3), Paths: g.someGlobs(4),
			Ask: maybe(g, 6, "What then?"), Way: maybe(g, 3, checks.WayRevert, checks.WayRestore, checks.WayForwardOnly),
		}
		if !c.Paths.Set && (id == "search-mapping" || id == "deep-freeze") {
			c.Paths = listed(pick(g, "search/**", "services/**", "**/*.go"))
		}
		f.Irreversible.Entries = append(f.Irreversible.Entries, Entry[Class]{Place{Set: true, Line: 4}, id, c})
	}
}

func (g generator) systems(f *File) {
	if g.once(2) {
		return
	}
	f.Systems.Place = Place{Set: true, Line: 3}
	for _, name := range some(g, 3, "pay", "shop", "pay gateway", "everything") {
		s := System{
			Paths: listed(pick(g, "services/pay/**", "services/**", "**/*.go", "db/**")),
			Also:  maybeList(g, 3, 2, "the", "customers", "pay gateway", "pay gateway team", "checkout"),
		}
		f.Systems.Entries = append(f.Systems.Entries, Entry[System]{Place{Set: true, Line: 4}, name, s})
	}
}

func (g generator) freezes(f *File) {
	if !g.once(3) {
		return
	}
	f.Freeze.Place = Place{Set: true, Line: 3}
	for range g.IntN(3) {
		day := 1 + g.IntN(25)
		fr := Freeze{
			Place: Place{Set: true, Line: 4}, Name: maybe(g, 2, "Spring", "Audit"),
			From:  written(NewLocalTime(2026, 3, day, g.IntN(24), 0)),
			Until: written(NewLocalTime(2026, 3, day+1+g.IntN(6), g.IntN(24), 30)),
		}
		if g.once(3) {
			fr.Only = Condition{Place{Set: true, Line: 4}, g.someGlobs(2), g.labels(3)}
		}
		if g.once(3) {
			fr.Except = Condition{Place{Set: true, Line: 4}, g.someGlobs(2), g.labels(2)}
		}
		f.Freeze.Items = append(f.Freeze.Items, fr)
	}
}

func (g generator) ranges() []Staffed {
	var all []Staffed
	for _, s := range []string{"Mon-Fri 09:00-18:00", "22:00-06:00", "Sat,Sun 10:00-14:00", "00:00-24:00", "Wed 11:00-15:00"} {
		all = append(all, Staffed{s, readStaffed(s)})
	}
	return all
}

func (g generator) zones() []*time.Location {
	return []*time.Location{time.UTC, singapore, berlin, auckland}
}

var (
	singapore = mustZone("Asia/Singapore")
	berlin    = mustZone("Europe/Berlin")
	auckland  = mustZone("Pacific/Auckland")
)

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

func (g generator) relax() Relax {
	r := Relax{
		Place: Place{Set: true, Line: 9}, Mode: maybe(g, 4, checks.Audit),
		DiffSize: DiffSize{
			WarnAbove: g.limit(2), BlockAbove: g.limit(2), WarnAboveFiles: maybe(g, 2, 0, 2, 100), Ignore: g.globs(2),
		},
		BlastRadius: g.severity(2), Tasks: g.severity(2), FreezeSeverity: g.severity(2),
		Hours:  RelaxHours{Watch: maybe(g, 2, 0, time.Hour), Severity: g.severity(2)},
		Exempt: Exempt{Authors: maybeList(g, 2, 3, "dependabot[bot]", "renovate[bot]", "ann"), Paths: g.globs(2)},
	}
	for _, id := range some(g, 3, plan.Rollback, plan.WorstCase, plan.BlastRadius, "monitoring") {
		s := RelaxSection{Require: g.require(1)}
		if id == plan.Rollback {
			s.RollForward = g.severity(2)
		}
		r.Sections.Entries = append(r.Sections.Entries, Entry[RelaxSection]{Place{Set: true, Line: 9}, id, s})
	}
	for _, id := range some(g, 3, "schema-migration", "published-version", "search-mapping") {
		r.Irreversible.Entries = append(r.Irreversible.Entries, Entry[RelaxClass]{
			Place{Set: true, Line: 9}, id, RelaxClass{Severity: g.severity(1), Ignore: g.globs(3)},
		})
	}
	return r
}

func (g generator) where() Where {
	return Where{
		Repository: pick(g, "pay-core", "shop", "tools"),
		At:         time.Date(2026, 3, 1+g.IntN(30), g.IntN(24), g.IntN(60), 0, 0, time.UTC),
	}
}

func (g generator) change() checks.Change {
	c := checks.Change{
		Body: g.description(), Diff: checks.DiffWhole,
		Author: pick(g, "ann", "dependabot[bot]"), FromGitHub: g.once(2),
	}
	c.Commits = []string{c.Author}
	if g.once(8) {
		c.Diff = pick(g, checks.DiffTruncated, checks.DiffNotSeen)
	}
	for _, l := range some(g, 1, "hotfix", "risky", "small") {
		c.Labels = append(c.Labels, checks.Label{Name: l})
	}
	if c.Diff == checks.DiffNotSeen {
		return c
	}
	if g.once(12) {
		// A revert, which is exempt while nothing in it is irreversible.
		path := pick(g, "services/pay/a.go", "search/mappings/m.json")
		c.FromGitHub = true
		c.Files = []checks.File{{Path: path, Status: checks.Modified, Additions: 1, Deletions: 1, Patch: "@@ -1 +1 @@\n-b\n+a"}}
		c.Reverts = &checks.Reverted{Number: 7, Files: []checks.File{{Path: path, Status: checks.Modified, Additions: 1, Deletions: 1, Patch: "@@ -1 +1 @@\n-a\n+b"}}}
		return c
	}
	for range 1 + g.IntN(3) {
		c.Files = append(c.Files, g.changed())
	}
	return c
}

func (g generator) changed() checks.File {
	n := 1 + g.IntN(25)
	path := pick(g, "services/pay/a.go", "services/shop/b.go", "docs/guide.md", "docs/setup.txt", "recordings/r.go", "search/mappings/m.json", "README.md", "db/migrate/7_drop.rb", "package.json")
	f := checks.File{Path: path, Status: checks.Modified, Additions: n, Patch: "@@ -1 +1,2 @@\n a\n+b"}
	switch {
	case path == "db/migrate/7_drop.rb":
		f.Status, f.Patch = checks.Added, "@@ -0,0 +1,5 @@\n+class Drop < ActiveRecord::Migration[7.1]\n+  def change\n+    remove_column :users, :email, :string\n+  end\n+end"
	case path == "package.json":
		f.Deletions, f.Patch = 1, "@@ -2,2 +2,2 @@\n   \"name\": \"shop\",\n-  \"version\": \"1.0.0\"\n+  \"version\": \"1.1.0\""
	case g.once(8):
		f.Status, f.Previous = checks.Renamed, pick(g, "docs/old.md", "services/pay/old.go", "tools/old.go")
	}
	return f
}

func (g generator) description() string {
	var b strings.Builder
	if g.once(4) {
		b.WriteString("- [ ] tell support\n\n")
	}
	if !g.once(3) {
		b.WriteString("## Rollback plan\n" + pick(g, "Revert this PR and restore `users.email` from the snapshot.", "Revert this PR and redeploy `shop` 1.4.", g.plan()))
		b.WriteString("\n\n## Worst case\nOrders are charged twice and customers call.\n\n## Blast radius\n")
		b.WriteString(pick(g, "Customers of the shop and of pay.", "The pay gateway, and everything behind it.", "Customers of the shop."))
		b.WriteString("\n\n## Monitoring\nThe order rate on the shop board falls.\n\n## Risks\nOrders are lost.\n")
		return b.String()
	}
	write := func(heading, text string) { fmt.Fprintf(&b, "## %s\n%s\n\n", heading, text) }
	if g.once(3) {
		write(pick(g, "Summary", "Why", "Steps"), g.plan())
	}
	if !g.once(4) {
		write(pick(g, "Rollback plan", "Rollback plan", "Backout", "Summary", "Steps"), g.plan())
	}
	if !g.once(4) {
		write(pick(g, "Worst case", "Worst case", "Why", "Monitoring"), pick(g, "Orders are charged twice and customers call.", "TBD", "Orders are lost."))
	}
	if !g.once(4) {
		write(pick(g, "Blast radius", "Blast radius", "Why"), pick(g, "Customers of the shop.", "The pay gateway team.", "pay and shop", "TBD", "the warehouse", "checkout", "everything"))
	}
	if g.once(3) {
		write(pick(g, "Monitoring", "Risks"), pick(g, "The order rate on the shop board falls.", "TBD", ""))
	}
	return b.String()
}

func (g generator) plan() string {
	return pick(g, "Revert this PR and redeploy `shop` 1.4.", "Revert this PR and restore `users.email` from the snapshot.",
		"Cannot be rolled back: the old key is revoked. We ship a hotfix.", "TBD", "", "Revert this PR and redeploy `shop` 1.4.")
}
