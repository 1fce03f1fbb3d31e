package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/backout-dev/backout/checks"
)

// maxSwept is how many pull requests a sweep names.
const maxSwept = 200

// swept is one pull request of a sweep.
type swept struct{ Ref, Title string }

// Sweep shows the verdicts of several pull requests on the page of a workflow's
// run that judged them all: one line each, what waits first.
func Sweep(reports []Report) (string, error) {
	w, err := words()
	if err != nil {
		return "", err
	}
	sorted := slices.Clone(reports)
	slices.SortStableFunc(sorted, func(a, b Report) int { return cmp.Compare(a.waits(), b.waits()) })
	var view struct {
		Count   string
		Summary string
		Pulls   []swept
		More    int
	}
	numbers := map[int]int{}
	for i, r := range sorted {
		numbers[r.waits()]++
		if i >= maxSwept {
			view.More++
			continue
		}
		p, err := newPage(r)
		if err != nil {
			return "", err
		}
		view.Pulls = append(view.Pulls, swept{
			Ref:   fmt.Sprintf("%s#%d", cut(visible(r.Repository), maxEvidence), r.Number),
			Title: cut(visible(p.report.Verdict.Title), maxEvidence),
		})
	}
	var parts []string
	for i, what := range []string{"blocked", "without a verdict", "passing", "only reported"} {
		if numbers[i] > 0 {
			parts = append(parts, Grouped(numbers[i])+" "+what)
		}
	}
	view.Count, view.Summary = count(len(reports), "pull request"), strings.Join(parts, ", ")
	return execute(w, "sweep", view)
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
