package checks

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadPatch(t *testing.T) {
	type line struct {
		Kind     string
		Old, New int
		Text     string
	}
	tests := []struct {
		name, patch string
		want        []line
		headings    []string
	}{
		{
			"two hunks", "@@ -3,2 +3,3 @@ def up\n a\n+b\n-c\n@@ -20 +21 @@\n-d\n\\ No newline at end of file\n+e",
			[]line{{" ", 3, 3, "a"}, {"+", 0, 4, "b"}, {"-", 4, 0, "c"}, {"-", 20, 0, "d"}, {"+", 0, 21, "e"}},
			[]string{"def up", ""},
		},
		{"an empty context line without its space", "@@ -1,2 +1,2 @@\n\n+a", []line{{" ", 1, 1, ""}, {"+", 0, 2, "a"}}, []string{""}},
		{"carriage returns", "@@ -1 +1 @@\r\n+a\r\n", []line{{"+", 0, 1, "a"}}, []string{""}},
		{"no header", "+a\n-b", []line{{"+", 0, 1, "a"}, {"-", 1, 0, "b"}}, []string{""}},
		{"lines that look like file headers", "@@ -1,2 +1,2 @@\n--- a\n+++ b", []line{{"-", 1, 0, "-- a"}, {"+", 0, 1, "++ b"}}, []string{""}},
		{"numbers that are none", "@@ -x +99999999999999999999 @@\n a", []line{{" ", 1, 1, "a"}}, []string{""}},
		{"nothing", "", nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := readPatch(tt.patch)
			var got []line
			for _, l := range p.lines {
				got = append(got, line{string(l.kind), l.old, l.new, l.text})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.headings, p.headings); diff != "" {
				t.Errorf("headings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPatchIsWhole(t *testing.T) {
	tests := []struct {
		name, patch string
		want        bool
	}{
		{"a new file", "@@ -0,0 +1,2 @@\n+a\n+b", true},
		{"less context behind the last change than git gives", "@@ -1,3 +1,3 @@\n-a\n+b\n c\n d", true},
		{"as much as git gives: there may be more", "@@ -1,4 +1,4 @@\n-a\n+b\n c\n d\n e", false},
		{"not from the first line", "@@ -5,2 +5,2 @@\n-a\n+b", false},
		{"two hunks", "@@ -1 +1 @@\n-a\n+b\n@@ -9 +9 @@\n-c\n+d", false},
		{"nothing", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := readPatch(tt.patch).whole(); got != tt.want {
				t.Errorf("whole is %v, want %v", got, tt.want)
			}
		})
	}
}

// FuzzReadPatch reads any patch and judges it under the names of every
// language; numbers must rise, and nothing may panic.
func FuzzReadPatch(f *testing.F) {
	for i, c := range irreversibleSet(f) {
		if i%10 == 0 { // enough to learn from; every test run tries them all
			f.Add(c.File.Patch)
		}
	}
	f.Add("@@ -1 +1 @@ x\n+\"\"\"\n+'\n+$a$\n+<<EOF\n-/*\n+*/")
	f.Fuzz(func(t *testing.T, text string) {
		p := readPatch(text)
		old, new, hunk := 0, 0, -1
		for _, l := range p.lines {
			if l.hunk != hunk {
				old, new, hunk = 0, 0, l.hunk
			}
			if l.old > 0 && l.old <= old || l.new > 0 && l.new <= new {
				t.Fatalf("line numbers do not rise at %+v", l)
			}
			old, new = max(old, l.old), max(new, l.new)
		}
		added, removed := countChanged(text)
		if p.added > added || p.removed > removed {
			t.Fatalf("%d added and %d removed lines read of %d and %d", p.added, p.removed, added, removed)
		}
		for _, path := range []string{
			"db/migrations/1.sql", "db/migrate/1_a.rb", "a/migrations/0001_a.py", "migrations/1.js", "priv/repo/migrations/1.exs",
			"migrations/Version1.php", "Migrations/1_a.cs", "db/changelog/a.xml", "a.tf", "a.proto", "a.avsc", "a.thrift", "a.fbs",
			"k8s/statefulset.yaml", "openapi.yaml", "a.graphql", "Cargo.toml", "pom.xml", "a.zone", "Jenkinsfile", "src/a.go", "src/a.java",
		} {
			file := File{Path: path, Status: Modified, Patch: text}
			lines, _ := irreversibleLines([]File{file}, nil)
			for _, l := range lines {
				if l.Line < 0 || strings.Contains(l.Text, "\n") {
					t.Fatalf("%s: %+v", path, l)
				}
			}
		}
	})
}
