package main

import (
	"fmt"
	"strings"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/starter"
)

// starterReport is what init has to say, the most important last.
type starterReport struct {
	initOptions
	top       string
	elsewhere bool // the files are not in the folder that the command stands in
	found     starter.Found
	policy    checks.Policy
	problems  []config.Problem // of the policy file that is there
	files     []proposal
}

func (r starterReport) text() string {
	var b strings.Builder
	for _, line := range r.findings() {
		b.WriteString(line + "\n")
	}
	for _, f := range r.files {
		if d := f.diff(); !f.keep && d != "" {
			b.WriteString("\n" + d)
		}
	}
	if w := r.warnings(); w != "" {
		b.WriteString("\n" + w)
	}
	b.WriteString("\n" + r.next())
	return b.String()
}

// findings say what the proposal rests on.
func (r starterReport) findings() []string {
	var lines []string
	if r.elsewhere {
		lines = append(lines, "repository: "+r.top)
	}
	systems := "none found; name them yourself when more than one thing can break"
	if n := len(r.found.Systems); n > 0 {
		var names []string
		for _, s := range r.found.Systems {
			names = append(names, s.Name)
		}
		systems = strings.Join(names, ", ")
		if r.found.More > 0 {
			systems += fmt.Sprintf(", and %d more that are left out", r.found.More)
		}
	}
	lines = append(lines, "systems: "+systems)
	if r.found.Owners != "" {
		lines = append(lines, "owners: "+r.found.Owners)
	}
	if len(r.found.Migrations) > 0 {
		lines = append(lines, "schema migrations: "+strings.Join(r.found.Migrations, ", ")+"; what cannot be undone there is noticed without a setting")
	}
	if w := r.found.Workflow.Path; w != "" && w != starter.WorkflowPath {
		lines = append(lines, "workflow: "+w+" runs the Action")
	}
	for _, f := range r.files {
		switch d := f.diff(); {
		case f.keep:
			lines = append(lines, fmt.Sprintf("kept: %s is there; --force replaces it", f.path))
		case f.there && d == "":
			lines = append(lines, fmt.Sprintf("kept: %s is as it would be written", f.path))
		}
	}
	return lines
}

// warnings say what is there and does not do what it looks like.
func (r starterReport) warnings() string {
	var b strings.Builder
	if len(r.problems) > 0 {
		p := r.problems[0]
		fmt.Fprintf(&b, "warning: %s\n  fix: backout policy check %s names all that is wrong\n", p.Error(), policyPath)
	}
	for _, name := range r.found.Misnamed {
		fmt.Fprintf(&b, "warning: %s is not read; a repository's policy file is %s\n", name, policyPath)
	}
	for _, t := range r.found.Templates {
		if r.replaces(t.Path) {
			continue
		}
		for _, a := range starter.Answers(r.policy, t.Text) {
			fmt.Fprintf(&b, "warning: %s:%d: the template answers %q by itself: %s\n", t.Path, max(a.Line, 1), a.Title, excerpt(a.Text))
			fmt.Fprint(&b, "  fix: put its words into a comment, <!-- ... -->: where the template is not known, they count as the author's\n")
		}
		if missing := starter.Lacks(r.policy, t.Text); len(missing) > 0 {
			fmt.Fprintf(&b, "warning: %s:1: the template does not ask for %s\n  fix: add to it:\n", t.Path, listed(missing, "and"))
			for line := range strings.Lines(strings.TrimPrefix(starter.Headings(r.policy, missing), "\n")) {
				b.WriteString(strings.TrimRight("    "+line, " \n") + "\n")
			}
		}
	}
	return b.String()
}

func (r starterReport) replaces(path string) bool {
	for _, f := range r.files {
		if f.path == path && !f.keep {
			return true
		}
	}
	return false
}

// excerpt is how a text begins, on one line.
func excerpt(s string) string {
	words := strings.Join(strings.Fields(s), " ")
	if runes := []rune(words); len(runes) > 80 {
		return string(runes[:77]) + "..."
	}
	return words
}

// next says what became of the files, and the three steps that follow.
func (r starterReport) next() string {
	var names []string
	for _, f := range r.files {
		if !f.keep && f.diff() != "" {
			names = append(names, f.path)
		}
	}
	steps := []string{
		"backout init --write" + r.forced() + " writes the files; drop systems that nobody speaks of",
		"commit them and merge them: a policy counts from the default branch",
		"backout check DESCRIPTION.md shows what a change would be told; once that looks right, write mode: enforce",
	}
	state := "nothing was written"
	switch {
	case len(names) == 0:
		state = "nothing to write"
		steps[0] = "mend what is warned about above, if anything is"
	case r.write:
		state = "written: " + strings.Join(names, ", ")
		steps[0] = "read " + names[0] + ", and drop systems that nobody speaks of"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s. Next:\n", state)
	for i, s := range steps {
		fmt.Fprintf(&b, "  %d. %s\n", i+1, s)
	}
	return b.String()
}

func (r starterReport) forced() string {
	if r.force {
		return " --force"
	}
	return ""
}
