package metrics_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/metrics"
	"github.com/backout-dev/backout/internal/queue"
)

type state struct {
	is    queue.Stats
	err   error
	asked atomic.Int64
}

func (s *state) Stats(context.Context) (queue.Stats, error) {
	s.asked.Add(1)
	return s.is, s.err
}

func page(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// holds reports lines that the page should have, or with a ! in front, not have.
func holds(t *testing.T, page string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		want, not := strings.CutPrefix(line, "!")
		if found := strings.Contains("\n"+page, "\n"+want); found == not {
			t.Errorf("line %q", line)
		}
	}
	if t.Failed() {
		t.Log(page)
	}
}

func TestWhatIsCounted(t *testing.T) {
	m := metrics.New("1.2.3", time.Now)
	m.Delivery("pull_request", "stored", time.Millisecond)
	m.Delivery("pull_request", "stored", 2*time.Millisecond)
	m.Delivery("no_such_event", "ignored", time.Millisecond)
	m.Delivery("no_such_event_either", "ignored", time.Millisecond)
	m.Verdict("failure", 150*time.Millisecond)
	m.Call("POST /graphql", 200, 80*time.Millisecond)
	m.Call("POST /graphql", 0, time.Second)
	m.InFlight(func() int64 { return 4096 })
	holds(t, page(t, m),
		`backout_deliveries_total{event="pull_request",outcome="stored"} 2`,
		`backout_deliveries_total{event="other",outcome="ignored"} 2`,
		`!backout_deliveries_total{event="no_such`,
		`backout_deliveries_total{event="pull_request",outcome="not-stored"} 0`,
		`backout_deliveries_total{event="unverified",outcome="forged"} 0`,
		`backout_delivery_answer_seconds_bucket{outcome="stored",le="0.0012"} 1`,
		`backout_verdicts_total{conclusion="failure"} 1`,
		`backout_verdict_seconds_bucket{le="0.2"} 1`,
		`backout_github_calls_total{route="POST /graphql",status="0"} 1`,
		`backout_github_call_seconds_count{route="POST /graphql"} 2`,
		`backout_bodies_in_flight_bytes 4096`,
		`backout_build_info{version="1.2.3"} 1`,
		`go_goroutines `, `process_start_time_seconds `,
	)
}

func TestLabelsAreEscaped(t *testing.T) {
	m := metrics.New("1.2.3 \"dirty\"\\\n\xff", time.Now)
	families := parse(t, page(t, m))
	if got := families["backout_build_info"].GetMetric()[0].GetLabel()[0].GetValue(); got != "1.2.3 \"dirty\"\\\n\uFFFD" {
		t.Errorf("the version is read as %q", got)
	}
}

func TestTimesFallIntoTheirBuckets(t *testing.T) {
	m := metrics.New("1.2.3", time.Now)
	for _, ms := range []int{0, 50, 51, 3_600_000, 3_600_001} {
		m.Verdict("success", time.Duration(ms)*time.Millisecond)
	}
	holds(t, page(t, m),
		`backout_verdict_seconds_bucket{le="0.05"} 2`,
		`backout_verdict_seconds_bucket{le="0.1"} 3`,
		`backout_verdict_seconds_bucket{le="900"} 3`,
		`backout_verdict_seconds_bucket{le="3600"} 4`,
		`backout_verdict_seconds_bucket{le="+Inf"} 5`,
		`backout_verdict_seconds_sum 7200.102`,
		`backout_verdict_seconds_count 5`)
}

func TestFewMayAskAtOnce(t *testing.T) {
	m := metrics.New("1.2.3", time.Now)
	asked, answer := make(chan bool), make(chan bool)
	m.InFlight(func() int64 { asked <- true; <-answer; return 0 })
	handler := m.Handler()
	ask := func() int {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		return w.Code
	}
	codes := make(chan int)
	for range 3 {
		go func() { codes <- ask() }()
		<-asked
	}
	if code := ask(); code != 503 {
		t.Errorf("the fourth is answered %d", code)
	}
	close(answer)
	for range 3 {
		if code := <-codes; code != 200 {
			t.Errorf("one of three is answered %d", code)
		}
	}
}

func TestEveryMetricIsDocumented(t *testing.T) {
	docs, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	m := everything()
	found := 0
	for line := range strings.Lines(page(t, m)) {
		name, is := strings.CutPrefix(line, "# TYPE backout_")
		if !is {
			continue
		}
		found++
		name, _, _ = strings.Cut("backout_"+name, " ")
		if !strings.Contains(string(docs), "\n| `"+name+"`") && !strings.Contains(string(docs), "\n| `"+name+"{") {
			t.Errorf("docs/operations.md does not say what %s is", name)
		}
	}
	if found < 19 {
		t.Errorf("only %d metrics were found", found)
	}
}

func TestTheQueueIsAsked(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	m := metrics.New("1.2.3", func() time.Time { return now })
	s := &state{is: queue.Stats{
		Depth: 9, Due: 7, Leased: 2, Paused: 3, Failing: 4, Dead: 1, Attempts: 15, Oldest: 3 * time.Second, OldestPull: 1500 * time.Millisecond,
	}}
	m.Watch(s)
	holds(t, page(t, m),
		"backout_queue_up 1", "backout_queue_depth 9", "backout_queue_due 7", "backout_queue_leased 2", "backout_queue_paused 3",
		"backout_queue_failing 4", "backout_queue_dead 1", "backout_queue_attempts 15", "backout_queue_oldest_seconds 3",
		"backout_queue_oldest_without_verdict_seconds 1.5")
	s.err = errors.New("no database")
	now = now.Add(3 * time.Second)
	holds(t, page(t, m), "backout_queue_up 0", "!backout_queue_depth", "!backout_queue_oldest_seconds")
}

func TestWhoAsksForTheMetricsCostsTheDatabaseLittle(t *testing.T) {
	var clock atomic.Int64
	m := metrics.New("1.2.3", func() time.Time { return time.Unix(1_800_000_000, clock.Load()) })
	s := &state{is: queue.Stats{Depth: 9}}
	m.Watch(s)
	asked := func(want int64, line string) {
		t.Helper()
		for range 20 {
			var all sync.WaitGroup
			for range 3 {
				all.Go(func() { holds(t, page(t, m), line) })
			}
			all.Wait()
		}
		if got := s.asked.Load(); got != want {
			t.Errorf("60 pages at %s: the database was asked %d times so far, want %d", time.Duration(clock.Load()), got, want)
		}
	}
	asked(1, "backout_queue_depth 9")
	clock.Store(int64(1999 * time.Millisecond))
	asked(1, "backout_queue_depth 9")
	s.err = errors.New("no database")
	clock.Store(int64(2 * time.Second))
	asked(2, "backout_queue_up 0")
	clock.Store(0) // the clock was set back
	s.err = nil
	asked(3, "backout_queue_up 1")
}

func TestTheRateLimitShownIsTheWorst(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	m := metrics.New("1.2.3", func() time.Time { return now })
	holds(t, page(t, m), "!backout_github_rate_limit_remaining", `backout_github_rate_limit_installations{resource="core"} 0`)
	m.Remaining(1, "core", 4000, now.Add(time.Hour))
	m.Remaining(2, "core", 17, now.Add(time.Minute))
	m.Remaining(2, "core", 18, now.Add(time.Minute)) // an answer that was overtaken
	m.Remaining(1, "graphql", 4999, now.Add(time.Hour))
	m.Remaining(1, "search", 3, now.Add(time.Hour))
	holds(t, page(t, m),
		`backout_github_rate_limit_remaining{resource="core"} 17`,
		`backout_github_rate_limit_remaining{resource="graphql"} 4999`,
		`backout_github_rate_limit_installations{resource="core"} 2`)
	now = now.Add(2 * time.Minute)
	holds(t, page(t, m),
		`backout_github_rate_limit_remaining{resource="core"} 4000`,
		`backout_github_rate_limit_installations{resource="core"} 1`)
}
