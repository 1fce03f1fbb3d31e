package checks

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Skipf("no time zones on this machine: %v", err)
	}
	return loc
}

func TestFreeze(t *testing.T) {
	singapore := zone(t, "Asia/Singapore")
	from := time.Date(2027, 2, 5, 18, 0, 0, 0, singapore)
	until := time.Date(2027, 2, 13, 9, 0, 0, 0, singapore)
	window := FreezeWindow{Name: "Lunar New Year", From: from, Until: until, Location: singapore}
	during := from.Add(24 * time.Hour)
	file := func(path string) Change { return Change{Diff: DiffWhole, Files: []File{{Path: path}}} }
	labelled := func(c Change, name, by string) Change { c.Labels = []Label{{name, by}}; return c }
	only := func(c Condition) FreezeWindow { w := window; w.Only = c; return w }
	except := func(c Condition) FreezeWindow { w := window; w.Except = c; return w }

	held := "block freeze/lunar-new-year: The Lunar New Year freeze holds this change from Fri 5 Feb 2027 18:00 Singapore until Sat 13 Feb 2027 09:00 Singapore."
	noted := func(label string) string {
		return "note freeze/lunar-new-year: The label " + label + " lifts the Lunar New Year freeze, which holds until Sat 13 Feb 2027 09:00 Singapore."
	}
	tests := []struct {
		name   string
		window FreezeWindow
		at     time.Time
		change Change
		want   []string
	}{
		{"before it starts", window, from.Add(-time.Second), file("a.go"), nil},
		{"when it starts", window, from, file("a.go"), []string{held}},
		{"during it", window, during, file("a.go"), []string{held}},
		{"the last second", window, until.Add(-time.Second), file("a.go"), []string{held}},
		{"when it ends", window, until, file("a.go"), nil},
		{"a change without files", window, during, Change{Diff: DiffWhole}, []string{held}},

		{"only some paths, none touched", only(Condition{Paths: []string{"services/**"}}), during, file("docs/a.md"), nil},
		{"only some paths, one touched", only(Condition{Paths: []string{"services/**"}}), during, Change{Diff: DiffWhole, Files: []File{{Path: "docs/a.md"}, {Path: "services/a.go"}}}, []string{held}},
		{"only some paths, moved away from", only(Condition{Paths: []string{"services/**"}}), during, Change{Diff: DiffWhole, Files: []File{{Path: "docs/a.go", Previous: "services/a.go", Status: Renamed}}}, []string{held}},
		{"only a label that is not set", only(Condition{Labels: []string{"risky"}}), during, file("a.go"), nil},
		{"only a label that is set", only(Condition{Labels: []string{"risky"}}), during, labelled(file("a.go"), "Risky", "hubot"), []string{held}},
		{"only paths or a label: the label", only(Condition{Paths: []string{"services/**"}, Labels: []string{"risky"}}), during, labelled(file("a.go"), "risky", "hubot"), []string{held}},
		{"only some paths, no diff seen", only(Condition{Paths: []string{"services/**"}}), during, Change{}, []string{held}},
		{"only some paths, the list cut off", only(Condition{Paths: []string{"services/**"}}), during, Change{Diff: DiffTruncated, Files: []File{{Path: "docs/a.md"}}}, []string{held}},

		{"except paths, all files there", except(Condition{Paths: []string{"docs/**"}}), during, file("docs/a.md"), nil},
		{"except paths, one file elsewhere", except(Condition{Paths: []string{"docs/**"}}), during, Change{Diff: DiffWhole, Files: []File{{Path: "docs/a.md"}, {Path: "a.go"}}}, []string{held}},
		{"except paths, moved there", except(Condition{Paths: []string{"docs/**"}}), during, Change{Diff: DiffWhole, Files: []File{{Path: "docs/a.go", Previous: "a.go", Status: Renamed}}}, []string{held}},
		{"except paths, no files", except(Condition{Paths: []string{"docs/**"}}), during, Change{Diff: DiffWhole}, []string{held}},
		{"except paths, the list cut off", except(Condition{Paths: []string{"docs/**"}}), during, Change{Diff: DiffTruncated, Files: []File{{Path: "docs/a.md"}}}, []string{held}},
		{"a label lifts it", except(Condition{Labels: []string{"hotfix"}}), during, labelled(file("a.go"), "hotfix", "hubot"), []string{noted("hotfix (set by hubot)")}},
		{"nobody knows who set the label", except(Condition{Labels: []string{"hotfix"}}), during, labelled(file("a.go"), "Hotfix", ""), []string{noted("Hotfix (who set it is not known)")}},
		{"a label that lifts nothing now", except(Condition{Labels: []string{"hotfix"}}), until, labelled(file("a.go"), "hotfix", "hubot"), nil},
		{"no label needed where the paths are excepted", except(Condition{Paths: []string{"docs/**"}, Labels: []string{"hotfix"}}), during, labelled(file("docs/a.md"), "hotfix", "hubot"), nil},

		{"only policy files", window, during, Change{Diff: DiffWhole, Files: []File{{Path: ".github/backout.yml"}}}, nil},
		{"policy files and others", window, during, Change{Diff: DiffWhole, Files: []File{{Path: ".github/backout.yml"}, {Path: "a.go"}}}, []string{held}},
		{"code moved to where a policy file stands", window, during, Change{Diff: DiffWhole, Files: []File{{Path: "backout.yml", Previous: "a.go", Status: Renamed}}}, []string{held}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := Policy{Freeze: Freeze{Severity: Block, Windows: []FreezeWindow{tt.window}}}
			var got []string
			for _, f := range freezeCheck.Run(p, Input{Change: tt.change, At: tt.at}) {
				got = append(got, string(f.Severity)+" "+f.Code+": "+f.Message)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFreezeFinding(t *testing.T) {
	w := FreezeWindow{
		Name: "Q4 code freeze", From: time.Date(2026, 12, 20, 0, 0, 0, 0, time.UTC), Until: time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC),
		Except: Condition{Labels: []string{"hotfix", "security"}},
	}
	in := Input{Change: Change{Diff: DiffWhole, Files: []File{{Path: "a.go"}}}, At: w.From}
	want := []Finding{{
		Code: "freeze/q4-code-freeze", Severity: Warn,
		Title:   "the Q4 code freeze holds it until Mon 4 Jan 2027 09:00 UTC",
		Message: "The Q4 code freeze holds this change from Sun 20 Dec 2026 00:00 UTC until Mon 4 Jan 2027 09:00 UTC.",
		Fix:     "Nothing to do: this freeze ends by itself then. The label hotfix or security lifts it; the verdict shows who set it.",
	}}
	if diff := cmp.Diff(want, freezeCheck.Run(Policy{Freeze: Freeze{Severity: Warn, Windows: []FreezeWindow{w}}}, in)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if got := freezeCheck.Run(Policy{Freeze: Freeze{Severity: Off, Windows: []FreezeWindow{w}}}, in); got != nil {
		t.Errorf("switched off it finds %v", got)
	}
	if got := freezeCheck.Run(Policy{Freeze: Freeze{Windows: []FreezeWindow{w}}}, in); len(got) != 1 || got[0].Severity != Block {
		t.Errorf("in a policy made by hand it finds %v, want a block", got)
	}
}

func TestFreezesThatOverlap(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2027, 1, d, 0, 0, 0, 0, time.UTC) }
	hotfix := Condition{Labels: []string{"hotfix"}}
	p := Policy{Freeze: Freeze{Severity: Block, Windows: []FreezeWindow{
		{Name: "short", From: day(1), Until: day(5)},
		{Name: "long", From: day(2), Until: day(9)},
		{Name: "Twice", From: day(1), Until: day(4), Except: hotfix},
		{Name: "twice", From: day(1), Until: day(3)},
	}}}
	in := Input{At: day(2), Change: Change{Labels: []Label{{"hotfix", "hubot"}}}}
	var got []string
	for _, f := range freezeCheck.Run(p, in) {
		got = append(got, string(f.Severity)+" "+f.Title)
	}
	want := []string{
		"block the long freeze holds it until Sat 9 Jan 2027 00:00 UTC",
		"block the short freeze holds it until Tue 5 Jan 2027 00:00 UTC",
		"block the twice freeze holds it until Sun 3 Jan 2027 00:00 UTC",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestFreezeCodes(t *testing.T) {
	for name, want := range map[string]string{
		"Lunar New Year": "freeze/lunar-new-year", "  Q4 -- code/freeze! ": "freeze/q4-code-freeze", "春节": "freeze/春节", "": "freeze/unnamed", "!!": "freeze/unnamed",
	} {
		if got := (FreezeWindow{Name: name}).code(); got != want {
			t.Errorf("code of %q is %q, want %q", name, got, want)
		}
	}
}

func TestChangesAt(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2027, 1, d, 9, 0, 0, 0, time.UTC) }
	everything := FreezeWindow{From: day(10), Until: day(20)}
	services := FreezeWindow{From: day(5), Until: day(7), Only: Condition{Paths: []string{"services/**"}}}
	hotfix := FreezeWindow{From: day(10), Until: day(20), Except: Condition{Labels: []string{"hotfix"}}}
	docs := Change{Diff: DiffWhole, Files: []File{{Path: "docs/a.md"}}}
	service := Change{Diff: DiffWhole, Files: []File{{Path: "services/a.go"}}}
	lifted := Change{Diff: DiffWhole, Files: []File{{Path: "a.go"}}, Labels: []Label{{"hotfix", "hubot"}}}
	tests := []struct {
		name    string
		windows []FreezeWindow
		change  Change
		at      time.Time
		want    time.Time
	}{
		{"no freeze", nil, docs, day(1), time.Time{}},
		{"the start of the next one", []FreezeWindow{everything}, docs, day(1), day(10)},
		{"the end of the one that holds", []FreezeWindow{everything}, docs, day(10), day(20)},
		{"after the last one", []FreezeWindow{everything}, docs, day(20), time.Time{}},
		{"one that is not for this change", []FreezeWindow{services, everything}, docs, day(1), day(10)},
		{"one that is for this change", []FreezeWindow{everything, services}, service, day(1), day(5)},
		{"between two", []FreezeWindow{everything, services}, service, day(8), day(10)},
		{"one that a label lifts", []FreezeWindow{hotfix}, lifted, day(1), time.Time{}},
		{"two that overlap end with the later", []FreezeWindow{everything, {From: day(15), Until: day(25)}}, docs, day(12), day(25)},
		{"two that touch end with the later", []FreezeWindow{everything, {From: day(20), Until: day(25)}}, docs, day(12), day(25)},
		{"one inside another", []FreezeWindow{everything, {From: day(12), Until: day(13)}}, docs, day(11), day(20)},
		{"one that never is", []FreezeWindow{{From: day(20), Until: day(10)}}, docs, day(1), time.Time{}},
		{"to the full minute", []FreezeWindow{{From: day(10).Add(time.Second), Until: day(20)}}, docs, day(1), day(10).Add(time.Minute)},
		{"only policy files", []FreezeWindow{everything}, Change{Diff: DiffWhole, Files: []File{{Path: "backout.yml"}}}, day(1), time.Time{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := changesAt(Policy{Freeze: Freeze{Severity: Block, Windows: tt.windows}}, tt.change, tt.at)
			switch {
			case got == nil:
				if !tt.want.IsZero() {
					t.Errorf("never, want %v", tt.want)
				}
			case !got.Equal(tt.want):
				t.Errorf("at %v, want %v", got, tt.want)
			}
		})
	}
	if got := changesAt(Policy{Freeze: Freeze{Severity: Off, Windows: []FreezeWindow{everything}}}, docs, day(1)); got != nil {
		t.Errorf("switched off it changes at %v", got)
	}
	// Hours never turn a verdict by themselves.
	if got := changesAt(Policy{Hours: Hours{Severity: Block, Watch: time.Hour, Staffed: []StaffedRange{{Days: weekdays(), Start: 540, End: 1080}}}}, docs, day(1)); got != nil {
		t.Errorf("with hours alone it changes at %v", got)
	}
}

func TestZoneNames(t *testing.T) {
	for name, want := range map[string]string{"Asia/Singapore": "Singapore", "America/New_York": "New York", "America/Argentina/Buenos_Aires": "Buenos Aires", "UTC": "UTC"} {
		if got := zoneName(zone(t, name)); got != want {
			t.Errorf("%s is shown as %q, want %q", name, got, want)
		}
	}
	if got := zoneName(nil); got != "UTC" {
		t.Errorf("no zone is shown as %q", got)
	}
}

func TestNoFreezeTurnsAnExemptChange(t *testing.T) {
	p := DefaultPolicy()
	p.Freeze.Windows = []FreezeWindow{{From: monday.Add(time.Hour), Until: monday.Add(2 * time.Hour)}}
	c := codeChange(goodPlan)
	if v := Evaluate(p, c, monday); v.ChangesAt == nil || !v.ChangesAt.Equal(monday.Add(time.Hour)) {
		t.Errorf("changes at %v, want the start of the freeze", v.ChangesAt)
	}
	p.Exempt.Paths = []string{"shop/**"}
	if v := Evaluate(p, c, monday); v.Exempt == nil || v.ChangesAt != nil {
		t.Errorf("exempt %v, changes at %v", v.Exempt, v.ChangesAt)
	}
}
