package checks

import (
	"slices"
	"strings"
	"testing"
)

const dropEmail = "@@ -0,0 +1 @@\n+ALTER TABLE users DROP COLUMN email;"

// What an author might try to pass without a plan that brings the data back.
func TestCannotBeForged(t *testing.T) {
	sql := func(path string) File { return File{Path: path, Status: Added, Additions: 1, Patch: dropEmail} }
	many := make([]File, 0, MaxListedFiles)
	for range MaxListedFiles {
		many = append(many, File{Path: "src/a.go", Status: Modified, Additions: 1, Patch: "@@ -0,0 +1 @@\n+a"})
	}
	for _, tt := range []struct {
		name   string
		change Change
		code   string // the finding that must block; empty: any
	}{
		{"code moved under docs is no documentation", Change{Diff: DiffWhole, Files: []File{
			{Path: "docs/cart.md", Previous: "shop/cart.go", Status: Renamed, Additions: 1, Deletions: 1, Patch: "@@ -1 +1 @@\n-a\n+b"},
		}}, "sections/missing"},
		{"a title that looks like a revert", Change{Title: `Revert "Add cart"`, Body: "This reverts commit 4c1d9e2.", Diff: DiffWhole, Files: codeChange("").Files}, "sections/missing"},
		{"a bot's name without GitHub's word", Change{Author: "dependabot[bot]", Diff: DiffWhole, Files: codeChange("").Files}, "sections/missing"},
		{"a migration under testdata", Change{Body: goodPlan, Diff: DiffWhole, Files: []File{sql("db/testdata/migrations/7_drop.sql")}}, "irreversible/schema-migration"},
		{"a migration under vendor", Change{Body: goodPlan, Diff: DiffWhole, Files: []File{sql("vendor/db/migrate/7_drop.sql")}}, "irreversible/schema-migration"},
		{"a migration moved under docs", Change{Body: goodPlan, Diff: DiffWhole, Files: []File{
			{Path: "docs/7_drop.md", Previous: "db/migrate/7_drop.sql", Status: Renamed, Additions: 1, Patch: dropEmail},
		}}, "irreversible/schema-migration"},
		{"a migration beside a file of 2 MB without a patch", Change{Body: goodPlan, Diff: DiffWhole, Files: []File{
			{Path: "assets/map.bin", Status: Added},
			{Path: "web/data.json", Status: Modified, Additions: 40000},
			{Path: "db/migrate/7_drop.sql", Status: Added, Additions: 1},
		}}, "irreversible/schema-migration"},
		{"a migration as file 3,001", Change{Body: goodPlan, Diff: DiffTruncated, Files: many}, "diff-size/not-listed"},
		{"a Terraform stack under tests", Change{Body: goodPlan, Diff: DiffWhole, Files: []File{{
			Path: "tests/stack/main.tf", Status: Modified, Deletions: 4,
			Patch: "@@ -1,4 +0,0 @@\n-resource \"aws_db_instance\" \"orders\" {\n-  engine         = \"postgres\"\n-  instance_class = \"db.t3.large\"\n-}",
		}}}, "irreversible/infrastructure-state"},
		{"a generated migration", Change{Body: goodPlan, Diff: DiffWhole, Files: []File{
			{Path: "db/migrate/7_drop.sql", Status: Added, Additions: 1, Patch: dropEmail, Generated: Set, Vendored: Set},
		}}, "irreversible/schema-migration"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := DefaultPolicy()
			p.Exempt.Authors = []string{"dependabot[bot]"}
			v := Evaluate(p, tt.change, monday)
			if !v.Blocked {
				t.Fatalf("%s: %v", v.Title, codes(v))
			}
			if !slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.Code == tt.code && f.Severity == Block }) {
				t.Errorf("findings %v, want %s to block", codes(v), tt.code)
			}
		})
	}
}

func TestWhatWasNotGrantedIsSaid(t *testing.T) {
	c := Change{Title: `Revert "Add cart"`, Diff: DiffWhole, Files: codeChange("").Files}
	if v := Evaluate(DefaultPolicy(), c, monday); !strings.Contains(strings.Join(v.NotSeen, " "), "revert") {
		t.Errorf("not seen: %q", v.NotSeen)
	}
}
