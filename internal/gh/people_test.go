package gh

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/testgithub"
)

func TestLabelled(t *testing.T) {
	w := newWorld(t, nil)
	pull := w.shop.AddPull(testgithub.NewPull{Files: files(1, "a%d.go")})
	label := func(name string) gate.Labelled {
		t.Helper()
		l, err := w.Labelled(t.Context(), ref1, name)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	if l := label("hotfix"); l != (gate.Labelled{}) {
		t.Errorf("a label that nobody set: %+v", l)
	}
	pull.Label("hotfix", "hubot")
	pull.Unlabel("hotfix", "hubot")
	if l := label("hotfix"); l != (gate.Labelled{}) {
		t.Errorf("a label that was taken off: %+v", l)
	}
	w.Advance(time.Minute)
	pull.Label("hotfix", "monalisa")
	for range 150 {
		pull.Label("other", "renovate[bot]")
		pull.Unlabel("other", "renovate[bot]")
	}
	w.ForgetCalls()
	if l := label("Hotfix"); l.By != "monalisa" || l.Bot || l.At.IsZero() {
		t.Errorf("the last one who set it: %+v", l)
	}
	if got := len(w.Calls()); got != 4 {
		t.Errorf("%d calls for 4 pages", got)
	}
	pull.Label("other", "renovate[bot]")
	w.ForgetCalls()
	if l := label("other"); l.By != "renovate[bot]" || !l.Bot {
		t.Errorf("set by a bot: %+v", l)
	}
	if got := len(w.Calls()); got != 2 {
		t.Errorf("%d calls for the first and the last page", got)
	}
}

func TestPushed(t *testing.T) {
	w := newWorld(t, nil)
	fork := w.shop.Fork("hubot")
	pull := w.shop.AddPull(testgithub.NewPull{From: fork, Author: "hubot", Files: files(1, "a%d.go")})
	first := w.pull(ref1)
	opened, err := w.Pushed(t.Context(), &first)
	if err != nil || opened.IsZero() {
		t.Fatalf("pushed at %v, %v", opened, err)
	}
	w.Advance(time.Hour)
	pull.Push(files(2, "a%d.go"))
	second := w.pull(ref1)
	pushed, err := w.Pushed(t.Context(), &second)
	if err != nil || pushed.Sub(opened) < time.Hour {
		t.Errorf("pushed at %v after %v, %v", pushed, opened, err)
	}
	// A head that comes back came when it came back.
	w.Advance(time.Hour)
	pull.ForcePush(first.Change.HeadSHA)
	third := w.pull(ref1)
	back, err := w.Pushed(t.Context(), &third)
	if err != nil || back.Sub(pushed) < time.Hour {
		t.Errorf("came back at %v after %v, %v", back, pushed, err)
	}
	pull.DeleteHeadRepo()
	gone := w.pull(ref1)
	if at, err := w.Pushed(t.Context(), &gone); err != nil || !at.IsZero() {
		t.Errorf("a fork that is deleted: %v, %v", at, err)
	}
}

func TestPermits(t *testing.T) {
	w := newWorld(t, nil)
	w.shop.Role("reader", "read").Role("writer", "write").Role("keeper", "maintain").Role("owner", "admin")
	w.Team("acme/sre", "reader", "active")
	w.Team("acme/sre", "invited", "pending")
	app := w.connect(func(o *Options) {
		o.Token = w.Token(testgithub.Token{Value: "tok-app", App: testgithub.App{ID: 7, Slug: "backout"}})
	})
	for _, tt := range []struct {
		name, login string
		by          []string
		want        bool
		refused     bool
	}{
		{"no role named", "owner", nil, false, false},
		{"a role that is named", "keeper", []string{"maintain", "admin"}, true, false},
		{"a higher role than is named", "owner", []string{"write"}, true, false},
		{"a lower one", "writer", []string{"maintain", "admin"}, false, false},
		{"somebody without a role", "stranger", []string{"maintain"}, false, false},
		{"nobody", "", []string{"maintain"}, false, false},
		{"a member of a team", "reader", []string{"maintain", "acme/sre"}, true, false},
		{"somebody who is only invited", "invited", []string{"acme/sre"}, false, false},
		{"no member, or a team that is not shown", "writer", []string{"acme/sre"}, false, true},
		{"a team that is none", "owner", []string{"acme/../../../repos"}, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := app.Permits(t.Context(), shop, tt.login, tt.by)
			var refused *gate.Refused
			if got != tt.want || as(err, &refused) != tt.refused || err != nil && !tt.refused {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
	// A workflow's token cannot see teams.
	got, err := w.Permits(t.Context(), shop, "reader", []string{"acme/sre"})
	var refused *gate.Refused
	if got || !as(err, &refused) || !strings.Contains(err.Error(), "members: read") {
		t.Errorf("a workflow's token: %v, %v", got, err)
	}
}

func TestReverted(t *testing.T) {
	w := newWorld(t, nil)
	w.shop.Branch("mine", "main")
	w.shop.AddPull(testgithub.NewPull{Files: files(120, "a%d.go")}).Merge("octocat")
	w.shop.AddPull(testgithub.NewPull{Files: files(1, "b%d.go")})
	w.shop.AddPull(testgithub.NewPull{Base: "mine", Files: files(1, "c%d.go")}).Merge("octocat")
	for _, tt := range []struct {
		name   string
		number int
		files  int // 0: none is found
	}{
		{"merged", 1, 120},
		{"open", 2, 0},
		{"merged into another branch", 3, 0},
		{"not there", 99, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := w.Reverted(t.Context(), gate.Ref{Repo: shop, Number: tt.number}, "main")
			if err != nil || (r != nil) != (tt.files > 0) {
				t.Fatalf("%v, %v", r, err)
			}
			if r != nil && (r.Number != tt.number || len(r.Files) != tt.files || r.Files[0].Patch == "") {
				t.Errorf("#%d with %d files", r.Number, len(r.Files))
			}
		})
	}
}

func TestVersions(t *testing.T) {
	w := newWorld(t, nil)
	for _, content := range []string{"version: 1\n", "version: 1 #", "version: ["} {
		w.shop.Commit("main", map[string]string{".github/backout.yml": content})
		w.shop.Commit("main", map[string]string{"a.go": content})
	}
	w.shop.Remove("main", ".github/backout.yml")
	w.shop.Commit("main", map[string]string{".github/backout.yml": "version: {"})
	w.shop.AddPull(testgithub.NewPull{Files: files(1, "a%d.go")})
	p := w.pull(ref1)
	w.ForgetCalls()
	versions, err := w.Versions(t.Context(), p.Repository, 4)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range versions {
		if v.Commit == "" || v.State == config.Present && v.Blob == "" {
			t.Errorf("a version without commit or blob: %+v", v)
		}
		got = append(got, v.Data)
	}
	if want := []string{"version: {", "", "version: [", "version: 1 #"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if versions[1].State != config.Absent || len(w.Calls()) != 1 {
		t.Errorf("the version in which it was deleted is %v; %d calls", versions[1].State, len(w.Calls()))
	}
}

func TestVersionsOfTheOrganisation(t *testing.T) {
	w := newWorld(t, nil)
	org := w.Repo("acme/policies").Private(true)
	org.Commit("main", map[string]string{"backout.yml": "version: ["})
	w.Client = w.connect(func(o *Options) {
		o.OrgToken = testgithub.WriteToken
		o.Token = w.Token(testgithub.Token{Value: "tok-shop-only", App: testgithub.Actions(), Repos: []string{"acme/shop"}})
	}).Unspent()
	of := gate.Text{File: gate.File{Repo: gate.Repo{Owner: "acme", Name: "policies"}, Path: "backout.yml"}}
	if versions, err := w.Versions(t.Context(), of, 20); err != nil || len(versions) != 1 || versions[0].Data != "version: [" {
		t.Errorf("%+v, %v", versions, err)
	}
}

func TestGroup(t *testing.T) {
	w := newWorld(t, nil)
	w.Client = w.connect(func(o *Options) {
		o.Token = w.Token(testgithub.Token{Value: "tok-app", App: testgithub.App{ID: 7, Slug: "backout"}})
	})
	var shas []string
	for range 3 {
		sha, _ := w.shop.AddPull(testgithub.NewPull{Files: files(1, "a%d.go")}).Enqueue()
		shas = append(shas, sha)
	}
	g, err := w.Group(t.Context(), shop, "main", shas[1])
	if err != nil || !slices.Equal(g.Numbers, []int{1, 2}) || !g.OwnOnly {
		t.Errorf("%+v, %v", g, err)
	}
	w.shop.Grouping("HEADGREEN")
	if g, err = w.Group(t.Context(), shop, "main", shas[2]); err != nil || !slices.Equal(g.Numbers, []int{1, 2, 3}) || g.OwnOnly {
		t.Errorf("%+v, %v", g, err)
	}
	var gone *gate.Gone
	if _, err := w.Group(t.Context(), shop, "main", headSHA); !as(err, &gone) {
		t.Errorf("a commit that is not in the queue: %v", err)
	}
}
