// Package postgrestest starts PostgreSQL servers for tests: the one that is
// installed, in a folder of its own, reached by a socket in it.
package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// RequireVariable is the environment variable that makes a missing server a
// failure, when it is "1".
const RequireVariable = "BACKOUT_REQUIRE_SERVICES"

// ErrMissing says that there is no server to start.
var ErrMissing = errors.New("PostgreSQL is not installed (Debian: apt-get install postgresql)")

// Server is a server of a test.
type Server struct {
	folder   string
	binaries string
	settings []string
	process  *exec.Cmd
	names    atomic.Int64
}

// New makes a server in a new folder and starts it. Settings are the server's,
// "fsync=off". The error is ErrMissing where there is none.
func New(settings ...string) (*Server, error) {
	binaries, err := find()
	if err != nil {
		return nil, err
	}
	// The folder of a test would not let another user in.
	folder, err := os.MkdirTemp("", "postgres-")
	if err != nil {
		return nil, err
	}
	s := &Server{folder: folder, binaries: binaries, settings: settings}
	if err := s.initialize(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Start is New for one test, which is skipped where there is no server.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	s, err := New(settings...)
	if errors.Is(err, ErrMissing) && os.Getenv(RequireVariable) != "1" { //nolint:forbidigo // of a test
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// find returns the folder of the server's programs.
func find() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", ErrMissing
	}
	return filepath.Dir(found[len(found)-1]), nil
}

func (s *Server) initialize() error {
	if err := give(s.folder); err != nil {
		return err
	}
	initdb := s.command("initdb", "--pgdata="+s.data(), "--username=backout", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return s.Start()
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

// command is one of the server's programs, run by somebody whom it accepts.
func (s *Server) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(s.binaries, name), args...)
	c.Dir = s.folder
	c.SysProcAttr = unprivileged()
	return c
}

// Start starts a server that was stopped, and waits until it answers.
func (s *Server) Start() error {
	args := []string{"-D", s.data(), "-k", s.folder, "-c", "listen_addresses="}
	for _, v := range s.settings {
		args = append(args, "-c", v)
	}
	s.process = s.command("postgres", args...)
	log, err := os.OpenFile(filepath.Join(s.folder, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	s.process.Stderr = log
	if err := s.process.Start(); err != nil {
		s.process = nil
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.url("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			text, _ := os.ReadFile(log.Name())
			return fmt.Errorf("PostgreSQL does not answer: %w; its log: %s", err, text)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop stops the server as an operator in a hurry does: it breaks off what
// runs, and keeps what was committed.
func (s *Server) Stop() error { return s.end(os.Interrupt) }

// Crash stops the server as a crash does: it has to recover when it is started.
func (s *Server) Crash() error { return s.end(syscall.SIGQUIT) }

func (s *Server) end(signal os.Signal) error {
	if s.process == nil {
		return nil
	}
	if err := s.process.Process.Signal(signal); err != nil {
		return err
	}
	err := s.process.Wait()
	s.process = nil
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil
	}
	return err
}

// Close stops the server and removes its folder.
func (s *Server) Close() error {
	err := s.Stop()
	return errors.Join(err, os.RemoveAll(s.folder))
}

// Database makes an empty database and returns its URL.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	name := fmt.Sprintf("test%d", s.names.Add(1))
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return s.url(name)
}

func (s *Server) url(database string) string {
	values := url.Values{"host": {s.folder}, "user": {"backout"}}
	return "postgres:///" + strings.ToLower(database) + "?" + values.Encode()
}
