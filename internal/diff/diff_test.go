package diff

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/checks"
)

func modified(path, patch string, additions, deletions int) checks.File {
	return checks.File{Path: path, Status: checks.Modified, Additions: additions, Deletions: deletions, Patch: patch}
}

const onePatch = "@@ -1 +1 @@\n-a\n+b"

func TestParse(t *testing.T) {
	tests := []struct {
		name, diff string
		want       []checks.File
	}{
		{name: "nothing", diff: ""},
		{name: "blank lines only", diff: " \n\t\n\n"},
		{
			name: "one edited file",
			diff: "diff --git a/x.go b/x.go\nindex 1..2 100644\n--- a/x.go\n+++ b/x.go\n" + onePatch + "\n",
			want: []checks.File{modified("x.go", onePatch, 1, 1)},
		},
		{
			name: "no line end after the last line",
			diff: "diff --git a/x.go b/x.go\nindex 1..2 100644\n--- a/x.go\n+++ b/x.go\n" + onePatch,
			want: []checks.File{modified("x.go", onePatch, 1, 1)},
		},
		{
			name: "a file that does not end in a line end",
			diff: "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n",
			want: []checks.File{modified("x", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file", 1, 1)},
		},
		{
			name: "content that looks like headers",
			diff: "diff --git a/x.sql b/x.sql\n--- a/x.sql\n+++ b/x.sql\n@@ -1,2 +1,3 @@\n--- a/y.sql\n-diff --git a/z b/z\n+++ b/y.sql\n+@@ -1 +1 @@\n+DROP TABLE t;\n",
			want: []checks.File{modified("x.sql", "@@ -1,2 +1,3 @@\n--- a/y.sql\n-diff --git a/z b/z\n+++ b/y.sql\n+@@ -1 +1 @@\n+DROP TABLE t;", 3, 2)},
		},
		{
			name: "added, removed and empty files",
			diff: "diff --git a/new b/new\nnew file mode 100755\nindex 0000000..1\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+n\n" +
				"diff --git a/gone b/gone\ndeleted file mode 100644\nindex 1..0000000\n--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-g\n" +
				"diff --git a/a b/empty b/a b/empty\nnew file mode 100644\nindex 0000000..e69de29\n",
			want: []checks.File{
				{Path: "new", Status: checks.Added, Additions: 1, Patch: "@@ -0,0 +1 @@\n+n", Executable: true},
				{Path: "gone", Status: checks.Removed, Deletions: 1, Patch: "@@ -1 +0,0 @@\n-g"},
				{Path: "a b/empty", Status: checks.Added, Empty: true},
			},
		},
		{
			name: "renamed, copied, new mode",
			diff: "diff --git a/a b b/c d\nsimilarity index 100%\nrename from a b\nrename to c d\n" +
				"diff --git a/x b/y\nsimilarity index 80%\nrename from x\nrename to y\nindex 1..2 100755\n--- a/x\n+++ b/y\n" + onePatch + "\n" +
				"diff --git a/x b/z\nsimilarity index 100%\ncopy from x\ncopy to z\n" +
				"diff --git a/run b/run\nold mode 100644\nnew mode 100755\n",
			want: []checks.File{
				{Path: "c d", Previous: "a b", Status: checks.Renamed},
				{Path: "y", Previous: "x", Status: checks.Renamed, Additions: 1, Deletions: 1, Patch: onePatch, Executable: true},
				{Path: "z", Previous: "x", Status: checks.Copied},
				{Path: "run", Status: checks.Changed, Executable: true},
			},
		},
		{
			name: "binary files, in words and as a patch",
			diff: "diff --git a/p.png b/p.png\nindex 1..2 100644\nBinary files a/p.png and b/p.png differ\n" +
				"diff --git a/q.png b/q.png\nnew file mode 100644\nindex 0..2\nGIT binary patch\nliteral 3\nKcmZ2\n\nliteral 0\nHcmV?d00001\n\n" +
				"diff --git a/r.png b/s.png\nsimilarity index 90%\nrename from r.png\nrename to s.png\nindex 1..2 100644\nBinary files a/r.png and b/s.png differ\n",
			want: []checks.File{
				{Path: "p.png", Status: checks.Modified},
				{Path: "q.png", Status: checks.Added},
				{Path: "s.png", Previous: "r.png", Status: checks.Modified},
			},
		},
		{
			name: "quoted names",
			diff: `diff --git "a/\303\266 \"x\"\t.go" "b/\303\266 \"x\"\t.go"` + "\nold mode 100644\nnew mode 100755\n" +
				`diff --git a/plain "b/\303\266"` + "\nsimilarity index 100%\nrename from plain\n" + `rename to "\303\266"` + "\n" +
				`diff --git "a/\\" "b/\\"` + "\n" + `--- "a/\\"` + "\n" + `+++ "b/\\"` + "\n" + onePatch + "\n",
			want: []checks.File{
				{Path: "ö \"x\"\t.go", Status: checks.Changed, Executable: true},
				{Path: "ö", Previous: "plain", Status: checks.Renamed},
				modified(`\`, onePatch, 1, 1),
			},
		},
		{
			name: "a name with a blank, and git's tab after it",
			diff: "diff --git a/x y b/x y\n--- a/x y\t\n+++ b/x y\t\n" + onePatch + "\n",
			want: []checks.File{modified("x y", onePatch, 1, 1)},
		},
		{
			name: "without prefixes, in folders that look like one",
			diff: "diff --git a/x a/x\n--- a/x\n+++ a/x\n" + onePatch + "\n" +
				"diff --git b/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+n\n",
			want: []checks.File{
				modified("a/x", onePatch, 1, 1),
				{Path: "b/n", Status: checks.Added, Additions: 1, Patch: "@@ -0,0 +1 @@\n+n"},
			},
		},
		{
			name: "prefixes for index and work tree, and of one's own",
			diff: "diff --git i/x w/x\n--- i/x\n+++ w/x\n" + onePatch + "\n" +
				"diff --git before/d/y after/d/y\nold mode 100644\nnew mode 100755\n" +
				"diff --git old/d/z new/d/z\ndeleted file mode 100644\n--- old/d/z\n+++ /dev/null\n@@ -1 +0,0 @@\n-z\n",
			want: []checks.File{
				modified("x", onePatch, 1, 1),
				{Path: "d/y", Status: checks.Changed, Executable: true},
				{Path: "d/z", Status: checks.Removed, Deletions: 1, Patch: "@@ -1 +0,0 @@\n-z"},
			},
		},
		{
			name: "a submodule, in both of git's forms",
			diff: "diff --git a/lib b/lib\nindex 1111111..2222222 160000\n--- a/lib\n+++ b/lib\n@@ -1 +1 @@\n-Subproject commit 1\n+Subproject commit 2\n" +
				"Submodule third party/x 1111111...2222222 (rewind):\n  < a commit\nSubmodule new 0000000...2222222 (new submodule)\n",
			want: []checks.File{
				modified("lib", "@@ -1 +1 @@\n-Subproject commit 1\n+Subproject commit 2", 1, 1),
				modified("third party/x", "@@ -1 +1 @@\n-Subproject commit 1111111\n+Subproject commit 2222222", 1, 1),
				{Path: "new", Status: checks.Added, Additions: 1, Patch: "@@ -0,0 +1 @@\n+Subproject commit 2222222"},
			},
		},
		{
			name: "a file that became a link is one file",
			diff: "diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n" +
				"diff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+y\n\\ No newline at end of file\n",
			want: []checks.File{modified("x", "@@ -1 +0,0 @@\n-a\n@@ -0,0 +1 @@\n+y\n\\ No newline at end of file", 1, 1)},
		},
		{
			name: "mails of a series: messages, signatures, one file twice",
			diff: "From 1 Mon Sep 17 00:00:00 2001\nFrom: A <a@example.com>\nSubject: [PATCH 1/2] x\n\nWhy.\n--- old text\n+++ new text\n\n---\n x | 1 +\n\n" +
				"diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n-- \n2.39.5\n\n" +
				"From 2 Mon Sep 17 00:00:00 2001\nSubject: [PATCH 2/2] y\n\n---\n\n" +
				"diff --git a/x b/x\n--- a/x\n+++ b/x\n" + onePatch + "\n-- \n2.39.5\n",
			want: []checks.File{{
				Path: "x", Status: checks.Added, Additions: 2, Deletions: 1,
				Patch: "@@ -0,0 +1 @@\n+a\n" + onePatch,
			}},
		},
		{
			name: "a series that hides one of two edits shows neither",
			diff: "diff --git a/x b/x\n--- a/x\n+++ b/x\n" + onePatch + "\n" +
				"diff --git a/x b/x\nindex 1..2 100644\nBinary files a/x and b/x differ\n",
			want: []checks.File{modified("x", "", 1, 1)},
		},
		{
			name: "diff -u with times",
			diff: "--- old/d/x.go\t2026-01-02 03:04:05.000000000 +0800\n+++ new/d/x.go\t2026-01-03 03:04:05.000000000 +0800\n" + onePatch + "\n",
			want: []checks.File{modified("d/x.go", onePatch, 1, 1)},
		},
		{
			name: "diff -ruN",
			diff: "diff -ruN old/x new/x\n--- old/x\t1970-01-01\n+++ new/x\t2026-01-01\n@@ -0,0 +1 @@\n+x\n" +
				"diff -ruN old/y new/y\n--- old/y\t2026-01-01\n+++ new/y\t1970-01-01\n@@ -1 +0,0 @@\n-y\n" +
				"Binary files old/p and q.png and new/p and q.png differ\n",
			want: []checks.File{
				{Path: "x", Status: checks.Added, Additions: 1, Patch: "@@ -0,0 +1 @@\n+x"},
				{Path: "y", Status: checks.Removed, Deletions: 1, Patch: "@@ -1 +0,0 @@\n-y"},
				{Path: "p and q.png", Status: checks.Modified},
			},
		},
		{
			name: "names that differ count both",
			diff: "--- migrations/1.sql\n+++ docs/1.txt\n" + onePatch + "\n",
			want: []checks.File{{
				Path: "docs/1.txt", Previous: "migrations/1.sql", Status: checks.Renamed,
				Additions: 1, Deletions: 1, Patch: onePatch,
			}},
		},
		{
			name: "Subversion",
			diff: "Index: x\n=====\n--- x\t(revision 1)\n+++ x\t(working copy)\n" + onePatch + "\n",
			want: []checks.File{modified("x", onePatch, 1, 1)},
		},
		{
			name: "a file with CRLF line ends keeps them",
			diff: "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\r\n+b\r\n",
			want: []checks.File{modified("x", "@@ -1 +1 @@\n-a\r\n+b\r", 1, 1)},
		},
		{
			name: "a diff whose line ends became CRLF loses them",
			diff: "\ufeffdiff --git a/x b/x\r\n--- a/x\r\n+++ b/x\r\n@@ -1,2 +1,2 @@ f()\r\n-a\r\n+b\r\n\r\n",
			want: []checks.File{modified("x", "@@ -1,2 +1,2 @@ f()\n-a\n+b\n ", 1, 1)},
		},
		{
			name: "blanks stripped from empty context lines",
			diff: "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n\n-a\n+b\n\n",
			want: []checks.File{modified("x", "@@ -1,3 +1,3 @@\n \n-a\n+b\n ", 1, 1)},
		},
		{
			name: "only white space changed, under -w",
			diff: "diff --git a/x b/x\nindex 1111111..2222222 100644\n",
			want: []checks.File{{Path: "x", Status: checks.Modified}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Parse([]byte(tt.diff))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("files (-want +got):\n%s", d)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	header := "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n"
	tests := []struct{ name, diff, want string }{
		{
			"prose", "We should roll this back.\n",
			`no file header ("diff --git", or "---" and "+++") was found: the text is not a unified diff; make one with: git diff origin/main...HEAD > FILE`,
		},
		{"a list of files", `[{"filename": "x"}]`, "the text is JSON, not a unified diff; give a list of files by --files"},
		{"colours", "\x1b[1mdiff --git a/x b/x\x1b[m\n", "no file header was found: the diff is coloured; make it with --no-color"},
		{"UTF-16", "\xff\xfed\x00i\x00", "the text is UTF-16; write it as UTF-8; git diff --output=FILE does"},
		{"end inside a hunk", header + "@@ -1,2 +1,2 @@\n a\n", "line 6: the diff ends in the middle of the hunk at line 5; " + makeOne},
		{"end after the file header", header, `line 1: the diff ends after the file header of "x"; ` + makeOne},
		{"a header inside a hunk", header + "@@ -1,2 +1,2 @@\n a\ndiff --git a/y b/y\n", "line 7: the hunk at line 5 announces 1 more old and 1 more new lines; " + makeOne},
		{"more lines than announced", header + "@@ -1 +1 @@\n-a\n+b\n+DROP TABLE t;\n", "line 8: the hunk at line 5 announces fewer lines than follow; " + makeOne},
		{"hunks only", onePatch, "line 1: a hunk without a file header before it; " + makeOne},
		{"a hunk after text", header + onePatch + "\n\n@@ -9 +9 @@\n-a\n+b\n", "line 9: a hunk without a file header before it; " + makeOne},
		{"numbers beyond any file", header + "@@ -1,99999999999999999999 +1 @@\n-a\n", "line 5: a hunk header that does not read @@ -LINE,COUNT +LINE,COUNT @@; " + makeOne},
		{"a huge count", header + "@@ -1,2000000000 +1,2000000000 @@\n-a\n", "line 6: the diff ends in the middle of the hunk at line 5; " + makeOne},
		{"a merge", "diff --cc x\nindex 1,2..3\n--- a/x\n+++ b/x\n@@@ -1 -1 +1 @@@\n", "line 1: a combined diff, as git shows it for a merge, does not say what changed against the base; " + makeOne},
		{"files that are left out", "Only in new: x.sql\n--- old/x\n+++ new/x\n" + onePatch, `line 1: "Only in" leaves out what the file holds; make the diff with: diff -ruN OLD NEW`},
		{"half a rename", "diff --git a/x b/y\nrename from x\n", "line 1: a file header without a name; " + makeOne},
		{"no name", "--- /dev/null\n+++ /dev/null\n@@ -0,0 +1 @@\n+a\n", "line 1: a file header without a name; " + makeOne},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.diff))
			var typed *Error
			if !errors.As(err, &typed) {
				t.Fatalf("error %v is not a *diff.Error", err)
			}
			if got := err.Error(); got != tt.want {
				t.Errorf("error\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestErrorNamesTheFile(t *testing.T) {
	for _, tt := range []struct {
		err  Error
		want string
	}{
		{Error{Message: "no"}, "x.diff: no"},
		{Error{Line: 3, Message: "no", Fix: "do"}, "x.diff:3: no; do"},
		{Error{Line: 3, Column: 4, Message: "no"}, "x.diff:3:4: no"},
	} {
		if got := tt.err.In("x.diff"); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// hostile texts are long in a way that a careless reader pays for many times over.
func hostile() map[string]string {
	const n = 1 << 20
	return map[string]string{
		"blanks in a header":        "diff --git " + strings.Repeat("a ", n) + "\n",
		"slashes in a header":       "diff --git " + strings.Repeat("a/ ", n) + "\n",
		"names without hunks":       strings.Repeat("--- a\n+++ b\n", n),
		"old names only":            strings.Repeat("--- a\n", n),
		"one file many times":       strings.Repeat("diff --git a/x b/x\n--- a/x\n+++ b/x\n"+onePatch+"\n", n/16),
		"one long line":             "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+" + strings.Repeat("x", 16*n),
		"hunks without lines":       "--- a/x\n+++ b/x\n" + strings.Repeat("@@ -0,0 +0,0 @@\n", n),
		"marks that no line follow": "--- a/x\n+++ b/x\n@@ -1 +1 @@\n" + strings.Repeat("\\ No\n", n),
		"an open quote":             `diff --git "a/` + strings.Repeat(`\\`, n) + "\n",
	}
}

// TestParseHostile needs no clock: quadratic work on a million lines takes
// hours, so it ends at the test's own limit.
func TestParseHostile(t *testing.T) {
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse([]byte(text)); err != nil && len(err.Error()) > 400 {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	one := "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1,40 +1,40 @@\n" + strings.Repeat(" some context of a usual length\n-out\n+in\n", 20)
	data := []byte(strings.Repeat(one, 2000))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Parse(data); err != nil {
			b.Fatal(err)
		}
	}
}
