package gh

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// step is what a slow GitHub does with one request: after a time it answers, or
// breaks the connection where the status is 0.
type step struct {
	after  time.Duration
	status int
	header map[string]string
}

// slow is a GitHub that takes its time, by a list of what it does with each
// request. It knows whose bodies were closed and whose requests were given up.
type slow struct {
	steps []step

	mu      sync.Mutex
	came    []*http.Request
	sent    []string // bodies of requests
	givenUp int
	open    int // bodies of answers
}

var errBroken = errors.New("broken")

func (s *slow) RoundTrip(r *http.Request) (*http.Response, error) {
	var sent []byte
	if r.Body != nil {
		sent, _ = io.ReadAll(r.Body)
	}
	s.mu.Lock()
	n := len(s.came)
	s.came, s.sent = append(s.came, r), append(s.sent, string(sent))
	do := s.steps[min(n, len(s.steps)-1)]
	s.mu.Unlock()
	select {
	case <-time.After(do.after):
	case <-r.Context().Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		s.givenUp++
		return nil, r.Context().Err()
	}
	if do.status == 0 {
		return nil, errBroken
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open++
	w := &http.Response{StatusCode: do.status, Header: http.Header{}, Request: r, Body: &living{s, r.Context(), strings.NewReader(string(rune('a' + n))), false}}
	for k, v := range do.header {
		w.Header.Set(k, v)
	}
	return w, nil
}

// living is a body that can be read as long as its request is not given up.
type living struct {
	of     *slow
	ctx    context.Context
	r      io.Reader
	closed bool
}

func (l *living) Read(p []byte) (int, error) {
	if l.ctx.Err() != nil {
		return 0, l.ctx.Err()
	}
	return l.r.Read(p)
}

func (l *living) Close() error {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	if !l.closed {
		l.closed = true
		l.of.open--
	}
	return nil
}

// hedged is a hedge that has earned so many second sendings.
func hedged(t *testing.T, earned int) *hedge {
	h := &hedge{client: newLine().client(t, 0), tails: newTails()}
	h.tails.rest.earned, h.tails.graph.earned = earned*perSecond, earned*perSecond
	return h
}

func request(t *testing.T, method, path, body string) *http.Request {
	t.Helper()
	var b io.Reader
	if body != "" {
		b = bytes.NewBufferString(body)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, method, "https://github.example"+path, b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// gave is what came of a read: its status and what it says, or its error.
func gave(resp *http.Response, err error) (int, string) {
	if err != nil {
		return 0, err.Error()
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp.StatusCode, err.Error()
	}
	resp.Body.Close()
	return resp.StatusCode, string(text)
}

const soon, late, never = 10 * time.Millisecond, firstTail + 100*time.Millisecond, time.Hour

func TestASlowReadIsSentTwice(t *testing.T) {
	limit := map[string]string{"Retry-After": "60"}
	for _, tt := range []struct {
		name    string
		steps   []step
		sent    int
		status  int
		says    string // "a" is the first one's answer, "b" the second's
		givenUp int
		told    bool // to wait
	}{
		{name: "the first is answered in time", steps: []step{{soon, 200, nil}}, sent: 1, status: 200, says: "a"},
		{name: "the first fails in time", steps: []step{{soon, 502, nil}}, sent: 1, status: 502, says: "a"},
		{name: "the first breaks in time", steps: []step{{soon, 0, nil}}, sent: 1, says: "broken"},
		{name: "the first is refused for the rate in time", steps: []step{{soon, 429, limit}}, sent: 1, status: 429, says: "a", told: true},
		{name: "the second is faster", steps: []step{{never, 200, nil}, {soon, 200, nil}}, sent: 2, status: 200, says: "b", givenUp: 1},
		{name: "the first is faster after all", steps: []step{{late, 200, nil}, {never, 200, nil}}, sent: 2, status: 200, says: "a", givenUp: 1},
		{name: "both at the same time", steps: []step{{firstTail + soon, 200, nil}, {soon, 200, nil}}, sent: 2, status: 200},
		{name: "the second fails while the first is out", steps: []step{{late, 200, nil}, {soon, 502, nil}}, sent: 2, status: 200, says: "a"},
		{name: "the second breaks while the first is out", steps: []step{{late, 200, nil}, {soon, 0, nil}}, sent: 2, status: 200, says: "a"},
		{name: "the first fails while the second is out", steps: []step{{late, 502, nil}, {late, 200, nil}}, sent: 2, status: 200, says: "b"},
		{name: "the first breaks while the second is out", steps: []step{{late, 0, nil}, {late, 200, nil}}, sent: 2, status: 200, says: "b"},
		{name: "both fail, the first one first", steps: []step{{late, 502, nil}, {late, 404, nil}}, sent: 2, status: 502, says: "a"},
		{name: "both fail, the second one first", steps: []step{{late, 502, nil}, {soon, 404, nil}}, sent: 2, status: 502, says: "a"},
		{name: "only the second is answered", steps: []step{{late, 0, nil}, {soon, 404, nil}}, sent: 2, status: 404, says: "b"},
		{name: "only the first is answered", steps: []step{{late, 404, nil}, {soon, 0, nil}}, sent: 2, status: 404, says: "a"},
		{name: "both break", steps: []step{{late, 0, nil}, {soon, 0, nil}}, sent: 2, says: "broken"},
		{name: "neither answers before the deadline", steps: []step{{never, 200, nil}}, sent: 2, says: "context deadline exceeded", givenUp: 2},
		{name: "the second is refused for the rate", steps: []step{{late, 200, nil}, {soon, 429, limit}}, sent: 2, status: 200, says: "a", told: true},
		{name: "the first is refused for the rate, late", steps: []step{{late, 403, limit}, {late, 200, nil}}, sent: 2, status: 200, says: "b", told: true},
		{name: "both are refused for the rate", steps: []step{{late, 403, limit}, {late, 429, limit}}, sent: 2, status: 403, says: "a", told: true},
		{name: "the second is refused for the rate and the first fails", steps: []step{{late, 502, nil}, {soon, 429, limit}}, sent: 2, status: 502, says: "a", told: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, h := &slow{steps: tt.steps}, hedged(t, 1)
				status, says := gave(h.send(request(t, "POST", "/graphql", "query"), s))
				synctest.Wait()
				if status != tt.status || tt.says != "" && says != tt.says {
					t.Errorf("%d %q, want %d %q", status, says, tt.status, tt.says)
				}
				if len(s.sent) != tt.sent || strings.Join(s.sent, "") != strings.Repeat("query", tt.sent) {
					t.Errorf("sent %q", s.sent)
				}
				if s.givenUp != tt.givenUp || s.open != 0 {
					t.Errorf("%d given up, want %d; %d answers are open", s.givenUp, tt.givenUp, s.open)
				}
				within := firstTail + firstTail*9/10/tailStep
				if tt.sent == 1 {
					within = firstTail
				}
				if tt.sent == 1 && status == 200 {
					within -= firstTail / 10 / tailStep
				}
				if h.tails.graph.within != within || h.tails.rest.within != firstTail {
					t.Errorf("the next one is slow after %s, want %s", h.tails.graph.within, within)
				}
				limits := h.client.limits
				if told := limits.graph.until.After(time.Now()); told != tt.told || limits.rest.until.After(time.Now()) != told {
					t.Errorf("told to wait: %t", told)
				}
				if limits.graph.out != 0 {
					t.Errorf("%d calls are out", limits.graph.out)
				}
			})
		})
	}
}

func TestWhatIsSentOnce(t *testing.T) {
	// says has GitHub answer a write, and say how much is left of the limit.
	says := func(left string) func(*testing.T, *hedge) {
		return func(t *testing.T, h *hedge) {
			s := &slow{steps: []step{{soon, 200, map[string]string{"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": left}}}}
			gave(h.send(request(t, "PATCH", "/x", "x"), s))
		}
	}
	for _, tt := range []struct {
		name   string
		method string
		path   string
		before func(*testing.T, *hedge)
		body   bool
		sent   int
	}{
		{name: "a read by REST may be sent twice", method: "GET", path: "/x", sent: 2},
		{name: "a write that creates", method: "POST", path: "/x", body: true, sent: 1},
		{name: "a write that changes", method: "PATCH", path: "/x", body: true, sent: 1},
		{name: "a write that deletes", method: "DELETE", path: "/x", sent: 1},
		{name: "a read whose body cannot be had again", method: "POST", path: "/graphql", body: true, sent: 1},
		{name: "nothing was earned", method: "GET", path: "/x", sent: 1, before: func(_ *testing.T, h *hedge) { h.tails.rest.earned = perSecond - 2 }},
		{name: "GitHub said to wait", method: "GET", path: "/x", sent: 1, before: func(_ *testing.T, h *hedge) { h.client.limits.noted(false, false, time.Now()) }},
		{name: "GitHub said to wait with both ways of asking", method: "GET", path: "/x", sent: 1, before: func(_ *testing.T, h *hedge) { h.client.limits.noted(true, true, time.Now()) }},
		{name: "GitHub said to wait with queries", method: "GET", path: "/x", sent: 2, before: func(_ *testing.T, h *hedge) { h.client.limits.noted(true, false, time.Now()) }},
		{name: "many calls are out", method: "GET", path: "/x", sent: 1, before: func(_ *testing.T, h *hedge) { h.client.limits.rest.out = crowded }},
		{name: "nearly as many calls are out", method: "GET", path: "/x", sent: 2, before: func(_ *testing.T, h *hedge) { h.client.limits.rest.out = crowded - 1 }},
		{name: "the limit is nearly used up", method: "GET", path: "/x", sent: 1, before: says("499")},
		{name: "the limit is nearly used up, and an answer does not say so again", method: "GET", path: "/x", sent: 1, before: func(t *testing.T, h *hedge) {
			says("499")(t, h)
			says("")(t, h)
		}},
		{name: "the limit begins anew", method: "GET", path: "/x", sent: 2, before: func(t *testing.T, h *hedge) {
			says("499")(t, h)
			says("4999")(t, h)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, h := &slow{steps: []step{{late, 200, nil}}}, hedged(t, 1)
				if tt.before != nil {
					tt.before(t, h)
				}
				r := request(t, tt.method, tt.path, "")
				if tt.body {
					r.Body = io.NopCloser(strings.NewReader("x"))
				}
				if status, says := gave(h.send(r, s)); status != 200 || says != "a" {
					t.Errorf("%d %q", status, says)
				}
				synctest.Wait()
				if len(s.sent) != tt.sent {
					t.Errorf("sent %d times, want %d", len(s.sent), tt.sent)
				}
			})
		})
	}
}

func TestAPanicOfASendingComesToWhoeverAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer func() {
			if p := recover(); p != "a mistake" {
				t.Errorf("recovered %v", p)
			}
		}()
		_, err := hedged(t, 1).send(request(t, "GET", "/x", ""), panicking{on: func(*http.Request) bool { return true }})
		t.Error(err)
	})
}

// TestOneReadInTen is about a GitHub that takes longer with everything.
func TestOneReadInTen(t *testing.T) {
	for _, tt := range []struct {
		name  string
		steps []step
		reads int
		most  int // sent twice
	}{
		{"one after the other, each slow", []step{{5 * time.Second, 200, nil}}, 200, 20},
		{"after many that were fast", append(slices.Repeat([]step{{0, 200, nil}}, 500), step{time.Second, 200, nil}), 700, mostEarned/perSecond + 20},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, h := &slow{steps: tt.steps}, hedged(t, 0)
				for range tt.reads {
					if status, _ := gave(h.send(request(t, "GET", "/x", ""), s)); status != 200 {
						t.Fatal(status)
					}
				}
				synctest.Wait()
				if twice := len(s.sent) - tt.reads; twice == 0 || twice > tt.most {
					t.Errorf("%d of %d were sent twice, want at most %d", twice, tt.reads, tt.most)
				}
			})
		})
	}
}

// TestTailFollowsGitHub has reads take between 0 and a time, all equally often.
func TestTailFollowsGitHub(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	tail := &newTails().rest
	for _, tt := range []struct {
		name  string
		upTo  time.Duration
		reads int
		least time.Duration
		most  time.Duration
	}{
		{"as slow as it may be", time.Second, 500, 800 * time.Millisecond, 990 * time.Millisecond},
		{"slower", 8 * time.Second, 500, 6400 * time.Millisecond, 7900 * time.Millisecond},
		{"faster", 200 * time.Millisecond, 2000, 160 * time.Millisecond, 198 * time.Millisecond},
		{"at once", time.Millisecond, 1000, shortestTail, shortestTail},
	} {
		for range tt.reads {
			if within := tail.begin(); time.Duration(chance.Int64N(int64(tt.upTo))) > within {
				tail.slow()
			} else {
				tail.fast()
			}
		}
		if within := tail.begin(); within < tt.least || within > tt.most {
			t.Errorf("%s: %v, want between %v and %v", tt.name, within, tt.least, tt.most)
		}
	}
}

// minting is a GitHub that takes long to make a token, and answers reads by the
// steps of another.
type minting struct {
	slow
	tokens int
}

func (m *minting) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/access_tokens") {
		return m.slow.RoundTrip(r)
	}
	m.mu.Lock()
	m.tokens++
	m.mu.Unlock()
	time.Sleep(3 * time.Second)
	return &http.Response{StatusCode: 201, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(`{"token":"ghs_x","expires_at":"2036-11-24T08:00:00Z"}`))}, nil
}

func TestAnAppsReads(t *testing.T) {
	for _, tt := range []struct {
		name   string
		hedge  bool
		earned int
		steps  []step
		sent   int // of ten reads
	}{
		{"the time that a token takes is not the read's", true, 1, []step{{soon, 200, nil}}, 10},
		{"the last of ten is slow", true, 0, append(slices.Repeat([]step{{soon, 200, nil}}, 9), step{late, 200, nil}), 11},
		{"the last of ten is slow, and nobody asked for it", false, 0, append(slices.Repeat([]step{{soon, 200, nil}}, 9), step{late, 200, nil}), 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			key := appKey()
			synctest.Test(t, func(t *testing.T) {
				m := &minting{slow: slow{steps: tt.steps}}
				app, err := NewApp(9, key, Options{Hosts: newLine().client(t, 0).opt.Hosts, Transport: m, Hedge: tt.hedge, Now: time.Now})
				if err != nil {
					t.Fatal(err)
				}
				c, err := app.Client(1)
				if err != nil {
					t.Fatal(err)
				}
				if tt.hedge {
					app.tails.rest.earned = tt.earned * perSecond
				}
				for range 10 {
					_ = rest(t.Context(), c.Unspent()) // a letter is no JSON: it is asked once, since nothing is waited for
				}
				synctest.Wait()
				if m.tokens != 1 || len(m.sent) != tt.sent || m.open != 0 {
					t.Errorf("%d tokens, sent %d times, want %d; %d answers are open", m.tokens, len(m.sent), tt.sent, m.open)
				}
			})
		})
	}
}
