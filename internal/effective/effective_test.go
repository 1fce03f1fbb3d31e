package effective

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
)

func parsed(t *testing.T, name, text string) config.File {
	t.Helper()
	f, problems := config.Parse(name, []byte(text))
	for _, p := range problems {
		t.Errorf("%s", p.Detail())
	}
	return f
}

func TestWhatIsShownParsesAgainToTheSamePolicy(t *testing.T) {
	for name, text := range map[string]string{
		"the defaults": "",
		"audit":        "mode: audit\ncomment: never\nbranches: [default, \"release/**\"]",
		"sections": `
sections:
  rollback: {title: "Way back: how?", also: [Undo, "on"], hint: "Who does it, \"when\"?", require: {lines-over: 50, paths: ["a/**"], labels: [risky]}, roll-forward: block}
  blast-radius: {require: never}
  load-test: {require: {labels: ["# one", "two"]}}`,
		"sizes": `diff-size: {warn-above: off, block-above: 2000, warn-above-files: 7, ignore: ["**/x y/*.{a,b}"]}`,
		"classes": `
irreversible:
  published-version: off
  schema-migration: {severity: warn, ignore: ["tools/**"], paths: ["db/**"], ask: "What, then?"}
  search: {paths: ["s/**"], way: forward-only}`,
		"systems":    "systems:\n  payments: {paths: [\"services/payments/**\"], also: [billing]}\n  \"on\": {paths: [\"a/**\", \"b/\\\\[c\\\\]/*\"]}\n  日本: {paths: [\"j/**\"]}\n  \"##[x\": {paths: [\"x/**\"]}\n  \"a\\u200bb\\u202e\": {paths: [\"y/**\"]}",
		"severities": "blast-radius: warn\ntasks: block\nfreeze-severity: warn",
		"a freeze": `
timezone: Asia/Singapore
freeze:
  - {name: Lunar New Year, from: 2027-02-05T18:00, until: 2027-02-13T09:00, only: {paths: ["services/**"]}, except: {paths: ["docs/**"], labels: [hotfix]}}
  - {from: 2027-03-05T18:00, until: 2027-03-06T18:00}`,
		"hours":    "timezone: Europe/Berlin\nhours: {staffed: [\"Mon-Fri 09:00-18:00\", \"Sun 22:00-06:00\", \"Mon, Wed-Thu 01:00-02:30\", \"00:00-24:00\"], watch: 90m, severity: block}",
		"watch":    "hours: {watch: 4h30m}",
		"exempt":   "exempt: {authors: [\"dependabot[bot]\"], paths: [\"docs/**\"]}",
		"override": "override: {by: [], author: allowed, expires: 8h}",
	} {
		t.Run(name, func(t *testing.T) {
			f := parsed(t, ".github/backout.yml", text)
			settings := Settings(f.Policy(), File{File: f})
			shown := YAML(settings)
			again := parsed(t, "shown.yml", shown)
			if diff := cmp.Diff(plain(f.Policy()), plain(again.Policy()), cmpopts.EquateEmpty(), zonesByName()); diff != "" {
				t.Errorf("policy (-in force +shown):\n%s\n%s", diff, shown)
			}
			if diff := cmp.Diff(texts(beside(f)), texts(beside(again))); diff != "" {
				t.Errorf("beside (-in force +shown):\n%s\n%s", diff, shown)
			}
			if differing := Differing(settings); name == "the defaults" && len(differing) > 0 {
				t.Errorf("these differ from the defaults: %v", differing)
			}
			// What differs is enough to make the same policy.
			fewer := parsed(t, "differing.yml", YAML(Differing(settings)))
			if diff := cmp.Diff(plain(f.Policy()), plain(fewer.Policy()), cmpopts.EquateEmpty(), zonesByName()); diff != "" {
				t.Errorf("policy (-in force +differing):\n%s", diff)
			}
		})
	}
}

// plain leaves out what says nothing: a class with its own severity. A class
// without one has that of its kind.
func plain(p checks.Policy) checks.Policy {
	rules := map[string]checks.ClassRule{}
	for id, r := range p.Irreversible {
		if r.Severity == "" {
			r.Severity = checks.Block
		}
		rules[id] = r
	}
	for _, c := range checks.Classes() {
		r := rules[c.ID]
		if p.Irreversible[c.ID].Severity == "" {
			r.Severity = c.Severity
		}
		rules[c.ID] = r
	}
	p.Irreversible = rules
	if len(p.Hours.Staffed) == 0 {
		p.Hours.Location = nil
	}
	return p
}

func zonesByName() cmp.Option {
	return cmp.Comparer(func(a, b *time.Location) bool {
		return a == nil && b == nil || a != nil && b != nil && a.String() == b.String()
	})
}

func TestEveryValueNamesItsOrigin(t *testing.T) {
	own := parsed(t, ".github/backout.yml", `diff-size:
  warn-above: 300
  block-above: 2000
tasks: block
timezone: Asia/Singapore
freeze:
  - {from: 2027-02-05T18:00, until: 2027-02-13T09:00}
override: {expires: 8h}
exempt: {paths: ["x/**"]}
`)
	floor := parsed(t, "acme/.github:backout.yml", `diff-size:
  warn-above: 350
  block-above: 800
tasks: block
override: {by: [admin]}
exempt: {paths: ["docs/**"]}
`)
	p := own.Policy()
	p.DiffSize.BlockAbove = 800
	p.Exempt.Paths = []string{"docs/**"}
	p.DiffSize.WarnAboveFiles = 50
	settings := Settings(p, File{File: floor, Floor: true}, File{File: own})
	got := YAML(Differing(settings))
	want := `version: 1
timezone: Asia/Singapore # .github/backout.yml:5
diff-size:
  warn-above: 300 # .github/backout.yml:2
  # acme/.github:backout.yml:2 says 350
  block-above: 800 # acme/.github:backout.yml:3, floor
  # .github/backout.yml:3 says 2000
tasks: block # acme/.github:backout.yml:4, floor
freeze:
  - {from: 2027-02-05T18:00, until: 2027-02-13T09:00} # .github/backout.yml:7
exempt:
  paths: ["docs/**"] # acme/.github:backout.yml:6, floor
  # .github/backout.yml:9 says ["x/**"]
override:
  by: ["admin"] # acme/.github:backout.yml:5, floor
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	if !strings.Contains(YAML(settings), "  expires: 24h # default, floor\n  # .github/backout.yml:8 says 8h\n") {
		t.Errorf("the override's time is not the organisation's:\n%s", YAML(settings))
	}
}
