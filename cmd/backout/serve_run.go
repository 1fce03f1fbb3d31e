package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/backout-dev/backout/internal/metrics"
	"github.com/backout-dev/backout/internal/server"
	"github.com/backout-dev/backout/internal/settings"
	"github.com/backout-dev/backout/internal/store"
)

// backing is what a worker works with.
type backing struct {
	settings settings.Settings
	store    *store.Store
	metrics  *metrics.Metrics
	log      *slog.Logger
	host     host
}

// subjectWorker works on what wants work until its context is done.
type subjectWorker interface{ Run(context.Context) error }

// serve runs the App until the context is done.
func serve(ctx context.Context, s settings.Settings, h host, work func(backing) (subjectWorker, error)) error {
	log := newLog(s, h)
	if h.getenv("GOGC") == "" {
		go collect(ctx)
	}
	for _, w := range s.Warnings {
		log.Warn(w.Message, "setting", w.Key, "origin", w.Origin, "fix", w.Fix)
	}
	var listeners []net.Listener
	defer func() {
		for _, l := range listeners {
			_ = l.Close() // it was closed, unless the server did not start
		}
	}()
	for _, at := range []struct{ key, address string }{{"listen", s.Listen}, {"metrics-listen", s.MetricsListen}} {
		if at.address == "" {
			continue
		}
		l, err := listenOn(ctx, at.key, at.address)
		if err != nil {
			return err
		}
		listeners = append(listeners, l)
	}
	db, err := openStore(ctx, s, h, log)
	if err != nil {
		return err
	}
	b := backing{s, db, metrics.New(h.version, h.now), log, h}
	b.metrics.Watch(db)
	parts, err := b.parts(listeners, work)
	if err == nil {
		log.Info("serving", "listen", listeners[0].Addr().String(), "version", h.version, "app", s.AppID,
			"github", s.GitHub.REST.Host, "database", kindOf(s.Database))
		err = runAll(ctx, parts)
	}
	// Nobody uses the database any more.
	if closing := db.Close(); err == nil && closing != nil {
		err = failed("close the database", closing)
	}
	if err == nil {
		log.Info("stopped")
	}
	return err
}

// parts are the server, the metrics where they have a listener of their own, and
// the worker.
func (b backing) parts(listeners []net.Listener, work func(backing) (subjectWorker, error)) ([]part, error) {
	srv := &server.Server{
		Intake: &server.Intake{
			Inbox: b.store, Secrets: b.settings.WebhookSecrets, Metrics: b.metrics, Log: b.log, Now: b.host.now,
			Router: server.Router{
				AppID: b.settings.AppID, Accounts: b.settings.Accounts, Organisation: server.File(b.settings.Organisation),
			},
		},
		Ready: b.store.Ready, Log: b.log,
	}
	parts := []part{{"the server", func(ctx context.Context) error { return srv.Serve(ctx, listeners[0]) }}}
	if len(listeners) == 1 {
		srv.Metrics = b.metrics.Handler()
	} else {
		parts = append(parts, part{"the metrics", func(ctx context.Context) error {
			return server.ServeMetrics(ctx, listeners[1], b.metrics.Handler(), b.log)
		}})
	}
	w, err := work(b)
	if err != nil {
		return nil, failed("start the worker", err)
	}
	return append(parts, part{"the worker", w.Run}), nil
}

// newLog is the log: on standard error, because standard output is for what was
// asked for.
func newLog(s settings.Settings, h host) *slog.Logger {
	if s.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(h.stderr, nil))
	}
	return slog.New(slog.NewTextHandler(h.stderr, nil))
}

func kindOf(database string) string {
	if isPostgres(database) {
		return "postgres"
	}
	return "sqlite"
}

func isPostgres(database string) bool {
	return strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
}

func listenOn(ctx context.Context, key, address string) (net.Listener, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", address)
	if err != nil {
		var cause *net.OpError
		if errors.As(err, &cause) {
			err = cause.Err
		}
		return nil, usage("cannot listen on %s: %v", address, err).fix("%s", listenFix(key, err))
	}
	return l, nil
}

// listenFix is what to do where an address cannot be listened on.
func listenFix(key string, err error) string {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Sprintf("end the program that listens there, or set %s to another address", key)
	case errors.Is(err, os.ErrPermission):
		return fmt.Sprintf("set %s to a port above 1023: the proxy in front has the others", key)
	}
	return fmt.Sprintf("set %s to an address of this machine, or leave the host out for all of them", key)
}

// part is something that runs until the context is done.
type part struct {
	name string
	run  func(context.Context) error
}

// runAll runs the parts until the context is done or one of them fails, and
// waits for all of them.
func runAll(ctx context.Context, parts []part) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, len(parts))
	for _, p := range parts {
		go func() { ended <- ranOnce(ctx, p) }()
	}
	var errs []error
	for range parts {
		if err := <-ended; err != nil {
			errs = append(errs, err)
		}
		stop()
	}
	if len(errs) == 0 {
		return nil
	}
	return serverFailed{errors.Join(errs...)}
}

// ranOnce runs a part. One that ends by itself has failed, and so has one that
// panics: the others are stopped in order.
func ranOnce(ctx context.Context, p part) (err error) {
	defer func() {
		if what := recover(); what != nil {
			err = fmt.Errorf("%s: internal error: %v; report it at %s", p.name, what, issues)
		}
	}()
	err = p.run(ctx)
	switch {
	case err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return nil
	case err != nil:
		return fmt.Errorf("%s: %w", p.name, err)
	case ctx.Err() == nil:
		return fmt.Errorf("%s ended", p.name)
	}
	return nil
}
