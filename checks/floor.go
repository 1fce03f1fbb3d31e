package checks

import (
	"reflect"
	"slices"

	"github.com/backout-dev/backout/internal/plan"
)

// Upon returns the policy with another one as its floor, and that one's floors
// below it, in place of its own: the verdict stands up to both and is never
// milder than under either. What both say of themselves is said once.
func (p Policy) Upon(floor Policy) Policy {
	for _, n := range floor.Notes {
		if !slices.Contains(p.Notes, n) {
			p.Notes = append(slices.Clip(p.Notes), n)
		}
	}
	for _, s := range floor.Sources {
		if !slices.Contains(p.Sources, s) {
			p.Sources = append(slices.Clip(p.Sources), s)
		}
	}
	if floor.Mode != Audit {
		p.Mode = floor.Mode
	}
	floor.Notes = nil
	p.Floor = &floor
	return p
}

// above returns the opinion with every objection of the floor's, and with the
// floor's reading where that is what the floor objects to. It is exempt where
// both are.
func (o opinion) above(floor opinion) opinion {
	onlyReports := o.policy.Mode != Audit && floor.policy.Mode == Audit
	out := o
	out.findings = make([][]Finding, len(o.findings))
	for i := range o.findings {
		out.findings[i] = joinFindings(o.findings[i], floor.findings[i], onlyReports)
	}
	if o.exempt != nil {
		// By the floor's word, which is the one that counts.
		out.exempt, out.changesAt = floor.exempt, floor.changesAt
	}
	for _, s := range floor.notSeen {
		if !slices.Contains(out.notSeen, s) {
			out.notSeen = append(out.notSeen, s)
		}
	}
	if !onlyReports {
		out.in = out.in.above(floor.in, slices.Concat(floor.findings...))
	}
	return out
}

// joinFindings joins what two opinions find in one check. Of two findings with
// one identity the stricter stays, and of two about one section the floor's:
// whoever mends that one mends both.
func joinFindings(own, floor []Finding, onlyReports bool) []Finding {
	all := slices.Clone(own)
	for _, f := range floor {
		if onlyReports && f.Severity == Block {
			f.Severity = Warn
			f.Message += " The organisation's policy only reports this for now."
		}
		i := slices.IndexFunc(all, func(o Finding) bool { return o.sameAs(f) })
		if i < 0 && f.Check == sectionsCheck.ID {
			i = slices.IndexFunc(all, func(o Finding) bool { return o.Section == f.Section && rank(o.Severity) <= rank(f.Severity) })
			if i >= 0 {
				all[i] = f
				continue
			}
		}
		switch {
		case i < 0:
			all = append(all, f)
		case rank(f.Severity) > rank(all[i].Severity):
			all[i] = f
		}
	}
	return all
}

// sameAs reports whether two findings have one identity.
func (f Finding) sameAs(other Finding) bool {
	return f.Code == other.Code && f.Section == other.Section && f.System == other.System && f.Path == other.Path
}

// above returns the facts as the verdict shows them: read as the floor reads
// them where the floor objects.
func (in Input) above(floor Input, objections []Finding) Input {
	in.Sections = slices.Clone(in.Sections)
	for i := range in.Sections {
		s := &in.Sections[i]
		j := slices.IndexFunc(floor.Sections, func(f Section) bool { return f.ID == s.ID })
		if j < 0 {
			continue
		}
		required := s.Required || floor.Sections[j].Required
		if f := floor.Sections[j]; f.Required && !f.State.Passes() {
			title := s.Title
			*s = f
			s.Title = title
		}
		s.Required = required
	}
	if slices.ContainsFunc(objections, func(f Finding) bool { return f.Check == diffSizeCheck.ID }) {
		in.Size = floor.Size
	}
	in.Touched = slices.Clone(in.Touched)
	for i := range in.Touched {
		t := &in.Touched[i]
		t.Named = t.Named && !slices.ContainsFunc(floor.Touched, func(f TouchedSystem) bool { return f.Name == t.Name && !f.Named })
	}
	in.Irreversible = joinLines(in.Irreversible, floor.Irreversible)
	return in
}

func joinLines(own, floor []IrreversibleLine) []IrreversibleLine {
	type place struct {
		class, path string
		line        int
		text        string
	}
	at := map[place]int{}
	all := slices.Clone(own)
	for i, l := range all {
		at[place{l.Class, l.Path, l.Line, l.Text}] = i
	}
	for _, l := range floor {
		i, ok := at[place{l.Class, l.Path, l.Line, l.Text}]
		if !ok {
			all = append(all, l)
			continue
		}
		all[i].Addressed = all[i].Addressed && l.Addressed
		if rank(l.Severity) > rank(all[i].Severity) {
			all[i].Severity = l.Severity
		}
	}
	return all
}

// measureAs returns the size of the change.
func measureAs(p Policy, c Change, other *opinion) Size {
	if other != nil && slices.Equal(p.DiffSize.Ignore, other.policy.DiffSize.Ignore) {
		return other.in.Size
	}
	return measure(c.Files, p.DiffSize.Ignore, p.Systems)
}

// linesAs returns the irreversible lines, none addressed, and what of them
// could not be seen.
func linesAs(p Policy, c Change, other *opinion) ([]IrreversibleLine, []string) {
	if other == nil || !reflect.DeepEqual(p.Irreversible, other.policy.Irreversible) {
		return irreversibleLines(c.Files, p.Irreversible)
	}
	lines := slices.Clone(other.in.Irreversible)
	for i := range lines {
		lines[i].Addressed = false
	}
	return lines, other.in.NotSeen
}

// planAs returns the description as it reads under the policy's headings.
func planAs(p Policy, c Change, data bool, other *opinion) plan.Plan {
	kinds := kindsOf(p.Sections)
	if other != nil && (len(other.in.Irreversible) > 0 || !data) && reflect.DeepEqual(kinds, kindsOf(other.policy.Sections)) {
		return other.in.Plan
	}
	// More kinds than can be read at once are read one lot after another: a
	// section that nobody reads would not be missed either.
	first := kinds[:min(len(kinds), kindsAtOnce)]
	read := plan.Parse(c.Body, plan.Options{Templates: c.Templates, Kinds: first, Data: data})
	for lot := range slices.Chunk(kinds[len(first):], kindsAtOnce) {
		read.Sections = append(read.Sections, plan.Parse(c.Body, plan.Options{Templates: c.Templates, Kinds: lot}).Sections...)
	}
	return read
}

// kindsAtOnce is how many kinds of sections a description is read for at once.
const kindsAtOnce = 64
