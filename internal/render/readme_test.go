package render

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shownGolden is the golden file that the README and its pictures show.
var shownGolden = filepath.Join("testdata", "github", "blocked.comment.md")

// TestReadmeShowsTheComment holds the comment in the README, as text and as
// pictures, to what is written today.
func TestReadmeShowsTheComment(t *testing.T) {
	golden := readText(t, shownGolden)
	if got := readText(t, filepath.Join("..", "..", "docs", "images", "comment.md")); got != golden {
		t.Errorf("docs/images shows an older comment; tools/picture.sh internal/render/testdata/github/blocked.comment.md docs/images/comment 880 makes the pictures again")
	}

	path := filepath.Join("..", "..", "README.md")
	readme := readText(t, path)
	block := regexp.MustCompile("(?ms)^```markdown\n(.*?)^```$").FindStringSubmatchIndex(readme)
	if block == nil {
		t.Fatal("README.md shows no comment: it has no code block of markdown")
	}
	visible, _, _ := strings.Cut(golden, "\n<details>")
	got := readme[:block[2]] + visible + readme[block[3]:]
	if *update && got != readme {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(readme, got); diff != "" {
		t.Errorf("README.md (-want +got); go test ./internal/render -update rewrites it:\n%s", diff)
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(data), "\r\n", "\n")
}
