package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/templates"
)

// Limits of GitHub's on what a check run and a job's summary show; a little
// below, because it is not known how characters of several bytes count.
const (
	maxRunTitle = 255    // characters
	maxRunText  = 64_000 // characters of a summary and of a text, of 65,535
	maxSummary  = 64_000 // bytes; GitHub takes 1 MiB for a step and nobody reads that
)

// Output is what a check run shows.
type Output struct{ Title, Summary, Text string }

// CheckRun shows a report as the record of its verdict: the title is the
// verdict, the summary what a comment shows at once, the text everything that
// was found and what it was found from.
func CheckRun(r Report) Output {
	r.DetailsURL = "" // this is the record
	r = r.judgedOrNot()
	return Output{
		Title:   r.runTitle(),
		Summary: string(r.shown()),
		Text:    string(r.record(false, atMost(maxRunText)) + "\n"),
	}
}

// SameText reports whether two texts of check runs record the same verdict: they
// differ in nothing but their last line, which says when it was reached.
func SameText(a, b string) bool { return withoutLastLine(a) == withoutLastLine(b) }

func withoutLastLine(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	return s[:max(strings.LastIndexByte(s, '\n'), 0)]
}

// JobSummary shows a report on the page of a workflow's run, in less than 64 KB:
// the comment, and the record folded below it.
func JobSummary(r Report) string {
	r.DetailsURL = "" // the record is on the same page
	body := markdown(r)
	fits := func(record templates.Markdown) bool {
		return len(body)+len(templates.FoldedRecord(record)) <= maxSummary
	}
	if record := r.judgedOrNot().record(true, fits); fits(record) {
		body += string(templates.FoldedRecord(record))
	}
	return body
}

// runTitle is the verdict in one line. Where several pull requests share the
// commit it is the strictest of theirs, and says whose.
func (r Report) runTitle() string {
	title, ref := r.Verdict.Title, fmt.Sprintf("%s#%d", r.Repository, r.Number)
	if len(r.Others) == 0 {
		return lineStart(cut(visible(title), maxTitle))
	}
	if i := slices.IndexFunc(r.Others, func(o Other) bool { return o.Blocks }); i >= 0 && r.NoVerdict == nil && r.Verdict.Conclusion != checks.Failure {
		title, ref = r.Others[i].Title, r.Others[i].Ref
	}
	whose := fmt.Sprintf(" (%s, the strictest of %s)", cut(visible(ref), maxEvidence/2), templates.Count(len(r.Others)+1, "pull request"))
	return lineStart(cut(visible(title), maxRunTitle-1-utf8.RuneCountInString(whose))) + whose
}

// record is all that was found. Below a comment it leaves out what is to be
// pasted, which stands there.
func (r Report) record(below bool, passes func(templates.Markdown) bool) templates.Markdown {
	return fit(smaller(), func(l limits) templates.Markdown {
		c := newRecord(r, l)
		if !below {
			c.Paste = r.paste(l)
		}
		return c.Text()
	}, passes)
}

func newRecord(r Report, l limits) templates.Record {
	v := r.Verdict
	c := templates.Record{
		NoVerdict: r.NoVerdict != nil, Title: md(r.title()), Override: r.override(l), Size: r.sizeInMarkdown(),
		Ref: code(r.ref(l)), Base: code(cut(visible(r.Base), l.Message)), Head: code(cut(visible(r.HeadSHA), 64)),
		Policy: r.policy(l, func(version string) string { return version }),
		Mode:   md(string(v.Mode)), Input: code(visible(v.InputDigest)), Output: code(visible(v.OutputDigest)),
		Judged: own(stamp(v.JudgedAt)), Engine: code(cut(visible(r.Engine), 64)),
	}
	c.Others, c.MoreOthers = r.others(l)
	findings := byRank(v.Findings)
	c.Findings, c.MoreFindings = first(findings, l, func(f checks.Finding) templates.Finding { return r.finding(f, l) })
	c.Sections, c.MoreSections = first(v.Sections, l, func(s checks.Section) templates.Section { return newSection(s, l) })
	c.Touched, c.MoreTouched = first(v.Systems, l, func(s checks.TouchedSystem) templates.System {
		return templates.System{Name: code(cut(visible(s.Name), l.Message)), Named: s.Named, Files: s.Files, Path: code(cut(visible(s.Path), l.Message))}
	})
	c.Lines, c.MoreLines = first(v.Irreversible, l, func(d checks.IrreversibleLine) templates.Irreversible {
		return templates.Irreversible{
			Place: code(cut(place(d), l.Message)), Class: code(cut(visible(d.Class), l.Message)),
			Text: code(cut(visible(d.Text), maxEvidence)), Addressed: d.Addressed,
		}
	})
	c.Unseen, c.MoreUnseen = first(v.NotSeen, l, func(s string) templates.Markdown { return md(cut(visible(s), l.Message)) })
	return c
}

// first converts the first entries of a list, and counts those that there is no
// room for.
func first[A, B any](list []A, l limits, into func(A) B) (shown []B, more int) {
	for _, a := range list[:min(len(list), l.Items)] {
		shown = append(shown, into(a))
	}
	return shown, len(list) - len(shown)
}

// byRank orders findings, what must be fixed first.
func byRank(findings []checks.Finding) []checks.Finding {
	sorted := slices.Clone(findings)
	slices.SortStableFunc(sorted, func(a, b checks.Finding) int { return cmp.Compare(rank(a.Severity), rank(b.Severity)) })
	return sorted
}

// ref names the pull request, as far as it is known.
func (r Report) ref(l limits) string {
	ref := cut(visible(r.Repository), l.Message)
	if r.Number > 0 {
		ref = fmt.Sprintf("%s#%d", ref, r.Number)
	}
	return ref
}

// finding is a finding with all that is known of it.
func (r Report) finding(f checks.Finding, l limits) templates.Finding {
	w := r.findingView(f)
	return templates.Finding{
		Severity: severityWord(f.Severity), Code: code(cut(visible(f.Code), maxEvidence)), Where: code(cut(w.Where, l.Message)),
		Message: md(cut(w.Message, l.Message)), Fix: md(cut(remedyText(f, w), l.Message)), Evidence: inMarkdown(w.Evidence, l),
	}
}

func newSection(s checks.Section, l limits) templates.Section {
	c := templates.Section{
		Title: md(cut(visible(s.Title), maxEvidence)), State: own(stateWords(s.State)), Reason: md(cut(visible(s.Reason), l.Message)),
		Required: s.Required, Line: s.Line, LineEnd: s.LineEnd,
	}
	if text := strings.TrimSpace(s.Text); text != "" {
		shown := cut(text, max(l.Own, 80))
		c.Text, c.Cut = fenced("text", shown), shown != text
	}
	return c
}
