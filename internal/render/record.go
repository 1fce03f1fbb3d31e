package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/backout-dev/backout/checks"
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
func CheckRun(r Report) (Output, error) {
	r.DetailsURL = "" // this is the record
	p, err := newPage(r)
	if err != nil {
		return Output{}, err
	}
	out := Output{Title: p.title()}
	if out.Summary, err = p.shown(); err != nil {
		return Output{}, err
	}
	out.Text, err = p.record(func(s string) bool { return utf8.RuneCountInString(s) <= maxRunText })
	return out, err
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
func JobSummary(r Report) (string, error) {
	r.DetailsURL = "" // the record is on the same page
	p, err := newPage(r)
	if err != nil {
		return "", err
	}
	p.below = true
	body, err := markdown(r)
	if err != nil {
		return "", err
	}
	const open, closed = "\n<details>\n<summary>Full record</summary>\n\n", "\n</details>\n"
	if room := maxSummary - len(open+closed) - len(body); room > 0 {
		record, err := p.record(func(s string) bool { return len(s) <= room })
		if err != nil {
			return "", err
		}
		if len(record) <= room {
			body += open + record + closed
		}
	}
	return body, nil
}

// title is the verdict in one line. Where several pull requests share the
// commit it is the strictest of theirs, and says whose.
func (p page) title() string {
	r := p.report
	title, ref := r.Verdict.Title, fmt.Sprintf("%s#%d", r.Repository, r.Number)
	if len(r.Others) == 0 {
		return lineStart(cut(visible(title), maxTitle))
	}
	if i := slices.IndexFunc(r.Others, func(o Other) bool { return o.Blocks }); i >= 0 && r.NoVerdict == nil && r.Verdict.Conclusion != checks.Failure {
		title, ref = r.Others[i].Title, r.Others[i].Ref
	}
	whose := fmt.Sprintf(" (%s, the strictest of %s)", cut(visible(ref), maxEvidence/2), count(len(r.Others)+1, "pull request"))
	return lineStart(cut(visible(title), maxRunTitle-1-utf8.RuneCountInString(whose))) + whose
}

func (p page) record(passes func(string) bool) (string, error) {
	return p.fit("record", smaller(), func(s string) bool { return passes(unmarked(s)) })
}

// record is what only the full record shows.
type record struct {
	Below        bool // it stands below the comment, which has the text to paste
	Findings     []item
	MoreFindings int
	Sections     []sectionRecord
	MoreSections int
	Touched      []checks.TouchedSystem
	MoreTouched  int
	Lines        []checks.IrreversibleLine
	MoreLines    int
	Unseen       []string
	MoreUnseen   int

	Ref, Base, Head     string
	Mode                checks.Mode
	Judged, Engine      string
	InDigest, OutDigest string
}

// sectionRecord is a section with all that was read of it.
type sectionRecord struct {
	Title, State, Reason string
	Required             bool
	Line, LineEnd        int
	Text                 string // a code block, or empty
	Cut                  bool   // not all of it is shown
}

func newRecord(r Report, l limits) record {
	v := r.Verdict
	c := record{
		Ref: cut(visible(r.Repository), l.Message), Base: cut(visible(r.Base), l.Message), Head: cut(visible(r.HeadSHA), 64),
		Mode: v.Mode, Judged: stamp(v.JudgedAt), Engine: cut(visible(r.Engine), 64), InDigest: visible(v.InputDigest), OutDigest: visible(v.OutputDigest),
	}
	if r.Number > 0 {
		c.Ref = fmt.Sprintf("%s#%d", c.Ref, r.Number)
	}
	findings := slices.Clone(v.Findings)
	slices.SortStableFunc(findings, func(a, b checks.Finding) int { return cmp.Compare(rank(a.Severity), rank(b.Severity)) })
	for _, f := range findings[:min(len(findings), l.Items)] {
		c.Findings = append(c.Findings, r.item(f, l))
	}
	c.MoreFindings = len(findings) - len(c.Findings)
	for _, s := range v.Sections[:min(len(v.Sections), l.Items)] {
		c.Sections = append(c.Sections, newSectionRecord(s, l))
	}
	c.MoreSections = len(v.Sections) - len(c.Sections)
	for _, s := range v.Systems[:min(len(v.Systems), l.Items)] {
		s.Name, s.Path = cut(visible(s.Name), l.Message), cut(visible(s.Path), l.Message)
		c.Touched = append(c.Touched, s)
	}
	c.MoreTouched = len(v.Systems) - len(c.Touched)
	for _, d := range v.Irreversible[:min(len(v.Irreversible), l.Items)] {
		d.Class, d.Path, d.Text = cut(visible(d.Class), l.Message), cut(place(d), l.Message), cut(visible(d.Text), maxEvidence)
		c.Lines = append(c.Lines, d)
	}
	c.MoreLines = len(v.Irreversible) - len(c.Lines)
	for _, s := range v.NotSeen[:min(len(v.NotSeen), l.Items)] {
		c.Unseen = append(c.Unseen, cut(visible(s), l.Message))
	}
	c.MoreUnseen = len(v.NotSeen) - len(c.Unseen)
	return c
}

func newSectionRecord(s checks.Section, l limits) sectionRecord {
	c := sectionRecord{
		Title: cut(visible(s.Title), maxEvidence), State: stateWords(s.State), Reason: cut(visible(s.Reason), l.Message),
		Required: s.Required, Line: s.Line, LineEnd: s.LineEnd,
	}
	if text := strings.TrimSpace(s.Text); text != "" {
		shown := cut(text, max(l.Own, 80))
		c.Text, c.Cut = fenced("text", shown), shown != text
	}
	return c
}
