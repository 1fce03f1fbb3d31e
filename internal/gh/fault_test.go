package gh

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/testgithub"
)

// call is something that the client does, and what a test must know of it.
type call struct {
	name   string
	route  string // of the call that fails
	skip   int    // calls of that route that do not
	create bool
	delete bool
	do     func(context.Context, *world) error
}

// calls are all calls that the client makes, each once.
func calls(run gate.Run, comment int64) []call {
	further := ask
	further.Further = "other.yml"
	of := gate.Text{File: gate.File{Repo: shop, Path: ".github/backout.yml"}, State: config.Present}
	pull := func(ctx context.Context, w *world) error { _, err := w.Pull(ctx, ref1, further); return err }
	return []call{
		{name: "a pull request", route: "graphql", do: pull},
		{name: "its second page of files", route: "graphql", skip: 1, do: pull},
		{name: "the attributes of its folders", route: "graphql", skip: 2, do: pull},
		{name: "its lines", route: "GET files", do: func(ctx context.Context, w *world) error {
			p, err := w.Pull(ctx, ref1, ask)
			if err == nil {
				err = w.Lines(ctx, &p)
			}
			return err
		}},
		{name: "open pull requests", route: "graphql", do: func(ctx context.Context, w *world) error { _, _, err := w.Open(ctx, shop, ask, ""); return err }},
		{name: "the numbers of open pull requests", route: "graphql", do: func(ctx context.Context, w *world) error { _, _, err := w.Numbers(ctx, shop, 0, ""); return err }},
		{name: "versions", route: "graphql", do: func(ctx context.Context, w *world) error { _, err := w.Versions(ctx, of, 20); return err }},
		{name: "a merge group", route: "graphql", do: func(ctx context.Context, w *world) error {
			_, err := w.Group(ctx, shop, "main", run.ExternalID)
			return err
		}},
		{name: "a reverted pull request", route: "GET files", do: func(ctx context.Context, w *world) error {
			_, err := w.Reverted(ctx, gate.Ref{Repo: shop, Number: 2}, "main")
			return err
		}},
		{name: "who set a label", route: "GET events", do: func(ctx context.Context, w *world) error { _, err := w.Labelled(ctx, ref1, "x"); return err }},
		{name: "when the head was pushed", route: "GET activity", do: func(ctx context.Context, w *world) error {
			p := gate.Pull{HeadRepo: "acme/shop", HeadRef: "change-1", Change: checks.Change{HeadSHA: run.SHA}}
			_, err := w.Pushed(ctx, &p)
			return err
		}},
		{name: "a role", route: "GET permission", do: func(ctx context.Context, w *world) error {
			_, err := w.Permits(ctx, shop, "octocat", []string{"admin"})
			return err
		}},
		{name: "check runs", route: "GET check-runs", do: func(ctx context.Context, w *world) error {
			_, err := w.Runs(ctx, shop, run.SHA, gate.CheckName)
			return err
		}},
		{name: "a new check run", route: "POST check-runs", create: true, do: func(ctx context.Context, w *world) error {
			made, err := w.CreateRun(ctx, shop, run)
			if err == nil && made.ID == 0 {
				w.Error("a check run without an id")
			}
			return err
		}},
		{name: "a check run updated", route: "PATCH check-runs", do: func(ctx context.Context, w *world) error { return w.UpdateRun(ctx, shop, run) }},
		{name: "comments", route: "GET comments", do: func(ctx context.Context, w *world) error { _, err := w.Comments(ctx, ref1); return err }},
		{name: "a new comment", route: "POST comments", create: true, do: func(ctx context.Context, w *world) error {
			made, err := w.CreateComment(ctx, ref1, "x")
			if err == nil && made.ID == 0 {
				w.Error("a comment without an id")
			}
			return err
		}},
		{name: "a comment edited", route: "PATCH comments", do: func(ctx context.Context, w *world) error { return w.EditComment(ctx, shop, comment, "y") }},
		{name: "a comment deleted", route: "DELETE comments", delete: true, do: func(ctx context.Context, w *world) error { return w.DeleteComment(ctx, shop, comment) }},
	}
}

// faulty is a world in which every call has something to find.
func faulty(t *testing.T) (*world, gate.Run, int64) {
	w := newWorld(t, nil)
	w.Client = w.connect(func(o *Options) {
		o.Token = w.Token(testgithub.Token{Value: "tok-app", App: testgithub.App{ID: 7, Slug: "backout"}})
		o.CallTimeout = 700 * time.Millisecond
	})
	w.shop.Commit("main", map[string]string{".github/backout.yml": "version: 1\n"})
	pull := w.shop.AddPull(testgithub.NewPull{Files: files(101, "a/f%d.go")})
	w.shop.AddPull(testgithub.NewPull{Files: files(1, "b%d.go")}).Merge("octocat")
	group, _ := pull.Enqueue()
	run := gate.Run{Name: gate.CheckName, SHA: pull.HeadSHA(), Status: completed, Conclusion: checks.Failure, Title: "t", Summary: "s", ExternalID: group}
	made, err := w.CreateRun(t.Context(), shop, run)
	if err != nil {
		t.Fatal(err)
	}
	run.ID = made.ID
	comment, err := w.CreateComment(t.Context(), ref1, "mine")
	if err != nil {
		t.Fatal(err)
	}
	w.ForgetCalls()
	return w, run, comment.ID
}

// effects counts what must not be there twice.
func effects(w *world) int {
	return len(w.shop.Runs(w.shop.Pull(1).HeadSHA())) + len(w.shop.Pull(1).Comments())
}

func TestEachFaultOnEachCall(t *testing.T) {
	limits := []testgithub.Kind{testgithub.Secondary, testgithub.Primary, testgithub.Status429}
	for i, c := range calls(gate.Run{}, 0) {
		t.Run(c.name, func(t *testing.T) {
			for _, kind := range testgithub.Kinds() {
				if kind == testgithub.GraphQLErrors && c.route != "graphql" {
					continue
				}
				w, run, comment := faulty(t)
				c := calls(run, comment)[i]
				before := effects(w)
				w.Fail(testgithub.Fault{Route: c.route, Kind: kind, Skip: c.skip, Delay: 1500})
				err := c.do(t.Context(), w)
				var later *gate.Unavailable
				var gone *gate.Gone
				refusedBefore := slices.Contains(limits, kind) || kind == testgithub.Status401
				switch {
				case kind == testgithub.Status404 && c.delete:
					if err != nil {
						t.Errorf("%s: %v", kind, err)
					}
				case kind == testgithub.Status404 && c.name == "a role":
					if err != nil {
						t.Errorf("%s: %v", kind, err)
					}
				case kind == testgithub.Status404:
					if !as(err, &gone) {
						t.Errorf("%s: %v", kind, err)
					}
				case c.create && !refusedBefore:
					if !as(err, &later) || !later.Write || !strings.Contains(err.Error(), "could not be written") {
						t.Errorf("%s: %v", kind, err)
					}
					if n := len(w.Calls(c.route)); n > 1 {
						t.Errorf("%s: asked %d times for what may have been done the first time", kind, n)
					}
				case err != nil:
					t.Errorf("%s once: %v", kind, err)
				}
				if c.create && effects(w) > before+1 {
					t.Errorf("%s: written twice", kind)
				}
				if slices.Contains(limits, kind) && w.waited() < time.Second {
					t.Errorf("%s: waited %v", kind, w.waited())
				}
			}
		})
	}
}

func TestEachFaultThatStays(t *testing.T) {
	for i, c := range calls(gate.Run{}, 0) {
		t.Run(c.name, func(t *testing.T) {
			for _, kind := range []testgithub.Kind{testgithub.Status502, testgithub.Secondary, testgithub.Primary, testgithub.Status401, testgithub.Reset, testgithub.Truncated} {
				if c.delete && kind == testgithub.Truncated {
					continue // there is nothing in the answer
				}
				w, run, comment := faulty(t)
				c := calls(run, comment)[i]
				w.Fail(testgithub.Fault{Route: c.route, Kind: kind, Skip: c.skip, Times: -1, Wait: 20})
				err := c.do(t.Context(), w)
				var later *gate.Unavailable
				var refused *gate.Refused
				limit := kind == testgithub.Secondary || kind == testgithub.Primary
				told := 15 * time.Second
				if c.name == "its lines" { // several calls, of which one may wait for another
					told = gentlePause / 2
				}
				switch {
				case kind == testgithub.Status401:
					if !as(err, &refused) {
						t.Errorf("%s: %v", kind, err)
					}
				case !as(err, &later):
					t.Errorf("%s: %v", kind, err)
				case limit && (later.After < told || w.waited() > time.Minute):
					t.Errorf("%s: says to wait %v after %v", kind, later.After, w.waited())
				case !limit && later.After != 0:
					t.Errorf("%s: says to wait %v", kind, later.After)
				}
				if n := len(w.Calls()); n > 3*maxTries+c.skip+1 {
					t.Errorf("%s: %d calls", kind, n)
				}
				if err != nil && (strings.Contains(err.Error(), "tok-") || strings.Contains(err.Error(), "secondary rate limit. Please")) {
					t.Errorf("%s: the error holds what a server said, or a token: %v", kind, err)
				}
			}
		})
	}
}
