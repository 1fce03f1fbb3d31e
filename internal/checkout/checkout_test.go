package checkout

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/attributes"
)

func TestOpenRefuses(t *testing.T) {
	isolate(t)
	dir := t.TempDir()
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(dir))
	_, err := Open(t.Context(), dir)
	wantKind(t, err, NotCheckout, "give the diff by --diff FILE")
	_, err = Open(t.Context(), filepath.Join(dir, "missing"))
	wantKind(t, err, NotCheckout, "name an existing folder")
	t.Setenv("PATH", "")
	_, err = Open(t.Context(), dir)
	wantKind(t, err, NotInstalled, "install git")
}

func TestOpenRefusesWhatBelongsToSomebodyElse(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give a folder away")
	}
	r := newRepo(t)
	if err := os.Chown(r.dir, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), r.dir)
	wantKind(t, err, NotTrusted, "git config --global --add safe.directory "+r.dir)
}

func TestErrorsOfTheCaller(t *testing.T) {
	for kind, want := range map[Kind]bool{
		NotInstalled: false, NotCheckout: true, NotTrusted: false, UnknownRevision: true, NoBase: true, NoMergeBase: false, Unreadable: false,
	} {
		if got := (&Error{Kind: kind}).Usage(); got != want {
			t.Errorf("%s: %v", kind, got)
		}
	}
}

func TestDefaultBase(t *testing.T) {
	r := newRepo(t)
	sha := r.commit("one")
	other := r.commit("two")
	repo := r.open()
	_, err := repo.DefaultBase(t.Context())
	wantKind(t, err, NoBase, "--base REV")

	steps := []struct {
		name string
		args []string
		want Revision
	}{
		{"master, where there is nothing else", []string{"update-ref", "refs/remotes/origin/master", other}, Revision{"origin/master", other}},
		{"main before master", []string{"update-ref", "refs/remotes/origin/main", sha}, Revision{"origin/main", sha}},
		{"a tag of that name does not count", []string{"tag", "origin/main", other}, Revision{"origin/main", sha}},
		{"HEAD that points nowhere", []string{"symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone"}, Revision{"origin/main", sha}},
		{"HEAD before main", []string{"symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/master"}, Revision{"origin/master", other}},
	}
	for _, s := range steps {
		r.git(s.args...)
		got, err := repo.DefaultBase(t.Context())
		if err != nil || got != s.want {
			t.Errorf("%s: %+v, %v; want %+v", s.name, got, err, s.want)
		}
	}
}

func TestResolve(t *testing.T) {
	r := newRepo(t)
	_, err := r.open().HeadSHA(t.Context())
	wantKind(t, err, UnknownRevision, "names no commit")
	sha := r.commit("one")
	r.git("tag", "-a", "-m", "x", "v1")
	repo := r.open()
	for _, rev := range []string{"HEAD", "main", "v1", sha, sha[:8], "HEAD^0"} {
		if got, err := repo.Resolve(t.Context(), rev); err != nil || got != sha {
			t.Errorf("%s: %s, %v", rev, got, err)
		}
	}
	for _, rev := range []string{"", "-h", "--all", "^main", "missing", "main..main", "HEAD:x", "a b", "x\ny", strings.Repeat("0", 40), "\x1b[31m"} {
		_, err := repo.Resolve(t.Context(), rev)
		wantKind(t, err, UnknownRevision, "names no commit")
	}
}

func TestMergeBase(t *testing.T) {
	r := newRepo(t)
	base := r.branch()
	head := r.commit("topic")
	r.git("switch", "-q", "main")
	r.commit("main goes on")
	if got, err := r.open().MergeBase(t.Context(), "main", "topic"); err != nil || got != base {
		t.Errorf("%s, %v; want %s", got, err, base)
	}
	r.git("switch", "-q", "--orphan", "apart")
	r.commit("apart")
	_, err := r.open().MergeBase(t.Context(), "main", "apart")
	wantKind(t, err, NoMergeBase, "--base REV")

	shallow := r.in(filepath.Join(t.TempDir(), "shallow"))
	r.git("clone", "-q", "--depth=1", "--no-single-branch", "--branch=main", "file://"+r.dir, shallow.dir)
	_, err = shallow.open().MergeBase(t.Context(), "origin/main", "origin/topic")
	wantKind(t, err, NoMergeBase, "git fetch --unshallow")
	_, err = shallow.open().Changes(t.Context(), strings.Repeat("1", 40), head, false)
	wantKind(t, err, UnknownRevision, "names no commit")
}

func TestCommitMessages(t *testing.T) {
	r := newRepo(t)
	base := r.branch()
	r.commit("one\n\nWhy.\n\n## Rollback plan\nRevert.")
	r.git("switch", "-q", "main")
	r.write("m", "m\n")
	r.commit("main goes on")
	r.git("switch", "-q", "topic")
	r.git("merge", "-q", "--no-edit", "main")
	r.git("-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "--allow-empty", "-m", "\xe9t\xe9")
	got, err := r.open().CommitMessages(t.Context(), "main", "topic")
	want := Commits{Messages: []string{"one\n\nWhy.\n\n## Rollback plan\nRevert.", "été"}, Merges: 1}
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("commits (-want +got):\n%s", d)
	}
	if got, err := r.open().CommitMessages(t.Context(), base, base); err != nil || len(got.Messages) != 0 {
		t.Errorf("of nothing: %+v, %v", got, err)
	}
}

func TestHistory(t *testing.T) {
	r := newRepo(t)
	var want []string
	for _, text := range []string{"one", "two", "three"} {
		r.write(".github/backout.yml", text)
		want = append([]string{r.commit(text)}, want...)
		r.write("other", text)
		r.commit("other")
	}
	// On the side branch the file changes twice; main sees one merge.
	r.git("switch", "-q", "-c", "side")
	for _, text := range []string{"four", "five"} {
		r.write(".github/backout.yml", text)
		r.commit(text)
	}
	r.git("switch", "-q", "main")
	r.git("merge", "-q", "--no-ff", "-m", "merge", "side")
	want = append([]string{r.git("rev-parse", "HEAD")}, want...)
	repo := r.open()
	for _, limit := range []int{2, 20} {
		got, err := repo.History(t.Context(), "main", ".github/backout.yml", limit)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want[:min(limit, len(want))], got); d != "" {
			t.Errorf("limit %d (-want +got):\n%s", limit, d)
		}
	}
	for _, file := range []string{"missing", "*", ":(glob)**"} {
		if got, err := repo.History(t.Context(), "main", file, 20); err != nil || len(got) != 0 {
			t.Errorf("%s: %v, %v", file, got, err)
		}
	}
}

func TestOrigin(t *testing.T) {
	for address, want := range map[string]string{
		"https://github.com/acme/shop.git":          "github.com acme/shop",
		"https://github.com/acme/shop/":             "github.com acme/shop",
		"https://token:x@GitHub.com/acme/shop":      "github.com acme/shop",
		"git@github.com:acme/shop.git":              "github.com acme/shop",
		"ssh://git@ssh.github.com:443/acme/shop.js": "ssh.github.com acme/shop.js",
		"github.com:acme/shop":                      "github.com acme/shop",
		"https://example.com/a/b/c":                 "",
		"https://example.com/acme/..":               "",
		"file:///srv/acme/shop":                     "",
		"/srv/acme/shop":                            "",
		"../shop":                                   "",
		`C:\acme\shop`:                              "",
		"":                                          "",
		"https://github.com/acme/sh%20op":           "",
	} {
		host, repo, ok := parseAddress(address)
		if got := strings.TrimSpace(host + " " + repo); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v; want %q", address, got, ok, want)
		}
	}
	r := newRepo(t)
	if _, _, ok := r.open().Origin(t.Context()); ok {
		t.Error("an origin where there is none")
	}
	r.git("remote", "add", "origin", "gh:acme/shop")
	r.git("config", "url.https://github.com/.insteadOf", "gh:")
	if host, repo, ok := r.open().Origin(t.Context()); host != "github.com" || repo != "acme/shop" || !ok {
		t.Errorf("%s %s %v", host, repo, ok)
	}
}

func TestReadAt(t *testing.T) {
	r := newRepo(t)
	r.write(".github/backout.yml", "version: 1\n")
	r.write("d/e/x\ny", "deep")
	r.write("empty", "")
	for link, target := range map[string]string{
		"link": "d/e/x\ny", "d/up": "../.github/backout.yml", "out": "../elsewhere", "absolute": "/etc/hosts", "loop": "loop", "to-folder": "d", "dangling": "nothing",
	} {
		if err := os.Symlink(target, filepath.Join(r.dir, filepath.FromSlash(link))); err != nil {
			t.Fatal(err)
		}
	}
	base := r.commit("one")
	r.write(".github/backout.yml", "version: 2\n")
	r.commit("two")
	repo := r.open()
	for path, want := range map[string]string{
		".github/backout.yml": "version: 1\n", "d/e/x\ny": "deep", "empty": "", "link": "deep", "d/up": "version: 1\n",
	} {
		data, id, found, err := repo.ReadAt(t.Context(), base, path)
		if err != nil || !found || string(data) != want {
			t.Errorf("%q: %q, found %v, %v", path, data, found, err)
		}
		if kind := r.git("cat-file", "-t", id); kind != "blob" {
			t.Errorf("%q: id %s is a %s", path, id, kind)
		}
	}
	for _, path := range []string{"", "missing", "d", "d/", "/d/up", "d/e/missing", "empty/x", "../x", "out", "absolute", "loop", "to-folder", "to-folder/up", "dangling", ".GITHUB/backout.yml"} {
		if _, _, found, err := repo.ReadAt(t.Context(), base, path); found || err != nil {
			t.Errorf("%q: found %v, %v", path, found, err)
		}
	}
	_, _, _, err := repo.ReadAt(t.Context(), strings.Repeat("1", 40), "empty")
	wantKind(t, err, UnknownRevision, "git fetch origin 1111")
	_, _, _, err = repo.ReadAt(t.Context(), "--help", "empty")
	wantKind(t, err, UnknownRevision, "names no commit")
}

func TestTemplates(t *testing.T) {
	r := newRepo(t)
	for _, name := range []string{
		"PULL_REQUEST_TEMPLATE.md", ".github/pull_request_template.txt", "Docs/Pull_Request_Template.MD",
		".github/PULL_REQUEST_TEMPLATE/bug.md", ".github/PULL_REQUEST_TEMPLATE/note.txt", ".github/PULL_REQUEST_TEMPLATE/config.yml", "pull_request_template/x.md",
		".github/ISSUE_TEMPLATE/bug.md", "src/pull_request_template.md", "pull_request_template.go", "docs/README.md",
	} {
		r.write(name, name)
	}
	if err := os.Symlink("PULL_REQUEST_TEMPLATE/bug.md", filepath.Join(r.dir, ".github", "pull_request_template.md")); err != nil {
		t.Fatal(err)
	}
	r.branch()
	r.write(".github/pull_request_template.md", "of the branch")
	r.commit("change")
	templates, err := r.open().Templates(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, template := range templates {
		got[template.Path] = template.Text
		if !isID(template.BlobID) {
			t.Errorf("%s: id %q", template.Path, template.BlobID)
		}
	}
	want := map[string]string{".github/pull_request_template.md": ".github/PULL_REQUEST_TEMPLATE/bug.md"}
	for _, name := range []string{
		"PULL_REQUEST_TEMPLATE.md", ".github/pull_request_template.txt", "Docs/Pull_Request_Template.MD",
		".github/PULL_REQUEST_TEMPLATE/bug.md", ".github/PULL_REQUEST_TEMPLATE/note.txt", "pull_request_template/x.md",
	} {
		want[name] = name
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("templates (-want +got):\n%s", d)
	}
	if !strings.HasPrefix(templates[0].Path, ".github/") {
		t.Errorf("the first is %s", templates[0].Path)
	}
}

func TestAttributes(t *testing.T) {
	r := newRepo(t)
	for _, dir := range []string{"", "a/", "a/b/", "a/c/", "old/", "elsewhere/"} {
		r.write(dir+".gitattributes", dir+"* x\n")
	}
	r.write("linked/x", "x")
	if err := os.Symlink("../a/.gitattributes", filepath.Join(r.dir, "linked", ".gitattributes")); err != nil {
		t.Fatal(err)
	}
	r.branch()
	r.write(".gitattributes", "* linguist-generated\n")
	r.commit("hide")
	got, err := r.open().Attributes(t.Context(), "main", []checks.File{
		{Path: "a/b/x.go"}, {Path: "a/b/y.go", Previous: "old/y.go"}, {Path: "linked/x"}, {Path: "new/folder/x"}, {Path: "root.go"},
	})
	want := []attributes.File{
		{Dir: "", Text: "* x\n"}, {Dir: "a", Text: "a/* x\n"}, {Dir: "a/b", Text: "a/b/* x\n"}, {Dir: "old", Text: "old/* x\n"},
	}
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
}

func TestCancelled(t *testing.T) {
	r := newRepo(t)
	sha := r.commit("one")
	repo := r.open()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range map[string]error{
		"Resolve":   second(repo.Resolve(ctx, "HEAD")),
		"Changes":   second(repo.Changes(ctx, sha, sha, false)),
		"Templates": second(repo.Templates(ctx, sha)),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestDamagedRepository(t *testing.T) {
	r := newRepo(t)
	r.write("x.go", "a\n")
	sha := r.commit("one")
	blob := r.git("rev-parse", "HEAD:x.go")
	if err := os.Remove(filepath.Join(r.dir, ".git", "objects", blob[:2], blob[2:])); err != nil {
		t.Fatal(err)
	}
	_, _, _, err := r.open().ReadAt(t.Context(), sha, "x.go")
	wantKind(t, err, Unreadable, "read x.go at "+sha+": object "+blob+" is missing")
}
