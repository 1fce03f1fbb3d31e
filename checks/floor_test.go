package checks

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/plan"
)

// underFloor is the default policy, changed by own, over the default policy,
// changed by floor.
func underFloor(floor, own func(*Policy)) Policy {
	p, f := DefaultPolicy(), DefaultPolicy()
	own(&p)
	floor(&f)
	p.Floor = &f
	return p
}

func TestFloor(t *testing.T) {
	nothing := func(*Policy) {}
	summary := codeChange("## Summary\nRevert this PR and redeploy `shop` 1.4.\n" + goodPlan[len("## Rollback plan\nRevert this PR and redeploy `shop` 1.4.\n"):])
	for _, tt := range []struct {
		name       string
		change     Change
		floor, own func(*Policy)
		title      string
		codes      []string
	}{
		{"both pass", codeChange(goodPlan), nothing, nothing, "Passes", nil},
		{
			"what both find is said once", codeChange(""), nothing, nothing, "Blocked: the rollback plan is missing",
			[]string{"block: sections/missing", "block: sections/missing", "block: sections/missing"},
		},
		{
			"a heading that the policy adds answers for nothing", summary, nothing,
			func(p *Policy) { p.Sections[0].Also = []string{"Summary"} },
			"Blocked: the rollback plan is missing",
			[]string{"block: sections/missing"},
		},
		{
			"an empty section under such a heading is missing", codeChange("## Summary\n" + goodPlan[len("## Rollback plan\nRevert this PR and redeploy `shop` 1.4.\n"):]), nothing,
			func(p *Policy) { p.Sections[0].Also = []string{"Summary"} },
			"Blocked: the rollback plan is missing",
			[]string{"block: sections/missing"},
		},
		{
			"the stricter of two findings", codeChange(goodPlan),
			func(p *Policy) { p.DiffSize.WarnAbove = 1 }, func(p *Policy) { p.DiffSize.BlockAbove = 1 },
			"Blocked: the change counts 2 lines",
			[]string{"block: diff-size/lines"},
		},
		{
			"the stricter of two findings, of the floor", codeChange(goodPlan),
			func(p *Policy) { p.DiffSize.BlockAbove = 1 }, func(p *Policy) { p.DiffSize.WarnAbove = 1 },
			"Blocked: the change counts 2 lines",
			[]string{"block: diff-size/lines"},
		},
		{
			"exempt by the policy alone", codeChange(""), nothing,
			func(p *Policy) { p.Exempt.Paths = []string{"**"} }, "Blocked: the rollback plan is missing",
			[]string{"block: sections/missing", "block: sections/missing", "block: sections/missing"},
		},
		{
			"exempt by the floor alone", codeChange(goodPlan),
			func(p *Policy) { p.Exempt.Paths = []string{"**"} },
			func(p *Policy) { p.DiffSize.BlockAbove = 1 }, "Blocked: the change counts 2 lines",
			[]string{"block: diff-size/lines"},
		},
		{
			"exempt by both, each in its way", codeChange(""),
			func(p *Policy) { p.Exempt.Paths = []string{"shop/**"} },
			func(p *Policy) { p.Exempt.Paths = []string{"**/*.go"} },
			"Passes: not applicable, every file lies under paths that the policy exempts", nil,
		},
		{
			"a floor that only reports", codeChange(goodPlan),
			func(p *Policy) { p.Mode, p.DiffSize.BlockAbove = Audit, 1 }, nothing,
			"Passes with one warning: the change counts 2 lines",
			[]string{"warn: diff-size/lines"},
		},
		{
			"both only report", codeChange(goodPlan),
			func(p *Policy) { p.Mode, p.DiffSize.BlockAbove = Audit, 1 },
			func(p *Policy) { p.Mode = Audit },
			"Reports only: would block, the change counts 2 lines",
			[]string{"block: diff-size/lines"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := Evaluate(underFloor(tt.floor, tt.own), tt.change, monday)
			if v.Title != tt.title {
				t.Errorf("title %q, want %q", v.Title, tt.title)
			}
			if diff := cmp.Diff(tt.codes, codes(v)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// Facts are shown as the floor reads them where it objects.
func TestFloorReadings(t *testing.T) {
	c := codeChange(goodPlan)
	c.Files = append(c.Files, File{Path: "recordings/a.go", Status: Added, Additions: 30, Patch: "@@ -0,0 +1 @@\n+a"})
	c.Files = append(c.Files, File{
		Path: "db/migrate/7_drop_email.rb", Status: Added, Additions: 5,
		Patch: "@@ -0,0 +1,5 @@\n+class DropEmail < ActiveRecord::Migration[7.1]\n+  def change\n+    remove_column :users, :email, :string\n+  end\n+end",
	})
	p := underFloor(func(p *Policy) {
		p.DiffSize.BlockAbove = 20
		p.Systems = []System{{Name: "warehouse", Paths: []string{"shop/**"}}}
	}, func(p *Policy) {
		p.DiffSize.Ignore = []string{"recordings/**"}
		p.Irreversible = map[string]ClassRule{"schema-migration": {Ignore: []string{"db/**"}}}
		p.Systems = []System{{Name: "warehouse", Paths: []string{"shop/**"}, Also: []string{"the"}}}
	})
	v := Evaluate(p, c, monday)
	if v.Size.Counted != 37 {
		t.Errorf("counted %d lines, want those that the policy alone ignores too", v.Size.Counted)
	}
	if s := v.Sections[0]; s.State != plan.Insufficient || !s.Required {
		t.Errorf("the rollback plan is %s", s.State)
	}
	if len(v.Systems) != 1 || v.Systems[0].Named {
		t.Errorf("systems %+v", v.Systems)
	}
	if len(v.Irreversible) != 1 || v.Irreversible[0].Addressed {
		t.Errorf("irreversible %+v", v.Irreversible)
	}
	want := []string{"block: irreversible/schema-migration", "block: blast-radius/unnamed", "block: diff-size/lines"}
	if diff := cmp.Diff(want, codes(v)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// What is taken over from one reading for the other must be what reading anew
// gives.
func TestFloorAlone(t *testing.T) {
	for _, set := range []string{"basic", "forms", "substance", "languages"} {
		for _, d := range readDescribed(t, "testdata/descriptions/"+set+".jsonl") {
			p := DefaultPolicy()
			p.Floor = &Policy{}
			*p.Floor = DefaultPolicy()
			alone, under := Evaluate(DefaultPolicy(), d.change(), monday), Evaluate(p, d.change(), monday)
			if alone.OutputDigest != under.OutputDigest {
				t.Errorf("%s: under itself as a floor the verdict is another (-alone +under):\n%s", d.ID, cmp.Diff(alone, under))
			}
		}
	}
}

func TestThePolicyChangesByItself(t *testing.T) {
	p := DefaultPolicy()
	p.ChangesAt = monday.Add(time.Hour)
	if v := Evaluate(p, codeChange(goodPlan), monday); v.ChangesAt == nil || !v.ChangesAt.Equal(p.ChangesAt) {
		t.Errorf("changes at %v", v.ChangesAt)
	}
	if v := Evaluate(p, codeChange(goodPlan), p.ChangesAt); v.ChangesAt != nil {
		t.Errorf("afterwards it changes at %v", v.ChangesAt)
	}
	p.Freeze.Windows = []FreezeWindow{{From: monday.Add(time.Minute), Until: monday.Add(2 * time.Hour)}}
	if v := Evaluate(p, codeChange(goodPlan), monday); v.ChangesAt == nil || !v.ChangesAt.Equal(monday.Add(time.Minute)) {
		t.Errorf("with a freeze before it changes at %v", v.ChangesAt)
	}
}

func TestZonesAreInTheDigest(t *testing.T) {
	at := func(zone *time.Location) string {
		p, f := DefaultPolicy(), DefaultPolicy()
		f.Hours.And = []Schedule{{Staffed: []StaffedRange{{Days: weekdays(), Start: 540, End: 1080}}, Location: zone}}
		p.Floor = &f
		return Evaluate(p, codeChange(goodPlan), monday).InputDigest
	}
	if at(zone(t, "Asia/Singapore")) == at(zone(t, "Europe/Berlin")) {
		t.Error("two zones have one digest")
	}
}

func TestManySections(t *testing.T) {
	p := DefaultPolicy()
	for i := range 197 {
		id := fmt.Sprintf("own-%d", i)
		p.Sections = append(p.Sections, SectionRule{ID: id, Title: id, Require: Require{Always: true}})
	}
	var written strings.Builder
	for _, s := range p.Sections[3:] {
		fmt.Fprintf(&written, "\n## %s\nThe order rate falls by %s percent.\n", s.Title, s.ID)
	}
	if v := Evaluate(p, codeChange(goodPlan), monday); len(v.Findings) != 197 || len(v.Sections) != 200 {
		t.Errorf("%d findings, %d sections", len(v.Findings), len(v.Sections))
	}
	if v := Evaluate(p, codeChange(goodPlan+written.String()), monday); v.Blocked {
		t.Error(v.Title)
	}
}

func TestAPolicyUponAnotherStandsUpToAllOfThem(t *testing.T) {
	section := func(id string, p Policy) Policy {
		p.Sections = append(slices.Clone(p.Sections), SectionRule{ID: id, Title: id, Require: Require{Always: true}})
		return p
	}
	bare := DefaultPolicy()
	bare.Sections = nil
	organisation := section("monitoring", bare)
	repository := section("testing", bare)
	repository.Floor, repository.Sources, repository.Notes = &organisation, []Source{{Source: "a"}, {Source: "b"}}, []Finding{{Code: "policy/x"}}
	further := section("rollout", bare)
	further.Mode, further.Floor, further.Sources, further.Notes = Audit, &organisation, []Source{{Source: "a"}, {Source: "c"}}, []Finding{{Code: "policy/x"}}

	both := further.Upon(repository)
	v := Evaluate(both, Change{}, time.Unix(0, 0))
	var codes []string
	for _, f := range v.Findings {
		codes = append(codes, f.Identity())
	}
	want := []string{"sections/missing rollout", "sections/missing testing", "sections/missing monitoring", "policy/x"}
	if d := cmp.Diff(want, codes); d != "" {
		t.Errorf("findings (-want +got):\n%s", d)
	}
	if v.Mode != Enforce || v.Conclusion != Failure {
		t.Errorf("mode %s, conclusion %s", v.Mode, v.Conclusion)
	}
	if d := cmp.Diff([]Source{{Source: "a"}, {Source: "c"}, {Source: "b"}}, both.Sources); d != "" {
		t.Errorf("sources (-want +got):\n%s", d)
	}
}
