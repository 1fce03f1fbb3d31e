package worker

import (
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
)

// TestARefusalDoesNotTakeThePlaceOfAFanOut: a write is refused while the fan-out
// of the whole installation waits for its turn with the same repository.
func TestARefusalDoesNotTakeThePlaceOfAFanOut(t *testing.T) {
	s := newSite(t)
	s.enforce()
	for n, sha := range map[int]string{1: "aaa", 2: "bbb"} {
		s.add(n, good, sha)
		s.event(n, "pull_request.opened")
	}
	s.work()
	s.repositories = []gate.Installed{{Repo: gate.Repo{Owner: "acme", Name: "first"}, ID: 99}, {Repo: acme, ID: repository}}
	s.change(2, func(p *gate.Pull) { p.Change.Body = poor }) // nobody delivers that
	s.change(1, func(p *gate.Pull) { p.Change.Title = "Another" })
	s.fail = func(call string) error {
		if call == "update run" {
			return &gate.Refused{What: "write the check run", Why: "GitHub refuses (HTTP 403)"}
		}
		return failing("open acme/first", badGateway)(call)
	}
	s.want(of(queue.Installation, "installation.new_permissions_accepted"))
	s.work() // the repository is the second one's, half a second later
	s.event(1, "pull_request.edited")
	s.work()
	if s.count("repositories") < 2 {
		t.Fatal("the grant was not looked at before the fan-out's turn")
	}
	s.fail = failing("open acme/first", badGateway)
	s.after(time.Minute)
	s.shows("bbb", checks.Failure, "Blocked")
}
