package checks_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/checks"
)

func TestNeedsLines(t *testing.T) {
	own := map[string]checks.ClassRule{"search-mapping": {Severity: checks.Block, Paths: []string{"notes/**"}, Ask: "How?", Way: checks.WayRevert}}
	tests := map[string]struct {
		policy checks.Policy
		file   checks.File
		want   bool
	}{
		"a migration":                              {checks.Policy{}, checks.File{Path: "db/migrate/7_x.sql", Status: checks.Added}, true},
		"a document":                               {checks.Policy{}, checks.File{Path: "docs/a.md", Status: checks.Modified}, false},
		"a test":                                   {checks.Policy{}, checks.File{Path: "cart/cart_test.go", Status: checks.Modified}, false},
		"any text, which may hold a secret":        {checks.Policy{}, checks.File{Path: "notes.txt", Status: checks.Modified}, true},
		"a document that was something else":       {checks.Policy{}, checks.File{Path: "docs/a.md", Status: checks.Renamed}, true},
		"a document whose former name is known":    {checks.Policy{}, checks.File{Path: "docs/a.md", Previous: "docs/b.md", Status: checks.Renamed}, false},
		"a document in a class of the policy's":    {checks.Policy{Irreversible: own}, checks.File{Path: "notes/a.md", Status: checks.Modified}, true},
		"a document in a class of a floor's floor": {checks.Policy{Floor: &checks.Policy{Floor: &checks.Policy{Irreversible: own}}}, checks.File{Path: "notes/a.md", Status: checks.Modified}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := checks.NeedsLines(tt.policy, []checks.File{{Path: "README.md", Status: checks.Modified}, tt.file}); got != tt.want {
				t.Errorf("NeedsLines = %t", got)
			}
		})
	}
}

// Where NeedsLines says no, lines must not make a difference, whatever they say.
func TestLinesThatAreNotNeededChangeNothing(t *testing.T) {
	paths := []string{"docs/a.md", "LICENSE", "README.rst", "docs/img.svg", "cart/cart_test.go", "spec/cart_spec.rb", "CHANGELOG.md", "docs/adr/7.adoc", "notes.txt"}
	const destructive = "@@ -1,3 +1,3 @@\n-ALTER TABLE users ADD COLUMN email text;\n+ALTER TABLE users DROP COLUMN email;\n+DROP TABLE users;\n+resource \"aws_db_instance\" \"x\" { prevent_destroy = false }\n-version: 1.2.3\n+version: 1.2.4"
	at := time.Unix(0, 0)
	tried := 0
	for _, path := range paths {
		without := []checks.File{{Path: path, Status: checks.Modified, Additions: 4, Deletions: 2}}
		if checks.NeedsLines(checks.DefaultPolicy(), without) {
			continue
		}
		tried++
		with := []checks.File{without[0]}
		with[0].Patch = destructive
		a := checks.Evaluate(checks.DefaultPolicy(), checks.Change{Diff: checks.DiffWhole, Files: without}, at)
		b := checks.Evaluate(checks.DefaultPolicy(), checks.Change{Diff: checks.DiffWhole, Files: with}, at)
		if a.OutputDigest != b.OutputDigest {
			t.Errorf("%s: the lines make a difference:\n%s", path, cmp.Diff(a.Findings, b.Findings))
		}
	}
	if tried < 5 {
		t.Errorf("only %d of %d paths need no lines", tried, len(paths))
	}
}
