package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan"
)

// view is a report in words that are safe on one line each. The text and
// Markdown templates read it and nothing else.
type view struct {
	Title    string
	Findings []findingView
	Left     int // findings that there was no room for

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
	HeadSHA      string
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
		HeadSHA:  visible(short(r.HeadSHA)),
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
	for i, s := range v.Systems {
		if i == maxSystems {
			w.Systems = append(w.Systems, fmt.Sprintf("and %s more", grouped(len(v.Systems)-i)))
			break
		}
		state := "not named"
		if s.Named {
			state = "named"
		}
		w.Systems = append(w.Systems, fmt.Sprintf("%s (%s)", visible(s.Name), state))
	}
	if r.Diff != checks.DiffNotSeen {
		w.Size = newSizeView(v.Size, r.Limits)
	}
	if v.Exempt != nil {
		w.Exempt = visible(v.Exempt.Reason)
	}
	if o := v.Override; o != nil {
		w.Override = &overrideView{By: visible(o.By), Reason: visible(o.Reason), At: moment(o.At), Expires: moment(o.Expires)}
		for _, l := range o.Lifts {
			w.Override.Lifts = append(w.Override.Lifts, visible(l))
		}
	}
	if v.ChangesAt != nil {
		w.ChangesAt = moment(*v.ChangesAt)
	}
	for _, s := range v.NotSeen {
		w.NotSeen = append(w.NotSeen, visible(s))
	}
	return w
}

func (r Report) findingView(f checks.Finding) findingView {
	path, line, column := r.location(f)
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

// answered lists the sections that pass, by state.
func answered(sections []checks.Section) []string {
	var out []string
	for _, state := range []plan.State{plan.Complete, plan.NotApplicable, plan.RollForward} {
		var ids []string
		for _, s := range sections {
			if s.State == state {
				ids = append(ids, fmt.Sprintf("%s (line %d)", visible(s.ID), s.Line))
			}
		}
		if len(ids) > 0 {
			out = append(out, strings.ReplaceAll(string(state), "_", " ")+": "+strings.Join(ids, ", "))
		}
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
		Counted: grouped(s.Counted),
		Changed: count(s.Additions+s.Deletions, "changed line"),
		Files:   count(s.Files, "file"),
	}
	for _, p := range s.Parts {
		if p.Lines != 0 {
			w.Parts = append(w.Parts, grouped(p.Lines)+" "+visible(p.Kind))
		}
	}
	if limits.BlockAbove > 0 {
		w.BlockAbove = grouped(limits.BlockAbove)
	}
	return w
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}
