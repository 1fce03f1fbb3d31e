package chaos

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/testgithub"
)

// TestTwoEdits edits descriptions twice, a millisecond apart, while reads are
// slow and many are from before. The verdict is that of the second.
func TestTwoEdits(t *testing.T) {
	chaotic(t)
	t.Parallel()
	g := startGitHub(t)
	g.do("unkind", testgithub.Unkind{Stale: 0.3, StaleFor: 5000, Median: 80, P99: 400}, nil)
	s := newServer(t, g)
	s.start()
	pairs := sized(500, 100)
	numbers := g.openMany(pairs, func(i int) string { return described(i%kinds, fmt.Sprintf("@%07d", i)) })
	send := newSender(g, s)
	for _, n := range numbers {
		send.send(g.delivery(n))
	}
	g.shows(t, 2*time.Minute)
	for i, n := range numbers {
		time.Sleep(50 * time.Millisecond)
		g.edit(n, described(rand.IntN(kinds), fmt.Sprintf("@%07d", 1_000_000+i)))
		first := g.delivery(n)
		time.Sleep(time.Millisecond)
		g.edit(n, described(rand.IntN(kinds), fmt.Sprintf("@%07d", 2_000_000+i)))
		second := g.delivery(n)
		if i%2 == 1 {
			first, second = second, first
		}
		send.later(first)
		time.Sleep(rand.N(3 * time.Millisecond))
		send.later(second)
	}
	send.wait.Wait()
	send.refused(t)
	g.shows(t, 2*time.Minute)
	time.Sleep(6 * time.Second) // until no read is from before any more
	g.shows(t, 0)
	g.onlyOnce(t)
}

// TestBurstOfOnePullRequest tells of 100 edits of one pull request at once.
func TestBurstOfOnePullRequest(t *testing.T) {
	chaotic(t)
	g := startGitHub(t, "--kind")
	g.do("unkind", testgithub.Unkind{Median: 80, P99: 400}, nil)
	s := newServer(t, g, "--comment-after", "1h") // a comment has a read of its own
	s.start()
	n := g.open(described(0, "@0000000"))
	send := newSender(g, s)
	send.send(g.delivery(n))
	g.shows(t, 20*time.Second)
	g.do("forget-calls", nil, nil)
	var all []delivery
	for i := range 100 {
		g.edit(n, described(i%kinds, fmt.Sprintf("@%07d", i+1)))
		all = append(all, g.delivery(n))
	}
	took := send.burst(all, 100)
	send.refused(t)
	g.shows(t, 20*time.Second)
	time.Sleep(4 * time.Second) // one more read follows two states of one second
	evaluations := 0
	for _, c := range g.calls("graphql") {
		if strings.Contains(c.Body, "query Pull(") {
			evaluations++
		}
	}
	t.Logf("100 deliveries in %s: %d evaluations, calls %v", took, evaluations, g.routes())
	if evaluations > 3 {
		t.Errorf("%d evaluations", evaluations)
	}
}

// TestStaleGreen empties a description while no read comes off. The pass does
// not stand, and the verdict follows when reads work again.
func TestStaleGreen(t *testing.T) {
	chaotic(t)
	t.Parallel()
	g := startGitHub(t)
	s := newServer(t, g)
	s.start()
	n := g.open(described(0, "@0000001"))
	other := g.open(described(1, "@0000002"))
	send := newSender(g, s)
	send.send(g.delivery(n))
	send.send(g.delivery(other))
	g.shows(t, 20*time.Second)
	for _, route := range []string{"graphql", "GET *"} {
		g.do("fail", testgithub.Fault{Route: route, Kind: testgithub.Status502, Times: -1}, nil)
	}
	broke := time.Now()
	g.edit(n, "")
	send.send(g.delivery(n))
	eventually(t, 90*time.Second, "the pass does not stand", func() bool {
		run := g.run(n)
		return run.Conclusion == "failure" && strings.HasPrefix(run.Title, "No verdict yet")
	})
	t.Logf("the pass stood for %s", time.Since(broke).Round(time.Second))
	for time.Since(broke) < time.Duration(sized(300, 0))*time.Second {
		time.Sleep(time.Second)
		if run := g.run(n); run.Conclusion != "failure" {
			t.Fatalf("%s after %s", run.Conclusion, time.Since(broke))
		}
	}
	g.do("no-faults", nil, nil)
	mended := time.Now()
	g.shows(t, time.Minute) // without another event
	t.Logf("the verdict came %s after reads worked again", time.Since(mended).Round(time.Second))
}
