package testgithub

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestEveryHundredCallsHaveTheLatencyThatIsStated(t *testing.T) {
	for seed := range uint64(20) {
		s := &Server{chance: rand.New(rand.NewPCG(seed, 1)), unkind: Unkind{Median: 80, P99: 400}}
		for range 5 {
			var fast, nearlyAll int
			for range 100 {
				d := s.latency()
				if d < 80*time.Millisecond {
					fast++
				}
				if d < 400*time.Millisecond {
					nearlyAll++
				}
			}
			if fast != 50 || nearlyAll != 99 {
				t.Errorf("seed %d: %d of 100 are faster than the median, want 50; %d than the 99th percentile, want 99", seed, fast, nearlyAll)
			}
		}
	}
}
