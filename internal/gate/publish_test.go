package gate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
)

var first = Subject{Ref: Ref{shop, 1}}

// enforced publishes the verdict on pull request 1.
func enforced(t *testing.T, w *world, g Gate) Result {
	t.Helper()
	r, err := g.Enforce(t.Context(), first)
	if err != nil {
		t.Fatalf("%v, after %v", err, w.calls)
	}
	return r
}

func TestOnlyWhatDiffersIsWritten(t *testing.T) {
	w := newWorld()
	w.open(1, poor, "sha1", shop.String())
	enforced(t, w, w.gate())
	if w.count("create run") != 1 || w.count("create comment") != 1 {
		t.Fatalf("calls %v", w.calls)
	}
	w.calls = nil
	g := w.gate()
	g.DetailsURL = "https://github.com/acme/shop/actions/runs/78"
	enforced(t, w, g)
	if slices.ContainsFunc(w.calls, func(c string) bool { return !strings.HasPrefix(c, "read") }) || w.count("read pull") != 1 {
		t.Errorf("nothing changed, and the calls were %v", w.calls)
	}
	w.now = w.now.Add(time.Minute)
	w.edit(1, func(p *Pull) { p.Change.Body = good })
	w.calls = nil
	enforced(t, w, w.gate())
	if w.count("update run") != 1 || w.count("edit comment") != 1 || w.count("create") != 0 {
		t.Errorf("calls %v", w.calls)
	}
	if w.runs[0].Conclusion != checks.Success || !strings.HasPrefix(w.comments[1][0].Body, "Passes") {
		t.Errorf("run %+v, comments %+v", w.runs[0], w.comments[1])
	}
}

func TestWhenThereIsAComment(t *testing.T) {
	tests := map[string]struct {
		body, policy, base string
		draft              bool
		input              config.Comment
		want               bool
	}{
		"blocked":                            {body: poor, want: true},
		"all is well":                        {body: good},
		"always":                             {body: good, policy: "comment: always", want: true},
		"never":                              {body: poor, policy: "comment: never"},
		"the input says never":               {body: poor, input: config.CommentNever},
		"the input says always":              {body: good, policy: "comment: never", input: config.CommentAlways, want: true},
		"a draft":                            {body: poor, draft: true},
		"a branch of the policy":             {body: poor, policy: `branches: ["release/**"]`, base: "release/1/x", want: true},
		"a branch that the policy has not":   {body: poor, policy: `branches: ["release/**"]`},
		"the default branch":                 {body: poor, policy: `branches: [default, "release/**"]`, want: true},
		"another branch than the default":    {body: poor, policy: "branches: [default]", base: "next"},
		"a policy that only reports a block": {body: poor, policy: "mode: audit", want: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			p := w.open(1, tt.body, "sha1", shop.String())
			p.Change.Draft = tt.draft
			if tt.base != "" {
				p.Change.Base = tt.base
			}
			if tt.policy != "" {
				p.Repository = present(p.Repository.File, "version: 1\n"+tt.policy+"\n")
			}
			g := w.gate()
			g.Comment = tt.input
			enforced(t, w, g)
			if got := len(w.comments[1]) == 1; got != tt.want {
				t.Errorf("comment %t, want %t", got, tt.want)
			}
		})
	}
}

func TestOneCommentIsLeft(t *testing.T) {
	w := newWorld()
	w.open(1, poor, "sha1", shop.String())
	w.comments[1] = []Comment{
		{ID: 3, Body: "somebody's"}, {ID: 5, Body: "Old\n" + mark}, {ID: 9, Body: "Younger\n" + mark}, {ID: 11, Body: "Youngest\n" + mark + "\n"},
	}
	enforced(t, w, w.gate())
	if got := w.comments[1]; len(got) != 2 || got[1].ID != 5 || !strings.HasPrefix(got[1].Body, "Blocked") {
		t.Errorf("comments %+v", got)
	}
}

func TestEveryDuplicateOfACheckRunAgrees(t *testing.T) {
	w := newWorld()
	w.open(1, poor, "sha1", shop.String())
	w.runs = []Run{
		{ID: 1, Name: CheckName, SHA: "sha1", Status: "completed", Conclusion: checks.Success},
		{ID: 2, Name: CheckName, SHA: "sha1", Status: "queued"},
		{ID: 3, Name: CheckName, SHA: "sha1", Status: "in_progress", DetailsURL: "https://github.com/acme/shop/actions/runs/7/job/9"},
	}
	enforced(t, w, w.gate())
	for _, r := range w.runs[:2] {
		if r.Conclusion != checks.Failure || r.Status != "completed" {
			t.Errorf("run %+v", r)
		}
	}
	if w.runs[2].Conclusion != "" || len(w.runs) != 3 {
		t.Errorf("a job's check run was written: %+v", w.runs)
	}
}

func TestAJobOfThisRunWithOurName(t *testing.T) {
	w := newWorld()
	w.open(1, poor, "sha1", shop.String())
	w.runs = []Run{{ID: 3, Name: CheckName, SHA: "sha1", Status: "in_progress", DetailsURL: "https://github.com/acme/shop/actions/runs/7/job/9"}}
	g := w.gate()
	g.DetailsURL = "https://github.com/acme/shop/actions/runs/7"
	_, err := g.Enforce(t.Context(), first)
	var taken *NameTaken
	if !errors.As(err, &taken) || len(w.runs) != 1 {
		t.Errorf("error %v, runs %+v", err, w.runs)
	}
}

func TestATokenThatMayNotWriteComments(t *testing.T) {
	w := newWorld()
	w.open(1, poor, "sha1", shop.String())
	w.fail = func(call string) error {
		if call == "create comment" {
			return &Refused{What: "write a comment", Why: "it may only read"}
		}
		return nil
	}
	g := w.gate()
	r := enforced(t, w, g)
	if len(r.Notices) != 1 || len(w.runs) != 1 || w.count("create comment") != 1 {
		t.Errorf("notices %q, calls %v", r.Notices, w.calls)
	}
	// The job is the gate: one read, and nothing else is lost.
	w.calls, g.CheckRun = nil, false
	if r = enforced(t, w, g); len(r.Notices) != 1 || w.count("read pull") > 2 || r.Shared.Outcome() != Failed {
		t.Errorf("notices %q, calls %v", r.Notices, w.calls)
	}
	// A check run that may not be written is no verdict.
	w = newWorld()
	w.open(1, good, "sha1", shop.String())
	w.fail = func(call string) error {
		if strings.HasSuffix(call, "run") {
			return &Refused{What: "write a check run", Why: "it may only read"}
		}
		return nil
	}
	var refused *Refused
	if _, err := w.gate().Enforce(t.Context(), first); !errors.As(err, &refused) {
		t.Errorf("error %v", err)
	}
}

func TestALostAnswerIsLookedAfter(t *testing.T) {
	for _, call := range []string{"create run", "update run", "create comment", "edit comment", "delete comment"} {
		for _, took := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, took effect %t", call, took), func(t *testing.T) {
				w := newWorld()
				w.open(1, poor, "sha1", shop.String())
				if !strings.HasPrefix(call, "create") {
					w.runs = []Run{{ID: 1, Name: CheckName, SHA: "sha1", Status: "completed", Conclusion: checks.Success}}
					w.comments[1] = []Comment{{ID: 1, Body: "Old\n" + mark}, {ID: 2, Body: "Old\n" + mark}}
				}
				times := 0
				lose := func(name string) error {
					if name == call && times == 0 {
						times++
						return &Unavailable{What: name, Write: true, Why: "HTTP 502"}
					}
					return nil
				}
				if took {
					w.failed = lose
				} else {
					w.fail = lose
				}
				enforced(t, w, w.gate())
				if len(w.runs) != 1 || w.runs[0].Conclusion != checks.Failure || len(w.comments[1]) != 1 || !strings.HasPrefix(w.comments[1][0].Body, "Blocked") {
					t.Errorf("runs %+v, comments %+v", w.runs, w.comments[1])
				}
			})
		}
	}
}

func TestAReadThatFailsIsNeverAPass(t *testing.T) {
	tests := map[string]struct {
		runs   []Run
		policy string
		want   checks.Conclusion
	}{
		"nothing stands":                  {nil, "", checks.Failure},
		"a pass of an older state":        {[]Run{{ID: 1, Name: CheckName, SHA: "sha1", Status: "completed", Conclusion: checks.Success, ExternalID: "1:sha256:a @1=1000"}}, "", checks.Failure},
		"a block":                         {[]Run{{ID: 1, Name: CheckName, SHA: "sha1", Status: "completed", Conclusion: checks.Failure, Title: "Blocked"}}, "", checks.Failure},
		"a pass of what is known":         {[]Run{{ID: 1, Name: CheckName, SHA: "sha1", Status: "completed", Conclusion: checks.Success, ExternalID: "1:sha256:a @1=1803996000"}}, "", checks.Success},
		"nothing, and the policy reports": {nil, "mode: audit", checks.Neutral},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			p := w.open(1, poor, "sha1", shop.String())
			w.now, p.UpdatedAt = time.Unix(1803996000, 0), time.Unix(1803996000, 0)
			if tt.policy != "" {
				p.Repository = present(p.Repository.File, "version: 1\n"+tt.policy+"\n")
			}
			p.Change.Files[0].Status = checks.Renamed
			w.runs = tt.runs
			w.breaks("read lines")
			_, err := w.gate().Enforce(t.Context(), Subject{Ref: Ref{shop, 1}, Fresh: Fresh{UpdatedAt: p.UpdatedAt, HeadSHA: "sha1"}})
			if err == nil || len(w.runs) != 1 || w.runs[0].Conclusion != tt.want {
				t.Errorf("error %v, runs %+v", err, w.runs)
			}
		})
	}
	// Not even the pull request can be read: the head is the announced one.
	w := newWorld()
	w.open(1, good, "sha1", shop.String())
	w.breaks("read pull")
	_, err := w.gate().Enforce(t.Context(), Subject{Ref: Ref{shop, 1}, Fresh: Fresh{HeadSHA: "sha1"}})
	if err == nil || len(w.runs) != 1 || w.runs[0].Title != "No verdict yet" || w.runs[0].Conclusion != checks.Failure {
		t.Errorf("error %v, runs %+v", err, w.runs)
	}
}

func TestAPullRequestThatNeverRests(t *testing.T) {
	w := newWorld()
	w.open(1, poor, "sha1", shop.String())
	n := 0
	w.fail = func(call string) error {
		if call == "read pull" {
			n++
			w.now = w.now.Add(time.Second)
			p := w.pulls[1]
			p.Change.Body, p.UpdatedAt = fmt.Sprintf("%s %d", poor, n), w.now
		}
		return nil
	}
	_, err := w.gate().Enforce(t.Context(), first)
	var u *Unavailable
	if !errors.As(err, &u) || !strings.Contains(u.Why, "5 times") {
		t.Errorf("error %v", err)
	}
	if w.count("update run") > maxRounds+1 {
		t.Errorf("%d updates", w.count("update run"))
	}
}

func TestALookThatFailsTakesNothingFromAVerdict(t *testing.T) {
	w := newWorld()
	w.open(1, good, "sha1", shop.String())
	reads := 0
	w.fail = func(call string) error {
		if call == "read pull" {
			if reads++; w.count("create run") > 0 {
				return &Unavailable{What: call, Why: "HTTP 502, 4 tries"}
			}
		}
		return nil
	}
	r := enforced(t, w, w.gate())
	if len(r.Notices) != 1 || w.runs[0].Conclusion != checks.Success {
		t.Errorf("notices %q, runs %+v", r.Notices, w.runs)
	}
}

func TestTheEndOfTheJobEndsIt(t *testing.T) {
	w := newWorld()
	w.open(1, good, "sha1", shop.String())
	ctx, cancel := context.WithCancel(t.Context())
	w.fail = func(call string) error {
		cancel()
		return ctx.Err()
	}
	if _, err := w.gate().Enforce(ctx, first); !errors.Is(err, context.Canceled) || len(w.runs) != 0 {
		t.Errorf("error %v, runs %+v", err, w.runs)
	}
}

func TestASweep(t *testing.T) {
	w := newWorld()
	for i := 1; i <= 7; i++ {
		w.open(i, good, fmt.Sprintf("sha%d", i), shop.String())
	}
	w.pulls[6].Change.HeadSHA = "sha5" // two on one commit
	w.pulls[7].State = Closed
	sweep := func() Swept {
		t.Helper()
		w.calls = nil
		s, err := Sweep(t.Context(), shop, w, w.gate)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := sweep(); len(s.Judged) != 6 || w.count("create run") != 5 || len(w.comments) != 0 {
		t.Errorf("%d judged, calls %v", len(s.Judged), w.calls)
	}
	if s := sweep(); len(s.Flipped) != 0 || w.count("update") != 0 {
		t.Errorf("flipped %v", s.Flipped)
	}
	w.edit(2, func(p *Pull) { p.Change.Body = poor })
	w.edit(5, func(p *Pull) { p.Change.Body = poor })
	w.edit(4, func(p *Pull) { p.Change.Body = good + "\nMore.\n" }) // no flip
	if s := sweep(); w.count("update run") != 2 || len(s.Flipped) != 3 || len(w.comments) != 0 {
		t.Errorf("flipped %v, calls %v", s.Flipped, w.calls)
	}
	// One that cannot be judged is no reason to leave out the others.
	w.edit(2, func(p *Pull) { p.Change.Body = good })
	w.edit(3, func(p *Pull) { p.Repository.State = config.Unknown })
	if s := sweep(); len(s.Missing) != 1 || s.Missing[0].Number != 3 || len(s.Flipped) != 1 {
		t.Errorf("missing %v, flipped %v", s.Missing, s.Flipped)
	}
	// Nor is one that cannot be read.
	w.edit(2, func(p *Pull) { p.Change.Body = poor })
	reads := 0
	w.fail = func(call string) error {
		if reads++; call == "read pull" && reads == 1 {
			return &Unavailable{What: "acme/shop#1", Why: "HTTP 502"}
		}
		return nil
	}
	if s := sweep(); len(s.Missing) != 2 || s.Missing[0].Number != 1 || !strings.Contains(s.Missing[0].Err.Error(), "HTTP 502") || len(s.Judged) != 4 || len(s.Flipped) != 1 {
		t.Errorf("missing %v, flipped %v", s.Missing, s.Flipped)
	}
}
