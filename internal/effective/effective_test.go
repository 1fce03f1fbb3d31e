package effective

import (
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
			m := config.Merge(nil, &f, config.Where{})
			for diff, shown := range map[string]string{"whole": YAML(m, false), "what differs": YAML(m, true)} {
				again := parsed(t, "shown.yml", shown)
				n := config.Merge(nil, &again, config.Where{})
				if diff := cmp.Diff(plain(m.Policy), plain(n.Policy), cmpopts.EquateEmpty(), zonesByName()); diff != "" {
					t.Errorf("%s: policy (-in force +shown):\n%s\n%s", name, diff, shown)
				}
				if d := cmp.Diff([]any{m.Comment, m.Branches, m.Override}, []any{n.Comment, n.Branches, n.Override}, cmpopts.EquateEmpty()); d != "" {
					t.Errorf("%s: beside (-in force +shown):\n%s\n%s", diff, d, shown)
				}
			}
			if got := YAML(m, true); name == "the defaults" && got != "version: 1\n" {
				t.Errorf("these differ from the defaults:\n%s", got)
			}
		})
	}
}

// plain leaves out what says nothing: a class with its own severity. A class
// without one has that of its kind.
func plain(p checks.Policy) checks.Policy {
	rules := map[string]checks.ClassRule{}
	for id, r := range p.Irreversible {
		if r.Way == "" && len(r.Paths) > 0 {
			r.Way = checks.WayRestore
		}
		if r.Severity == "" {
			r.Severity = checks.Block
		}
		rules[id] = r
	}
	for _, c := range checks.Classes() {
		r := rules[c.ID]
		if r.Ask == "" {
			r.Ask = c.Ask
		}
		if r.Way == "" {
			r.Way = c.Way
		}
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
	m := config.Merge(&floor, &own, config.Where{})
	want := `version: 1
timezone: Asia/Singapore # .github/backout.yml:5
diff-size:
  warn-above: 300 # .github/backout.yml:2
  # acme/.github:backout.yml:2 says 350
  block-above: 800 # acme/.github:backout.yml:3, floor
  # .github/backout.yml:3 asks for diff-size.block-above: 2000; 800 stands (acme/.github:backout.yml:3, floor)
tasks: block # acme/.github:backout.yml:4, floor
freeze:
  - from: 2027-02-05T18:00 # .github/backout.yml:7
    until: 2027-02-13T09:00 # .github/backout.yml:7
exempt:
  paths:
    - "x/**" # .github/backout.yml:9
    # acme/.github:backout.yml:6 says ["docs/**"]
    # .github/backout.yml:9 asks for exempt.paths: "x/**"; a change is exempt only where the organisation's file says so too (acme/.github:backout.yml:6, floor)
override:
  by: ["admin"] # acme/.github:backout.yml:5, floor
# .github/backout.yml:8 asks for override: {...}; who may override is the organisation's to say (acme/.github:backout.yml:1, floor)
`
	if diff := cmp.Diff(want, YAML(m, true, File{&floor, true}, File{&own, false})); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	explained := `diff-size.block-above: 800
  from acme/.github:backout.yml:3, floor
  acme/.github:backout.yml:3 says 800
  .github/backout.yml:3 says 2000
  .github/backout.yml:3 asks for diff-size.block-above: 2000; 800 stands (acme/.github:backout.yml:3, floor)
  of an organisation's file and a repository's: the smaller; off is the largest
  by default 1000
`
	if diff := cmp.Diff(explained, Why("diff-size.block-above", m, File{&floor, true}, File{&own, false})); diff != "" {
		t.Errorf("explained (-want +got):\n%s", diff)
	}
}

// What two files come to is not always one file: other people's hours, and a
// second system of one name, stand there as comments.
func TestWhatAFileCannotHoldIsAComment(t *testing.T) {
	floor := parsed(t, "organisation.yml", `
timezone: Europe/Berlin
hours: {staffed: Mon-Fri 09:00-18:00}
systems:
  payments: {paths: ["pay/**"]}
freeze:
  - {name: Year end, from: 2027-12-20T18:00, until: 2028-01-03T08:00, except: {labels: [hotfix]}}
`)
	own := parsed(t, "backout.yml", `
timezone: Asia/Singapore
hours: {staffed: ["Mon-Fri 10:00-19:00"]}
systems:
  payments: {paths: ["other/**"], also: [billing]}
freeze:
  - {from: 2027-02-05T18:00, until: 2027-02-13T09:00, only: {paths: ["a/**", "b/**"]}}
`)
	m := config.Merge(&floor, &own, config.Where{})
	shown := YAML(m, true, File{&floor, true}, File{&own, false})
	want := `version: 1
timezone: Europe/Berlin # organisation.yml:2, floor
systems:
  payments:
    paths:
      - "pay/**" # organisation.yml:5, floor
  # beside it, for itself: systems.payments.paths[]: "other/**" # backout.yml:5
  # beside it, for itself: systems.payments.also[]: billing # backout.yml:5
freeze:
  - name: Year end # organisation.yml:7, floor
    from: 2027-12-20T18:00 # organisation.yml:7, floor
    until: 2028-01-03T08:00 # organisation.yml:7, floor
    except:
      labels:
        - hotfix # organisation.yml:7, floor
  - from: 2027-02-05T11:00 # backout.yml:7
    until: 2027-02-13T02:00 # backout.yml:7
    only:
      paths:
        - "a/**" # backout.yml:7
        - "b/**" # backout.yml:7
hours:
  staffed:
    - "Mon-Fri 09:00-18:00" # organisation.yml:3, floor
  # and in Asia/Singapore: hours.staffed[]: "Mon-Fri 10:00-19:00" # backout.yml:3
# backout.yml:5 asks for systems: payments; it stands beside the organisation's of that name and answers for nothing there (organisation.yml:4, floor)
`
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	parsed(t, "shown.yml", shown)
}
