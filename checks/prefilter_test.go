package checks

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRequiredLiterals(t *testing.T) {
	tests := []struct {
		name, pattern string
		want          [][]string
	}{
		{"a word", `\bdrop_table\b`, [][]string{{"drop_table"}}},
		{"alternatives", `\b(?:remove_column|drop_table)\b`, [][]string{{"remove_column", "drop_table"}}},
		{"joined with what stands before", `\.(?:get|put)\(`, [][]string{{".get(", ".put("}}},
		{"two words", `alter\s+table`, [][]string{{"alter"}, {"table"}}},
		{"case does not matter", `(?i)Drop Table`, [][]string{{"drop table"}}},
		{"an optional letter", `prices?_table`, [][]string{{"price_table", "prices_table"}}},
		{"one alternative has none", `drop_table|\d+`, nil},
		{"too short", `\bif\b`, nil},
		{"a star asks for nothing", `(?:drop_table)*`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := requiredBy(tt.pattern)
			for _, lits := range append(slices.Clone(got), tt.want...) {
				slices.Sort(lits)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("literals (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPrefilterLosesNothing judges the set with and without the prefilter.
func TestPrefilterLosesNothing(t *testing.T) {
	for _, c := range irreversibleSet(t) {
		f := c.file()
		for _, ref := range builtinPaths().rules(f.Path) {
			reader := func() *fileReader { return &fileReader{file: f, work: &work{left: maxWork}} }
			all := len(reader().match(ref.class, ref.rules, ^uint64(0)))
			filtered := len(reader().match(ref.class, ref.rules, newPrefilter(ref.rules).in(f.Path, f.Patch)[0]))
			if all != filtered {
				t.Errorf("%s: %s [%s] finds %d lines with the prefilter and %d without", c.ID, ref.class.ID, ref.rules.name, filtered, all)
			}
		}
	}
}
