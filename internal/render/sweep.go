package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/templates"
)

// maxSwept is how many pull requests a sweep names.
const maxSwept = 200

// Sweep shows the verdicts of several pull requests on the page of a workflow's
// run that judged them all: one line each, what waits first.
func Sweep(reports []Report) string {
	sorted := slices.Clone(reports)
	slices.SortStableFunc(sorted, func(a, b Report) int { return cmp.Compare(a.waits(), b.waits()) })
	s := templates.Sweep{Judged: own(templates.Count(len(reports), "pull request")), More: max(len(reports)-maxSwept, 0)}
	var numbers [4]int
	for i, r := range sorted {
		numbers[r.waits()]++
		if i < maxSwept {
			s.Pulls = append(s.Pulls, templates.Pull{
				Ref:   code(fmt.Sprintf("%s#%d", cut(visible(r.Repository), maxEvidence), r.Number)),
				Title: md(cut(visible(r.judgedOrNot().Verdict.Title), maxEvidence)),
			})
		}
	}
	var parts []string
	for i, what := range []string{"blocked", "without a verdict", "passing", "only reported"} {
		if numbers[i] > 0 {
			parts = append(parts, templates.Grouped(numbers[i])+" "+what)
		}
	}
	s.States = own(strings.Join(parts, ", "))
	return string(s.Text())
}

// waits orders reports: blocked, no verdict yet, passing, only reported.
func (r Report) waits() int {
	switch {
	case r.NoVerdict != nil:
		return 1
	case r.Verdict.Conclusion == checks.Failure:
		return 0
	case r.Verdict.Conclusion == checks.Neutral:
		return 3
	}
	return 2
}
