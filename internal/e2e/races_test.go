package e2e

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/testgithub"
)

// TestTwoRunsAtTheSameTime starts two runs for one pull request, the second for
// an edit that comes while the first is at work, against a GitHub that serves
// old states. One comment is left, the check runs agree, and what they say is the
// verdict of the newest description.
func TestTwoRunsAtTheSameTime(t *testing.T) {
	t.Parallel()
	rounds := 16
	if everything() {
		rounds = 200
	}
	next := make(chan int, rounds)
	for i := range rounds {
		next <- i
	}
	close(next)
	var all sync.WaitGroup
	for w := range 10 {
		all.Go(func() {
			s := testgithub.Start(t, testgithub.Options{Seed: uint64(w)})
			repo := s.Repo("acme/shop")
			repo.Commit("main", map[string]string{"cart/round.go": "package cart\n"})
			s.Repo("acme/.github")
			for i := range next {
				race(t, s, repo, i)
			}
		})
	}
	all.Wait()
}

// race is one round, which is the same whenever it is run as far as it is ours
// to decide.
func race(t *testing.T, s *testgithub.Server, repo *testgithub.Repo, round int) {
	rng := rand.New(rand.NewPCG(uint64(round), 3))
	bodies := []string{poor, good}
	gate := []string{"check-run", "check-run", "job"}[rng.IntN(3)]
	p := repo.AddPull(testgithub.NewPull{
		Title: fmt.Sprintf("Round %d", round), Body: bodies[rng.IntN(2)],
		Files: []testgithub.File{testgithub.Edit("cart/round.go", fmt.Sprintf("package cart\n\nfunc round() int { return %d }\n", round))},
	})
	with := inputs{"gate": gate, "comment": []string{"when-needed", "always"}[rng.IntN(2)]}
	if rng.IntN(2) == 0 { // a run and a comment from before
		step(t, s, repo, happened(repo, p, "pull_request", "opened"), with)
	}
	if rng.IntN(4) > 0 { // else the edits fall into one second
		s.Advance(time.Second)
	}
	p.EditBody(bodies[rng.IntN(2)] + fmt.Sprintf("\nFirst edit of %d.\n", round))
	first := start(t, s, repo, happened(repo, p, "pull_request", "edited"), with)
	time.Sleep(time.Duration(rng.IntN(60)) * time.Millisecond)
	if rng.IntN(4) > 0 {
		s.Advance(time.Second)
	}
	newest := bodies[rng.IntN(2)]
	p.EditBody(newest + fmt.Sprintf("\nSecond edit of %d.\n", round))
	second := start(t, s, repo, happened(repo, p, "pull_request", "edited"), with)
	first.wait()
	second.wait()

	got, want := standingOn(repo, p), "failure"
	if newest == good {
		want = "success"
	}
	fail := func(what string) {
		t.Errorf("round %d, %v, wants %s: %s\n%+v\nfirst: %d %s\nsecond: %d %s", round, with, want, what, got, first.status, &first.out, second.status, &second.out)
	}
	if second.conclusion != want {
		fail("the second run's conclusion is " + second.conclusion)
	}
	if gate == "check-run" && len(got.conclusions) == 0 {
		fail("no check run")
	}
	for _, c := range got.conclusions {
		if c != want {
			fail("a check run says " + c)
		}
	}
	if len(got.comments) > 1 {
		fail("two comments")
	}
	if len(got.comments) == 0 && (want == "failure" || with["comment"] == "always") {
		fail("no comment")
	}
	word := map[string]string{"failure": "Blocked", "success": "Passes"}[want]
	for _, c := range got.comments {
		if !strings.HasPrefix(strings.TrimLeft(c, "*"), word) {
			fail("the comment is another verdict's")
		}
	}
}
