package chaos

import (
	"fmt"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/testgithub"
)

// TestManyRepositories installs the App on 500 accounts with 20 repositories
// each, so that all of them are looked at.
func TestManyRepositories(t *testing.T) {
	chaotic(t)
	g := startGitHub(t, "--kind", "--no-contracts")
	s := newServer(t, g)
	s.start()
	send := newSender(g, s)
	accounts, repositories := sized(500, 100), 20
	for a := range accounts {
		owner := fmt.Sprintf("org-%d", a)
		for r := range repositories {
			g.do("commit", map[string]any{"repo": fmt.Sprintf("%s/repo-%d", owner, r), "branch": "main", "files": map[string]string{"a.go": "package a\n"}}, nil)
		}
		var made struct{ ID int64 }
		g.do("install", map[string]any{"app": testgithub.App{ID: appID, Slug: "backout"}, "account": owner}, &made)
		send.event("installation", map[string]any{
			"action": "created", "installation": map[string]any{"id": made.ID, "account": map[string]any{"login": owner}},
			"sender": map[string]any{"login": "octocat"},
		})
	}
	want := accounts * repositories
	opened := func() int {
		n := 0
		for _, c := range g.calls("graphql") {
			if c.Status == 200 {
				n++
			}
		}
		return n
	}
	eventually(t, 4*time.Minute, fmt.Sprintf("the pull requests of %d repositories were listed", want), func() bool {
		time.Sleep(time.Second)
		return opened() >= want && s.idle()
	})
	t.Logf("%d repositories of %d installations known: peak memory %d MB", want, accounts, s.peak()>>10)
	if s.peak() > 64<<10 {
		t.Errorf("peak memory %d kB, the budget is 64 MB", s.peak())
	}
}
