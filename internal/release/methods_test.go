package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMethodsAreLeftOut holds the linker to leaving out methods that nothing
// calls. It keeps every one of them, megabytes of the program, as soon as some
// code that is reached looks a method up by a name that is not constant: executing
// text/template does, and setting a template of cobra's.
func TestMethodsAreLeftOut(t *testing.T) {
	if os.Getenv("BACKOUT_TEST_ALL") == "" {
		t.Skip("links the program only with BACKOUT_TEST_ALL=1, as .ci/run does")
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-dumpdep", "-o", filepath.Join(t.TempDir(), "backout"), "./cmd/backout")
	build.Dir = root
	out, err := build.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out[max(len(out)-4096, 0):])
	}
	if !strings.Contains(string(out), "main.main -> ") {
		t.Fatal("the linker does not say what refers to what")
	}
	var by []string
	for line := range strings.Lines(string(out)) {
		if name, _, looksUp := strings.Cut(line, " <ReflectMethod> -> "); looksUp && !strings.Contains(name, " -> ") {
			by = append(by, name)
		}
	}
	if by = slices.Compact(by); len(by) > 0 {
		t.Errorf("methods are looked up by name in:\n%s", strings.Join(by, "\n"))
	}
}
