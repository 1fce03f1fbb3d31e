package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/render"
	"github.com/backout-dev/backout/internal/starter"
	"github.com/backout-dev/backout/templates"
)

func newInit(h host) *cobra.Command {
	var o initOptions
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Propose a policy file, a pull-request template and a workflow",
		Long: `Propose a policy file that only reports, a pull-request template that passes
nothing until it is filled in, and a workflow that runs the GitHub Action. The
systems are proposed from the folders and CODEOWNERS. Shows what it would write
as a diff; writes with --write, and replaces what is there only with --force.`,
		Example: `  backout init
  backout init --force`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("init takes no argument").try("backout init")
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error { return initialise(o, h) },
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVar(&o.write, "write", false, "write the files that are shown")
	cmd.Flags().BoolVar(&o.force, "force", false, "replace the policy file, the template and the workflow that are there")
	return cmd
}

type initOptions struct{ write, force bool }

// proposal is a file that init writes or leaves alone.
type proposal struct {
	path, text string
	old        string
	there      bool // a file of that name exists: old is its text
	keep       bool // and stays
}

// initialise shows what a repository needs to begin with, and writes it when
// asked to.
func initialise(o initOptions, h host) error {
	top := repositoryTop(h.dir)
	root, err := os.OpenRoot(top)
	if err != nil {
		return unknown("the folder %s could not be opened: %v", top, reason(err)).fix("make it readable and try again")
	}
	defer root.Close()
	found, err := starter.Look(root.FS())
	if err != nil {
		return unknown("the repository could not be read: %v", err).fix("make it readable and try again")
	}
	policy, problems := presentPolicy(found, h)
	if o.force {
		policy, problems = checks.DefaultPolicy(), nil
	}
	files := proposals(found, policy, o.force)
	if o.write {
		for _, f := range files {
			if err := f.write(root); err != nil {
				return err
			}
		}
	}
	report := starterReport{top: top, elsewhere: top != h.dir, found: found, policy: policy, problems: problems, files: files, initOptions: o}
	if _, err := fmt.Fprint(h.stdout, render.Lines(report.text())); err != nil {
		return unknown("write the proposal: %v", err)
	}
	return nil
}

// repositoryTop is the top of the checkout that a folder is part of, or else
// the folder.
func repositoryTop(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			return dir
		}
	}
}

// presentPolicy is what the policy file that is there asks for, as far as it
// can be read.
func presentPolicy(found starter.Found, h host) (checks.Policy, []config.Problem) {
	if !found.HasPolicy {
		return checks.DefaultPolicy(), nil
	}
	file, problems := config.Reader{Release: h.version}.Parse(policyPath, []byte(found.Policy))
	if !config.Valid(problems) {
		return checks.DefaultPolicy(), problems
	}
	return file.Policy(), problems
}

// proposals are the three files. A default template stays where it is, and no
// second workflow is proposed beside one that runs the Action.
func proposals(found starter.Found, policy checks.Policy, force bool) []proposal {
	files := []proposal{{path: starter.PolicyPath, text: starter.Policy(found), old: found.Policy, there: found.HasPolicy}}
	template := proposal{path: starter.TemplatePath, text: starter.PullRequest(policy)}
	if t, ok := found.Default(); ok {
		template.path, template.old, template.there = t.Path, t.Text, true
	}
	files = append(files, template)
	if w := found.Workflow; w.Path == "" || w.Path == starter.WorkflowPath {
		files = append(files, proposal{path: starter.WorkflowPath, text: templates.Workflow(), old: w.Text, there: w.Path != ""})
	}
	for i := range files {
		files[i].keep = files[i].there && !force
	}
	return files
}

// write makes the file. One that came up meanwhile is not replaced.
func (f proposal) write(root *os.Root) error {
	if f.keep {
		return nil
	}
	name := filepath.FromSlash(f.path)
	failed := func(err error) error {
		return unknown("%s could not be written: %v", f.path, reason(err)).fix("make its folder writable and try again")
	}
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return failed(err)
	}
	mode := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if f.there {
		mode = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	w, err := root.OpenFile(name, mode, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usage("%s is there already", f.path).try("backout init --write --force")
	}
	if err != nil {
		return failed(err)
	}
	_, err = w.WriteString(f.text)
	if err = errors.Join(err, w.Close()); err != nil {
		return failed(err)
	}
	return nil
}

// diff shows the file as a unified diff, which git apply takes.
func (f proposal) diff() string {
	var b strings.Builder
	before := strings.SplitAfter(f.old, "\n")
	after := strings.SplitAfter(f.text, "\n")
	from := "a/" + f.path
	if !f.there {
		from, before = "/dev/null", nil
	}
	before, after = withoutLast(before), withoutLast(after)
	same := 0
	for same < min(len(before), len(after)) && before[same] == after[same] {
		same++
	}
	tail := 0
	for tail < min(len(before), len(after))-same && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	if same == len(before) && same == len(after) {
		return ""
	}
	head, foot := max(same-contextLines, 0), max(tail-contextLines, 0)
	before, after = before[head:len(before)-foot], after[head:len(after)-foot]
	start := func(lines []string) int {
		if len(lines) == 0 {
			return 0
		}
		return head + 1
	}
	fmt.Fprintf(&b, "--- %s\n+++ b/%s\n@@ -%d,%d +%d,%d @@\n", from, f.path, start(before), len(before), start(after), len(after))
	mark := func(sign string, lines []string) {
		for _, l := range lines {
			b.WriteString(sign + strings.TrimSuffix(l, "\n") + "\n")
			if !strings.HasSuffix(l, "\n") {
				b.WriteString("\\ No newline at end of file\n")
			}
		}
	}
	same -= head
	tail -= foot
	mark(" ", before[:same])
	mark("-", before[same:len(before)-tail])
	mark("+", after[same:len(after)-tail])
	mark(" ", after[len(after)-tail:])
	return b.String()
}

// contextLines is how much stands unchanged around what changes.
const contextLines = 3

// withoutLast drops the empty text behind the last line.
func withoutLast(lines []string) []string {
	if n := len(lines); n > 0 && lines[n-1] == "" {
		return lines[:n-1]
	}
	return lines
}
