package testgithub

import (
	"path"
	"time"
)

// Call is one call as it was made.
type Call struct {
	// Route names what was called: "graphql", or a method and the last fixed part of
	// the path: "GET files", "POST check-runs"; see the table in routes.go.
	Route  string    `json:"route"`
	Method string    `json:"method"`
	Path   string    `json:"path"` // with the query
	Bot    string    `json:"bot"`  // login behind the token, empty: none
	Status int       `json:"status"`
	Fault  Kind      `json:"fault,omitempty"`
	At     time.Time `json:"at"`
	// TooSoon is for how long, in milliseconds, the caller had been told to wait when
	// the call came; 0: it was not waiting.
	TooSoon int64 `json:"too_soon,omitempty"`
	// Body is what was sent.
	Body string `json:"body,omitempty"`
}

func (s *Server) log(rq *request, a answer, f *Fault) {
	defer s.lock()()
	c := Call{
		Route: rq.route.name, Method: rq.Method, Path: rq.URL.RequestURI(), Status: a.status, At: s.exact(), Body: string(rq.payload),
		TooSoon: rq.tooSoon.Milliseconds(),
	}
	if rq.token != nil {
		c.Bot = rq.token.by.login
	}
	if f != nil {
		c.Fault = f.Kind
	}
	s.calls = append(s.calls, c)
}

// Calls lists the calls so far whose route matches one of the patterns ("graphql",
// "POST *"); all without any. Calls of the control API are none.
func (s *Server) Calls(patterns ...string) []Call {
	defer s.lock()()
	return s.callList(patterns)
}

func (s *Server) callList(patterns []string) []Call {
	list := []Call{}
	for _, c := range s.calls {
		if len(patterns) == 0 || matchesAny(patterns, c.Route) {
			list = append(list, c)
		}
	}
	return list
}

func matchesAny(patterns []string, name string) bool {
	for _, p := range patterns {
		if ok, err := path.Match(p, name); err == nil && ok {
			return true
		}
	}
	return false
}

// ForgetCalls empties the log.
func (s *Server) ForgetCalls() {
	defer s.lock()()
	s.calls = nil
}
