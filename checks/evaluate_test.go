package checks

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/plan"
	"github.com/google/go-cmp/cmp"
)

var monday = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

const goodPlan = `## Rollback plan
Revert this PR and redeploy ` + "`shop` 1.4" + `.

## Worst-case scenario
Orders are charged twice.

## Blast radius
Customers of the web shop.
`

func codeChange(body string) Change {
	return Change{Body: body, Diff: DiffWhole, Files: []File{
		{Path: "shop/cart.go", Status: Modified, Additions: 1, Deletions: 1, Patch: "@@ -1 +1 @@\n-a := 1\n+a := 2"},
	}}
}

func codes(v Verdict) []string {
	var out []string
	for _, f := range v.Findings {
		out = append(out, fmt.Sprintf("%s: %s", f.Severity, f.Code))
	}
	return out
}

func TestEvaluate(t *testing.T) {
	migration := File{
		Path: "db/migrate/7_drop_email.rb", Status: Added, Additions: 5,
		Patch: "@@ -0,0 +1,5 @@\n+class DropEmail < ActiveRecord::Migration[7.1]\n+  def change\n+    remove_column :users, :email, :string\n+  end\n+end",
	}
	for _, tt := range []struct {
		name       string
		change     Change
		policy     func(*Policy)
		conclusion Conclusion
		title      string
		codes      []string
	}{
		{"complete", codeChange(goodPlan), nil, Success, "Passes", nil},
		{
			"nothing written", codeChange(""), nil, Failure, "Blocked: the rollback plan is missing",
			[]string{"block: sections/missing", "block: sections/missing", "block: sections/missing"},
		},
		{
			"audit reports only", codeChange(""), func(p *Policy) { p.Mode = Audit }, Neutral,
			"Reports only: would block, the rollback plan is missing",
			[]string{"block: sections/missing", "block: sections/missing", "block: sections/missing"},
		},
		{"audit passes", codeChange(goodPlan), func(p *Policy) { p.Mode = Audit }, Neutral, "Reports only: passes", nil},
		{
			"rolls forward", codeChange(strings.Replace(goodPlan, "Revert this PR and redeploy `shop` 1.4.", "Cannot be rolled back: the old key is revoked. We ship a hotfix.", 1)),
			nil, Success, "Passes with one warning: it only rolls forward",
			[]string{"warn: sections/roll_forward"},
		},
		{"a section that is not required", codeChange("## Rollback plan\nRevert this PR."), func(p *Policy) {
			p.Sections[1].Require, p.Sections[2].Require = Require{}, Require{}
		}, Success, "Passes", nil},
		{
			"documentation only",
			Change{Diff: DiffWhole, Files: []File{{Path: "docs/a.md", Status: Modified, Additions: 3, Deletions: 1, Patch: "@@ -1 +1,3 @@\n-a\n+b\n+c\n+d"}}},
			nil, Success, "Passes: not applicable, documentation only", nil,
		},
		{"no diff seen", Change{Body: goodPlan}, nil, Success, "Passes", nil},
		{
			"too many files to list",
			Change{Body: goodPlan, Diff: DiffTruncated, Files: make([]File, 3000)},
			nil, Failure,
			"Blocked: the change is too large to judge",
			[]string{"block: diff-size/not-listed"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := DefaultPolicy()
			if tt.policy != nil {
				tt.policy(&p)
			}
			v := Evaluate(p, tt.change, monday)
			if v.Conclusion != tt.conclusion || v.Title != tt.title {
				t.Errorf("%s %q, want %s %q", v.Conclusion, v.Title, tt.conclusion, tt.title)
			}
			if diff := cmp.Diff(tt.codes, codes(v)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("a revert is not enough for a dropped column", func(t *testing.T) {
		c := codeChange(goodPlan)
		c.Files = append(c.Files, migration)
		v := Evaluate(DefaultPolicy(), c, monday)
		if v.Sections[0].State != plan.Insufficient || !v.Blocked {
			t.Errorf("state %s, blocked %v", v.Sections[0].State, v.Blocked)
		}
		if diff := cmp.Diff([]string{"block: irreversible/schema-migration"}, codes(v)); diff != "" {
			t.Errorf("findings (-want +got):\n%s", diff)
		}
	})
	t.Run("a plan that restores the column is", func(t *testing.T) {
		c := codeChange(strings.Replace(goodPlan, "redeploy", "restore `users.email` from the snapshot, then redeploy", 1))
		c.Files = append(c.Files, migration)
		if v := Evaluate(DefaultPolicy(), c, monday); v.Blocked || !v.Irreversible[0].Addressed {
			t.Errorf("%s %v", v.Title, codes(v))
		}
	})
	t.Run("off switches the class off", func(t *testing.T) {
		c := codeChange(goodPlan)
		c.Files = append(c.Files, migration)
		p := DefaultPolicy()
		p.Irreversible = map[string]ClassRule{"schema-migration": {Severity: Off}}
		if v := Evaluate(p, c, monday); v.Blocked || v.Sections[0].State != plan.Complete {
			t.Errorf("%s %v", v.Title, codes(v))
		}
	})
	t.Run("under warn the state stays and the check warns", func(t *testing.T) {
		c := codeChange(goodPlan)
		c.Files = append(c.Files, migration)
		p := DefaultPolicy()
		p.Irreversible = map[string]ClassRule{"schema-migration": {Severity: Warn}}
		v := Evaluate(p, c, monday)
		if v.Blocked || v.Sections[0].State != plan.Complete {
			t.Errorf("%s: %s", v.Title, v.Sections[0].State)
		}
		if diff := cmp.Diff([]string{"warn: irreversible/schema-migration"}, codes(v)); diff != "" {
			t.Errorf("findings (-want +got):\n%s", diff)
		}
	})
}

func TestDigests(t *testing.T) {
	c := codeChange(goodPlan)
	a, b := Evaluate(DefaultPolicy(), c, monday), Evaluate(DefaultPolicy(), c, monday.Add(time.Hour))
	if a.InputDigest != b.InputDigest || a.OutputDigest != b.OutputDigest {
		t.Error("the digests depend on the time alone")
	}
	c.Body += "\nMore."
	if d := Evaluate(DefaultPolicy(), c, monday); d.InputDigest == a.InputDigest {
		t.Error("another description has the same input digest")
	}
	p := DefaultPolicy()
	p.DiffSize.BlockAbove = 1
	if d := Evaluate(p, codeChange(goodPlan), monday); d.InputDigest == a.InputDigest || d.OutputDigest == a.OutputDigest {
		t.Error("another policy has the same digests")
	}
}

// The way in which a description is stored is no part of what it says.
func TestTheSameDescriptionInOtherBytes(t *testing.T) {
	forms := []struct {
		name   string
		change func(string) string
	}{
		{"CRLF", func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n") }},
		{"byte-order mark", func(s string) string { return "\ufeff" + s }},
		{"no-break spaces", func(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }},
		{"zero-width characters", func(s string) string { return strings.ReplaceAll(s, "e", "e\u200b\u2060") }},
	}
	for _, set := range []string{"basic", "forms", "substance", "languages"} {
		for _, d := range readDescribed(t, "testdata/descriptions/"+set+".jsonl") {
			want := states(Evaluate(DefaultPolicy(), d.change(), monday))
			for _, f := range forms {
				c := d.change()
				c.Body = f.change(c.Body)
				if got := states(Evaluate(DefaultPolicy(), c, monday)); got != want {
					t.Errorf("%s with %s: %s, want %s", d.ID, f.name, got, want)
				}
			}
		}
	}
}

func states(v Verdict) string {
	var out []string
	for _, s := range v.Sections {
		out = append(out, string(s.State))
	}
	return fmt.Sprint(out, v.TasksUnchecked)
}
