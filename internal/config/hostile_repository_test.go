package config

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
)

const floorFile = `version: 1
timezone: Europe/Berlin
sections:
  rollback: {require: always, roll-forward: block}
  monitoring: {title: Monitoring, require: always}
diff-size: {block-above: 100, warn-above-files: 3}
irreversible:
  search-mapping: {paths: ["search/**"]}
systems:
  payments: {paths: ["services/pay/**"]}
freeze:
  - {name: Year end, from: 2026-12-20T00:00, until: 2027-01-05T00:00, except: {paths: ["services/status/**"], labels: [hotfix]}}
hours: {staffed: Mon-Fri 09:00-18:00, watch: 2h, severity: block}
tasks: block
exempt: {authors: ["dependabot[bot]"], paths: ["handbook/**"]}
override: {by: [admin], expires: 1h}
`

// What a try changes about a change that passes.
const (
	goodRollback   = "## Rollback plan\nRevert this PR and redeploy `pay` 1.4.\n\n"
	goodWorst      = "## Worst case\nOrders are charged twice and customers call.\n\n"
	goodBlast      = "## Blast radius\nCustomers of payments.\n\n"
	goodMonitoring = "## Monitoring\nThe order rate on the shop board falls.\n"
	goodAll        = goodRollback + goodWorst + goodBlast + goodMonitoring
)

var (
	payFile    = checks.File{Path: "services/pay/a.go", Status: checks.Modified, Additions: 20, Patch: "@@ -1 +1,2 @@\n a\n+b"}
	dropColumn = checks.File{
		Path: "db/migrate/7_drop.rb", Status: checks.Added, Additions: 5,
		Patch: "@@ -0,0 +1,5 @@\n+class Drop < ActiveRecord::Migration[7.1]\n+  def change\n+    remove_column :users, :email, :string\n+  end\n+end",
	}
	mapping   = checks.File{Path: "search/orders.json", Status: checks.Modified, Additions: 2, Patch: "@@ -1 +1,2 @@\n a\n+b"}
	large     = checks.File{Path: "services/pay/b.go", Status: checks.Modified, Additions: 150, Patch: "@@ -1 +1,2 @@\n a\n+b"}
	atWork    = time.Date(2026, 11, 18, 10, 0, 0, 0, time.UTC) // a Wednesday
	atNight   = time.Date(2026, 11, 18, 22, 0, 0, 0, time.UTC)
	atYearEnd = time.Date(2026, 12, 29, 10, 0, 0, 0, time.UTC)
)

func payments(body string, more ...checks.File) checks.Change {
	return checks.Change{Body: body, Diff: checks.DiffWhole, Author: "ann", Commits: []string{"ann"}, FromGitHub: true, Files: append([]checks.File{payFile}, more...)}
}

func labelled(c checks.Change, label string) checks.Change {
	c.Labels = []checks.Label{{Name: label, SetBy: "ann"}}
	return c
}

// Each try is what somebody who may edit a repository's policy file would do
// to get a change past the organisation's. None helps.
func TestAHostileRepositoryLowersNothing(t *testing.T) {
	const rollbackMissing, tooLarge = "sections/missing|rollback||", "diff-size/lines|||"
	const unnamed = "blast-radius/unnamed||payments|services/pay/a.go"
	const schema, search = "irreversible/schema-migration|||db/migrate/7_drop.rb", "irreversible/search-mapping|||search/orders.json"
	noRollback := payments(goodWorst + goodBlast + goodMonitoring)
	summary := payments("## Summary\nRevert this PR and redeploy `pay` 1.4.\n\n" + goodWorst + goodBlast + goodMonitoring)
	noMonitoring := payments(goodRollback + goodWorst + goodBlast)
	warehouse := payments(goodRollback + goodWorst + "## Blast radius\nThe warehouse.\n\n" + goodMonitoring)
	migration, searchChange := payments(goodAll, dropColumn), payments(goodAll, mapping)
	forward := payments("## Rollback plan\nCannot be rolled back: the old key is revoked. We ship a hotfix.\n\n" + goodWorst + goodBlast + goodMonitoring)
	const forwardOnly = "sections/roll_forward|rollback||"
	good, big := payments(goodAll), payments(goodAll, large)
	renamed := payments(goodAll)
	renamed.Files = []checks.File{{Path: "services/status/a.go", Previous: "services/pay/a.go", Status: checks.Renamed, Additions: 3, Patch: "@@ -1 +1,2 @@\n a\n+b"}}
	renova := noRollback
	renova.Author, renova.Commits = "renovate[bot]", []string{"renovate[bot]"}
	open := payments(goodAll + "\n- [ ] tell support\n")

	for _, tt := range []struct {
		name   string
		file   string // the repository's
		change checks.Change
		at     time.Time
		blocks string // the finding that must still block
	}{
		{"audit mode", "mode: audit", noRollback, atWork, rollbackMissing},
		{"an empty file", "", noRollback, atWork, rollbackMissing},
		{"only comments", "# nothing\n", noRollback, atWork, rollbackMissing},
		{"maps left empty", "sections:\nsystems:\nfreeze:\nhours:\nirreversible:\n", warehouse, atWork, unnamed},
		{"maps without keys", "sections: {}\nsystems: {}\nirreversible: {}\n", searchChange, atWork, search},
		{"the rollback plan never required", "sections: {rollback: {require: never}}", noRollback, atWork, rollbackMissing},
		{"the rollback plan required for others", `sections: {rollback: {require: {paths: ["no/such/**"]}}}`, noRollback, atWork, rollbackMissing},
		{"the rollback plan required of larger changes", "sections: {rollback: {require: {lines-over: 1000000}}}", noRollback, atWork, rollbackMissing},
		{"the rollback plan required by a label nobody sets", "sections: {rollback: {require: {labels: [no]}}}", noRollback, atWork, rollbackMissing},
		{"the organisation's own section never required", "sections: {monitoring: {title: Monitoring, require: never}}", noMonitoring, atWork, "sections/missing|monitoring||"},
		{"a further heading that everybody writes", "sections: {rollback: {also: [Summary]}}", summary, atWork, rollbackMissing},
		{"such a heading as the title", "sections: {rollback: {title: Summary}}", summary, atWork, rollbackMissing},
		{"every heading for every section", "sections: {rollback: {also: [Worst case, Blast radius]}, monitoring: {title: Worst case, also: [Blast radius]}}", noMonitoring, atWork, "sections/missing|monitoring||"},
		{
			"a section of its own that takes the placeholder away", "sections: {steps: {title: Steps, require: never}}",
			payments("## Rollback plan\nTBD\n\n### Steps\n\n" + goodWorst + goodBlast + goodMonitoring), atWork, "sections/placeholder|rollback||",
		},
		{
			"a section of its own with the heading of another", "sections: {mine: {title: Rollback plan, require: never}}",
			payments("## Rollback plan\nTBD\n\n" + goodWorst + goodBlast + goodMonitoring), atWork, "sections/placeholder|rollback||",
		},
		{"rolling forward is fine", "sections: {rollback: {roll-forward: off}}", forward, atWork, forwardOnly},
		{"rolling forward is a warning", "sections: {rollback: {roll-forward: warn}}", forward, atWork, forwardOnly},
		{
			"a class of its own that only rolls forward", `irreversible: {mine: {paths: ["**"], way: forward-only, severity: warn}}`,
			forward, atWork, forwardOnly,
		},
		{"a class switched off", "irreversible: {schema-migration: off}", migration, atWork, schema},
		{"a class that warns", "irreversible: {schema-migration: warn}", migration, atWork, schema},
		{"a class that ignores everything", `irreversible: {schema-migration: {ignore: ["**"]}}`, migration, atWork, schema},
		{"a class that ignores its folder", `irreversible: {schema-migration: {severity: block, ignore: ["db/**"]}}`, migration, atWork, schema},
		{"a class that only rolls forward", "irreversible: {schema-migration: {way: forward-only}}", migration, atWork, schema},
		{"the organisation's own class switched off", "irreversible: {search-mapping: off}", searchChange, atWork, search},
		{"the organisation's own class with other paths", `irreversible: {search-mapping: {paths: ["no/such/**"]}}`, searchChange, atWork, search},
		{"the organisation's own class only rolls forward", `irreversible: {search-mapping: {paths: ["search/**"], way: forward-only}}`, searchChange, atWork, search},
		{"an alias that every text has", `systems: {payments: {paths: ["services/pay/**"], also: [the]}}`, warehouse, atWork, unnamed},
		{"the system with other paths", `systems: {payments: {paths: ["no/such/**"]}}`, warehouse, atWork, unnamed},
		{"another system with an alias of that name", `systems: {all: {paths: ["**"], also: [payments, the warehouse]}}`, warehouse, atWork, unnamed},
		{"a system whose longer name the text has", `systems: {payments: {paths: ["**"], also: [the warehouse]}, warehouse: {paths: ["x/**"]}}`, warehouse, atWork, unnamed},
		{"blast radius switched off", "blast-radius: off", warehouse, atWork, unnamed},
		{"blast radius as a warning", "blast-radius: warn", warehouse, atWork, unnamed},
		{"the blast radius never required", "sections: {blast-radius: {require: never}}", payments(goodRollback + goodWorst + goodMonitoring), atWork, "sections/missing|blast-radius||"},
		{"a higher limit", "diff-size: {block-above: 100000}", big, atWork, tooLarge},
		{"no limit", "diff-size: {warn-above: off, block-above: off, warn-above-files: off}", big, atWork, tooLarge},
		{"ignored lines", `diff-size: {ignore: ["**"]}`, big, atWork, tooLarge},
		{"ignored lines under a limit of its own", `diff-size: {block-above: 90, ignore: ["**/b.go"]}`, big, atWork, tooLarge},
		{"open tasks are fine", "tasks: off", open, atWork, "tasks/open|||"},
		{"no freezes", "freeze: []", good, atYearEnd, "freeze/year-end|||"},
		{"freezes as a warning", "freeze-severity: warn", good, atYearEnd, "freeze/year-end|||"},
		{"freezes switched off", "freeze-severity: off", good, atYearEnd, "freeze/year-end|||"},
		{
			"a freeze of the same name that excepts everything", "timezone: UTC\nfreeze: [{name: Year end, from: 2026-12-20T00:00, until: 2027-01-05T00:00, except: {paths: [\"**\"]}}]",
			good, atYearEnd, "freeze/year-end|||",
		},
		{
			"a freeze of the same name that a label lifts", "timezone: UTC\nfreeze: [{name: Year end, from: 2026-12-20T00:00, until: 2027-01-05T00:00, except: {labels: [small]}}]",
			labelled(good, "small"), atYearEnd, "freeze/year-end|||",
		},
		{
			"a freeze of the same name that ends earlier", "timezone: UTC\nfreeze: [{name: Year end, from: 2026-12-20T00:00, until: 2026-12-21T00:00}]",
			good, atYearEnd, "freeze/year-end|||",
		},
		{"a zone in which it is over", "timezone: Pacific/Kiritimati", good, time.Date(2027, 1, 4, 22, 59, 0, 0, time.UTC), "freeze/year-end|||"},
		{"a rename into an exception", "", renamed, atYearEnd, "freeze/year-end|||"},
		{"hours all week", "timezone: UTC\nhours: {staffed: \"00:00-24:00\"}", good, atNight, "hours/watch|||"},
		{"hours in a zone where it is day", "timezone: Pacific/Auckland\nhours: {staffed: Mon-Fri 09:00-18:00}", good, atNight, "hours/watch|||"},
		{"no hours", "hours: {staffed: []}", good, atNight, "hours/watch|||"},
		{"nothing to watch", "hours: {watch: 0m}", good, time.Date(2026, 11, 18, 16, 30, 0, 0, time.UTC), "hours/watch|||"},
		{"hours as a warning", "hours: {severity: warn}", good, atNight, "hours/watch|||"},
		{"hours switched off", "hours: {severity: off}", good, atNight, "hours/watch|||"},
		{"every path exempt", `exempt: {paths: ["**"]}`, noRollback, atWork, rollbackMissing},
		{"its author exempt", "exempt: {authors: [ann]}", noRollback, atWork, rollbackMissing},
		{"another bot exempt", `exempt: {authors: ["dependabot[bot]", "renovate[bot]"]}`, renova, atWork, rollbackMissing},
		{"it relaxes for itself", "repositories-may-relax: {mode: audit, diff-size: {block-above: off}}\nmode: audit\ndiff-size: {block-above: off}", big, atWork, tooLarge},
		{"it is enforced later", "timezone: UTC\nenforce: {from: 2099-01-01}", noRollback, atWork, rollbackMissing},
		{"it is enforced elsewhere", "enforce: {repositories: [another]}", noRollback, atWork, rollbackMissing},
		{"comments never", "comment: never", noRollback, atWork, rollbackMissing},
		{"only one branch", "branches: [no-such-branch]", noRollback, atWork, rollbackMissing},
		{"anybody may override", "override: {by: [write], author: allowed, expires: 9999h}", noRollback, atWork, rollbackMissing},
		{"a newer key", "except: {everything: true}", noRollback, atWork, rollbackMissing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			org, repo := parsed(t, "acme/.github:backout.yml", floorFile), parsed(t, ".github/backout.yml", tt.file)
			where := Where{Repository: "shop", At: tt.at}
			alone := checks.Evaluate(Merge(&org, nil, where).Policy, tt.change, tt.at)
			if alone.Conclusion != checks.Failure || !blockedBy(alone, tt.blocks) {
				t.Fatalf("the try is none: without it %q says\n%s", alone.Title, findings(alone))
			}
			m := Merge(&org, &repo, where)
			merged := checks.Evaluate(m.Policy, tt.change, tt.at)
			if broken := milder(merged, alone); broken != "" || !blockedBy(merged, tt.blocks) {
				t.Errorf("%s: %q\n%s", broken, merged.Title, findings(merged))
			}
			if !slices.Equal(m.Override.By, []string{"admin"}) || m.Override.Author != AuthorNever || m.Override.Expires != time.Hour {
				t.Errorf("override: %+v", m.Override)
			}
		})
	}
}

func blockedBy(v checks.Verdict, id string) bool {
	return slices.ContainsFunc(v.Findings, func(f checks.Finding) bool { return f.Severity == checks.Block && identity(f) == id })
}

func findings(v checks.Verdict) string {
	var b strings.Builder
	for _, f := range v.Findings {
		b.WriteString(string(f.Severity) + " " + identity(f) + ": " + f.Message + "\n")
	}
	return b.String()
}

func parsed(t *testing.T, name, text string) File {
	t.Helper()
	f, problems := Parse(name, []byte(text))
	if !Valid(problems) {
		t.Fatalf("%v", problems)
	}
	return f
}
