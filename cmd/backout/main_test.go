package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/backout-dev/backout/checks"
)

var update = flag.Bool("update", false, "rewrite the expected outputs in scripts and documentation")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"backout": func() { os.Exit(scripted()) }})
}

// scripted is main for the scripts, with three differences: the version is
// fixed, a crash can be asked for, and JSON that breaks its schema fails.
func scripted() int {
	var out bytes.Buffer
	h := host{
		stdin: os.Stdin, stdout: io.MultiWriter(os.Stdout, &out), stderr: os.Stderr,
		stderrTerminal: os.Getenv("TEST_TERMINAL") != "",
		stdoutTerminal: os.Getenv("TEST_TERMINAL") != "",
		getenv:         os.Getenv, environ: os.Environ, now: time.Now, version: "1.0.0-test", policy: checks.DefaultPolicy(),
	}
	switch os.Getenv("TEST_FAULT") {
	case "panic":
		h.now = func() time.Time { panic("a test asked for it\ngoroutine 1") }
	case "stdout":
		h.stdout = brokenPipe{}
	}
	var err error
	if h.dir, err = os.Getwd(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 99
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	code := run(ctx, os.Args[1:], h)
	about := strings.Contains(out.String(), `"error": null`) // a policy file that is valid has no verdict and no error
	if strings.HasPrefix(out.String(), "{") && !strings.Contains(out.String(), `"$schema"`) && !about {
		if err := validate(out.Bytes()); err != nil {
			fmt.Fprintf(os.Stderr, "the output breaks docs/verdict.schema.json: %v\n", err)
			return 99
		}
	}
	return code
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestScripts(t *testing.T) {
	t.Parallel()
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := filepath.Abs("../../docs/verdict.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			// Git without the configuration of whoever runs the tests.
			for _, v := range append(gitEnvironment(e.WorkDir), "EXAMPLES="+examples, "VERDICT_SCHEMA="+schema) {
				name, value, _ := strings.Cut(v, "=")
				e.Setenv(name, value)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status":  status,
			"filled":  filled,
			"latin1":  latin1,
			"utf16":   utf16,
			"escapes": escapes,
			"appkey":  appkey,
			"github":  github(t),
		},
		Condition: func(cond string) (bool, error) {
			if cond != "root" {
				return false, fmt.Errorf("unknown condition %q", cond)
			}
			return os.Geteuid() == 0, nil
		},
	})
}

// gitEnvironment makes git the same on every machine.
func gitEnvironment(home string) []string {
	return []string{
		"HOME=" + home, "XDG_CONFIG_HOME=" + home,
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_AUTHOR_NAME=Test", "GIT_AUTHOR_EMAIL=test@example.com", "GIT_AUTHOR_DATE=2026-11-20T10:00:00Z",
		"GIT_COMMITTER_NAME=Test", "GIT_COMMITTER_EMAIL=test@example.com", "GIT_COMMITTER_DATE=2026-11-20T10:00:00Z",
	}
}

// status runs a command that is to end with a given exit status:
// status 2 backout check no-such-file.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status CODE COMMAND [ARGUMENT...]")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}

// filled writes a file of a number of times a text: filled FILE COUNT TEXT.
func filled(ts *testscript.TestScript, neg bool, args []string) {
	var n int
	if _, err := fmt.Sscan(args[1], &n); neg || len(args) != 3 || err != nil {
		ts.Fatalf("usage: filled FILE COUNT TEXT")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Repeat(args[2], n)), 0o644))
}

// latin1 writes a file whose second line is not UTF-8: latin1 FILE TEXT.
func latin1(ts *testscript.TestScript, _ bool, args []string) {
	out := []byte("Text.\n")
	for _, r := range args[1] {
		out = append(out, byte(r))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), out, 0o644))
}

// utf16 writes a file as PowerShell's ">" does: utf16 FILE TEXT.
func utf16(ts *testscript.TestScript, _ bool, args []string) {
	out := []byte("\xff\xfe")
	for i := range len(args[1]) {
		out = append(out, args[1][i], 0)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), out, 0o644))
}

// escapes writes a description full of what would act on a terminal, in a
// workflow's log or in a comment: escapes FILE.
func escapes(ts *testscript.TestScript, _ bool, args []string) {
	const bad = "\x1b[2J\a\u009b\u202e ##[error]forged @octocat <b>x</b>"
	text := "## Rollback plan\n::error::forged\n" + bad + "\n\n## Worst case\nN/A " + bad + "\n\n## Blast radius\n@octocat " + bad + "\n"
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}
