package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/templates"
)

// maxEvidenceLines is how many lines are shown under one finding.
const maxEvidenceLines = 3

// evidence shows what a finding rests on: the irreversible lines of its class,
// the files of its system, or the lines of the description that it is about.
func (r Report) evidence(f checks.Finding) []evidence {
	switch {
	case f.Class != "":
		return r.irreversibleEvidence(f)
	case f.System != "":
		return r.systemEvidence(f)
	case f.Path == "" && f.Line > 0:
		return r.descriptionEvidence(f)
	}
	return nil
}

func (r Report) irreversibleEvidence(f checks.Finding) []evidence {
	var out []evidence
	left := 0
	for _, l := range r.Verdict.Irreversible {
		// What the message quotes need not be said again.
		if !shows(f, l) || l.Text != "" && strings.Contains(f.Message, l.Text) && strings.Contains(f.Message, l.Path) {
			continue
		}
		if len(out) == maxEvidenceLines {
			left++
			continue
		}
		out = append(out, evidence{Where: lineStart(place(l)), Text: cut(visible(l.Text), maxEvidence)})
	}
	if left > 0 {
		out = append(out, evidence{Text: "and " + templates.Count(left, "more line")})
	}
	return out
}

// shows reports whether the line belongs under the finding.
func shows(f checks.Finding, l checks.IrreversibleLine) bool {
	return f.Class == l.Class && !l.Addressed && (f.Path == "" || f.Path == l.Path)
}

// place is where the line stands; a file that was not seen has no line.
func place(l checks.IrreversibleLine) string {
	if l.Line == 0 {
		return visible(l.Path)
	}
	return visible(l.Path) + ":" + strconv.Itoa(l.Line)
}

// quietLines lists the irreversible lines that no finding shows: somebody who
// must undo the change wants to know of them although the plan is good.
func (r Report) quietLines() []string {
	var out []string
	left := 0
	for _, l := range r.Verdict.Irreversible {
		if slices.ContainsFunc(r.Verdict.Findings, func(f checks.Finding) bool { return shows(f, l) }) {
			continue
		}
		if len(out) == maxEvidenceLines {
			left++
			continue
		}
		line := fmt.Sprintf("%s (%s)", place(l), visible(l.Class))
		if l.Addressed {
			line += ", the plan deals with it"
		}
		out = append(out, line)
	}
	if left > 0 {
		out = append(out, "and "+templates.Count(left, "more line"))
	}
	return out
}

func (r Report) systemEvidence(f checks.Finding) []evidence {
	for _, s := range r.Verdict.Systems {
		if s.Name != f.System || s.Path == "" {
			continue
		}
		e := evidence{Where: lineStart(visible(s.Path))}
		if s.Files > 1 {
			e.More = templates.Grouped(s.Files - 1)
		}
		return []evidence{e}
	}
	return nil
}

// descriptionEvidence shows the first lines of the section that a finding is
// about, as they were written.
func (r Report) descriptionEvidence(f checks.Finding) []evidence {
	first, last := f.Line, f.Line
	for _, s := range r.Verdict.Sections {
		if s.ID == f.Section && s.Line == f.Line {
			last = max(s.LineEnd, last)
		}
	}
	var out []evidence
	number := 0
	for line := range strings.Lines(r.Description.Text) {
		number++
		if number < first {
			continue
		}
		if number > last || len(out) == maxEvidenceLines {
			break
		}
		if text := visible(line); text != "" {
			out = append(out, evidence{Where: strconv.Itoa(number), Text: cut(text, maxEvidence)})
		}
	}
	return out
}
