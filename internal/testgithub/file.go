package testgithub

import (
	"fmt"
	"strings"
)

// File is a file that a pull request changes, as GitHub lists it.
type File struct {
	Filename string `json:"filename"`
	// Status is "added", "modified", "removed", "renamed", "copied" or "changed".
	// Left out, it follows from Content and the base.
	Status    string `json:"status,omitempty"`
	Additions int    `json:"additions,omitempty"`
	Deletions int    `json:"deletions,omitempty"`
	// Patch, when left out beside a Content, is made from the base's text.
	Patch    string `json:"patch,omitempty"`
	Previous string `json:"previous_filename,omitempty"`
	// Content is the file at the head.
	Content *string `json:"content,omitempty"`
	// NoPatch lists the file without its patch, as GitHub does with large ones.
	NoPatch bool `json:"no_patch,omitempty"`

	blob string
}

// Edit is a file as the head has it, new or changed.
func Edit(path, content string) File { return File{Filename: path, Content: &content} }

// Delete is a file that the head has no more.
func Delete(path string) File { return File{Filename: path, Status: "removed"} }

// Rename is a file that only changed its name.
func Rename(from, to string) File { return File{Filename: to, Previous: from, Status: "renamed"} }

// Patched is a changed file of which only the patch matters.
func Patched(path, patch string) File { return File{Filename: path, Status: "modified", Patch: patch} }

// Sized is a changed file of which only the counts matter; it has no patch.
func Sized(path string, additions, deletions int) File {
	return File{Filename: path, Status: "modified", Additions: additions, Deletions: deletions, NoPatch: true}
}

// complete works out what was left out, given the commit that the head is compared with.
func (w *world) complete(f File, base *commit) File {
	from := f.Filename
	if f.Previous != "" {
		from = f.Previous
	}
	oldID, existed := base.blob(from)
	if f.Status == "" && existed {
		f.Status = "modified"
	} else if f.Status == "" {
		f.Status = "added"
	}
	old := w.blobs[oldID]
	switch {
	case f.Status == "removed":
		f.blob = oldID
		if f.Patch == "" && f.Additions+f.Deletions == 0 {
			f.Patch = patch(old, "")
		}
	case f.Content != nil:
		f.blob = w.addBlob(*f.Content)
		if f.Patch == "" && f.Additions+f.Deletions == 0 {
			f.Patch = patch(old, *f.Content)
		}
	case f.Status == "renamed" && f.Patch == "":
		f.blob = w.addBlob(old)
	default:
		f.blob = w.addBlob(addedLines(f.Patch))
	}
	if f.Additions+f.Deletions == 0 {
		f.Additions, f.Deletions = count(f.Patch)
	}
	if f.NoPatch {
		f.Patch = ""
	}
	return f
}

func count(patch string) (added, deleted int) {
	for line := range strings.SplitSeq(patch, "\n") {
		switch {
		case strings.HasPrefix(line, "+"):
			added++
		case strings.HasPrefix(line, "-"):
			deleted++
		}
	}
	return added, deleted
}

func addedLines(patch string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(patch, "\n") {
		if rest, ok := strings.CutPrefix(line, "+"); ok {
			b.WriteString(rest + "\n")
		}
	}
	return b.String()
}

// patch is one hunk from the first line that differs to the last. Binary files have none.
func patch(from, to string) string {
	if from == to || strings.ContainsRune(from+to, 0) {
		return ""
	}
	a, b := lines(from), lines(to)
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	endA, endB := len(a), len(b)
	for endA > start && endB > start && a[endA-1] == b[endB-1] {
		endA, endB = endA-1, endB-1
	}
	before, after := max(0, start-3), min(3, len(a)-endA)
	var out strings.Builder
	fmt.Fprintf(&out, "@@ -%s +%s @@", span(before, endA+after-before), span(before, endB+after-before))
	for _, part := range []struct {
		mark string
		text []string
	}{{" ", a[before:start]}, {"-", a[start:endA]}, {"+", b[start:endB]}, {" ", a[endA : endA+after]}} {
		for _, line := range part.text {
			out.WriteString("\n" + part.mark + line)
		}
	}
	return out.String()
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

func span(start, length int) string {
	if length == 0 {
		return fmt.Sprintf("%d,0", start)
	}
	return fmt.Sprintf("%d,%d", start+1, length)
}
