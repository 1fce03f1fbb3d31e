package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backout-dev/backout/checks"
)

// State is what looking for a policy file came to.
type State int

// The states of a policy file. A file that could not be read is not a file that
// is not there.
const (
	Unknown    State = iota // the read failed, or what it gave is older than what is known
	Absent                  // whoever looked can see that there is none
	Present                 // there is one, and it is valid
	Broken                  // there is one, and its newest version is not valid
	NotVisible              // whoever looked may not see whether there is one
)

// Version is one version of a policy file on the default branch.
type Version struct {
	File     *File
	Problems []Problem
	Commit   string
	Blob     string
}

// Reading is what looking for one policy file gave.
type Reading struct {
	State State
	// Name is what the file is called, whether or not it is there.
	Name string
	// Newest is the newest version of a file that is there.
	Newest Version
	// Earlier are the versions before a broken one, newest first, as far back as
	// somebody looked.
	Earlier []Version
	// Seen is the last valid version that was in force, if anybody remembers.
	Seen *Version
	// Why says of an unknown file what could not be read, half a sentence.
	Why string
}

// Read is the reading of a file that is there, from its versions, newest
// first.
func Read(name string, versions ...Version) Reading {
	r := Reading{State: Present, Name: name, Newest: versions[0], Earlier: versions[1:]}
	if !Valid(r.Newest.Problems) {
		r.State = Broken
	}
	return r
}

// InForce is which versions of the policy files count.
type InForce struct {
	// Organisation and Repository are the files in force; nil: none is.
	Organisation, Repository *Version
	// Unknown names what could not be read. While there is any there is no
	// verdict: it is neither a pass nor a failure, but tried again.
	Unknown []string
	// FloorVisible is true where it is known whether the organisation has a
	// file, and which.
	FloorVisible bool
	// Notes are the warnings that each verdict carries.
	Notes []checks.Finding
	// Memo remembers what the files came to; nil: nobody does.
	Memo *Memo

	organisation, repository string // the files' names
}

// Decide returns what is in force. It looks at both files alike: a valid one is
// in force; of a broken one the last valid version is, and of one that was
// never valid nothing, as before it came; one that is gone is gone; one that
// may not be seen stays as it was last seen. Nothing is in force while either
// could not be read.
func Decide(organisation, repository Reading) InForce {
	f := InForce{
		FloorVisible: organisation.State != NotVisible && organisation.State != Unknown,
		organisation: organisation.Name, repository: repository.Name,
	}
	for _, r := range []Reading{organisation, repository} {
		if r.State == Unknown {
			f.Unknown = append(f.Unknown, strings.TrimSuffix(r.Name+": "+r.Why, ": "))
		}
	}
	if len(f.Unknown) > 0 {
		return f
	}
	f.Organisation, f.Notes = organisation.decide("organisation's policy")
	own, notes := repository.decide("repository's policy")
	f.Repository, f.Notes = own, append(f.Notes, notes...)
	return f
}

// decide returns the version that is in force of one file that could be read.
func (r Reading) decide(what string) (*Version, []checks.Finding) {
	switch r.State {
	case Present:
		return &r.Newest, nil
	case Broken:
		for i := range r.Earlier {
			if Valid(r.Earlier[i].Problems) {
				return &r.Earlier[i], []checks.Finding{r.broken(&r.Earlier[i])}
			}
		}
		return r.Seen, []checks.Finding{r.broken(r.Seen)}
	case NotVisible:
		return r.Seen, []checks.Finding{r.notVisible(what)}
	}
	return nil, nil
}

// broken is the warning about a newest version that is not in force.
func (r Reading) broken(instead *Version) checks.Finding {
	i := slices.IndexFunc(r.Newest.Problems, func(p Problem) bool { return p.Kind == Invalid })
	p := r.Newest.Problems[max(i, 0)]
	message := fmt.Sprintf("%s is broken at line %d: %s.", r.Name, p.Line, p.Message)
	if r.Newest.Commit != "" {
		message += fmt.Sprintf(" It came with commit %s.", shortCommit(r.Newest.Commit))
	}
	switch {
	case instead == nil:
		message += " No valid version of it is known, so that nothing of it is in force."
	case instead.Commit == "":
		message += " In force is the last valid version."
	default:
		message += fmt.Sprintf(" In force is the version of commit %s.", shortCommit(instead.Commit))
	}
	return checks.Finding{
		Check: policyCheck, Code: "policy/invalid", Severity: checks.Warn, Path: r.Name, Line: p.Line,
		Title:   "the policy file is broken",
		Message: message,
		Fix:     "The policy's owner mends it: backout policy check FILE names everything that is wrong.",
	}
}

func shortCommit(sha string) string { return sha[:min(7, len(sha))] }

func (r Reading) notVisible(what string) checks.Finding {
	message := fmt.Sprintf("The %s is not visible: whether there is a file %s could not be seen.", what, r.Name)
	if r.Seen != nil {
		message += " What was last seen of it stays in force."
	}
	return checks.Finding{
		Check: policyCheck, Code: "policy/not-visible", Severity: checks.Note, Path: r.Name,
		Title:   "the " + what + " is not visible",
		Message: message,
		Fix:     "The policy's owner lets backout read the repository that holds it.",
	}
}

// policyCheck is the check of findings about the policy itself, which nobody
// runs.
const policyCheck = "policy"

// Policy returns the policy of a change from the files in force. A change of
// nothing but policy files is judged by the organisation's file and the
// defaults, so that a repository's file that asks for the impossible can be
// mended; its mode stays.
func (f InForce) Policy(w Where, c checks.Change) Merged {
	org, repo := f.Organisation.file(), f.Repository.file()
	notes := slices.Concat(f.Notes, f.Organisation.unknownKeys(f.organisation, nil), f.Repository.unknownKeys(f.repository, org))
	var m Merged
	if repo != nil && checks.OnlyPolicyFiles(c) {
		m = Merge(org, &File{Name: repo.Name, Mode: repo.Mode}, w)
	} else {
		m = f.Memo.merge(f.Organisation, f.Repository, w)
	}
	if len(m.Overruled) > 0 {
		notes = append(notes, overruledNote(m.Overruled))
	}
	m.Policy.Notes = notes
	for _, v := range []*Version{f.Organisation, f.Repository} {
		if v != nil {
			m.Policy.Sources = append(m.Policy.Sources, checks.Source{Source: v.File.Name, Version: v.Blob})
		}
	}
	return m
}

func (v *Version) file() *File {
	if v == nil {
		return nil
	}
	return v.File
}

// unknownKeys are warnings about what a file in force says and nobody
// understands. A class that the organisation has is known after all.
func (v *Version) unknownKeys(name string, org *File) []checks.Finding {
	if v == nil {
		return nil
	}
	var notes []checks.Finding
	for _, p := range v.Problems {
		if p.knownTo(org) {
			continue
		}
		fix := "The policy's owner mends it, or a newer backout knows it."
		if p.Fix != "" {
			fix = "The policy's owner mends it: " + p.Fix + "."
		}
		notes = append(notes, checks.Finding{
			Check: policyCheck, Code: "policy/unknown-key", Severity: checks.Warn, Path: name, Line: p.Line,
			Title:   "the policy file has a key that is not known",
			Message: fmt.Sprintf("%s line %d does nothing: %s.", name, p.Line, p.Message),
			Fix:     fix,
		})
	}
	return notes
}

// maxOverruled is how many overruled keys a verdict names.
const maxOverruled = 5

// overruledNote says once what the repository asks for and does not get.
func overruledNote(all []Overruled) checks.Finding {
	var said []string
	for i, o := range all {
		if i == maxOverruled {
			said = append(said, fmt.Sprintf("and %d more", len(all)-i))
			break
		}
		said = append(said, fmt.Sprintf("%s: %s (line %d): %s", o.Key, o.Asked, o.At.Line, o.Stands))
	}
	return checks.Finding{
		Check: policyCheck, Code: "policy/overruled", Severity: checks.Note, Path: all[0].At.File, Line: all[0].At.Line,
		Title:   "the repository's policy asks for less than it may",
		Message: fmt.Sprintf("%s asks for what does not apply: %s.", all[0].At.File, strings.Join(said, "; ")),
		Fix:     "Nothing to do for this change. Whoever keeps the repository's policy takes it out, or asks for it to be relaxed.",
	}
}
