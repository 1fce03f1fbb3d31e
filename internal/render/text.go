package render

import (
	"strings"
	"text/template"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/templates"
)

// text shows a report to a person at a terminal: the verdict first, what to
// fix, what it rests on, the next command last.
func text(r Report) (string, error) {
	p := painter(r.Color)
	return fill("verdict.txt.tmpl", newView(r), template.FuncMap{
		"title":    p.title,
		"word":     p.severity,
		"label":    p.bold,
		"join":     func(s []string) string { return strings.Join(s, ", ") },
		"counted":  count,
		"evidence": evidenceLine,
	})
}

// concise is one line a finding, for editors and pipes; without findings it is
// the title.
func concise(r Report) string {
	p := painter(r.Color)
	v := newView(r)
	if len(v.Findings) == 0 {
		return p.title(v.Title+v.Detail) + "\n"
	}
	var b strings.Builder
	for _, f := range v.Findings {
		b.WriteString(f.Where + ": " + p.severity(f.Severity) + "[" + f.Check + "] " + f.Message + "\n")
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

// fill executes the template of a file.
func fill(file string, view any, funcs template.FuncMap) (string, error) {
	t, err := parse(file, funcs)
	if err != nil {
		return "", err
	}
	return execute(t, file, view)
}

func parse(file string, funcs template.FuncMap) (*template.Template, error) {
	return template.New(file).Funcs(funcs).ParseFS(templates.Files, file)
}

func execute(t *template.Template, name string, view any) (string, error) {
	var b strings.Builder
	err := t.ExecuteTemplate(&b, name, view)
	return b.String(), err
}

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
