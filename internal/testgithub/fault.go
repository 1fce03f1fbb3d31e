package testgithub

import (
	"context"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Kind names a way to fail.
type Kind string

// The ways to fail.
const (
	Status500      Kind = "500"
	Status502      Kind = "502"
	Status502After Kind = "502-after" // the call took effect
	Secondary      Kind = "403-secondary"
	Primary        Kind = "403-primary" // nothing remains until the reset
	Status429      Kind = "429"
	Status401      Kind = "401"
	Status404      Kind = "404"
	Reset          Kind = "reset"
	ResetAfter     Kind = "reset-after" // the call took effect
	Slow           Kind = "slow"        // the call took effect, its answer comes after Delay
	Truncated      Kind = "truncated"   // half of the answer, then a closed connection
	GraphQLErrors  Kind = "graphql-errors"
)

// Kinds are all ways to fail.
func Kinds() []Kind {
	return []Kind{
		Status500, Status502, Status502After, Secondary, Primary, Status429, Status401, Status404, Reset, ResetAfter, Slow, Truncated,
		GraphQLErrors,
	}
}

// Fault makes calls fail.
type Fault struct {
	// Route is a pattern of Call.Route: "POST check-runs", "graphql", "GET *", "*".
	Route string `json:"route"`
	Kind  Kind   `json:"kind"`
	// Skip lets so many calls through first.
	Skip int `json:"skip,omitempty"`
	// Times is how many calls fail; 0 is 1, below 0 all.
	Times int `json:"times,omitempty"`
	// Wait, in seconds, is what Retry-After or the reset says; default 1.
	Wait int `json:"wait,omitempty"`
	// Delay, in milliseconds, is how slow Slow is; default 1000.
	Delay int `json:"delay,omitempty"`
	// Contains limits it to calls whose body holds the text.
	Contains string `json:"contains,omitempty"`
	// Share is the part of these calls that it strikes, by chance; 0: each.
	Share float64 `json:"share,omitempty"`
}

// Fail adds a fault. Of several that fit a call the first one counts.
func (s *Server) Fail(f Fault) {
	defer s.lock()()
	s.fail(f)
}

func (s *Server) fail(f Fault) {
	if f.Times == 0 {
		f.Times = 1
	}
	if f.Wait == 0 {
		f.Wait = 1
	}
	if f.Delay == 0 {
		f.Delay = 1000
	}
	s.faults = append(s.faults, &f)
}

// NoFaults takes the faults that are left away.
func (s *Server) NoFaults() {
	defer s.lock()()
	s.faults = nil
}

// Unkind is how the server is unpleasant by chance.
type Unkind struct {
	// Stale is the part of the reads of a pull request that has its own fields as
	// they were before a change of the last StaleFor milliseconds.
	Stale    float64 `json:"stale"`
	StaleFor int     `json:"stale_for"`
	// Median and P99 are how long an answer takes, in milliseconds; 0: no wait.
	Median float64 `json:"median,omitempty"`
	P99    float64 `json:"p99,omitempty"`
}

func defaultUnkind(kind bool) Unkind {
	if kind {
		return Unkind{}
	}
	return Unkind{Stale: 0.1, StaleFor: 5000}
}

// Unkind changes how unpleasant the server is by chance.
func (s *Server) Unkind(u Unkind) {
	defer s.lock()()
	s.unkind = u
}

// before says what happens to a call before it is handled.
func (s *Server) before(rq *request) (*Fault, time.Duration) {
	defer s.lock()()
	delay := s.latency()
	if f := s.overLimit(rq); f != nil {
		return f, delay
	}
	for _, f := range s.faults {
		if f.Times == 0 || !matchesAny([]string{f.Route}, rq.route.name) || !strings.Contains(string(rq.payload), f.Contains) {
			continue
		}
		if f.Share > 0 && s.chance.Float64() >= f.Share {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		taken := *f
		return &taken, delay
	}
	return nil, delay
}

// latency is log-normal: half the calls are faster than the median, one in a
// hundred is slower than the 99th percentile. That is so in every hundred calls,
// each of which has a hundredth of the distribution to itself, because by chance
// alone a thousand calls may be a tenth slower than they are said to be.
func (s *Server) latency() time.Duration {
	if s.unkind.Median <= 0 {
		return 0
	}
	if len(s.hundredths) == 0 {
		s.hundredths = s.chance.Perm(100)
	}
	part := (float64(s.hundredths[0]) + s.chance.Float64()) / 100
	s.hundredths = s.hundredths[1:]
	sigma := math.Log(max(1, s.unkind.P99/s.unkind.Median)) / normal(0.99)
	ms := s.unkind.Median * math.Exp(sigma*normal(part))
	return time.Duration(ms * float64(time.Millisecond))
}

// normal is below which that part of a normal distribution is; of all of it, where
// nearly all is.
func normal(part float64) float64 {
	return math.Sqrt2 * math.Erfinv(2*min(max(part, 1e-6), 1-1e-6)-1)
}

func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// lets reports whether the call is handled although it fails.
func (f *Fault) lets() bool {
	switch f.Kind {
	case Status502After, ResetAfter, Slow, Truncated:
		return true
	}
	return false
}

func (f *Fault) resets() bool { return f.Kind == Reset || f.Kind == ResetAfter }

// after is the answer to a call that took effect, and how long it takes to come.
func (f *Fault) after(a answer) (answer, time.Duration) {
	switch f.Kind {
	case Status502After:
		return badGateway(), 0
	case Slow:
		return a, time.Duration(f.Delay) * time.Millisecond
	}
	return a, 0
}

func badGateway() answer {
	return answer{status: http.StatusBadGateway, raw: []byte("<html><body>502 Bad Gateway</body></html>"), media: "text/html"}
}

const (
	docsLimits = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api"
	// go-github knows a secondary limit by how this ends.
	docsSecondary = docsLimits + "#about-secondary-rate-limits"
)

func (f *Fault) answer(s *Server, rq *request) answer {
	switch f.Kind {
	case Status502:
		return badGateway()
	case Status401:
		return fail(http.StatusUnauthorized, "Bad credentials")
	case Status404:
		if rq.route.name == "graphql" {
			return ok(object{"data": object{"repository": nil}, "errors": []any{object{
				"type": "NOT_FOUND", "path": []any{"repository"}, "message": "Could not resolve to a Repository with that name.",
			}}})
		}
		return fail(http.StatusNotFound, "Not Found")
	case Secondary, Status429:
		return f.limited()
	case Primary:
		return f.exhausted(s, rq)
	case GraphQLErrors:
		return graphErrors("", "Something went wrong while executing your query. Please include `0:1` when reporting this issue.")
	}
	return fail(http.StatusInternalServerError, "Server Error")
}

func (f *Fault) limited() answer {
	a := fail(http.StatusForbidden, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.")
	a.body.(object)["documentation_url"] = docsSecondary
	if f.Kind == Status429 {
		a.status = http.StatusTooManyRequests
	}
	a.header = http.Header{"Retry-After": {strconv.Itoa(f.Wait)}}
	return a
}

// exhausted is the primary limit. GraphQL answers it with status 200.
func (f *Fault) exhausted(s *Server, rq *request) answer {
	by := "user"
	if rq.token != nil {
		by = fmt.Sprintf("installation ID %d", rq.token.App.ID)
	}
	a := fail(http.StatusForbidden, "API rate limit exceeded for "+by+".")
	if rq.route.name == "graphql" {
		a = graphErrors("RATE_LIMITED", "API rate limit already exceeded for "+by+".")
	} else {
		a.body.(object)["documentation_url"] = docsLimits
	}
	at := s.exact().Add(time.Duration(f.Wait) * time.Second).Unix()
	a.header = http.Header{
		"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Used": {"5000"}, "X-Ratelimit-Reset": {strconv.FormatInt(at, 10)},
	}
	return a
}

// reset closes the connection the rude way.
func reset(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func unescape(path string) string {
	if s, err := url.PathUnescape(path); err == nil {
		return s
	}
	return path
}
