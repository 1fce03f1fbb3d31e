package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/checks"
)

// codeBlock is a fenced block: its language and its text.
var codeBlock = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")

// TestReadme holds the README to what a newcomer sees: its first command block
// is the main job, its second the tests that CI runs, and the output that it
// shows is the output that there is.
func TestReadme(t *testing.T) {
	root := filepath.Join("..", "..")
	path := filepath.Join(root, "README.md")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	readme := string(data)
	blocks := codeBlock.FindAllStringSubmatchIndex(readme, -1)
	if len(blocks) < 3 {
		t.Fatalf("README.md has %d code blocks, want two commands and an output", len(blocks))
	}
	language := func(i int) string { return readme[blocks[i][2]:blocks[i][3]] }
	text := func(i int) string { return readme[blocks[i][4]:blocks[i][5]] }
	for i, want := range []string{"sh", "sh", "text"} {
		if language(i) != want {
			t.Errorf("code block %d of README.md is %q, want %q", i+1, language(i), want)
		}
	}
	for i := range 2 {
		if strings.Count(text(i), "\n") != 1 {
			t.Errorf("command block %d of README.md is not one command:\n%s", i+1, text(i))
		}
	}

	ci, err := os.ReadFile(filepath.Join(root, ".ci", "run"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(ci), "\n"+text(1)) {
		t.Errorf(".ci/run does not run the tests as README.md does: %s", text(1))
	}

	args, ok := strings.CutPrefix(text(0), "go run ./cmd/backout ")
	if !ok {
		t.Fatalf("the first command of README.md runs something else: %s", text(0))
	}
	var out bytes.Buffer
	code := run(t.Context(), strings.Fields(args), host{
		stdin: strings.NewReader(""), stdout: &out, stderr: &out,
		getenv: func(string) string { return "" },
		now:    func() time.Time { return time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC) },
		dir:    root, version: "1.0.0", policy: checks.DefaultPolicy(),
	})
	if code != exitBlocked {
		t.Errorf("the first command of README.md ends with %d, want %d: it shows a blocked change", code, exitBlocked)
	}
	got := readme[:blocks[2][4]] + out.String() + readme[blocks[2][5]:]
	if *update && got != readme {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(readme, got); diff != "" {
		t.Errorf("README.md (-want +got); go test ./cmd/backout -update rewrites it:\n%s", diff)
	}
}

// TestOurTemplatePassesNothing holds our own pull-request template to the rule
// that a template's words are not an author's: unfilled, no section passes.
func TestOurTemplatePassesNothing(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", ".github", "pull_request_template.md"))
	if err != nil {
		t.Fatal(err)
	}
	for name, templates := range map[string][]string{"known": {string(data)}, "not known": nil} {
		v := checks.Evaluate(checks.DefaultPolicy(), checks.Change{Body: string(data), Templates: templates}, time.Time{})
		if len(v.Sections) == 0 {
			t.Fatal("the default policy asks for no section")
		}
		for _, s := range v.Sections {
			if s.State.Passes() {
				t.Errorf("template %s: section %s is %s", name, s.ID, s.State)
			}
		}
	}
}
