package starter

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan"
	"github.com/backout-dev/backout/templates"
)

// Policy returns a policy file that only reports.
func Policy(f Found) string {
	var systems []templates.PolicySystem
	for _, s := range f.Systems {
		t := templates.PolicySystem{Name: plainOrQuoted(s.Name), Why: s.Why}
		for _, p := range s.Paths {
			t.Paths = append(t.Paths, quoted(p))
		}
		systems = append(systems, t)
	}
	return templates.PolicyFile(systems, f.More)
}

// quoted writes a text as YAML reads it whatever it holds.
func quoted(s string) templates.YAML {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	// A string always encodes.
	_ = e.Encode(s)
	return templates.YAML(strings.TrimSpace(b.String()))
}

var plainWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// plainOrQuoted leaves out the quotes where YAML reads the same without.
func plainOrQuoted(s string) templates.YAML {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return quoted(s)
	}
	if plainWord.MatchString(s) {
		return templates.YAML(s)
	}
	return quoted(s)
}

// PullRequest returns a pull-request template that asks for a policy's
// sections, and answers none of them.
func PullRequest(p checks.Policy) string {
	text := templates.PullRequest()
	return text + Headings(p, Lacks(p, text))
}

// Headings writes the sections as a template asks for them, each below an
// empty line.
func Headings(p checks.Policy, ids []string) string {
	var b strings.Builder
	for _, id := range ids {
		for _, s := range p.Sections {
			if s.ID == id {
				fmt.Fprintf(&b, "\n## %s\n", s.Title)
				if s.Hint != "" {
					fmt.Fprintf(&b, "\n<!-- %s -->\n", strings.ReplaceAll(s.Hint, "--", "-"))
				}
			}
		}
	}
	return b.String()
}

// Answer is a section that a template answers by its own words.
type Answer struct {
	ID, Title string
	Line      int
	Text      string
}

// Answers judges a template as if an author had written it, and returns the
// sections that pass.
func Answers(p checks.Policy, text string) []Answer {
	var found []Answer
	for _, s := range read(p, text).Sections {
		if s.State.Passes() {
			found = append(found, Answer{ID: s.ID, Title: s.Title, Line: s.Line, Text: s.Text})
		}
	}
	return found
}

// Lacks returns the ids of the sections that a template does not ask for,
// though the policy may require them.
func Lacks(p checks.Policy, text string) []string {
	var ids []string
	for _, s := range read(p, text).Sections {
		if s.State == plan.Missing && asked(p, s.ID) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

func asked(p checks.Policy, id string) bool {
	for _, s := range p.Sections {
		if s.ID == id {
			r := s.Require
			return r.Always || r.LinesOver > 0 || len(r.Paths)+len(r.Labels) > 0
		}
	}
	return false
}

// read reads a template without knowing that it is one.
func read(p checks.Policy, text string) plan.Plan {
	var kinds []plan.Kind
	for _, s := range p.Sections {
		kinds = append(kinds, plan.Kind{ID: s.ID, Title: s.Title, Also: s.Also})
	}
	return plan.Parse(text, plan.Options{Kinds: kinds})
}
