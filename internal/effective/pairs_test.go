package effective

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/backout-dev/backout/internal/config"
)

var update = flag.Bool("update", false, "rewrite what is shown of the pairs")

// TestPairsAsShown holds what is shown of an organisation's file and a
// repository's to the pairs in testdata. What is shown is a valid policy file,
// and each value that the organisation's file has is accounted for by its line.
func TestPairsAsShown(t *testing.T) {
	paths, err := filepath.Glob("testdata/pairs/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("pairs: %v, %v", paths, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			pair, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			floor := parsed(t, "organisation.yml", string(pair.Files[0].Data))
			own, problems := config.Parse("repository.yml", pair.Files[1].Data)
			if !config.Valid(problems) { // the organisation's classes are not known to it alone
				t.Fatal(problems)
			}
			m := config.Merge(&floor, &own, config.Where{At: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)})
			files := []File{{&floor, true}, {&own, false}}
			shown := YAML(m, true, files...)
			if *update {
				pair.Files[2].Data = []byte(shown)
				if err := os.WriteFile(path, txtar.Format(pair), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(pair.Files[2].Data), shown); diff != "" {
				t.Errorf("shown (-want +got); go test ./internal/effective -update rewrites it:\n%s", diff)
			}
			parsed(t, "shown.yml", shown)
			parsed(t, "whole.yml", YAML(m, false, files...))
			for _, s := range m.Settings {
				name := strings.TrimSuffix(s.Key(), "[]")
				if why := Why(name, m, files...); !s.Beside && !strings.Contains(why, s.Origin.String()) && s.Origin.Kind != config.FromDefault {
					t.Errorf("%s is from %s, and --why says\n%s", name, s.Origin, why)
				}
			}
		})
	}
}
