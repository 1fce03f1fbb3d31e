package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
)

// A page of documentation runs. What stands in its code blocks decides:
//
//	```markdown NAME   a file of that name, also with other languages
//	```yaml settings   the policy from here to the end of the section
//	```yaml defaults   settings that change nothing, because they are the defaults
//	```text classes    the built-in classes of irreversible change
//	```console         commands after "$ ", and what they print
//
// Each section starts with nothing: no files, the default policy.
func TestDocumentationSaysWhatTheProgramDoes(t *testing.T) {
	for _, page := range []string{"checks.md", "cli.md"} {
		t.Run(page, func(t *testing.T) {
			path := filepath.Join("..", "..", "docs", page)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.ReplaceAll(string(data), "\r\n", "\n")
			got := runPage(t, text)
			if *update && got != text {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			// A digest covers more than the page shows, such as the engine's version.
			if diff := cmp.Diff(anyDigest.ReplaceAllString(text, "sha256:"), anyDigest.ReplaceAllString(got, "sha256:")); diff != "" {
				t.Errorf("%s (-want +got); go test ./cmd/backout -update rewrites it:\n%s", page, diff)
			}
		})
	}
}

var anyDigest = regexp.MustCompile(`sha256:[0-9a-f]+`)

// runPage gives the page with the outputs that its commands really have.
func runPage(t *testing.T, page string) string {
	var out strings.Builder
	e := newExample(t)
	lines := strings.SplitAfter(page, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		out.WriteString(line)
		if strings.HasPrefix(line, "## ") {
			e = newExample(t)
		}
		open := fence.FindString(line)
		if open == "" {
			continue
		}
		info := strings.TrimSpace(strings.TrimPrefix(line, open))
		var body strings.Builder
		for i++; i < len(lines) && strings.TrimRight(lines[i], "\n") != open; i++ {
			body.WriteString(lines[i])
		}
		if i == len(lines) {
			t.Fatalf("the block %q has no end", line)
		}
		out.WriteString(e.block(info, body.String()) + lines[i])
	}
	return out.String()
}

// example is a section's files, policy and last exit status.
type example struct {
	t      *testing.T
	dir    string
	policy checks.Policy
	code   int
}

func newExample(t *testing.T) *example {
	return &example{t: t, dir: t.TempDir(), policy: checks.DefaultPolicy()}
}

// block takes in one code block and gives its text as it should be.
func (e *example) block(info, body string) string {
	e.t.Helper()
	language, name, _ := strings.Cut(info, " ")
	switch {
	case info == "yaml defaults":
		p, err := exampleSettings(body)
		if err != nil {
			e.t.Errorf("%v in\n%s", err, body)
		}
		if diff := cmp.Diff(checks.DefaultPolicy(), p,
			cmpopts.EquateEmpty(), cmp.Comparer(func(a, b *time.Location) bool { return true })); diff != "" {
			e.t.Errorf("these are not the defaults (-defaults +shown):\n%s\n%s", body, diff)
		}
	case info == "yaml settings":
		p, err := exampleSettings(body)
		if err != nil {
			e.t.Errorf("%v in\n%s", err, body)
		}
		p.Sources = []checks.Source{{Source: ".github/backout.yml"}}
		e.policy = p
	case info == "text classes":
		return classList()
	case language == "console":
		return e.console(body)
	case name != "":
		if err := os.WriteFile(filepath.Join(e.dir, name), []byte(body), 0o644); err != nil {
			e.t.Fatal(err)
		}
	}
	return body
}

// console runs the commands of a block and gives the block with their output.
func (e *example) console(body string) string {
	var out strings.Builder
	for line := range strings.Lines(body) {
		command, ok := strings.CutPrefix(strings.TrimSpace(line), "$ ")
		if !ok {
			continue
		}
		out.WriteString(line)
		words := strings.Fields(command)
		switch {
		case command == "echo $?":
			fmt.Fprintln(&out, e.code)
		case words[0] == "backout":
			out.WriteString(e.backout(words[1:]))
		default:
			e.t.Errorf("the page runs %q, which is not backout", command)
		}
	}
	return out.String()
}

func (e *example) backout(args []string) string {
	var out bytes.Buffer
	e.code = run(context.Background(), args, host{
		stdin: strings.NewReader(""), stdout: &out, stderr: &out,
		getenv: func(string) string { return "" },
		now:    func() time.Time { return time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC) },
		dir:    e.dir, version: "1.0.0", policy: e.policy,
	})
	return out.String()
}

// exampleSettings is the policy of settings that stand beside an example. They are
// read as a policy file is, so that no example shows a key that does nothing.
func exampleSettings(text string) (checks.Policy, error) {
	file, problems := config.Parse(policyPath, []byte(text))
	if len(problems) == 0 {
		return file.Policy(), nil
	}
	var all strings.Builder
	for _, p := range problems {
		all.WriteString(p.Detail())
	}
	return checks.Policy{}, errors.New(all.String())
}

func TestEveryCheckIsDocumented(t *testing.T) {
	if _, err := documentation("policy"); err != nil {
		t.Error(err)
	}
	for _, c := range checks.All() {
		section, err := documentation(c.ID)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, needed := range []string{"```yaml defaults\n", "```console\n", "block[", "Passes"} {
			if !strings.Contains(section, needed) && (needed != "block[" || !strings.Contains(section, "warn[")) {
				t.Errorf("docs/checks.md: section %s has no %q", c.ID, needed)
			}
		}
	}
}
