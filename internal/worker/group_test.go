package worker

import (
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
)

// queued is a merge group of a pull request.
func queued(number int, reason string) queue.Want {
	w := of(queue.Group, reason)
	w.Number, w.SHA = number, "group"
	return w
}

func TestMergeGroups(t *testing.T) {
	tests := map[string]struct {
		before func(*site)
		want   queue.Want
		shows  checks.Conclusion
		title  string
		log    string
	}{
		"it passes":                  {before: func(s *site) { s.pulls[1].Change.Body = good }, want: queued(1, "merge_group.checks_requested"), shows: checks.Success, title: "Passes"},
		"it was edited in the queue": {want: queued(1, "merge_group.checks_requested"), shows: checks.Failure, title: "Blocked"},
		"it is over":                 {want: queued(1, "merge_group.destroyed")},
		"its ref names nothing":      {want: queued(0, "merge_group.checks_requested"), log: "a merge group names no pull request"},
		"it cannot be read for long": {before: func(s *site) { s.fail = unreadable(badGateway) }, want: queued(1, "merge_group.checks_requested"), shows: checks.Failure, title: "No verdict yet: acme/shop#1 could not be read"},
		"only reports, and not read": {before: func(s *site) {
			s.policy = gate.Text{State: s.organisation.State}
			s.event(1, "pull_request.opened")
			s.work()
			s.fail = unreadable(badGateway)
		}, want: queued(1, "merge_group.checks_requested"), shows: checks.Neutral, title: "No verdict yet"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.enforce()
			s.worker.Gate.Buttons = []gate.Button{{Label: "Check again"}}
			s.add(1, poor, "aaa")
			if tt.before != nil {
				tt.before(s)
			}
			s.want(tt.want)
			s.work()
			s.after(groupWaits + queue.MaxDelay)
			s.shows("group", tt.shows, tt.title)
			if len(s.comments) > 0 {
				t.Errorf("comments: %v", s.comments)
			}
			if !strings.Contains(s.log.String(), tt.log) {
				t.Errorf("the log lacks %q", tt.log)
			}
			if runs := s.runsOn("group"); len(runs) > 0 && len(runs[0].Buttons) > 0 {
				t.Errorf("the run of a group has buttons: %+v", runs[0])
			}
		})
	}
}

// TestAGroupIsJudgedOnceItCanBeRead: the verdict takes the place of what stood
// in for it.
func TestAGroupIsJudgedOnceItCanBeRead(t *testing.T) {
	s := newSite(t)
	s.enforce()
	s.add(1, good, "aaa")
	s.fail = unreadable(badGateway)
	s.want(queued(1, "merge_group.checks_requested"))
	s.after(groupWaits + 5*time.Minute)
	s.shows("group", checks.Failure, "No verdict yet")
	s.fail = nil
	s.after(queue.MaxDelay + time.Minute)
	s.shows("group", checks.Success, "Passes")
}

// TestAGroupIsNotJudgedByAnOlderState: GitHub answers with the description from
// before an edit that was delivered.
func TestAGroupIsNotJudgedByAnOlderState(t *testing.T) {
	s := newSite(t)
	s.enforce()
	p := s.add(1, good, "aaa")
	s.event(1, "pull_request.opened")
	s.work()
	before := *p
	s.change(1, func(p *gate.Pull) { p.Change.Body = poor })
	s.event(1, "pull_request.edited")
	after := *p
	*p = before
	s.want(queued(1, "merge_group.checks_requested"))
	s.after(20 * time.Second)
	s.shows("group", "", "")
	*p = after
	s.after(time.Minute)
	s.shows("group", checks.Failure, "Blocked")
}

// TestAGroupThatIsOver: its commit is gone, and nobody said so.
func TestAGroupThatIsOver(t *testing.T) {
	s := newSite(t)
	s.enforce()
	s.add(1, good, "aaa")
	s.fail = func(call string) error {
		if call == "create run" || call == "runs" {
			return &gate.Refused{What: "write the check run", Why: "GitHub does not take it (HTTP 422)"}
		}
		return nil
	}
	s.want(queued(1, "merge_group.checks_requested"))
	s.after(groupEnds - queue.MaxDelay)
	if s.depth() != 1 {
		t.Error("it is given up while its queue may wait")
	}
	s.after(2 * queue.MaxDelay)
	if s.depth() != 0 {
		t.Errorf("%d subjects want work", s.depth())
	}
}
