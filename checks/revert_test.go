package checks

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTrueReverts(t *testing.T) {
	const (
		change  = "@@ -3,4 +3,5 @@ func a() {\n x\n-old\n+new\n+newer\n y\n"
		inverse = "@@ -3,5 +3,4 @@ func a() {\n x\n-new\n-newer\n+old\n y\n"
	)
	merged := File{Path: "a.go", Status: Modified, Additions: 2, Deletions: 1, Patch: change}
	back := File{Path: "a.go", Status: Modified, Additions: 1, Deletions: 2, Patch: inverse}
	with := func(f File, change func(*File)) File { change(&f); return f }
	added := File{Path: "b.go", Status: Added, Additions: 1, Patch: "@@ -0,0 +1 @@\n+b\n\\ No newline at end of file"}
	removed := File{Path: "b.go", Status: Removed, Deletions: 1, Patch: "@@ -1 +0,0 @@\n-b\n\\ No newline at end of file"}
	const cannotSee = "Whether the change mirrors #812 was not judged: the lines of "
	tests := []struct {
		name   string
		files  []File
		merged []File
		lines  []IrreversibleLine
		want   bool
		unsure []string
	}{
		{"a modified file", []File{back}, []File{merged}, nil, true, nil},
		{"an added file", []File{removed}, []File{added}, nil, true, nil},
		{"a removed file", []File{added}, []File{removed}, nil, true, nil},
		{"a renamed file", []File{{Path: "a.go", Previous: "b.go", Status: Renamed}}, []File{{Path: "b.go", Previous: "a.go", Status: Renamed}}, nil, true, nil},
		{"several files in another order", []File{removed, back}, []File{merged, added}, nil, true, nil},
		{"moved down by other changes", []File{with(back, func(f *File) {
			f.Patch = "@@ -90,5 +90,4 @@ func b() {\n" + inverse[len("@@ -3,5 +3,4 @@ func a() {\n"):]
		})}, []File{merged}, nil, true, nil},

		{"one line more", []File{with(back, func(f *File) { f.Patch += "+sneaked in\n"; f.Additions++ })}, []File{merged}, nil, false, nil},
		{"another line", []File{with(back, func(f *File) { f.Patch = "@@ -3,5 +3,4 @@\n x\n-new\n-newer\n+other\n y\n" })}, []File{merged}, nil, false, nil},
		{"the lines in another order", []File{with(back, func(f *File) { f.Patch = "@@ -3,5 +3,4 @@\n x\n-newer\n-new\n+old\n y\n" })}, []File{merged}, nil, false, nil},
		{"the lines in another place", []File{with(back, func(f *File) { f.Patch = "@@ -3,5 +3,4 @@\n p\n-new\n-newer\n+old\n q\n" })}, []File{merged}, nil, false, nil},
		{"the same change again", []File{merged}, []File{merged}, nil, false, nil},
		{"one file more", []File{back, {Path: "c.go", Status: Modified, Additions: 1}}, []File{merged}, nil, false, nil},
		{"one file less", []File{back}, []File{merged, added}, nil, false, nil},
		{"one file twice", []File{back, back}, []File{merged, added}, nil, false, nil},
		{"another file", []File{with(back, func(f *File) { f.Path = "b.go" })}, []File{merged}, nil, false, nil},
		{"renamed to a third name", []File{{Path: "c.go", Previous: "b.go", Status: Renamed}}, []File{{Path: "b.go", Previous: "a.go", Status: Renamed}}, nil, false, nil},
		{"a mode that changed, which is not shown", []File{{Path: "a.sh", Status: Changed}}, []File{{Path: "a.sh", Status: Changed}}, nil, false, nil},
		{"executable now", []File{with(back, func(f *File) { f.Executable = true })}, []File{merged}, nil, false, nil},
		{"the end of the file without a newline", []File{with(removed, func(f *File) { f.Patch = "@@ -1 +0,0 @@\n-b" })}, []File{added}, nil, false, nil},
		{"lines that cannot be seen here", []File{with(back, func(f *File) { f.Patch = "" })}, []File{merged}, nil, false, []string{cannotSee + "a.go cannot be seen."}},
		{"lines that cannot be seen there", []File{back}, []File{with(merged, func(f *File) { f.Patch = "" })}, nil, false, []string{cannotSee + "a.go cannot be seen."}},
		{"a binary file", []File{{Path: "a.png", Status: Modified}}, []File{{Path: "a.png", Status: Modified}}, nil, false, []string{cannotSee + "a.png cannot be seen."}},
		{"the revert itself cannot be undone", []File{back}, []File{merged}, []IrreversibleLine{{Severity: Warn}}, false, nil},
		{
			"what it reverts could not be undone",
			[]File{{Path: "db/migrate/7_x.sql", Status: Removed, Deletions: 1, Patch: "@@ -1 +0,0 @@\n-ALTER TABLE users DROP COLUMN email;"}},
			[]File{{Path: "db/migrate/7_x.sql", Status: Added, Additions: 1, Patch: "@@ -0,0 +1 @@\n+ALTER TABLE users DROP COLUMN email;"}},
			nil, false, nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := Change{FromGitHub: true, Diff: DiffWhole, Files: tt.files, Reverts: &Reverted{Number: 812, Files: tt.merged}}
			got, unsure := exemption(Policy{}, c, tt.lines)
			want := (*Exemption)(nil)
			if tt.want {
				want = &Exemption{Reason: "a revert of #812 that mirrors it"}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("exemption (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.unsure, unsure); diff != "" {
				t.Errorf("unsure (-want +got):\n%s", diff)
			}
		})
	}
}
