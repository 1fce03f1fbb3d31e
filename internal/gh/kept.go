package gh

import (
	"slices"

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
// edited description does not cost reading the change again.
type kept struct{ *shelf[diffKey, []checks.File] }

func newKept() kept { return kept{newShelf[diffKey, []checks.File](maxKept)} }

// get returns a copy of what is kept, nil where there is nothing.
func (k kept) get(key diffKey) []checks.File { return slices.Clone(k.shelf.get(key)) }

func (k kept) put(key diffKey, files []checks.File) {
	bytes := 0
	for _, f := range files {
		bytes += 256 + len(f.Path) + len(f.Previous) + len(f.Patch)
	}
	k.shelf.put(key, slices.Clone(files), bytes)
}
