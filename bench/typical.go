// Package bench measures the judgement: how long it takes, and how much memory,
// for what people write every day and for what nobody should write.
package bench

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/backout-dev/backout/checks"
)

// Description is a typical description of 4 KB.
//
//go:embed testdata/description.md
var Description string

var typicalFiles = []struct {
	path      string
	status    checks.Status
	additions int
	deletions int
}{
	{".github/workflows/ledger.yml", checks.Modified, 3, 1},
	{"CHANGELOG.md", checks.Modified, 4, 0},
	{"deploy/shop/values.yaml", checks.Modified, 6, 2},
	{"deploy/ledger/values.yaml", checks.Modified, 2, 2},
	{"docs/billing/numbers.md", checks.Modified, 31, 12},
	{"go.mod", checks.Modified, 2, 1},
	{"go.sum", checks.Modified, 6, 2},
	{"proto/ledger/v1/ledger.proto", checks.Modified, 18, 0},
	{"gen/ledger/v1/ledger.pb.go", checks.Modified, 212, 40},
	{"gen/ledger/v1/ledger_grpc.pb.go", checks.Modified, 44, 6},
	{"services/ledger/reserve.go", checks.Added, 88, 0},
	{"services/ledger/reserve_test.go", checks.Added, 120, 0},
	{"services/ledger/series.go", checks.Modified, 14, 9},
	{"services/ledger/server.go", checks.Modified, 21, 3},
	{"services/ledger/server_test.go", checks.Modified, 36, 2},
	{"services/ledger/store/returned.go", checks.Added, 52, 0},
	{"services/ledger/store/returned_test.go", checks.Added, 61, 0},
	{"services/ledger/migrations/0031_returned_numbers.sql", checks.Added, 9, 0},
	{"services/shop/app/models/invoice.rb", checks.Modified, 12, 18},
	{"services/shop/app/services/place_order.rb", checks.Modified, 26, 11},
	{"services/shop/app/services/return_number.rb", checks.Added, 24, 0},
	{"services/shop/config/flags.yml", checks.Modified, 4, 0},
	{"services/shop/lib/ledger_client.rb", checks.Renamed, 17, 5},
	{"services/shop/spec/models/invoice_spec.rb", checks.Modified, 22, 14},
	{"services/shop/spec/services/place_order_spec.rb", checks.Modified, 48, 6},
	{"services/shop/spec/fixtures/ledger/reserve.json", checks.Added, 14, 0},
	{"services/shop/app/services/counter.rb", checks.Removed, 0, 33},
	{"dashboards/billing.json", checks.Modified, 70, 12},
	{"bin/numbers", checks.Modified, 29, 4},
	{"infra/alerts/billing.tf", checks.Modified, 15, 0},
}

// Typical is a change of every day: a description of 4 KB, and 30 files with
// their patches.
func Typical() checks.Change {
	c := change(Description)
	for _, f := range typicalFiles {
		file := checks.File{
			Path: f.path, Status: f.status, Additions: f.additions, Deletions: f.deletions,
			Patch: patch(f.path, f.additions, f.deletions),
		}
		if f.status == checks.Renamed {
			file.Previous = "services/shop/lib/counter_client.rb"
		}
		c.Files = append(c.Files, file)
	}
	return c
}

// Largest is the most that GitHub shows of one pull request: as many files as
// it lists, and together no more lines in their patches than it displays
// (20,000, up to 1 MB).
func Largest(description string) checks.Change {
	const lines = 20000 / checks.MaxListedFiles
	kinds := []string{
		"services/shop/app/models/m%d.rb", "services/ledger/f%d.go", "db/migrate/%d_change.sql", "proto/v1/p%d.proto",
		"infra/prod/i%d.tf", "deploy/shop/k%d.yaml", "api/openapi/a%d.yaml", "web/src/c%d.test.tsx", "docs/d%d.md",
		"vendor/lib/v%d.go", ".github/workflows/w%d.yml", "packages/p%d/package.json",
	}
	c := change(description)
	for i := range checks.MaxListedFiles {
		path := fmt.Sprintf(kinds[i%len(kinds)], i)
		c.Files = append(c.Files, checks.File{
			Path: path, Status: checks.Modified, Additions: lines - lines/3, Deletions: lines / 3,
			Patch: patch(path, lines-lines/3, lines/3),
		})
	}
	return c
}

func change(description string) checks.Change {
	return checks.Change{
		Repo: "acme/shop", Number: 812, Title: "Take invoice numbers from the ledger", Author: "octocat",
		Base: "main", HeadSHA: "4c1d9e2f0a7b63158d2ce94f7a0b1c3d5e6f7a89", Body: description, Diff: checks.DiffWhole,
		Templates: []string{"## Why\n\n<!-- What for? -->\n\n## Rollback plan\n\n<!-- How do we get back? -->\n\n" +
			"## Worst-case scenario\n\n## Blast radius\n\n- [ ] I have read the guidelines\n"},
	}
}

// Policy is the default policy with systems, as most organisations have them.
func Policy() checks.Policy {
	p := checks.DefaultPolicy()
	p.Systems = []checks.System{
		{Name: "ledger", Paths: []string{"services/ledger/**", "deploy/ledger/**"}},
		{Name: "shop", Paths: []string{"services/shop/**", "deploy/shop/**"}, Also: []string{"checkout"}},
		{Name: "reporting", Paths: []string{"services/reporting/**"}},
		{Name: "search", Paths: []string{"services/search/**", "search/**"}},
	}
	return p
}

// patch makes one hunk of ordinary lines, removed ones first.
func patch(path string, additions, deletions int) string {
	text := []string{
		"total = lines.sum { |l| l.net + l.tax }",
		`return fmt.Errorf("reserve %s: %w", series, err)`,
		"CREATE INDEX returned_numbers_series ON returned_numbers (series);",
		"  string series = 1; // for example 'invoices'",
		`  "panels": [{"title": "numbers by series", "type": "graph"}],`,
		"    timeout: 800ms",
		"",
		"if number == 0 {",
	}
	var b strings.Builder
	fmt.Fprintf(&b, "@@ -10,%d +10,%d @@ %s", deletions+2, additions+2, path)
	b.WriteString("\n unchanged before")
	for i := range deletions {
		b.WriteString("\n-" + text[(i+3)%len(text)])
	}
	for i := range additions {
		b.WriteString("\n+" + text[i%len(text)])
	}
	b.WriteString("\n unchanged after")
	return b.String()
}
