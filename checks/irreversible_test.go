package checks

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
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

func readSet(t testing.TB, name string) []setCase {
	t.Helper()
	f, err := os.Open("testdata/irreversible/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []setCase
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<24)
	for in.Scan() {
		var c setCase
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

func (c setCase) file() File {
	return File{Path: c.File.Filename, Previous: c.File.Previous, Status: Status(c.File.Status),
		Additions: c.File.Additions, Deletions: c.File.Deletions, Patch: c.File.Patch}
}

func TestClassFiles(t *testing.T) {
	for _, c := range builtinClasses() {
		for _, r := range c.rules {
			for _, s := range r.signals {
				for _, re := range []string{s.re.text} {
					if _, err := regexp.Compile(re); err != nil {
						t.Errorf("%s [%s]: %v", c.ID, r.name, err)
					}
				}
				for _, g := range s.guards {
					if _, err := regexp.Compile(g.re.text); err != nil {
						t.Errorf("%s [%s]: %v", c.ID, r.name, err)
					}
				}
			}
			free := r.prefilter().free[0]
			for i, s := range r.signals {
				if free[0]&free[1]&free[2]&(1<<i) != 0 {
					t.Logf("%s [%s]: no literal in %s", c.ID, r.name, s.re.text)
				}
			}
		}
	}
}

func TestIrreversibleSet(t *testing.T) {
	type score struct{ right, wrong, missed int }
	scores := map[string]*score{}
	for _, c := range builtinClasses() {
		scores[c.ID] = &score{}
	}
	for _, name := range []string{"blocking.jsonl", "warning.jsonl"} {
		for _, c := range readSet(t, name) {
			lines, notSeen := irreversibleLines([]File{c.file()}, nil)
			found := map[string]bool{}
			for _, l := range lines {
				found[l.Class] = true
			}
			want := ""
			if c.Class != nil {
				want = *c.Class
			}
			for id := range found {
				if id == want {
					scores[id].right++
				} else {
					scores[id].wrong++
				}
			}
			if want != "" && !found[want] {
				scores[want].missed++
			}
			if os.Getenv("SHOW") != "" && (want == "" && len(found) > 0 || want != "" && (len(found) != 1 || !found[want])) {
				var got []string
				for _, l := range lines {
					got = append(got, fmt.Sprintf("%s:%d %q", l.Class, l.Line, l.Text))
				}
				t.Logf("%s want %q line %d: %s\n  got %s %v\n  note: %s", c.ID, want, c.Line, c.File.Filename, strings.Join(got, " | "), notSeen, c.Note)
			}
		}
	}
	for _, c := range builtinClasses() {
		s := scores[c.ID]
		t.Logf("%-22s precision %5.1f  recall %5.1f   (right %d wrong %d missed %d)", c.ID, 100*float64(s.right)/float64(max(1, s.right+s.wrong)), 100*float64(s.right)/float64(max(1, s.right+s.missed)), s.right, s.wrong, s.missed)
	}
}
