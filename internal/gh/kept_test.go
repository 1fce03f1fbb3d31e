package gh

import (
	"strings"
	"testing"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
)

func TestKeptIsBounded(t *testing.T) {
	k := newKept()
	key := func(n int) diffKey { return diffKey{Ref: gate.Ref{Number: n}} }
	files := []checks.File{{Path: "a.go", Patch: strings.Repeat("x", maxKept/4)}}
	for n := range 100 {
		k.put(key(n), files)
		k.put(key(n), files)
		if k.get(key(0)) == nil { // it is used all the time
			t.Fatalf("the one that was used last is gone after %d", n)
		}
	}
	if k.bytes > maxKept || k.order.Len() != 3 || len(k.at) != 3 || k.get(key(99)) == nil || k.get(key(1)) != nil {
		t.Errorf("%d bytes of %d changes (%d) are kept", k.bytes, k.order.Len(), len(k.at))
	}
	k.put(key(200), []checks.File{{Patch: strings.Repeat("x", maxKept+1)}})
	if k.bytes > maxKept || k.get(key(0)) == nil {
		t.Errorf("%d bytes are kept, and of what was used last %d files", k.bytes, len(k.get(key(0))))
	}
}
