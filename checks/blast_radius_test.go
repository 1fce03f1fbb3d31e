package checks

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/plan"
)

func TestBlastRadius(t *testing.T) {
	systems := []System{
		{Name: "payments", Paths: []string{"services/payments/**"}},
		{Name: "orders", Paths: []string{"services/orders/**", "lib/orders/**"}},
	}
	payments := TouchedSystem{Name: "payments", Files: 3, Path: "services/payments/ledger.go"}
	named := payments
	named.Named = true
	unnamed := Finding{
		Code: "blast-radius/unnamed", Severity: Block, System: "payments", Path: "services/payments/ledger.go",
		Title:   "payments is touched but not named in the blast radius",
		Message: "Three files under services/payments/ change; payments is not named.",
		Fix:     `Name payments under "Blast radius", or say there why it is not hit.`,
	}
	warned := unnamed
	warned.Severity = Warn
	tests := []struct {
		name     string
		severity Severity
		state    plan.State
		touched  []TouchedSystem
		want     []Finding
		optional bool
	}{
		{"a touched system that is not named", Block, plan.Complete, []TouchedSystem{payments}, []Finding{unnamed}, false},
		{"a touched system that is named", Block, plan.Complete, []TouchedSystem{named}, nil, false},
		{"no system touched", Block, plan.Complete, nil, nil, false},
		{"as a warning", Warn, plan.Complete, []TouchedSystem{payments}, []Finding{warned}, false},
		{"switched off", Off, plan.Complete, []TouchedSystem{payments}, nil, false},
		{"left out of a policy made by hand", "", plan.Complete, []TouchedSystem{payments}, []Finding{unnamed}, false},
		{"a waived section names nothing", Block, plan.NotApplicable, []TouchedSystem{payments}, []Finding{unnamed}, false},
		{"a missing section is reported by itself", Block, plan.Missing, []TouchedSystem{payments}, nil, false},
		{"an empty section is reported by itself", Block, plan.Empty, []TouchedSystem{payments}, nil, false},
		{"template text is reported by itself", Block, plan.Template, []TouchedSystem{payments}, nil, false},
		{"a placeholder is reported by itself", Block, plan.Placeholder, []TouchedSystem{payments}, nil, false},
		{"one that nobody asks for and that is missing names nothing", Warn, plan.Missing, []TouchedSystem{payments}, []Finding{warned}, true},
		{"a system listed twice is reported once", Block, plan.Complete, []TouchedSystem{named, payments, payments}, []Finding{unnamed}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := Input{Touched: tt.touched, Sections: []Section{
				{Section: plan.Section{ID: plan.Rollback, Title: "Rollback plan", State: plan.Complete}},
				{Section: plan.Section{ID: plan.BlastRadius, Title: "Blast radius", State: tt.state}, Required: !tt.optional},
			}}
			got := blastRadiusCheck.Run(Policy{Systems: systems, BlastRadius: tt.severity}, in)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBlastRadiusSaysWhatChanges(t *testing.T) {
	systems := []System{
		{Name: "payments", Paths: []string{"services/payments/**"}},
		{Name: "orders", Paths: []string{"services/orders/**", "lib/orders/**"}},
		{Name: "all-go", Paths: []string{"**/*.go"}},
	}
	tests := []struct {
		name    string
		touched TouchedSystem
		want    string
	}{
		{"one file of one folder", TouchedSystem{Name: "payments", Files: 1}, "One file under services/payments/ changes"},
		{"many files of one folder", TouchedSystem{Name: "payments", Files: 1240}, "1,240 files under services/payments/ change"},
		{"one file of several folders", TouchedSystem{Name: "orders", Files: 1, Path: "lib/orders/a.go"}, "One file of orders changes (lib/orders/a.go)"},
		{"files of several folders", TouchedSystem{Name: "orders", Files: 2, Path: "lib/orders/a.go"}, "Two files of orders change (lib/orders/a.go is the first)"},
		{"no folder at all", TouchedSystem{Name: "all-go", Files: 2, Path: "a.go"}, "Two files of all-go change (a.go is the first)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := touch(systems, tt.touched); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestTouchedSystemsAskForTheBlastRadius(t *testing.T) {
	const rollback = "## Rollback plan\nRevert this PR and redeploy `shop` 1.4.\n"
	for _, tt := range []struct {
		name     string
		severity Severity
		body     string
		paths    string
		want     []string
	}{
		{"nothing written", Block, rollback, "shop/**", []string{"block: sections/missing"}},
		{"nothing written, left out of a policy made by hand", "", rollback, "shop/**", []string{"block: sections/missing"}},
		{"nothing written, as a warning", Warn, rollback, "shop/**", []string{"warn: blast-radius/unnamed"}},
		{"nothing written, switched off", Off, rollback, "shop/**", nil},
		{"nothing written, no system touched", Block, rollback, "web/**", nil},
		{"another system named", Block, rollback + "## Blast radius\nThe warehouse.", "shop/**", []string{"block: blast-radius/unnamed"}},
		{"the system named", Block, rollback + "## Blast radius\nThe shop.", "shop/**", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := DefaultPolicy()
			p.Sections[1].Require, p.Sections[2].Require = Require{}, Require{}
			p.BlastRadius = tt.severity
			p.Systems = []System{{Name: "shop", Paths: []string{tt.paths}}}
			if diff := cmp.Diff(tt.want, codes(Evaluate(p, codeChange(tt.body), monday))); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}
