package hostile_test

import (
	"testing"
	"unicode/utf8"

	"github.com/backout-dev/backout/internal/plan/hostile"
)

func TestCasesFillTheDescription(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range hostile.All() {
		if seen[c.Name] {
			t.Errorf("%q is there twice", c.Name)
		}
		seen[c.Name] = true
		for _, n := range []int{100, 8192, 65536} {
			if got := utf8.RuneCountInString(c.Make(n)); got != n {
				t.Errorf("%q has %d characters, want %d", c.Name, got, n)
			}
		}
	}
	t.Logf("%d cases", len(seen))
}
