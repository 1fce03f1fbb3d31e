package action

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/gate"
)

// runnerWith is a runner with an environment, and what it printed.
func runnerWith(env map[string]string) (*Runner, *bytes.Buffer) {
	var out bytes.Buffer
	return New(&out, func(key string) string { return env[key] }), &out
}

func TestInputs(t *testing.T) {
	r, _ := runnerWith(map[string]string{
		"INPUT_TOKEN": " t ", "INPUT_POLICY": ".github/strict.yml", "INPUT_ORG-POLICY": "acme/.github:teams/backout.yml", "INPUT_ORG-POLICY-TOKEN": "o",
		"INPUT_COMMENT": "never", "INPUT_MODE": "enforce", "INPUT_GATE": "check-run", "INPUT_OVERRIDE-LABEL": "let it go", "INPUT_GITHUB-URL": "https://ghe.example.com",
	})
	got, err := r.Inputs()
	if err != nil {
		t.Fatal(err)
	}
	want := Inputs{
		Token: "t", Policy: ".github/strict.yml", OrgPolicy: gate.File{Repo: gate.Repo{Owner: "acme", Name: ".github"}, Path: "teams/backout.yml"},
		OrgToken: "o", Comment: "never", Enforce: true, Gate: GateCheckRun, OverrideLabel: "let it go", GitHubURL: "https://ghe.example.com",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("inputs (-want +got):\n%s", d)
	}
}

func TestInputsThatAreLeftOut(t *testing.T) {
	r, _ := runnerWith(map[string]string{"INPUT_TOKEN": "t"})
	got, err := r.Inputs()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(Inputs{Token: "t", Gate: GateAuto}, got); d != "" {
		t.Errorf("inputs (-want +got):\n%s", d)
	}
}

func TestEveryWrongInputIsNamedAtOnce(t *testing.T) {
	r, _ := runnerWith(map[string]string{
		"INPUT_COMMENT": "sometimes", "INPUT_MODE": "audit", "INPUT_GATE": "status", "INPUT_ORG-POLICY": "backout.yml", "INPUT_POLICY": "../../etc/passwd",
	})
	_, err := r.Inputs()
	for _, want := range []string{
		"token is empty", `comment cannot be "sometimes"; it is when-needed, always or never`, `mode cannot be "audit"; it is enforce`,
		`gate cannot be "status"`, `org-policy "backout.yml" names no file`, `policy "../../etc/passwd" is no path`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
}

func TestEvents(t *testing.T) {
	const sha = "4c1d9e2f4c1d9e2f4c1d9e2f4c1d9e2f4c1d9e2f"
	pull := `{"action":"edited","number":7,"changes":{"body":{"from":5}},"pull_request":{"number":7,"updated_at":"2027-03-02T14:30:00Z","head":{"sha":"` + sha + `"}}}`
	tests := map[string]struct {
		name, payload string
		number        int
		group, wrong  string
		onHead, all   bool
	}{
		"a pull request": {name: "pull_request", payload: pull, number: 7, onHead: true},
		"a pull request, from the default branch": {name: "pull_request_target", payload: pull, number: 7},
		"a merge group":                              {name: "merge_group", payload: `{"merge_group":{"head_sha":"` + sha + `","head_ref":"refs/heads/gh-readonly-queue/main/pr-12-` + sha + `"}}`, number: 12, group: sha, onHead: true},
		"a merge group of a branch like another":     {name: "merge_group", payload: `{"merge_group":{"head_sha":"` + sha + `","head_ref":"refs/heads/gh-readonly-queue/a/pr-3-` + sha + `/pr-12-` + sha + `"}}`, number: 12, group: sha, onHead: true},
		"a merge group without a number":             {name: "merge_group", payload: `{"merge_group":{"head_sha":"` + sha + `","head_ref":"refs/heads/main"}}`, wrong: "names no pull request"},
		"a schedule":                                 {name: "schedule", payload: `{"schedule":"*/15 * * * *"}`, all: true},
		"somebody who asks":                          {name: "workflow_dispatch", payload: `{"inputs":null}`, all: true},
		"a push":                                     {name: "push", payload: `{}`, wrong: `an event "push" says nothing about a pull request`},
		"a payload that is cut short":                {name: "pull_request", payload: pull[:60], wrong: "cannot be read"},
		"a payload without a pull request":           {name: "pull_request", payload: `{}`, wrong: "names no pull request"},
		"a payload that is a list":                   {name: "pull_request", payload: `[]`, wrong: "cannot be read"},
		"a payload with other fields of other types": {name: "pull_request", payload: `{"action":[1],"repository":7,"pull_request":{"number":7,"body":{"a":1},"updated_at":"2027-03-02T14:30:00Z","head":{"sha":"` + sha + `"}}}`, number: 7, onHead: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "event.json")
			if err := os.WriteFile(file, []byte(tt.payload), 0o600); err != nil {
				t.Fatal(err)
			}
			r, _ := runnerWith(map[string]string{"GITHUB_EVENT_NAME": tt.name, "GITHUB_EVENT_PATH": file, "GITHUB_REPOSITORY": "acme/shop", "GITHUB_JOB": "gate"})
			e, err := r.Event()
			if tt.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wrong) {
					t.Fatalf("error %v, want %q", err, tt.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if e.Number != tt.number || e.Group != tt.group || e.OnHead() != tt.onHead || e.All() != tt.all || e.Repo.String() != "acme/shop" || e.Job != "gate" {
				t.Errorf("event %+v", e)
			}
			if tt.number == 7 && (e.Fresh.HeadSHA != sha || e.Fresh.UpdatedAt.IsZero()) {
				t.Errorf("announced %+v", e.Fresh)
			}
		})
	}
}

func TestARerunHasAnOldPayload(t *testing.T) {
	file := filepath.Join(t.TempDir(), "event.json")
	payload := `{"pull_request":{"number":7,"updated_at":"2027-03-02T14:30:00Z","head":{"sha":"4c1d9e2"}}}`
	if err := os.WriteFile(file, []byte(payload), 0o600); err != nil {
		t.Fatal(err)
	}
	for attempt, want := range map[string]string{"": "4c1d9e2", "1": "4c1d9e2", "2": ""} {
		r, _ := runnerWith(map[string]string{"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": file, "GITHUB_REPOSITORY": "acme/shop", "GITHUB_RUN_ATTEMPT": attempt})
		e, err := r.Event()
		if err != nil || e.Fresh.HeadSHA != want || e.Fresh.UpdatedAt.IsZero() {
			t.Errorf("attempt %q: %+v, %v", attempt, e.Fresh, err)
		}
	}
}

func TestThePayloadDescribesThePullRequest(t *testing.T) {
	const pull = `{"pull_request":{"number":7,"updated_at":"2027-03-02T14:30:00Z","title":"Round","body":%s,"draft":false,"labels":[{"name":"risky"}],"base":{"ref":"main"}}}`
	at := time.Date(2027, 3, 2, 14, 30, 0, 0, time.UTC)
	tests := map[string]struct {
		body, attempt string
		want          gate.Announced
	}{
		"the first run":              {`"Text."`, "1", gate.Announced{At: at, Title: "Round", Body: "Text.", Base: "main", Labels: []string{"risky"}}},
		"without a description":      {`null`, "", gate.Announced{At: at, Title: "Round", Base: "main", Labels: []string{"risky"}}},
		"a re-run, which is old":     {`"Text."`, "2", gate.Announced{}},
		"a field of a strange shape": {`[1]`, "1", gate.Announced{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "event.json")
			if err := os.WriteFile(file, []byte(fmt.Sprintf(pull, tt.body)), 0o600); err != nil {
				t.Fatal(err)
			}
			r, _ := runnerWith(map[string]string{
				"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": file, "GITHUB_REPOSITORY": "acme/shop", "GITHUB_RUN_ATTEMPT": tt.attempt,
			})
			e, err := r.Event()
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, e.Announced); d != "" {
				t.Errorf("announced (-want +got):\n%s", d)
			}
		})
	}
}

func TestOutsideAWorkflowTheFixIsAnotherCommand(t *testing.T) {
	r, _ := runnerWith(nil)
	_, err := r.Event()
	var m *Mistake
	ok := errors.As(err, &m)
	if !ok || !strings.Contains(m.Fix, "backout check OWNER/REPO#NUMBER") {
		t.Errorf("error %v", err)
	}
}

// outputsOf reads a file of outputs as the runner does.
func outputsOf(t *testing.T, text string) map[string]string {
	t.Helper()
	all := map[string]string{}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		name, delimiter, ok := strings.Cut(lines[i], "<<")
		if !ok {
			if lines[i] != "" {
				t.Errorf("line %q is outside of an output", lines[i])
			}
			continue
		}
		var value []string
		for i++; i < len(lines) && lines[i] != delimiter; i++ {
			value = append(value, lines[i])
		}
		all[name] = strings.Join(value, "\n")
	}
	return all
}

func TestAnOutputCannotHoldAnotherOne(t *testing.T) {
	file := filepath.Join(t.TempDir(), "output")
	r, _ := runnerWith(map[string]string{"GITHUB_OUTPUT": file})
	hostile := "a\n_GitHubActionsFileCommandDelimeter_\nconclusion<<x\nsuccess\nx\nghadelimiter_\nEOF\n"
	if err := r.Outputs(Output{"conclusion", "failure"}, Output{"title", hostile}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{"conclusion": "failure", "title": hostile}, outputsOf(t, string(data))); d != "" {
		t.Errorf("outputs (-want +got):\n%s", d)
	}
	delimiters := regexp.MustCompile(`<<(backout-\S+)`).FindAllStringSubmatch(string(data), -1)
	if len(delimiters) != 2 || delimiters[0][1] == delimiters[1][1] {
		t.Errorf("delimiters %q", delimiters)
	}
}

func TestWhatIsPrintedIsOneCommand(t *testing.T) {
	r, out := runnerWith(nil)
	r.Error("%s", "no verdict\n::set-env name=A::b\r##[add-mask]x %0A")
	r.Mask("secret\nof two lines")
	want := "::error title=backout::no verdict%0A::set-env name=A::b%0D##[add-mask]x %250A\n::add-mask::secret\n::add-mask::of two lines\n"
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Errorf("printed (-want +got):\n%s", d)
	}
}

func TestTheSummaryIsAddedToWhatIsThere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "summary")
	if err := os.WriteFile(file, []byte("# Before"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, _ := runnerWith(map[string]string{"GITHUB_STEP_SUMMARY": file})
	if err := r.Summary("**Passes.**"); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(file)
	if string(data) != "# Before\n**Passes.**\n" {
		t.Errorf("summary %q", data)
	}
	if err := r.Summary(strings.Repeat("a", maxSummary+1)); err == nil {
		t.Error("a summary that GitHub drops whole was written")
	}
}

func FuzzEvent(f *testing.F) {
	f.Add(`{"pull_request":{"number":7}}`)
	f.Add(`{"merge_group":{"head_sha":"a","head_ref":"refs/heads/gh-readonly-queue/main/pr-12-0"}}`)
	f.Fuzz(func(t *testing.T, payload string) {
		file := filepath.Join(t.TempDir(), "event.json")
		if err := os.WriteFile(file, []byte(payload), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"pull_request", "merge_group"} {
			r, _ := runnerWith(map[string]string{"GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": file, "GITHUB_REPOSITORY": "acme/shop"})
			if e, err := r.Event(); err == nil && e.Number <= 0 {
				t.Errorf("%s: number %d", name, e.Number)
			}
		}
	})
}
