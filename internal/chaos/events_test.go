package chaos

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/store/postgrestest"
	"github.com/backout-dev/backout/internal/testgithub"
)

// edits makes changes of descriptions: the first ones open the pull requests,
// and each of the others edits one of them.
func edits(g *gitHub, pulls int) func(i int) int {
	var numbers []int
	return func(i int) int {
		body := described(rand.IntN(kinds), fmt.Sprintf("@%07d", i))
		if len(numbers) < pulls {
			numbers = append(numbers, g.open(body))
			return numbers[len(numbers)-1]
		}
		n := numbers[rand.IntN(len(numbers))]
		g.edit(n, body)
		return n
	}
}

// TestEvents is an organisation on a busy day: 1,000 events over 200 pull
// requests at 50 a second.
func TestEvents(t *testing.T) {
	chaotic(t)
	t.Parallel()
	g := startGitHub(t)
	s := newServer(t, g)
	s.start()
	events, pulls := sized(1000, 250), sized(200, 50)
	send := newSender(g, s).unkind()
	send.atRate(events, 50, edits(g, pulls), nil)
	g.holds(t, time.Duration(sized(600, 90))*time.Second, s) // comments are paced
	send.refused(t)
	// A read that was answered with an older state is repeated, which says nothing
	// about what an event costs.
	delivered, calls, again := len(send.stored), len(g.calls()), s.said("GitHub answered with an older state")
	each := float64(calls-again) / float64(delivered)
	t.Logf("%d calls for %d deliveries, %d of them again after an older answer: %.2f each: %v", calls, delivered, again, each, g.routes())
	if each > 3 {
		t.Error("more than 3 calls an event")
	}
}

// TestKilled ends the server, or one of two replicas, again and again while
// events come in.
func TestKilled(t *testing.T) {
	chaotic(t)
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		g := startGitHub(t)
		killed(t, g, newServer(t, g))
	})
	t.Run("PostgreSQL, two replicas", func(t *testing.T) {
		t.Parallel()
		url := postgrestest.Start(t).Database(t)
		g := startGitHub(t)
		killed(t, g, newServer(t, g, "--database-url", url), newServer(t, g, "--database-url", url))
	})
}

func killed(t *testing.T, g *gitHub, servers ...*server) {
	g.do("unkind", testgithub.Unkind{Stale: 0.1, StaleFor: 5000, Median: 80, P99: 400}, nil)
	for _, s := range servers {
		s.start()
	}
	events, pulls, kills := sized(1000, 200), sized(200, 50), sized(10, 2)
	send := newSender(g, servers...).unkind()
	var down sync.WaitGroup
	kill := func(i int) {
		if every := events / (kills + 1); i == 0 || i%every != 0 || i/every > kills {
			return
		}
		down.Wait()
		s := servers[i%len(servers)]
		s.kill()
		down.Go(func() {
			time.Sleep(300 * time.Millisecond)
			s.start()
		})
	}
	send.atRate(events, 50, edits(g, pulls), kill)
	down.Wait()
	last, all := g.taken()
	t.Logf("answers by status: %v; the last change of %d of %d pull requests was taken", send.statuses, last, all)
	g.holds(t, time.Duration(sized(600, 120))*time.Second, servers...)

	// What was not taken is sent again from the App's page, and then all is right.
	for n, p := range g.pulls {
		if p.taken != p.seq {
			send.later(g.delivery(n))
		}
	}
	send.wait.Wait()
	g.holds(t, time.Duration(sized(600, 120))*time.Second, servers...)
}

// TestFaults has calls fail by chance: 10 % with 502, 2 % with a secondary limit,
// 1 % by a reset, and of the writes 20 % lose their answer.
func TestFaults(t *testing.T) {
	chaotic(t)
	t.Parallel()
	g := startGitHub(t)
	s := newServer(t, g)
	s.start()
	for _, f := range []testgithub.Fault{
		{Route: "POST *", Kind: testgithub.ResetAfter, Share: 0.1},
		{Route: "POST *", Kind: testgithub.Status502After, Share: 0.1},
		{Route: "PATCH *", Kind: testgithub.ResetAfter, Share: 0.1},
		{Route: "PATCH *", Kind: testgithub.Status502After, Share: 0.1},
		{Route: "*", Kind: testgithub.Status502, Share: 0.1},
		{Route: "*", Kind: testgithub.Secondary, Share: 0.02, Wait: 1},
		{Route: "*", Kind: testgithub.Reset, Share: 0.01},
	} {
		f.Times = -1
		g.do("fail", f, nil)
	}
	events, pulls := sized(1000, 200), sized(200, 50)
	send := newSender(g, s).unkind()
	send.atRate(events, 50, edits(g, pulls), nil)
	send.refused(t)
	g.holds(t, 5*time.Minute, s)
	t.Logf("calls: %v", g.routes())
}
