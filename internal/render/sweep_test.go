package render

import (
	"path/filepath"
	"testing"
)

func TestASweepNamesWhatWaitsFirst(t *testing.T) {
	var reports []Report
	for i, r := range []Report{passes(), noVerdict(), reportsOnly(), insufficientPlan(), irreversibleButPlanned(), frozenReal()} {
		r = onGitHub(r)
		r.Number = 812 + i
		reports = append(reports, r)
	}
	got := Sweep(reports)
	compareGolden(t, filepath.Join("testdata", "github", "sweep.job-summary.md"), got)
}

func TestASweepOfHostilePullRequestsIsAList(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	for _, p := range payloads(t) {
		var reports []Report
		for _, r := range attacked(p.Payload) {
			reports = append(reports, r)
		}
		for range 300 {
			reports = append(reports, onGitHub(hostileWith(p.Payload)))
		}
		got := Sweep(reports)
		checkMarkdown(t, p.Name, got)
		checkLog(t, p.Name, got, 0)
		if len(got) > 64<<10 {
			t.Errorf("%s: %d bytes", p.Name, len(got))
		}
	}
}
