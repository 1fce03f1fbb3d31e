package gh

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unsafe"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
)

// long are the folders of a pull request with so many files, each with a name as
// long as there can be.
func long(pull, count int) []string {
	var files []checks.File
	for i := range count {
		files = append(files, checks.File{Path: fmt.Sprintf("%d-%04d/%s/f.go", pull, i, strings.Repeat("x", 3900))})
	}
	return above(files)
}

// TestRulesAreBounded is about pull requests that would have everything
// remembered that they name.
func TestRulesAreBounded(t *testing.T) {
	r := newRules()
	small := gate.Ref{Repo: shop, Number: 1000}
	r.touches(small, []string{"", "a"})
	for n := range 30 {
		dirs := long(n, 100)
		read := folders{}
		for _, dir := range dirs {
			read[dir] = nil
		}
		r.know(base{shop, "one"}, read)
		r.know(base{shop, fmt.Sprint(n)}, read)
		r.touches(gate.Ref{Repo: shop, Number: n}, dirs)
	}
	if r.at.bytes > maxRules || r.touched.bytes > maxHints {
		t.Errorf("%d and %d bytes are kept", r.at.bytes, r.touched.bytes)
	}
	if got := len(strings.Join(r.hint(gate.Ref{Repo: shop, Number: 29}), "")); got == 0 || got > maxHint {
		t.Errorf("%d bytes of one are kept", got)
	}
	if len(r.hint(small)) != 2 {
		t.Error("others displaced a small one")
	}
	if len(r.known(base{shop, "29"})) != 201 || len(r.known(base{shop, "0"})) != 0 {
		t.Error("those that were read last are not those that are kept")
	}
}

// TestRulesKeepNoNamesOfFiles is about the text that a folder's name is a part
// of.
func TestRulesKeepNoNamesOfFiles(t *testing.T) {
	r := newRules()
	path := "a/" + strings.Repeat("x", 4000)
	dirs := above([]checks.File{{Path: path}})
	r.touches(pr, dirs)
	r.know(base{shop, "1"}, folders{dirs[1]: nil})
	kept := r.hint(pr)[1:]
	for dir := range r.known(base{shop, "1"}) {
		kept = append(kept, dir)
	}
	for _, dir := range kept {
		if dir != "a" || unsafe.StringData(dir) == unsafe.StringData(path) {
			t.Errorf("%q keeps the name of its file", dir)
		}
	}
	if len(kept) != 2 {
		t.Errorf("kept %q", kept)
	}
}

func TestAllInstallationsShareWhatIsKept(t *testing.T) {
	_, app, acme, other := installed(t, 0)
	a, errA := app.Client(acme)
	b, errB := app.Client(other)
	if errA != nil || errB != nil || a.rules != b.rules || a.kept != b.kept {
		t.Errorf("what is kept grows with the installations, %v, %v", errA, errB)
	}
}

// TestMoreFoldersThanAreLookedAt is about a pull request that would have
// thousands of queries made for its names.
func TestMoreFoldersThanAreLookedAt(t *testing.T) {
	const generated = `{"mode":33188,"object":{"__typename":"Blob","oid":"x","text":"*.go linguist-generated"}}`
	for _, tt := range []struct {
		name      string
		folders   int
		generated checks.Attribute
		calls     int
	}{
		{"as many as are looked at", 2 * maxFolders, checks.Set, 3},
		{"more", maxAbove, checks.Unset, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := `{"pageInfo":{},"nodes":[{"path":"` + strings.Repeat("a/", tt.folders) + `f.go","changeType":"ADDED"}]}`
			base := `{"target":{"oid":"` + baseSHA + `","a0":` + generated + `}}`
			f := newFake(t, func(what string, _ *http.Request) reply {
				if what == "Attributes" {
					return reply{body: `{"repository":{"object":{"oid":"x"}}}`}.graph()
				}
				return reply{body: answerJSON(pullJSON(map[string]string{"files": files, "baseRef": base}), "", noOrg)}.graph()
			})
			p, err := f.client(nil).Pull(t.Context(), pr, ask)
			if err != nil || p.Change.Files[0].Generated != tt.generated || len(f.asked()) != tt.calls {
				t.Errorf("generated: %v, %d calls, %v", p.Change.Files[0].Generated, len(f.asked()), err)
			}
		})
	}
}
