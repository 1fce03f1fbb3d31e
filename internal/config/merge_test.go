package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/backout-dev/backout/checks"
)

var afterwards = Where{Repository: "shop", At: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}

func byName() cmp.Option {
	return cmp.Comparer(func(a, b *time.Location) bool {
		if a == nil || b == nil {
			return true // without hours the zone says nothing
		}
		return a.String() == b.String()
	})
}

func TestOneFileAloneIsThePolicy(t *testing.T) {
	paths, err := filepath.Glob("testdata/good/*.yml")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f := parsed(t, "backout.yml", string(data))
		for whose, m := range map[string]Merged{
			"organisation": Merge(&f, nil, Where{Repository: "pay-core", At: afterwards.At}), "repository": Merge(nil, &f, afterwards),
		} {
			if diff := cmp.Diff(f.Policy(), m.Policy, byName(), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s, as the %s's: policy (-want +got):\n%s", path, whose, diff)
			}
		}
	}
	for seed := range uint64(1000) {
		f := newGenerator(seed).file("backout.yml", false)
		f.Enforce = Enforce{}
		for whose, m := range map[string]Merged{"organisation": Merge(&f, nil, afterwards), "repository": Merge(nil, &f, afterwards)} {
			if diff := cmp.Diff(f.Policy(), m.Policy, byName(), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("file %d, as the %s's: policy (-want +got):\n%s", seed, whose, diff)
			}
		}
	}
}

// The floor under a repository that relaxes nothing is the organisation's
// policy itself, whatever the repository says.
func TestTheFloorIsTheOrganisationsPolicy(t *testing.T) {
	for seed := range uint64(1000) {
		p := newPair(seed, lawPair{})
		if p.reports() {
			continue
		}
		floor := Merge(&p.org, &p.repo, p.where).Policy
		if floor.Floor != nil {
			floor = *floor.Floor
		}
		want := p.org.Policy()
		floor.ChangesAt, floor.Mode = time.Time{}, want.Mode
		for i := range want.Sections {
			want.Sections[i].Hint = floor.Sections[i].Hint
		}
		for id, c := range floor.Irreversible {
			if w, ok := want.Irreversible[id]; ok {
				w.Ask = c.Ask
				want.Irreversible[id] = w
			} else if c.Severity != "" || c.Way != "" || len(c.Ignore)+len(c.Paths) > 0 {
				t.Fatalf("pair %d: the floor has %s: %+v", seed, id, c)
			} else {
				delete(floor.Irreversible, id)
			}
		}
		if diff := cmp.Diff(want, floor, byName(), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("pair %d: floor (-want +got):\n%s", seed, diff)
		}
	}
}

// TestMergeRules shows each rule: the settings named by the prefix, and what
// is reported.
func TestMergeRules(t *testing.T) {
	for _, tt := range []struct {
		name, org, repo, prefix string
		want                    string
	}{
		{"a default", "", "", "diff-size.block-above", "diff-size.block-above: 1000 (default)"},
		{"the organisation's", "diff-size: {block-above: 500}", "", "diff-size.block-above", "diff-size.block-above: 500 (org:1, floor)"},
		{"a stricter limit", "diff-size: {block-above: 500}", "diff-size: {block-above: 300}", "diff-size.block-above", "diff-size.block-above: 300 (repo:1)"},
		{
			"a milder limit", "diff-size: {block-above: 500}", "diff-size:\n  block-above: 900", "diff-size.block-above",
			"diff-size.block-above: 500 (org:1, floor)\nrepo:2 asks for diff-size.block-above: 900; 500 stands (org:1, floor)",
		},
		{
			"a limit milder than the default", "", "diff-size: {block-above: off}", "diff-size.block-above",
			"diff-size.block-above: 1000 (default)\nrepo:1 asks for diff-size.block-above: off; 1000 stands (default)",
		},
		{
			"a limit relaxed within its bound", "repositories-may-relax: {diff-size: {block-above: 2000}}", "diff-size: {block-above: 1500}", "diff-size.block-above",
			"diff-size.block-above: 1500 (repo:1, relaxed)",
		},
		{
			"a limit relaxed beyond its bound", "repositories-may-relax: {diff-size: {block-above: 2000}}", "diff-size: {block-above: off}", "diff-size.block-above",
			"diff-size.block-above: 2000 (org:1, floor)\nrepo:1 asks for diff-size.block-above: off; 2000 stands (org:1, floor)",
		},
		{
			"a bound that is stricter than the value relaxes nothing", "diff-size: {block-above: 500}\nrepositories-may-relax: {diff-size: {block-above: 100}}", "diff-size: {block-above: 900}", "diff-size.block-above",
			"diff-size.block-above: 500 (org:1, floor)\nrepo:1 asks for diff-size.block-above: 900; 500 stands (org:1, floor)",
		},
		{"audit asked", "", "mode: audit", "mode", "mode: enforce (default)\nrepo:1 asks for mode: audit; enforce stands (default)"},
		{"audit allowed", "repositories-may-relax: {mode: audit}", "mode: audit", "mode", "mode: audit (repo:1, relaxed)"},
		{"audit of both", "mode: audit", "mode: audit", "mode", "mode: audit (org:1, floor)"},
		{"a stricter severity", "tasks: warn", "tasks: block", "tasks", "tasks: block (repo:1)"},
		{"a milder severity", "tasks: warn", "tasks: off", "tasks", "tasks: warn (org:1, floor)\nrepo:1 asks for tasks: off; warn stands (org:1, floor)"},
		{
			"files to ignore", `diff-size: {ignore: ["a/**"]}`, `diff-size: {ignore: ["b/**", "a/**"]}`, "diff-size.ignore",
			"diff-size.ignore[]: \"a/**\" (org:1, floor)\ndiff-size.ignore[]: \"b/**\" (repo:1)\n" +
				`repo:1 asks for diff-size.ignore: "b/**"; it counts only towards limits of the repository's own (org:1, floor)`,
		},
		{
			"files that may be ignored", `repositories-may-relax: {diff-size: {ignore: ["b/**"]}}`, `diff-size: {ignore: ["b/**"]}`, "diff-size.ignore",
			`diff-size.ignore[]: "b/**" (repo:1, relaxed)`,
		},
		{
			"a condition more", "sections: {worst-case: {require: {lines-over: 50}}}", `sections: {worst-case: {require: {lines-over: 90, paths: ["a/**"]}}}`, "sections.worst-case.require",
			"sections.worst-case.require.lines-over: 50 (org:1, floor)\nsections.worst-case.require.paths[]: \"a/**\" (repo:1)\n" +
				`repo:1 asks for sections.worst-case.require: {lines-over: 90, paths: ["a/**"]}; {lines-over: 50, paths: ["a/**"]} stands (org:1, floor)`,
		},
		{
			"always before any condition", "sections: {worst-case: {require: {lines-over: 50}}}", "sections: {worst-case: {require: always}}", "sections.worst-case.require",
			"sections.worst-case.require: always (repo:1)",
		},
		{
			"never before nothing", "", "sections: {worst-case: {require: never}}", "sections.worst-case.require",
			"sections.worst-case.require: always (default)\nrepo:1 asks for sections.worst-case.require: never; always stands (default)",
		},
		{
			"a requirement relaxed within its bound", "repositories-may-relax: {sections: {worst-case: {require: {lines-over: 200}}}}", "sections: {worst-case: {require: {lines-over: 90}}}", "sections.worst-case.require",
			"sections.worst-case.require.lines-over: 90 (repo:1, relaxed)",
		},
		{
			"a requirement relaxed beyond its bound", "repositories-may-relax: {sections: {worst-case: {require: {lines-over: 200}}}}", "sections: {worst-case: {require: never}}", "sections.worst-case.require",
			"sections.worst-case.require.lines-over: 200 (org:1, floor)\nrepo:1 asks for sections.worst-case.require: never; {lines-over: 200} stands (default)",
		},
		{
			"another title", "", "sections: {rollback: {title: Way back}}", "sections.rollback.title",
			"sections.rollback.title: Rollback plan (default)\nrepo:1 asks for sections.rollback.title: Way back; Rollback plan stands (default)",
		},
		{
			"a section of its own", "", "sections: {load-test: {also: [Load]}}", "sections.load-test",
			"sections.load-test.title: Load test (default)\nsections.load-test.also[]: Load (repo:1)\n" +
				"sections.load-test.hint: \"What does the person on call need to know about this?\" (default)\nsections.load-test.require: always (default)",
		},
		{
			"a class", "irreversible: {published-version: block}", "irreversible: {published-version: {severity: off, paths: [VERSION], ask: What then?}}", "irreversible.published-version",
			"irreversible.published-version.severity: block (org:1, floor)\nirreversible.published-version.ignore: [] (default)\nirreversible.published-version.paths[]: VERSION (repo:1)\n" +
				"irreversible.published-version.ask: \"What then?\" (repo:1)\nirreversible.published-version.way: forward-only (default)\n" +
				"repo:1 asks for irreversible.published-version.severity: off; block stands (org:1, floor)",
		},
		{
			"a system of one name", "systems: {pay: {paths: [a/**]}}", "systems: {pay: {paths: [b/**], also: [the]}}", "systems",
			"systems.pay.paths[]: \"a/**\" (org:1, floor)\nsystems.pay.paths[]: \"b/**\" (repo:1) beside\nsystems.pay.also[]: the (repo:1) beside\n" +
				"repo:1 asks for systems: pay; it stands beside the organisation's of that name and answers for nothing there (org:1, floor)",
		},
		{
			"freezes of two zones", "timezone: Asia/Singapore\nfreeze: [{from: 2027-02-05T18:00, until: 2027-02-13T09:00}]",
			"timezone: Europe/Berlin\nfreeze: [{name: Fair, from: 2027-03-01T00:00, until: 2027-03-05T00:00, except: {labels: [hotfix]}}]", "freeze[",
			"freeze[0].from: 2027-02-05T18:00 Asia/Singapore (org:2, floor)\nfreeze[0].until: 2027-02-13T09:00 Asia/Singapore (org:2, floor)\nfreeze[1].name: Fair (repo:2)\n" +
				"freeze[1].from: 2027-03-01T00:00 Europe/Berlin (repo:2)\nfreeze[1].until: 2027-03-05T00:00 Europe/Berlin (repo:2)\nfreeze[1].except.labels[]: hotfix (repo:2)",
		},
		{
			"hours of two zones", "timezone: Asia/Singapore\nhours: {staffed: Mon-Fri 09:00-18:00}", "timezone: Europe/Berlin\nhours: {staffed: Mon-Thu 09:00-12:00, watch: 1h}", "hours",
			"hours.staffed[]: \"Mon-Fri 09:00-18:00\" Asia/Singapore (org:2, floor)\nhours.staffed[]: \"Mon-Thu 09:00-12:00\" Europe/Berlin (repo:2)\nhours.watch: 3h (default)\nhours.severity: warn (default)\n" +
				"repo:2 asks for hours.watch: 1h; 3h stands (default)",
		},
		{
			"exempt of both", `exempt: {authors: ["a", "b"], paths: ["docs/**"]}`, `exempt: {authors: ["B", "c"], paths: ["docs/api/**"]}`, "exempt",
			"exempt.authors[]: B (repo:1)\nexempt.paths[]: \"docs/api/**\" (repo:1)\n" +
				"repo:1 asks for exempt.authors: c; a change is exempt only where the organisation's file says so too (org:1, floor)\n" +
				"repo:1 asks for exempt.paths: \"docs/api/**\"; a change is exempt only where the organisation's file says so too (org:1, floor)",
		},
		{"exempt by the organisation alone", `exempt: {authors: ["a"]}`, "", "exempt.authors", "exempt.authors[]: a (org:1, floor)"},
		{"exempt no more", `exempt: {authors: ["a"]}`, "exempt: {authors: []}", "exempt.authors", "exempt.authors: [] (repo:1)"},
		{
			"override", "override: {by: [admin]}", "override: {by: [write]}", "override",
			"override.by: [\"admin\"] (org:1, floor)\noverride.author: never (default)\noverride.expires: 24h (default)\nrepo:1 asks for override: {...}; who may override is the organisation's to say (org:1, floor)",
		},
		{"comments are the repository's", "comment: always\nbranches: [main]", "comment: never", "comment", "comment: never (repo:1)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			org, repo := parsed(t, "org", tt.org), parsed(t, "repo", tt.repo)
			m := Merge(&org, &repo, afterwards)
			var got []string
			for _, s := range m.Settings {
				if strings.HasPrefix(s.Key(), tt.prefix) {
					line := s.Key() + ": " + strings.TrimSpace(s.Text+" "+s.Zone) + " (" + s.Origin.String() + ")"
					if s.Beside {
						line += " beside"
					}
					got = append(got, line)
				}
			}
			for _, o := range m.Overruled {
				got = append(got, o.String())
			}
			if diff := cmp.Diff(strings.Split(tt.want, "\n"), got); diff != "" {
				t.Errorf("settings and reports (-want +got):\n%s", diff)
			}
		})
	}
}

// An organisation's file that only reports neither blocks a repository's
// change nor switches off what the repository's own file enforces.
func TestAnOrganisationsFileOnTrial(t *testing.T) {
	const strict, own = "tasks: block\n", "diff-size: {block-above: 10}\n"
	open := payments(goodAll + "\n- [ ] tell support\n")
	early, late := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)
	begins := time.Date(2026, 11, 30, 23, 0, 0, 0, time.UTC)
	const from = "timezone: Europe/Berlin\nenforce: {from: 2026-12-01}\n"
	for _, tt := range []struct {
		name, org, repo string
		where           Where
		title           string
		changes         time.Time
	}{
		{"in force", strict, "", Where{At: early}, "Blocked: one task is open", time.Time{}},
		{"by its mode, alone", strict + "mode: audit", "none", Where{At: early}, "Reports only: would block, one task is open", time.Time{}},
		{"by its mode, the repository enforces", strict + "mode: audit", own, Where{At: early}, "Blocked: the change counts 20 lines", time.Time{}},
		{"by its mode, what it finds is a warning", strict + "mode: audit", "", Where{At: early}, "Passes with one warning: one task is open", time.Time{}},
		{"by its mode, the repository reports too", strict + "mode: audit", own + "mode: audit", Where{At: early}, "Reports only: would block, the change counts 20 lines", time.Time{}},
		{"until a date, alone", strict + from, "none", Where{At: early}, "Reports only: would block, one task is open", begins},
		{"until a date, beside the repository's", strict + from, "", Where{At: early}, "Passes with one warning: one task is open", begins},
		{"the last minute", strict + from, "", Where{At: begins.Add(-time.Minute)}, "Passes with one warning: one task is open", begins},
		{"the first", strict + from, "", Where{At: begins}, "Blocked: one task is open", time.Time{}},
		{"after the date", strict + from, "", Where{At: late}, "Blocked: one task is open", time.Time{}},
		{"elsewhere", strict + `enforce: {repositories: ["pay-*", core]}`, "none", Where{Repository: "shop", At: early}, "Reports only: would block, one task is open", time.Time{}},
		{"here", strict + `enforce: {repositories: ["pay-*", core]}`, "none", Where{Repository: "Pay-Core", At: early}, "Blocked: one task is open", time.Time{}},
		{"here under a former name", strict + `enforce: {repositories: ["pay-*"]}`, "none", Where{Repository: "shop", Former: []string{"pay-core"}, At: early}, "Blocked: one task is open", time.Time{}},
		{"where the name is not known", strict + `enforce: {repositories: ["pay-*"]}`, "none", Where{At: early}, "Blocked: one task is open", time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			org := parsed(t, "org", tt.org)
			var repo *File
			if tt.repo != "none" {
				f := parsed(t, "repo", tt.repo)
				repo = &f
			}
			m := Merge(&org, repo, tt.where)
			v := checks.Evaluate(m.Policy, open, tt.where.At)
			if v.Title != tt.title {
				t.Errorf("title %q, want %q", v.Title, tt.title)
			}
			switch {
			case tt.changes.IsZero() && v.ChangesAt != nil, !tt.changes.IsZero() && (v.ChangesAt == nil || !v.ChangesAt.Equal(tt.changes)):
				t.Errorf("changes at %v, want %v", v.ChangesAt, tt.changes)
			}
		})
	}
}

func TestNoFileAtAll(t *testing.T) {
	if m := Merge(nil, nil, Where{}); m.Policy.Mode != checks.Enforce || m.Comment != CommentWhenNeeded {
		t.Errorf("mode %s, comment %s", m.Policy.Mode, m.Comment)
	}
	if m := Merge(nil, nil, Where{Bare: checks.Audit}); m.Policy.Mode != checks.Audit || m.Comment != CommentNever {
		t.Errorf("where nobody asked for it: mode %s, comment %s", m.Policy.Mode, m.Comment)
	}
	empty := File{Name: "repo"}
	if m := Merge(nil, &empty, Where{Bare: checks.Audit}); m.Policy.Mode != checks.Enforce || m.Comment != CommentWhenNeeded {
		t.Errorf("with an empty file: mode %s, comment %s", m.Policy.Mode, m.Comment)
	}
}

// What a repository may relax stays between the organisation's value and its
// bound.
func TestRelaxedValuesStayWithinTheirBounds(t *testing.T) {
	for seed := range uint64(2000) {
		g := newGenerator(seed)
		org, repo := g.file("org", false), g.file("repo", true)
		org.Enforce, org.Mode = Enforce{}, Value[checks.Mode]{}
		org.Relax = g.relax()
		p := Merge(&org, &repo, afterwards).Policy
		if p.Floor != nil {
			p = *p.Floor
		}
		alone := org.Policy()
		limits := func(key string, got, own int, bound Value[int]) {
			if byLimit(got, own) > 0 || byLimit(got, own) < 0 && byLimit(got, bound.Or(own)) < 0 {
				t.Errorf("file %d: %s is %d; the organisation's is %d, its bound %+v", seed, key, got, own, bound)
			}
		}
		severities := func(key string, got, own checks.Severity, bound Value[checks.Severity]) {
			if bySeverity(got, own) > 0 || bySeverity(got, own) < 0 && bySeverity(got, bound.Or(own)) < 0 {
				t.Errorf("file %d: %s is %s; the organisation's is %s, its bound %+v", seed, key, got, own, bound)
			}
		}
		limits("warn-above", p.DiffSize.WarnAbove, alone.DiffSize.WarnAbove, org.Relax.DiffSize.WarnAbove)
		limits("block-above", p.DiffSize.BlockAbove, alone.DiffSize.BlockAbove, org.Relax.DiffSize.BlockAbove)
		limits("warn-above-files", p.DiffSize.WarnAboveFiles, alone.DiffSize.WarnAboveFiles, org.Relax.DiffSize.WarnAboveFiles)
		severities("tasks", p.Tasks, alone.Tasks, org.Relax.Tasks)
		severities("blast-radius", p.BlastRadius, alone.BlastRadius, org.Relax.BlastRadius)
		severities("freeze-severity", p.Freeze.Severity, alone.Freeze.Severity, org.Relax.FreezeSeverity)
		severities("hours.severity", p.Hours.Severity, alone.Hours.Severity, org.Relax.Hours.Severity)
		if w, bound := p.Hours.Watch, org.Relax.Hours.Watch.Or(alone.Hours.Watch); w < min(bound, alone.Hours.Watch) {
			t.Errorf("file %d: watch %s, bound %s", seed, w, bound)
		}
		for _, path := range p.DiffSize.Ignore {
			if !contains(append(org.DiffSize.Ignore.Items, org.Relax.DiffSize.Ignore.Items...), Value[string]{V: path}) {
				t.Errorf("file %d: %s is ignored", seed, path)
			}
		}
		for i, s := range p.Sections {
			bound, ok := org.Relax.Sections.Get(s.ID)
			least := alone.Sections[i].Require
			if ok && bound.V.Require.Set {
				least = bound.V.Require.Rule()
			}
			holds := sameRequire(eitherOf(s.Require, least), s.Require) || sameRequire(eitherOf(s.Require, alone.Sections[i].Require), s.Require)
			if !holds {
				t.Errorf("file %d: %s requires %s, at least %s", seed, s.ID, showRequire(s.Require), showRequire(least))
			}
		}
	}
}
