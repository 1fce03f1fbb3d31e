package nearest_test

import (
	"strings"
	"testing"

	"github.com/backout-dev/backout/internal/nearest"
)

func TestOf(t *testing.T) {
	keys := []string{"warn-above", "block-above", "warn-above-files", "ignore"}
	for _, test := range []struct{ name, word, want string }{
		{"a letter left out", "blok-above", "block-above"},
		{"two letters swapped", "ingore", "ignore"},
		{"another way of writing", "warnAbove", "warn-above"},
		{"underscores", "WARN_ABOVE_FILES", "warn-above-files"},
		{"the word itself", "ignore", "ignore"},
		{"another word", "timezone", ""},
		{"no word", "", ""},
		{"a word that nobody types", strings.Repeat("ignore", 100), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, ok := nearest.Of(test.word, keys); got != test.want || ok != (test.want != "") {
				t.Errorf("got %q, %v; want %q", got, ok, test.want)
			}
		})
	}
}
