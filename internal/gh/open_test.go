package gh

import (
	"fmt"
	"slices"
	"testing"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/testgithub"
	"github.com/google/go-cmp/cmp"
)

func TestOpen(t *testing.T) {
	w := newWorld(t, nil)
	w.shop.Commit("main", map[string]string{"a/.gitattributes": "* linguist-generated\n"})
	for i := range 53 {
		p := w.shop.AddPull(testgithub.NewPull{Body: fmt.Sprint("body ", i+1), Files: files(1, fmt.Sprintf("a/b%d/", i)+"f%d.go")})
		if i == 1 {
			p.Close()
		}
	}
	w.shop.AddPull(testgithub.NewPull{Files: files(130, "f%d.go")})
	first, next, err := w.Open(t.Context(), shop, ask, "")
	if err != nil || len(first) != 50 || next == "" {
		t.Fatalf("%d pull requests, next %q, %v", len(first), next, err)
	}
	if got := w.counted(); got != "graphql, graphql" {
		t.Errorf("calls: %s", got)
	}
	rest, next, err := w.Open(t.Context(), shop, ask, next)
	if err != nil || len(rest) != 3 || next != "" {
		t.Fatalf("%d pull requests, next %q, %v", len(rest), next, err)
	}
	for _, l := range append(first, rest...) {
		p := l.Pull
		if l.Err != nil {
			t.Errorf("%s: %v", p.Ref, l.Err)
		}
		if p.Number != 54 && p.Change.Files[0].Generated != checks.Set {
			t.Errorf("%s has no attributes", p.Ref)
		}
		if diff := cmp.Diff(w.pull(p.Ref), p); diff != "" {
			t.Errorf("%s alone and in a list (-alone +list):\n%s", p.Ref, diff)
		}
	}
}

// TestOneThatCannotBeReadIsNotTheEndOfAList is about what whoever opens a pull
// request can do to those of everybody else.
func TestOneThatCannotBeReadIsNotTheEndOfAList(t *testing.T) {
	w := newWorld(t, nil)
	w.shop.AddPull(testgithub.NewPull{Files: files(1, "a%d.go")})
	w.shop.AddPull(testgithub.NewPull{Files: files(1, ".github/backout.yml")})
	w.shop.AddPull(testgithub.NewPull{Files: files(1, "b%d.go")})
	w.Fail(testgithub.Fault{Route: "graphql", Kind: testgithub.Status502, Skip: 1, Times: -1}) // of all but the list
	pulls, next, err := w.Open(t.Context(), shop, ask, "")
	if err != nil || len(pulls) != 3 || next != "" {
		t.Fatalf("%d pull requests, next %q, %v", len(pulls), next, err)
	}
	for i, p := range pulls {
		var later *gate.Unavailable
		if want := i == 1; as(p.Err, &later) != want || p.Number != i+1 {
			t.Errorf("%s: %v", p.Ref, p.Err)
		}
	}
}

func TestNumbers(t *testing.T) {
	w := newWorld(t, nil)
	for i := range 102 {
		p := w.shop.AddPull(testgithub.NewPull{Files: files(1, ".github/backout.yml")})
		if i == 1 {
			p.Close()
		}
	}
	first, next, err := w.Numbers(t.Context(), shop, 0, "")
	if err != nil || len(first) != 100 || first[1] != 3 || next == "" {
		t.Fatalf("%v, next %q, %v", first, next, err)
	}
	rest, next, err := w.Numbers(t.Context(), shop, 0, next)
	if err != nil || !slices.Equal(rest, []int{102}) || next != "" {
		t.Errorf("%v, next %q, %v", rest, next, err)
	}
	if got := w.counted(); got != "graphql, graphql" {
		t.Errorf("calls: %s", got)
	}
	var gone *gate.Gone
	if _, _, err := w.Numbers(t.Context(), gate.Repo{Owner: "acme", Name: "elsewhere"}, 0, ""); !as(err, &gone) {
		t.Errorf("a repository that is not there: %v", err)
	}
}
