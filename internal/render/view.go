package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan"
	"github.com/backout-dev/backout/templates"
)

// findingView is a finding in words that are safe on one line each.
type findingView struct {
	Where    string // path:line:column
	Severity checks.Severity
	Check    string
	Message  string
	Fix      []string
	Evidence []evidence
}

// evidence is what was found, as it stands in a file.
type evidence struct {
	Where string // "path:3", a bare line number, or empty where the location says it
	Text  string
	More  string // how many other places there are; empty: none
}

// newVerdict is a report without its findings, for a terminal.
func newVerdict(r Report) templates.Verdict {
	v := r.Verdict
	w := templates.Verdict{
		Title:        r.headline(),
		Complete:     answered(v.Sections),
		Irreversible: r.quietLines(),
		Systems:      systems(v.Systems),
		Size:         r.size(),
		Override:     newOverride(v.Override),
		NotSeen:      notSeen(v.NotSeen, maxNotSeen),
		Policy:       r.policyLine(),
	}
	w.Blocks, w.Warnings, w.Notes = tally(v.Findings)
	if len(v.Findings) > 0 {
		w.Next = next(v.Findings)
	}
	for _, s := range v.Sections {
		if !s.State.Passes() && !s.Required {
			w.Unanswered = append(w.Unanswered, fmt.Sprintf("%s (%s)", visible(s.ID), s.State))
		}
	}
	if v.Exempt != nil {
		w.Exempt = visible(v.Exempt.Reason)
	}
	if v.ChangesAt != nil {
		w.ChangesAt = moment(*v.ChangesAt)
	}
	return w
}

// title is the verdict in one line.
func (r Report) title() string { return cut(visible(r.Verdict.Title), maxTitle) }

// headline is the title, with what there is to say where nothing is to fix.
func (r Report) headline() string {
	v := r.Verdict
	if len(v.Findings) > 0 || v.Exempt != nil || v.Override != nil {
		return r.title()
	}
	return r.title() + r.detail(r.title())
}

// systems lists the systems touched, and whether the blast radius names them.
func systems(touched []checks.TouchedSystem) []string {
	var out []string
	for i, s := range touched {
		if i == maxSystems {
			return append(out, fmt.Sprintf("and %s more", templates.Grouped(len(touched)-i)))
		}
		state := "not named"
		if s.Named {
			state = "named"
		}
		out = append(out, fmt.Sprintf("%s (%s)", visible(s.Name), state))
	}
	return out
}

func newOverride(o *checks.Override) *templates.Override[string] {
	if o == nil {
		return nil
	}
	w := &templates.Override[string]{By: visible(o.By), Reason: visible(o.Reason), At: moment(o.At), Expires: moment(o.Expires)}
	for _, l := range o.Lifts {
		w.Lifts = append(w.Lifts, visible(l))
	}
	return w
}

// notSeen lists what was not seen, up to so many sentences.
func notSeen(sentences []string, most int) []string {
	var out []string
	for i, s := range sentences {
		if i == most {
			return append(out, fmt.Sprintf("And %s more.", templates.Grouped(len(sentences)-i)))
		}
		out = append(out, cut(visible(s), maxMessage))
	}
	return out
}

func (r Report) findingView(f checks.Finding) findingView {
	path, line, column := r.remedy(f)
	w := findingView{
		Where:    lineStart(fmt.Sprintf("%s:%d:%d", visible(path), line, column)),
		Severity: f.Severity,
		Check:    visible(f.Check),
		Message:  cut(visible(f.Message), maxMessage),
		Evidence: r.evidence(f),
	}
	for l := range strings.Lines(f.Fix) {
		if l = visible(l); l != "" {
			w.Fix = append(w.Fix, lineStart(cut(l, maxMessage)))
		}
	}
	return w
}

// detail completes a title that gives no reason, as there is nothing to fix.
func (r Report) detail(title string) string {
	var parts []string
	for _, group := range groups(r.Verdict.Sections) {
		var ids []string
		for _, s := range group.sections {
			ids = append(ids, visible(s.ID))
		}
		parts = append(parts, enumerate(ids)+" "+group.name)
	}
	detail := strings.Join(parts, ", ")
	if r.Diff != checks.DiffNotSeen {
		detail = strings.TrimPrefix(detail+"; "+templates.Count(r.Verdict.Size.Counted, "line"), "; ")
	}
	if detail == "" {
		return ""
	}
	if strings.Contains(title, ":") {
		return "; " + detail
	}
	return ": " + detail
}

// enumerate writes "a, b and c".
func enumerate(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

type sectionGroup struct {
	name     string // the state in words
	sections []checks.Section
}

// groups gathers the sections that pass, by state.
func groups(sections []checks.Section) []sectionGroup {
	var out []sectionGroup
	for _, state := range []plan.State{plan.Complete, plan.NotApplicable, plan.RollForward} {
		g := sectionGroup{name: stateWords(state)}
		for _, s := range sections {
			if s.State == state {
				g.sections = append(g.sections, s)
			}
		}
		if len(g.sections) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// answered lists the sections that pass, by state.
func answered(sections []checks.Section) []string {
	var out []string
	for _, g := range groups(sections) {
		var ids []string
		for _, s := range g.sections {
			ids = append(ids, fmt.Sprintf("%s (line %d)", visible(s.ID), s.Line))
		}
		out = append(out, g.name+": "+strings.Join(ids, ", "))
	}
	return out
}

// next says what mends the first block.
func next(findings []checks.Finding) string {
	f := findings[0]
	switch {
	case f.Severity != checks.Block:
		return ""
	case f.Check == "diff-size":
		return "split"
	case f.Check == "freeze" || f.Check == "hours":
		return "wait"
	}
	return "edit"
}

// size is how large the change is, or nothing where its diff was not seen.
func (r Report) size() templates.Size[string] {
	if r.Diff == checks.DiffNotSeen {
		return templates.Size[string]{}
	}
	s := r.Verdict.Size
	var parts []string
	for _, p := range s.Parts {
		if p.Lines != 0 {
			parts = append(parts, part(p))
		}
	}
	w := templates.Size[string]{
		Counted: templates.Grouped(s.Counted),
		Changed: templates.Count(s.Additions+s.Deletions, "changed line"),
		Parts:   strings.Join(parts, ", "),
		Files:   templates.Count(s.Files, "file"),
	}
	if r.Limits.BlockAbove > 0 {
		w.BlockAbove = templates.Grouped(r.Limits.BlockAbove)
	}
	return w
}

// part says "300 in lock files" or "80 generated".
func part(p checks.SizePart) string {
	kind := visible(p.Kind)
	if strings.HasSuffix(kind, "s") {
		kind = "in " + kind
	}
	return templates.Grouped(p.Lines) + " " + kind
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// stateWords writes a state as people read it.
func stateWords(s plan.State) string { return strings.ReplaceAll(string(s), "_", " ") }
