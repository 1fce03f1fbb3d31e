package store_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
	"github.com/backout-dev/backout/internal/store/postgrestest"
)

// eachBench runs a benchmark on each kind of database, both durable.
func eachBench(b *testing.B, bench func(*testing.B, *store.Store)) {
	b.Run("SQLite", func(b *testing.B) {
		bench(b, openFile(b, filepath.Join(b.TempDir(), "backout.db"), time.Now))
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		bench(b, openURL(b, postgrestest.Start(b).Database(b)))
	})
}

func announced(n int) queue.Want {
	w := want(pull(int64(n%50)+1, int64(n%500)+1, n))
	w.Owner, w.Name = "octo-org", "payments"
	w.UpdatedAt = time.Unix(1_800_000_000, 0)
	w.HeadSHA = fmt.Sprintf("%040x", n)
	w.Description = fmt.Sprintf("%064x", n)
	return w
}

// BenchmarkPut is a durable write of a delivery and what it asks for, by 50
// senders, about 200 pull requests.
func BenchmarkPut(b *testing.B) {
	eachBench(b, func(b *testing.B, s *store.Store) { benchPut(b, s, 200) })
}

// BenchmarkPutNew is the same where each delivery is about another pull request.
func BenchmarkPutNew(b *testing.B) {
	eachBench(b, func(b *testing.B, s *store.Store) { benchPut(b, s, b.N) })
}

func benchPut(b *testing.B, s *store.Store, pulls int) {
	var next atomic.Int64
	took := make([]time.Duration, b.N)
	var senders sync.WaitGroup
	b.ResetTimer()
	for range 50 {
		senders.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				if n >= b.N {
					return
				}
				start := time.Now()
				d := queue.Delivery{GUID: fmt.Sprintf("72d3162e-cc78-11e3-81ab-%012x", n), Event: "pull_request", Action: "edited", Installation: 1, Sender: "octocat"}
				if err := s.Put(ctx, d, []queue.Want{announced(n % pulls)}); err != nil {
					b.Error(err)
					return
				}
				took[n] = time.Since(start)
			}
		})
	}
	senders.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "puts/s")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// BenchmarkClaim hands out 32 subjects while 20,000 are due and as many wait, of
// 500 installations.
func BenchmarkClaim(b *testing.B) {
	eachBench(b, func(b *testing.B, s *store.Store) {
		for at := 0; at < 40_000; at += 1000 {
			var wants []queue.Want
			for n := at; n < at+1000; n++ {
				w := announced(n)
				w.Installation = int64(n%500) + 1
				w.After = time.Duration(n%2) * time.Hour
				wants = append(wants, w)
			}
			if err := s.Ask(ctx, wants); err != nil {
				b.Fatal(err)
			}
		}
		for b.Loop() {
			leases := claim(b, s, 32)
			if len(leases) != 32 {
				b.Fatalf("%d were handed out", len(leases))
			}
			b.StopTimer()
			for _, l := range leases {
				if err := s.Retry(ctx, l, 0, ""); err != nil {
					b.Fatal(err)
				}
			}
			b.StartTimer()
		}
	})
}

// BenchmarkVerdict is what the store has to do with one verdict after the
// delivery: claim, the newest verdict, a new one and done, with 64 workers.
func BenchmarkVerdict(b *testing.B) {
	verdict := []byte(fmt.Sprintf(`{"version": 1, "text": "%04000d"}`, 0))
	eachBench(b, func(b *testing.B, s *store.Store) {
		for at := 0; at < b.N; at += 1000 {
			var wants []queue.Want
			for n := at; n < min(at+1000, b.N); n++ {
				wants = append(wants, announced(n))
			}
			if err := s.Ask(ctx, wants); err != nil {
				b.Fatal(err)
			}
		}
		leases := make(chan queue.Lease)
		var workers sync.WaitGroup
		b.ResetTimer()
		for range 64 {
			workers.Go(func() {
				for l := range leases {
					judge(b, s, l, verdict)
				}
			})
		}
		for left := b.N; left > 0; {
			for _, l := range claim(b, s, 64) {
				leases <- l
				left--
			}
		}
		close(leases)
		workers.Wait()
		b.StopTimer()
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "verdicts/s")
	})
}

func judge(b *testing.B, s *store.Store, l queue.Lease, verdict []byte) {
	if _, _, err := s.NewestVerdict(ctx, l.Repository, l.Number); err != nil {
		b.Error(err)
	}
	held, err := s.Finish(ctx, l, store.Verdict{
		Repository: l.Repository, Number: l.Number, HeadSHA: l.HeadSHA, InputDigest: l.Description, OutputDigest: l.Description,
		Engine: "1.0.0", Conclusion: "failure", Title: "Blocked: the rollback plan is missing", JudgedAt: time.Now(), JSON: verdict, CheckRun: 1,
	})
	if err != nil || !held {
		b.Errorf("Finish: held %t, err %v", held, err)
	}
}
