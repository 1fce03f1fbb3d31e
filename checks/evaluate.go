package checks

import (
	"slices"
	"time"

	"github.com/backout-dev/backout/internal/plan"
)

// DefaultPolicy is what applies where no policy file says otherwise.
func DefaultPolicy() Policy {
	return Policy{
		Mode: Enforce,
		Sections: []SectionRule{
			{ID: plan.Rollback, Title: "Rollback plan", Hint: "What does the person on call type or click to get back?", Require: Require{Always: true}, RollForward: Warn},
			{ID: plan.WorstCase, Title: "Worst-case scenario", Hint: "What is the worst that can realistically happen, and what follows from it?", Require: Require{Always: true}},
			{ID: plan.BlastRadius, Title: "Blast radius", Hint: "Who or what is hit if this breaks? Name systems or people, or the bound.", Require: Require{Always: true}},
		},
		DiffSize:    DiffSize{WarnAbove: 400, BlockAbove: 1000, WarnAboveFiles: 50},
		BlastRadius: Block,
		Tasks:       Off,
		Freeze:      Freeze{Severity: Block},
		Hours:       Hours{Severity: Warn, Watch: 3 * time.Hour},
	}
}

// Evaluate judges a change under a policy at a time. It never fails: what
// could not be judged is named in the verdict's NotSeen.
func Evaluate(p Policy, c Change, at time.Time) Verdict {
	in := facts(p, c, at)
	v := Verdict{
		Mode: p.Mode, Sections: in.Sections, Size: in.Size, Systems: in.Touched,
		Irreversible: in.Irreversible, TasksUnchecked: in.Plan.TasksUnchecked,
		JudgedAt: at,
	}
	for _, check := range All() {
		for _, f := range check.Run(p, in) {
			f.Check = check.ID
			v.Findings = append(v.Findings, f)
		}
	}
	var unsure []string
	if v.Exempt, unsure = exemption(p, c, in.Irreversible); v.Exempt != nil {
		v.Findings = slices.DeleteFunc(v.Findings, func(f Finding) bool { return f.Severity != Note })
	} else {
		v.ChangesAt = changesAt(p, c, at)
	}
	v.NotSeen = append(in.NotSeen, unsure...)
	v.Findings = append(v.Findings, p.Notes...)
	slices.SortStableFunc(v.Findings, func(a, b Finding) int { return rank(b.Severity) - rank(a.Severity) })
	v.conclude()
	v.InputDigest = inputDigest(p, c, at)
	v.OutputDigest = outputDigest(v)
	return v
}

// facts computes once what the checks and the verdict share.
func facts(p Policy, c Change, at time.Time) Input {
	in := Input{Change: c, At: at}
	if c.Diff == DiffNotSeen {
		in.NotSeen = []string{"No diff was given: only the description is judged."}
	} else {
		in.Size = measure(c.Files, p.DiffSize.Ignore, p.Systems)
		var unseen []string
		in.Irreversible, unseen = irreversibleLines(c.Files, p.Irreversible)
		in.NotSeen = append(in.NotSeen, unseen...)
	}
	in.Plan = plan.Parse(c.Body, plan.Options{
		Templates: c.Templates, Kinds: kindsOf(p.Sections), Data: len(in.Irreversible) > 0,
	})
	address(in.Irreversible, in.Plan, c)
	blast, _ := in.Plan.Section(plan.BlastRadius)
	in.Touched = touchedSystems(p.Systems, c.Files, blast.Text)
	in.Sections = finalSections(p, c, in)
	return in
}

func rank(s Severity) int {
	switch s {
	case Block:
		return 3
	case Warn:
		return 2
	case Note:
		return 1
	}
	return 0
}

// conclude sets the conclusion and the title from the findings.
func (v *Verdict) conclude() {
	var first [4]*Finding
	count := [4]int{}
	for i := range v.Findings {
		f := &v.Findings[i]
		if r := rank(f.Severity); r > 0 {
			if count[r]++; first[r] == nil {
				first[r] = f
			}
		}
	}
	v.Blocked = count[rank(Block)] > 0
	reason := "passes"
	switch {
	case v.Exempt != nil:
		reason = "passes: not applicable, " + v.Exempt.Reason
	case v.Blocked:
		reason = "blocked: " + first[rank(Block)].title()
	case count[rank(Warn)] > 0:
		reason = "passes with " + counted(count[rank(Warn)], "warning") + ": " + first[rank(Warn)].title()
	}
	if v.Mode == Audit {
		v.Conclusion = Neutral
		if v.Blocked {
			reason = "would block, " + first[rank(Block)].title()
		}
		v.Title = "Reports only: " + reason
		return
	}
	v.Conclusion = Success
	if v.Blocked {
		v.Conclusion = Failure
	}
	v.Title = upperFirst(reason)
}
