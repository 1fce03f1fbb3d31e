package gate

import (
	"fmt"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
)

// TestATimeThatNobodyConfirms puts a time into what stands on GitHub, beside a
// verdict that is not true any more.
func TestATimeThatNobodyConfirms(t *testing.T) {
	id := func(at time.Time) string { return fmt.Sprintf("1:sha256:ab @1=%d", at.Unix()) }
	run := func(w *world, at time.Time) { w.runs[0].ExternalID = id(at) }
	comment := func(w *world, at time.Time) { w.comments[1][0].Body = stamp("Other words\n"+mark+"\n", at) }
	for name, tt := range map[string]struct {
		put   func(*world, time.Time)
		ahead time.Duration // of the pull request's own time
		turns bool
		tries int // how many turns it may take
	}{
		"a check run from the future":             {run, 100 * 365 * 24 * time.Hour, false, 1},
		"a check run from the future, in a turn":  {run, 100 * 365 * 24 * time.Hour, true, 1},
		"a check run that is too new":             {run, 10 * time.Second, false, 1},
		"a check run that is too new, in a turn":  {run, 10 * time.Second, true, maxStale + 1},
		"a comment from the future":               {comment, 100 * 365 * 24 * time.Hour, false, 1},
		"a comment from the future, in a turn":    {comment, 100 * 365 * 24 * time.Hour, true, 1},
		"a comment that is too new":               {comment, 10 * time.Second, false, 1},
		"a comment that is too new, in a turn":    {comment, 10 * time.Second, true, 1},
		"a check run a minute ahead of our clock": {run, maxAhead, true, maxStale + 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.open(1, poor, "aaa", shop.String())
			if _, err := w.gate().Enforce(t.Context(), Subject{Ref: Ref{shop, 1}}); err != nil {
				t.Fatal(err)
			}
			w.edit(1, func(p *Pull) { p.Change.Body = good })
			tt.put(w, w.pulls[1].UpdatedAt.Add(tt.ahead))
			g := w.gate()
			err := error(nil)
			tries := 0
			for first := true; first || err != nil && tries < 10; first = false {
				if tt.turns {
					g.Turn = &Turn{Tries: tries}
				}
				_, err = g.Enforce(t.Context(), Subject{Ref: Ref{shop, 1}})
				tries++
			}
			if err != nil || tries > tt.tries || w.runs[0].Conclusion != checks.Success {
				t.Errorf("%s after %d tries: %v", w.runs[0].Conclusion, tries, err)
			}
		})
	}
}

// TestAPassFromTheFutureDoesNotStand where the pull request cannot be read.
func TestAPassFromTheFutureDoesNotStand(t *testing.T) {
	for ahead, want := range map[time.Duration]checks.Conclusion{time.Hour: checks.Failure, 0: checks.Success} {
		w := newWorld()
		p := w.open(1, good, "aaa", shop.String())
		w.runs = []Run{{ID: 1, Name: CheckName, SHA: "aaa", Status: completed, Conclusion: checks.Success, ExternalID: fmt.Sprintf("1:sha256:ab @1=%d", w.now.Add(ahead).Unix())}}
		w.fail = func(call string) error {
			if call == "read pull" {
				return &Unavailable{What: "acme/shop#1", Why: "HTTP 502"}
			}
			return nil
		}
		_, err := w.gate().Enforce(t.Context(), Subject{Ref: Ref{shop, 1}, Fresh: Fresh{UpdatedAt: p.UpdatedAt, HeadSHA: "aaa"}})
		if err == nil || w.runs[0].Conclusion != want {
			t.Errorf("%s ahead: %s, want %s; %v", ahead, w.runs[0].Conclusion, want, err)
		}
	}
}
