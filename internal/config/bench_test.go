package config_test

import (
	"testing"

	"github.com/backout-dev/backout/internal/config"
)

// BenchmarkParse reads a file with every key that a repository uses.
func BenchmarkParse(b *testing.B) {
	data := read(b, "testdata/good/design.yml")
	for b.Loop() {
		if _, problems := config.Parse("backout.yml", data); len(problems) > 0 {
			b.Fatal(details(problems))
		}
	}
}
