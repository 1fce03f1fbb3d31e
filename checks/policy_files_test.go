package checks

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestEditedPolicyFiles(t *testing.T) {
	files := []File{
		{Path: ".github/backout.yml", Status: Modified},
		{Path: "backout.yml", Status: Added},
		{Path: "docs/backout.yml", Status: Modified},
	}
	for _, tt := range []struct {
		name  string
		repo  string
		files []File
		want  []string
	}{
		{"a repository", "acme/shop", files, []string{".github/backout.yml"}},
		{"the organisation's", "acme/.github", files, []string{".github/backout.yml", "backout.yml"}},
		{"one that is not known", "", files, []string{".github/backout.yml"}},
		{"a name that ends alike", "acme/x.github", files, []string{".github/backout.yml"}},
		{"renamed into place", "", []File{{Path: ".github/backout.yml", Previous: "draft.yml", Status: Renamed}}, []string{".github/backout.yml"}},
		{"renamed away", "", []File{{Path: "draft.yml", Previous: ".github/backout.yml", Status: Renamed}}, nil},
		{"removed", "", []File{{Path: ".github/backout.yml", Status: Removed}}, nil},
		{"another mode", "", []File{{Path: ".github/backout.yml", Status: Changed}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range EditedPolicyFiles(Change{Repo: tt.repo, Files: tt.files}) {
				got = append(got, f.Path)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("edited (-want +got):\n%s", diff)
			}
		})
	}
}

// breaking is a change that leaves a policy file with faults.
func breaking(faults ...PolicyFault) Change {
	return Change{
		Body: "## Rollback plan\nRevert this PR and redeploy `pay` 1.4.\n## Worst case\nOrders are charged twice.\n## Blast radius\nCustomers of payments.\n",
		Diff: DiffWhole,
		Files: []File{
			{Path: ".github/backout.yml", Status: Modified, Additions: 1, Patch: "@@ -1 +1,2 @@\n a\n+b"},
			{Path: "a.go", Status: Modified, Additions: 1, Patch: "@@ -1 +1,2 @@\n a\n+b"},
		},
		PolicyEdits: []PolicyEdit{{Path: ".github/backout.yml", Faults: faults}},
	}
}

var (
	wrongMode  = PolicyFault{Line: 2, Column: 7, Message: `mode takes enforce or audit; this is the text "strict"`, Text: "mode: strict"}
	unknownKey = PolicyFault{UnknownKey: true, Line: 3, Column: 1, Message: `unknown key "tsks"`, Fix: "the nearest key is tasks", Text: "tsks: warn"}
)

func TestAChangeThatBreaksAPolicyFile(t *testing.T) {
	v := Evaluate(DefaultPolicy(), breaking(wrongMode, unknownKey), time.Time{})
	want := []Finding{
		{
			Check: "policy", Code: "policy/invalid", Severity: Block, Path: ".github/backout.yml", Line: 2, Column: 7,
			Title:   ".github/backout.yml is not valid after this change",
			Message: `Line 2, column 7 of .github/backout.yml: mode takes enforce or audit; this is the text "strict". The line reads: mode: strict`,
			Fix:     "Mend the line.",
		},
		{
			Check: "policy", Code: "policy/unknown-key", Severity: Block, Path: ".github/backout.yml", Line: 3, Column: 1,
			Title:   ".github/backout.yml gets a key that is not known",
			Message: `Line 3, column 1 of .github/backout.yml: unknown key "tsks". The line reads: tsks: warn`,
			Fix:     "The nearest key is tasks.",
		},
	}
	if diff := cmp.Diff(want, v.Findings); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if v.Title != "Blocked: .github/backout.yml is not valid after this change" || v.Conclusion != Failure {
		t.Errorf("%s (%s)", v.Title, v.Conclusion)
	}
	if diff := cmp.Diff([]string(nil), v.NotSeen); diff != "" {
		t.Errorf("not seen: %s", diff)
	}
	if v := Evaluate(DefaultPolicy(), breaking(), time.Time{}); v.Title != "Passes" {
		t.Errorf("a valid file: %s", v.Title)
	}
}

func TestNoPolicyLetsABrokenPolicyFileThrough(t *testing.T) {
	everything := Exempt{Paths: []string{"**"}, Authors: []string{"ann"}}
	exempt := DefaultPolicy()
	exempt.Exempt = everything
	audit := DefaultPolicy()
	audit.Mode = Audit
	both := DefaultPolicy()
	both.Exempt, both.Floor = everything, &exempt
	over := DefaultPolicy()
	over.Floor = &audit
	for _, tt := range []struct {
		name   string
		policy Policy
		title  string
		want   Conclusion
	}{
		{"every path is exempt", exempt, "Blocked: .github/backout.yml is not valid after this change", Failure},
		{"by both files", both, "Blocked: .github/backout.yml is not valid after this change", Failure},
		{"only the organisation's reports", over, "Blocked: .github/backout.yml is not valid after this change", Failure},
		{"it only reports: so does this", audit, "Reports only: would block, .github/backout.yml is not valid after this change", Neutral},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := breaking(wrongMode)
			c.Author, c.Commits, c.FromGitHub = "ann", []string{"ann"}, true
			v := Evaluate(tt.policy, c, time.Time{})
			if v.Title != tt.title || v.Conclusion != tt.want || !v.Blocked || len(v.Findings) != 1 {
				t.Errorf("%s (%s), findings %+v", v.Title, v.Conclusion, v.Findings)
			}
		})
	}
}

func TestAnOverrideLiftsABrokenPolicyFile(t *testing.T) {
	exempt := DefaultPolicy()
	exempt.Exempt.Paths = []string{"**"}
	for name, p := range map[string]Policy{"under the defaults": DefaultPolicy(), "of an exempt change": exempt} {
		c := breaking(wrongMode)
		c.Override = &Override{By: "olga"}
		v := Evaluate(p, c, time.Time{})
		if v.Title != "Passes by override: olga lifts that .github/backout.yml is not valid after this change" || v.Blocked {
			t.Errorf("%s: %s", name, v.Title)
		}
	}
}

func TestManyFaultsOfAPolicyFile(t *testing.T) {
	v := Evaluate(DefaultPolicy(), breaking(slices.Repeat([]PolicyFault{unknownKey}, 13)...), time.Time{})
	const more = "The nearest key is tasks. Three more things are wrong in this file: `backout policy check .github/backout.yml` names all."
	if n := len(v.Findings); n != 10 || v.Findings[n-1].Fix != more || strings.Contains(v.Findings[0].Fix, "more things") {
		t.Errorf("%d findings, the last with fix %q", n, v.Findings[n-1].Fix)
	}
}

// What was not read is neither valid nor broken.
func TestAPolicyFileThatWasNotSeen(t *testing.T) {
	const repository = "Whether .github/backout.yml is valid after the change was not judged: its text was not seen."
	const organisation = "Whether backout.yml is an organisation's policy file, and valid, was not judged: the repository's name is not known."
	root := File{Path: "backout.yml", Status: Modified, Additions: 1, Patch: "@@ -1 +1,2 @@\n a\n+b"}
	for _, tt := range []struct {
		name, repo string
		edits      []PolicyEdit
		want       []string
	}{
		{"neither", "", nil, []string{repository, organisation}},
		{"only one", "", []PolicyEdit{{Path: ".github/backout.yml"}}, []string{organisation}},
		{"the other one is no policy file", "acme/shop", []PolicyEdit{{Path: ".github/backout.yml"}}, nil},
		{"both", "acme/.github", []PolicyEdit{{Path: ".github/backout.yml"}, {Path: "backout.yml"}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := breaking()
			c.Repo, c.PolicyEdits = tt.repo, tt.edits
			c.Files = append(c.Files, root)
			v := Evaluate(DefaultPolicy(), c, time.Time{})
			if diff := cmp.Diff(tt.want, v.NotSeen); diff != "" {
				t.Errorf("not seen (-want +got):\n%s", diff)
			}
		})
	}
}
