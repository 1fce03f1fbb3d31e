package render

import (
	"cmp"
	"strings"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan"
	"github.com/backout-dev/backout/templates"
)

// newFolds is what a comment shows when somebody unfolds it.
func newFolds(r Report, l limits) templates.Folds {
	f := templates.Folds{Paste: r.paste(l)}
	switch r.situation() {
	case templates.ToFix, templates.Waits, templates.Lifted:
		f.Reviewer, f.Card, f.Policy = true, r.card(l), r.policy(l, short)
	}
	return f
}

// card is what a reviewer wants to know.
func (r Report) card(l limits) templates.Card {
	v := r.Verdict
	c := templates.Card{Systems: md(strings.Join(cutAll(systems(v.Systems), l), ", ")), Size: r.sizeInMarkdown()}
	for _, s := range v.Sections {
		if len(c.Lines) == l.Items {
			break
		}
		if s.Required || s.State.Passes() {
			c.Lines = append(c.Lines, cardLine(s, l))
		}
	}
	for _, d := range v.Irreversible[:min(len(v.Irreversible), l.Items, maxEvidenceLines)] {
		about := visible(d.Class) + ", the plan does not deal with it"
		if d.Addressed {
			about = visible(d.Class) + ", the plan deals with it"
		}
		c.Doors = append(c.Doors, templates.Door{Place: code(cut(lineStart(place(d)), l.Message)), About: md(cut(about, l.Message))})
	}
	c.MoreDoors = len(v.Irreversible) - len(c.Doors)
	return c
}

func cardLine(s checks.Section, l limits) templates.CardLine {
	labels := map[string]string{plan.Rollback: "If it goes wrong", plan.WorstCase: "Worst case", plan.BlastRadius: "Hits"}
	line := templates.CardLine{Label: md(cmp.Or(labels[s.ID], cut(visible(s.Title), maxEvidence))), Quote: md(cut(visible(s.Text), l.Quote))}
	switch s.State {
	case plan.Complete:
	case plan.NotApplicable, plan.RollForward:
		line.State = own(stateWords(s.State))
	case plan.Insufficient:
		line.State = "not enough for this diff"
	default:
		line.State, line.Quote = "not said", ""
	}
	return line
}

// policy names the policy files in force, each with its version as it is to be
// written, and where the other facts come from.
func (r Report) policy(l limits, version func(string) string) templates.Policy {
	p := templates.Policy{Provenance: sentences(cutAll(r.Provenance, l))}
	p.Sources, _ = first(r.Policy, l, func(s checks.Source) templates.Source {
		return templates.Source{Name: code(cut(visible(s.Source), l.Message)), Version: code(cut(visible(version(s.Version)), 64))}
	})
	return p
}

func (r Report) sizeInMarkdown() templates.Size[templates.Markdown] {
	s := r.size()
	return templates.Size[templates.Markdown]{
		Counted: own(s.Counted), Changed: own(s.Changed), Parts: md(s.Parts), Files: own(s.Files), BlockAbove: own(s.BlockAbove),
	}
}

func (r Report) override(l limits) *templates.Override[templates.Markdown] {
	o := newOverride(r.Verdict.Override)
	if o == nil {
		return nil
	}
	return &templates.Override[templates.Markdown]{
		By: code(cut(o.By, maxEvidence)), At: own(o.At), Expires: own(o.Expires),
		Reason: md(cut(o.Reason, l.Message)), Lifts: codes(cutAll(o.Lifts, l)),
	}
}

// others are the other pull requests on the same commit, and how many there is
// no room for.
func (r Report) others(l limits) ([]templates.Other, int) {
	return first(r.Others, l, func(o Other) templates.Other {
		return templates.Other{Ref: code(cut(visible(o.Ref), maxEvidence)), Title: md(cut(visible(o.Title), l.Message)), Blocks: o.Blocks}
	})
}

// inMarkdown is evidence, cut to the length of a sentence.
func inMarkdown(all []evidence, l limits) []templates.Evidence {
	var out []templates.Evidence
	for _, e := range all {
		where, text := cut(e.Where, l.Message), cut(e.Text, l.Message)
		w := templates.Evidence{Text: code(text), More: own(e.More)}
		switch {
		case where == "":
			w.Text = md(text)
		case isLine(where):
			w.Line = own(where)
		default:
			w.Place = code(where)
		}
		out = append(out, w)
	}
	return out
}
