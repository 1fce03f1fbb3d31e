package testgithub_test

import (
	"fmt"
	"testing"

	"github.com/backout-dev/backout/internal/testgithub"
)

// everything makes a repository in which each route has something to answer.
func everything(s *testgithub.Server) (*testgithub.Repo, *testgithub.Pull) {
	shop := s.Repo("acme/shop").Role("hubot", "maintain")
	shop.Commit("main", map[string]string{"a.go": "one\n", "old.go": "x\n", ".github/backout.yml": "version: 1\n"})
	shop.Commit("main", map[string]string{".github/backout.yml": "version: 1\nmode: audit\n"})
	s.Team("acme/sre", "hubot", "active")
	p := shop.AddPull(testgithub.NewPull{Body: "Why.", Files: []testgithub.File{
		testgithub.Edit("a.go", "two\n"), testgithub.Delete("old.go"), testgithub.Sized("big.bin", 0, 0),
	}, Labels: []string{"risky"}})
	p.EditTitle("Other title")
	p.Comment("hubot", "hello")
	p.Label("hotfix", "hubot")
	p.Unlabel("hotfix", "hubot")
	p.Draft(true)
	p.Draft(false)
	first := p.HeadSHA()
	p.Push(nil)
	p.ForcePush(first)
	shop.AddRun(testgithub.Actions(), p.HeadSHA(), "build", "success")
	shop.Job(7, "gate", p.HeadSHA())
	return shop, p
}

func TestEveryReadHoldsToTheContract(t *testing.T) {
	s, c := start(t)
	shop, p := everything(s)
	merged := shop.AddPull(testgithub.NewPull{Files: []testgithub.File{testgithub.Rename("a.go", "b.go")}})
	merged.Merge("hubot")
	fork := shop.AddPull(testgithub.NewPull{From: shop.Fork("stranger"), Author: "stranger"})
	fork.DeleteHeadRepo()
	closed := shop.AddPull(testgithub.NewPull{})
	closed.Close()
	paths := []string{
		"/repos/acme/shop", "/repos/acme/shop/pulls?state=all&per_page=2", "/repos/acme/shop/commits?path=.github/backout.yml",
		"/repos/acme/shop/commits/" + p.HeadSHA() + "/pulls", "/repos/acme/shop/commits/" + p.HeadSHA() + "/check-runs?filter=all&check_name=build&app_id=15368",
		"/repos/acme/shop/contents/b.go", "/repos/acme/shop/contents/.github?ref=main", "/repos/acme/shop/collaborators/hubot/permission",
		"/orgs/acme/teams/sre/memberships/hubot", "/repos/acme/shop/actions/runs/7/jobs", "/rate_limit", "/meta",
	}
	for n := 1; n <= 4; n++ {
		for _, list := range []string{"pulls/%d", "pulls/%d/files", "pulls/%d/commits", "issues/%d/comments", "issues/%d/events", "issues/%d/timeline"} {
			paths = append(paths, "/repos/acme/shop/"+fmt.Sprintf(list, n))
		}
	}
	s.Token(testgithub.Token{Value: "everything", App: testgithub.App{ID: 1, Slug: "backout"}})
	for _, path := range paths {
		c.as("everything").call("GET", path, nil, 200, nil)
		c.as("everything").enterprise().call("GET", path, nil, 200, nil)
	}
}
