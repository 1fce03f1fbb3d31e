// Package e2e runs the Action as a repository has it: a workflow of
// docs/action.md, action.yml, run.sh and the program, run by act on this machine
// against the test GitHub.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/testgithub"
)

const root = "../.."

// actVersion is the one that .ci/run installs.
const actVersion = "v0.2.89"

// act finds the runner. These tests build the program, wait for a freeze to
// start and want a tool that "go test" does not bring, so that they run only where
// everything is to be tested.
func act(t *testing.T) string {
	t.Helper()
	if os.Getenv("BACKOUT_TEST_ALL") == "" {
		t.Skip("runs workflows by act only with BACKOUT_TEST_ALL=1, as .ci/run does")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	installed := filepath.Join(cache, "backout-ci", "act-"+actVersion, "act")
	if _, err := os.Stat(installed); err == nil {
		return installed
	}
	if path, err := exec.LookPath("act"); err == nil {
		return path
	}
	t.Fatalf("act is not here; GOBIN=%s go install github.com/nektos/act@%s gets it", filepath.Dir(installed), actVersion)
	return ""
}

// builds is true once there is a program to clear away.
var builds atomic.Bool

// program is the program of this commit, built once.
var program = sync.OnceValues(func() (string, error) {
	builds.Store(true)
	dir, err := os.MkdirTemp("", "backout-e2e")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "backout")
	// "go test" keeps results as long as no file changed that the test looked at,
	// and does not know what a build looks at.
	for _, source := range []string{"checks", "cmd", "docs", "internal", "templates", "go.mod"} {
		_ = filepath.WalkDir(filepath.Join(root, source), func(path string, _ fs.DirEntry, _ error) error {
			_, _ = os.Stat(path)
			return nil
		})
	}
	cmd := exec.Command("go", "build", "-o", file, "./cmd/backout")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return file, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if builds.Load() {
		if file, err := program(); err == nil {
			_ = os.RemoveAll(filepath.Dir(file))
		}
	}
	os.Exit(code)
}

// wrapper runs the program and keeps what act throws away after the step.
const wrapper = `#!/usr/bin/env bash
"$BACKOUT_E2E_PROGRAM" "$@"
status=$?
printf '%s' "$status" >"$BACKOUT_E2E_OUT/status"
cp "$GITHUB_STEP_SUMMARY" "$BACKOUT_E2E_OUT/summary"
exit "$status"
`

// keep is a step that writes down what the step before it gave.
const keep = `      - if: always()
        shell: bash
        env:
          OUTCOME: ${{ steps.gate.outcome }}
          CONCLUSION: ${{ steps.gate.outputs.conclusion }}
          TITLE: ${{ steps.gate.outputs.title }}
          JSON: ${{ steps.gate.outputs.json }}
        run: |
          printf '%s' "$OUTCOME" >"$BACKOUT_E2E_OUT/outcome"
          printf '%s' "$CONCLUSION" >"$BACKOUT_E2E_OUT/conclusion"
          printf '%s' "$TITLE" >"$BACKOUT_E2E_OUT/title"
          printf '%s' "$JSON" >"$BACKOUT_E2E_OUT/json"
`

// project is a repository whose workflow act runs.
type project struct {
	act, dir, out, cache string
	env                  []string
}

// workflow returns the workflow of docs/action.md under a heading.
func workflow(t *testing.T, heading string) string {
	t.Helper()
	_, page, found := strings.Cut(read(t, filepath.Join(root, "docs", "action.md")), "\n## "+heading+"\n")
	block := regexp.MustCompile("(?ms)^```yaml\n(name: .*?)^```$").FindStringSubmatch(page)
	if !found || block == nil {
		t.Fatalf("docs/action.md has no workflow under %q", heading)
	}
	return block[1]
}

// newProject has the workflow of a heading, with the Action beside it.
func newProject(t *testing.T, s *testgithub.Server, heading string) *project {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("act runs no bash on Windows")
	}
	runner := act(t)
	built, err := program()
	if err != nil {
		t.Fatal(err)
	}
	p := &project{act: runner, dir: t.TempDir(), out: t.TempDir(), cache: t.TempDir()}
	p.env = append(s.Env(), "BACKOUT_E2E_PROGRAM="+built, "BACKOUT_E2E_OUT="+p.out, "NO_PROXY=127.0.0.1")

	text := workflow(t, heading)
	const uses = "      - uses: backout-dev/backout@v1\n"
	if strings.Count(text, uses) != 1 {
		t.Fatalf("the workflow does not use the Action once:\n%s", text)
	}
	// act answers the checkout from this folder, and finds "./" only after it.
	text = strings.Replace(text, uses, "      - uses: actions/checkout@v4\n      - id: gate\n        uses: ./\n", 1)
	p.write(t, ".github/workflows/backout.yml", text+keep, 0o644)
	p.write(t, "tools/backout", wrapper, 0o755)
	p.write(t, "action/run.sh", read(t, filepath.Join(root, "action", "run.sh")), 0o755)
	p.action(t, "binary", filepath.Join(p.dir, "tools", "backout"))
	if out, err := exec.CommandContext(t.Context(), "git", "init", "-q", p.dir).CombinedOutput(); err != nil {
		t.Fatalf("git init: %v: %s", err, out)
	}
	p.git(t, "add", "-A")
	p.git(t, "commit", "-q", "-m", "a repository")
	return p
}

func (p *project) git(t *testing.T, args ...string) {
	t.Helper()
	args = append([]string{"-C", p.dir, "-c", "user.name=octocat", "-c", "user.email=octocat@example.com"}, args...)
	if out, err := exec.CommandContext(t.Context(), "git", args...).CombinedOutput(); err != nil {
		t.Fatalf("git: %v: %s", err, out)
	}
}

// action writes this repository's action.yml with another default of an input.
func (p *project) action(t *testing.T, input, value string) {
	t.Helper()
	text := read(t, filepath.Join(root, "action.yml"))
	field := regexp.MustCompile(`(?m)(^  ` + input + `:\n    description: .*\n    default: ).*$`)
	if !field.MatchString(text) {
		t.Fatalf("action.yml has no input %q", input)
	}
	p.write(t, "action.yml", field.ReplaceAllString(text, "${1}"+value), 0o644)
}

func (p *project) write(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	file := filepath.Join(p.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// event is what started the workflow.
type event struct {
	name    string
	payload any
	token   string
	ref     string // GITHUB_REF
	sha     string // GITHUB_SHA
}

// result is what a workflow came to.
type result struct {
	passed  bool   // the job, as GitHub shows it
	status  string // of the program
	outputs map[string]string
	verdict struct {
		Conclusion string
		Title      string
		Findings   []struct{ Code string }
	}
	summary string
	log     string
}

// run runs the workflow for an event.
func (p *project) run(t *testing.T, repo *testgithub.Repo, e event) result {
	t.Helper()
	for _, name := range []string{"status", "summary", "outcome", "conclusion", "title", "json"} {
		_ = os.Remove(filepath.Join(p.out, name))
	}
	payload, err := json.Marshal(e.payload)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(p.out, "event.json")
	if err := os.WriteFile(file, payload, 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	args := []string{e.name, "-P", "ubuntu-latest=-self-hosted", "--action-offline-mode", "--no-cache-server", "-e", file, "-s", "GITHUB_TOKEN=" + e.token}
	env := append([]string{"GITHUB_REPOSITORY=" + repo.FullName(), "GITHUB_REF=" + e.ref, "GITHUB_SHA=" + e.sha}, p.env...)
	for _, v := range env {
		args = append(args, "--env", v)
	}
	cmd := exec.CommandContext(ctx, p.act, args...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+p.cache)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	r := result{passed: err == nil, status: p.kept(t, "status"), summary: p.kept(t, "summary"), log: log.String(), outputs: map[string]string{}}
	for _, name := range []string{"outcome", "conclusion", "title", "json"} {
		r.outputs[name] = p.kept(t, name)
	}
	if text := r.outputs["json"]; text != "" {
		if err := json.Unmarshal([]byte(text), &r.verdict); err != nil {
			t.Errorf("output json: %v", err)
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("status %q, outputs %v\n%s\n%s", r.status, r.outputs, r.summary, r.log)
		}
	})
	return r
}

// kept is a file that the workflow left, empty where it left none.
func (p *project) kept(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(p.out, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(data)
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
