package worker

import (
	"context"
	"sync"
	"time"

	"github.com/backout-dev/backout/internal/queue"
)

// comment asks for a pull request whose comment's time has come, as soon as the
// pace allows one more. The comment is a subject of its own only to wait: the
// pull request is judged, and what it shows is written, by one at a time.
func (w *Worker) comment(ctx context.Context, t turn) error {
	now := w.Now()
	if !w.pace.take(t.Installation, now) {
		return later{w.pace.wait(t.Installation, now)}
	}
	if err := w.Queue.Ask(ctx, []queue.Want{t.want(queue.Pull, t.Number, 0, reasonComment)}); err != nil {
		return err
	}
	return w.done(ctx, t)
}

// pace spreads what creates content over time: GitHub lets one account create
// about 80 comments a minute and 500 an hour, edits among them.
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
type pace struct {
	mu     sync.Mutex
	writes map[int64][]time.Time // of the last hour, by installation, oldest first
}

// We stay below GitHub's limits, since others write as well.
const (
	perMinute = 60
	perHour   = 450
)

// take reports whether an installation may write a comment now, and counts it.
func (p *pace) take(installation int64, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.due(installation, now) > 0 {
		return false
	}
	p.writes[installation] = append(p.writes[installation], now)
	return true
}

// wait is how long until an installation may write a comment.
func (p *pace) wait(installation int64, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.due(installation, now)
}

func (p *pace) due(installation int64, now time.Time) time.Duration {
	if p.writes == nil {
		p.writes = map[int64][]time.Time{}
	}
	all := p.writes[installation]
	old := 0
	for old < len(all) && now.Sub(all[old]) >= time.Hour {
		old++
	}
	all = all[old:]
	if len(all) == 0 {
		delete(p.writes, installation)
		return 0
	}
	p.writes[installation] = all
	var d time.Duration
	if len(all) >= perHour {
		d = time.Hour - now.Sub(all[len(all)-perHour])
	}
	if len(all) >= perMinute {
		d = max(d, time.Minute-now.Sub(all[len(all)-perMinute]))
	}
	return max(d, 0)
}
