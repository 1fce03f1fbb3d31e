package config_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/config"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func files(t testing.TB, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: no files (%v)", pattern, err)
	}
	return paths
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// details writes problems as a terminal shows them.
func details(problems []config.Problem) string {
	var b strings.Builder
	for _, p := range problems {
		b.WriteString(p.Detail())
	}
	return b.String()
}

func TestGoodFiles(t *testing.T) {
	for _, path := range files(t, "testdata/good/*.yml") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			if _, problems := config.Parse("backout.yml", read(t, path)); len(problems) > 0 {
				t.Errorf("it is refused:\n%s", details(problems))
			}
		})
	}
}

func TestBadFiles(t *testing.T) {
	for _, path := range files(t, "testdata/bad/*.yml") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			_, problems := config.Reader{Release: "1.4.0"}.Parse(filepath.Base(path), read(t, path))
			if len(problems) == 0 {
				t.Fatal("it is accepted")
			}
			got, golden := details(problems), strings.TrimSuffix(path, ".yml")+".err"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(read(t, golden)), got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
