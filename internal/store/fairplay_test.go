package store_test

import (
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

// world is what there is to judge: a number that grows for each subject, and
// what was last published of it.
type world struct {
	state, announced, published [30]atomic.Int64
	holders                     [30]atomic.Int64
	tokens                      sync.Map // subject and token of each lease
	asked, judged               atomic.Int64
}

// TestNothingIsLost has many ask and work at the same time. In the end what is
// published of each subject must be the newest state, whatever happened between.
func TestNothingIsLost(t *testing.T) {
	for _, test := range []struct {
		name    string
		lease   time.Duration
		replica bool
	}{
		{"nobody loses a lease", time.Minute, false},
		{"leases are lost", 15 * time.Millisecond, false},
		{"leases are lost, two replicas", 15 * time.Millisecond, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if !test.replica {
				t.Run("SQLite", func(t *testing.T) {
					s := openFile(t, filepath.Join(t.TempDir(), "backout.db"), time.Now)
					lostNothing(t, test.lease, s, s)
				})
			}
			t.Run("PostgreSQL", func(t *testing.T) {
				url := postgres(t).Database(t)
				first := openURL(t, url)
				second := first
				if test.replica {
					second = openURL(t, url)
				}
				lostNothing(t, test.lease, first, second)
			})
		})
	}
}

func lostNothing(t *testing.T, lease time.Duration, stores ...*store.Store) {
	var w world
	var askers, workers sync.WaitGroup
	stop := make(chan struct{})
	for i := range 8 {
		askers.Go(func() { w.ask(t, stores[i%len(stores)], rand.New(rand.NewPCG(uint64(i), 1))) })
		workers.Go(func() { w.work(t, stores[i%len(stores)], lease, rand.New(rand.NewPCG(uint64(i), 2)), stop) })
	}
	askers.Wait()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if st := queueStats(t, stores[0]); st.Depth == 0 {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("still at work: %+v", st)
		}
	}
	close(stop)
	workers.Wait()

	for n := range w.state {
		if state, published := w.state[n].Load(), w.published[n].Load(); published != state {
			t.Errorf("subject %d: published %d, state %d", n, published, state)
		}
	}
	t.Logf("%d wants, %d tries", w.asked.Load(), w.judged.Load())
	w.checkAnnounced(t, stores[0])
}

// checkAnnounced looks whether the newest announcement of each subject is known.
func (w *world) checkAnnounced(t *testing.T, s *store.Store) {
	for n := range w.state {
		put(t, s, want(pull(int64(n%4)+1, 10, n)))
	}
	for left := len(w.state); left > 0; {
		leases := claim(t, s, 10)
		if len(leases) == 0 {
			t.Fatalf("%d are not due", left)
		}
		for _, l := range leases {
			if newest := w.announced[l.Number].Load(); l.UpdatedAt.Unix() != newest {
				t.Errorf("subject %d: announced %d, kept %d", l.Number, newest, l.UpdatedAt.Unix())
			}
			left--
		}
	}
}

// ask changes something and asks for it, now and then late, as webhooks are.
func (w *world) ask(t *testing.T, s *store.Store, random *rand.Rand) {
	for range 60 {
		n := random.IntN(len(w.state))
		change := want(pull(int64(n%4)+1, 10, n))
		change.UpdatedAt = time.Unix(w.announced[n].Add(1), 0)
		w.state[n].Add(1)
		change.Urgent = random.IntN(10) == 0
		if random.IntN(5) == 0 {
			time.Sleep(time.Duration(random.IntN(10)) * time.Millisecond)
		}
		if random.IntN(10) == 0 {
			change.After = time.Duration(random.IntN(20)) * time.Millisecond
		}
		put(t, s, change)
		w.asked.Add(1)
	}
}

// work judges what is due: reads, takes its time, and publishes if it still may.
// Some fail, and some forget what they do.
func (w *world) work(t *testing.T, s *store.Store, lease time.Duration, random *rand.Rand, stop chan struct{}) {
	for {
		leases, err := s.Claim(ctx, 1+random.IntN(3), lease)
		if err != nil {
			t.Error(err)
			return
		}
		for _, l := range leases {
			w.judge(t, s, l, lease, random)
		}
		select {
		case <-stop:
			return
		case <-time.After(time.Millisecond):
		}
	}
}

func (w *world) judge(t *testing.T, s *store.Store, l queue.Lease, lease time.Duration, random *rand.Rand) {
	n := l.Number
	w.judged.Add(1)
	if _, known := w.tokens.LoadOrStore([2]int64{int64(n), l.Token}, true); known {
		t.Errorf("subject %d was handed out twice with token %d", n, l.Token)
	}
	long := lease > time.Second
	if holders := w.holders[n].Add(1); long && holders > 1 {
		t.Errorf("subject %d has %d holders", n, holders)
	}
	state := w.state[n].Load()
	time.Sleep(time.Duration(random.IntN(25)) * time.Millisecond)
	w.holders[n].Add(-1)
	var err error
	switch random.IntN(10) {
	case 0:
		err = s.Retry(ctx, l, time.Duration(random.IntN(5))*time.Millisecond, "HTTP 502")
	case 1:
		if !long {
			return // as if it were killed
		}
		fallthrough
	default:
		var held bool
		if held, err = s.Renew(ctx, l, lease); held && err == nil {
			// It may be handed out again before this line: then Done asks once more.
			w.published[n].Store(state)
		}
		if err == nil {
			_, err = s.Done(ctx, l)
		}
	}
	if err != nil {
		t.Error(err)
	}
}
