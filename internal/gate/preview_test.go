package gate

import (
	"strings"
	"testing"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
)

func TestPreviewOfAnEditedPolicy(t *testing.T) {
	org, own := File{Repo{"acme", ".github"}, "backout.yml"}, File{shop, ".github/backout.yml"}
	const monitoring = "version: 1\nsections:\n  monitoring: {title: Monitoring, require: always}\n"
	const mild = "version: 1\nsections: {rollback: {require: never}, worst-case: {require: never}, blast-radius: {require: never}}\n"
	tests := map[string]struct {
		body   string
		now    string // the file on the default branch; empty: there is none
		edited string // at the head; empty: it is deleted
		change func(*Pull)
		title  string // of the preview; empty: there is none
		says   []string
	}{
		"a file is added": {
			body: good, edited: monitoring, title: "the edited policy file is not in force yet",
			says: []string{"would come to: Blocked: the monitoring is missing.", "New: the monitoring is missing."},
		},
		"a file asks for less": {
			body: poor, now: "version: 1\n", edited: mild, title: "the change makes the policy ask for less",
			says: []string{"would come to: Passes", "Gone: the rollback plan is missing", "sections.rollback.require was always and would be never"},
		},
		"a file is deleted": {
			body: poor, now: monitoring, title: "the change makes the policy ask for less",
			says: []string{"gone, as this change has it", "the file is gone, and all that it asks for"},
		},
		"a file that is not valid": {body: good, now: "version: 1\n", edited: "version: 7\n"},
		"into another branch":      {body: good, now: "version: 1\n", edited: mild, change: func(p *Pull) { p.Change.Base = "release/1" }},
		"a file that was not read": {body: good, now: "version: 1\n", edited: mild, change: func(p *Pull) { p.HeadPolicies = nil }},
		"long hostile values": {
			body: good, now: "version: 1\n", edited: "version: 1\nexempt: {paths: [\"" + strings.Repeat("x", 200) + "/**\"]}\n",
			title: "the change makes the policy ask for less", says: []string{"xxx..."},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			p := w.open(1, tt.body, "aaa", shop.String())
			p.Change.Files = []checks.File{{Path: own.Path, Status: checks.Modified, Additions: 1}, {Path: "cart/round.go", Status: checks.Modified, Additions: 3}}
			if tt.now != "" {
				p.Repository = present(own, tt.now)
			}
			head := present(own, tt.edited)
			if tt.edited == "" {
				head = Text{File: own, State: config.Absent}
				p.Change.Files[0].Status = checks.Removed
			}
			p.HeadPolicies = []Text{head}
			if tt.change != nil {
				tt.change(p)
			}
			check(t, judgedIn(t, w, Options{}), tt.title, tt.says)
		})
	}

	t.Run("the organisation's floor is lowered", func(t *testing.T) {
		w := newWorld()
		p := w.open(1, poor, "aaa", "acme/.github")
		p.Ref.Repo, p.Change.Repo = org.Repo, org.Repo.String()
		p.Change.Files = []checks.File{{Path: org.Path, Status: checks.Modified, Additions: 1}}
		p.Organisation = present(org, "version: 1\ndiff-size: {block-above: 500}\n")
		p.Repository = Text{File: File{org.Repo, own.Path}, State: config.Absent}
		p.HeadPolicies = []Text{present(org, "version: 1\nmode: audit\n")}
		check(t, judgedIn(t, w, Options{Ask: Ask{Organisation: org}}), "the change makes the policy ask for less",
			[]string{"mode was enforce and would be audit", "diff-size.block-above was 500 and would be 1000", "Reports only"})
	})
}

// check looks at the preview of a verdict. It is a note, and no more.
func check(t *testing.T, j Judged, title string, says []string) {
	t.Helper()
	var found *checks.Finding
	for i, f := range j.Verdict.Findings {
		if f.Code == "policy/preview" {
			found = &j.Verdict.Findings[i]
		}
	}
	switch {
	case found == nil && title == "":
		return
	case found == nil || title == "":
		t.Fatalf("preview %+v, want %q", found, title)
	case found.Title != title || found.Severity != checks.Note || found.Line != 0:
		t.Errorf("preview %+v, want %q", found, title)
	}
	for _, s := range says {
		if !strings.Contains(found.Message, s) {
			t.Errorf("it does not say %q:\n%s", s, found.Message)
		}
	}
	if len(found.Message) > 2000 {
		t.Errorf("%d bytes", len(found.Message))
	}
}
