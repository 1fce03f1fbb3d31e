package checks

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDocumentationOnly(t *testing.T) {
	edit := func(path string) File {
		return File{Path: path, Status: Modified, Additions: 1, Patch: "@@ -1 +1,2 @@\n a\n+b"}
	}
	move := func(from, to string) File { return File{Path: to, Previous: from, Status: Renamed} }
	script := edit("docs/deploy.md")
	script.Executable = true
	tests := []struct {
		name  string
		files []File
		want  bool
	}{
		{"Markdown", []File{edit("README.md"), edit("docs/a/b.rst")}, true},
		{"pictures among the documents", []File{edit("docs/a.md"), edit("docs/img/a.png")}, true},
		{"a deleted document", []File{{Path: "docs/a.md", Status: Removed, Deletions: 9}}, true},
		{"a moved document", []File{move("a.md", "docs/b.md")}, true},
		{"a licence", []File{edit("LICENSE")}, true},
		{"a system's own documents", []File{edit("services/payments/README.md")}, true},
		{"code", []File{edit("README.md"), edit("a.go")}, false},
		{"code moved under docs", []File{move("src/a.go", "docs/a.go")}, false},
		{"code moved to a document's name", []File{move("src/a.go", "docs/a.md")}, false},
		{"a document that becomes code", []File{move("docs/a.md", "src/a.go")}, false},
		{"code that was always under docs", []File{edit("docs/conf.py")}, false},
		{"a page with scripts", []File{edit("docs/index.html")}, false},
		{"Markdown that is a program", []File{edit("docs/a.mdx")}, false},
		{"a picture of the product", []File{edit("web/logo.png")}, false},
		{"an executable", []File{script}, false},
		{"the policy file", []File{edit(".github/backout.yml")}, false},
		{"a pull-request template", []File{edit(".github/pull_request_template.md")}, false},
		{"one of several templates", []File{edit(".github/PULL_REQUEST_TEMPLATE/fix.md")}, false},
		{"an issue template", []File{edit(".github/ISSUE_TEMPLATE/bug.md")}, false},
		{"the code owners", []File{edit("docs/CODEOWNERS")}, false},
		{"beside a workflow", []File{edit(".github/workflows/README.md")}, false},
		{"a template of the product", []File{edit("mail/templates/welcome.md")}, false},
		{"a prompt", []File{edit("agent/prompts/triage.md")}, false},
		{"what a release is made from", []File{edit(".changeset/calm-cats.md")}, false},
		{"what a test reads", []File{edit("parser/testdata/a.md")}, false},
		{"requirements that end like text", []File{edit("docs/requirements.txt")}, false},
		{"no files: nothing is known of them", nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, unsure := exemption(Policy{}, Change{Diff: DiffWhole, Files: tt.files}, nil)
			want := (*Exemption)(nil)
			if tt.want {
				want = &Exemption{Reason: "documentation only"}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("exemption (-want +got):\n%s", diff)
			}
			if unsure != nil {
				t.Errorf("unsure of %q", unsure)
			}
		})
	}
}

func TestExemptionNeedsTheWholeDiff(t *testing.T) {
	p := Policy{Exempt: Exempt{Authors: []string{"dependabot[bot]"}, Paths: []string{"**"}}}
	c := Change{Author: "dependabot[bot]", Commits: []string{"dependabot[bot]"}, FromGitHub: true}
	files := []File{{Path: "README.md", Status: Modified, Additions: 1}}
	tests := []struct {
		name  string
		diff  DiffSeen
		files []File
		want  bool
	}{
		{"whole", DiffWhole, files, true},
		{"not seen", DiffNotSeen, nil, false},
		{"cut off", DiffTruncated, files, false},
		{"empty", DiffWhole, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c.Diff, c.Files = tt.diff, tt.files
			if got, _ := exemption(p, c, nil); (got != nil) != tt.want {
				t.Errorf("exemption %v, want one: %v", got, tt.want)
			}
		})
	}
}

func TestDocumentsThatThePolicyWatches(t *testing.T) {
	p := Policy{Irreversible: map[string]ClassRule{"legal": {Paths: []string{"docs/legal/**"}, Severity: Block}}}
	c := Change{Diff: DiffWhole, Files: []File{{Path: "docs/legal/terms.md", Status: Modified, Additions: 1}}}
	if got, _ := exemption(p, c, []IrreversibleLine{{Class: "legal", Severity: Block}}); got != nil {
		t.Errorf("exempt: %v", got)
	}
	if got, _ := exemption(Policy{}, c, []IrreversibleLine{{Class: "schema-migration", Severity: Block}}); got == nil {
		t.Error("a document is not exempt because of where it lies")
	}
}

func TestExemptPaths(t *testing.T) {
	p := Policy{Exempt: Exempt{Paths: []string{"tools/**", "**/*.ipynb"}}}
	tests := []struct {
		name  string
		files []File
		want  bool
	}{
		{"every file", []File{{Path: "tools/a.go"}, {Path: "lab/b.ipynb"}}, true},
		{"all but one", []File{{Path: "tools/a.go"}, {Path: "src/b.go"}}, false},
		{"moved into them", []File{{Path: "tools/a.go", Previous: "src/a.go", Status: Renamed}}, false},
		{"moved within them", []File{{Path: "tools/a.go", Previous: "tools/b.go", Status: Renamed}}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := exemption(p, Change{Diff: DiffWhole, Files: tt.files}, nil)
			if (got != nil) != tt.want {
				t.Errorf("exemption %v, want one: %v", got, tt.want)
			}
		})
	}
}

func TestExemptAuthors(t *testing.T) {
	p := Policy{Exempt: Exempt{Authors: []string{"dependabot[bot]", "renovate[bot]"}}}
	const bot = "dependabot[bot]"
	onWord := []string{"Whether the change is exempt as dependabot[bot]'s was not judged: an author is exempt only on GitHub's word."}
	tests := []struct {
		name       string
		author     string
		commits    []string
		fromGitHub bool
		lines      []IrreversibleLine
		want       bool
		unsure     []string
	}{
		{"author of all", bot, []string{bot, bot}, true, nil, true, nil},
		{"letters count for nothing", "Dependabot[bot]", []string{bot}, true, nil, true, nil},
		{"a person's commit on top", bot, []string{bot, "octocat"}, true, nil, false, nil},
		{"a commit by nobody known", bot, []string{bot, ""}, true, nil, false, nil},
		{"another exempt bot's commit", bot, []string{"renovate[bot]"}, true, nil, false, nil},
		{"no commits known", bot, nil, true, nil, false, nil},
		{"a person with the bot's commits", "octocat", []string{bot}, true, nil, false, nil},
		{"a person of nearly that name", "dependabot", []string{"dependabot"}, true, nil, false, nil},
		{"nobody", "", []string{""}, true, nil, false, nil},
		{"on the caller's word", bot, []string{bot}, false, nil, false, onWord},
		{"on the caller's word, somebody else", "octocat", []string{"octocat"}, false, nil, false, nil},
		{"something irreversible blocks", bot, []string{bot}, true, []IrreversibleLine{{Severity: Block}}, false, nil},
		{"something irreversible blocks, dealt with", bot, []string{bot}, true, []IrreversibleLine{{Severity: Block, Addressed: true}}, false, nil},
		{"something irreversible warns", bot, []string{bot}, true, []IrreversibleLine{{Severity: Warn}}, true, nil},
		{"on the caller's word it would not matter", bot, []string{bot}, false, []IrreversibleLine{{Severity: Block}}, false, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := Change{
				Author: tt.author, Commits: tt.commits, FromGitHub: tt.fromGitHub,
				Diff: DiffWhole, Files: []File{{Path: "go.mod", Status: Modified, Additions: 1}},
			}
			got, unsure := exemption(p, c, tt.lines)
			if (got != nil) != tt.want {
				t.Errorf("exemption %v, want one: %v", got, tt.want)
			}
			if diff := cmp.Diff(tt.unsure, unsure); diff != "" {
				t.Errorf("unsure (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRevertsByNameAlone(t *testing.T) {
	onWord := []string{"Whether the change is a true revert was not judged: a revert is exempt only on GitHub's word."}
	tests := []struct {
		name        string
		title, body string
		fromGitHub  bool
		unsure      []string
	}{
		{"git's title", `Revert "Add retry"`, "", false, onWord},
		{"git's body", "Take it back", "This reverts commit 9f3c1ab.", false, onWord},
		{"GitHub's body", "Take it back", "Reverts acme/shop#812\n", false, onWord},
		{"a conventional title", "revert: add retry", "", false, onWord},
		{"prose about reverting", "Revert policy for editors", "Reverts are easy here.", false, nil},
		{"GitHub found no pull request", `Revert "Add retry"`, "Reverts acme/shop#812", true, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := Change{
				Title: tt.title, Body: tt.body, FromGitHub: tt.fromGitHub,
				Diff: DiffWhole, Files: []File{{Path: "a.go", Status: Modified, Additions: 1, Patch: "@@ -1 +1,2 @@\n a\n+b"}},
			}
			if !tt.fromGitHub {
				// Not even with the other pull request at hand.
				c.Reverts = &Reverted{Number: 812, Files: []File{{Path: "a.go", Status: Modified, Deletions: 1, Patch: "@@ -1,2 +1 @@\n a\n-b"}}}
			}
			got, unsure := exemption(Policy{}, c, nil)
			if got != nil {
				t.Errorf("exempt: %v", got)
			}
			if diff := cmp.Diff(tt.unsure, unsure); diff != "" {
				t.Errorf("unsure (-want +got):\n%s", diff)
			}
		})
	}
}
