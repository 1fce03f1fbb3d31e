// Package metrics is what `backout serve` tells Prometheus. No label holds a
// name that somebody outside can choose: of owners, repositories, people and
// unknown events there is no end.
package metrics

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/backout-dev/backout/internal/queue"
)

// NotStored is the outcome of a delivery that the database did not take.
const NotStored = "not-stored"

// Forged is the outcome of a delivery whose signature matches no secret.
const Forged = "forged"

// Unverified stands for the event of a delivery that nobody is known to have
// signed.
const Unverified = "unverified"

// maxPages is how many may ask for the metrics at once.
const maxPages = 3

// Queue is what is measured of the queue when somebody asks.
type Queue interface {
	Stats(context.Context) (queue.Stats, error)
}

// Metrics counts. Its methods may be called by several goroutines at once.
type Metrics struct {
	deliveries *counter
	answers    *histogram
	verdicts   *counter
	waits      *histogram
	calls      *counter
	callTimes  *histogram
	remaining  *remaining
	now        func() time.Time

	mu    sync.Mutex
	shown []func(*page)
}

// The bounds of the histograms, in seconds: the budgets of docs/performance.md
// lie between two of them.
var (
	answerBounds  = []float64{.0005, .0012, .003, .009, .03, .1, .3, 1, 3, 10}
	verdictBounds = []float64{.05, .1, .2, .4, .6, 1, 2, 5, 15, 60, 300, 900, 3600}
	callBounds    = []float64{.02, .05, .1, .2, .4, .8, 1.6, 3.2, 10}
)

// New makes metrics for one process. The version is a label of backout_build_info.
func New(version string, now func() time.Time) *Metrics {
	m := &Metrics{
		deliveries: newCounter("backout_deliveries_total", "Webhook deliveries answered, by event and outcome.", "event", "outcome"),
		answers: newHistogram("backout_delivery_answer_seconds", "Time from a delivery's headers to its answer, by outcome.",
			answerBounds, "outcome"),
		verdicts:  newCounter("backout_verdicts_total", "Verdicts given, by conclusion.", "conclusion"),
		waits:     newHistogram("backout_verdict_seconds", "Time from when a verdict was wanted to when GitHub had it.", verdictBounds),
		calls:     newCounter("backout_github_calls_total", "Calls to GitHub, by route and status; status 0: no answer.", "route", "status"),
		callTimes: newHistogram("backout_github_call_seconds", "Time that GitHub took to answer, by route.", callBounds, "route"),
		remaining: &remaining{now: now},
		now:       now,
	}
	for _, event := range asking {
		m.deliveries.start(event, NotStored)
	}
	m.deliveries.start(Unverified, Forged)
	build := labels([]string{"version"}, version)
	started := now()
	m.shown = []func(*page){
		func(p *page) {
			p.begin(about{"backout_build_info", gaugeType, "Always 1; the version is a label."})
			p.line("backout_build_info", build, 1)
		},
		m.deliveries.show, m.answers.show, m.verdicts.show, m.waits.show, m.calls.show, m.callTimes.show, m.remaining.show,
		showRuntime,
		func(p *page) {
			p.one(about{"process_start_time_seconds", gaugeType, "When the process was started, since 1970."}, float64(started.UnixMilli())/1000)
		},
		showProcess,
	}
	return m
}

// Handler shows the metrics.
func (m *Metrics) Handler() http.Handler {
	places := make(chan struct{}, maxPages)
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
		default:
			http.Error(w, "others are asking", http.StatusServiceUnavailable)
			return
		}
		var p page
		for _, show := range m.all() {
			show(&p)
		}
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(p.text)
	})
}

func (m *Metrics) all() []func(*page) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.shown)
}

func (m *Metrics) add(show func(*page)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.shown = append(m.shown, show)
}

// Watch adds what is measured of the queue when somebody asks.
func (m *Metrics) Watch(q Queue) { m.add((&queued{queue: q, now: m.now}).show) }

// InFlight adds how many bytes of bodies are being read.
func (m *Metrics) InFlight(bytes func() int64) {
	m.add(func(p *page) {
		p.one(about{"backout_bodies_in_flight_bytes", gaugeType, "Bytes of webhook bodies that are being read."}, float64(bytes()))
	})
}

// Delivery counts a delivery that was answered, and how long that took.
func (m *Metrics) Delivery(event, outcome string, took time.Duration) {
	m.deliveries.count(bounded(event), outcome)
	m.answers.observe(took.Seconds(), outcome)
}

// Verdict counts a verdict that GitHub has, by conclusion, and how long after it
// was wanted.
func (m *Metrics) Verdict(conclusion string, after time.Duration) {
	m.verdicts.count(conclusion)
	m.waits.observe(after.Seconds())
}
