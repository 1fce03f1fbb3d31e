package checks

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var write = flag.Bool("write", false, "write what is computed of the class files")

// TestLiteralsAreWritten keeps the list of literals true to the patterns; a
// rule that it does not know costs time whenever its files are judged.
func TestLiteralsAreWritten(t *testing.T) {
	var b strings.Builder
	names := map[string]bool{}
	for _, c := range builtinClasses() {
		for _, r := range c.rules {
			if names[c.ID+r.name] {
				t.Errorf("%s has two rules named %q", c.ID, r.name)
			}
			names[c.ID+r.name] = true
			b.WriteString(r.literalsKey(c.ID) + "\n")
			for _, need := range r.computeRequirements() {
				for _, lits := range need {
					// A literal may begin with the bracket that begins a rule.
					b.WriteString("\t" + strings.Join(lits, "\t") + "\n")
				}
			}
		}
	}
	if *write {
		if err := os.WriteFile("classes/literals.list", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if b.String() != literalsText {
		t.Error("classes/literals.list is not what the class files give; go test ./checks -run TestLiteralsAreWritten -write")
	}
}

func TestRequiredLiterals(t *testing.T) {
	tests := []struct {
		name, pattern string
		want          [][]string
	}{
		{"a word", `\bdrop_table\b`, [][]string{{"drop_table"}}},
		{"alternatives", `\b(?:remove_column|drop_table)\b`, [][]string{{"remove_column", "drop_table"}}},
		{"joined with what stands before", `\.(?:get|put)\(`, [][]string{{".get(", ".put("}}},
		{"two words", `alter\s+table`, [][]string{{"alter "}, {" table"}}},
		{"short words", `\bgit\s+tag[ \t]+-f`, [][]string{{"git "}, {" tag "}}},
		{"repeated letters", `x(?:tab)+`, [][]string{{"xtab"}}},
		{"repeated or not there", `git\s*tag`, nil},
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
