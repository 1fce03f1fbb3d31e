package checkout

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backout-dev/backout/checks"
)

// testRepo is a real repository in a folder of its own, apart from whatever git
// settings the machine has.
type testRepo struct {
	t   *testing.T
	dir string
}

func isolate(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal("git is not installed; these tests hold ours against it")
	}
	for name, value := range map[string]string{
		"HOME": t.TempDir(), "XDG_CONFIG_HOME": "", "GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
		"GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
	} {
		t.Setenv(name, value)
	}
	for _, name := range []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"} {
		t.Setenv(name, "")
		_ = os.Unsetenv(name)
	}
}

func newRepo(t *testing.T) testRepo {
	t.Helper()
	isolate(t)
	r := testRepo{t, filepath.Join(t.TempDir(), "checkout")}
	if err := os.Mkdir(r.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	r.git("init", "-q", "--initial-branch=main")
	return r
}

// in returns the repository at another folder.
func (r testRepo) in(dir string) testRepo { return testRepo{r.t, dir} }

func (r testRepo) git(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = r.dir
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	if err := cmd.Run(); err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, problem.String())
	}
	return strings.TrimSpace(out.String())
}

func (r testRepo) write(name, text string) {
	r.t.Helper()
	name = filepath.Join(r.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// commit adds everything and returns the commit's id.
func (r testRepo) commit(message string) string {
	r.t.Helper()
	r.git("add", "-A")
	r.git("commit", "-q", "--allow-empty", "-m", message)
	return r.git("rev-parse", "HEAD")
}

// branch makes a commit on main, switches to a branch and returns that commit.
func (r testRepo) branch() string {
	r.t.Helper()
	base := r.commit("base")
	r.git("switch", "-q", "-c", "topic")
	return base
}

func (r testRepo) open() *Repo {
	r.t.Helper()
	repo, err := Open(r.t.Context(), r.dir)
	if err != nil {
		r.t.Fatal(err)
	}
	return repo
}

func (r testRepo) changes(base, head string, workTree bool) []checks.File {
	r.t.Helper()
	files, err := r.open().Changes(r.t.Context(), base, head, workTree)
	if err != nil {
		r.t.Fatal(err)
	}
	return files
}

// script writes a program that leaves a mark when it runs, for everything that
// must not run.
func (r testRepo) script(name string) (program, mark string) {
	r.t.Helper()
	mark = filepath.Join(r.t.TempDir(), "ran")
	program = filepath.Join(r.t.TempDir(), name)
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho ran >'"+mark+"'\n"), 0o700); err != nil {
		r.t.Fatal(err)
	}
	return program, mark
}

func wantKind(t *testing.T, err error, kind Kind, fix string) {
	t.Helper()
	var typed *Error
	if !errors.As(err, &typed) {
		t.Fatalf("error %v is not a *checkout.Error", err)
	}
	if typed.Kind != kind {
		t.Errorf("%v is of kind %s, want %s", err, typed.Kind, kind)
	}
	if !strings.Contains(err.Error(), fix) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %q is not one line with %q", err, fix)
	}
}
