package config

import (
	"strings"

	"github.com/backout-dev/backout/checks"
)

// Texts is the text of a policy file that a change adds or edits.
type Texts struct {
	Before []byte // on the branch that it merges into; nil: it was not there
	After  []byte // at the head of the change
}

// Edited reads the policy files that a change adds or edits, for
// checks.Change.PolicyEdits. It is the one place where a pull request's own
// policy file is read, and nothing of it comes into force.
//
// texts holds, by path, those of checks.EditedPolicyFiles that could be read. A
// file that is not there is taken from its patch where that shows it whole, and
// is left out otherwise: the verdict then says that it was not seen. The
// organisation's file in force (nil: none) makes its own classes known.
func (r Reader) Edited(c checks.Change, texts map[string]Texts, organisation *File) []checks.PolicyEdit {
	var edits []checks.PolicyEdit
	for _, f := range checks.EditedPolicyFiles(c) {
		t, ok := texts[f.Path]
		if !ok {
			if t.After, ok = addedText(f); !ok {
				continue
			}
		}
		edits = append(edits, checks.PolicyEdit{Path: f.Path, Faults: r.faults(f.Path, t, organisation)})
	}
	return edits
}

// faults says what is wrong with a file after a change. Whoever touches an
// invalid file mends it; a key that was unknown before may be one of a newer
// release and is only a fault of the change that adds it.
func (r Reader) faults(path string, t Texts, organisation *File) []checks.PolicyFault {
	known := map[string]int{}
	if t.Before != nil {
		_, before := r.Parse(path, t.Before)
		for _, p := range before {
			known[p.identity()]++
		}
	}
	var faults []checks.PolicyFault
	_, problems := r.Parse(path, t.After)
	for _, p := range problems {
		if p.Kind == UnknownKey {
			if known[p.identity()]--; known[p.identity()] >= 0 || p.knownTo(organisation) {
				continue
			}
		}
		f := checks.PolicyFault{UnknownKey: p.Kind == UnknownKey, Line: p.Line, Column: p.Column, Message: p.Message, Fix: p.Fix}
		if p.Width > 0 && strings.TrimSpace(p.Source) != "" {
			f.Text, _ = p.excerpt()
		}
		faults = append(faults, f)
	}
	return faults
}

// knownTo reports a class that the file does not say what it is, and the
// organisation's does.
func (p Problem) knownTo(organisation *File) bool {
	id, ok := strings.CutPrefix(p.Key, "irreversible.")
	if !ok || organisation == nil {
		return false
	}
	_, known := organisation.Irreversible.Get(id)
	return known
}

// identity is the same for a problem wherever it stands in its file.
func (p Problem) identity() string {
	return inBrackets().ReplaceAllString(p.Key, "[]") + "\n" + p.Message
}

var inBrackets = expression(`\[[0-9]+\]`)

// addedText returns the text of a file that a change adds, if its patch shows
// it whole. One line without an end may be what a symbolic link points to.
func addedText(f checks.File) ([]byte, bool) {
	switch {
	case f.Status != checks.Added || f.PatchMissing():
		return nil, false
	case f.Patch == "":
		return nil, true
	}
	var text strings.Builder
	lines, open := 0, false
	for line := range strings.Lines(f.Patch) {
		switch line[0] {
		case '+':
			text.WriteString(strings.TrimSuffix(line[1:], "\n") + "\n")
			lines++
		case '\\':
			open = true
		case '@':
		default:
			return nil, false
		}
	}
	if lines != f.Additions || open && lines == 1 {
		return nil, false
	}
	return []byte(text.String()), true
}
