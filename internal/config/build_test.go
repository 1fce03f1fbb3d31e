package config_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
)

// valid reads a file that must be in force.
func valid(t *testing.T, text string) config.File {
	t.Helper()
	file, problems := config.Parse("backout.yml", []byte(text))
	if !config.Valid(problems) {
		t.Fatalf("it is refused:\n%s", details(problems))
	}
	return file
}

func TestPolicyOfOneFile(t *testing.T) {
	singapore, err := time.LoadLocation("Asia/Singapore")
	if err != nil {
		t.Fatal(err)
	}
	want := checks.DefaultPolicy()
	want.Sections[2].Require = checks.Require{LinesOver: 50}
	want.Sections = append(want.Sections, checks.SectionRule{
		ID: "monitoring", Title: "Monitoring", Also: []string{"Metrics", "Alerts"}, Hint: "Which graph shows first that this went wrong?",
		Require: checks.Require{Paths: []string{"services/**"}, Labels: []string{"risky"}},
	})
	want.DiffSize.Ignore = []string{"**/recordings/**"}
	want.Irreversible = map[string]checks.ClassRule{
		"published-version": {Severity: checks.Off},
		"schema-migration":  {Severity: checks.Block, Ignore: []string{"tools/sandbox/**"}},
		"search-mapping": {
			Paths: []string{"search/mappings/**"},
			Ask:   "How long does a re-index take, and from which alias do we serve meanwhile?",
		},
	}
	want.Systems = []checks.System{{Name: "payments", Paths: []string{"services/payments/**"}, Also: []string{"billing", "checkout"}}}
	want.Freeze.Windows = []checks.FreezeWindow{{
		Name: "Lunar New Year", Location: singapore,
		From: time.Date(2027, 2, 5, 10, 0, 0, 0, time.UTC), Until: time.Date(2027, 2, 13, 1, 0, 0, 0, time.UTC),
		Only:   checks.Condition{Paths: []string{"services/**"}},
		Except: checks.Condition{Paths: []string{"docs/**"}, Labels: []string{"hotfix"}},
	}}
	want.Hours.Location = singapore
	want.Hours.Staffed = []checks.StaffedRange{{Days: [7]bool{false, true, true, true, true, true, false}, Start: 9 * 60, End: 18 * 60}}
	want.Exempt = checks.Exempt{Authors: []string{"dependabot[bot]", "renovate[bot]"}, Paths: []string{"docs/**", "**/*.md"}}

	got := valid(t, string(read(t, "testdata/good/design.yml"))).Policy()
	equal := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	if diff := cmp.Diff(want, got, equal); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
}

func TestStaffedRanges(t *testing.T) {
	const mon, tue, wed, thu, fri, sat, sun = 1, 2, 3, 4, 5, 6, 0
	for _, test := range []struct {
		text       string
		days       []int
		start, end int
	}{
		{"Mon-Fri 09:00-18:00", []int{mon, tue, wed, thu, fri}, 540, 1080},
		{"Sun 00:00-24:00", []int{sun}, 0, 1440},
		{"Sat,Sun 10:00-14:30", []int{sat, sun}, 600, 870},
		{"Fri-Mon 22:00-06:00", []int{fri, sat, sun, mon}, 1320, 360},
		{"Mon, Wed-Thu 08:00-09:00", []int{mon, wed, thu}, 480, 540},
		{"Mon-Mon 08:00-09:00", []int{mon}, 480, 540},
		{"22:00-06:00", []int{mon, tue, wed, thu, fri, sat, sun}, 1320, 360},
	} {
		t.Run(test.text, func(t *testing.T) {
			want := checks.StaffedRange{Start: test.start, End: test.end}
			for _, d := range test.days {
				want.Days[d] = true
			}
			hours := valid(t, "timezone: UTC\nhours: {staffed: \""+test.text+"\"}\n").StaffedHours()
			if diff := cmp.Diff([]checks.StaffedRange{want}, hours.Staffed); diff != "" {
				t.Errorf("ranges (-want +got):\n%s", diff)
			}
		})
	}
}

// TestUnknownKeysDoNotWeaken holds how a file of a newer release is read: what
// it says by keys that are not known asks for no less than if they stood there.
func TestUnknownKeysDoNotWeaken(t *testing.T) {
	always := checks.Require{Always: true}
	file := valid(t, strings.Join([]string{
		"timezone: UTC",
		"sections:",
		"  rollback: {require: {functions: [charge]}}",
		"  worst-case: {require: {lines-over: 20, functions: [charge]}}",
		"  blast-raduis: {require: never}",
		"freeze:",
		"  - {from: 2027-01-01T00:00, until: 2027-01-02T00:00, only: {teams: [a]}, except: {teams: [b]}}",
		"exempt: {teams: [c]}",
		"irreversible: {quantum-state: off}",
	}, "\n"))
	p := file.Policy()
	if len(p.Sections) != 3 {
		t.Errorf("a misspelt section is one of its own: %+v", p.Sections)
	}
	for i, want := range []checks.Require{always, {LinesOver: 20}, always} {
		if diff := cmp.Diff(want, p.Sections[i].Require); diff != "" {
			t.Errorf("%s is required (-want +got):\n%s", p.Sections[i].ID, diff)
		}
	}
	w := p.Freeze.Windows[0]
	if diff := cmp.Diff([]checks.Condition{{}, {}}, []checks.Condition{w.Only, w.Except}); diff != "" {
		t.Errorf("the freeze holds every change (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(checks.Exempt{}, p.Exempt); diff != "" {
		t.Errorf("exempt (-want +got):\n%s", diff)
	}
}

func TestOwnSectionsStandForThemselves(t *testing.T) {
	p := valid(t, "sections:\n  load-test:\n  rollbacks: {title: Rollbacks so far, require: never}\n").Policy()
	want := []checks.SectionRule{
		{ID: "load-test", Title: "Load test", Hint: "What does the person on call need to know about this?", Require: checks.Require{Always: true}},
		{ID: "rollbacks", Title: "Rollbacks so far", Hint: "What does the person on call need to know about this?"},
	}
	if diff := cmp.Diff(want, p.Sections[3:]); diff != "" {
		t.Errorf("sections (-want +got):\n%s", diff)
	}
}

func TestRequires(t *testing.T) {
	for _, test := range []struct {
		release, requires string
		reads             bool
	}{
		{"1.4.0", ">=1.4", true},
		{"1.4.0", ">=1.4.1", false},
		{"1.4.0", ">= 1", true},
		{"1.10.0", ">=1.9", true},
		{"v2.0.0", ">=1.9", true},
		{"2.0.0-rc.1", ">=2.0", true},
		{"1.9.9", ">=2", false},
		{"devel", ">=99.0", true},
		{"", ">=99.0", true},
	} {
		t.Run(test.release+" for "+test.requires, func(t *testing.T) {
			text := fmt.Sprintf("requires: %q\nsomething-of-that-release: [1, 2]\nmode: loud\n", test.requires)
			_, problems := config.Reader{Release: test.release}.Parse("backout.yml", []byte(text))
			refused := len(problems) == 1 && problems[0].Key == "requires"
			if refused == test.reads {
				t.Errorf("problems:\n%s", details(problems))
			}
		})
	}
}

// TestLargeFileThatSaysSomething holds that the limits of the reader are above
// what the promised size can hold.
func TestLargeFileThatSaysSomething(t *testing.T) {
	var b strings.Builder
	b.WriteString("systems:\n")
	for i := 0; b.Len() < 128<<10-100; i++ {
		fmt.Fprintf(&b, "  s%d: {paths: [\"services/%d/**\"]}\n", i, i)
	}
	if n := len(valid(t, b.String()).SystemList()); n < 2_500 {
		t.Errorf("%d systems were read", n)
	}
}
