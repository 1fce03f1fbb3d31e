package gh

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/testgithub"
	"github.com/google/go-cmp/cmp"
)

func TestIdentifier(t *testing.T) {
	for _, tt := range []struct {
		name, answer string
		want         int64 // 0: none
	}{
		{"first", `{"id": 4, "node_id": "CR", "app": {"id": 5}}`, 4},
		{"behind others, of which one has its own", `{"app": {"id": 5}, "tags": ["id", 6], "name": "id", "id": 1099511627776}`, 1099511627776},
		{"nothing behind it is read", `{"id": 4, "output": {`, 4},
		{"none", `{"app": {"id": 5}}`, 0},
		{"nothing", `{}`, 0},
		{"0", `{"id": 0}`, 0},
		{"null", `{"id": null}`, 0},
		{"text", `{"id": "4"}`, 0},
		{"a fraction", `{"id": 4.5}`, 0},
		{"a list", `[{"id": 4}]`, 0},
		{"a text", `"id"`, 0},
		{"an empty answer", ``, 0},
		{"an end in between", `{"name": "backout", "hea`, 0},
		{"a page for people", `<html>`, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := identifier([]byte(tt.answer))
			if got != tt.want || (err == nil) != (tt.want != 0) {
				t.Errorf("%d, %v; want %d", got, err, tt.want)
			}
		})
	}
}

func TestRuns(t *testing.T) {
	w := newWorld(t, nil)
	pull := w.shop.AddPull(testgithub.NewPull{Files: files(1, "a%d.go")})
	other := w.connect(func(o *Options) {
		o.Token = w.Token(testgithub.Token{Value: "tok-app", App: testgithub.App{ID: 7, Slug: "elsewhere"}})
	})
	run := gate.Run{
		Name: gate.CheckName, SHA: pull.HeadSHA(), Status: completed, Conclusion: checks.Failure, Title: "Blocked", Summary: "Summary", Text: "Text",
		ExternalID: "1:sha256", DetailsURL: "https://github.com/acme/shop/actions/runs/1", StartedAt: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC),
	}
	if _, err := other.CreateRun(t.Context(), shop, run); err != nil {
		t.Fatal(err)
	}
	made, err := w.CreateRun(t.Context(), shop, run)
	if err != nil || made.ID == 0 || made.SHA != run.SHA {
		t.Fatalf("%+v, %v", made, err)
	}
	if _, err := w.CreateRun(t.Context(), shop, gate.Run{Name: "another", SHA: run.SHA, Status: completed, Conclusion: checks.Success, Title: "t", Summary: "s"}); err != nil {
		t.Fatal(err)
	}
	run.ID = made.ID
	listed := func() []gate.Run {
		t.Helper()
		runs, err := w.Runs(t.Context(), shop, run.SHA, gate.CheckName)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(runs, w.pull(ref1).Runs); diff != "" {
			t.Errorf("check runs by REST and by GraphQL (-REST +GraphQL):\n%s", diff)
		}
		return runs
	}
	if diff := cmp.Diff([]gate.Run{run}, listed()); diff != "" {
		t.Errorf("check runs (-want +got):\n%s", diff)
	}
	run.Conclusion, run.Title, run.Summary, run.Text, run.ExternalID = checks.Success, "Passes", "Other", "", "1:sha512"
	if err := w.UpdateRun(t.Context(), shop, run); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]gate.Run{run}, listed()); diff != "" {
		t.Errorf("check runs after an update (-want +got):\n%s", diff)
	}
	var refused *gate.Refused
	if err := other.UpdateRun(t.Context(), shop, run); !as(err, &refused) || !strings.Contains(err.Error(), "another App") {
		t.Errorf("somebody else's check run: %v", err)
	}
	for range 101 {
		if _, err := w.CreateRun(t.Context(), shop, run); err != nil {
			t.Fatal(err)
		}
	}
	if runs, err := w.Runs(t.Context(), shop, run.SHA, gate.CheckName); err != nil || len(runs) != 102 || runs[0].ID != run.ID {
		t.Errorf("%d check runs, %v", len(runs), err)
	}
}

func TestComments(t *testing.T) {
	w := newWorld(t, nil)
	pull := w.shop.AddPull(testgithub.NewPull{Files: files(1, "a%d.go")})
	pull.Comment("octocat", "<!-- backout -->")
	made, err := w.CreateComment(t.Context(), ref1, "first")
	if err != nil || made.ID == 0 || made.Body != "first" {
		t.Fatalf("%+v, %v", made, err)
	}
	for range 60 {
		pull.Comment("hubot", "x")
	}
	second, err := w.CreateComment(t.Context(), ref1, "second")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.EditComment(t.Context(), shop, made.ID, "edited"); err != nil {
		t.Fatal(err)
	}
	all, err := w.Comments(t.Context(), ref1)
	if diff := cmp.Diff([]gate.Comment{{ID: made.ID, Body: "edited"}, second}, all); diff != "" || err != nil {
		t.Errorf("comments (-want +got):\n%s%v", diff, err)
	}
	p := w.pull(ref1)
	if diff := cmp.Diff(all[:1], p.Comments); diff != "" || p.CommentsWhole {
		t.Errorf("the first 50 comments, whole %v (-want +got):\n%s", p.CommentsWhole, diff)
	}
	for range 2 { // what is gone is gone
		if err := w.DeleteComment(t.Context(), shop, second.ID); err != nil {
			t.Error(err)
		}
	}
	var gone *gate.Gone
	if err := w.EditComment(t.Context(), shop, second.ID, "x"); !as(err, &gone) {
		t.Errorf("a comment that is gone: %v", err)
	}
	var refused *gate.Refused
	if _, err := w.CreateComment(t.Context(), ref1, strings.Repeat("x", 65537)); !as(err, &refused) {
		t.Errorf("a comment that is too long: %v", err)
	}
	fork := w.connect(func(o *Options) { o.Token = testgithub.ForkToken })
	if _, err := fork.CreateComment(t.Context(), ref1, "x"); !as(err, &refused) || !strings.Contains(err.Error(), "pull-requests: write") {
		t.Errorf("a read-only token: %v", err)
	}
}

func TestButtons(t *testing.T) {
	w := newWorld(t, nil)
	pull := w.shop.AddPull(testgithub.NewPull{Files: files(1, "a%d.go")})
	run := gate.Run{Name: gate.CheckName, SHA: pull.HeadSHA(), Status: completed, Conclusion: checks.Failure, Title: "Blocked", Summary: "Summary"}
	button := gate.Button{Label: "Check again", Description: "Read and judge the pull request anew", Identifier: "check-again"}
	want := []testgithub.Action{{Label: button.Label, Description: button.Description, Identifier: button.Identifier}}
	made, err := w.CreateRun(t.Context(), shop, run)
	if err != nil {
		t.Fatal(err)
	}
	run.ID, run.Buttons = made.ID, []gate.Button{button}
	if err := w.UpdateRun(t.Context(), shop, run); err != nil {
		t.Fatal(err)
	}
	if _, err := w.CreateRun(t.Context(), shop, run); err != nil {
		t.Fatal(err)
	}
	for _, r := range w.shop.Runs(run.SHA) {
		if diff := cmp.Diff(want, r.Actions); diff != "" {
			t.Errorf("buttons (-want +got):\n%s", diff)
		}
	}
}

// TestOursAmongManyRuns is about workflows of others whose jobs have our name.
func TestOursAmongManyRuns(t *testing.T) {
	w, app, acme, _ := installed(t, 0)
	pull := w.shop.AddPull(testgithub.NewPull{Files: files(1, "a%d.go")})
	run := gate.Run{Name: gate.CheckName, SHA: pull.HeadSHA(), Status: completed, Conclusion: checks.Success, Title: "t", Summary: "s"}
	for i := range 25 {
		of := testgithub.App{ID: int64(100 + i), Slug: fmt.Sprint("somebody-", i)}
		theirs := w.connect(func(o *Options) { o.Token = w.Token(testgithub.Token{Value: fmt.Sprint("tok-", i), App: of}) })
		if _, err := theirs.CreateRun(t.Context(), shop, run); err != nil {
			t.Fatal(err)
		}
	}
	asApp, err := app.Client(acme)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		c     *Client
		calls string
	}{
		{"an App that knows its id", asApp, "graphql"},
		{"a token of the Action", w.connect(nil), "graphql, GET check-runs"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			made, err := tt.c.CreateRun(t.Context(), shop, run)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tt.c.Pull(t.Context(), ref1, ask); err != nil { // from now on its folders are known
				t.Fatal(err)
			}
			w.ForgetCalls()
			p, err := tt.c.Pull(t.Context(), ref1, ask)
			if err != nil || len(p.Runs) != 1 || p.Runs[0].ID != made.ID {
				t.Errorf("check runs %+v, %v", p.Runs, err)
			}
			if got := w.counted(); got != tt.calls {
				t.Errorf("calls: %s", got)
			}
		})
	}
}

func TestMoreOfOursThanOnePage(t *testing.T) {
	w := newWorld(t, nil)
	pull := w.shop.AddPull(testgithub.NewPull{Files: files(1, "a%d.go")})
	for range 23 {
		if _, err := w.CreateRun(t.Context(), shop, gate.Run{Name: gate.CheckName, SHA: pull.HeadSHA(), Status: completed, Conclusion: checks.Success, Title: "t", Summary: "s"}); err != nil {
			t.Fatal(err)
		}
	}
	if p := w.pull(ref1); len(p.Runs) != 23 {
		t.Errorf("%d check runs", len(p.Runs))
	}
}
