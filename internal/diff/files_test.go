package diff

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/checks"
)

func TestParseFiles(t *testing.T) {
	tests := []struct {
		name, list string
		want       []checks.File
	}{
		{name: "no files", list: " []\n"},
		{
			name: "as GitHub answers",
			list: `[{"sha": "1", "filename": "x", "status": "modified", "additions": 1, "deletions": 1, "changes": 2,
			         "blob_url": "https://github.com/x", "patch": "@@ -1 +1 @@\n-a\n+b"},
			        {"filename": "y", "status": "renamed", "previous_filename": "z", "additions": 0, "deletions": 0, "changes": 0}]`,
			want: []checks.File{
				modified("x", onePatch, 1, 1),
				{Path: "y", Previous: "z", Status: checks.Renamed},
			},
		},
		{
			name: "no patch: binary, too large",
			list: `[{"filename": "p.png", "status": "added", "additions": 0, "deletions": 0, "patch": null},
			        {"filename": "x", "status": "removed", "additions": 0, "deletions": 30000}]`,
			want: []checks.File{
				{Path: "p.png", Status: checks.Added},
				{Path: "x", Status: checks.Removed, Deletions: 30000},
			},
		},
		{
			name: "a file without content hides nothing",
			list: `[{"filename": "x", "status": "added", "sha": "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", "additions": 0, "deletions": 0},
			        {"filename": "y", "status": "modified", "sha": "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", "additions": 0, "deletions": 3}]`,
			want: []checks.File{
				{Path: "x", Status: checks.Added, Empty: true},
				{Path: "y", Status: checks.Modified, Deletions: 3},
			},
		},
		{
			name: "numbers left out are counted, a status left out is the strict one",
			list: `[{"filename": "x", "patch": "@@ -1 +1 @@\n-a\n+b\n"}, {"filename": "y", "previous_filename": "z"}]`,
			want: []checks.File{
				modified("x", onePatch, 1, 1),
				{Path: "y", Previous: "z", Status: checks.Renamed},
			},
		},
		{
			name: "byte-order mark",
			list: "\ufeff[{\"filename\": \"x\", \"status\": \"changed\"}]",
			want: []checks.File{{Path: "x", Status: checks.Changed}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, truncated, err := ParseFiles([]byte(tt.list))
			if err != nil {
				t.Fatal(err)
			}
			if truncated {
				t.Error("truncated")
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("files (-want +got):\n%s", d)
			}
		})
	}
}

func TestParseFilesTruncated(t *testing.T) {
	for _, tt := range []struct {
		files int
		want  bool
	}{{checks.MaxListedFiles - 1, false}, {checks.MaxListedFiles, true}} {
		list := "[" + strings.Repeat(`{"filename": "x", "status": "added"},`, tt.files-1) + `{"filename": "x", "status": "added"}]`
		files, truncated, err := ParseFiles([]byte(list))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) != tt.files || truncated != tt.want {
			t.Errorf("%d files: read %d, truncated %v", tt.files, len(files), truncated)
		}
	}
}

func TestParseFilesRefuses(t *testing.T) {
	second := func(fields string) string {
		return fmt.Sprintf("[{\"filename\": \"x\", \"status\": \"added\"},\n {%s}]", fields)
	}
	tests := []struct{ name, list, want string }{
		{"empty text", " \n", "the list of files is empty text; a change without files is []"},
		{"prose", "files: x\n", "line 1, column 2: not JSON: invalid character 'i' in literal false (expecting 'a')"},
		{"early end", "[{\"filename\": \"x\",\n", "line 2, column 1: the list of files ends early"},
		{"text", `"x"`, "the list of files is not a JSON array; make one with: gh api --paginate repos/OWNER/REPO/pulls/N/files"},
		{"GitHub's error", `{"message": "Not Found", "documentation_url": "https://docs.github.com"}`, `GitHub answered "Not Found" where a list of files should be`},
		{"another object", `{"files": []}`, "the list of files is not a JSON array; make one with: gh api --paginate repos/OWNER/REPO/pulls/N/files"},
		{"pages that were not joined", "[]\n[]", "line 2, column 1: a second list of files after the first; join the pages with: jq -s add"},
		{"text after the list", "[] x", "line 1, column 4: text after the list of files"},
		{"an entry that is text", `["x"]`, "line 1, column 2: entry 1 is not an object"},
		{"no name", second(`"status": "added"`), "line 2, column 2: entry 2: filename: missing"},
		{"an empty name", second(`"filename": ""`), "line 2, column 2: entry 2: filename: missing"},
		{"a name that is a number", second(`"filename": 7`), "line 2, column 15: entry 2: filename: not text"},
		{"a patch that is a list", second(`"filename": "y", "patch": []`), `line 2, column 29: entry 2 ("y"): patch: not text`},
		{"an unknown status", second(`"filename": "y", "status": "gone"`), `line 2, column 30: entry 2 ("y"): status: "gone" is none of added, removed, modified, renamed, copied, changed, unchanged`},
		{"renamed from where", second(`"filename": "y", "status": "renamed"`), `line 2, column 2: entry 2 ("y"): previous_filename: missing, and the file is renamed`},
		{"a negative number", second(`"filename": "y", "additions": -1`), `line 2, column 33: entry 2 ("y"): additions: -1 is negative`},
		{"half a line", second(`"filename": "y", "deletions": 0.5`), `line 2, column 33: entry 2 ("y"): deletions: not a number of lines`},
		{"a number in quotes", second(`"filename": "y", "changes": "1"`), `line 2, column 31: entry 2 ("y"): changes: not a number of lines`},
		{"more lines than there can be", second(`"filename": "y", "additions": 9223372036854775807`), `line 2, column 33: entry 2 ("y"): additions: not a number of lines`},
		{"a key twice", second(`"filename": "y", "filename": "z"`), `line 2, column 32: entry 2 ("y"): filename: given twice`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := ParseFiles([]byte(tt.list))
			if err == nil {
				t.Fatal("no error")
			}
			if got := err.Error(); got != tt.want {
				t.Errorf("error\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}
