package gate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
)

const (
	// maxPreviewed is how many differences a preview names of each kind.
	maxPreviewed = 5
	// maxValue is how much of a value it shows, in characters.
	maxValue = 80
)

// preview says what the policy files that the change edits would come to once it
// is merged: for this change, and which floors they lower. It is the second use
// of such a file, beside saying what is wrong with it, and nothing of it is in
// force: each is a note.
func (j *judgement) preview(files policyFiles) []checks.Finding {
	p := j.out.Pull
	if p.Change.Base != p.DefaultBranch {
		return nil // it comes into force on the default branch only
	}
	var notes []checks.Finding
	for _, head := range p.HeadPolicies {
		if !touches(p.Change, head.Path) || slices.ContainsFunc(p.Change.PolicyEdits, func(e checks.PolicyEdit) bool { return e.Path == head.Path && len(e.Faults) > 0 }) {
			continue
		}
		switch at := (File{p.Repo, head.Path}); {
		case at.same(p.Organisation.File):
			notes = append(notes, j.previewOf(head, files.own.Organisation, func(v *config.File) (org, repo *config.File) {
				return v, fileOf(files.own.Repository)
			})...)
		case at.same(p.Repository.File):
			notes = append(notes, j.previewOf(head, files.own.Repository, func(v *config.File) (org, repo *config.File) {
				return fileOf(files.own.Organisation), v
			})...)
		}
	}
	return notes
}

// same reports the same file. Names of owners and repositories do not differ by
// case.
func (f File) same(other File) bool {
	return f.Path == other.Path && strings.EqualFold(f.Repo.String(), other.Repo.String())
}

func touches(c checks.Change, path string) bool {
	return slices.ContainsFunc(c.Files, func(f checks.File) bool { return f.Path == path })
}

func fileOf(v *config.Version) *config.File {
	if v == nil {
		return nil
	}
	return v.File
}

// previewOf compares the verdict with the one under a file as the head has it;
// place puts that file where it would stand.
func (j *judgement) previewOf(head Text, now *config.Version, place func(*config.File) (org, repo *config.File)) []checks.Finding {
	var edited *config.File
	switch head.State {
	case config.Absent:
	case config.Present:
		version := j.version(head, head.Path)
		if !config.Valid(version.Problems) {
			return nil
		}
		edited = version.File
	default:
		return nil // the verdict says that it was not seen
	}
	where := j.where()
	org, repo := place(edited)
	m := config.Merge(org, repo, where)
	if j.Enforce {
		enforce(&m.Policy)
	}
	then := checks.Evaluate(m.Policy, j.out.Pull.Change, j.at)

	how := "as it is edited here"
	if edited == nil {
		how = "gone, as this change has it"
	}
	message := fmt.Sprintf("With %s %s this pull request would come to: %s.", head.Path, how, then.Title)
	message += named("New", missingFrom(then.Findings, j.out.Verdict.Findings)) + named("Gone", missingFrom(j.out.Verdict.Findings, then.Findings))
	title := "the edited policy file is not in force yet"
	if less := lowered(now, edited, where); len(less) > 0 {
		title = "the change makes the policy ask for less"
		message += named("It asks for less than the file in force", less)
	}
	return []checks.Finding{{
		Check: "policy", Code: "policy/preview", Severity: checks.Note, Path: head.Path, Title: title, Message: message,
		Fix: "Nothing to do for the verdict, which is by the file on the default branch. Whoever reviews this says whether it is meant.",
	}}
}

// lowered says in words what a file asks for less than the one in force.
func lowered(now *config.Version, edited *config.File, w config.Where) []string {
	switch {
	case now == nil:
		return nil
	case edited == nil:
		return []string{"the file is gone, and all that it asks for"}
	}
	var all []string
	for _, l := range config.Lowered(*now.File, *edited, w) {
		all = append(all, fmt.Sprintf("%s was %s and would be %s", l.Key, shown(l.From), shown(l.To)))
	}
	return all
}

func shown(value string) string {
	r := []rune(cmp.Or(value, "nothing"))
	if len(r) > maxValue {
		return string(r[:maxValue-3]) + "..."
	}
	return string(r)
}

// missingFrom names the findings that others do not have. What is about the
// policy itself is said anyway.
func missingFrom(findings, others []checks.Finding) []string {
	identity := func(f checks.Finding) string {
		return strings.Join([]string{f.Code, string(f.Severity), f.Section, f.System, f.Class, f.Path}, "\x00")
	}
	var all []string
	for _, f := range findings {
		known := slices.ContainsFunc(others, func(o checks.Finding) bool { return identity(o) == identity(f) })
		if said := f.Title; !known && f.Check != "policy" && !slices.Contains(all, said) {
			all = append(all, said)
		}
	}
	return all
}

// named is a sentence that names some things, or nothing.
func named(what string, all []string) string {
	if len(all) == 0 {
		return ""
	}
	if more := len(all) - maxPreviewed; more > 0 {
		all = append(slices.Clone(all[:maxPreviewed]), fmt.Sprintf("and %d more", more))
	}
	return fmt.Sprintf(" %s: %s.", what, strings.Join(all, "; "))
}
