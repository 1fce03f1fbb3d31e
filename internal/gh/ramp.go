package gh

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// limits are what GitHub said about the rate of calls, for each way of asking.
type limits struct{ rest, graph ramp }

// of is the ramp of a way of asking.
func (l *limits) of(graph bool) *ramp {
	if graph {
		return &l.graph
	}
	return &l.rest
}

// noted keeps that GitHub refused a call for the rate, and until when it does
// not want to be asked. A secondary limit counts for both ways of asking.
func (l *limits) noted(graph, both bool, until time.Time) {
	l.of(graph).refused(until)
	if both {
		l.of(!graph).refused(until)
	}
}

// ramp says which calls may go out. While GitHub has not objected, all of them.
// After a refusal none, until the time that GitHub said; then one at a time, and
// whenever as many as may be out at once have been answered, twice as many. What
// waited would otherwise all come in the same moment, and be refused together.
//
// https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#avoid-concurrent-requests
type ramp struct {
	mu       sync.Mutex
	until    time.Time
	width    int           // calls that may be out at once; 0: any number
	out      int           // calls that are out
	answered int           // of the calls that went out since width last changed
	refusals int           // so that an answer to a call from before one does not count
	scarce   bool          // less than a tenth of the limit is left
	changed  chan struct{} // closed at the next change; nil: nobody waits for one
}

// widest is the last width that means anything: GitHub takes a hundred calls at
// once. A ramp that was wider forgets that there was a refusal.
const widest = 64

// crowded is how many calls of one way of asking are out when none is made that
// need not be: both ways share the hundred.
const crowded = 32

// pass is what a ramp says to a call: to wait for so long, or until full is
// closed and then to ask again, or else that it is out.
type pass struct {
	wait     time.Duration
	full     <-chan struct{}
	refusals int
}

// enter lets a call out, or says what to wait for. Whoever is out must leave.
func (r *ramp) enter(now time.Time) pass {
	r.mu.Lock()
	defer r.mu.Unlock()
	if d := r.until.Sub(now); d > 0 {
		return pass{wait: d}
	}
	if r.width > 0 && r.out >= r.width {
		if r.changed == nil {
			r.changed = make(chan struct{})
		}
		return pass{full: r.changed}
	}
	r.out++
	return pass{refusals: r.refusals}
}

// spare reports whether a call may go out that need not be made: only while GitHub
// does not object and has calls to spare, and few are out. Where many are, it is
// they that take the time.
func (r *ramp) spare() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.spareLocked()
}

func (r *ramp) spareLocked() bool { return r.width == 0 && !r.scarce && r.out < crowded }

// extra lets such a call out, if it may be. Whoever is out must leave.
func (r *ramp) extra(may func() bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.spareLocked() || !may() {
		return false
	}
	r.out++
	return true
}

// heard keeps what an answer says of the limit. A GitHub without one says nothing.
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#checking-the-status-of-your-rate-limit
func (r *ramp) heard(h http.Header) {
	left, err := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	limit, err2 := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	if err != nil || err2 != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.scarce = left < limit/10
}

// leave ends a call that was out. It was answered where GitHub took it, whatever
// it said.
func (r *ramp) leave(p pass, answered bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out--
	if answered && r.width > 0 && p.refusals == r.refusals {
		r.answered++
	}
	if r.width > 0 && r.answered >= r.width {
		r.width, r.answered = 2*r.width, 0
	}
	if r.width > widest {
		r.width = 0
	}
	r.change()
}

// refused begins again, at the later of what is known and what was said.
func (r *ramp) refused(until time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if until.After(r.until) {
		r.until = until
	}
	r.width, r.answered = 1, 0
	r.refusals++
	r.change()
}

// change has everybody who waits ask again.
func (r *ramp) change() {
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
}
