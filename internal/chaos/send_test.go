package chaos

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// delivery is a webhook delivery that is ready to be sent.
type delivery struct {
	guid   string
	body   []byte
	number int
	seq    int // of the change that it tells
}

var guids atomic.Int64

// delivery is what GitHub sends about the last change of a pull request.
func (g *gitHub) delivery(number int) delivery {
	g.t.Helper()
	g.mu.Lock()
	p := *g.pulls[number]
	g.mu.Unlock()
	f := p.facts
	payload := map[string]any{
		"action": "opened", "number": number, "sender": map[string]any{"login": "octocat"},
		"installation": map[string]any{"id": g.installation},
		"repository": map[string]any{
			"id": g.repository, "full_name": shop, "name": "shop", "default_branch": "main", "private": false,
			"owner": map[string]any{"login": "acme", "type": "Organization"},
		},
		"pull_request": map[string]any{
			"number": number, "title": f.Title, "body": f.Body, "state": "open", "draft": false,
			"updated_at": f.UpdatedAt.UTC().Format(time.RFC3339), "user": map[string]any{"login": "octocat"},
			"head": map[string]any{"ref": f.Head, "sha": f.HeadSHA}, "base": map[string]any{"ref": f.Base, "sha": f.BaseSHA},
		},
	}
	if p.seq > 1 {
		payload["action"], payload["changes"] = "edited", map[string]any{"body": map[string]any{"from": p.from}}
	}
	body, err := json.Marshal(payload)
	if err != nil {
		g.t.Fatal(err)
	}
	return delivery{guid: fmt.Sprintf("00000000-0000-0000-0000-%012d", guids.Add(1)), body: body, number: number, seq: p.seq}
}

// sender sends deliveries to one of several servers, and keeps what was said.
type sender struct {
	g       *gitHub
	servers []*server
	client  *http.Client
	late    time.Duration // deliveries come up to so much late, and so out of order
	twice   float64       // the part that comes twice

	turn     atomic.Int64
	wait     sync.WaitGroup
	mu       sync.Mutex
	took     []time.Duration // until an answer with 2xx
	statuses map[int]int     // 0: no answer
	stored   []string        // GUIDs that were answered with 2xx
}

func newSender(g *gitHub, servers ...*server) *sender {
	return &sender{
		g: g, servers: servers, statuses: map[int]int{},
		client: &http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 256}},
	}
}

// unkind makes deliveries come late, out of order and twice, as GitHub's do.
func (s *sender) unkind() *sender {
	s.late, s.twice = 150*time.Millisecond, 0.05
	return s
}

// send sends a delivery and notes the answer.
func (s *sender) send(d delivery) {
	if s.post("pull_request", d)/100 != 2 {
		return
	}
	s.g.mu.Lock()
	defer s.g.mu.Unlock()
	p := s.g.pulls[d.number]
	p.taken = max(p.taken, d.seq)
}

// event sends any other event.
func (s *sender) event(name string, payload map[string]any) int {
	body, err := json.Marshal(payload)
	if err != nil {
		panic(err)
	}
	return s.post(name, delivery{guid: fmt.Sprintf("00000000-0000-0000-0000-%012d", guids.Add(1)), body: body})
}

// post sends a delivery and returns the status of the answer, 0 for none.
func (s *sender) post(event string, d delivery) int {
	mac := hmac.New(sha256.New, []byte(webhookSecret))
	mac.Write(d.body)
	to := s.servers[int(s.turn.Add(1))%len(s.servers)]
	r, err := http.NewRequest(http.MethodPost, "http://"+to.addr+"/webhook", bytes.NewReader(d.body))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-GitHub-Event", event)
	r.Header.Set("X-GitHub-Delivery", d.guid)
	r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	began := time.Now()
	resp, err := s.client.Do(r)
	took, status := time.Since(began), 0
	if err == nil {
		status = resp.StatusCode
		_, _ = io.Copy(io.Discard, resp.Body) // or the connection would not be used again
		resp.Body.Close()
	}
	s.mu.Lock()
	s.statuses[status]++
	if status/100 == 2 {
		s.took = append(s.took, took)
		s.stored = append(s.stored, d.guid)
	}
	s.mu.Unlock()
	return status
}

// later sends a delivery in the background, as unkindly as was asked for.
func (s *sender) later(d delivery) {
	times := 1
	if rand.Float64() < s.twice {
		times = 2
	}
	for range times {
		s.wait.Go(func() {
			if s.late > 0 {
				time.Sleep(rand.N(s.late))
			}
			s.send(d)
		})
	}
}

// atRate makes n changes, so many a second, and tells of each. between runs
// before each change.
func (s *sender) atRate(n int, rate float64, change func(i int) (number int), between func(i int)) {
	start := time.Now()
	for i := range n {
		time.Sleep(time.Until(start.Add(time.Duration(float64(i) / rate * float64(time.Second)))))
		if between != nil {
			between(i)
		}
		s.later(s.g.delivery(change(i)))
	}
	s.wait.Wait()
}

// burst sends deliveries as fast as so many senders can.
func (s *sender) burst(all []delivery, senders int) time.Duration {
	began := time.Now()
	work := make(chan delivery)
	for range senders {
		s.wait.Go(func() {
			for d := range work {
				s.send(d)
			}
		})
	}
	for _, d := range all {
		work <- d
	}
	close(work)
	s.wait.Wait()
	return time.Since(began)
}

// refused fails where a delivery was not taken.
func (s *sender) refused(t *testing.T) {
	t.Helper()
	for status, n := range s.statuses {
		if status != http.StatusAccepted {
			t.Errorf("%d deliveries were answered with %d", n, status)
		}
	}
}

// percentile is a part of the times, 0.99 of them.
func percentile(times []time.Duration, part float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return sorted[min(len(sorted)-1, int(part*float64(len(sorted))))]
}
