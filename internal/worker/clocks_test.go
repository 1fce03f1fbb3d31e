package worker

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
	"github.com/backout-dev/backout/internal/store/postgrestest"
)

// TestClocksApart has two replicas whose clocks are a minute apart work on the
// same pull requests. What is due and whose lease it is goes by the database's
// clock.
func TestClocksApart(t *testing.T) {
	url := postgrestest.Start(t, "fsync=off").Database(t)
	s := newSite(t)
	s.enforce()
	s.hub.now = time.Now
	s.called = func(string) { time.Sleep(2 * time.Millisecond) }
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	for _, off := range []time.Duration{-30 * time.Second, 30 * time.Second} {
		db, err := store.Open(ctx, store.Options{URL: url, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		s.store = db
		w := s.newWorker(db)
		w.Now = func() time.Time { return time.Now().Add(off) }
		w.Gate.Now = w.Now
		w.Gate.Sleep = func(_ context.Context, d time.Duration) error { time.Sleep(d); return nil }
		w.Log = slog.New(slog.DiscardHandler)
		w.CommentAfter = 50 * time.Millisecond
		running.Go(func() { _ = w.Run(ctx) })
	}
	const pulls = 20
	edit := func(n, to int) {
		s.mu.Lock()
		p := s.pulls[n]
		if p == nil {
			p = s.add(n, "", fmt.Sprint("sha", n))
		}
		p.Change.Body = map[bool]string{true: good, false: poor}[to%2 == 0]
		p.UpdatedAt = time.Now().UTC().Truncate(time.Second)
		w := queue.Want{Subject: subject(queue.Pull, n), Reason: "pull_request.edited", Announced: queue.Announced{
			Owner: acme.Owner, Name: acme.Name, UpdatedAt: p.UpdatedAt, HeadSHA: p.Change.HeadSHA, Description: gate.DigestOf(p.Change.Body),
		}}
		s.mu.Unlock()
		s.want(w)
	}
	for round := range 5 {
		for n := 1; n <= pulls; n++ {
			edit(n, n+round)
		}
		time.Sleep(20 * time.Millisecond)
	}
	for end := time.Now().Add(30 * time.Second); s.depth() > 0 && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := 1; n <= pulls; n++ {
		want := checks.Failure
		if (n+4)%2 == 0 {
			want = checks.Success
		}
		s.shows(fmt.Sprint("sha", n), want, "")
		if len(s.comments[n]) > 1 {
			t.Errorf("%d comments on %d", len(s.comments[n]), n)
		}
	}
}

// TestTheClockIsSetBack while a pull request waits for its next try.
func TestTheClockIsSetBack(t *testing.T) {
	s := passing(t)
	s.change(1, func(p *gate.Pull) { p.Change.Body = "" })
	s.fail = unreadable(badGateway)
	s.event(1, "pull_request.edited")
	s.after(5 * time.Second)
	s.clock.Add(-24 * time.Hour.Milliseconds())
	s.fail = nil
	s.after(queue.MaxDelay)
	s.shows("aaa", checks.Failure, "Blocked")
}
