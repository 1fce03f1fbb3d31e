package gh

import (
	"fmt"
	"testing"

	"github.com/backout-dev/backout/checks"
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
	for _, p := range append(first, rest...) {
		if p.Number != 54 && p.Change.Files[0].Generated != checks.Set {
			t.Errorf("%s has no attributes", p.Ref)
		}
		if diff := cmp.Diff(w.pull(p.Ref), p); diff != "" {
			t.Errorf("%s alone and in a list (-alone +list):\n%s", p.Ref, diff)
		}
	}
}
