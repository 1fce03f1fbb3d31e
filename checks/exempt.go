package checks

import (
	"fmt"
	"slices"
	"strings"
)

// exemption returns why the policy does not apply to the change, or nil, and
// what could not be judged about it. None is granted on a diff that was not
// seen whole, and none on an empty one: of no files everything is true.
func exemption(p Policy, c Change, lines []IrreversibleLine) (*Exemption, []string) {
	if c.Diff == DiffWhole && len(c.Files) > 0 {
		if documentationOnly(p, c.Files, lines) {
			return &Exemption{Reason: "documentation only"}, nil
		}
		if everyFile(c.Files, compileGlobs(p.Exempt.Paths)) {
			return &Exemption{Reason: "every file lies under paths that the policy exempts"}, nil
		}
	}
	if !c.FromGitHub {
		return nil, onlyOnGitHubsWord(p, c, lines)
	}
	if c.Diff != DiffWhole || len(c.Files) == 0 {
		return nil, nil
	}
	if exemptAuthor(p, c, lines) {
		return &Exemption{Reason: fmt.Sprintf("opened by %s, whom the policy exempts", c.Author)}, nil
	}
	if c.Reverts == nil {
		return nil, nil
	}
	reverts, unseen := trueRevert(p, c, lines)
	if reverts {
		return &Exemption{Reason: fmt.Sprintf("a revert of #%d that mirrors it", c.Reverts.Number)}, nil
	}
	return nil, unseen
}

// documentationOnly reports that every file is documentation under both names.
// A class of the policy's own that watches documents knows better than the
// built-in list.
func documentationOnly(p Policy, files []File, lines []IrreversibleLine) bool {
	for _, l := range lines {
		if l.Severity == Block && len(p.Irreversible[l.Class].Paths) > 0 {
			return false
		}
	}
	return !slices.ContainsFunc(files, func(f File) bool { return !f.isDocumentation() })
}

// isDocumentation reports whether the file is something that only people
// read. Text that a test, a gate or a program reads is not, nor is a script,
// wherever it was moved from.
func (f File) isDocumentation() bool {
	if f.Executable {
		return false
	}
	for _, path := range f.Paths() {
		kinds := pathKindsOf(path)
		if kinds&documentationFile == 0 || kinds&(fixtureFile|snapshotFile) != 0 || isSensitive(path) {
			return false
		}
	}
	return true
}

// exemptAuthor reports that somebody whom the policy exempts opened the pull
// request and wrote every commit, and that nothing blocks for being
// irreversible: a name is no way back.
func exemptAuthor(p Policy, c Change, lines []IrreversibleLine) bool {
	listed := func(login string) bool {
		return login != "" && slices.ContainsFunc(p.Exempt.Authors, func(a string) bool { return strings.EqualFold(a, login) })
	}
	if !listed(c.Author) || len(c.Commits) == 0 || blocks(lines) {
		return false
	}
	return !slices.ContainsFunc(c.Commits, func(login string) bool { return !strings.EqualFold(login, c.Author) })
}

func blocks(lines []IrreversibleLine) bool {
	return slices.ContainsFunc(lines, func(l IrreversibleLine) bool { return l.Severity == Block })
}

// onlyOnGitHubsWord names the exemptions that the change may have on GitHub:
// here its author and what it reverts are the caller's word.
func onlyOnGitHubsWord(p Policy, c Change, lines []IrreversibleLine) []string {
	var unsure []string
	author := slices.ContainsFunc(p.Exempt.Authors, func(a string) bool { return c.Author != "" && strings.EqualFold(a, c.Author) })
	if author && !blocks(lines) {
		unsure = append(unsure, fmt.Sprintf("Whether the change is exempt as %s's was not judged: an author is exempt only on GitHub's word.", c.Author))
	}
	if looksLikeRevert(c) && len(lines) == 0 {
		unsure = append(unsure, "Whether the change is a true revert was not judged: a revert is exempt only on GitHub's word.")
	}
	return unsure
}

// looksLikeRevert reports the words that git and GitHub put into a revert.
// They grant nothing.
func looksLikeRevert(c Change) bool {
	title := strings.ToLower(strings.TrimSpace(c.Title))
	for _, start := range []string{`revert "`, "revert: ", "revert("} {
		if strings.HasPrefix(title, start) {
			return true
		}
	}
	if strings.Contains(c.Body, "This reverts commit ") {
		return true
	}
	for line := range strings.Lines(c.Body) {
		if ref, ok := strings.CutPrefix(strings.TrimSpace(line), "Reverts "); ok && strings.Contains(ref, "#") {
			return true
		}
	}
	return false
}

// Where policy files stand: a repository's, and an organisation's in its
// repository called .github.
const repositoryPolicy, organisationPolicy = ".github/backout.yml", "backout.yml"

func isPolicyFile(path string) bool { return path == repositoryPolicy || path == organisationPolicy }

// OnlyPolicyFiles reports a change of nothing but policy files, which no
// freeze holds: a freeze that was set by mistake must be possible to lift.
func OnlyPolicyFiles(c Change) bool {
	if c.Diff != DiffWhole || len(c.Files) == 0 {
		return false
	}
	return !slices.ContainsFunc(c.Files, func(f File) bool {
		return slices.ContainsFunc(f.Paths(), func(path string) bool { return !isPolicyFile(path) })
	})
}
