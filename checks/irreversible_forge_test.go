package checks

import (
	"fmt"
	"strings"
	"testing"
)

// added makes a new file of some lines.
func added(path, text string) File {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return File{
		Path: path, Status: Added, Additions: len(lines),
		Patch: fmt.Sprintf("@@ -0,0 +1,%d @@\n+%s", len(lines), strings.Join(lines, "\n+")),
	}
}

// TestIrreversibleCannotBeHidden moves, names and dresses a migration in ways
// that would let it pass.
func TestIrreversibleCannotBeHidden(t *testing.T) {
	const drop = "ALTER TABLE users DROP COLUMN email;\n"
	unseen := File{Path: "db/migrate/2_x.sql", Status: Added, Additions: 3}
	tests := []struct {
		name  string
		files []File
	}{
		{"git mv to the documentation", []File{{Path: "docs/x.sql", Previous: "db/migrate/x.sql", Status: Renamed}}},
		{"git mv from the documentation", []File{{Path: "db/migrate/x.sql", Previous: "docs/x.sql", Status: Renamed}}},
		{"git mv from there with a line added", []File{{
			Path: "db/migrate/x.sql", Previous: "docs/x.sql", Status: Renamed,
			Additions: 1, Patch: "@@ -5,3 +5,4 @@\n a\n b\n c\n+d",
		}}},
		{"a copy", []File{{Path: "db/migrate/x.sql", Previous: "docs/x.sql", Status: Copied}}},
		{"a new number, so that it runs again", []File{{Path: "db/migrate/2_x.rb", Previous: "db/migrate/1_x.rb", Status: Renamed}}},
		{"under testdata", []File{added("internal/testdata/migrations/1.sql", drop)}},
		{"under vendor", []File{added("vendor/acme/db/migrate/1_x.rb", "remove_column :users, :email\n")}},
		{"under test", []File{added("test/migrations/1.sql", drop)}},
		{"under fixtures", []File{added("spec/fixtures/db/migrate/1_x.rb", "drop_table :users\n")}},
		{"in capitals", []File{added("Db/Migrations/V2__X.SQL", drop)}},
		{"beside a file too large to see", []File{{Path: "data/big.json", Status: Added, Additions: 2_000_000}, added("db/migrations/1.sql", drop)}},
		{"a patch that is missing", []File{unseen}},
		{"a patch that is cut short", []File{{Path: unseen.Path, Status: Added, Additions: 3, Patch: "@@ -0,0 +1,3 @@\n+SELECT 1;"}}},
		{"a removed file that was not seen", []File{{Path: "db/migrate/1_x.sql", Status: Removed, Deletions: 9}}},
		{"a patch without its header", []File{{Path: "db/migrations/1.sql", Status: Added, Additions: 1, Patch: "+" + drop}}},
		{"behind what looks like the way back, where no tool reads it", []File{added("db/migration/V2__x.sql", "-- +goose Down\n"+drop)}},
		{"named a rollback, where the name says nothing", []File{added("db/migration/V2__x_rollback.sql", drop)}},
		{"a function with a backward name that runs forward", []File{added("app/migrations/0002_x.py",
			"def reverse_it(apps, editor):\n    User.objects.filter(a=1).delete()\n\noperations = [migrations.RunPython(reverse_it)]\n")}},
		{"behind a way back that is already closed", []File{added("db/migrate/1_x.rb", "class X\n  def down; end\n    drop_table :users\nend\n")}},
		{"behind words", []File{added("db/migrate/1_x.rb", "  puts 'hello'; drop_table :users\n")}},
		{"in a comment that MySQL runs", []File{added("db/migrations/1.sql", "/*!50000 ALTER TABLE users DROP COLUMN email */;\n")}},
		{"behind a quote that Postgres does not escape", []File{added("db/migrations/1.sql", "SELECT '\\'AS a; ALTER TABLE users DROP COLUMN email; SELECT 'b';\n")}},
		{"behind a pattern that looks like a comment", []File{added("db/migrations/1.js",
			"exports.up = async (knex) => {\n  x.match(/[/*]/);\n  await knex.schema.dropTable('users');\n  /* end */\n};\n")}},
		{"over two lines", []File{added("db/migrations/1.sql", "ALTER TABLE users\n  DROP\n    COLUMN email;\n")}},
		{"in a string that is run", []File{added("db/migrations/1.sql", "DO $$ BEGIN EXECUTE 'ALTER TABLE users DROP COLUMN email'; END $$;\n")}},
		{"with carriage returns", []File{{Path: "db/migrations/1.sql", Status: Added, Additions: 1, Patch: "@@ -0,0 +1 @@\r\n+ALTER TABLE users DROP COLUMN email;\r\n"}}},
		{"a state file that is binary", []File{{Path: "prod/terraform.tfstate", Status: Modified}}},
		{"a resource that moves to another folder", []File{
			{Path: "a/main.tf", Status: Modified, Deletions: 1, Patch: "@@ -1 +0,0 @@\n-resource \"aws_s3_bucket\" \"logs\" {"},
			added("b/main.tf", "resource \"aws_s3_bucket\" \"logs\" {\n"),
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lines, _ := irreversibleLines(tt.files, nil)
			blocks := false
			for _, l := range lines {
				blocks = blocks || l.Severity == Block
			}
			if !blocks {
				t.Errorf("nothing blocks: %+v", lines)
			}
		})
	}
}

// TestHarmlessChangesPass has what a revert undoes, and what only looks as if
// it did not.
func TestHarmlessChangesPass(t *testing.T) {
	tests := []struct {
		name  string
		files []File
	}{
		{"a nullable column", []File{added("db/migrate/1_x.rb", "add_column :users, :nick, :string\n")}},
		{"a table and an index", []File{added("db/migrations/1.sql", "CREATE TABLE a (id int not null);\nCREATE INDEX i ON a (id);\n")}},
		{"a removed migration whose lines are seen", []File{{
			Path: "db/migrations/1.sql", Status: Removed, Deletions: 1,
			Patch: "@@ -1 +0,0 @@\n-ALTER TABLE users DROP COLUMN email;",
		}}},
		{"a renumbered migration that is seen whole", []File{{
			Path: "db/migration/V2__a.sql", Previous: "db/migration/V1__a.sql", Status: Renamed,
			Additions: 1, Deletions: 1, Patch: "@@ -1,2 +1,2 @@\n--- V1\n+-- V2\n ALTER TABLE a ADD COLUMN b int NULL;",
		}}},
		{"a comment", []File{added("db/migrations/1.sql", "-- DROP TABLE users;\n/* DROP TABLE users; */\nSELECT 1;\n")}},
		{"prose", []File{added("docs/migrations/how-to.md", "Then `DROP TABLE users;` removes it.\n")}},
		{"a string", []File{added("db/migrations/1.sql", "INSERT INTO notes VALUES ('first DROP TABLE users');\n")}},
		{"the way back", []File{added("db/migrations/1.down.sql", "DROP TABLE users;\n")}},
		{"a function that only the way back runs", []File{added("app/migrations/0002_x.py",
			"def fill(apps, editor):\n    pass\n\ndef clear(apps, editor):\n    User.objects.filter(a=1).delete()\n\noperations = [migrations.RunPython(fill, clear)]\n")}},
		{"a statement laid out anew", []File{{
			Path: "db/migrations/1.sql", Status: Modified, Additions: 2, Deletions: 1,
			Patch: "@@ -1 +1,2 @@\n-alter table users drop column email;\n+ALTER TABLE users\n+  DROP COLUMN email;",
		}}},
		{"a resource that moves within its folder", []File{
			{Path: "a/main.tf", Status: Modified, Deletions: 1, Patch: "@@ -1 +0,0 @@\n-resource \"aws_s3_bucket\" \"logs\" {"},
			added("a/logs.tf", "resource \"aws_s3_bucket\" \"logs\" {\n"),
		}},
		{"a file of the same folder renamed", []File{{Path: "a/storage.tf", Previous: "a/s3.tf", Status: Renamed}}},
		{"a schema file moved", []File{{Path: "proto/v1/a.proto", Previous: "api/a.proto", Status: Renamed}}},
		{"a new mode", []File{{Path: "db/migrations/1.sql", Status: Changed}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if lines, _ := irreversibleLines(tt.files, nil); len(lines) > 0 {
				t.Errorf("lines %+v", lines)
			}
		})
	}
}

// TestHostileChangeIsNotJudgedWhole: what lies behind the work that one change
// may cost is presumed, not passed.
func TestHostileChangeIsNotJudgedWhole(t *testing.T) {
	var files []File
	for i := range 40 {
		// Every line holds the literals and none is a signal.
		files = append(files, added(fmt.Sprintf("db/migrations/%d.sql", i), strings.Repeat("alter table drop column rename set not null delete from\n", 700)))
	}
	lines, _ := irreversibleLines(append(files, added("db/migrations/last.sql", "alter table a rename column b to c;\n")), nil)
	if len(lines) == 0 || lines[len(lines)-1].Path != "db/migrations/last.sql" {
		t.Errorf("%d lines, the last file is not among them", len(lines))
	}
}
