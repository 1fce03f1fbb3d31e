package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan"
)

// view is a report in words that are safe on one line each, for a terminal.
type view struct {
	Title    string
	Detail   string // of a title without findings: what is complete, and the size
	Findings []findingView

	Blocks, Warnings, Notes int
	First                   string // the check of the first finding
	Next                    string // what mends the first block: "edit", "split", "wait", or empty

	Complete     []string // answered sections
	Unanswered   []string // sections that are not required and not answered
	Irreversible []string // irreversible lines that no finding shows
	Systems      []string
	Size         *sizeView
	Exempt       string
	Override     *overrideView
	ChangesAt    string
	NotSeen      []string
	Policy       string
}

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

type sizeView struct {
	Counted, Changed string
	Parts            []string
	Files            string
	BlockAbove       string // empty where there is no such limit
}

type overrideView struct {
	By, Reason, At, Expires string
	Lifts                   []string
}

func newView(r Report) view {
	v := r.Verdict
	w := view{
		Title:    cut(visible(v.Title), maxTitle),
		Complete: answered(v.Sections),
		Policy:   r.policyLine(),
	}
	if len(v.Findings) == 0 && v.Exempt == nil && v.Override == nil {
		w.Detail = r.detail(w.Title)
	}
	w.Blocks, w.Warnings, w.Notes = tally(v.Findings)
	for _, f := range v.Findings {
		w.Findings = append(w.Findings, r.findingView(f))
	}
	if len(v.Findings) > 0 {
		w.First = v.Findings[0].Check
		w.Next = next(v.Findings)
	}
	for _, s := range v.Sections {
		if !s.State.Passes() && !s.Required {
			w.Unanswered = append(w.Unanswered, fmt.Sprintf("%s (%s)", visible(s.ID), s.State))
		}
	}
	w.Irreversible = r.quietLines()
	w.Systems = systems(v.Systems)
	if r.Diff != checks.DiffNotSeen {
		w.Size = newSizeView(v.Size, r.Limits)
	}
	if v.Exempt != nil {
		w.Exempt = visible(v.Exempt.Reason)
	}
	w.Override = newOverrideView(v.Override)
	if v.ChangesAt != nil {
		w.ChangesAt = moment(*v.ChangesAt)
	}
	w.NotSeen = notSeen(v.NotSeen, maxNotSeen)
	return w
}

// systems lists the systems touched, and whether the blast radius names them.
func systems(touched []checks.TouchedSystem) []string {
	var out []string
	for i, s := range touched {
		if i == maxSystems {
			return append(out, fmt.Sprintf("and %s more", Grouped(len(touched)-i)))
		}
		state := "not named"
		if s.Named {
			state = "named"
		}
		out = append(out, fmt.Sprintf("%s (%s)", visible(s.Name), state))
	}
	return out
}

func newOverrideView(o *checks.Override) *overrideView {
	if o == nil {
		return nil
	}
	w := &overrideView{By: visible(o.By), Reason: visible(o.Reason), At: moment(o.At), Expires: moment(o.Expires)}
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
			return append(out, fmt.Sprintf("And %s more.", Grouped(len(sentences)-i)))
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
		detail = strings.TrimPrefix(detail+"; "+count(r.Verdict.Size.Counted, "line"), "; ")
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

func newSizeView(s checks.Size, limits checks.DiffSize) *sizeView {
	w := &sizeView{
		Counted: Grouped(s.Counted),
		Changed: count(s.Additions+s.Deletions, "changed line"),
		Files:   count(s.Files, "file"),
	}
	for _, p := range s.Parts {
		if p.Lines != 0 {
			w.Parts = append(w.Parts, part(p))
		}
	}
	if limits.BlockAbove > 0 {
		w.BlockAbove = Grouped(limits.BlockAbove)
	}
	return w
}

// part says "300 in lock files" or "80 generated".
func part(p checks.SizePart) string {
	kind := visible(p.Kind)
	if strings.HasSuffix(kind, "s") {
		kind = "in " + kind
	}
	return Grouped(p.Lines) + " " + kind
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// stateWords writes a state as people read it.
func stateWords(s plan.State) string { return strings.ReplaceAll(string(s), "_", " ") }
