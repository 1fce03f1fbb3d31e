package metrics

import (
	"context"
	"sync"
	"time"

	"github.com/backout-dev/backout/internal/queue"
)

const (
	// queueWithin bounds how long the database may take for the metrics.
	queueWithin = 3 * time.Second
	// queueEvery is how long an answer of the database stands: it looks at every row
	// that wants work, and anybody may ask.
	queueEvery = 2 * time.Second
)

// queued asks the queue when somebody asks for the metrics, or tells what it said
// a moment ago. Where the database does not answer there is no value rather than
// an old one, and backout_queue_up is 0.
type queued struct {
	queue Queue
	now   func() time.Time

	mu    sync.Mutex
	at    time.Time
	stats queue.Stats
	err   error
}

var queueUp = about{"backout_queue_up", gaugeType, "Whether the database told the state of the queue."}

// measure is one number of the queue's state.
type measure struct {
	about
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
	return measure{about{"backout_queue_" + name, gaugeType, help}, value}
}

// ask asks the queue, once for all who ask at about the same time.
func (q *queued) ask() (queue.Stats, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if now := q.now(); now.Before(q.at) || now.Sub(q.at) >= queueEvery {
		ctx, cancel := context.WithTimeout(context.Background(), queueWithin)
		defer cancel()
		q.stats, q.err = q.queue.Stats(ctx)
		q.at = q.now()
	}
	return q.stats, q.err
}

func (q *queued) show(p *page) {
	stats, err := q.ask()
	if err != nil {
		p.one(queueUp, 0)
		return
	}
	p.one(queueUp, 1)
	for _, m := range measures {
		p.one(m.about, m.value(stats))
	}
}
