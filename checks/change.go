// Package checks judges a change: plain facts and a policy go in, a verdict
// comes out. It is pure: it reads no clock, file, network or environment, and
// the same input gives the same verdict, byte for byte.
package checks

// Limits that GitHub sets and the judgement relies on.
const (
	// MaxDescription is the longest description that GitHub stores, in characters.
	MaxDescription = 65536
	// MaxListedFiles is how many files GitHub lists for one pull request; the
	// rest of a larger change cannot be seen.
	MaxListedFiles = 3000
)

// Change is everything a check may know about a pull request: plain facts,
// gathered before evaluation starts, with no way back to where they came from.
type Change struct {
	Repo    string // "acme/shop", empty when not known
	Number  int    // 0 when not known
	Title   string
	Author  string   // login as GitHub shows it, "dependabot[bot]" for a bot
	Commits []string // the authors' logins of the commits, as far as known
	Base    string   // branch or revision that the change merges into
	HeadSHA string
	Draft   bool
	Labels  []Label
	Body    string // Markdown, as the author wrote it
	// Templates holds the texts of the pull-request templates that the
	// repository and its organisation offer.
	Templates []string
	// Files is what the diff changes; read it with Diff.
	Files []File
	// Diff says whether Files is the whole diff.
	Diff DiffSeen
	// PolicyEdits are the policy files that the change adds or edits, as far as
	// their text at the head of the change was read. Without any the digest of
	// the input is what it would be without the field.
	PolicyEdits []PolicyEdit `json:",omitempty"`
	// Reverts is the merged pull request that the change says it reverts, when
	// GitHub was asked for it.
	Reverts *Reverted
	// Override is what somebody said to let the change through, bound to HeadSHA
	// by whoever gathered it; nil: nobody did.
	Override *Override
	// FromGitHub is true when author, commits and labels are GitHub's word and
	// not the caller's.
	FromGitHub bool
}

// Label is a label on a pull request.
type Label struct {
	Name  string
	SetBy string // login of who set it, empty when not known
}

// Reverted is a merged pull request that a revert mirrors.
type Reverted struct {
	Number int
	Files  []File
}

// DiffSeen says how much of the diff is in Change.Files.
type DiffSeen int

// The states of a diff.
const (
	DiffNotSeen   DiffSeen = iota // no diff was given: only the description is judged
	DiffWhole                     // Files is the whole diff
	DiffTruncated                 // more files changed than could be listed
)

// File is one changed file.
type File struct {
	Path      string // new name, with slashes
	Previous  string // old name of a renamed or copied file, else empty
	Status    Status
	Additions int
	Deletions int
	// Patch holds the unified-diff hunks without file headers, as GitHub's
	// list-files answer has them; empty when the patch is missing (binary, too
	// large, not asked for) or when no line changed.
	Patch string
	// Empty is true when the file is known to hold no lines, so that a patch that
	// is not there hides nothing.
	Empty bool `json:",omitempty"`
	// Executable is true when the file is executable before or after.
	Executable bool
	// Generated and Vendored are what .gitattributes at the base says of the
	// new and, for a rename, the old name (linguist-generated,
	// linguist-vendored): both names must agree for Set to stand.
	Generated, Vendored Attribute
}

// Status is what happened to a file, in GitHub's words.
type Status string

// The statuses of a file.
const (
	Added     Status = "added"
	Removed   Status = "removed"
	Modified  Status = "modified"
	Renamed   Status = "renamed"
	Copied    Status = "copied"
	Changed   Status = "changed" // only the mode or type changed
	Unchanged Status = "unchanged"
)

// Attribute is a boolean git attribute as it applies to one path.
type Attribute int

// The values of an attribute.
const (
	Unspecified Attribute = iota // no rule, or "!attr": the built-in list decides
	Set                          // "attr" or "attr=true"
	Unset                        // "-attr" or "attr=false"
)

// PatchMissing reports whether lines changed that the patch does not show. A
// file without changed lines (a pure rename, a new mode) misses nothing,
// unless it is binary: then the counts are zero and so is what can be seen.
func (f File) PatchMissing() bool {
	if f.Patch != "" {
		return false
	}
	if f.Additions+f.Deletions > 0 {
		return true
	}
	return !f.Empty && (f.Status == Added || f.Status == Removed || f.Status == Modified)
}

// Paths returns the names under which the file is judged: the new one and,
// where it was renamed or copied, the old one.
func (f File) Paths() []string {
	if f.Previous == "" || f.Previous == f.Path {
		return []string{f.Path}
	}
	return []string{f.Path, f.Previous}
}
