package gate

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// seeds is how many interleavings are tried; BACKOUT_SEEDS says otherwise.
func seeds(t *testing.T) int {
	n := 1000
	if testing.Short() {
		n = 200
	}
	if text := os.Getenv("BACKOUT_SEEDS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// TestTheNewestDescriptionsVerdictStands lets several processes judge one pull
// request while its description is edited, in many orders of their calls, with
// reads that are served the state from before an edit and with lost answers.
// Each process was started by an edit and knows the time of its own.
func TestTheNewestDescriptionsVerdictStands(t *testing.T) {
	t.Parallel()
	gave := 0
	for seed := range seeds(t) {
		w := newWorld()
		s := newSchedule(w, uint64(seed))
		w.schedule, w.rng, w.stale, w.lost = s, s.rng, 0.1, 0.03
		bodies := []string{good, poor}
		w.open(1, bodies[s.rng.IntN(2)]+"\nFirst.", "sha1", shop.String())
		if s.rng.IntN(2) == 0 { // a run and a comment from before
			w.schedule = nil
			w.stale, w.lost = 0, 0
			if _, err := w.gate().Enforce(t.Context(), Subject{Ref: Ref{shop, 1}}); err != nil {
				t.Fatal(err)
			}
			w.schedule, w.stale, w.lost = s, 0.1, 0.03
		}
		n := 2 + s.rng.IntN(2)
		errs := make([]error, n)
		results := make([]Result, n)
		var processes []func()
		for i := range n {
			body := bodies[s.rng.IntN(2)] + fmt.Sprintf("\nEdit %d.", i)
			start, delay := time.Duration(s.rng.IntN(600))*time.Millisecond, time.Duration(s.rng.IntN(300))*time.Millisecond
			start += time.Duration(i) * 400 * time.Millisecond
			processes = append(processes, func() {
				s.step(t.Context(), start)
				w.edit(1, func(p *Pull) { p.Change.Body = body })
				w.mu.Lock()
				p := *w.pulls[1]
				w.mu.Unlock()
				subject := Subject{
					Ref: p.Ref, Fresh: Fresh{UpdatedAt: p.UpdatedAt, HeadSHA: p.Change.HeadSHA},
					Announced: Announced{At: p.UpdatedAt, Title: p.Change.Title, Body: p.Change.Body, Base: "main"},
				}
				s.step(t.Context(), delay)
				results[i], errs[i] = w.gate().Enforce(t.Context(), subject)
			})
		}
		s.run(processes...)
		w.schedule, w.stale, w.lost = nil, 0, 0
		truth, err := Judge(t.Context(), w, Ref{shop, 1}, w.gate().Options, w.now)
		if err != nil {
			t.Fatal(err)
		}
		failed := false
		for _, err := range errs {
			failed = failed || err != nil
		}
		if failed {
			gave++
		}
		var wrong []string
		for _, r := range w.runs {
			if (!failed || r.Conclusion == "success") && (r.Conclusion != truth.Verdict.Conclusion || !strings.Contains(r.ExternalID, truth.Verdict.InputDigest)) {
				wrong = append(wrong, fmt.Sprintf("run %d is %s", r.ID, r.Conclusion))
			}
		}
		if len(w.comments[1]) > 1 {
			wrong = append(wrong, fmt.Sprintf("%d comments", len(w.comments[1])))
		}
		for _, c := range w.comments[1] {
			if !failed && !strings.Contains(c.Body, truth.Verdict.InputDigest) {
				wrong = append(wrong, "the comment is another verdict's")
			}
		}
		if truth.Verdict.Blocked && len(w.comments[1]) == 0 && !failed {
			wrong = append(wrong, "no comment")
		}
		if len(wrong) > 0 {
			t.Errorf("seed %d: %s (errors %v)", seed, strings.Join(wrong, ", "), errs)
		}
	}
	if gave*20 > seeds(t) {
		t.Errorf("%d of %d races ended without a verdict", gave, seeds(t))
	}
}
