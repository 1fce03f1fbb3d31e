package render

import (
	"strings"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/templates"
)

// text shows a report to a person at a terminal: the verdict first, what to
// fix, what it rests on, the next command last.
func text(r Report) string {
	p := painter(r.Color)
	v := newVerdict(r)
	v.Title, v.Label = p.title(v.Title), p.bold
	for _, f := range r.Verdict.Findings {
		w := r.findingView(f)
		c := templates.FindingLines{Where: w.Where, Severity: p.severity(w.Severity), Check: w.Check, Message: w.Message, Fix: w.Fix}
		for _, e := range w.Evidence {
			c.Evidence = append(c.Evidence, evidenceLine(e))
		}
		v.Findings = append(v.Findings, c)
	}
	return v.Text()
}

// concise is one line a finding, for editors and pipes; without findings it is
// the title.
func concise(r Report) string {
	p := painter(r.Color)
	if len(r.Verdict.Findings) == 0 {
		return p.title(r.headline()) + "\n"
	}
	var b strings.Builder
	for _, f := range r.Verdict.Findings {
		w := r.findingView(f)
		b.WriteString(w.Where + ": " + p.severity(w.Severity) + "[" + w.Check + "] " + w.Message + "\n")
	}
	return b.String()
}

func evidenceLine(e evidence) string {
	if e.More != "" {
		e.Where += " and " + e.More + " more"
	}
	switch {
	case e.Where == "":
		return e.Text
	case e.Text == "":
		return e.Where
	case isLine(e.Where):
		return e.Where + " | " + e.Text
	}
	return e.Where + "  " + e.Text
}

// isLine reports whether a place is a line of the description.
func isLine(where string) bool { return strings.Trim(where, "0123456789") == "" }

// painter colours words, or leaves them alone. Colour repeats a word and never
// replaces one.
type painter bool

const (
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

func (p painter) paint(code, s string) string {
	if !p || s == "" {
		return s
	}
	return "\x1b[1;" + code + "m" + s + "\x1b[0m"
}

func (p painter) bold(s string) string {
	if !p {
		return s
	}
	return "\x1b[1m" + s + "\x1b[0m"
}

func (p painter) severity(s checks.Severity) string {
	switch s {
	case checks.Block:
		return p.paint(red, string(s))
	case checks.Warn:
		return p.paint(yellow, string(s))
	}
	return p.paint(cyan, string(s))
}

// title colours the verdict word, which ends at the first colon.
func (p painter) title(s string) string {
	word, rest, found := strings.Cut(s, ":")
	if found {
		rest = ":" + rest
	}
	code := green
	switch {
	case strings.HasPrefix(word, "Blocked"):
		code = red
	case strings.HasPrefix(word, "Reports only"), strings.HasPrefix(word, "Passes by override"):
		code = yellow
	}
	return p.paint(code, word) + rest
}
