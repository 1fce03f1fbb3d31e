package checkout

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/checks"
)

func TestChanges(t *testing.T) {
	r := newRepo(t)
	long := strings.Repeat("line\n", 20)
	r.write("edited.go", "a\nb\nc\n")
	r.write("gone.go", "g\n")
	r.write("old/name.go", long)
	r.write("run.sh", "#!/bin/sh\n")
	r.write("blob.bin", "\x00a")
	base := r.branch()

	r.write("edited.go", "a\nB\nc\n")
	r.write("new ö \"q\"\t.go", "n\n")
	r.write("empty", "")
	r.write("blob.bin", "\x00b")
	r.git("rm", "-q", "gone.go")
	r.git("mv", "old/name.go", "moved.go")
	r.write("moved.go", long+"more\n")
	if err := os.Chmod(filepath.Join(r.dir, "run.sh"), 0o700); err != nil {
		t.Fatal(err)
	}
	r.commit("change")
	// What main does meanwhile is not part of the change.
	r.git("switch", "-q", "main")
	r.write("elsewhere.go", "e\n")
	r.commit("main goes on")
	r.git("switch", "-q", "topic")

	want := []checks.File{
		{Path: "blob.bin", Status: checks.Modified},
		{Path: "edited.go", Status: checks.Modified, Additions: 1, Deletions: 1, Patch: "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c"},
		{Path: "empty", Status: checks.Added, Empty: true},
		{Path: "gone.go", Status: checks.Removed, Deletions: 1, Patch: "@@ -1 +0,0 @@\n-g"},
		{Path: "moved.go", Previous: "old/name.go", Status: checks.Renamed, Additions: 1, Patch: "@@ -18,3 +18,4 @@ line\n line\n line\n line\n+more"},
		{Path: "new ö \"q\"\t.go", Status: checks.Added, Additions: 1, Patch: "@@ -0,0 +1 @@\n+n"},
		{Path: "run.sh", Status: checks.Changed, Executable: true},
	}
	for _, base := range []string{base, "main"} {
		if d := cmp.Diff(want, r.changes(base, "HEAD", false)); d != "" {
			t.Errorf("against %s (-want +got):\n%s", base, d)
		}
	}
	if d := cmp.Diff(want, r.changes("main", "topic", true)); d != "" {
		t.Errorf("with a clean work tree (-want +got):\n%s", d)
	}
	if got := r.changes("HEAD", "HEAD", false); len(got) != 0 {
		t.Errorf("of nothing: %+v", got)
	}
}

// TestAttributesHideNothing holds that a branch cannot take its lines out of
// sight, neither with attributes nor with what the user has set up.
func TestAttributesHideNothing(t *testing.T) {
	for _, attributes := range []string{"*.sql -diff", "*.sql binary", "*.sql diff=hide", "* -text -diff linguist-generated"} {
		t.Run(attributes, func(t *testing.T) {
			r := newRepo(t)
			external, ranExternal := r.script("external")
			textconv, ranTextconv := r.script("textconv")
			r.git("config", "diff.hide.command", external)
			r.git("config", "diff.hide.textconv", textconv)
			r.git("config", "diff.hide.binary", "true")
			r.git("config", "diff.external", external)
			r.git("config", "diff.noprefix", "true")
			r.git("config", "diff.mnemonicPrefix", "true")
			r.git("config", "color.ui", "always")
			r.git("config", "color.diff", "always")
			r.git("config", "diff.context", "0")
			r.git("config", "diff.renames", "false")
			r.git("config", "core.bigFileThreshold", "1")
			everywhere := filepath.Join(t.TempDir(), "attributes")
			if err := os.WriteFile(everywhere, []byte(attributes+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			r.git("config", "core.attributesFile", everywhere)
			t.Setenv("GIT_EXTERNAL_DIFF", external)
			t.Setenv("GIT_DIFF_OPTS", "-u0")
			r.write("schema.sql", "CREATE TABLE t;\n")
			base := r.branch()
			r.write(".gitattributes", attributes+"\n")
			r.write("schema.sql", "CREATE TABLE t;\nDROP TABLE u;\n")
			r.write("db/.gitattributes", attributes+"\n")
			r.write("db/new.sql", "DROP TABLE v;\n")
			r.commit("hide")
			want := map[string]string{
				"schema.sql": "@@ -1 +1,2 @@\n CREATE TABLE t;\n+DROP TABLE u;",
				"db/new.sql": "@@ -0,0 +1 @@\n+DROP TABLE v;",
			}
			for _, workTree := range []bool{false, true} {
				got := map[string]string{}
				for _, f := range r.changes(base, "HEAD", workTree) {
					if strings.HasSuffix(f.Path, ".sql") {
						got[f.Path] = f.Patch
					}
				}
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("work tree %v (-want +got):\n%s", workTree, d)
				}
			}
			for _, mark := range []string{ranExternal, ranTextconv} {
				if _, err := os.Stat(mark); err == nil {
					t.Errorf("%s: a program of the checkout ran", mark)
				}
			}
		})
	}
}

func TestStrangeContent(t *testing.T) {
	r := newRepo(t)
	base := r.branch()
	long := strings.Repeat("x", 1<<20)
	r.write("long.js", long+"\n")
	r.write("latin1.txt", "\xe9t\xe9\n")
	r.write("crlf.txt", "a\r\n")
	r.write("late-zero.sql", strings.Repeat("-- a comment\n", 1000)+"\x00\n")
	r.write("early-zero.sql", "\x00\n")
	r.write("headers.txt", "-- a\n++ b\ndiff --git a/x b/x\n@@ -1 +1 @@\n")
	r.commit("strange")
	patches := map[string]string{}
	for _, f := range r.changes(base, "HEAD", false) {
		patches[f.Path] = f.Patch
		if f.Path == "early-zero.sql" != f.PatchMissing() {
			t.Errorf("%s: patch missing is %v", f.Path, f.PatchMissing())
		}
	}
	for path, want := range map[string]string{
		"long.js":     "@@ -0,0 +1 @@\n+" + long,
		"latin1.txt":  "@@ -0,0 +1 @@\n+\xe9t\xe9",
		"crlf.txt":    "@@ -0,0 +1 @@\n+a\r",
		"headers.txt": "@@ -0,0 +1,4 @@\n+-- a\n+++ b\n+diff --git a/x b/x\n+@@ -1 +1 @@",
	} {
		if patches[path] != want {
			t.Errorf("%s: patch %.80q", path, patches[path])
		}
	}
	if !strings.Contains(patches["late-zero.sql"], "\n+\x00") {
		t.Error("the line after the zero byte is lost")
	}
}

func TestStrangeNames(t *testing.T) {
	r := newRepo(t)
	r.write("seed", "s\n")
	base := r.branch()
	names := []string{"-rf", "a\nb", `q"q`, "\xff", " ", "b/b b/b", "diff --git a b", ":(exclude)x", "*", `back\slash`, ".gitattributes/x", "HEAD"}
	for _, name := range names {
		r.write(name, "x\n")
	}
	for _, workTree := range []bool{true, false} {
		got := map[string]bool{}
		for _, f := range r.changes(base, "HEAD", workTree) {
			got[f.Path] = true
		}
		for _, name := range names {
			if !got[name] {
				t.Errorf("work tree %v: %q is not listed", workTree, name)
			}
		}
		if len(got) != len(names) {
			t.Errorf("work tree %v: %d files, want %d", workTree, len(got), len(names))
		}
		r.commit("names") // the second time without the work tree
	}
}

func TestManyRenames(t *testing.T) {
	r := newRepo(t)
	for i := range 1100 {
		r.write(fmt.Sprintf("old/%d", i), fmt.Sprintf("%d\n", i)+strings.Repeat(fmt.Sprintf("line %d\n", i), 5))
	}
	base := r.branch()
	for i := range 1100 {
		r.write(fmt.Sprintf("new/moved%d", 2000-i), fmt.Sprintf("%d\n", i)+strings.Repeat(fmt.Sprintf("line %d\n", i), 6))
	}
	r.git("rm", "-q", "-r", "old")
	r.commit("move")
	for _, f := range r.changes(base, "HEAD", false) {
		if f.Status != checks.Renamed || f.Additions != 1 {
			t.Fatalf("%+v is not the rename that it was", f)
		}
	}
}

func TestSubmodule(t *testing.T) {
	r := newRepo(t)
	lib := newRepo(t)
	one := lib.commit("one")
	r.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", lib.dir, "lib")
	r.git("config", "diff.submodule", "log")
	r.git("config", "diff.ignoreSubmodules", "all")
	base := r.branch()
	inside := r.in(filepath.Join(r.dir, "lib"))
	two := inside.commit("two")
	want := []checks.File{{
		Path: "lib", Status: checks.Modified, Additions: 1, Deletions: 1,
		Patch: "@@ -1 +1 @@\n-Subproject commit " + one + "\n+Subproject commit " + two,
	}}
	if d := cmp.Diff(want, r.changes(base, "HEAD", true)); d != "" {
		t.Errorf("uncommitted (-want +got):\n%s", d)
	}
	r.commit("bump")
	if d := cmp.Diff(want, r.changes(base, "HEAD", false)); d != "" {
		t.Errorf("committed (-want +got):\n%s", d)
	}
}
