package chaos

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/testgithub"
)

// wrong lists what GitHub shows and should not, of the pull requests whose last
// change a server said it took.
func (g *gitHub) wrong(comments bool) []string {
	g.t.Helper()
	w := g.world()
	runs := map[string][]testgithub.Run{}
	for _, r := range w.Runs {
		runs[r.SHA] = append(runs[r.SHA], r)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []string
	for _, p := range w.Pulls {
		known := g.pulls[p.Number]
		if known == nil || known.taken == 0 {
			continue
		}
		what := wrongRun(p, runs[p.HeadSHA], known.taken == known.seq)
		if what == "" && len(p.Comments) > 1 {
			what = fmt.Sprintf("%d comments", len(p.Comments))
		}
		if what == "" && comments && known.taken == known.seq {
			what = wrongComment(p)
		}
		if what != "" {
			all = append(all, fmt.Sprintf("#%d: %s", p.Number, what))
		}
	}
	return all
}

// wrongRun says what is wrong with the check runs of a pull request.
func wrongRun(p testgithub.PullDump, runs []testgithub.Run, last bool) string {
	if len(runs) != 1 || runs[0].Name != "backout" {
		return fmt.Sprintf("%d check runs", len(runs))
	}
	if !last {
		return ""
	}
	r, want := runs[0], expected(p.Body)
	if r.Status != "completed" || r.Conclusion != want.conclusion || r.Title != want.title {
		return fmt.Sprintf("%s %s %q, want %s %q", r.Status, r.Conclusion, r.Title, want.conclusion, want.title)
	}
	for _, line := range strings.Split(p.Body, "\n") {
		if _, word, ok := strings.Cut(line, "@"); ok && !strings.Contains(r.Summary+r.Text, word[:min(8, len(word))]) {
			return "the check run is of another description: " + r.Summary
		}
	}
	return ""
}

// wrongComment says what is wrong with the comment of a pull request.
func wrongComment(p testgithub.PullDump) string {
	want := expected(p.Body)
	if len(p.Comments) == 0 {
		if want.conclusion == "failure" {
			return "no comment"
		}
		return ""
	}
	if word, _, _ := strings.Cut(want.title, ":"); !strings.Contains(p.Comments[0].Body, "**"+word) {
		return "the comment does not say " + word
	}
	return ""
}

// shows waits until every pull request whose last change was taken has the check
// run that it should, and one.
func (g *gitHub) shows(t *testing.T, within time.Duration) {
	t.Helper()
	g.until(t, within, func() (wrong []string, idle bool) { return g.wrong(false), true })
}

// holds is the same for check runs and comments, and waits until the queues are
// empty. Comments are paced.
func (g *gitHub) holds(t *testing.T, within time.Duration, servers ...*server) {
	t.Helper()
	g.until(t, within, func() (wrong []string, idle bool) {
		idle = true
		for _, s := range servers {
			idle = idle && s.idle()
		}
		return g.wrong(true), idle
	})
	g.onlyOnce(t)
}

func (g *gitHub) until(t *testing.T, within time.Duration, look func() (wrong []string, idle bool)) {
	t.Helper()
	began := time.Now()
	for {
		wrong, idle := look()
		if len(wrong) == 0 && idle {
			t.Logf("all right after %s", time.Since(began).Round(10*time.Millisecond))
			return
		}
		if time.Since(began) > within {
			t.Errorf("after %s %d pull requests are wrong; the queue is empty: %t: %s", within, len(wrong), idle, strings.Join(wrong[:min(len(wrong), 5)], "; "))
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// run is the check run of a pull request, the zero Run unless there is one.
func (g *gitHub) run(number int) testgithub.Run {
	g.t.Helper()
	var found []testgithub.Run
	w := g.world()
	for _, p := range w.Pulls {
		for _, r := range w.Runs {
			if p.Number == number && r.SHA == p.HeadSHA {
				found = append(found, r)
			}
		}
	}
	if len(found) != 1 {
		return testgithub.Run{}
	}
	return found[0]
}

// onlyOnce fails where something was made twice, whether or not it was taken
// away again.
func (g *gitHub) onlyOnce(t *testing.T) {
	t.Helper()
	made := map[string]int{}
	for _, c := range g.calls("POST comments") {
		if c.Status == 201 {
			made[c.Path]++
		}
	}
	for path, n := range made {
		if n > 1 {
			t.Errorf("%d comments were made by %s", n, path)
		}
	}
}

// taken is how many pull requests there are whose last change was taken.
func (g *gitHub) taken() (last, all int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range g.pulls {
		if p.taken == p.seq {
			last++
		}
	}
	return last, len(g.pulls)
}

// routes are the calls so far by route.
func (g *gitHub) routes() map[string]int {
	g.t.Helper()
	by := map[string]int{}
	for _, c := range g.calls() {
		by[c.Route]++
	}
	return by
}
