// Package starter proposes a first policy file, a pull-request template and a
// workflow for a repository, from what is in it. It reads a file tree and writes nothing.
package starter

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Where the files are that this package proposes.
const (
	PolicyPath   = ".github/backout.yml"
	TemplatePath = ".github/pull_request_template.md"
	WorkflowPath = ".github/workflows/backout.yml"
)

// Found is what a repository holds as far as a first policy is concerned.
type Found struct {
	// Systems are proposed, in the order of their names; More is how many were
	// found beyond what a person would read.
	Systems []System
	More    int

	Owners     string   // path of CODEOWNERS; empty: none
	Migrations []string // folders of schema migrations

	Policy    string   // text of the policy file that is there
	HasPolicy bool     //
	Misnamed  []string // files that look like a policy file and are not read
	Templates []Template

	// Workflow is the workflow that runs the Action, or has its name; its path is
	// empty where there is none.
	Workflow File
}

// File is one that is there.
type File struct{ Path, Text string }

// Template is a pull-request template that is there.
type Template struct {
	Path string
	Text string
	// Chosen is true for one of several in a folder: an author gets it only by
	// asking for it.
	Chosen bool
}

// Default returns the template that a new pull request gets.
func (f Found) Default() (Template, bool) {
	for _, t := range f.Templates {
		if !t.Chosen {
			return t, true
		}
	}
	return Template{}, false
}

// maxFile bounds what is read of a file.
const maxFile = 1 << 20

// Look reads a repository from its root.
func Look(root fs.FS) (Found, error) {
	t := tree{root: root}
	f := Found{}
	if text, ok := t.text(PolicyPath); ok {
		f.Policy, f.HasPolicy = text, true
	}
	for _, name := range []string{".github/backout.yaml", "backout.yml", "backout.yaml", ".backout.yml", ".backout.yaml"} {
		if t.isFile(name) {
			f.Misnamed = append(f.Misnamed, name)
		}
	}
	f.Templates = t.templates()
	f.Workflow = t.workflow()
	t.ignore()
	owners := t.owners()
	f.Owners = owners.path
	all := t.systems(owners.rules)
	f.Migrations = t.migrations(all)
	f.More = max(len(all)-maxSystems, 0)
	f.Systems = all[:len(all)-f.More]
	return f, t.err
}

// tree reads a file tree and remembers the first thing that it could not read.
type tree struct {
	root    fs.FS
	ignored []string // folders by name
	err     error
}

// entries lists a folder; one that is not there is empty.
func (t *tree) entries(dir string) []fs.DirEntry {
	es, err := fs.ReadDir(t.root, dir)
	if err != nil {
		t.failed(err)
		return nil
	}
	return es
}

func (t *tree) failed(err error) {
	if t.err == nil && !errors.Is(err, fs.ErrNotExist) {
		t.err = err
	}
}

func (t *tree) text(name string) (string, bool) {
	if !t.isFile(name) {
		return "", false
	}
	data, err := fs.ReadFile(t.root, name)
	if err != nil {
		t.failed(err)
		return "", false
	}
	return string(data[:min(len(data), maxFile)]), true
}

func (t *tree) isFile(name string) bool {
	info, err := fs.Stat(t.root, name)
	return err == nil && info.Mode().IsRegular()
}

func (t *tree) isDir(name string) bool {
	info, err := fs.Stat(t.root, name)
	return err == nil && info.IsDir()
}

// folders lists the folders in a folder that hold something of the
// repository's own.
func (t *tree) folders(dir string) []string {
	ignored := func(name string) bool { return slices.Contains(t.ignored, name) }
	if !t.isDir(dir) || slices.ContainsFunc(strings.Split(dir, "/"), ignored) {
		return nil
	}
	var names []string
	for _, e := range t.entries(dir) {
		if e.IsDir() && !t.passedOver(e.Name()) && len(t.entries(path.Join(dir, e.Name()))) > 0 {
			names = append(names, e.Name())
		}
	}
	return names
}

// passedOver reports folders that are no system: what surrounds the code, and
// what is made from it.
func (t *tree) passedOver(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "__") || slices.Contains(t.ignored, name) {
		return true
	}
	switch strings.ToLower(name) {
	case "docs", "doc", "documentation", "test", "tests", "testdata", "spec", "specs", "e2e", "example", "examples", "fixtures",
		"script", "scripts", "tool", "tools", "tooling", "vendor", "third_party", "node_modules", "dist", "build", "out", "target",
		"bin", "obj", "coverage", "tmp", "log", "logs", "venv":
		return true
	}
	return false
}

// ignore notes the folders that .gitignore names plainly.
func (t *tree) ignore() {
	text, _ := t.text(".gitignore")
	for line := range strings.Lines(text) {
		name := strings.Trim(strings.TrimSpace(line), "/")
		if name != "" && !strings.ContainsAny(name, "#!*?[/") {
			t.ignored = append(t.ignored, name)
		}
	}
}

// workflow finds the workflow of our name, or else the first one that runs the
// Action.
func (t *tree) workflow() File {
	if text, ok := t.text(WorkflowPath); ok {
		return File{WorkflowPath, text}
	}
	dir := path.Dir(WorkflowPath)
	if !t.isDir(dir) {
		return File{}
	}
	for _, e := range t.entries(dir) {
		name := path.Join(dir, e.Name())
		if ext := path.Ext(name); ext != ".yml" && ext != ".yaml" {
			continue
		}
		if text, _ := t.text(name); strings.Contains(text, "uses: backout-dev/backout@") {
			return File{name, text}
		}
	}
	return File{}
}

// templates lists the pull-request templates in GitHub's order of preference.
func (t *tree) templates() []Template {
	var found []Template
	add := func(name string, chosen bool) {
		ext := strings.ToLower(path.Ext(name))
		if ext != ".md" && ext != ".txt" {
			return
		}
		if text, ok := t.text(name); ok {
			found = append(found, Template{Path: name, Text: text, Chosen: chosen})
		}
	}
	for _, dir := range []string{".github", ".", "docs"} {
		if !t.isDir(dir) {
			continue
		}
		for _, e := range t.entries(dir) {
			name := path.Join(dir, e.Name())
			switch lower := strings.ToLower(e.Name()); {
			case e.IsDir() && lower == "pull_request_template":
				for _, each := range t.entries(name) {
					add(path.Join(name, each.Name()), true)
				}
			case !e.IsDir() && strings.TrimSuffix(lower, path.Ext(lower)) == "pull_request_template":
				add(name, false)
			}
		}
	}
	return found
}
