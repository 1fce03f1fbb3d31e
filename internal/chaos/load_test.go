package chaos

import (
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/testgithub"
)

// What states a time runs against a GitHub that is kind, and holds nothing to
// contracts, so that its own work is not what is measured. What is measured is
// for docs/performance.md. Here only counts fail a test: machines differ, and
// share their cores and their disks.

// measured is such a GitHub, and a server that makes no comments meanwhile.
func measured(t *testing.T) (*gitHub, *server) {
	t.Helper()
	chaotic(t)
	g := startGitHub(t, "--kind", "--no-contracts")
	s := newServer(t, g, "--comment-after", "1h")
	s.start()
	return g, s
}

// TestTimeToVerdict edits at 50 a second, GitHub at 80 ms median and 400 ms at the
// 99th percentile a call.
func TestTimeToVerdict(t *testing.T) {
	g, s := measured(t)
	edits := sized(1000, 250)
	numbers := g.openMany(edits, func(i int) string { return described(0, fmt.Sprintf("@%07d", i)) })
	send := newSender(g, s)
	send.atRate(edits, 200, func(i int) int { return numbers[i] }, nil)
	g.shows(t, 30*time.Second)

	g.do("unkind", testgithub.Unkind{Median: 80, P99: 400}, nil)
	g.do("forget-calls", nil, nil)
	s.forgetPeak()
	send = newSender(g, s)
	sent := map[string]time.Time{}
	before := s.cpu()
	send.atRate(edits, 50, func(i int) int {
		n := numbers[i]
		g.edit(n, described(1+i%3, fmt.Sprintf("@%07d", 1_000_000+i)))
		sent[g.externalID(n)] = time.Now()
		return n
	}, nil)
	g.shows(t, 10*time.Second)
	send.refused(t)
	took := g.verdictTimes(sent)
	if len(took) != edits {
		t.Errorf("%d verdicts for %d edits", len(took), edits)
	}
	answer, verdict := send.took, took
	t.Logf("answer p50 %s, p99 %s; verdict p50 %s, p99 %s; CPU %s an event; peak memory %d MB; calls %v",
		percentile(answer, .5), percentile(answer, .99), percentile(verdict, .5), percentile(verdict, .99),
		(s.cpu()-before)/time.Duration(edits), s.peak()>>10, g.routes())
}

// externalID is how the external id of a pull request's check run begins.
func (g *gitHub) externalID(number int) string { return fmt.Sprintf("%d:", number) }

// verdictTimes is how long each check run took from when its delivery was sent
// to when GitHub had it.
func (g *gitHub) verdictTimes(sent map[string]time.Time) []time.Duration {
	g.t.Helper()
	last := map[string]time.Time{}
	for _, c := range g.calls("PATCH check-runs", "POST check-runs") {
		var body struct {
			ExternalID string `json:"external_id"`
		}
		if err := json.Unmarshal([]byte(c.Body), &body); err != nil {
			g.t.Fatal(err)
		}
		for i, r := range body.ExternalID {
			if r == ':' {
				last[body.ExternalID[:i+1]] = c.At
				break
			}
		}
	}
	var took []time.Duration
	for id, at := range sent {
		if end, ok := last[id]; ok {
			took = append(took, end.Sub(at))
		}
	}
	return took
}

// TestBurst sends events as fast as 50 senders can.
func TestBurst(t *testing.T) {
	g, s := measured(t)
	events := sized(5000, 1000)
	numbers := g.openMany(events/5, func(i int) string { return described(i%kinds, fmt.Sprintf("@%07d", i)) })
	var all []delivery
	for i := range events {
		n := numbers[i%len(numbers)]
		if i >= len(numbers) {
			g.edit(n, described(i%kinds, fmt.Sprintf("@%07d", 1_000_000+i)))
		}
		all = append(all, g.delivery(n))
	}
	send := newSender(g, s)
	took := send.burst(all, 50)
	began := time.Now()
	send.refused(t)
	g.shows(t, 2*time.Minute)
	t.Logf("%d deliveries stored and answered in %s, %.0f a second, all judged %s later; p99 of the answer %s; calls %v; peak memory %d MB",
		events, took.Round(time.Millisecond), float64(events)/took.Seconds(), time.Since(began).Round(time.Millisecond),
		percentile(send.took, .99), g.routes(), s.peak()>>10)
}

// TestVerdictsASecond opens pull requests all at once, GitHub answering at once.
func TestVerdictsASecond(t *testing.T) {
	g, s := measured(t)
	pulls := sized(3000, 1000)
	warm := g.open(described(0, "@0000000"))
	send := newSender(g, s)
	send.send(g.delivery(warm))
	g.shows(t, 20*time.Second)
	g.do("forget-calls", nil, nil)
	var all []delivery
	for i := range pulls {
		all = append(all, g.delivery(g.open(described(i%kinds, fmt.Sprintf("@%07d", i+1)))))
	}
	before, began := s.cpu(), time.Now()
	send.burst(all, 50)
	send.refused(t)
	eventually(t, 2*time.Minute, "all are judged", func() bool { // without asking GitHub, whose time counts
		time.Sleep(time.Second) // asking takes of the server's time, too
		n, err := s.metric("backout_verdicts_total")
		return err == nil && int(n) > pulls
	})
	spent := s.cpu() - before
	g.shows(t, time.Minute)
	var last time.Time
	for _, c := range g.calls("POST check-runs") {
		if c.At.After(last) {
			last = c.At
		}
	}
	rate := float64(pulls) / last.Sub(began).Seconds()
	t.Logf("%d pull requests in %s: %.0f verdicts a second on %d cores; CPU of the server %s each; calls %v; peak memory %d MB",
		pulls, last.Sub(began).Round(time.Millisecond), rate, runtime.NumCPU(), spent/time.Duration(pulls), g.routes(), s.peak()>>10)
	if resp, err := http.Get("http://" + s.addr + "/readyz"); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("not ready afterwards: %v, %v", resp, err)
	}
}
