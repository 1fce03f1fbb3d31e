package gh

import (
	"container/list"
	"slices"
	"sync"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
)

// maxKept bounds what is kept of files with their patches, in bytes.
const maxKept = 4 << 20

// diffKey names what a pull request changes: its head against where it left its
// base. Neither commit ever names another content.
type diffKey struct {
	gate.Ref
	base, head string
}

// kept remembers the files of pull requests with their patches, so that an
// edited description does not cost reading the change again. Those that were used
// last are kept.
type kept struct {
	mu    sync.Mutex
	bytes int
	order list.List // of keptDiff, used last first
	at    map[diffKey]*list.Element
}

type keptDiff struct {
	key   diffKey
	files []checks.File
	bytes int
}

func newKept() *kept { return &kept{at: map[diffKey]*list.Element{}} }

// get returns a copy of what is kept, nil where there is nothing.
func (k *kept) get(key diffKey) []checks.File {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.at[key]
	if e == nil {
		return nil
	}
	k.order.MoveToFront(e)
	return slices.Clone(e.Value.(keptDiff).files)
}

func (k *kept) put(key diffKey, files []checks.File) {
	d := keptDiff{key: key, files: slices.Clone(files)}
	for _, f := range files {
		d.bytes += 256 + len(f.Path) + len(f.Previous) + len(f.Patch)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if e := k.at[key]; e != nil {
		k.drop(e)
	}
	k.at[key] = k.order.PushFront(d)
	for k.bytes += d.bytes; k.bytes > maxKept; {
		k.drop(k.order.Back())
	}
}

func (k *kept) drop(e *list.Element) {
	d := k.order.Remove(e).(keptDiff)
	delete(k.at, d.key)
	k.bytes -= d.bytes
}
