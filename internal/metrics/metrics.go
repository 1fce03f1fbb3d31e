// Package metrics is what `backout serve` tells Prometheus. No label holds a
// name that somebody outside can choose: of owners, repositories, people and
// unknown events there is no end.
package metrics

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/backout-dev/backout/internal/queue"
)

// NotStored is the outcome of a delivery that the database did not take.
const NotStored = "not-stored"

// Unverified stands for the event of a delivery that nobody is known to have
// signed.
const Unverified = "unverified"

// Queue is what is measured of the queue when somebody asks.
type Queue interface {
	Stats(context.Context) (queue.Stats, error)
}

// Metrics counts. Its methods may be called by several goroutines at once.
type Metrics struct {
	registry   *prometheus.Registry
	deliveries *prometheus.CounterVec
	answers    *prometheus.HistogramVec
	verdicts   *prometheus.CounterVec
	waits      prometheus.Histogram
	calls      *prometheus.CounterVec
	callTimes  *prometheus.HistogramVec
	remaining  *remaining
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
		registry: prometheus.NewRegistry(),
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "backout_deliveries_total", Help: "Webhook deliveries answered, by event and outcome.",
		}, []string{"event", "outcome"}),
		answers: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "backout_delivery_answer_seconds", Help: "Time from a delivery's headers to its answer, by outcome.", Buckets: answerBounds,
		}, []string{"outcome"}),
		verdicts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "backout_verdicts_total", Help: "Verdicts given, by conclusion.",
		}, []string{"conclusion"}),
		waits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "backout_verdict_seconds", Help: "Time from when a verdict was wanted to when GitHub had it.", Buckets: verdictBounds,
		}),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "backout_github_calls_total", Help: "Calls to GitHub, by route and status; status 0: no answer.",
		}, []string{"route", "status"}),
		callTimes: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "backout_github_call_seconds", Help: "Time that GitHub took to answer, by route.", Buckets: callBounds,
		}, []string{"route"}),
		remaining: &remaining{now: now},
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "backout_build_info", Help: "Always 1; the version is a label.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(
		m.deliveries, m.answers, m.verdicts, m.waits, m.calls, m.callTimes, m.remaining, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

// Handler shows the metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 3})
}

// Watch adds what is measured of the queue when somebody asks.
func (m *Metrics) Watch(q Queue) { m.registry.MustRegister(queued{q}) }

// InFlight adds how many bytes of bodies are being read.
func (m *Metrics) InFlight(bytes func() int64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "backout_bodies_in_flight_bytes", Help: "Bytes of webhook bodies that are being read.",
	}, func() float64 { return float64(bytes()) }))
}

// Delivery counts a delivery that was answered, and how long that took.
func (m *Metrics) Delivery(event, outcome string, took time.Duration) {
	m.deliveries.WithLabelValues(bounded(event), outcome).Inc()
	m.answers.WithLabelValues(outcome).Observe(took.Seconds())
}

// Verdict counts a verdict that GitHub has, by conclusion, and how long after it
// was wanted.
func (m *Metrics) Verdict(conclusion string, after time.Duration) {
	m.verdicts.WithLabelValues(conclusion).Inc()
	m.waits.Observe(after.Seconds())
}
