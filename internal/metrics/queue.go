package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/backout-dev/backout/internal/queue"
)

// queueWithin bounds how long the database may take for the metrics.
const queueWithin = 3 * time.Second

// queued asks the queue when somebody asks for the metrics. Where the database
// does not answer there is no value rather than an old one, and backout_queue_up
// is 0.
type queued struct{ queue Queue }

var queueUp = prometheus.NewDesc("backout_queue_up", "Whether the database told the state of the queue.", nil, nil)

// measure is one number of the queue's state.
type measure struct {
	desc  *prometheus.Desc
	value func(queue.Stats) float64
}

var measures = []measure{
	measured("depth", "Subjects that want work.", func(s queue.Stats) float64 { return float64(s.Depth) }),
	measured("due", "Subjects that could be worked on now.", func(s queue.Stats) float64 { return float64(s.Due) }),
	measured("leased", "Subjects that are being worked on.", func(s queue.Stats) float64 { return float64(s.Leased) }),
	measured("paused", "Subjects whose installation GitHub told to wait.", func(s queue.Stats) float64 { return float64(s.Paused) }),
	measured("failing", "Subjects with at least one failed try.", func(s queue.Stats) float64 { return float64(s.Failing) }),
	measured("dead", "Subjects with ten failed tries or more; they are still tried.", func(s queue.Stats) float64 { return float64(s.Dead) }),
	measured("attempts", "Failed tries of all subjects that want work.", func(s queue.Stats) float64 { return float64(s.Attempts) }),
	measured("oldest_seconds", "How long the oldest subject has been due.", func(s queue.Stats) float64 { return s.Oldest.Seconds() }),
	measured("oldest_without_verdict_seconds", "How long the oldest pull request has been due and has no verdict.",
		func(s queue.Stats) float64 { return s.OldestPull.Seconds() }),
}

func measured(name, help string, value func(queue.Stats) float64) measure {
	return measure{prometheus.NewDesc("backout_queue_"+name, help, nil, nil), value}
}

// Describe implements prometheus.Collector.
func (q queued) Describe(to chan<- *prometheus.Desc) {
	to <- queueUp
	for _, m := range measures {
		to <- m.desc
	}
}

// Collect implements prometheus.Collector.
func (q queued) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), queueWithin)
	defer cancel()
	stats, err := q.queue.Stats(ctx)
	up := 1.0
	if err != nil {
		up = 0
	}
	to <- prometheus.MustNewConstMetric(queueUp, prometheus.GaugeValue, up)
	if err != nil {
		return
	}
	for _, m := range measures {
		to <- prometheus.MustNewConstMetric(m.desc, prometheus.GaugeValue, m.value(stats))
	}
}
