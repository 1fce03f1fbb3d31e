package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/testgithub"
)

var checkRun = inputs{"gate": "check-run"}

// says fails the test unless the commit's only check run has a conclusion and
// stands for the pull requests.
func says(t *testing.T, repo *testgithub.Repo, sha, conclusion string, numbers ...string) {
	t.Helper()
	runs := repo.Runs(sha)
	if len(runs) != 1 || runs[0].Conclusion != conclusion {
		t.Errorf("check runs %+v, want one: %s", runs, conclusion)
		return
	}
	what, _, _ := strings.Cut(runs[0].ExternalID, " @")
	var counted []string
	for _, pair := range strings.Fields(what) {
		number, _, _ := strings.Cut(pair, ":")
		counted = append(counted, number)
	}
	if !slices.Equal(counted, numbers) {
		t.Errorf("the check run stands for %v, want %v", counted, numbers)
	}
}

// judged runs the program for a pull request, as the gate that is a check run.
func judged(t *testing.T, s *testgithub.Server, repo *testgithub.Repo, p *testgithub.Pull, action string) *started {
	t.Helper()
	r := step(t, s, repo, happened(repo, p, "pull_request_target", action), checkRun)
	if r.status != 0 {
		t.Errorf("status %d\n%s", r.status, &r.out)
	}
	return r
}

func TestOneCommitInTwoPullRequests(t *testing.T) {
	t.Parallel()
	s, repo, first := shop(t, good)
	repo.Branch("release", "main")
	sha := first.HeadSHA()
	judged(t, s, repo, first, "opened")
	says(t, repo, sha, "success", "1")

	second := repo.AddPull(testgithub.NewPull{Title: "Backport", Body: poor, Base: "release", HeadSHA: sha})
	judged(t, s, repo, second, "opened")
	says(t, repo, sha, "failure", "1", "2")
	if run := repo.Runs(sha)[0]; !strings.Contains(run.Title, "acme/shop#2") || !strings.Contains(run.Summary+run.Text, "acme/shop#1") {
		t.Errorf("the check run does not name both: %q\n%s", run.Title, run.Summary)
	}

	// Whoever judges the good one finds the other.
	judged(t, s, repo, first, "edited")
	says(t, repo, sha, "failure", "1", "2")

	// A job is red for the other one as well.
	if r := step(t, s, repo, happened(repo, first, "pull_request", "edited"), inputs{"gate": "job"}); r.status != 1 || !strings.Contains(r.out.String(), "acme/shop#2") {
		t.Errorf("status %d\n%s", r.status, &r.out)
	}

	second.EditBody(good)
	judged(t, s, repo, second, "edited")
	says(t, repo, sha, "success", "1", "2")
}

func TestClosedAndOpenedElsewhere(t *testing.T) {
	t.Parallel()
	for conclusion, bodies := range map[string][2]string{"success": {poor, good}, "failure": {good, poor}} {
		s, repo, first := shop(t, bodies[0])
		repo.Branch("release", "main")
		judged(t, s, repo, first, "opened")
		first.Close()
		second := repo.AddPull(testgithub.NewPull{Title: "Again", Body: bodies[1], Base: "release", HeadSHA: first.HeadSHA()})
		judged(t, s, repo, second, "opened")
		says(t, repo, first.HeadSHA(), conclusion, "2")

		// The closed one says nothing any more, but whoever closes it has the other
		// judged.
		judged(t, s, repo, first, "closed")
		says(t, repo, first.HeadSHA(), conclusion, "2")

		first.Reopen()
		judged(t, s, repo, first, "reopened")
		says(t, repo, first.HeadSHA(), "failure", "1", "2")
	}
}

func TestForcePushBackToAnOldVerdict(t *testing.T) {
	t.Parallel()
	s, repo, p := shop(t, good)
	old := p.HeadSHA()
	judged(t, s, repo, p, "opened")
	says(t, repo, old, "success", "1")

	p.EditBody(poor)
	p.Push([]testgithub.File{testgithub.Edit("cart/round.go", "package cart\n\nfunc up() {}\n")})
	judged(t, s, repo, p, "synchronize")
	says(t, repo, p.HeadSHA(), "failure", "1")

	p.ForcePush(old)
	judged(t, s, repo, p, "synchronize")
	says(t, repo, old, "failure", "1")
}

func TestAStrangersForkWithTheSameCommit(t *testing.T) {
	t.Parallel()
	for conclusion, bodies := range map[string][2]string{"failure": {poor, good}, "success": {good, poor}} {
		s, repo, ours := shop(t, bodies[0])
		sha := ours.HeadSHA()
		judged(t, s, repo, ours, "opened")
		stranger := repo.AddPull(testgithub.NewPull{Title: "Mine", Body: bodies[1], Author: "mallory", From: repo.Fork("mallory"), HeadSHA: sha})
		r := judged(t, s, repo, stranger, "opened")
		says(t, repo, sha, conclusion, "1")
		if r.conclusion != conclusion {
			t.Errorf("the step says %s, and the check run %s", r.conclusion, conclusion)
		}

		// The stranger was first, and then the repository's own branch has it.
		s, repo, ours = shop(t, bodies[0])
		sha = ours.HeadSHA()
		ours.Close()
		stranger = repo.AddPull(testgithub.NewPull{Title: "Mine", Body: bodies[1], Author: "mallory", From: repo.Fork("mallory"), HeadSHA: sha})
		judged(t, s, repo, stranger, "opened")
		says(t, repo, sha, map[string]string{"failure": "success", "success": "failure"}[conclusion], "2")
		ours.Reopen()
		judged(t, s, repo, ours, "reopened")
		says(t, repo, sha, conclusion, "1")
		judged(t, s, repo, stranger, "edited")
		says(t, repo, sha, conclusion, "1")
	}
}

func TestAMergeGroupsCheckRun(t *testing.T) {
	t.Parallel()
	s, repo, p := shop(t, good)
	sha, ref := p.Enqueue()
	group := event{name: "merge_group", token: testgithub.WriteToken, payload: map[string]any{
		"merge_group": map[string]any{"head_sha": sha, "head_ref": ref},
	}}
	if r := step(t, s, repo, group, checkRun); r.status != 0 || r.conclusion != "success" {
		t.Errorf("status %d, %s\n%s", r.status, r.conclusion, &r.out)
	}
	says(t, repo, sha, "success", "1")
	p.EditBody(poor)
	step(t, s, repo, group, checkRun)
	says(t, repo, sha, "failure", "1")
	if len(repo.Runs(p.HeadSHA())) != 0 || len(p.Comments()) != 0 {
		t.Errorf("something was written on the pull request: %+v", standingOn(repo, p))
	}
}

func TestCallsInTheBudget(t *testing.T) {
	t.Parallel()
	s, repo, _ := shop(t, poor)
	s.Unkind(testgithub.Unkind{})
	p := repo.AddPull(testgithub.NewPull{Title: "Cases", Body: poor, Files: []testgithub.File{testgithub.Edit("cart/round_test.go", "package cart\n")}})
	budget := func(what, body string, queries, writes, others int) {
		t.Helper()
		s.Advance(2 * time.Second) // two edits in one second are another test's
		if body != p.Body() {
			p.EditBody(body)
		}
		e := happened(repo, p, "pull_request_target", "edited")
		s.ForgetCalls()
		if r := step(t, s, repo, e, checkRun); r.status != 0 {
			t.Errorf("status %d\n%s", r.status, &r.out)
		}
		var q, w, o int
		var routes []string
		for _, c := range s.Calls() {
			routes = append(routes, c.Route)
			switch {
			case c.Route == "graphql":
				q++
			case c.Method == "GET":
				o++
			default:
				w++
			}
		}
		if q != queries || w != writes || o != others {
			t.Errorf("%s: %d queries, %d writes, %d other reads, want %d, %d, %d: %v", what, q, w, o, queries, writes, others, routes)
		}
	}
	// A process does not know the folders that may have attributes, which is one
	// query more. After its last write it looks twice.
	const read, folders, looks, before = 1, 1, 2, 1
	budget("the first verdict", poor, read+folders+looks, 2, 0)
	budget("unchanged", poor, read+folders, 0, 0)
	budget("changed", good, read+folders+looks, 2, 0)
	budget("unchanged again", good, read+folders, 0, 0)
	// Where a class needs lines, they are one read more, and a look before the
	// write as well.
	p.Push([]testgithub.File{testgithub.Edit("db/migrations/1.sql", "ALTER TABLE a DROP COLUMN b;\n")})
	budget("lines", poor+"\nThe column is dropped.\n", read+folders+before+looks, 2, 1)
	tests := func(n int) []testgithub.File {
		var files []testgithub.File
		for i := range n {
			files = append(files, testgithub.Edit(fmt.Sprintf("cart/%d_test.go", i), "package cart\n"))
		}
		return files
	}
	p = repo.AddPull(testgithub.NewPull{Title: "Cases", Body: poor, Files: tests(30)})
	budget("30 files", poor, read+folders+looks, 2, 0)
	p = repo.AddPull(testgithub.NewPull{Title: "Cases", Body: poor, Files: tests(250)})
	budget("250 files", poor, 3*read+folders+3*looks, 2, 0)
}
