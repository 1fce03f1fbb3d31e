package checks

import (
	"fmt"
	"slices"
	"strings"
)

// trueRevert reports that the change takes back, line for line, a merged pull
// request that held nothing irreversible, and holds nothing irreversible
// itself. What of the comparison could not be seen is named.
func trueRevert(p Policy, c Change, lines []IrreversibleLine) (bool, []string) {
	merged := c.Reverts.Files
	if len(lines) > 0 || len(merged) != len(c.Files) || len(merged) >= MaxListedFiles {
		return false, nil
	}
	if held, _ := irreversibleLines(merged, p.Irreversible); len(held) > 0 {
		return false, nil
	}
	before := make(map[string]File, len(merged))
	for _, f := range merged {
		before[f.Path] = f
	}
	for _, f := range c.Files {
		was, ok := before[f.nameBefore()]
		if !ok || !mirrors(f, was) {
			return false, nil
		}
		if f.PatchMissing() || was.PatchMissing() {
			return false, []string{fmt.Sprintf("Whether the change mirrors #%d was not judged: the lines of %s cannot be seen.", c.Reverts.Number, f.Path)}
		}
		if !slices.Equal(mirrored(f.Patch, '+', '-'), mirrored(was.Patch, '-', '+')) {
			return false, nil
		}
		// Each file of the merged pull request answers for one of the revert.
		delete(before, was.Path)
	}
	return true, nil
}

// nameBefore is the name that the file had after the pull request that it
// reverts.
func (f File) nameBefore() string {
	if f.Status == Renamed {
		return f.Previous
	}
	return f.Path
}

// mirrors reports whether what happened to a file is the opposite of what
// happened to it before. A mode or type that changed is not shown, so nobody
// can say that it changed back.
func mirrors(f, was File) bool {
	switch was.Status {
	case Added:
		if f.Status != Removed {
			return false
		}
	case Removed:
		if f.Status != Added {
			return false
		}
	case Modified:
		if f.Status != Modified {
			return false
		}
	case Renamed:
		if f.Status != Renamed || f.Path != was.Previous {
			return false
		}
	default:
		return false
	}
	return f.Additions == was.Deletions && f.Deletions == was.Additions && f.Executable == was.Executable
}

// mirrored writes hunks in a form in which a patch and its reverse are equal:
// for each place the lines around it and the lines on either side of the
// change. Where a hunk stands is left out, since other changes move it.
func mirrored(patch string, before, after byte) []string {
	var out, old, new []string
	last := &out
	flush := func() {
		for _, l := range old {
			out = append(out, "-"+l)
		}
		for _, l := range new {
			out = append(out, "+"+l)
		}
		old, new, last = nil, nil, &out
	}
	for line := range strings.Lines(patch) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "@@"):
			flush()
			out = append(out, "@@")
		case strings.HasPrefix(line, `\`):
			// "No newline at end of file" is said of the line before.
			if n := len(*last); n > 0 {
				(*last)[n-1] += "\n" + line
			}
		case line != "" && line[0] == before:
			old, last = append(old, line[1:]), &old
		case line != "" && line[0] == after:
			new, last = append(new, line[1:]), &new
		default:
			flush()
			out = append(out, " "+strings.TrimPrefix(line, " "))
		}
	}
	flush()
	return out
}
