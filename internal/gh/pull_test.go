package gh

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/testgithub"
	"github.com/google/go-cmp/cmp"
)

func TestPull(t *testing.T) {
	w := newWorld(t, nil)
	w.Repo("acme/.github").Commit("main", map[string]string{"backout.yml": "version: 1\n", "pull_request_template.md": "## Worst case\n"})
	w.shop.Commit("main", map[string]string{
		".github/backout.yml":              "version: 1\nmode: audit\n",
		".github/pull_request_template.md": "## Rollback plan\n",
		".gitattributes":                   "*.pb.go linguist-generated\n",
		"api/v1/.gitattributes":            "*.pb.go -linguist-generated\nlib/** linguist-vendored\n",
		"api/v1/a.pb.go":                   "one\n",
		"old.go":                           "one\n",
	})
	w.shop.AddPull(testgithub.NewPull{
		Title: "Drop carts", Body: "Why.\r\n", Author: "hubot[bot]", Labels: []string{"risky"}, Draft: true,
		Files: []testgithub.File{
			testgithub.Edit("api/v1/a.pb.go", "one\ntwo\n"), testgithub.Edit("api/v2/a.pb.go", "x\n"), testgithub.Edit("api/v1/lib/x.go", "x\n"),
			testgithub.Delete("old.go"),
		},
		Commits: [][]string{{"hubot[bot]"}, {"unsigned hubot[bot]"}, {"octocat"}, {"nobody@example.com"}},
	})
	p := w.pull(ref1)
	if got := w.counted(); got != "graphql, graphql" {
		t.Errorf("calls: %s", got)
	}
	want := checks.Change{
		Repo: "acme/shop", Number: 1, Title: "Drop carts", Author: "hubot[bot]", Base: "main", HeadSHA: p.Change.HeadSHA, Draft: true,
		Commits: []string{"hubot[bot]", "", "octocat", ""}, Labels: []checks.Label{{Name: "risky"}}, Body: "Why.\r\n",
		Templates: []string{"## Rollback plan\n", "## Worst case\n"}, Diff: checks.DiffWhole, FromGitHub: true,
		Files: []checks.File{
			{Path: "api/v1/a.pb.go", Status: checks.Modified, Additions: 1, Generated: checks.Unset},
			{Path: "api/v2/a.pb.go", Status: checks.Added, Additions: 1, Generated: checks.Set},
			{Path: "api/v1/lib/x.go", Status: checks.Added, Additions: 1, Vendored: checks.Set},
			{Path: "old.go", Status: checks.Removed, Deletions: 1},
		},
	}
	slices.SortFunc(p.Change.Files, func(a, b checks.File) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(want.Files, func(a, b checks.File) int { return strings.Compare(a.Path, b.Path) })
	if diff := cmp.Diff(want, p.Change); diff != "" {
		t.Errorf("change (-want +got):\n%s", diff)
	}
	if p.State != gate.Open || p.HeadRepo != "acme/shop" || p.HeadRef != "change-1" || p.DefaultBranch != "main" || p.Private || p.BaseSHA != w.shop.Tip("main") {
		t.Errorf("pull request: %+v", p)
	}
	if p.Repository.State != config.Present || p.Repository.Data != "version: 1\nmode: audit\n" || p.Repository.Blob == "" {
		t.Errorf("the repository's policy: %+v", p.Repository)
	}
	if p.Organisation.State != config.Present || p.Organisation.String() != "acme/.github:backout.yml" {
		t.Errorf("the organisation's policy: %+v", p.Organisation)
	}

	again := w.pull(ref1)
	if got := w.counted(); got != "graphql" {
		t.Errorf("calls when warm: %s", got)
	}
	slices.SortFunc(again.Change.Files, func(a, b checks.File) int { return strings.Compare(a.Path, b.Path) })
	if diff := cmp.Diff(p, again); diff != "" {
		t.Errorf("the same pull request again (-first +again):\n%s", diff)
	}
	// The folders are remembered as a question and not as an answer.
	w.shop.Commit("main", map[string]string{"api/v2/.gitattributes": "* -linguist-generated\n"})
	moved := w.pull(ref1)
	if got := w.counted(); got != "graphql" {
		t.Errorf("calls after the base moved: %s", got)
	}
	for _, f := range moved.Change.Files {
		if f.Path == "api/v2/a.pb.go" && f.Generated != checks.Unset {
			t.Errorf("attributes are those of a base that is no more")
		}
	}
}

func TestCalls(t *testing.T) {
	for _, tt := range []struct {
		name       string
		files      []testgithub.File
		cold, warm string
		lines      string
	}{
		{"files at the root only", files(30, "f%d.go"), "graphql", "graphql", "GET files"},
		{"30 files in folders", files(30, "a/b%d/f.go"), "graphql, graphql", "graphql", "GET files"},
		{"100 files in 100 folders", files(100, "a/b%d/f.go"), "graphql, graphql", "graphql", "GET files"},
		{"250 files", files(250, "f%d.go"), "graphql, graphql, graphql", "graphql, graphql, graphql", "GET files, GET files, GET files"},
		{"a policy file", []testgithub.File{testgithub.Edit(".github/backout.yml", "version: 1\n")}, "graphql, graphql, graphql", "graphql, graphql", "GET files"},
		{"no files", nil, "graphql", "graphql", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.shop.AddPull(testgithub.NewPull{Files: tt.files})
			p := w.pull(ref1)
			if got := w.counted(); got != tt.cold {
				t.Errorf("cold: %s, want %s", got, tt.cold)
			}
			if len(p.Change.Files) != len(tt.files) || p.Change.Diff != checks.DiffWhole {
				t.Errorf("%d files, diff %v", len(p.Change.Files), p.Change.Diff)
			}
			w.pull(ref1)
			if got := w.counted(); got != tt.warm {
				t.Errorf("warm: %s, want %s", got, tt.warm)
			}
			if err := w.Lines(t.Context(), &p); err != nil {
				t.Fatal(err)
			}
			if got := w.counted(); got != tt.lines {
				t.Errorf("lines: %s, want %s", got, tt.lines)
			}
			for _, f := range p.Change.Files {
				if f.Patch == "" {
					t.Errorf("%s has no patch", f.Path)
				}
			}
		})
	}
}

func TestMoreFilesThanAreListed(t *testing.T) {
	w := newWorld(t, nil)
	w.shop.AddPull(testgithub.NewPull{Files: files(3001, "f%d.go")})
	p := w.pull(ref1)
	if len(p.Change.Files) != checks.MaxListedFiles || p.Change.Diff != checks.DiffTruncated {
		t.Errorf("%d files, diff %v", len(p.Change.Files), p.Change.Diff)
	}
	if got := len(w.Calls()); got != 30 {
		t.Errorf("%d calls", got)
	}
}

func TestLines(t *testing.T) {
	w := newWorld(t, nil)
	w.shop.Commit("main", map[string]string{"gen/x.go": "one\n", "gen/.gitattributes": "* linguist-generated\n", "b.go": "one\n"})
	pull := w.shop.AddPull(testgithub.NewPull{Files: []testgithub.File{testgithub.Rename("gen/x.go", "hand/x.go"), testgithub.Edit("b.go", "two\n")}})
	p := w.pull(ref1)
	if err := w.Lines(t.Context(), &p); err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Change.Files {
		switch f.Path {
		case "hand/x.go":
			if f.Previous != "gen/x.go" || f.Status != checks.Renamed || f.Generated != checks.Unspecified {
				t.Errorf("renamed out of a generated folder: %+v", f)
			}
		case "b.go":
			if !strings.Contains(f.Patch, "+two") {
				t.Errorf("patch: %q", f.Patch)
			}
		}
	}
	if !p.Lines {
		t.Error("lines are there and not said to be")
	}
	// The same change is not read again, and one against another base is.
	for _, tt := range []struct {
		name   string
		change func()
		reads  int
	}{
		{"the description is edited", func() { pull.EditBody("another") }, 0},
		{"the base moves on", func() { w.shop.Commit("main", map[string]string{"c.go": "c\n"}) }, 1},
	} {
		tt.change()
		again := w.pull(ref1)
		w.ForgetCalls()
		if err := w.Lines(t.Context(), &again); err != nil {
			t.Fatal(err)
		}
		if n := len(w.Calls("GET files")); n != tt.reads || !cmp.Equal(again.Change.Files, p.Change.Files) {
			t.Errorf("%s: %d reads, want %d; %s", tt.name, n, tt.reads, cmp.Diff(p.Change.Files, again.Change.Files))
		}
	}
	// The head moves to a commit that changes as many lines of the same files.
	pull.Push([]testgithub.File{testgithub.Rename("gen/x.go", "hand/x.go"), testgithub.Edit("b.go", "three\n")})
	p = w.pull(ref1)
	pull.Push([]testgithub.File{testgithub.Rename("gen/x.go", "hand/x.go"), testgithub.Edit("b.go", "four\n")})
	var later *gate.Unavailable
	if err := w.Lines(t.Context(), &p); !as(err, &later) || !later.Stale {
		t.Errorf("lines of another head: %v", err)
	}
}

func TestOrganisation(t *testing.T) {
	restricted := testgithub.Token{
		Value: "tok-shop-only", App: testgithub.Actions(), Repos: []string{"acme/shop"},
		Permissions: map[string]string{"contents": "read", "pull_requests": "read", "checks": "read"},
	}
	policy := map[string]string{"backout.yml": "version: 1\n", "pull_request_template.md": "## Worst case\n"}
	for _, tt := range []struct {
		name      string
		prepare   func(*world)
		orgToken  string
		want      config.State
		templates int
		calls     int
	}{
		{"no repository of that name, which looks like a hidden one", func(*world) {}, "", config.NotVisible, 0, 1},
		{"a public one without the file", func(w *world) { w.Repo("acme/.github") }, "", config.Absent, 0, 1},
		{"a public one with the file", func(w *world) { w.Repo("acme/.github").Commit("main", policy) }, "", config.Present, 1, 1},
		{"a private one that the token may not see", func(w *world) { w.Repo("acme/.github").Private(true).Commit("main", policy) }, "", config.NotVisible, 0, 1},
		{"a private one, seen with a token of its own", func(w *world) { w.Repo("acme/.github").Private(true).Commit("main", policy) }, testgithub.WriteToken, config.Present, 0, 2},
		{"a private one without the file, seen with a token of its own", func(w *world) { w.Repo("acme/.github").Private(true) }, testgithub.WriteToken, config.Absent, 0, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.Client = w.connect(func(o *Options) { o.Token, o.OrgToken = w.Token(restricted), tt.orgToken })
			w.shop.AddPull(testgithub.NewPull{Files: files(1, "a%d.go")})
			tt.prepare(w)
			p := w.pull(ref1)
			if p.Organisation.State != tt.want || len(p.Change.Templates) != tt.templates {
				t.Errorf("state %v, want %v; %d templates", p.Organisation.State, tt.want, len(p.Change.Templates))
			}
			if got := len(w.Calls()); got != tt.calls {
				t.Errorf("%d calls, want %d", got, tt.calls)
			}
		})
	}
}

func TestHeadPolicies(t *testing.T) {
	w := newWorld(t, nil)
	w.shop.Commit("main", map[string]string{".github/backout.yml": "version: 1\n"})
	fork := w.shop.Fork("hubot")
	w.shop.AddPull(testgithub.NewPull{From: fork, Author: "hubot", Files: []testgithub.File{testgithub.Edit(".github/backout.yml", "version: 2\n")}})
	w.shop.AddPull(testgithub.NewPull{Files: []testgithub.File{testgithub.Delete(".github/backout.yml")}})
	w.shop.AddPull(testgithub.NewPull{Files: []testgithub.File{testgithub.Edit("backout.yml", "version: 2\n")}})
	if p := w.pull(ref1); len(p.HeadPolicies) != 1 || p.HeadPolicies[0].Data != "version: 2\n" || p.HeadRepo != "hubot/shop" {
		t.Errorf("edited by a fork: %+v", p.HeadPolicies)
	}
	if p := w.pull(gate.Ref{Repo: shop, Number: 2}); len(p.HeadPolicies) != 1 || p.HeadPolicies[0].State != config.Absent {
		t.Errorf("deleted: %+v", p.HeadPolicies)
	}
	if p := w.pull(gate.Ref{Repo: shop, Number: 3}); len(p.HeadPolicies) != 0 {
		t.Errorf("a file at the root of another repository: %+v", p.HeadPolicies)
	}
}

func TestSharing(t *testing.T) {
	w := newWorld(t, nil)
	w.shop.Branch("release", "main")
	first := w.shop.AddPull(testgithub.NewPull{Files: files(1, "a%d.go")})
	w.shop.AddPull(testgithub.NewPull{Base: "release", Head: "change-1", HeadSHA: first.HeadSHA()})
	w.shop.AddPull(testgithub.NewPull{Head: "change-1", HeadSHA: first.HeadSHA()}).Close()
	stranger := w.shop.Fork("hubot")
	w.shop.AddPull(testgithub.NewPull{From: stranger, Author: "hubot", HeadSHA: first.HeadSHA()})
	if p := w.pull(ref1); !slices.Equal(p.Sharing, []int{2}) {
		t.Errorf("sharing with the first: %v", p.Sharing)
	}
	if p := w.pull(gate.Ref{Repo: shop, Number: 4}); len(p.Sharing) != 0 {
		t.Errorf("sharing with a stranger's fork: %v", p.Sharing)
	}
}

func TestFresh(t *testing.T) {
	w := newWorld(t, nil)
	pull := w.shop.AddPull(testgithub.NewPull{Body: "old", Files: files(1, "a%d.go")})
	w.Advance(10 * time.Second)
	pull.EditBody("new")
	announced := ask
	announced.Fresh = gate.Fresh{UpdatedAt: pull.UpdatedAt(), HeadSHA: pull.HeadSHA()}
	stale := func(what string, fresh gate.Fresh) {
		t.Helper()
		a := ask
		a.Fresh = fresh
		_, err := w.Pull(t.Context(), ref1, a)
		var later *gate.Unavailable
		if !as(err, &later) || !later.Stale {
			t.Errorf("%s: %v", what, err)
		}
	}
	pull.StaleReads(5 * time.Second)
	stale("the state before an edit", announced.Fresh)
	stale("a head that is not there yet", gate.Fresh{UpdatedAt: pull.UpdatedAt(), HeadSHA: baseSHA})
	stale("a head without a time", gate.Fresh{HeadSHA: baseSHA})
	pull.NotFoundReads(1)
	stale("not found right after it was announced", announced.Fresh)
	if p, err := w.Pull(t.Context(), ref1, announced); err != nil || p.Change.Body != "new" {
		t.Errorf("the state that was announced: %q, %v", p.Change.Body, err)
	}
	w.Advance(10 * time.Second)
	pull.Push(files(2, "a%d.go"))
	if _, err := w.Pull(t.Context(), ref1, announced); err != nil {
		t.Errorf("a newer head than was announced: %v", err)
	}
}

func TestNotThere(t *testing.T) {
	w := newWorld(t, nil)
	secret := w.Repo("acme/secret").Private(true)
	secret.AddPull(testgithub.NewPull{Files: files(1, "a%d.go")})
	w.Client = w.connect(func(o *Options) {
		o.Token = w.Token(testgithub.Token{Value: "tok-none", App: testgithub.Actions(), Repos: []string{"acme/shop", "acme/closed"}, Permissions: map[string]string{}})
	})
	closed := w.Repo("acme/closed").Private(true)
	closed.AddPull(testgithub.NewPull{Files: files(1, "a%d.go")})
	var gone *gate.Gone
	var refused *gate.Refused
	for _, ref := range []gate.Ref{ref1, {Repo: gate.Repo{Owner: "acme", Name: "secret"}, Number: 1}, {Repo: gate.Repo{Owner: "acme", Name: ".."}, Number: 1}} {
		if _, err := w.Pull(t.Context(), ref, ask); !as(err, &gone) {
			t.Errorf("%s: %v", ref, err)
		}
	}
	_, err := w.Pull(t.Context(), gate.Ref{Repo: gate.Repo{Owner: "acme", Name: "closed"}, Number: 1}, ask)
	if !as(err, &refused) || !strings.Contains(err.Error(), "contents: read") {
		t.Errorf("a token without permissions: %v", err)
	}
}

// TestAnotherRepositoryOfTheName is about the name of a repository that was
// renamed, which somebody gave to another one since.
func TestAnotherRepositoryOfTheName(t *testing.T) {
	w := newWorld(t, nil)
	w.shop.AddPull(testgithub.NewPull{Files: files(1, "a%d.go")})
	by := func(id int64) gate.Ask {
		a := ask
		a.RepositoryID = id
		return a
	}
	reads := map[string]func(id int64) error{
		"a pull request": func(id int64) error { _, err := w.Pull(t.Context(), ref1, by(id)); return err },
		"a list":         func(id int64) error { _, _, err := w.Open(t.Context(), shop, by(id), ""); return err },
		"numbers":        func(id int64) error { _, _, err := w.Numbers(t.Context(), shop, id, ""); return err },
		"policies":       func(id int64) error { _, err := w.Policies(t.Context(), shop, by(id)); return err },
	}
	for name, read := range reads {
		var other *gate.Elsewhere
		if err := read(w.shop.ID() + 1); !as(err, &other) {
			t.Errorf("%s of another id: %v", name, err)
		}
		if err := read(w.shop.ID()); err != nil {
			t.Errorf("%s of its own id: %v", name, err)
		}
	}
	announced := by(w.shop.ID() + 1)
	announced.Fresh.HeadSHA = headSHA
	var other *gate.Elsewhere
	if _, err := w.Pull(t.Context(), gate.Ref{Repo: shop, Number: 99}, announced); !as(err, &other) {
		t.Errorf("what is not in the other one: %v", err)
	}
}

// TestEnterpriseServer asks an enterprise server, whose contract is another one.
func TestEnterpriseServer(t *testing.T) {
	w := newWorld(t, nil)
	pull := w.shop.AddPull(testgithub.NewPull{Files: files(1, "a/f%d.go")})
	w.Client = w.connect(func(o *Options) {
		var err error
		if o.Hosts, err = ParseHosts(w.URL(), "", ""); err != nil {
			t.Fatal(err)
		}
	})
	p := w.pull(ref1)
	if err := w.Lines(t.Context(), &p); err != nil {
		t.Error(err)
	}
	run := gate.Run{Name: gate.CheckName, SHA: pull.HeadSHA(), Status: completed, Conclusion: checks.Success, Title: "t", Summary: "s"}
	if _, err := w.CreateRun(t.Context(), shop, run); err != nil {
		t.Error(err)
	}
	if _, err := w.CreateComment(t.Context(), ref1, "x"); err != nil {
		t.Error(err)
	}
	if _, err := w.Pushed(t.Context(), &p); err != nil {
		t.Error(err)
	}
}
