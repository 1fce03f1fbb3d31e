package plan_test

import (
	"runtime"
	"testing"

	"github.com/backout-dev/backout/internal/plan"
	"github.com/backout-dev/backout/internal/plan/hostile"
)

// Eight times the text may take twelve times the memory and no more: what is
// quadratic takes sixty-four times. Bytes are counted rather than seconds, so
// that the test says the same on every machine.
func TestHostileTextTakesLinearMemory(t *testing.T) {
	if race {
		t.Skip("one goroutine, and fifteen times as long under the race detector")
	}
	const (
		short, long = 8 << 10, 64 << 10
		growth      = 12
		// Below this, what is allocated once for any text weighs more than the text.
		floor = 16 << 10
	)
	parse("") // reads what every later call keeps: the word lists
	for _, c := range hostile.All() {
		t.Run(c.Name, func(t *testing.T) {
			small := max(allocated(c.Make(short)), floor)
			large := allocated(c.Make(long))
			if large > growth*small {
				t.Errorf("%d characters took %d bytes, %d took %d: %.1f times as many, want at most %d",
					short, small, long, large, float64(large)/float64(small), growth)
			}
		})
	}
}

// allocated returns the bytes that reading a description allocates.
func allocated(body string) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	parse(body)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func parse(body string) plan.Plan {
	return plan.Parse(body, plan.Options{
		Templates: []string{"## Rollback plan\n\n<!-- How do we get back? -->\n\n## Worst case\n\n## Blast radius\n"},
		Kinds: []plan.Kind{
			{ID: "rollback", Title: "Rollback plan"},
			{ID: "worst-case", Title: "Worst-case scenario"},
			{ID: "blast-radius", Title: "Blast radius"},
		},
	})
}
