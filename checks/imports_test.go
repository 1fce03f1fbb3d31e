package checks_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/backout-dev/backout"

// TestCoreImports keeps the core pure: what checks and internal/plan cannot
// import they cannot do, so a verdict can depend on nothing but the facts, the
// policy and the time that it was given.
func TestCoreImports(t *testing.T) {
	core := map[string][]string{ // the packages and what they may import that is not Go's own
		"checks": {
			module + "/internal/plan",
			"github.com/bmatcuk/doublestar/v4",
			"golang.org/x/text",
		},
		"internal/plan": {
			"github.com/yuin/goldmark",
			"golang.org/x/text",
		},
	}
	// What reads something other than its arguments. A package stands for those below it.
	impure := []string{
		"context", "crypto/rand", "database", "io/fs", "io/ioutil", "log", "math/rand", "net", "os", "path/filepath",
		"plugin", "syscall", "testing", "unsafe",
	}
	for dir, allowed := range core {
		for file, imports := range importsOf(t, "../"+dir, false) {
			for _, name := range imports {
				switch {
				case strings.Contains(name, "."):
					if !within(name, allowed) {
						t.Errorf("%s imports %s; %s may import only %s", file, name, dir, strings.Join(allowed, ", "))
					}
				case within(name, impure):
					t.Errorf("%s imports %s: what it gives is a fact, to be gathered before evaluation", file, name)
				}
			}
		}
	}
}

// TestOneMarkdownParser keeps the parser where its limits are known: it needs
// gigabytes for some descriptions, and internal/plan is what prevents that.
func TestOneMarkdownParser(t *testing.T) {
	for file, imports := range importsOf(t, "..", true) {
		if strings.HasPrefix(file, "internal/plan/") {
			continue
		}
		for _, name := range imports {
			if within(name, []string{"github.com/yuin/goldmark"}) {
				t.Errorf("%s imports %s; only internal/plan may", file, name)
			}
		}
	}
}

// TestCoreReachesNoNetwork looks further than the imports that stand in our own
// files: at what the libraries bring along.
func TestCoreReachesNoNetwork(t *testing.T) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Fatal("no go command to list the dependencies with")
	}
	out, err := exec.CommandContext(t.Context(), goTool, "list", "-deps", module+"/checks").Output()
	if err != nil {
		t.Fatalf("list the dependencies: %v", err)
	}
	for _, name := range strings.Fields(string(out)) {
		// The Markdown parser takes addresses apart; that reaches nothing.
		if name == "net/url" || name == "net/netip" {
			continue
		}
		if within(name, []string{"database", "log", "net", "os/exec"}) {
			t.Errorf("checks depends on %s", name)
		}
		if within(name, []string{module + "/internal"}) && name != module+"/internal/plan" {
			t.Errorf("checks depends on %s; internal/plan is all that it may use of internal", name)
		}
	}
}

// within reports whether a package is one of those named, or below one.
func within(name string, packages []string) bool {
	for _, p := range packages {
		if name == p || strings.HasPrefix(name, p+"/") {
			return true
		}
	}
	return false
}

// importsOf returns what the files of a folder import, tests left out, by the
// file's path from the root of the repository.
func importsOf(t *testing.T, dir string, deep bool) map[string][]string {
	t.Helper()
	imports := map[string][]string{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		slashed := strings.TrimPrefix(filepath.ToSlash(name), "../")
		if entry.IsDir() {
			// bench and tools are modules of their own.
			skip := slashed == "bench" || slashed == "tools" || path.Base(slashed) == "testdata" || path.Base(slashed) == ".git"
			if skip || (!deep && name != dir) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(slashed, ".go") || strings.HasSuffix(slashed, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			value, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			imports[slashed] = append(imports[slashed], value)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(imports) == 0 {
		t.Fatalf("no Go file in %s imports anything: this test looks in the wrong place", dir)
	}
	return imports
}
