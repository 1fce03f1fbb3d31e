package effective

import (
	"os"
	"strings"
	"testing"

	"github.com/backout-dev/backout/internal/config"
)

// A file that says all there is: its values have every key that can be shown.
const everything = `version: 1
mode: enforce
comment: always
timezone: Europe/Berlin
branches: [default]
sections:
  rollback: {title: Way back, also: [Undo], hint: Who?, require: {lines-over: 50, paths: ["a/**"], labels: [risky]}, roll-forward: block}
diff-size: {warn-above: 300, block-above: 800, warn-above-files: 9, ignore: ["x/**"]}
irreversible:
  search: {severity: warn, ignore: ["tools/**"], paths: ["s/**"], ask: "What, then?", way: forward-only}
systems:
  payments: {paths: ["pay/**"], also: [billing]}
blast-radius: warn
tasks: block
freeze:
  - {name: Year end, from: 2027-12-20T18:00, until: 2028-01-03T08:00, only: {paths: ["a/**"], labels: [risky]}, except: {paths: ["b/**"], labels: [hotfix]}}
freeze-severity: warn
hours: {staffed: Mon-Fri 09:00-18:00, watch: 2h, severity: block}
exempt: {authors: ["dependabot[bot]"], paths: ["docs/**"]}
override: {by: [admin], author: allowed, expires: 8h}
`

// What --why says of two files is what docs/policy.md says, for every value
// that can be shown.
func TestRulesAreThePages(t *testing.T) {
	data, err := os.ReadFile("../../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	onPage := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|"); len(cells) == 5 {
			onPage[strings.Trim(cells[0], " `")] = strings.ReplaceAll(strings.TrimSpace(cells[4]), "`", "")
		}
	}
	own := parsed(t, ".github/backout.yml", everything)
	m := config.Merge(nil, &own, config.Where{})
	shown := map[string]bool{}
	for _, s := range m.Settings {
		key := keyOf(pathOf(s))
		shown[key] = true
		want := "a repository's: " + onPage[key] + "\n"
		if got := Why(strings.TrimSuffix(s.Key(), "[]"), m); onPage[key] == "" || !strings.Contains(got, want) {
			t.Errorf("%s, on the page as %s, wants %q:\n%s", s.Key(), key, onPage[key], got)
		}
	}
	for _, k := range config.Keys() {
		if rules()[k.Path] == "" {
			t.Errorf("%s has no rule", k.Path)
		}
		if leaf := !hasBelow(k.Path); leaf && !shown[k.Path] && !unshown(k.Path) {
			t.Errorf("%s is not shown by this test's file", k.Path)
		}
	}
}

// hasBelow reports a key that is a map, or may be one.
func hasBelow(path string) bool {
	for _, k := range config.Keys() {
		if strings.HasPrefix(k.Path, path+".") || strings.HasPrefix(k.Path, path+"[") {
			return true
		}
	}
	return false
}

// unshown are keys of a file that are no values of a policy.
func unshown(path string) bool {
	first, _, _ := strings.Cut(path, ".")
	switch first {
	case "version", "requires", "enforce", "repositories-may-relax":
		return true
	}
	return false
}
