package e2e

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/testgithub"
)

func TestMistakesInTheWorkflow(t *testing.T) {
	t.Parallel()
	s, repo, p := shop(t, good)
	tests := map[string]struct {
		event event
		with  inputs
		says  []string
	}{
		"the job has the check run's name": {
			happened(repo, p, "pull_request_target", "opened"),
			inputs{"gate": "check-run", "GITHUB_JOB": "backout"},
			[]string{"the job is called backout", "give the job another name"},
		},
		"so it has where the gate is a check run by itself": {
			happened(repo, p, "pull_request_target", "opened"),
			inputs{"GITHUB_JOB": "backout"},
			[]string{"the job is called backout", "give the job another name"},
		},
		"a job that does not sit on the head": {
			happened(repo, p, "pull_request_target", "opened"),
			inputs{"gate": "job"},
			[]string{"gate: job cannot hold a merge on pull_request_target", "set gate: check-run"},
		},
		"another event": {
			event{name: "push", payload: map[string]any{}, token: testgithub.WriteToken},
			nil,
			[]string{`an event "push" says nothing about a pull request`, "start the workflow on pull_request"},
		},
		"inputs that are wrong": {
			happened(repo, p, "pull_request", "opened"),
			inputs{"mode": "audit", "comment": "sometimes", "org-policy": "backout.yml"},
			[]string{`mode cannot be "audit"`, `comment cannot be "sometimes"`, `org-policy "backout.yml" names no file`},
		},
		"plain http to another machine": {
			happened(repo, p, "pull_request", "opened"),
			inputs{"github-url": "http://ghe.example.com"},
			[]string{"a token is not sent without encryption"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := step(t, s, repo, tt.event, tt.with)
			out := r.out.String()
			if r.status != 2 || strings.Count(out, "::error") != 1 {
				t.Errorf("status %d\n%s", r.status, out)
			}
			for _, want := range tt.says {
				if !strings.Contains(out, want) {
					t.Errorf("does not say %q:\n%s", want, out)
				}
			}
		})
	}
	if len(repo.Runs("")) != 0 || len(p.Comments()) != 0 {
		t.Error("something was written")
	}
}

func TestATokenThatMayNotWrite(t *testing.T) {
	t.Parallel()
	s, repo, p := shop(t, poor)
	e := happened(repo, p, "pull_request", "opened")
	e.token = testgithub.ForkToken
	r := step(t, s, repo, e, nil)
	if r.status != 1 || strings.Count(r.out.String(), "::notice") != 1 || !strings.Contains(r.summary, "Blocked") {
		t.Errorf("status %d\n%s\n%s", r.status, &r.out, r.summary)
	}
	// Where the check run is the gate, nothing stands without it.
	r = step(t, s, repo, e, checkRun)
	if r.status != 3 || !strings.Contains(r.out.String(), "checks: write") {
		t.Errorf("status %d\n%s", r.status, &r.out)
	}
}

func TestNothingIsWrittenTwice(t *testing.T) {
	t.Parallel()
	s, repo, p := shop(t, poor)
	step(t, s, repo, happened(repo, p, "pull_request_target", "opened"), checkRun)
	s.ForgetCalls()
	step(t, s, repo, happened(repo, p, "pull_request_target", "edited"), inputs{"gate": "check-run", "GITHUB_RUN_ID": "78"})
	if writes := s.Calls("POST *", "PATCH *", "DELETE *"); len(writes) > 0 {
		t.Errorf("written again: %+v", writes)
	}
}

func TestTheOverrideLabel(t *testing.T) {
	t.Parallel()
	s, repo, p := shop(t, poor)
	repo.Role("hubot", "maintain").Role("octocat", "admin").Role("mallory", "read")
	with := inputs{"gate": "job", "override-label": "let it go"}
	token := testgithub.WriteToken
	judge := func(title string) *started {
		t.Helper()
		e := happened(repo, p, "pull_request", "labeled")
		e.token = token
		r := step(t, s, repo, e, with)
		if !strings.Contains(r.out.String(), title) || (r.status == 0) != strings.HasPrefix(title, "Passes") {
			t.Errorf("want %q, got status %d\n%s", title, r.status, &r.out)
		}
		return r
	}
	set := func(by string) {
		p.Unlabel("let it go", by)
		s.Advance(2 * time.Second)
		p.Label("let it go", by)
	}
	judge("Blocked: the rollback plan is missing")
	set("hubot")
	if r := judge("Passes by override: hubot"); !strings.Contains(r.summary, "hubot") {
		t.Errorf("the summary does not say who:\n%s", r.summary)
	}
	set("octocat")
	judge("octocat set it, who is the author")
	set("mallory")
	judge("mallory set it, who is not known to be one of")
	set("hubot")
	s.Advance(2 * time.Second)
	p.Push([]testgithub.File{testgithub.Edit("cart/round.go", "package cart\n\nfunc up() {}\n")})
	judge("the head was pushed after it was set")

	// Without the organisation's policy nobody knows who may.
	set("hubot")
	s.Repo("acme/.github").Private(true)
	token = s.Token(testgithub.Token{Value: "tok-shop", App: testgithub.Actions(), Repos: []string{repo.FullName()}})
	judge("the organisation's policy is not visible")
}

func TestInputsOnlyTighten(t *testing.T) {
	t.Parallel()
	s, repo, p := shop(t, poor)
	repo.Commit("main", map[string]string{
		".github/backout.yml": "version: 1\nmode: audit\n",
		"strict.yml":          "version: 1\nsections:\n  monitoring: {title: Monitoring, require: always}\n",
		"mild.yml":            "version: 1\nmode: audit\nsections: {rollback: {require: never}, worst-case: {require: never}, blast-radius: {require: never}}\n",
	})
	tests := map[string]struct {
		body, conclusion string
		with             inputs
	}{
		"the policy only reports":                   {poor, "neutral", nil},
		"mode: enforce makes it block":              {poor, "failure", inputs{"mode": "enforce"}},
		"a further file that enforces":              {good, "failure", inputs{"policy": "strict.yml"}},
		"a further file that asks less":             {poor, "failure", inputs{"policy": "mild.yml", "mode": "enforce"}},
		"a further file that asks less and reports": {poor, "neutral", inputs{"policy": "mild.yml"}},
		"a further file that is not there":          {poor, "failure", inputs{"policy": "gone.yml", "mode": "enforce"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p.EditBody(tt.body)
			r := step(t, s, repo, happened(repo, p, "pull_request", "edited"), tt.with)
			if r.conclusion != tt.conclusion {
				t.Errorf("%s, want %s\n%s", r.conclusion, tt.conclusion, &r.out)
			}
		})
	}
}

// TestASweepWritesOnlyFlips has what a policy's change turns.
func TestASweepWritesOnlyFlips(t *testing.T) {
	t.Parallel()
	s, repo, first := shop(t, good)
	pulls := []*testgithub.Pull{first}
	for i := range 7 {
		pulls = append(pulls, repo.AddPull(testgithub.NewPull{
			Title: "More", Body: good, Files: []testgithub.File{testgithub.Edit(fmt.Sprintf("cart/%d_test.go", i), "package cart\n")},
		}))
	}
	pulls[3].EditBody(poor)
	schedule := event{name: "schedule", payload: map[string]any{"schedule": "*/15 * * * *"}, token: testgithub.WriteToken}
	for _, p := range pulls[:5] {
		judged(t, s, repo, p, "opened")
	}
	for _, p := range pulls[5:] {
		p.Close()
	}
	s.ForgetCalls()
	r := step(t, s, repo, schedule, nil)
	if writes := s.Calls("POST *", "PATCH *"); r.status != 0 || len(writes) > 0 {
		t.Errorf("status %d, %d writes\n%s", r.status, len(writes), &r.out)
	}
	now := time.Now().UTC()
	repo.Commit("main", map[string]string{".github/backout.yml": fmt.Sprintf(
		"version: 1\ntimezone: UTC\nfreeze:\n  - {name: release week, from: %s, until: %s}\n",
		now.Add(-time.Hour).Format("2006-01-02T15:04"), now.Add(time.Hour).Format("2006-01-02T15:04"))})
	comments := len(s.Calls("* comments"))
	r = step(t, s, repo, schedule, nil)
	for i, p := range pulls[:5] {
		says(t, repo, p.HeadSHA(), "failure", fmt.Sprint(p.Number()))
		if got := len(p.Comments()); got > 0 && i != 3 {
			t.Errorf("%d comments on #%d", got, p.Number())
		}
	}
	if writes := s.Calls("PATCH check-runs"); r.status != 0 || len(writes) != 4 || len(s.Calls("* comments")) != comments {
		t.Errorf("status %d, %d writes\n%s", r.status, len(writes), &r.out)
	}
	if !strings.Contains(r.summary, "5 pull requests") {
		t.Errorf("the summary does not count:\n%s", r.summary)
	}
}

func TestAFreezeWhereTheJobIsTheGate(t *testing.T) {
	t.Parallel()
	s, repo, p := shop(t, good)
	repo.Commit("main", map[string]string{".github/backout.yml": "version: 1\ntimezone: UTC\nfreeze:\n  - {name: far away, from: 2099-01-01T00:00, until: 2099-01-02T00:00}\n"})
	job := step(t, s, repo, happened(repo, p, "pull_request", "edited"), nil)
	run := step(t, s, repo, happened(repo, p, "pull_request", "edited"), checkRun)
	const says = "by itself"
	if !strings.Contains(job.summary, says) || job.status != 0 {
		t.Errorf("status %d, the summary does not say that the verdict stays:\n%s", job.status, job.summary)
	}
	if run.summary == job.summary {
		t.Error("the check run's verdict says the same as the job's")
	}
}

// TestTheCommandLineSaysTheSame has one pull request judged both ways, at two
// times; nothing that the verdict is made of is another.
func TestTheCommandLineSaysTheSame(t *testing.T) {
	t.Parallel()
	s, repo, p := shop(t, poor)
	repo.Commit("main", map[string]string{".github/backout.yml": "version: 1\nsystems: {cart: {paths: [\"cart/**\"]}}\n"})
	for _, body := range []string{poor, good} {
		p.EditBody(body)
		r := step(t, s, repo, happened(repo, p, "pull_request", "edited"), nil)
		built, err := program()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), built, "check", "--format", "json", fmt.Sprintf("%s#%d", repo.FullName(), p.Number()))
		cmd.Env = append(s.Env(), "GITHUB_TOKEN="+testgithub.WriteToken)
		out, _ := cmd.Output()
		var there, here map[string]any
		if err := json.Unmarshal([]byte(r.output("json")), &there); err != nil {
			t.Fatalf("output json: %v", err)
		}
		if err := json.Unmarshal(out, &here); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		delete(there, "judged_at")
		delete(here, "judged_at")
		if d := cmp.Diff(there, here); d != "" || cmd.ProcessState.ExitCode() != r.status {
			t.Errorf("status %d and %d (-action +check):\n%s", r.status, cmd.ProcessState.ExitCode(), d)
		}
	}
}
