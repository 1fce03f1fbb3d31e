package checkout

import (
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/checks"
)

func TestWorkTree(t *testing.T) {
	r := newRepo(t)
	r.write(".gitignore", "*.log\n")
	r.write("staged.go", "s\n")
	r.write("edited.go", "e\n")
	r.write("deleted.go", "d\n")
	r.write("moved.go", strings.Repeat("m\n", 10))
	r.write("folder", "a file\n")
	base := r.branch()
	r.write("committed.go", "c\n")
	r.commit("first")

	r.write("staged.go", "S\n")
	r.git("add", "staged.go")
	r.write("edited.go", "E\n")
	for _, name := range []string{"deleted.go", "moved.go", "folder"} {
		if err := os.Remove(filepath.Join(r.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	r.write("sub/moved.go", strings.Repeat("m\n", 10))
	r.write("folder/inside.go", "i\n")
	r.write("debug.log", "ignored\n")
	r.write("intended.go", "later\n")
	r.git("add", "--intent-to-add", "intended.go")
	// A repository inside this one, without a commit, stops "git add".
	r.write("nested/x.go", "x\n")
	r.in(filepath.Join(r.dir, "nested")).git("init", "-q")

	before := listing(t, filepath.Join(r.dir, ".git"))
	want := []checks.File{
		{Path: "committed.go", Status: checks.Added, Additions: 1, Patch: "@@ -0,0 +1 @@\n+c"},
		{Path: "deleted.go", Status: checks.Removed, Deletions: 1, Patch: "@@ -1 +0,0 @@\n-d"},
		{Path: "edited.go", Status: checks.Modified, Additions: 1, Deletions: 1, Patch: "@@ -1 +1 @@\n-e\n+E"},
		{Path: "folder", Status: checks.Removed, Deletions: 1, Patch: "@@ -1 +0,0 @@\n-a file"},
		{Path: "folder/inside.go", Status: checks.Added, Additions: 1, Patch: "@@ -0,0 +1 @@\n+i"},
		{Path: "intended.go", Status: checks.Added, Additions: 1, Patch: "@@ -0,0 +1 @@\n+later"},
		{Path: "staged.go", Status: checks.Modified, Additions: 1, Deletions: 1, Patch: "@@ -1 +1 @@\n-s\n+S"},
		{Path: "sub/moved.go", Previous: "moved.go", Status: checks.Renamed},
	}
	if d := cmp.Diff(want, r.changes(base, "HEAD", true)); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	if d := cmp.Diff(before, listing(t, filepath.Join(r.dir, ".git"))); d != "" {
		t.Errorf("the repository was written to (-before +after):\n%s", d)
	}
	if got := r.changes(base, "HEAD", false); len(got) != 1 || got[0].Path != "committed.go" {
		t.Errorf("without the work tree: %+v", got)
	}
}

// listing is what a folder holds, with contents and times. git may renew the
// time of an object that it finds stored already.
func listing(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	err := filepath.Walk(dir, func(name string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		line := name
		if !strings.Contains(filepath.ToSlash(name), "/objects/") {
			line += " " + info.ModTime().String()
		}
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			line += " " + string(data)
		}
		all = append(all, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(all)
	return all
}

// TestEditInTheSameInstant holds that a file is read again where its size and
// time do not tell that it changed.
func TestEditInTheSameInstant(t *testing.T) {
	r := newRepo(t)
	r.write("x.go", "a\n")
	base := r.branch()
	index := filepath.Join(r.dir, ".git", "index")
	info, err := os.Stat(index)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(r.dir, "x.go")
	if err := os.Chtimes(file, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	r.git("update-index", "--refresh")
	if err := os.Chtimes(index, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	r.git("config", "core.trustctime", "false")
	r.write("x.go", "b\n")
	if err := os.Chtimes(file, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if got := r.changes(base, "HEAD", true); len(got) != 1 {
		t.Errorf("files %+v, want x.go", got)
	}
}

func TestMergeConflict(t *testing.T) {
	r := newRepo(t)
	r.write("x.go", "a\n")
	base := r.branch()
	r.write("x.go", "ours\n")
	r.commit("ours")
	r.git("switch", "-q", "main")
	r.write("x.go", "theirs\n")
	r.commit("theirs")
	r.git("switch", "-q", "topic")
	if _, err := r.open().run(t.Context(), call{args: []string{"merge", "main"}}); err == nil {
		t.Fatal("no conflict")
	}
	got := r.changes(base, "HEAD", true)
	if len(got) != 1 || !strings.Contains(got[0].Patch, "+<<<<<<< HEAD\n+ours") {
		t.Errorf("files %+v", got)
	}
}

func TestNothingOfTheCheckoutRuns(t *testing.T) {
	r := newRepo(t)
	r.write("x.go", "a\n")
	base := r.branch()
	hook, ran := r.script("hook")
	data, err := os.ReadFile(hook)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"post-index-change", "pre-commit", "post-checkout", "reference-transaction"} {
		if err := os.MkdirAll(filepath.Join(r.dir, ".git", "hooks"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(r.dir, ".git", "hooks", name), data, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	r.git("config", "core.fsmonitor", hook)
	r.git("config", "core.pager", hook)
	r.git("config", "gpg.program", hook)
	r.git("config", "log.showSignature", "true")
	r.write("x.go", "b\n")
	r.write("y.go", "b\n")
	if got := r.changes(base, "HEAD", true); len(got) != 2 {
		t.Errorf("files %+v", got)
	}
	repo := r.open()
	if _, err := repo.CommitMessages(t.Context(), base, "HEAD"); err != nil {
		t.Error(err)
	}
	if _, _, found, err := repo.ReadAt(t.Context(), base, "x.go"); err != nil || !found {
		t.Error(found, err)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a program that the checkout names ran")
	}
}

func TestNoWorkTree(t *testing.T) {
	r := newRepo(t)
	r.commit("one")
	bare := r.in(filepath.Join(t.TempDir(), "bare.git"))
	r.git("clone", "-q", "--bare", r.dir, bare.dir)
	repo := bare.open()
	if files, err := repo.Changes(t.Context(), "HEAD", "HEAD", false); err != nil || len(files) != 0 {
		t.Errorf("files %v, error %v", files, err)
	}
	_, err := repo.Changes(t.Context(), "HEAD", "HEAD", true)
	wantKind(t, err, NotCheckout, "leave out --work-tree")
}

func TestLinkedWorkTree(t *testing.T) {
	r := newRepo(t)
	r.write("x.go", "a\n")
	base := r.commit("one")
	linked := r.in(filepath.Join(t.TempDir(), "linked tree"))
	r.git("worktree", "add", "-q", linked.dir, "-b", "other")
	linked.write("sub/y.go", "y\n")
	got := linked.in(filepath.Join(linked.dir, "sub")).changes(base, "HEAD", true)
	if len(got) != 1 || got[0].Path != "sub/y.go" {
		t.Errorf("files %+v", got)
	}
	if got := r.changes(base, "HEAD", true); len(got) != 0 {
		t.Errorf("the first work tree has %+v", got)
	}
}

func TestSHA256(t *testing.T) {
	isolate(t)
	r := testRepo{t, t.TempDir()}
	r.git("init", "-q", "--object-format=sha256", "--initial-branch=main")
	r.write("a/x.go", "a\n")
	base := r.branch()
	r.write("a/x.go", "b\n")
	if got := r.changes(base, "HEAD", true); len(got) != 1 || got[0].Path != "a/x.go" {
		t.Errorf("files %+v", got)
	}
	data, _, found, err := r.open().ReadAt(t.Context(), "main", "a/x.go")
	if err != nil || !found || string(data) != "a\n" {
		t.Errorf("%q, found %v, %v", data, found, err)
	}
}

func TestReadWorkTree(t *testing.T) {
	r := newRepo(t)
	r.write("a/file.yml", "committed\n")
	r.commit("one")
	r.write("a/file.yml", "edited\n")
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"inside": "a/file.yml", "outside": outside, "nowhere": "no-such"} {
		if err := os.Symlink(target, filepath.Join(r.dir, link)); err != nil {
			t.Skip("no symbolic links here")
		}
	}
	for name, want := range map[string]string{
		"a/file.yml": "edited\n", "inside": "edited\n",
		"a": "", "outside": "", "nowhere": "", "no-such": "", "../checkout/a/file.yml": "",
	} {
		data, found, err := r.open().ReadWorkTree(name)
		if err != nil || found != (want != "") || string(data) != want {
			t.Errorf("%s: %q, %v, %v", name, data, found, err)
		}
	}
}
