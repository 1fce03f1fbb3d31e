package worker

import (
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
)

const (
	lenient = "version: 1\nsections:\n  rollback: {require: never}\n  worst-case: {require: never}\n  blast-radius: {require: never}\n"
	broken  = "version: 1\nsections: 7\n"
	strict  = "version: 1\nsections:\n  monitoring: {title: Monitoring, require: always}\n"
)

// TestPoliciesInForce follows what is in force while the files change. Each step
// is a state of the two files and what a poor and a good description come to.
func TestPoliciesInForce(t *testing.T) {
	absent, hidden := gate.Text{State: config.Absent}, gate.Text{State: config.NotVisible}
	unknown := gate.Text{State: config.Unknown, Why: "HTTP 502"}
	const no checks.Conclusion = "" // nothing is written
	type step struct {
		organisation, repository gate.Text
		poor, good               checks.Conclusion
	}
	tests := map[string][]step{
		"no file: it only reports": {{absent, absent, checks.Neutral, checks.Neutral}},
		"a file that comes and goes": {
			{absent, text(defaults), checks.Failure, checks.Success},
			{absent, text(lenient), checks.Success, checks.Success},
			{absent, absent, checks.Neutral, checks.Neutral},
		},
		"a broken push leaves the last valid version in force": {
			{absent, text(lenient), checks.Success, checks.Success},
			{absent, text(broken), checks.Success, checks.Success},
			{absent, text(defaults), checks.Failure, checks.Success},
			{absent, text(broken), checks.Failure, checks.Success},
		},
		"a floor stays while it is not visible, and is forgotten when it is seen to be gone": {
			{text(strict), text(defaults), checks.Failure, checks.Failure},
			{hidden, text(defaults), checks.Failure, checks.Failure},
			{absent, text(defaults), checks.Failure, checks.Success},
			{hidden, text(defaults), checks.Failure, checks.Success},
		},
		"a floor that cannot be read gives no verdict": {
			{text(strict), text(defaults), checks.Failure, checks.Failure},
			{unknown, text(lenient), no, no},
		},
		"a repository's file stays while it is not visible": {
			{absent, text(defaults), checks.Failure, checks.Success},
			{absent, hidden, checks.Failure, checks.Success},
		},
		"a file that comes back as it was": {
			{text(strict), text(defaults), checks.Failure, checks.Failure},
			{absent, text(defaults), checks.Failure, checks.Success},
			{text(strict), text(defaults), checks.Failure, checks.Failure},
			{hidden, text(defaults), checks.Failure, checks.Failure},
		},
	}
	for name, steps := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.add(1, poor, "poor")
			s.add(2, good, "good")
			for _, step := range steps {
				s.organisation, s.policy = step.organisation, step.repository
				s.runs, s.worker = nil, s.newWorker(s.store) // another process: only the database remembers
				s.event(1, "pull_request.labeled")
				s.event(2, "pull_request.labeled")
				s.work()
				s.shows("poor", step.poor, "")
				s.shows("good", step.good, "")
			}
		})
	}
}

// TestANewNameIsNoWayOut: an organisation's file that is enforced by name holds
// for what had the name.
func TestANewNameIsNoWayOut(t *testing.T) {
	s := newSite(t)
	s.organisation = text("version: 1\nenforce: {repositories: [\"shop\"]}\n")
	s.add(1, poor, "aaa")
	s.want(of(queue.Repository, "repository.edited"))
	s.after(2 * time.Second)
	s.shows("aaa", checks.Failure, "Blocked")
	renamed := gate.Repo{Owner: "acme", Name: "store"}
	s.repositories[0].Repo = renamed
	w := of(queue.Repository, "repository.renamed")
	w.Name = renamed.Name
	s.want(w)
	s.after(2 * time.Second)
	s.shows("aaa", checks.Failure, "Blocked")
	if n := s.count("pull acme/store#1"); n != 1 {
		t.Errorf("%d reads under the new name", n)
	}
}

// TestWhatIsRememberedIsLookedAtAgain: another process may have forgotten the
// file meanwhile.
func TestWhatIsRememberedIsLookedAtAgain(t *testing.T) {
	s := newSite(t)
	s.organisation = text(strict)
	s.add(1, good, "aaa")
	judge := func() {
		s.event(1, "pull_request.labeled")
		s.work()
	}
	judge()
	if err := s.store.RemovePolicy(t.Context(), installation, 0, "backout.yml"); err != nil {
		t.Fatal(err)
	}
	s.after(keptFor)
	judge()
	all, err := s.store.Policies(t.Context(), installation, 0)
	if err != nil || len(all) != 1 || all[0].Text != strict {
		t.Errorf("%+v, %v", all, err)
	}
	s.after(time.Second)
}
