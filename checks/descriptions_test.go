package checks

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// described is one labelled description, as in testdata/descriptions.
type described struct {
	ID       string
	Body     string
	Template *string
	Files    []struct {
		Filename  string
		Status    Status
		Additions int
		Deletions int
		Patch     string
	}
	Expect map[string]any
	AlsoOK map[string][]string `json:"also_ok"`
	Trait  string
	Note   string
}

func (d described) change() Change {
	c := Change{Body: d.Body, Diff: DiffWhole}
	if d.Template != nil {
		c.Templates = []string{*d.Template}
	}
	for _, f := range d.Files {
		c.Files = append(c.Files, File{Path: f.Filename, Status: f.Status, Additions: f.Additions, Deletions: f.Deletions, Patch: f.Patch})
	}
	return c
}

func readDescribed(tb testing.TB, path string) []described {
	tb.Helper()
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var out []described
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<24)
	for sc.Scan() {
		var d described
		if err := json.Unmarshal(sc.Bytes(), &d); err != nil {
			tb.Fatalf("%s: %v", path, err)
		}
		out = append(out, d)
	}
	return out
}

// matrix counts how a set was judged.
type matrix struct {
	sections, stateRight, passRight int
	falsePass, falseBlock           int
	tasksWrong                      int
	confusion                       map[[2]string]int
}

// judgeSet holds a labelled set against the rules. Where also_ok names further
// states, each counts as right.
func judgeSet(ds []described, wrong func(string)) matrix {
	m := matrix{confusion: map[[2]string]int{}}
	for _, d := range ds {
		v := Evaluate(DefaultPolicy(), d.change(), time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
		for _, s := range v.Sections {
			want, ok := d.Expect[s.ID].(string)
			if !ok {
				continue
			}
			got := string(s.State)
			accepted := append([]string{want}, d.AlsoOK[s.ID]...)
			m.sections++
			m.confusion[[2]string{want, got}]++
			stateRight := slices.Contains(accepted, got)
			passRight := slices.ContainsFunc(accepted, func(a string) bool { return passing(a) == passing(got) })
			if stateRight {
				m.stateRight++
			}
			switch {
			case passRight:
				m.passRight++
			case passing(got):
				m.falsePass++
			default:
				m.falseBlock++
			}
			if !stateRight {
				mark := "state"
				if !passRight {
					mark = "PASS/FAIL"
				}
				wrong(fmt.Sprintf("%s %s %s: %s, want %s (%s)\n    %s: %q [%s]", d.ID, mark, s.ID, got, strings.Join(accepted, " or "), d.Trait, s.Heading, s.Text, s.Reason))
			}
		}
		if n, ok := d.Expect["tasks_unchecked"].(float64); ok && int(n) != v.TasksUnchecked {
			m.tasksWrong++
			wrong(fmt.Sprintf("%s tasks: %d, want %v", d.ID, v.TasksUnchecked, n))
		}
	}
	return m
}

func passing(state string) bool {
	return state == "complete" || state == "not_applicable" || state == "roll_forward"
}

func (m matrix) String() string {
	pct := func(n int) float64 { return 100 * float64(n) / float64(max(1, m.sections)) }
	return fmt.Sprintf("%d sections: state right %.1f %%, pass or fail right %.1f %%, false passes %d (%.1f %%), false blocks %d (%.1f %%), task counts wrong %d",
		m.sections, pct(m.stateRight), pct(m.passRight), m.falsePass, pct(m.falsePass), m.falseBlock, pct(m.falseBlock), m.tasksWrong)
}

// TestDescriptions holds every labelled set to the bars of docs/checks.md.
func TestDescriptions(t *testing.T) {
	paths, err := filepath.Glob("testdata/descriptions/*.jsonl")
	if err != nil || len(paths) < 5 {
		t.Fatalf("labelled sets: %v, %v", paths, err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			m := judgeSet(readDescribed(t, path), func(s string) { t.Log(s) })
			t.Log(m)
			if float64(m.passRight) < 0.98*float64(m.sections) || float64(m.stateRight) < 0.94*float64(m.sections) || m.tasksWrong > 0 {
				t.Error("below the bars: 98 % on pass or fail, 94 % on the state, every task counted")
			}
		})
	}
}
