package config

import (
	"fmt"
	"strings"
	"testing"
)

func TestLowered(t *testing.T) {
	const full = `version: 1
timezone: Asia/Singapore
sections:
  blast-radius: {require: {lines-over: 50}}
  monitoring: {title: Monitoring, require: {paths: ["a/**", "b/**"]}}
diff-size: {block-above: 500}
irreversible:
  search-mapping: {paths: ["s/**"], ask: How long?}
systems:
  payments: {paths: ["services/payments/**"]}
freeze:
  - {name: New Year, from: 2027-02-05T18:00, until: 2027-02-13T09:00}
hours: {staffed: Mon-Fri 09:00-18:00}
exempt: {paths: ["docs/**"]}
`
	tests := map[string]struct {
		old, new string // of a replacement in the full file
		want     string
	}{
		"nothing":                       {},
		"a higher limit":                {"block-above: 500", "block-above: 900", "diff-size.block-above: 500 -> 900"},
		"a limit left out":              {"diff-size: {block-above: 500}\n", "", "diff-size.block-above: 500 -> 1000"},
		"a lower limit":                 {"block-above: 500", "block-above: 300", ""},
		"only reports":                  {"version: 1", "version: 1\nmode: audit", "mode: enforce -> audit"},
		"a section less":                {"  monitoring: {title: Monitoring, require: {paths: [\"a/**\", \"b/**\"]}}\n", "", "sections.monitoring.require: paths \"a/**\", paths \"b/**\" -> "},
		"a section for fewer paths":     {`"a/**", "b/**"`, `"a/**"`, `sections.monitoring.require: paths "a/**", paths "b/**" -> paths "a/**"`},
		"a section for more paths":      {`"a/**", "b/**"`, `"a/**", "b/**", "c/**"`, ""},
		"required from more lines on":   {"lines-over: 50", "lines-over: 90", "sections.blast-radius.require: lines-over 50 -> lines-over 90"},
		"required always":               {"require: {lines-over: 50}", "require: always", ""},
		"a class off":                   {"irreversible:", "irreversible:\n  schema-migration: off", "irreversible.schema-migration.severity: block -> off"},
		"a class ignores":               {"irreversible:", "irreversible:\n  schema-migration: {ignore: [\"x/**\"]}", "irreversible.schema-migration.ignore:  -> \"x/**\""},
		"a class of its own less":       {"irreversible:\n  search-mapping: {paths: [\"s/**\"], ask: How long?}\n", "", "irreversible.search-mapping.severity: block -> ; irreversible.search-mapping.paths: \"s/**\" -> ; irreversible.search-mapping.way: restore -> "},
		"a system for other paths":      {"services/payments/**", "payments/**", `systems.payments.paths: "services/payments/**" -> "payments/**"`},
		"a freeze less":                 {"freeze:\n  - {name: New Year, from: 2027-02-05T18:00, until: 2027-02-13T09:00}\n", "", "freeze New Year.from: 2027-02-05T18:00 -> ; freeze New Year.until: 2027-02-13T09:00 -> "},
		"a freeze that ends sooner":     {"2027-02-13T09:00", "2027-02-12T09:00", "freeze New Year.until: 2027-02-13T09:00 -> 2027-02-12T09:00"},
		"a freeze that lasts longer":    {"2027-02-13T09:00", "2027-02-14T09:00", ""},
		"a freeze that a label lifts":   {"2027-02-13T09:00", "2027-02-13T09:00, except: {labels: [hotfix]}", "freeze New Year.except.labels:  -> hotfix"},
		"a freeze for some paths":       {"2027-02-13T09:00", "2027-02-13T09:00, only: {paths: [\"q/**\"]}", "freeze New Year.only.paths:  -> \"q/**\""},
		"more hours are staffed":        {"Mon-Fri 09:00-18:00", "Mon-Sun 09:00-18:00", `hours.staffed: "Mon-Fri 09:00-18:00" -> "Mon-Sun 09:00-18:00"`},
		"more is exempt":                {`["docs/**"]`, `["docs/**", "x/**"]`, `exempt.paths: "docs/**" -> "docs/**", "x/**"`},
		"less is exempt":                {`exempt: {paths: ["docs/**"]}`, "", ""},
		"others may override":           {"version: 1", "version: 1\noverride: {by: [write]}", `override.by: ["maintain", "admin"] -> ["write"]`},
		"it is rolled out step by step": {"version: 1", "version: 1\nenforce: {repositories: [\"pay-*\"]}", "enforce: everywhere, at once -> step by step"},
		"repositories may relax":        {"version: 1", "version: 1\nrepositories-may-relax: {diff-size: {block-above: 2000}}", "repositories-may-relax: nothing -> something"},
		"another title and alias":       {"title: Monitoring", "title: Graphs, also: [Metrics]", ""},
	}
	parse := func(t *testing.T, text string) File {
		f, problems := Reader{}.Parse("backout.yml", []byte(text))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return f
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			edited := full
			if tt.old != "" {
				edited = strings.Replace(full, tt.old, tt.new, 1)
				if edited == full {
					t.Fatal("nothing was replaced")
				}
			}
			var got []string
			for _, l := range Lowered(parse(t, full), parse(t, edited), Where{Repository: "shop"}) {
				got = append(got, fmt.Sprintf("%s: %s -> %s", l.Key, l.From, l.To))
			}
			if s := strings.Join(got, "; "); s != tt.want {
				t.Errorf("got  %s\nwant %s", s, tt.want)
			}
		})
	}
}
