package checks

import (
	"fmt"
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
	own := judge(p, facts(p, c, at, nil))
	o := own
	for floor := p.Floor; floor != nil; floor = floor.Floor {
		o = o.above(judge(*floor, facts(*floor, c, at, &own)))
	}
	v := Verdict{
		Mode: p.Mode, Exempt: o.exempt, Sections: o.in.Sections, Size: o.in.Size, Systems: o.in.Touched,
		Irreversible: o.in.Irreversible, TasksUnchecked: o.in.Plan.TasksUnchecked, NotSeen: o.notSeen,
		JudgedAt: at, ChangesAt: o.changesAt,
	}
	for floor := &p; floor != nil; floor = floor.Floor {
		v.changeBy(floor.ChangesAt)
	}
	v.NotSeen = append(v.NotSeen, policiesNotSeen(c)...)
	v.Findings = slices.Concat(slices.Concat(o.findings...), policyFindings(c), p.Notes)
	slices.SortStableFunc(v.Findings, func(a, b Finding) int { return rank(b.Severity) - rank(a.Severity) })
	if v.Override = c.Override.lifting(v.Findings, at); v.Override != nil {
		v.changeBy(v.Override.Expires)
	}
	v.conclude()
	v.InputDigest = inputDigest(p, c, at)
	v.OutputDigest = outputDigest(v)
	return v
}

// changeBy notes that the verdict changes by itself at a time, unless that is
// over or something changes it earlier.
func (v *Verdict) changeBy(t time.Time) {
	if t.After(v.JudgedAt) && (v.ChangesAt == nil || t.Before(*v.ChangesAt)) {
		v.ChangesAt = &t
	}
}

// opinion is what one policy makes of a change.
type opinion struct {
	policy    Policy
	in        Input
	exempt    *Exemption
	findings  [][]Finding // by check, in the order of All
	notSeen   []string
	changesAt *time.Time
}

func judge(p Policy, in Input) opinion {
	o := opinion{policy: p, in: in}
	var unsure []string
	o.exempt, unsure = exemption(p, in.Change, in.Irreversible)
	o.notSeen = slices.Concat(in.NotSeen, unsure)
	for _, check := range All() {
		findings := check.Run(p, in)
		if o.exempt != nil {
			findings = slices.DeleteFunc(findings, func(f Finding) bool { return f.Severity != Note })
		}
		for i := range findings {
			findings[i].Check = check.ID
		}
		o.findings = append(o.findings, findings)
	}
	if o.exempt == nil {
		o.changesAt = changesAt(p, in.Change, in.At)
	}
	return o
}

// facts computes once what the checks and the verdict share. What another
// policy's opinion was made of is taken over where both read it alike.
func facts(p Policy, c Change, at time.Time, other *opinion) Input {
	in := Input{Change: c, At: at}
	if c.Diff == DiffNotSeen {
		in.NotSeen = []string{"No diff was given: only the description is judged."}
	} else {
		in.Size = measureAs(p, c, other)
		in.Irreversible, in.NotSeen = linesAs(p, c, other)
	}
	in.Plan = planAs(p, c, len(in.Irreversible) > 0, other)
	if in.Plan.CutShort {
		in.NotSeen = append(in.NotSeen, fmt.Sprintf("Only the first %s lines of the description, and %s bytes of each, were read.",
			thousands(plan.MaxLines), thousands(plan.MaxLine)))
	}
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
	v.Blocked = count[rank(Block)] > 0 && v.Override == nil
	reason := "passes"
	switch {
	case v.Override != nil:
		reason = "passes by override: " + v.Override.By + " lifts that " + first[rank(Block)].title()
	case v.Exempt != nil && !v.Blocked:
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
