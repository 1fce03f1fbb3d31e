package checks

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/plan"
)

// setCase is one labelled file of the set.
type setCase struct {
	ID    string  `json:"id"`
	Class *string `json:"class"`
	File  struct {
		Filename  string `json:"filename"`
		Previous  string `json:"previous_filename"`
		Status    string `json:"status"`
		Additions int    `json:"additions"`
		Deletions int    `json:"deletions"`
		Patch     string `json:"patch"`
	} `json:"file"`
	Line int    `json:"line"`
	Note string `json:"note"`
}

func (c setCase) file() File {
	return File{
		Path: c.File.Filename, Previous: c.File.Previous, Status: Status(c.File.Status),
		Additions: c.File.Additions, Deletions: c.File.Deletions, Patch: c.File.Patch,
	}
}

func irreversibleSet(t testing.TB) []setCase {
	t.Helper()
	var all []setCase
	for _, name := range []string{"blocking.jsonl", "warning.jsonl"} {
		f, err := os.Open("testdata/irreversible/" + name)
		if err != nil {
			t.Fatal(err)
		}
		in := bufio.NewScanner(f)
		in.Buffer(nil, 1<<24)
		for in.Scan() {
			var c setCase
			if err := json.Unmarshal(in.Bytes(), &c); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			all = append(all, c)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestIrreversibleSet measures every class on files with labels: of what it
// flags at least 95 % is right, and of what it should flag at least 90 % is.
func TestIrreversibleSet(t *testing.T) {
	type score struct{ right, wrong, missed int }
	scores := map[string]*score{}
	for _, c := range Classes() {
		scores[c.ID] = &score{}
	}
	lines, exact := 0, 0
	for _, c := range irreversibleSet(t) {
		want := ""
		if c.Class != nil {
			want = *c.Class
		}
		found, _ := irreversibleLines([]File{c.file()}, nil)
		classes := map[string]bool{}
		at := false
		for _, l := range found {
			classes[l.Class] = true
			at = at || l.Class == want && l.Line == c.Line
		}
		if want != "" && c.Line > 0 && classes[want] {
			lines++
			if at {
				exact++
			}
		}
		for id := range classes {
			if id == want {
				scores[id].right++
				continue
			}
			scores[id].wrong++
			t.Logf("%s %s: %s, want %q (%s)", c.ID, c.File.Filename, id, want, c.Note)
		}
		if want != "" && !classes[want] {
			scores[want].missed++
			t.Logf("%s %s: not %s (%s)", c.ID, c.File.Filename, want, c.Note)
		}
	}
	for _, c := range Classes() {
		s := scores[c.ID]
		precision := 100 * float64(s.right) / float64(max(1, s.right+s.wrong))
		recall := 100 * float64(s.right) / float64(max(1, s.right+s.missed))
		t.Logf("%-22s precision %5.1f %%  recall %5.1f %%  (%d right, %d wrong, %d missed)",
			c.ID, precision, recall, s.right, s.wrong, s.missed)
		if precision < 95 || recall < 90 {
			t.Errorf("%s: precision %.1f %%, want 95; recall %.1f %%, want 90", c.ID, precision, recall)
		}
	}
	t.Logf("the line itself is named in %d of %d", exact, lines)
	if exact*100 < lines*95 {
		t.Errorf("the line itself is named in %d of %d, want 95 %%", exact, lines)
	}
}

func TestClassFiles(t *testing.T) {
	for _, c := range builtinClasses() {
		if c.Severity != Block && c.Severity != Warn {
			t.Errorf("%s: severity %q", c.ID, c.Severity)
		}
		if c.Way != WayRevert && c.Way != WayRestore && c.Way != WayForwardOnly {
			t.Errorf("%s: way %q", c.ID, c.Way)
		}
		if c.Title == "" || c.Says == "" || !strings.HasSuffix(c.Ask, ".") {
			t.Errorf("%s: title %q, says %q, ask %q", c.ID, c.Title, c.Says, c.Ask)
		}
		for _, r := range c.rules {
			patterns := []*lazyRegexp{r.up, r.down, r.upNamed, r.downNamed, r.upMarker, r.downMarker, r.harmless, r.scope}
			for _, s := range r.signals {
				patterns = append(patterns, s.re, s.elsewhere)
				for _, g := range s.guards {
					patterns = append(patterns, g.re)
				}
			}
			for _, p := range patterns {
				if p == nil {
					continue
				}
				if _, err := regexp.Compile(p.text); err != nil {
					t.Errorf("%s [%s]: %v", c.ID, r.name, err)
				}
			}
		}
	}
}

// TestBroadRulesHaveLiterals keeps patterns without a literal to look for away
// from files that every change has: they run on every changed statement.
func TestBroadRulesHaveLiterals(t *testing.T) {
	for _, path := range []string{
		"src/app.go", "src/app.ts", "src/app.py", "src/app.rb", "src/App.java", "src/App.kt", "src/app.cs", "src/app.php",
		"src/app.rs", "src/app.c", "src/app.swift", "a/config.yaml", "a/config.json", "a/config.toml", "docs/a.md", "a/b.html",
	} {
		for _, ref := range builtinPaths().rules(path) {
			free := ref.rules.literals().free
			for i, s := range ref.rules.signals {
				if free[0]&free[1]&free[2]&(1<<i) != 0 {
					t.Errorf("%s: %s [%s] has no literal in %s", path, ref.class.ID, ref.rules.name, s.re.text)
				}
			}
		}
	}
}

func TestIrreversiblePolicy(t *testing.T) {
	drop := File{Path: "db/migrate/1_x.rb", Status: Added, Additions: 1, Patch: "@@ -0,0 +1 @@\n+remove_column :users, :email"}
	mapping := File{Path: "search/mappings/users.json", Status: Modified, Additions: 1, Patch: "@@ -3,0 +4 @@\n+  \"a\": 1"}
	tests := []struct {
		name  string
		file  File
		rules map[string]ClassRule
		want  []IrreversibleLine
	}{
		{
			"the class's own severity", drop, nil,
			[]IrreversibleLine{{Class: "schema-migration", Severity: Block, Way: WayRestore, Path: drop.Path, Line: 1, Text: "remove_column :users, :email"}},
		},
		{
			"another severity", drop,
			map[string]ClassRule{"schema-migration": {Severity: Warn}},
			[]IrreversibleLine{{Class: "schema-migration", Severity: Warn, Way: WayRestore, Path: drop.Path, Line: 1, Text: "remove_column :users, :email"}},
		},
		{"off", drop, map[string]ClassRule{"schema-migration": {Severity: Off}}, nil},
		{"ignored path", drop, map[string]ClassRule{"schema-migration": {Ignore: []string{"db/**"}}}, nil},
		{
			"another path ignored", drop,
			map[string]ClassRule{"schema-migration": {Ignore: []string{"tools/**"}}},
			[]IrreversibleLine{{Class: "schema-migration", Severity: Block, Way: WayRestore, Path: drop.Path, Line: 1, Text: "remove_column :users, :email"}},
		},
		{
			"a class of the policy's own", mapping,
			map[string]ClassRule{"search-mapping": {Paths: []string{"search/mappings/**"}, Ask: "How long?"}},
			[]IrreversibleLine{{Class: "search-mapping", Severity: Block, Way: WayRestore, Path: mapping.Path, Line: 4, Text: `"a": 1`}},
		},
		{
			"an own class that warns and has another way", mapping,
			map[string]ClassRule{"search-mapping": {Paths: []string{"search/mappings/**"}, Severity: Warn, Way: WayRevert}},
			[]IrreversibleLine{{Class: "search-mapping", Severity: Warn, Way: WayRevert, Path: mapping.Path, Line: 4, Text: `"a": 1`}},
		},
		{"an own class elsewhere", drop, map[string]ClassRule{
			"search-mapping": {Paths: []string{"search/mappings/**"}}, "schema-migration": {Severity: Off},
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := irreversibleLines([]File{tt.file}, tt.rules)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

func TestIrreversibleFindings(t *testing.T) {
	line := func(n int, text string) IrreversibleLine {
		return IrreversibleLine{Class: "schema-migration", Severity: Block, Path: "db/1.sql", Line: n, Text: text}
	}
	addressed := line(1, "DROP TABLE a")
	addressed.Addressed = true
	one := "db/1.sql line 1 changes the schema: `DROP TABLE a`. Reverting the code does not undo it."
	tests := []struct {
		name     string
		rollback plan.State
		lines    []IrreversibleLine
		want     []string
	}{
		{"one line", plan.Complete, []IrreversibleLine{line(1, "DROP TABLE a")}, []string{one}},
		{
			"two more lines of the class and file", plan.Complete,
			[]IrreversibleLine{line(1, "DROP TABLE a"), line(2, "DROP TABLE b"), line(3, "DROP TABLE c")},
			[]string{"db/1.sql line 1 changes the schema: `DROP TABLE a`, as do 2 more lines. Reverting the code does not undo it."},
		},
		{
			"lines that could not be seen", plan.Complete,
			[]IrreversibleLine{line(0, "its lines could not be seen")},
			[]string{"db/1.sql counts as schema-migration: its lines could not be seen."},
		},
		{"a plan that deals with it", plan.Complete, []IrreversibleLine{addressed}, nil},
		{"a plan that would do for ordinary code", plan.Insufficient, []IrreversibleLine{line(1, "DROP TABLE a")}, []string{one}},
		{"no plan: the sections check speaks", plan.Missing, []IrreversibleLine{line(1, "DROP TABLE a")}, nil},
		{"an empty plan", plan.Empty, []IrreversibleLine{line(1, "DROP TABLE a")}, nil},
		{"template text", plan.Template, []IrreversibleLine{line(1, "DROP TABLE a")}, nil},
		{"a placeholder", plan.Placeholder, []IrreversibleLine{line(1, "DROP TABLE a")}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := Input{Irreversible: tt.lines, Sections: []Section{
				{Section: plan.Section{ID: "rollback", State: tt.rollback}, Required: true},
			}}
			var got []string
			for _, f := range irreversibleCheck.Run(Policy{}, in) {
				if f.Code != "irreversible/schema-migration" || f.Severity != Block || f.Fix == "" || f.Class != "schema-migration" {
					t.Errorf("finding %+v", f)
				}
				got = append(got, f.Message)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}

	t.Run("no plan where none is required", func(t *testing.T) {
		in := Input{Irreversible: []IrreversibleLine{line(1, "DROP TABLE a")}, Sections: []Section{
			{Section: plan.Section{ID: "rollback", State: plan.Missing}},
		}}
		if got := irreversibleCheck.Run(Policy{}, in); len(got) != 1 {
			t.Errorf("%d findings, want 1: nobody else says it", len(got))
		}
	})
	t.Run("the policy's own question", func(t *testing.T) {
		in := Input{Irreversible: []IrreversibleLine{{Class: "search-mapping", Severity: Block, Path: "a", Line: 1, Text: "x"}}}
		p := Policy{Irreversible: map[string]ClassRule{"search-mapping": {Ask: "How long does a re-index take?"}}}
		if got := irreversibleCheck.Run(p, in); len(got) != 1 || got[0].Fix != "How long does a re-index take?" {
			t.Errorf("findings %+v", got)
		}
	})
}

func TestNotSeenIsGrouped(t *testing.T) {
	var files []File
	for i := range 5 {
		files = append(files, File{Path: fmt.Sprintf("pkg%d/package.json", i), Status: Modified, Additions: 1, Deletions: 1})
	}
	files = append(files, File{Path: "docs/a.md", Status: Modified, Additions: 1}, File{Path: "src/a.go", Status: Modified, Additions: 1})
	lines, notSeen := irreversibleLines(files, nil)
	if len(lines) > 0 {
		t.Errorf("lines %v, want none: nothing is presumed of a version", lines)
	}
	want := []string{"Published version: the changed lines of pkg0/package.json, pkg1/package.json, pkg2/package.json and 2 more could not be seen."}
	if diff := cmp.Diff(want, notSeen); diff != "" {
		t.Errorf("not seen (-want +got):\n%s", diff)
	}
}
