package render

import (
	"fmt"
	"strings"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/templates"
)

// workflowCommands shows a report as annotations of a GitHub workflow run. The
// first one is the verdict, because GitHub shows ten of a level for a step.
func workflowCommands(r Report) string {
	var b strings.Builder
	title := r.title()
	if findings := r.Verdict.Findings; len(findings) > 0 {
		blocks, warnings, _ := tally(findings)
		title += fmt.Sprintf(" (%d to fix, %s)", blocks, templates.Count(warnings, "warning"))
	}
	b.WriteString(command(r.verdictLevel(), [][2]string{{"title", "backout"}}, title))
	for _, f := range r.Verdict.Findings {
		b.WriteString(command(r.level(f.Severity), r.properties(f), r.annotation(r.findingView(f))))
	}
	b.WriteString("policy: " + r.policyLine() + "\n")
	return b.String()
}

// annotation is the text of a finding's annotation, a line for each part.
func (r Report) annotation(f findingView) string {
	lines := []string{f.Message}
	for _, e := range f.Evidence {
		lines = append(lines, evidenceLine(e))
	}
	for i, l := range f.Fix {
		if i == 0 {
			l = "fix: " + l
		}
		lines = append(lines, l)
	}
	return strings.Join(lines, "\n")
}

// properties says where an annotation stands. The description has a place in
// the checkout only where it was read from a file.
func (r Report) properties(f checks.Finding) [][2]string {
	var p [][2]string
	if f.Path != "" || r.Description.File {
		path, line, column := r.location(f)
		p = append(p, [2]string{"file", visible(path)}, [2]string{"line", fmt.Sprint(line)}, [2]string{"col", fmt.Sprint(column)})
	}
	return append(p, [2]string{"title", "backout " + visible(f.Code)})
}

func (r Report) verdictLevel() string {
	switch blocks, warnings, _ := tally(r.Verdict.Findings); {
	case r.Verdict.Conclusion == checks.Failure:
		return "error"
	case blocks > 0 || warnings > 0:
		return "warning"
	}
	return "notice"
}

// level is the level of a finding. A red annotation means that the merge waits,
// so a verdict that does not fail has none.
func (r Report) level(s checks.Severity) string {
	switch {
	case s == checks.Block && r.Verdict.Conclusion == checks.Failure:
		return "error"
	case s == checks.Block, s == checks.Warn:
		return "warning"
	}
	return "notice"
}

// command writes one workflow command, escaped as GitHub's toolkit does it. The
// values are visible text already; newlines in data are ours.
func command(name string, properties [][2]string, data string) string {
	var b strings.Builder
	b.WriteString("::" + name)
	for i, p := range properties {
		if i == 0 {
			b.WriteByte(' ')
		} else {
			b.WriteByte(',')
		}
		b.WriteString(p[0] + "=" + escapeProperty(p[1]))
	}
	b.WriteString("::" + escapeData(data) + "\n")
	return b.String()
}

func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
