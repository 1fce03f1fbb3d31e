package testgithub

import (
	"net/http"
	"strings"
	"time"
)

// Limits are GitHub's secondary limits, as a standing rule for each token. The
// zero Limits are none.
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
type Limits struct {
	// Points are what REST calls may cost in a window, 1 for a read and 5 for a
	// write, and GraphPoints what queries may.
	Points      int `json:"points"`
	GraphPoints int `json:"graph_points"`
	// Content is how many comments may be written in a window.
	Content int `json:"content"`
	// Window is in seconds; default 60. It is also what Retry-After says.
	Window int `json:"window"`
}

// Documented are the limits that GitHub publishes.
func Documented() Limits { return Limits{Points: 900, GraphPoints: 2000, Content: 80, Window: 60} }

// Limit sets the limits.
func (s *Server) Limit(l Limits) {
	defer s.lock()()
	if l.Window == 0 {
		l.Window = 60
	}
	s.limits, s.spent = l, map[string]*spent{}
}

// spent is what a token used up in a window, and until when it was told to wait.
type spent struct {
	since                  time.Time
	points, graph, content int
	told, until            time.Time
}

// overLimit counts a call, and refuses it where the limit is used up or the
// token was told to wait. Who waits for nothing is counted, see Call.TooSoon.
func (s *Server) overLimit(rq *request) *Fault {
	if s.limits == (Limits{}) || rq.route.app {
		return nil
	}
	now := s.exact()
	key := rq.Header.Get("Authorization")
	u := s.spent[key]
	if u == nil {
		u = &spent{since: now}
		s.spent[key] = u
	}
	window := time.Duration(s.limits.Window) * time.Second
	refuse := &Fault{Kind: Secondary, Wait: s.limits.Window}
	if now.Before(u.until) {
		rq.tooSoon = now.Sub(u.told)
		return refuse
	}
	if now.Sub(u.since) >= window {
		*u = spent{since: now}
	}
	u.add(rq)
	if over(u.points, s.limits.Points) || over(u.graph, s.limits.GraphPoints) || over(u.content, s.limits.Content) {
		u.told, u.until = now, now.Add(window)
		return refuse
	}
	return nil
}

func over(used, limit int) bool { return limit > 0 && used > limit }

func (u *spent) add(rq *request) {
	switch {
	case rq.route.name == "graphql":
		u.graph++
	case rq.Method == http.MethodGet:
		u.points++
	default:
		u.points += 5
		if strings.HasSuffix(rq.route.name, " comments") && rq.Method != http.MethodDelete {
			u.content++
		}
	}
}
