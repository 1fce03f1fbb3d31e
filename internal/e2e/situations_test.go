package e2e

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/testgithub"
)

// good says all that the defaults ask for; poor says nothing.
const (
	good = `The cart rounds prices half up.

## Rollback plan

Revert this commit and deploy the previous image with ` + "`deploy cart --previous`" + `, about five minutes. Nothing is stored.

## Worst-case scenario

Totals are a cent off; the nightly comparison with the ledger raises an alarm.

## Blast radius

The shopping cart of the web shop.
`
	poor = "Fix rounding."
)

// shop is a repository with one pull request.
func shop(t *testing.T, body string) (*testgithub.Server, *testgithub.Repo, *testgithub.Pull) {
	t.Helper()
	s := testgithub.Start(t, testgithub.Options{})
	repo := s.Repo("acme/shop")
	repo.Commit("main", map[string]string{"cart/round.go": "package cart\n"})
	s.Repo("acme/.github")
	return s, repo, repo.AddPull(testgithub.NewPull{
		Title: "Round half up", Body: body,
		Files: []testgithub.File{testgithub.Edit("cart/round.go", "package cart\n\nfunc round() {}\n")},
	})
}

func repository(repo *testgithub.Repo) map[string]any {
	owner, name, _ := strings.Cut(repo.FullName(), "/")
	return map[string]any{
		"id": repo.ID(), "full_name": repo.FullName(), "name": name, "default_branch": "main", "private": false,
		"owner": map[string]any{"login": owner, "type": "Organization"},
	}
}

// changed is a pull request's event, as GitHub sends it at this moment.
func changed(repo *testgithub.Repo, p *testgithub.Pull, name, action, token string) event {
	payload := map[string]any{
		"action": action, "number": p.Number(), "repository": repository(repo), "sender": map[string]any{"login": "octocat"},
		"pull_request": map[string]any{
			"number": p.Number(), "body": p.Body(), "state": "open", "draft": false, "updated_at": p.UpdatedAt().UTC().Format(time.RFC3339),
			"user": map[string]any{"login": "octocat"},
			"head": map[string]any{"ref": fmt.Sprintf("change-%d", p.Number()), "sha": p.HeadSHA()},
			"base": map[string]any{"ref": "main", "sha": p.BaseSHA()},
		},
	}
	e := event{name: name, payload: payload, token: token, ref: fmt.Sprintf("refs/pull/%d/merge", p.Number()), sha: strings.Repeat("0", 40)}
	if name != "pull_request" {
		e.ref, e.sha = "refs/heads/main", repo.Tip("main")
	}
	return e
}

// want is what somebody who looks at GitHub sees.
type want struct {
	passed     bool
	status     string
	conclusion string
	title      string // what it begins with
}

func (r result) is(t *testing.T, w want) {
	t.Helper()
	if r.passed != w.passed || r.status != w.status {
		t.Errorf("the job passed: %t with status %q, want %t with %q", r.passed, r.status, w.passed, w.status)
	}
	if got := r.outputs["conclusion"]; got != w.conclusion || r.verdict.Conclusion != w.conclusion {
		t.Errorf("conclusion %q, in the JSON %q, want %q", got, r.verdict.Conclusion, w.conclusion)
	}
	if got := r.outputs["title"]; !strings.HasPrefix(got, w.title) || r.verdict.Title != got {
		t.Errorf("title %q, in the JSON %q, want one with %q", got, r.verdict.Title, w.title)
	}
	if word, _, _ := strings.Cut(w.title, ":"); !strings.Contains(r.summary, word) {
		t.Errorf("the summary does not say %q", word)
	}
}

// comments are as many as wanted, and the bot's one says the word.
func comments(t *testing.T, p *testgithub.Pull, n int, word string) {
	t.Helper()
	all := p.Comments()
	if len(all) != n {
		t.Fatalf("%d comments, want %d", len(all), n)
	}
	for _, c := range all {
		if c.Author != "github-actions[bot]" || !strings.Contains(c.Body, word) {
			t.Errorf("the comment of %s does not say %q:\n%s", c.Author, word, c.Body)
		}
	}
}

// runs is one check run of ours on a commit, with a conclusion.
func runs(t *testing.T, repo *testgithub.Repo, sha, conclusion string) {
	t.Helper()
	all := repo.Runs(sha)
	if len(all) != 1 || all[0].Name != "backout" || all[0].Conclusion != conclusion {
		t.Errorf("check runs %+v, want one named backout: %s", all, conclusion)
	}
}

func noRuns(t *testing.T, repo *testgithub.Repo) {
	t.Helper()
	if all := repo.Runs(""); len(all) > 0 {
		t.Errorf("check runs where the job is the gate: %+v", all)
	}
}

func TestFailsThenPasses(t *testing.T) {
	t.Parallel()
	s, repo, pull := shop(t, poor)
	p := newProject(t, s, "One repository")
	p.run(t, repo, changed(repo, pull, "pull_request", "opened", testgithub.WriteToken)).
		is(t, want{status: "1", conclusion: "failure", title: "Blocked: "})
	comments(t, pull, 1, "Blocked")

	pull.EditBody(good)
	p.run(t, repo, changed(repo, pull, "pull_request", "edited", testgithub.WriteToken)).
		is(t, want{passed: true, status: "0", conclusion: "success", title: "Passes"})
	comments(t, pull, 1, "Passes")
	noRuns(t, repo)
}

func TestPasses(t *testing.T) {
	t.Parallel()
	s, repo, pull := shop(t, good)
	p := newProject(t, s, "One repository")
	p.run(t, repo, changed(repo, pull, "pull_request", "opened", testgithub.WriteToken)).
		is(t, want{passed: true, status: "0", conclusion: "success", title: "Passes"})
	comments(t, pull, 0, "")
	noRuns(t, repo)
}

func TestForkWithAReadOnlyToken(t *testing.T) {
	t.Parallel()
	s, repo, _ := shop(t, good)
	pull := repo.AddPull(testgithub.NewPull{
		Body: poor, Author: "hubot", From: repo.Fork("hubot"),
		Files: []testgithub.File{testgithub.Edit("cart/round.go", "package cart\n\nfunc up() {}\n")},
	})
	p := newProject(t, s, "One repository")
	r := p.run(t, repo, changed(repo, pull, "pull_request", "opened", testgithub.ForkToken))
	r.is(t, want{status: "1", conclusion: "failure", title: "Blocked: "})
	comments(t, pull, 0, "")
	noRuns(t, repo)

	// pull_request_target writes for a fork as well.
	p = newProject(t, s, "Forks")
	r = p.run(t, repo, changed(repo, pull, "pull_request_target", "edited", testgithub.WriteToken))
	r.is(t, want{passed: true, status: "0", conclusion: "failure", title: "Blocked: "})
	comments(t, pull, 1, "Blocked")
	runs(t, repo, pull.HeadSHA(), "failure")
}

func TestMergeGroup(t *testing.T) {
	t.Parallel()
	s, repo, pull := shop(t, good)
	sha, ref := pull.Enqueue()
	group := event{name: "merge_group", token: testgithub.WriteToken, ref: ref, sha: sha, payload: map[string]any{
		"action": "checks_requested", "repository": repository(repo),
		"merge_group": map[string]any{"head_sha": sha, "head_ref": ref, "base_sha": pull.BaseSHA(), "base_ref": "refs/heads/main"},
	}}
	p := newProject(t, s, "One repository")
	p.run(t, repo, group).is(t, want{passed: true, status: "0", conclusion: "success", title: "Passes"})

	// The description as it is now, and not as it was when it was queued.
	pull.EditBody(poor)
	p.run(t, repo, group).is(t, want{status: "1", conclusion: "failure", title: "Blocked: "})
	noRuns(t, repo)
}

func TestRerunWithAnOldPayload(t *testing.T) {
	t.Parallel()
	s, repo, pull := shop(t, poor)
	old := changed(repo, pull, "pull_request", "opened", testgithub.WriteToken)
	pull.EditBody(good)
	pull.Push([]testgithub.File{testgithub.Edit("cart/round.go", "package cart\n\nfunc round() int { return 0 }\n")})
	p := newProject(t, s, "One repository")
	p.env = append(p.env, "GITHUB_RUN_ATTEMPT=2")
	p.run(t, repo, old).is(t, want{passed: true, status: "0", conclusion: "success", title: "Passes"})
	comments(t, pull, 0, "")
}

// TestScheduledFlip waits for a freeze to start, which policy files say to the
// minute.
func TestScheduledFlip(t *testing.T) {
	t.Parallel()
	s, repo, pull := shop(t, good)
	other := repo.AddPull(testgithub.NewPull{Body: poor, Files: []testgithub.File{testgithub.Edit("cart/other.go", "package cart\n")}})
	p := newProject(t, s, "Freezes on a schedule")
	start := time.Now().Add(15 * time.Second).Truncate(time.Minute).Add(time.Minute).UTC()
	repo.Commit("main", map[string]string{".github/backout.yml": fmt.Sprintf(
		"version: 1\ntimezone: UTC\nfreeze:\n  - {name: release week, from: %s, until: %s}\n",
		start.Format("2006-01-02T15:04"), start.Add(time.Hour).Format("2006-01-02T15:04"))})
	for _, pr := range []*testgithub.Pull{pull, other} {
		if r := p.run(t, repo, changed(repo, pr, "pull_request_target", "opened", testgithub.WriteToken)); !r.passed {
			t.Error("a job that is not the gate fails")
		}
	}
	runs(t, repo, pull.HeadSHA(), "success")
	runs(t, repo, other.HeadSHA(), "failure")

	select {
	case <-time.After(time.Until(start) + time.Second):
	case <-t.Context().Done():
		t.Fatal("the test ended before the freeze began")
	}
	s.ForgetCalls()
	schedule := event{
		name: "schedule", token: testgithub.WriteToken, ref: "refs/heads/main", sha: repo.Tip("main"),
		payload: map[string]any{"schedule": "*/15 * * * *", "repository": repository(repo)},
	}
	if r := p.run(t, repo, schedule); !r.passed || r.status != "0" {
		t.Errorf("passed %t, status %q", r.passed, r.status)
	}
	runs(t, repo, pull.HeadSHA(), "failure")
	if title := repo.Runs(pull.HeadSHA())[0].Title; !strings.Contains(title, "release week") {
		t.Errorf("the title does not name the freeze: %q", title)
	}

	// Again: nothing is left to write.
	s.ForgetCalls()
	p.run(t, repo, schedule)
	if writes := s.Calls("POST *", "PATCH *"); len(writes) > 0 {
		t.Errorf("%d writes though nothing changed: %+v", len(writes), writes)
	}
}

// TestHostileDescription puts into every text that is shown what a runner would
// take for a command, an output or the end of one.
func TestHostileDescription(t *testing.T) {
	t.Parallel()
	const commands = "::set-output name=conclusion::success\n::set-env name=PWNED::1\n::error title=pwned::pwned\n ##[error]pwned\n" +
		"::stop-commands::pwned\nEOF\n_GitHubActionsFileCommandDelimeter_\nconclusion=success\nconclusion<<EOF\nsuccess\nEOF\n::add-mask::Blocked\n"
	s, repo, _ := shop(t, good)
	pull := repo.AddPull(testgithub.NewPull{
		Title: "::error title=pwned::pwned", Body: "## Rollback plan\n\n" + commands + "\n## Blast radius\n\n" + commands,
		Files: []testgithub.File{testgithub.Edit("db/migrations/1 ::error::pwned ##[error]pwned.sql", "ALTER TABLE a DROP COLUMN b; -- ::error::pwned\n")},
	})
	p := newProject(t, s, "One repository")
	r := p.run(t, repo, changed(repo, pull, "pull_request", "opened", testgithub.WriteToken))
	r.is(t, want{status: "1", conclusion: "failure", title: "Blocked: "})
	for line := range strings.Lines(r.log) {
		// act marks what it took for a command; a message of ours may quote.
		_, command, taken := strings.Cut(line, "  ::")
		if !taken {
			_, command, taken = strings.Cut(line, "| ##[")
		}
		if taken && (strings.HasPrefix(command, "set-env") || strings.Contains(command, "title=pwned") || strings.HasPrefix(command, "error::pwned") || strings.Contains(command, "conclusion=success")) {
			t.Errorf("taken for a command: %s", line)
		}
		if strings.Contains(line, "##[error]pwned") {
			t.Errorf("a runner takes this for a command wherever it stands: %s", line)
		}
	}
	comments(t, pull, 1, "Blocked")
}

// TestFromSource runs the Action as main has it, built from the source beside it.
func TestFromSource(t *testing.T) {
	t.Parallel()
	s, repo, pull := shop(t, poor)
	p := newProject(t, s, "One repository")
	for _, name := range []string{"checks", "cmd", "docs", "internal", "templates"} {
		if err := os.CopyFS(filepath.Join(p.dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		p.write(t, name, read(t, filepath.Join(root, name)), 0o644)
	}
	p.write(t, "action.yml", read(t, filepath.Join(root, "action.yml")), 0o644)
	r := p.run(t, repo, changed(repo, pull, "pull_request", "opened", testgithub.WriteToken))
	if r.passed || r.outputs["conclusion"] != "failure" || !strings.HasPrefix(r.outputs["title"], "Blocked: ") {
		t.Errorf("passed %t, outputs %v", r.passed, r.outputs)
	}
	comments(t, pull, 1, "Blocked")
}

// TestFromRelease runs the Action as a release's tag has it: version and
// checksums in action.yml, the archive from a mirror.
func TestFromRelease(t *testing.T) {
	t.Parallel()
	s, repo, pull := shop(t, good)
	p := newProject(t, s, "One repository")
	mirror := t.TempDir()
	const name = "backout_1.2.3_linux_amd64.tar.gz"
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the archive of this test is for linux/amd64")
	}
	archive := filepath.Join(mirror, "v1.2.3", name)
	if err := os.MkdirAll(filepath.Dir(archive), 0o755); err != nil {
		t.Fatal(err)
	}
	command(t, "tar", "-czf", archive, "-C", filepath.Join(p.dir, "tools"), "backout")
	sums := fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(read(t, archive))), name)
	for _, other := range []string{"linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64", "windows_arm64"} {
		sums += fmt.Sprintf("%064d  backout_1.2.3_%s.tar.gz\n", 0, other)
	}
	p.write(t, "checksums.txt", sums, 0o644)
	server := httptest.NewServer(http.FileServer(http.Dir(mirror)))
	defer server.Close()
	p.action(t, "download-url", server.URL)
	command(t, "go", "run", root+"/internal/release", "pin", "1.2.3", filepath.Join(p.dir, "checksums.txt"), filepath.Join(p.dir, "action.yml"))

	opened := changed(repo, pull, "pull_request", "opened", testgithub.WriteToken)
	p.run(t, repo, opened).is(t, want{passed: true, status: "0", conclusion: "success", title: "Passes"})

	// Somebody changes the archive on the mirror, and the one in the tool cache.
	p.write(t, "tools/backout", "#!/bin/sh\necho tampered\n", 0o755)
	command(t, "tar", "-czf", archive, "-C", filepath.Join(p.dir, "tools"), "backout")
	p.cache = t.TempDir()
	r := p.run(t, repo, opened)
	r.is(t, want{})
	if !strings.Contains(r.log, "is not the archive of this release") || strings.Contains(r.log, "| tampered") {
		t.Error("a changed archive was not refused")
	}
}

func command(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
}
