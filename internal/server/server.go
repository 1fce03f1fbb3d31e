// Package server is the way in from outside: it takes webhook deliveries, stores
// what they ask for and answers, and tells whether the program is well. It judges
// nothing.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Server serves HTTP.
type Server struct {
	Intake *Intake
	// Ready fails where the database takes no writes. GitHub's state does not count:
	// an outage there must not take the inbox down.
	Ready func(context.Context) error
	// Metrics shows the metrics at /metrics; nil: they are shown elsewhere.
	Metrics http.Handler
	Log     *slog.Logger

	stopping atomic.Bool
	looked   looked
}

// looked is what the last look at the database found. Looking writes, and
// anybody may ask.
type looked struct {
	mu  sync.Mutex
	at  time.Time
	err error
}

// lookEvery is how long one look at the database stands.
const lookEvery = time.Second

const (
	headerTimeout = 5 * time.Second  // GitHub sends them at once
	idleTimeout   = 90 * time.Second // of a connection between two requests
	// writeTimeout is from the end of the headers to that of the answer.
	writeTimeout = readTimeout + patienceAll + storeWithin + 2*time.Second
	maxHeaders   = 16 << 10
	readyWithin  = 3 * time.Second
	// drainWithin is how long requests that have begun may take when the server
	// stops. It is below what orchestrators grant before they kill (30 s, 10 s).
	drainWithin = 8 * time.Second
)

// Handler is everything that is served.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /webhook", s.Intake)
	mux.HandleFunc("GET /healthz", s.healthy)
	mux.HandleFunc("GET /readyz", s.ready)
	if s.Metrics != nil {
		mux.Handle("GET /metrics", s.Metrics)
	}
	return mux
}

// healthy answers that the process is alive. It depends on nothing, so that no
// outage elsewhere makes an orchestrator restart it.
func (s *Server) healthy(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, "alive")
}

// ready answers whether deliveries can be stored.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if s.stopping.Load() {
		answer(w, http.StatusServiceUnavailable, "stopping")
		return
	}
	if err := s.look(r.Context()); err != nil {
		answer(w, http.StatusServiceUnavailable, "the database does not take writes")
		return
	}
	answer(w, http.StatusOK, "ready")
}

// look looks at the database, or returns what a look a moment ago found.
func (s *Server) look(ctx context.Context) error {
	s.looked.mu.Lock()
	defer s.looked.mu.Unlock()
	if now := s.Intake.Now(); now.Sub(s.looked.at) >= lookEvery {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyWithin)
		defer cancel()
		if s.looked.err = s.Ready(ctx); s.looked.err != nil {
			s.Log.WarnContext(ctx, "not ready", "err", s.looked.err, "fix", "see that the database takes writes: its disk, and the way to it")
		}
		s.looked.at = s.Intake.Now()
	}
	return s.looked.err
}

// answer answers with one line of text.
func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text) // whoever asked may be gone
}

// Serve serves until the context is done. Then it accepts nothing more, ends
// what has begun and returns.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	return serve(ctx, listener, s.Handler(), s.Log, func() { s.stopping.Store(true) })
}

// ServeMetrics serves the metrics alone until the context is done.
func ServeMetrics(ctx context.Context, listener net.Listener, metrics http.Handler, log *slog.Logger) error {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	return serve(ctx, listener, mux, log, func() {})
}

func serve(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger, stopping func()) error {
	open := connections{limit: maxConnections}
	srv := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaders,
		ConnState:         open.see,
		// What it has to say is about connections that anybody can make.
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	stopping()
	// Shutdown closes the listener first, so that who comes now goes elsewhere.
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainWithin)
	defer cancel()
	if err := srv.Shutdown(drain); err != nil {
		// Only who sends slowly is still there, and GitHub does not.
		log.Warn("requests were cut off", "open for", drainWithin)
		_ = srv.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
