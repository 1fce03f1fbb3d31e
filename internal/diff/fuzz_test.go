package diff

import (
	"errors"
	"strings"
	"testing"

	"github.com/backout-dev/backout/checks"
)

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "prose", "@@ -1 +1 @@\n-a\n+b\n", "@@ -1,99999999999 +1 @@\n",
		"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@ f()\n a\n-b\n+c\n\\ No newline at end of file\n-- \n2.39\n",
		"diff --git \"a/\\303\\266\" \"b/\\303\\266\"\nold mode 100644\nnew mode 100755\n",
		"diff --git a/x y b/z\nsimilarity index 90%\nrename from x y\nrename to z\nindex 1..2\nBinary files a/x y and b/z differ\n",
		"diff --git i/x w/x\r\n--- i/x\r\n+++ w/x\r\n@@ -0,0 +1 @@\r\n+a\r\n",
		"diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\ndiff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+b\n",
		"--- old/x\t2026\n+++ new/x\t2026\n@@ -1,3 +1,2 @@\n\n-a\n\n",
		"Submodule x 1234..5678 (rewind):\nBinary files a/x and b/x differ\nOnly in a: x\ndiff --cc x\n@@@ -1 -1 +1 @@@\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := Parse(data)
		holds(t, files, err)
		seen := map[string]bool{}
		for _, file := range files {
			if seen[file.Path] {
				t.Errorf("%q is listed twice", file.Path)
			}
			seen[file.Path] = true
			if file.Patch == "" {
				continue
			}
			if additions, deletions := count(file.Patch); additions != file.Additions || deletions != file.Deletions {
				t.Errorf("%q: +%d -%d, but its patch has +%d -%d", file.Path, file.Additions, file.Deletions, additions, deletions)
			}
		}
		if err == nil && files == nil && strings.TrimSpace(strings.TrimPrefix(string(data), "\ufeff")) != "" {
			t.Error("no files and no error")
		}
	})
}

func FuzzParseFiles(f *testing.F) {
	for _, seed := range []string{
		"", "[]", "[] []", "{}", `{"message": "Not Found"}`, "[1]", "[{", `[{"filename": "x"}]`,
		`[{"filename": "x", "status": "renamed", "previous_filename": "y", "additions": 1, "deletions": 2, "changes": 3, "patch": "@@ -1 +1 @@"}]`,
		`[{"filename": "x", "status": "gone", "additions": -1, "patch": null, "more": {"a": [1, 2, {}]}}]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		files, truncated, err := ParseFiles(data)
		holds(t, files, err)
		if truncated != (len(files) >= checks.MaxListedFiles) {
			t.Errorf("%d files, truncated %v", len(files), truncated)
		}
	})
}

// holds checks what is true of every answer.
func holds(t *testing.T, files []checks.File, err error) {
	t.Helper()
	if err != nil {
		var typed *Error
		if !errors.As(err, &typed) {
			t.Errorf("error %v is not a *Error", err)
		}
		if text := err.Error(); strings.ContainsAny(text, "\n\r") || len(text) > 1000 {
			t.Errorf("the error is not one short line: %q", text)
		}
		if files != nil {
			t.Error("files and an error")
		}
	}
	for _, file := range files {
		if file.Path == "" || file.Status == "" || file.Additions < 0 || file.Deletions < 0 {
			t.Errorf("impossible file %+v", file)
		}
		if file.Previous == "" && (file.Status == checks.Renamed || file.Status == checks.Copied) {
			t.Errorf("%q is %s from nowhere", file.Path, file.Status)
		}
	}
}
