package config

import (
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
)

// What an organisation allows, a repository gets, as far as it is allowed and
// not further.
func TestWhatARepositoryMayRelax(t *testing.T) {
	noRollback := payments(goodWorst + goodBlast + goodMonitoring)
	big, migration := payments(goodAll, large), payments(goodAll, dropColumn)
	warehouse := payments(goodRollback + goodWorst + "## Blast radius\nThe warehouse.\n\n" + goodMonitoring)
	open := payments(goodAll + "\n- [ ] tell support\n")
	for _, tt := range []struct {
		name, allowed, within, beyond string
		change                        checks.Change
		at                            time.Time
		blocks                        string // without, and beyond what is allowed
	}{
		{"mode", "mode: audit", "mode: audit", "", noRollback, atWork, "sections/missing|rollback||"},
		{"a limit", "diff-size: {block-above: 200}", "diff-size: {block-above: 180}", "", big, atWork, "diff-size/lines|||"},
		{"a limit further than it may", "diff-size: {block-above: 160}", "", "diff-size: {block-above: off}", big, atWork, "diff-size/lines|||"},
		{"ignored files", `diff-size: {ignore: ["**/b.go", "x/**"]}`, `diff-size: {ignore: ["**/b.go"]}`, `diff-size: {ignore: ["**"]}`, big, atWork, "diff-size/lines|||"},
		{"a requirement", "sections: {rollback: {require: {lines-over: 50}}}", "sections: {rollback: {require: {lines-over: 40}}}", `sections: {rollback: {require: {paths: ["services/**"]}}}`, noRollback, atWork, "sections/missing|rollback||"},
		{"a class", "irreversible: {schema-migration: warn}", "irreversible: {schema-migration: warn}", "", migration, atWork, "irreversible/schema-migration|||db/migrate/7_drop.rb"},
		{"a class further than it may", "irreversible: {schema-migration: block}", "", "irreversible: {schema-migration: off}", migration, atWork, "irreversible/schema-migration|||db/migrate/7_drop.rb"},
		{"files that a class ignores", `irreversible: {schema-migration: {ignore: ["db/**"]}}`, `irreversible: {schema-migration: {ignore: ["db/**"]}}`, `irreversible: {schema-migration: {ignore: ["**"]}}`, migration, atWork, "irreversible/schema-migration|||db/migrate/7_drop.rb"},
		{"blast radius", "blast-radius: warn", "blast-radius: warn", "", warehouse, atWork, "blast-radius/unnamed||payments|services/pay/a.go"},
		{"tasks", "tasks: off", "tasks: warn", "", open, atWork, "tasks/open|||"},
		{"freezes", "freeze-severity: warn", "freeze-severity: off", "", payments(goodAll), atYearEnd, "freeze/year-end|||"},
		{"hours", "hours: {severity: warn}", "hours: {severity: warn}", "", payments(goodAll), atNight, "hours/watch|||"},
		{"the watch period", "hours: {watch: 30m}", "hours: {watch: 0m}", "", payments(goodAll), time.Date(2026, 11, 18, 16, 10, 0, 0, time.UTC), "hours/watch|||"},
		{"exempt paths", `exempt: {paths: ["services/**"]}`, `exempt: {paths: ["services/**"]}`, `exempt: {paths: ["**"]}`, noRollback, atWork, "sections/missing|rollback||"},
		{"exempt authors", "exempt: {authors: [Ann]}", "exempt: {authors: [ann]}", "exempt: {authors: [bob]}", noRollback, atWork, "sections/missing|rollback||"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			org := parsed(t, "acme/.github:backout.yml", floorFile+"repositories-may-relax: {"+tt.allowed+"}\n")
			for _, try := range []struct {
				name, file string
				blocks     bool
			}{{"without asking", "version: 1", true}, {"within", tt.within, false}, {"beyond", tt.beyond, true}} {
				if try.file == "" {
					continue
				}
				repo := parsed(t, ".github/backout.yml", try.file)
				v := checks.Evaluate(Merge(&org, &repo, Where{Repository: "shop", At: tt.at}).Policy, tt.change, tt.at)
				if (v.Conclusion == checks.Failure) != try.blocks || try.blocks && !blockedBy(v, tt.blocks) {
					t.Errorf("%s: %s\n%s", try.name, v.Title, findings(v))
				}
			}
		})
	}
}

// Each file's hours are in its own zone, and the watch period must lie in both.
func TestHoursOfBothFiles(t *testing.T) {
	org := parsed(t, "org", "timezone: Asia/Singapore\nhours: {staffed: Mon-Fri 09:00-18:00, watch: 1h, severity: block}")
	repo := parsed(t, "repo", "timezone: Europe/Berlin\nhours: {staffed: Mon-Fri 09:00-18:00, watch: 90m}")
	for _, tt := range []struct {
		at string
		ok bool
	}{
		{"2026-11-18T08:00:00Z", true},  // 16:00 in Singapore, 9:00 in Berlin
		{"2026-11-18T08:30:00Z", true},  // the last moment
		{"2026-11-18T08:31:00Z", false}, // the repository watches for 90 minutes
		{"2026-11-18T07:59:00Z", false}, // Berlin has not begun
		{"2026-11-18T13:00:00Z", false}, // Singapore sleeps
	} {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		v := checks.Evaluate(Merge(&org, &repo, Where{At: at}).Policy, checks.Change{Body: goodAll}, at)
		if v.Blocked == tt.ok {
			t.Errorf("at %s: %s", tt.at, v.Title)
		}
	}
}
