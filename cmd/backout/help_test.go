package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/backout-dev/backout/internal/testgithub"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/nearest"
)

func TestHelpExamplesWork(t *testing.T) {
	for _, needed := range []string{"sh", "git"} {
		if _, err := exec.LookPath(needed); err != nil {
			t.Skipf("needs %s", needed)
		}
	}
	schema, err := filepath.Abs(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("VERDICT_SCHEMA", schema)
	dir := shop(t)
	onGitHub := startGitHub(testgithub.Start(t, testgithub.Options{Kind: true}))
	tested := 0
	for _, cmd := range commands(newRoot(host{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}})) {
		if cmd.Example == "" {
			t.Errorf("%s has no example", cmd.CommandPath())
		}
		for line := range strings.Lines(cmd.Example) {
			t.Run(strings.TrimSpace(line), func(t *testing.T) {
				tested++
				// The test binary is backout: TestMain puts it into PATH.
				c := exec.CommandContext(t.Context(), "sh", "-c", line)
				c.Dir = dir
				// A server would run on: what its examples say is checked.
				c.Env = append(os.Environ(), append(gitEnvironment(dir), append(onGitHub, "BACKOUT_CHECK_CONFIG=true")...)...)
				var out, stderr bytes.Buffer
				c.Stdout, c.Stderr = &out, &stderr
				err := c.Run()
				if code := c.ProcessState.ExitCode(); code != exitPass && code != exitBlocked {
					t.Errorf("%v: %s", err, stderr.String())
				}
				if out.Len() == 0 || stderr.Len() > 0 {
					t.Errorf("output %q, standard error %q", out.String(), stderr.String())
				}
			})
		}
	}
	if tested < 10 {
		t.Errorf("only %d examples were tested", tested)
	}
}

// commands lists a command and all below it, without cobra's hidden ones.
func commands(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			all = append(all, commands(sub)...)
		}
	}
	return all
}

// shop makes a checkout with one commit on top of origin/main.
func shop(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	git := func(dir string, args ...string) {
		t.Helper()
		c := exec.CommandContext(t.Context(), "git", args...)
		c.Dir = filepath.Join(root, dir)
		c.Env = append(os.Environ(), gitEnvironment(root)...)
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(root, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const plan = "## Rollback plan\n\nRevert this.\n\n## Worst case\n\nThe page fails.\n\n## Blast radius\n\nOnly the page.\n"
	git("", "init", "--quiet", "-b", "main", "origin")
	write("origin/page.ts", "one\n")
	if err := os.Mkdir(filepath.Join(root, "origin", ".github"), 0o755); err != nil {
		t.Fatal(err)
	}
	write("origin/.github/backout.yml", "version: 1\n")
	git("origin", "add", "-A")
	git("origin", "commit", "--quiet", "-m", "Start")
	git("", "clone", "--quiet", "origin", "shop")
	git("shop", "checkout", "--quiet", "-b", "branch")
	write("shop/page.ts", "two\n")
	git("shop", "commit", "--quiet", "-a", "-m", "Second page\n\n"+plan)
	write("shop/DESCRIPTION.md", plan)
	write("shop/serve.yml", "app-id: 123456\nprivate-key-file: app.pem\nwebhook-secret: a-secret-of-the-tests\n")
	write("shop/app.pem", string(appKey()))
	write("shop/change.diff", "--- a/page.ts\n+++ b/page.ts\n@@ -1 +1 @@\n-one\n+two\n")
	return filepath.Join(root, "shop")
}

func TestFlagsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, cmd := range commands(newRoot(host{})) {
		if cmd.HasParent() && !strings.Contains(string(page), "\n"+cmd.CommandPath()+" ") {
			t.Errorf("docs/cli.md does not list %s", cmd.CommandPath())
		}
		for line := range strings.Lines(cmd.LocalFlags().FlagUsages()) {
			name := strings.Fields(line)[0]
			if strings.HasPrefix(name, "--") && !strings.Contains(string(page), "| `"+name) {
				t.Errorf("docs/cli.md does not describe %s of %s", name, cmd.CommandPath())
			}
		}
	}
}

func TestAnInterruptedRunIsNoVerdict(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, stderr bytes.Buffer
	code := run(ctx, []string{"check", "-"}, host{
		stdin: neverEnding{}, stdout: &out, stderr: &stderr,
		getenv: func(string) string { return "" }, now: time.Now, dir: t.TempDir(), policy: checks.DefaultPolicy(),
	})
	if want := "no verdict: interrupted; the change is neither passed nor blocked\n"; code != exitUnknown || stderr.String() != want || out.Len() > 0 {
		t.Errorf("exit status %d, standard error %q, output %q", code, stderr.String(), out.String())
	}
}

type neverEnding struct{}

func (neverEnding) Read([]byte) (int, error) { select {} }

func TestNearest(t *testing.T) {
	names := []string{"sections", "irreversible", "blast-radius", "diff-size", "freeze", "hours", "tasks"}
	for word, want := range map[string]string{
		"diffsize": "diff-size", "difsize": "diff-size", "section": "sections", "freez": "freeze", "hour": "hours",
		"tsaks": "tasks", "iriversible": "irreversible", "xyz": "", "": "", "deployment-window": "",
	} {
		if got, _ := nearest.Of(word, names); got != want {
			t.Errorf("nearest(%q) = %q, want %q", word, got, want)
		}
	}
}
