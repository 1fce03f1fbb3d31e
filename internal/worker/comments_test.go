package worker

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
)

func TestComments(t *testing.T) {
	edit := func(s *site) {
		s.change(1, func(p *gate.Pull) { p.Change.Body += "." })
		s.event(1, "pull_request.edited")
	}
	tests := map[string]struct {
		reason string
		before func(*site)
		then   func(*site) // after half the quiet time
		want   int         // comments after one and a half of it
	}{
		"opened":                          {reason: "pull_request.opened", want: 1},
		"a draft":                         {reason: "pull_request.opened", before: func(s *site) { s.pulls[1].Change.Draft = true }},
		"only reports":                    {reason: "pull_request.opened", before: func(s *site) { s.policy = gate.Text{State: s.organisation.State} }},
		"it passes":                       {reason: "pull_request.opened", before: func(s *site) { s.pulls[1].Change.Body = good }},
		"edited meanwhile, it waits anew": {reason: "pull_request.opened", then: edit, want: 0},
		"mended meanwhile": {reason: "pull_request.opened", then: func(s *site) {
			s.change(1, func(p *gate.Pull) { p.Change.Body = good })
			s.event(1, "pull_request.edited")
		}},
		"closed meanwhile": {reason: "pull_request.opened", then: func(s *site) {
			s.change(1, func(p *gate.Pull) { p.State = gate.Closed })
			s.event(1, "pull_request.closed")
		}},
		"a push to the default branch": {reason: "push"},
		"a new installation":           {reason: "installation.created"},
		"a new repository":             {reason: "installation_repositories.added"},
		"a renamed repository":         {reason: "repository.renamed"},
		"a push hides no event before it": {reason: "pull_request.opened", before: func(s *site) {
			w := of(queue.Pull, "push")
			w.Number, w.Behind = 1, true
			s.event(1, "pull_request.opened")
			s.want(w)
		}, want: 1},
		"checked again": {reason: "check_run.requested_action", want: 1},
		"a draft that becomes ready": {reason: "pull_request.opened", before: func(s *site) { s.pulls[1].Change.Draft = true }, then: func(s *site) {
			s.change(1, func(p *gate.Pull) { p.Change.Draft = false })
			s.event(1, "pull_request.ready_for_review")
		}, want: 0},
		"a push while the comment is there": {reason: "push", before: func(s *site) { s.comments[1] = []gate.Comment{{ID: 5, Body: "Passes\n<!-- ours -->\n"}} }, want: 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.enforce()
			s.add(1, poor, "aaa")
			hidden := strings.Contains(name, "hides")
			if tt.before != nil {
				tt.before(s)
			}
			if !hidden {
				s.event(1, tt.reason)
			}
			s.work()
			s.after(30 * time.Second)
			if tt.then != nil {
				tt.then(s)
			}
			s.after(40 * time.Second)
			s.said(1, tt.want, "Blocked")
			if strings.Contains(name, "anew") || strings.Contains(name, "ready") {
				s.after(30 * time.Second)
				s.said(1, 1, "Blocked")
			}
		})
	}
}

// TestAFailedCommentIsTriedAgain has the comment's write fail when its time has
// come.
func TestAFailedCommentIsTriedAgain(t *testing.T) {
	s := newSite(t)
	s.enforce()
	s.add(1, poor, "aaa")
	s.event(1, "pull_request.opened")
	s.work()
	s.fail = func(call string) error {
		if strings.HasPrefix(call, "create comment") {
			return &gate.Unavailable{What: "a comment", Write: true, Why: "a limit", After: 20 * time.Second}
		}
		return nil
	}
	s.after(62 * time.Second)
	s.said(1, 0, "")
	s.fail = nil
	s.after(25 * time.Second)
	s.said(1, 1, "Blocked")
}

// TestACommentThatIsRefused: the conversation is locked, and the check run is
// right nevertheless.
func TestACommentThatIsRefused(t *testing.T) {
	s := newSite(t)
	s.enforce()
	s.add(1, poor, "aaa")
	s.event(1, "pull_request.opened")
	s.fail = func(call string) error {
		if strings.HasPrefix(call, "create comment") {
			return &gate.Refused{What: "write a comment on acme/shop#1", Why: "GitHub refuses (HTTP 403)"}
		}
		return nil
	}
	s.after(2 * time.Minute)
	s.shows("aaa", checks.Failure, "Blocked")
	if s.depth() != 0 || s.count("create comment") != 1 || !strings.Contains(s.log.String(), "The comment on acme/shop#1 is not up to date") {
		t.Errorf("%d wanted, %d tries", s.depth(), s.count("create comment"))
	}
}

// TestACommentThatCannotBeWrittenNow: the verdict is there, and the comment
// follows.
func TestACommentThatCannotBeWrittenNow(t *testing.T) {
	for name, call := range map[string]string{"the first one": "create comment", "an edit": "edit comment"} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.enforce()
			s.add(1, poor, "aaa")
			s.event(1, "pull_request.opened")
			if call == "edit comment" {
				s.after(90 * time.Second)
				s.change(1, func(p *gate.Pull) { p.Change.Body = good })
				s.event(1, "pull_request.edited")
			}
			s.fail = failing(call, &gate.Unavailable{What: "a comment on acme/shop#1", Why: "HTTP 502", Write: true})
			s.after(3 * time.Minute)
			if n := s.count(call); n == 0 || n > 20 {
				t.Errorf("%d tries in 3 minutes", n)
			}
			s.fail = nil
			s.after(90 * time.Second)
			want := "Blocked"
			if call == "edit comment" {
				want = "Passes"
			}
			s.said(1, 1, want)
			if s.depth() != 0 {
				t.Errorf("%d subjects want work", s.depth())
			}
		})
	}
}

func TestThePaceOfComments(t *testing.T) {
	s := newSite(t)
	s.enforce()
	for n := 1; n <= 70; n++ {
		s.add(n, poor, fmt.Sprint("sha", n))
		s.event(n, "pull_request.opened")
	}
	s.work()
	if n := s.count("create run"); n != 70 {
		t.Fatalf("%d check runs at once", n)
	}
	s.after(62 * time.Second)
	if n := s.count("create comment"); n != perMinute {
		t.Errorf("%d comments within the first minute, want %d", n, perMinute)
	}
	reads := s.count("pull ")
	s.after(30 * time.Second)
	if n := s.count("pull ") - reads; n != 0 {
		t.Errorf("%d reads while comments wait", n)
	}
	s.after(31 * time.Second)
	if n := s.count("create comment"); n != 70 {
		t.Errorf("%d comments after two minutes, want all", n)
	}

	// An edit of a comment counts as well, and waits its turn.
	for n := 1; n <= 70; n++ {
		s.change(n, func(p *gate.Pull) { p.Change.Body = good })
		s.clock.Add(-1000)
		s.event(n, "pull_request.edited")
	}
	s.after(2 * time.Second)
	for n := 1; n <= 70; n++ {
		s.shows(fmt.Sprint("sha", n), checks.Success, "Passes")
	}
	if n := s.count("edit comment"); n == 70 {
		t.Error("all comments were edited at once")
	}
	s.after(2 * time.Minute)
	if n := s.count("edit comment"); n != 70 {
		t.Errorf("%d comments were edited", n)
	}
}

func TestPace(t *testing.T) {
	var p pace
	start := time.Date(2027, 3, 2, 14, 0, 0, 0, time.UTC)
	now, took := start, 0
	for ; now.Sub(start) < time.Hour; now = now.Add(time.Second) {
		for p.take(1, now) {
			took++
		}
	}
	if !p.take(2, start) {
		t.Error("another installation has no pace of its own")
	}
	if took != perHour {
		t.Errorf("%d within an hour", took)
	}
	if d := p.wait(1, now.Add(-time.Second)); d <= 0 || d > time.Minute {
		t.Errorf("the next one waits %s", d)
	}
}
