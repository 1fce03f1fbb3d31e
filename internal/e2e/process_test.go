package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/testgithub"
)

// started is one run of "backout action" by itself, without a runner around it.
type started struct {
	t           *testing.T
	cmd         *exec.Cmd
	out         bytes.Buffer
	dir         string
	status      int
	summary     string
	conclusion  string
	annotations []string
}

// inputs are what a step has under with:, by name, and variables of the runner.
type inputs map[string]string

// start starts the program as a step for an event.
func start(t *testing.T, s *testgithub.Server, repo *testgithub.Repo, e event, with inputs) *started {
	t.Helper()
	built, err := program()
	if err != nil {
		t.Fatal(err)
	}
	r := &started{t: t, dir: t.TempDir()}
	payload, err := json.Marshal(e.payload)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"event.json": payload, "summary": nil, "output": nil} {
		if err := os.WriteFile(filepath.Join(r.dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.cmd = exec.CommandContext(t.Context(), built, "action")
	r.cmd.Dir = r.dir
	r.cmd.Env = append(s.Env(),
		"GITHUB_EVENT_NAME="+e.name, "GITHUB_EVENT_PATH="+filepath.Join(r.dir, "event.json"), "GITHUB_REPOSITORY="+repo.FullName(),
		"GITHUB_STEP_SUMMARY="+filepath.Join(r.dir, "summary"), "GITHUB_OUTPUT="+filepath.Join(r.dir, "output"),
		"GITHUB_ACTIONS=true", "GITHUB_RUN_ID=77", "GITHUB_JOB=judge", "INPUT_TOKEN="+e.token,
	)
	for name, value := range with {
		if !strings.HasPrefix(name, "GITHUB_") {
			name = "INPUT_" + strings.ToUpper(name)
		}
		r.cmd.Env = append(r.cmd.Env, name+"="+value)
	}
	r.cmd.Stdout, r.cmd.Stderr = &r.out, &r.out
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return r
}

// wait waits for its end.
func (r *started) wait() *started {
	r.t.Helper()
	err := r.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		r.t.Fatal(err)
	}
	r.status = r.cmd.ProcessState.ExitCode()
	r.summary = read(r.t, filepath.Join(r.dir, "summary"))
	r.conclusion = r.output("conclusion")
	for line := range strings.Lines(r.out.String()) {
		if strings.HasPrefix(line, "::") {
			r.annotations = append(r.annotations, strings.TrimSpace(line))
		}
	}
	return r
}

// output is an output of the step, empty where it has none.
func (r *started) output(name string) string {
	_, after, _ := strings.Cut("\n"+read(r.t, filepath.Join(r.dir, "output")), "\n"+name+"<<")
	delimiter, after, _ := strings.Cut(after, "\n")
	value, _, _ := strings.Cut(after, "\n"+delimiter+"\n")
	return value
}

// step runs the program as a step for an event.
func step(t *testing.T, s *testgithub.Server, repo *testgithub.Repo, e event, with inputs) *started {
	t.Helper()
	return start(t, s, repo, e, with).wait()
}

// happened is a pull request's event as GitHub sends it at this moment, whole.
func happened(repo *testgithub.Repo, p *testgithub.Pull, name, action string) event {
	e := changed(repo, p, name, action, testgithub.WriteToken)
	labels := []map[string]any{}
	for _, l := range p.Labels() {
		labels = append(labels, map[string]any{"name": l})
	}
	fields := e.payload.(map[string]any)["pull_request"].(map[string]any)
	fields["title"], fields["labels"] = p.Title(), labels
	fields["base"] = map[string]any{"ref": p.Base(), "sha": p.BaseSHA()}
	return e
}

// standing is what somebody sees on a pull request.
type standing struct {
	conclusions []string // of our check runs on the head
	comments    []string
}

func standingOn(repo *testgithub.Repo, p *testgithub.Pull) standing {
	var s standing
	for _, r := range repo.Runs(p.HeadSHA()) {
		if r.Name == "backout" {
			s.conclusions = append(s.conclusions, r.Conclusion)
		}
	}
	for _, c := range p.Comments() {
		s.comments = append(s.comments, c.Body)
	}
	return s
}

// TestFaultsOnEveryCall makes each call fail in turn, in every way. The verdict
// arrives, or the job fails and says why; there are never two comments, and
// never a pass.
func TestFaultsOnEveryCall(t *testing.T) {
	t.Parallel()
	// Most of the time is spent waiting for what GitHub said to wait for.
	atOnce := make(chan struct{}, 24)
	var all sync.WaitGroup
	defer all.Wait()
	for _, with := range []inputs{{"gate": "check-run"}, {"gate": "job"}} {
		s, repo, first := shop(t, poor)
		s.Unkind(testgithub.Unkind{})
		step(t, s, repo, happened(repo, first, "pull_request", "opened"), with)
		calls := len(s.Calls())
		if calls < 4 {
			t.Fatalf("%d calls without a fault", calls)
		}
		for i, kind := range testgithub.Kinds() {
			for skip := range calls {
				if !everything() && skip%3 != i%3 {
					continue
				}
				all.Go(func() {
					atOnce <- struct{}{}
					defer func() { <-atOnce }()
					faulty(t, testgithub.Fault{Route: "*", Kind: kind, Skip: skip, Delay: 200}, with)
				})
			}
		}
	}
}

// everything reports that all is to be tested, as .ci/run does.
func everything() bool { return os.Getenv("BACKOUT_TEST_ALL") != "" }

// faulty judges a pull request that says nothing, while a call fails, and then
// again without a fault.
func faulty(t *testing.T, f testgithub.Fault, with inputs) {
	s, repo, p := shop(t, poor)
	s.Unkind(testgithub.Unkind{})
	opened := happened(repo, p, "pull_request", "opened")
	s.Fail(f)
	r := step(t, s, repo, opened, with)
	s.NoFaults()
	got := standingOn(repo, p)
	checkRun := with["gate"] == "check-run"
	where := fmt.Sprintf("%s on call %d, gate %s: status %d, %+v\n%s", f.Kind, f.Skip+1, with["gate"], r.status, got, &r.out)
	says := func(a string) bool { return strings.HasPrefix(a, "::error title=backout::No verdict: ") }
	switch {
	case r.status == 3 && slices.ContainsFunc(r.annotations, says):
	case checkRun && r.status == 0 && r.conclusion == "failure" && len(got.conclusions) > 0:
	case !checkRun && r.status == 1 && r.conclusion == "failure":
	default:
		t.Errorf("neither the verdict nor a reason: %s", where)
	}
	passes := func(conclusion string) bool { return conclusion != "failure" }
	if slices.ContainsFunc(got.conclusions, passes) || len(got.comments) > 1 {
		t.Errorf("what stands is wrong: %s", where)
	}
	r = step(t, s, repo, opened, with)
	got = standingOn(repo, p)
	if len(got.comments) != 1 || slices.ContainsFunc(got.conclusions, passes) || r.conclusion != "failure" {
		t.Errorf("a run without a fault afterwards: status %d, %+v, after %s", r.status, got, where)
	}
}

// TestReadsThatAreBehind serves the state from before, and nothing at all of a
// pull request that was just opened.
func TestReadsThatAreBehind(t *testing.T) {
	t.Parallel()
	s, repo, pull := shop(t, good)
	s.Unkind(testgithub.Unkind{})
	s.Advance(2 * time.Second)
	pull.EditBody(poor)
	pull.StaleReads(5*time.Second, 5*time.Second)
	r := step(t, s, repo, happened(repo, pull, "pull_request", "edited"), inputs{"gate": "check-run"})
	if got := standingOn(repo, pull); r.status != 0 || !slices.Equal(got.conclusions, []string{"failure"}) {
		t.Errorf("after stale reads: status %d, %+v\n%s", r.status, got, &r.out)
	}

	fresh := repo.AddPull(testgithub.NewPull{Title: "Fix", Body: poor, Files: []testgithub.File{testgithub.Edit("cart/round.go", "package cart\n\nfunc up() {}\n")}})
	fresh.NotFoundReads(2)
	r = step(t, s, repo, happened(repo, fresh, "pull_request", "opened"), inputs{"gate": "check-run"})
	if got := standingOn(repo, fresh); r.status != 0 || !slices.Equal(got.conclusions, []string{"failure"}) {
		t.Errorf("a new pull request: status %d, %+v\n%s", r.status, got, &r.out)
	}
}
