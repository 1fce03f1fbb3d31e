package testgithub

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options say how a server behaves. The zero value is GitHub as it is: unkind.
type Options struct {
	// Addr is where to listen, on loopback; default 127.0.0.1:0.
	Addr string
	// Kind serves no stale reads by chance. What a test asks for still happens.
	Kind bool
	// Seed makes chance repeat itself.
	Seed uint64
	// Now is the clock; default time.Now. Advance adds to it.
	Now func() time.Time
	// NoContracts leaves the published descriptions out, for measuring.
	NoContracts bool
}

// Server is a GitHub. Its methods may be called from any goroutine.
type Server struct {
	mu     sync.Mutex
	world  *world
	opt    Options
	unkind Unkind
	chance *rand.Rand
	// hundredths of the distribution of latency, those that are still to come.
	hundredths []int
	ahead      time.Duration
	faults     []*Fault
	limits     Limits
	spent      map[string]*spent // by token
	calls      []Call
	broken     []string
	graph      *graph
	contract   *contract
	routes     *http.ServeMux
	listener   net.Listener
	http       *http.Server
	requests   int
	shown      map[shown]json.RawMessage
}

// New starts a server on loopback.
func New(opt Options) (*Server, error) {
	if opt.Now == nil {
		opt.Now = time.Now //nolint:forbidigo // this is the outside world
	}
	if opt.Addr == "" {
		opt.Addr = "127.0.0.1:0"
	}
	s := &Server{world: newWorld(), opt: opt, unkind: defaultUnkind(opt.Kind), shown: map[shown]json.RawMessage{}}
	s.chance = rand.New(rand.NewPCG(opt.Seed, 1)) //nolint:gosec // must repeat itself
	var err error
	if s.graph, err = newGraph(); err != nil {
		return nil, err
	}
	if !opt.NoContracts {
		if s.contract, err = published(); err != nil {
			return nil, err
		}
	}
	s.routes = s.mux()
	s.start()
	listen := net.ListenConfig{}
	if s.listener, err = listen.Listen(context.Background(), "tcp", opt.Addr); err != nil {
		return nil, err
	}
	if ip := s.listener.Addr().(*net.TCPAddr).IP; !ip.IsLoopback() {
		return nil, errors.Join(errors.New("the test GitHub only listens on loopback"), s.listener.Close())
	}
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 30 * time.Second}
	go func() { _ = s.http.Serve(s.listener) }()
	return s, nil
}

// start gives a new world its accounts and tokens.
func (s *Server) start() {
	s.world.user("octocat")
	s.world.user("github-actions[bot]")
	for _, t := range actionsTokens() {
		s.world.addToken(t)
	}
}

// TB is what a test needs to give; *testing.T is one.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Cleanup(f func())
}

// Start starts a server for a test, stops it at the test's end, and then fails the
// test for whatever did not hold to GitHub's descriptions.
func Start(t TB, opt Options) *Server {
	t.Helper()
	s, err := New(opt)
	if err != nil {
		t.Fatalf("start the test GitHub: %v", err)
	}
	t.Cleanup(func() {
		for _, v := range s.Violations() {
			t.Errorf("contract: %s", v)
		}
		s.Close()
	})
	return s
}

// Close stops listening and drops open connections.
func (s *Server) Close() { _ = s.http.Close() }

// URL is the base of github.com's REST form, without a slash at its end.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// GraphQL is the address of github.com's GraphQL form.
func (s *Server) GraphQL() string { return s.URL() + "/graphql" }

// Env is what a workflow's step has in its environment to find the server.
func (s *Server) Env() []string {
	return []string{"GITHUB_API_URL=" + s.URL(), "GITHUB_GRAPHQL_URL=" + s.GraphQL(), "GITHUB_SERVER_URL=" + s.URL()}
}

// Advance moves the server's clock.
func (s *Server) Advance(d time.Duration) {
	defer s.lock()()
	s.ahead += d
}

func (s *Server) lock() func() {
	s.mu.Lock()
	return s.mu.Unlock
}

// now is GitHub's clock, with its resolution of a second.
func (s *Server) now() time.Time { return s.exact().Truncate(time.Second) }

func (s *Server) exact() time.Time { return s.opt.Now().UTC().Add(s.ahead) }

// Violations lists what did not hold to GitHub's descriptions, the client's and
// the server's own, and what was asked that the server does not know.
func (s *Server) Violations() []string {
	defer s.lock()()
	return append([]string(nil), s.broken...)
}

// ForgetViolations is for a test that meant them.
func (s *Server) ForgetViolations() {
	defer s.lock()()
	s.broken = nil
}

func (s *Server) violation(what string) { s.broken = append(s.broken, what) }

// request is one call as a handler sees it.
type request struct {
	*http.Request
	s          *Server
	route      *route
	token      *token
	repo       *Repo
	payload    []byte
	api        string // base of the REST form used, without a slash at its end
	enterprise bool
	views      map[*Pull]*pullState // what this request sees of a pull request
	tooSoon    time.Duration        // since when its caller was told to wait
}

// answer is what a handler says.
type answer struct {
	status int
	body   any // JSON; nil: none
	raw    []byte
	media  string
	header http.Header
}

func (rq *request) number(name string) int {
	n, err := strconv.Atoi(rq.PathValue(name))
	if err != nil {
		return -1
	}
	return n
}

const maxBody = 32 << 20

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_control/") {
		s.control(w, r)
		return
	}
	var body bytes.Buffer
	body.Grow(int(min(max(r.ContentLength, 0), maxBody)) + bytes.MinRead) // so that it is one allocation
	if _, err := body.ReadFrom(io.LimitReader(r.Body, maxBody)); err != nil {
		return
	}
	rq := &request{Request: r, s: s, payload: body.Bytes(), api: "http://" + r.Host, views: map[*Pull]*pullState{}}
	if rest, ok := strings.CutPrefix(r.URL.EscapedPath(), "/api/v3"); ok {
		rq.api += "/api/v3"
		rq.setPath(rest)
	} else if r.URL.Path == "/api/graphql" {
		rq.enterprise = true
		rq.setPath("/graphql")
	}
	// The mux finds the route and its variables; the route's handler calls serve.
	ctx := context.WithValue(r.Context(), requestKey{}, rq)
	s.routes.ServeHTTP(w, rq.WithContext(ctx))
}

func (rq *request) setPath(escaped string) {
	rq.enterprise = true
	u := *rq.URL
	u.Path, u.RawPath = unescape(escaped), escaped
	rq.Request = rq.Clone(rq.Context())
	rq.URL = &u
}

type requestKey struct{}

// serve is the way of every call: faults, authorisation, contract, handler, log.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, rt *route) {
	rq := r.Context().Value(requestKey{}).(*request)
	rq.Request, rq.route = r, rt
	fault, delay := s.before(rq)
	if !sleep(r.Context(), delay) {
		return
	}
	var a answer
	if fault != nil && !fault.lets() {
		a = fault.answer(s, rq)
		s.log(rq, a, fault)
	} else {
		a = s.handle(rq)
		s.log(rq, a, fault)
		if fault != nil {
			if a, delay = fault.after(a); !sleep(r.Context(), delay) {
				return
			}
		}
	}
	s.write(w, rq, a, fault)
}

// handle answers a call that no fault stops.
func (s *Server) handle(rq *request) answer {
	broken := ""
	if s.contract != nil && rq.route.name != "graphql" {
		broken = s.contract.request(rq)
	}
	a := s.locked(rq, broken)
	if s.contract != nil && rq.route.name != "graphql" {
		if v := s.contract.answer(rq, a); v != "" {
			defer s.lock()()
			s.violation(v)
		}
	}
	return a
}

func (s *Server) locked(rq *request, broken string) answer {
	defer s.lock()()
	if broken != "" {
		s.violation(broken)
	}
	if rq.UserAgent() == "" {
		return fail(http.StatusForbidden, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.")
	}
	if a, ok := rq.authorise(); !ok {
		return a
	}
	if broken != "" {
		return fail(http.StatusUnprocessableEntity, "Invalid request.\n\n"+broken)
	}
	return rq.route.handle(rq)
}

// authorise finds the token and the repository, and answers where either will not do.
func (rq *request) authorise() (answer, bool) {
	s := rq.s
	scheme, value, _ := strings.Cut(rq.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "bearer") || strings.EqualFold(scheme, "token") {
		rq.token = s.world.tokens[strings.TrimSpace(value)]
		if rq.token != nil && !rq.token.Expires.IsZero() && !s.exact().Before(rq.token.Expires) {
			rq.token = nil
		}
		if rq.token == nil && !rq.route.app {
			return fail(http.StatusUnauthorized, "Bad credentials"), false
		}
	}
	if rq.token != nil {
		rq.token.used++
	}
	if owner := rq.PathValue("owner"); owner != "" {
		rq.repo = s.world.repos[strings.ToLower(owner+"/"+rq.PathValue("repo"))]
		if rq.repo == nil || !rq.token.sees(rq.repo) {
			return fail(http.StatusNotFound, "Not Found"), false
		}
	}
	if rq.route.needs != "" && !rq.token.may(rq.repo, rq.route.needs) {
		if rq.token == nil {
			return fail(http.StatusUnauthorized, "Requires authentication"), false
		}
		return fail(http.StatusForbidden, "Resource not accessible by integration"), false
	}
	return answer{}, true
}

// write sends an answer, or as much of it as the fault lets through.
func (s *Server) write(w http.ResponseWriter, rq *request, a answer, f *Fault) {
	if f != nil && f.resets() {
		reset(w)
		return
	}
	body := a.bytes()
	h := w.Header()
	s.headers(h, rq)
	for k, v := range a.header {
		h[k] = v
	}
	if a.media != "" {
		h.Set("Content-Type", a.media)
	} else if body != nil {
		h.Set("Content-Type", "application/json; charset=utf-8")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	if f != nil && f.Kind == Truncated {
		_, _ = w.Write(body[:len(body)/2]) //nolint:gosec // JSON, and for tests
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler) // closes the connection
	}
	_, _ = w.Write(body) //nolint:gosec // likewise
}

func (a answer) bytes() []byte {
	if a.raw != nil || a.body == nil {
		return a.raw
	}
	return appendJSON(make([]byte, 0, 4<<10), a.body)
}

// headers are those that every answer of GitHub has.
func (s *Server) headers(h http.Header, rq *request) {
	defer s.lock()()
	s.requests++
	used := s.requests
	if rq.token != nil {
		used = rq.token.used
	}
	const limit = 5000
	h.Set("X-Github-Request-Id", fmt.Sprintf("%020X", s.requests))
	h.Set("X-Ratelimit-Limit", strconv.Itoa(limit))
	h.Set("X-Ratelimit-Remaining", strconv.Itoa(limit-used%limit))
	h.Set("X-Ratelimit-Used", strconv.Itoa(used%limit))
	h.Set("X-Ratelimit-Reset", strconv.FormatInt(s.now().Truncate(time.Hour).Add(time.Hour).Unix(), 10))
	h.Set("X-Ratelimit-Resource", rq.route.resource())
	h.Set("X-Github-Media-Type", "github.v3; format=json")
	if rq.enterprise {
		h.Set("X-Github-Enterprise-Version", enterpriseVersion)
	}
}

const enterpriseVersion = "3.19.0"
