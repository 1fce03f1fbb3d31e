package checks

import (
	"strings"
	"testing"
)

// What merges of public repositories hold and a plain revert undoes, each beside
// the like of it that stays.
func TestIrreversibleLookAlikes(t *testing.T) {
	for _, tt := range []struct {
		name  string
		file  File
		lines int
	}{
		{"what becomes of rows when another is deleted", patched("priv/repo/migrations/20260101000000_add_owner.exs",
			"+    alter table(:devices) do", "+      add :owner_id, references(:users, on_delete: :delete_all)", "+    end"), 0},
		{"rows that are deleted", patched("priv/repo/migrations/20260101000000_drop_owners.exs",
			"+  def up do", "+    Repo.delete_all(\"owners\")", "+  end"), 1},
		{"the version of a cluster that others choose", patched("nodes.tf",
			"-  kubernetes_version = try(each.value.kubernetes_version, local.version)",
			"+  kubernetes_version = each.value.kubernetes_version"), 0},
		{"the version of a cluster", patched("cluster.tf", "-  kubernetes_version = \"1.31\"", "+  kubernetes_version = \"1.32\""), 1},
		{"the version in an example", patched("examples/basic/cluster.tf", "-  kubernetes_version = \"1.31\"", "+  kubernetes_version = \"1.32\""), 0},
		{"a column that a migration of Sequel drops", patched("db/migrations/20260101000000_drop_salt.rb",
			"+Sequel.migration do", "+  change do", "+    drop_column :droplets, :salt", "+  end"), 1},
		{"a column that its way back drops", patched("db/migrations/20260101000000_add_salt.rb",
			"+  up do", "+    add_column :droplets, :salt, String", "+  end", "+  down do", "+    drop_column :droplets, :salt", "+  end"), 0},
		{"rows that a migration of Sequel deletes", patched("db/migrations/20260101000000_unique.rb",
			"+  up do", "+    self[:droplets].where(id: doubled).delete", "+  end"), 1},
		{"a table that is made anew", patched("schema/cassandra/orders/versioned/v1.1/metadata.cql",
			"+DROP TABLE metadata;", "+CREATE TABLE metadata (id int PRIMARY KEY);"), 1},
		{"an export from where a folder moved to", patched("src/index.ts", "-export * from './old/panel';", "+export * from './new/panel';"), 0},
		{"an export that is gone", patched("src/index.ts", "-export * from './old/panel';"), 1},
		{"tags that are read", patched(".github/workflows/ci.yml", "+        run: echo \"$(git tag --points-at HEAD)\""), 0},
		{"a tag that is made", patched(".github/workflows/ci.yml", "+        run: git tag \"v$VERSION\""), 1},
		{"a release tool's file among paths", patched(".github/workflows/ci.yml", "+              - '.goreleaser.yml'"), 0},
		{"a release", patched(".github/workflows/ci.yml", "+        run: goreleaser release --clean"), 1},
		{"a key as a name in a pattern", patched("lib/keys.ex", "-  def delete(%{\"signing_key_id\" => id}) do", "+  def delete(%{\"signing_key_id\" => key}, scope) do"), 0},
		{"a file without content", File{Path: "envs/prod/main.tf", Status: Added, Empty: true}, 0},
		{"a file whose content is not seen", File{Path: "envs/prod/main.tf", Status: Added}, 1},
		{"variables that moved with their module", File{Path: "modules/b/variables.tf", Previous: "modules/a/variables.tf", Status: Renamed}, 0},
		{"resources that moved with their module", File{Path: "modules/b/main.tf", Previous: "modules/a/main.tf", Status: Renamed}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if lines, _ := irreversibleLines([]File{tt.file}, nil); len(lines) != tt.lines {
				t.Errorf("%d lines, want %d: %+v", len(lines), tt.lines, lines)
			}
		})
	}
}

// A long file that nobody reads must not stand for the short ones beside it.
func TestLongestPatchIsReadLast(t *testing.T) {
	long := "@@ -0,0 +1,40000 @@" + strings.Repeat("\n+  - apiGroups: [\"\"]\n+    resources: [secrets]\n+    verbs: [get]", 40000)
	lines, unseen := irreversibleLines([]File{
		{Path: "a/manifest.yaml", Status: Added, Additions: 120000, Patch: long},
		patched("deploy/install.sh", "+echo done"),
		patched("pkg/controller/context.go", "-\tstateVersion = options.Version", "+\tversionOfState = options.Version"),
		patched("z/migrations/001.sql", "+DROP TABLE orders;"),
	}, nil)
	if len(lines) != 1 || lines[0].Path != "z/migrations/001.sql" || lines[0].Line != 1 {
		t.Errorf("%+v", lines)
	}
	if all := strings.Join(unseen, "\n"); !strings.Contains(all, "a/manifest.yaml") || strings.Contains(all, "context.go") {
		t.Errorf("not seen: %s", all)
	}
}

// patched is a modified file with one hunk.
func patched(path string, lines ...string) File {
	f := File{Path: path, Status: Modified, Patch: "@@ -1,9 +1,9 @@\n" + strings.Join(lines, "\n")}
	f.Additions, f.Deletions = countChanged(f.Patch)
	return f
}
