package chaos

import (
	"fmt"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/testgithub"
)

// TestSecondaryLimits opens 200 pull requests at 20 a second, which is more than
// GitHub lets an installation write in a minute. In the short form everything,
// the limits and their window too, is a fifth.
func TestSecondaryLimits(t *testing.T) {
	chaotic(t)
	t.Parallel()
	g := startGitHub(t)
	limits := testgithub.Documented()
	limits.Points, limits.GraphPoints, limits.Window = limits.Points/sized(1, 5), limits.GraphPoints/sized(1, 5), limits.Window/sized(1, 5)
	g.do("limit", limits, nil)
	s := newServer(t, g)
	s.start()
	pulls := sized(200, 40)
	send := newSender(g, s).unkind()
	send.atRate(pulls, 20, func(i int) int { return g.open(described(1+i%(kinds-1), fmt.Sprintf("@%07d", i))) }, nil)
	send.refused(t)
	began := time.Now()
	g.shows(t, 5*time.Minute)
	t.Logf("every check run is there after %s", time.Since(began).Round(time.Second))
	g.holds(t, time.Duration(sized(10, 2))*time.Minute, s)
	refused, soon := 0, int64(0)
	for _, c := range g.calls() {
		if c.Status == 403 {
			refused++
			soon = max(soon, c.TooSoon)
		}
	}
	t.Logf("%d of %d calls were refused, the last one %d ms after GitHub said to wait: %v", refused, len(g.calls()), soon, g.routes())
	if refused == 0 {
		t.Error("the limits were never reached: this shows nothing")
	}
	// What is under way when GitHub says to wait cannot be called back.
	if soon > 1000 {
		t.Errorf("a call was made %d ms after GitHub said to wait", soon)
	}
}
