package diff

import (
	"strings"

	"github.com/backout-dev/backout/checks"
)

// series gathers files in the order in which they first appear. A file may
// appear more than once: git shows a file that became a link as one removed and
// one added, and a series of patches comes back to the same files.
type series struct {
	entries []entry
	byPath  map[string]int
}

type entry struct {
	file    checks.File
	patches []string
	missing bool // lines changed somewhere that no patch shows
}

func newSeries() *series { return &series{byPath: map[string]int{}} }

func (s *series) empty() bool { return len(s.entries) == 0 }

// add takes a file in; missing says that its patch does not show all lines.
func (s *series) add(f checks.File, missing bool) {
	at, seen := s.byPath[f.Path]
	if !seen {
		at = len(s.entries)
		s.byPath[f.Path] = at
		s.entries = append(s.entries, entry{file: f})
	} else {
		s.entries[at].file = together(s.entries[at].file, f)
	}
	e := &s.entries[at]
	e.missing = e.missing || missing
	if f.Patch != "" {
		e.patches = append(e.patches, f.Patch)
	}
}

func (s *series) files() []checks.File {
	files := make([]checks.File, 0, len(s.entries))
	for _, e := range s.entries {
		f := e.file
		f.Patch = strings.Join(e.patches, "\n")
		if e.missing {
			// Half of the lines would look like all of them.
			f.Patch = ""
			if !f.PatchMissing() {
				f.Status = checks.Modified
			}
		}
		files = append(files, f)
	}
	return files
}

// together is what two changes in a row do to one file.
func together(first, second checks.File) checks.File {
	f := first
	f.Additions += second.Additions
	f.Deletions += second.Deletions
	f.Executable = first.Executable || second.Executable
	f.Empty = first.Empty && second.Empty
	if f.Previous == "" {
		f.Previous = second.Previous
	}
	switch {
	case second.Status == checks.Removed:
		f.Status = checks.Removed
	case first.Status == checks.Added:
	case first.Status == checks.Removed:
		f.Status = checks.Modified
	case first.Status == checks.Renamed || first.Status == checks.Copied:
	case second.Status == checks.Renamed || second.Status == checks.Copied:
		f.Status = second.Status
	case first.Status == checks.Changed && second.Status == checks.Changed:
	default:
		f.Status = checks.Modified
	}
	return f
}
