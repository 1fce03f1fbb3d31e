package checks

import (
	"fmt"
	"slices"
	"strings"
)

// PolicyEdit is a policy file that a change adds or edits, as reading it at the
// head of the change found it.
type PolicyEdit struct {
	Path   string
	Faults []PolicyFault
}

// PolicyFault is one thing that is wrong with such a file.
type PolicyFault struct {
	// UnknownKey is true of a key that nobody knows and that was not there
	// before. What else is wrong keeps the file from being in force.
	UnknownKey   bool
	Line, Column int
	Message      string // what is wrong, half a sentence
	Fix          string // the next thing to do, half a sentence; may be empty
	Text         string // the line as it stands in the file; empty: the file as a whole is meant
}

// EditedPolicyFiles lists the policy files that are not after the change what
// they were before: their text must be read for Change.PolicyEdits. A
// backout.yml at the root is a policy file in a repository called .github only.
func EditedPolicyFiles(c Change) []File {
	var edited []File
	for _, f := range c.Files {
		if f.editsPolicy() && (f.Path != organisationPolicy || strings.HasSuffix(c.Repo, "/.github")) {
			edited = append(edited, f)
		}
	}
	return edited
}

func (f File) editsPolicy() bool {
	return isPolicyFile(f.Path) && f.Status != Removed && f.Status != Changed && f.Status != Unchanged
}

// policyCheck is the check of findings about policy files. It has no settings
// and is no part of All: no policy switches it off and no exemption lifts it,
// because it is about the file that says so.
const policyCheck = "policy"

// maxPolicyFaults is how many faults of one file are findings of their own.
const maxPolicyFaults = 10

// policyFindings say what is wrong with the policy files that the change would
// leave behind. Merging them would put the repository back to the version
// before, without a word to whoever merges.
func policyFindings(c Change) []Finding {
	var found []Finding
	for _, e := range c.PolicyEdits {
		for _, fault := range e.Faults[:min(len(e.Faults), maxPolicyFaults)] {
			found = append(found, fault.finding(e.Path))
		}
		if more := len(e.Faults) - maxPolicyFaults; more > 0 {
			found[len(found)-1].Fix += fmt.Sprintf(" %s in this file: `backout policy check %s` names all.",
				upperFirst(quantity(more, "more thing is wrong", "more things are wrong")), e.Path)
		}
	}
	return found
}

func (p PolicyFault) finding(path string) Finding {
	f := Finding{
		Check: policyCheck, Code: "policy/invalid", Severity: Block, Path: path, Line: p.Line, Column: p.Column,
		Title:   path + " is not valid after this change",
		Message: fmt.Sprintf("Line %d, column %d of %s: %s.", p.Line, p.Column, path, p.Message),
		Fix:     "Mend the line.",
	}
	if p.UnknownKey {
		f.Code, f.Title = "policy/unknown-key", path+" gets a key that is not known"
	}
	if text := strings.TrimSpace(p.Text); text != "" {
		f.Message += fmt.Sprintf(" The line reads: %s", text)
	} else {
		f.Fix = "Mend the file."
	}
	if p.Fix != "" {
		f.Fix = upperFirst(p.Fix) + "."
	}
	return f
}

// policiesNotSeen names the policy files that the change edits and nobody read.
func policiesNotSeen(c Change) []string {
	var unseen []string
	edited := EditedPolicyFiles(c)
	for _, f := range c.Files {
		switch {
		case !f.editsPolicy() || slices.ContainsFunc(c.PolicyEdits, func(e PolicyEdit) bool { return e.Path == f.Path }):
		case slices.ContainsFunc(edited, func(e File) bool { return e.Path == f.Path }):
			unseen = append(unseen, fmt.Sprintf("Whether %s is valid after the change was not judged: its text was not seen.", f.Path))
		case c.Repo == "":
			unseen = append(unseen, fmt.Sprintf("Whether %s is an organisation's policy file, and valid, was not judged: the repository's name is not known.", f.Path))
		}
	}
	return unseen
}
