package checks

import (
	"time"

	"github.com/backout-dev/backout/internal/plan"
)

// DefaultPolicy is what applies where no policy file says otherwise.
func DefaultPolicy() Policy {
	return Policy{
		Mode: Enforce,
		Sections: []SectionRule{
			{ID: "rollback", Title: "Rollback plan", Hint: "What does the person on call type or click to get back?", Require: Require{Always: true}, RollForward: Warn},
			{ID: "worst-case", Title: "Worst-case scenario", Hint: "What is the worst that can realistically happen, and what follows from it?", Require: Require{Always: true}},
			{ID: "blast-radius", Title: "Blast radius", Hint: "Who or what is hit if this breaks? Name systems or people, or the bound.", Require: Require{Always: true}},
		},
		DiffSize:    DiffSize{WarnAbove: 400, BlockAbove: 1000, WarnAboveFiles: 50},
		BlastRadius: Block,
		Tasks:       Off,
		Freeze:      Freeze{Severity: Block},
		Hours:       Hours{Severity: Warn, Watch: 3 * time.Hour},
	}
}

// Evaluate judges a change under a policy at a time.
func Evaluate(p Policy, c Change, at time.Time) Verdict {
	in := Input{Change: c, At: at}
	in.Plan = plan.Parse(c.Body, plan.Options{Templates: c.Templates})
	in.Size = measure(c.Files, p.DiffSize.Ignore, p.Systems)
	in.Irreversible, in.NotSeen = irreversibleLines(c.Files, p.Irreversible)
	in.Touched = touchedSystems(p.Systems, c.Files, "")
	return Verdict{Size: in.Size, JudgedAt: at}
}
