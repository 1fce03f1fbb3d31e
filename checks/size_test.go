package checks

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSizeCountsWhatMustBeReadAndUndone(t *testing.T) {
	part := func(kind string, lines int) []SizePart { return []SizePart{{kind, lines}} }
	tests := []struct {
		name    string
		file    File
		ignore  []string
		counted int
		parts   []SizePart
	}{
		{"code counts in full", File{Path: "a.go", Status: Modified, Additions: 7, Deletions: 3}, nil, 10, nil},
		{"documentation is not weightless", File{Path: "docs/a.md", Status: Added, Additions: 10}, nil, 10, nil},
		{"a lock file counts nothing", File{Path: "web/yarn.lock", Status: Modified, Additions: 900}, nil, 0, part("lock files", 900)},
		{"generated code counts nothing", File{Path: "a.pb.go", Status: Modified, Additions: 80}, nil, 0, part("generated", 80)},
		{"vendored code counts nothing", File{Path: "vendor/x/y.go", Status: Added, Additions: 80}, nil, 0, part("vendored", 80)},
		{"a fixture counts nothing", File{Path: "testdata/a.json", Status: Added, Additions: 80}, nil, 0, part("fixtures", 80)},
		{"a snapshot counts nothing", File{Path: "a.snap", Status: Added, Additions: 80}, nil, 0, part("snapshots", 80)},
		{"a test counts half", File{Path: "a_test.go", Status: Added, Additions: 80}, nil, 40, part("tests", 40)},
		{"an odd half is rounded up", File{Path: "a_test.go", Status: Added, Additions: 5}, nil, 3, part("tests", 2)},
		{"one line of a test counts", File{Path: "a_test.go", Status: Added, Additions: 1}, nil, 1, nil},
		{"a deleted file counts one", File{Path: "a.go", Status: Removed, Deletions: 80}, nil, 1, part("deleted files", 79)},
		{"a deleted file of one line", File{Path: "a.go", Status: Removed, Deletions: 1}, nil, 1, nil},
		{"a deleted empty file has nothing to count", File{Path: "a.go", Status: Removed}, nil, 0, nil},
		{"a deleted test counts one", File{Path: "a_test.go", Status: Removed, Deletions: 80}, nil, 1, part("deleted files", 79)},
		{"a deleted generated file counts nothing", File{Path: "a.pb.go", Status: Removed, Deletions: 80}, nil, 0, part("generated", 80)},
		{"a pure rename counts nothing", File{Path: "b.go", Previous: "a.go", Status: Renamed}, nil, 0, nil},
		{"a renamed and edited file counts its edits", File{Path: "b.go", Previous: "a.go", Status: Renamed, Additions: 3, Deletions: 1}, nil, 4, nil},
		{"code moved under documentation and edited", File{Path: "docs/a.go", Previous: "src/a.go", Status: Renamed, Additions: 9}, nil, 9, nil},
		{"code moved into test data and edited", File{Path: "testdata/a.go", Previous: "src/a.go", Status: Renamed, Additions: 9}, nil, 9, nil},
		{"code moved out of test data and edited", File{Path: "src/a.go", Previous: "testdata/a.go", Status: Renamed, Additions: 9}, nil, 9, nil},
		{"a test moved into test data counts as a test", File{Path: "testdata/a_test.go", Previous: "src/a_test.go", Status: Renamed, Additions: 8}, nil, 4, part("tests", 4)},
		{"a move between weightless places", File{Path: "vendor/a.go", Previous: "third_party/a.go", Status: Renamed, Additions: 9}, nil, 0, part("vendored", 9)},
		{"the attribute adds generated code", File{Path: "a.go", Generated: Set, Status: Added, Additions: 9}, nil, 0, part("generated", 9)},
		{"the attribute adds vendored code", File{Path: "a.go", Vendored: Set, Status: Added, Additions: 9}, nil, 0, part("vendored", 9)},
		{"the attribute takes back generated", File{Path: "a.pb.go", Generated: Unset, Status: Added, Additions: 9}, nil, 9, nil},
		{"the attribute takes back lock files, which git calls generated", File{Path: "go.sum", Generated: Unset, Status: Added, Additions: 9}, nil, 9, nil},
		{"the attribute takes back vendored", File{Path: "vendor/a.go", Vendored: Unset, Status: Added, Additions: 9}, nil, 9, nil},
		{"one attribute says nothing of the other", File{Path: "vendor/a.go", Generated: Unset, Status: Added, Additions: 9}, nil, 0, part("vendored", 9)},
		{"the policy's globs leave out", File{Path: "a/recordings/b.go", Status: Added, Additions: 9}, []string{"**/recordings/**"}, 0, part("ignored", 9)},
		{"the policy's word comes before the built-in list", File{Path: "vendor/a.go", Status: Added, Additions: 9}, []string{"vendor/**"}, 0, part("ignored", 9)},
		{"the policy's globs hold for both names", File{Path: "recordings/a.go", Previous: "src/a.go", Status: Renamed, Additions: 9}, []string{"recordings/**"}, 9, nil},
		{"a deleted file that the policy leaves out", File{Path: "recordings/a.go", Status: Removed, Deletions: 9}, []string{"recordings/**"}, 0, part("ignored", 9)},
		{"numbers that cannot be are nought", File{Path: "a.go", Status: Modified, Additions: -5, Deletions: 2}, nil, 2, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := measure([]File{tt.file}, tt.ignore, nil)
			if got.Counted != tt.counted {
				t.Errorf("counted %d, want %d", got.Counted, tt.counted)
			}
			if diff := cmp.Diff(tt.parts, got.Parts); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSizeOfAChange(t *testing.T) {
	files := []File{
		{Path: "services/pay/a.go", Status: Modified, Additions: 500, Deletions: 100},
		{Path: "services/pay/a_test.go", Status: Modified, Additions: 101},
		{Path: "services/pay/b_test.go", Status: Modified, Additions: 2, Deletions: 1},
		{Path: "services/ledger/b.go", Status: Added, Additions: 150},
		{Path: "go.sum", Status: Modified, Additions: 200, Deletions: 100},
		{Path: "api/a.pb.go", Status: Modified, Additions: 80},
		{Path: "old.go", Status: Removed, Deletions: 40},
		{Path: "c.go", Previous: "d.go", Status: Renamed},
		{Path: "same.go", Status: Unchanged},
	}
	want := Size{
		Counted: 600 + 52 + 150 + 1, Additions: 1033, Deletions: 241, Files: 8,
		Parts: []SizePart{{"lock files", 300}, {"generated", 80}, {"tests", 52}, {"deleted files", 39}},
		Splits: []Split{
			{"services/pay/", 652}, {"services/ledger/", 150}, {"./", 1},
		},
	}
	if diff := cmp.Diff(want, measure(files, nil, nil)); diff != "" {
		t.Errorf("size (-want +got):\n%s", diff)
	}
}

func TestSizeOfNothing(t *testing.T) {
	if diff := cmp.Diff(Size{}, measure(nil, nil, nil)); diff != "" {
		t.Errorf("size (-want +got):\n%s", diff)
	}
}

// Whatever the change, no line is lost and none is counted twice.
func TestSizeAddsUp(t *testing.T) {
	names := []string{
		"a.go", "src/b.ts", "a_test.go", "testdata/x", "go.sum", "x.pb.go", "vendor/y.go", "z.snap", "recordings/q.json",
		"docs/a.md", "src/vendor/a.ts", "tests/fixtures/b.json", "node_modules/a/package-lock.json", "x/y/z/w_test.py",
	}
	statuses := []Status{Added, Removed, Modified, Renamed, Copied, Changed, Unchanged, "no such status"}
	random := rand.New(rand.NewPCG(1, 2)) // #nosec G404 -- the same changes on every run
	for range 5000 {
		files := make([]File, random.IntN(12))
		for i := range files {
			files[i] = File{
				Path: names[random.IntN(len(names))], Status: statuses[random.IntN(len(statuses))],
				Additions: random.IntN(9), Deletions: random.IntN(9),
				Generated: Attribute(random.IntN(3)), Vendored: Attribute(random.IntN(3)),
			}
			if random.IntN(3) == 0 {
				files[i].Previous = names[random.IntN(len(names))]
			}
		}
		var ignore []string
		if random.IntN(2) == 0 {
			ignore = []string{"recordings/**"}
		}
		size := measure(files, ignore, []System{{Name: "src", Paths: []string{"src/**"}}})
		sum := size.Counted
		for _, p := range size.Parts {
			if p.Lines <= 0 {
				t.Fatalf("part %q has %d lines: %+v", p.Kind, p.Lines, files)
			}
			sum += p.Lines
		}
		if sum != size.Additions+size.Deletions {
			t.Fatalf("counted and parts are %d, changed lines %d: %+v\n%+v", sum, size.Additions+size.Deletions, size, files)
		}
		if size.Counted < 0 || len(size.Splits) > maxSplits {
			t.Fatalf("size %+v", size)
		}
		// A better name never adds weight: both names must be light.
		for i := range files {
			files[i].Previous = "a.go"
		}
		if heavier := measure(files, ignore, nil); heavier.Counted < size.Counted {
			t.Fatalf("moved from code the change counts %d, else %d: %+v", heavier.Counted, size.Counted, files)
		}
	}
}

func TestSplits(t *testing.T) {
	file := func(path string, lines int) File { return File{Path: path, Status: Modified, Additions: lines} }
	systems := []System{
		{Name: "payments", Paths: []string{"services/payments/**"}},
		{Name: "orders", Paths: []string{"services/orders/**", "lib/orders/**"}},
	}
	tests := []struct {
		name    string
		files   []File
		systems []System
		want    []Split
	}{
		{"one file cannot be split", []File{file("a/b.go", 10)}, nil, nil},
		{"files of one folder are one part", []File{file("a/b.go", 10), file("a/c.go", 10)}, nil, nil},
		{
			"folders below the one that they share",
			[]File{file("src/a/x.go", 10), file("src/b/y.go", 30), file("src/a/c/z.go", 10)},
			nil,
			[]Split{{"src/b/", 30}, {"src/a/", 20}},
		},
		{
			"a folder that shares the beginning of its name",
			[]File{file("src/app/x.go", 10), file("src/apple/y.go", 9)},
			nil,
			[]Split{{"src/app/", 10}, {"src/apple/", 9}},
		},
		{
			"a folder that holds nearly everything is taken apart",
			[]File{file("services/a/x.go", 300), file("services/b/x.go", 200), file("README.md", 2)},
			nil,
			[]Split{{"services/a/", 300}, {"services/b/", 200}, {"./", 2}},
		},
		{
			"files beside the folders",
			[]File{file("src/x.go", 10), file("src/a/y.go", 5)},
			nil,
			[]Split{{"src/", 10}, {"src/a/", 5}},
		},
		{
			"systems by name, folders for the rest",
			[]File{file("services/payments/a.go", 100), file("services/orders/b.go", 40), file("lib/orders/c.go", 20), file("web/x.ts", 30), file("web/y.ts", 1)},
			systems,
			[]Split{{"payments", 100}, {"orders", 60}, {"web/", 31}},
		},
		{
			"within one system by folder",
			[]File{file("services/payments/a/x.go", 100), file("services/payments/b/y.go", 40)},
			systems,
			[]Split{{"services/payments/a/", 100}, {"services/payments/b/", 40}},
		},
		{
			"only what counts is named",
			[]File{file("a/x.go", 10), file("b/y.go", 5), file("c/go.sum", 500)},
			nil,
			[]Split{{"a/", 10}, {"b/", 5}},
		},
		{
			"at most five, the largest, in a fixed order",
			[]File{file("a/x", 1), file("b/x", 2), file("c/x", 3), file("d/x", 3), file("e/x", 3), file("f/x", 3)},
			nil,
			[]Split{{"c/", 3}, {"d/", 3}, {"e/", 3}, {"f/", 3}, {"b/", 2}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, measure(tt.files, nil, tt.systems).Splits); diff != "" {
				t.Errorf("splits (-want +got):\n%s", diff)
			}
		})
	}
}

func manyFiles(n int) []File {
	shapes := []string{
		"services/s%d/internal/store/query_%d.go", "services/s%d/internal/store/query_%d_test.go", "web/src/pages/p%d/Component%d.tsx",
		"api/proto/v%d/message%d.pb.go", "deploy/charts/c%d/templates/deployment-%d.yaml", "db/migrate/2026%d_add_column_%d.sql",
	}
	files := make([]File, n)
	for i := range files {
		files[i] = File{Path: fmt.Sprintf(shapes[i%len(shapes)], i%97, i), Status: Modified, Additions: i % 50, Deletions: i % 7}
		if i%10 == 0 {
			files[i].Status, files[i].Previous = Renamed, "old/"+files[i].Path
		}
	}
	return files
}

func BenchmarkMeasure3000Files(b *testing.B) {
	files := manyFiles(MaxListedFiles)
	ignore := []string{"**/recordings/**", "tools/**", "**/*.csv", "docs/{a,b}/**"}
	systems := make([]System, 30)
	for i := range systems {
		systems[i] = System{Name: fmt.Sprintf("s%d", i), Paths: []string{fmt.Sprintf("services/s%d/**", i)}}
	}
	b.ReportAllocs()
	for b.Loop() {
		measure(files, ignore, systems)
	}
}
