package gh

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/backout-dev/backout/internal/gate"
)

// line is a GitHub that takes a second to answer, and knows who was there.
type line struct {
	mu      sync.Mutex
	refuse  int            // so many of the next calls are refused, with a minute to wait
	broken  int            // so many of the next calls are answered 502
	exhaust bool           // a refusal is of the primary limit, so of one way of asking
	came    int            // calls so far
	out     map[string]int // calls that are out, by path
	most    map[string]int // the most that were out since somebody asked
}

func newLine() *line {
	return &line{out: map[string]int{}, most: map[string]int{}}
}

func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	path := r.URL.Path
	l.mu.Lock()
	l.came++
	l.out[path]++
	l.most[path] = max(l.most[path], l.out[path])
	w := &http.Response{StatusCode: 200, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(`{"data":{"viewer":{"login":"hubot"}}}`))}
	switch {
	case l.refuse > 0:
		l.refuse--
		w.StatusCode = 403
		w.Header.Set("Retry-After", "60")
		if l.exhaust {
			w.Header.Set("X-RateLimit-Remaining", "0")
		}
	case l.broken > 0:
		l.broken--
		w.StatusCode = 502
	}
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		l.out[path]--
		l.mu.Unlock()
	}()
	select {
	case <-time.After(time.Second):
		return w, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// set changes what comes, and calls is how many calls came.
func (l *line) set(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

func (l *line) calls() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.came
}

// peak is the most calls to a path that were out at once since the last time.
func (l *line) peak(path string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer func() { l.most[path] = 0 }()
	return l.most[path]
}

func (l *line) client(t *testing.T, wait time.Duration) *Client {
	t.Helper()
	at := func(path string) *url.URL { return &url.URL{Scheme: "https", Host: "github.example", Path: path} }
	c, err := New(Options{Hosts: Hosts{REST: at("/"), GraphQL: at("/graphql")}, Transport: l, MaxWait: wait, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func rest(ctx context.Context, c *Client) error {
	_, err := c.get(ctx, op{what: "x"}, "x", &struct{}{})
	return err
}

func graph(ctx context.Context, c *Client) error {
	_, err := c.graph(ctx, op{what: "x"}, "query X{viewer{login}}", nil, &struct{ Viewer viewer }{})
	return err
}

// crowd makes calls at once, each with a time to wait of its own, and returns
// what waits for them and gathers their errors.
func crowd(t *testing.T, c *Client, n int, call func(context.Context, *Client) error) (wait func() []error) {
	t.Helper()
	var all sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		all.Go(func() { errs[i] = call(t.Context(), c.Unspent()) })
	}
	return func() []error {
		all.Wait()
		return slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	}
}

// seconds are the most calls to a path that were out, second by second.
func (l *line) seconds(path string, n int) []int {
	l.peak(path)
	var all []int
	for range n {
		time.Sleep(time.Second)
		all = append(all, l.peak(path))
	}
	return all
}

// refusal has one call refused, and returns in the middle of a second, 59.5 s
// before the wait is over.
func (l *line) refusal(t *testing.T, c *Client, call func(context.Context, *Client) error) {
	t.Helper()
	l.set(func() { l.refuse = 1 })
	var later *gate.Unavailable
	none := *c
	none.waiting = &budget{}
	if err := call(t.Context(), &none); !as(err, &later) || later.After != time.Minute {
		t.Fatalf("a refusal: %v", err)
	}
	time.Sleep(500 * time.Millisecond)
}

// quiet lets the time pass that GitHub said to wait, but for half a second, and
// holds that no call goes out.
func (l *line) quiet(t *testing.T, path string) {
	t.Helper()
	if got := l.seconds(path, 59); slices.Max(got) > 0 {
		t.Errorf("calls out while told to wait, second by second: %v", got)
	}
}

func wantSeconds(t *testing.T, what string, got, want []int) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: calls out at once, second by second: %v, want %v", what, got, want)
	}
}

func TestAfterARefusalCallsComeBackGently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		c := l.client(t, time.Hour)
		if errs := crowd(t, c, 300, rest)(); len(errs) > 0 || l.peak("/x") != 300 {
			t.Fatalf("before any refusal not all go at once: %v", errs)
		}
		l.refusal(t, c, rest)
		wait := crowd(t, c, 400, rest)
		l.quiet(t, "/x")
		wantSeconds(t, "afterwards", l.seconds("/x", 8), []int{1, 2, 4, 8, 16, 32, 64, 273})
		if errs := wait(); len(errs) > 0 {
			t.Errorf("%d failed: %v", len(errs), errs[0])
		}
		if c.limits.rest.width != 0 {
			t.Error("the refusal is not forgotten")
		}
	})
}

func TestASecondRefusalBeginsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		c := l.client(t, time.Hour)
		l.refusal(t, c, rest)
		wait := crowd(t, c, 40, rest)
		l.quiet(t, "/x")
		wantSeconds(t, "after the first", l.seconds("/x", 3), []int{1, 2, 4})
		l.set(func() { l.refuse = 1 }) // one of the eight that come now
		wantSeconds(t, "in the second of the refusal", l.seconds("/x", 1), []int{8})
		time.Sleep(time.Second)
		l.quiet(t, "/x")
		wantSeconds(t, "after the second", l.seconds("/x", 4), []int{1, 2, 4, 8})
		if errs := wait(); len(errs) > 0 {
			t.Errorf("%d failed: %v", len(errs), errs[0])
		}
	})
}

// TestGitHubThatStillObjects hears of one call, however many wait.
func TestGitHubThatStillObjects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		c := l.client(t, 90*time.Second)
		l.refusal(t, c, rest)
		wait := crowd(t, c, 96, rest)
		l.quiet(t, "/x")
		l.set(func() { l.refuse = 96 })
		calls := l.calls()
		for _, err := range wait() {
			var later *gate.Unavailable
			if !as(err, &later) || later.After != time.Minute {
				t.Errorf("a call that waited: %v", err)
			}
		}
		if n := l.calls() - calls; n != 1 {
			t.Errorf("%d calls were refused, want 1", n)
		}
	})
}

// TestWhatSaysNothingOfTheRate: a failure is not an answer, so it opens nothing,
// and it is no refusal either.
func TestWhatSaysNothingOfTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		c := l.client(t, time.Hour)
		l.refusal(t, c, rest)
		l.quiet(t, "/x")
		l.set(func() { l.broken = 3 })
		wait := crowd(t, c, 9, func(ctx context.Context, c *Client) error {
			return c.do(ctx, op{what: "x", create: true}, func(ctx context.Context, g *github.Client) error {
				r, err := g.NewRequest("POST", "x", nil)
				if err != nil {
					return err
				}
				_, err = g.Do(ctx, r, nil)
				return err
			})
		})
		wantSeconds(t, "three failures, then answers", l.seconds("/x", 6), []int{1, 1, 1, 1, 2, 3})
		if errs := wait(); len(errs) != 3 {
			t.Errorf("%d failed, want 3", len(errs))
		}
	})
}

func TestWaitingForOthersHasAnEnd(t *testing.T) {
	for _, tt := range []struct {
		name string
		wait time.Duration
		ctx  func(context.Context) (context.Context, context.CancelFunc)
		err  error
		took time.Duration
	}{
		{"no more time to wait", 300 * time.Millisecond, context.WithCancel, nil, 300 * time.Millisecond},
		{"no time to wait at all", 0, context.WithCancel, nil, 0},
		{"a deadline", time.Hour, func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 200*time.Millisecond)
		}, context.DeadlineExceeded, 200 * time.Millisecond},
		{"cancelled", time.Hour, func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(100*time.Millisecond, cancel)
			return ctx, cancel
		}, context.Canceled, 100 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLine()
				c := l.client(t, tt.wait)
				l.refusal(t, c, rest)
				time.Sleep(time.Minute)
				first := crowd(t, c, 1, rest) // it is out for a second
				synctest.Wait()
				ctx, cancel := tt.ctx(t.Context())
				defer cancel()
				began, calls := time.Now(), l.calls()
				err := rest(ctx, c.Unspent())
				var later *gate.Unavailable
				if !as(err, &later) || later.After < gentlePause/2 || later.After > 3*gentlePause/2 || !errors.Is(err, tt.err) && tt.err != nil {
					t.Errorf("%v, which says to wait %v", err, later.After)
				}
				if took := time.Since(began); took != tt.took || l.calls() != calls {
					t.Errorf("it took %v, want %v, and %d calls", took, tt.took, l.calls()-calls)
				}
				if errs := first(); len(errs) > 0 {
					t.Error(errs)
				}
				for range 2 {
					if err := rest(t.Context(), c.Unspent()); err != nil {
						t.Errorf("whoever gave up keeps a place: %v", err)
					}
				}
				if c.limits.rest.out != 0 {
					t.Errorf("%d calls are out in the end", c.limits.rest.out)
				}
			})
		})
	}
}

func TestEachLimitHasARampOfItsOwn(t *testing.T) {
	for _, tt := range []struct {
		name        string
		primary     bool
		rest, graph []int // in the three seconds after the time that GitHub said
		meanwhile   int   // queries that were out before
	}{
		{"the primary limit of REST", true, []int{1, 2, 4}, []int{0, 0, 0}, 30},
		{"a secondary limit", false, []int{1, 2, 4}, []int{1, 2, 4}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLine()
				l.exhaust = tt.primary
				c := l.client(t, time.Hour)
				l.refusal(t, c, rest)
				waits := []func() []error{crowd(t, c, 30, rest), crowd(t, c, 30, graph)}
				if got := slices.Max(l.seconds("/graphql", 59)); got != tt.meanwhile {
					t.Errorf("%d queries were out before, want %d", got, tt.meanwhile)
				}
				for range 3 {
					time.Sleep(time.Second)
					tt.rest, tt.graph = append(tt.rest, l.peak("/x")), append(tt.graph, l.peak("/graphql"))
				}
				wantSeconds(t, "REST", tt.rest[3:], tt.rest[:3])
				wantSeconds(t, "GraphQL", tt.graph[3:], tt.graph[:3])
				for _, wait := range waits {
					if errs := wait(); len(errs) > 0 {
						t.Error(errs[0])
					}
				}
			})
		})
	}
}

// TestAPanicLeavesNoPlaceTaken: the worker goes on after one.
func TestAPanicLeavesNoPlaceTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		c := l.client(t, time.Hour)
		l.refusal(t, c, rest)
		time.Sleep(time.Minute)
		func() {
			defer func() { _ = recover() }()
			_ = c.do(t.Context(), op{what: "x"}, func(context.Context, *github.Client) error { panic("odd") })
		}()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		if err := rest(ctx, c); err != nil {
			t.Error(err)
		}
	})
}

// TestAnswersFromBefore: they say nothing of what GitHub takes now, and as long
// as they are on their way nobody else goes.
func TestAnswersFromBefore(t *testing.T) {
	var r ramp
	start := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	old := []pass{r.enter(start), r.enter(start), r.enter(start)}
	r.refused(start.Add(time.Second))
	r.leave(old[0], false)
	if p := r.enter(start); p.wait != time.Second {
		t.Errorf("told to wait a second: %+v", p)
	}
	now := start.Add(time.Second)
	p := r.enter(now)
	if p.full == nil || p.wait != 0 {
		t.Errorf("two from before are out: %+v", p)
	}
	r.leave(old[1], true)
	if _, open := <-p.full; open {
		t.Error("nobody is told that one came back")
	}
	r.leave(old[2], true)
	if r.width != 1 {
		t.Errorf("answers from before open a width of %d", r.width)
	}
	if p := r.enter(now); p.full != nil || p.wait != 0 {
		t.Errorf("the first one: %+v", p)
	}
	r.refused(start) // an earlier time than is known
	if !r.until.Equal(now) {
		t.Errorf("until %v", r.until)
	}
}
