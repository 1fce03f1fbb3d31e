package checks

import (
	"fmt"
	"strings"
	"testing"
)

// ordinaryFiles is a large ordinary change: code of several languages, YAML and a
// few migrations, with patches of about a megabyte in all.
func ordinaryFiles(n int) []File {
	kinds := []struct{ path, line string }{
		{"services/orders/internal/handler_%d.go", "\tif err := s.store.Save(ctx, order); err != nil { return fmt.Errorf(\"save order: %%w\", err) }"},
		{"web/src/components/Panel%d.tsx", "  const total = useMemo(() => rows.reduce((sum, row) => sum + row.amount, 0), [rows])"},
		{"app/models/concerns/part_%d.rb", "    @invoices ||= customer.invoices.where(paid: false).order(:created_at).includes(:lines)"},
		{"deploy/apps/app-%d.yaml", "            - name: http\n               containerPort: 8080"},
		{"src/main/java/com/acme/orders/Order%d.java", "        return repository.findById(id).map(mapper::toDto).orElseThrow(NotFoundException::new);"},
		{"docs/guide/page-%d.md", "The table below lists what the importer reads, in the order in which it reads it."},
		{"db/migrate/20240101%06d_add_things.rb", "    add_column :orders, :note, :string, null: true, comment: \"free text of the customer\""},
		{"terraform/prod/app_%d.tf", "    environment = { LOG_LEVEL = \"info\", REGION = var.region, BUCKET = local.bucket }"},
	}
	files := make([]File, n)
	for i := range files {
		k := kinds[i%len(kinds)]
		var b strings.Builder
		fmt.Fprintf(&b, "@@ -%d,2 +%d,5 @@ context", i, i)
		b.WriteString("\n " + k.line)
		for range 3 {
			b.WriteString("\n+" + strings.ReplaceAll(k.line, "\n", "\n+"))
		}
		b.WriteString("\n-" + k.line)
		files[i] = File{Path: fmt.Sprintf(k.path, i), Status: Modified, Additions: 3, Deletions: 1, Patch: b.String()}
	}
	return files
}

func BenchmarkIrreversibleLines(b *testing.B) {
	files := ordinaryFiles(3000)
	size := 0
	for _, f := range files {
		size += len(f.Patch)
	}
	irreversibleLines(files, nil)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		irreversibleLines(files, nil)
	}
}

// BenchmarkIrreversibleHostile holds every literal that the rules look for.
func BenchmarkIrreversibleHostile(b *testing.B) {
	for _, c := range []struct{ name, path, line string }{
		{"migration", "db/migrations/%d.sql", "alter table drop column rename to update set not null delete from modify"},
		{"terraform", "infra/%d.tf", `  "s3:GetObject", bucket = "x" resource "aws_s3_bucket" name = "y" deletion_protection`},
		{"proto", "api/%d.proto", "  string name_of_thing = 12; repeated int32 other = 13; ENUM_VALUE = 4;"},
		{"yaml", "k8s/%d.yaml", "  storage: 10Gi storageClassName: fast kind: StatefulSet verbs: [get] resources: [secrets]"},
	} {
		b.Run(c.name, func(b *testing.B) {
			var files []File
			for i := range 30 {
				patch := "@@ -1,300 +1,300 @@\n" + strings.Repeat("+"+c.line+"\n-"+c.line+"x\n", 300)
				files = append(files, File{Path: fmt.Sprintf(c.path, i), Status: Modified, Additions: 300, Deletions: 300, Patch: patch})
			}
			b.SetBytes(int64(30 * len(files[0].Patch)))
			b.ReportAllocs()
			for b.Loop() {
				irreversibleLines(files, nil)
			}
		})
	}
}

func BenchmarkReadClasses(b *testing.B) {
	entries, _ := classFiles.ReadDir("classes")
	langs := languages()
	for b.Loop() {
		for _, e := range entries {
			text, _ := classFiles.ReadFile("classes/" + e.Name())
			if _, err := readClass(e.Name(), string(text), langs); err != nil {
				b.Fatal(err)
			}
		}
	}
}
