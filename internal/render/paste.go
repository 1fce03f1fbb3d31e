package render

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan"
	"github.com/backout-dev/backout/templates"
)

// paste is what the author can copy: the headings that are missing, and the
// sections that do not say enough, as they stand, with what to add.
func (r Report) paste(l limits) templates.Paste {
	var p templates.Paste
	if r.Verdict.Exempt != nil || r.NoVerdict != nil {
		return p
	}
	var missing, replaced []string
	length := 0
	for _, s := range r.Verdict.Sections {
		if s.State == plan.Missing && s.Required {
			missing = append(missing, r.heading(s, l))
		}
		adds := r.adds(s, l)
		if len(adds) == 0 {
			continue
		}
		own := r.ownText(s)
		if length += utf8.RuneCountInString(own); own == "" || length > l.Own {
			p.TooLong++
			continue
		}
		replaced = append(replaced, own+"\n\n"+strings.Join(adds, "\n"))
	}
	if len(replaced) > 0 {
		p.Replacements = fenced("markdown", strings.Join(replaced, "\n\n"))
	}
	if len(missing) > 0 {
		p.Headings, p.Missing = fenced("markdown", strings.Join(missing, "\n\n")), len(missing)
	}
	return p
}

// heading is a missing section to fill in: a sentence that stands elsewhere and
// would do, or else the question that it answers.
func (r Report) heading(s checks.Section, l limits) string {
	answer := hidden(r.hint(s.ID), l)
	if s.Stray != "" {
		answer = cut(visible(s.Stray), l.Message)
	}
	return strings.TrimRight("## "+cut(visible(s.Title), maxEvidence)+"\n\n"+answer, "\n")
}

func (r Report) hint(id string) string {
	for _, rule := range r.Rules {
		if rule.ID == id {
			return rule.Hint
		}
	}
	return ""
}

// adds says what a section that is there must say besides.
func (r Report) adds(s checks.Section, l limits) []string {
	if s.Line == 0 || s.State != plan.Insufficient && !s.State.Passes() {
		return nil
	}
	var out []string
	for _, f := range r.Verdict.Findings {
		about := f.Check == "irreversible" && s.ID == plan.Rollback && s.State == plan.Insufficient ||
			f.Check == "blast-radius" && s.ID == plan.BlastRadius
		if !about || f.Severity != checks.Block || len(out) == l.Items {
			continue
		}
		if add := hidden(f.Fix, l); !slices.Contains(out, add) {
			out = append(out, add)
		}
	}
	return out
}

// hidden writes a hint as a comment, which is not shown and never counts as what
// an author wrote.
func hidden(hint string, l limits) string {
	hint = cut(visible(hint), l.Message)
	if hint == "" {
		return ""
	}
	return wrapped("<!-- " + strings.NewReplacer("--", "- -", "<!", "<").Replace(hint) + " -->")
}

// maxColumn is where a line of the block to paste ends, so that it can be read
// without scrolling.
const maxColumn = 80

// wrapped breaks a comment into lines, as our own template has them.
func wrapped(s string) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(s) {
		n := utf8.RuneCountInString(word)
		switch {
		case i > 1 && column+1+n > maxColumn && word != "-->":
			b.WriteString("\n    ")
			column = len("    ")
			fallthrough
		case i > 0:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}

// ownText is a section as it stands in the description, marker and all. The end
// of a code block is no answer, but part of it.
func (r Report) ownText(s checks.Section) string {
	var b strings.Builder
	number, open := 0, ""
	for line := range strings.Lines(r.Description.Text) {
		number++
		if number < s.Line {
			continue
		}
		if number > s.LineEnd && open == "" {
			break
		}
		b.WriteString(line)
		open = fenceAfter(open, strings.TrimSpace(line))
	}
	return strings.TrimRight(b.String(), " \t\r\n")
}

// fenceAfter returns the fence of the code block that is open after a line, or
// empty.
func fenceAfter(open, line string) string {
	mark := strings.TrimLeft(line, "`")
	if strings.HasPrefix(line, "~") {
		mark = strings.TrimLeft(line, "~")
	}
	fence := line[:len(line)-len(mark)]
	switch {
	case open == "" && len(fence) >= 3:
		return fence
	case open != "" && mark == "" && strings.HasPrefix(fence, open):
		return ""
	}
	return open
}
