package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
	"github.com/backout-dev/backout/internal/store/postgrestest"
)

var ctx = context.Background()

// clock is a database's clock in the hands of a test.
type clock struct {
	at  atomic.Int64             // milliseconds
	set func(milliseconds int64) // nil: the database asks
}

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC).UnixMilli())
	return c
}

func (c *clock) now() time.Time { return time.UnixMilli(c.at.Load()).UTC() }

func (c *clock) advance(d time.Duration) {
	now := c.at.Add(d.Milliseconds())
	if c.set != nil {
		c.set(now)
	}
}

// each runs a test on each kind of database, whose time stands still.
func each(t *testing.T, test func(*testing.T, *store.Store, *clock)) {
	t.Run("SQLite", func(t *testing.T) {
		c := newClock()
		test(t, openFile(t, filepath.Join(t.TempDir(), "backout.db"), c.now), c)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		url, c := clockDatabase(t, postgres(t))
		test(t, openURL(t, url), c)
	})
}

// clockDatabase is a PostgreSQL database in which now() is a test's clock.
func clockDatabase(t testing.TB, server *postgrestest.Server) (string, *clock) {
	t.Helper()
	plain := server.Database(t)
	conn, err := pgx.Connect(ctx, plain)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(ctx) })
	exec := func(statement string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(ctx, statement, args...); err != nil {
			t.Error(err)
		}
	}
	c := newClock()
	exec("CREATE SCHEMA test; CREATE TABLE test.clock (at timestamptz)")
	exec("INSERT INTO test.clock VALUES ($1)", c.now())
	exec("CREATE FUNCTION test.now() RETURNS timestamptz STABLE LANGUAGE sql AS 'SELECT at FROM test.clock'")
	c.set = func(ms int64) { exec("UPDATE test.clock SET at = $1", time.UnixMilli(ms)) }
	return plain + "&search_path=test,public,pg_catalog", c
}

// theServer is started by the first test that needs it.
var theServer struct {
	sync.Once
	*postgrestest.Server
	err error
}

func postgres(t testing.TB) *postgrestest.Server {
	t.Helper()
	theServer.Do(func() { theServer.Server, theServer.err = postgrestest.New("fsync=off") })
	if errors.Is(theServer.err, postgrestest.ErrMissing) && os.Getenv(postgrestest.RequireVariable) != "1" {
		t.Skip(theServer.err)
	}
	if theServer.err != nil {
		t.Fatal(theServer.err)
	}
	return theServer.Server
}

func TestMain(m *testing.M) {
	if os.Getenv(putterVariable) != "" {
		os.Exit(putter())
	}
	code := m.Run()
	if theServer.Server != nil {
		if err := theServer.Close(); err != nil {
			fmt.Println(err)
			code = 1
		}
	}
	if errors.Is(theServer.err, postgrestest.ErrMissing) {
		fmt.Println("skipped what needs a server:", theServer.err)
	}
	os.Exit(code)
}

func openFile(t testing.TB, file string, now func() time.Time) *store.Store {
	t.Helper()
	return openStore(t, store.Options{URL: file, Now: now})
}

func openURL(t testing.TB, url string) *store.Store {
	t.Helper()
	return openStore(t, store.Options{URL: url, Now: time.Now})
}

func openStore(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(ctx, o)
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

func pull(installation, repository int64, number int) queue.Subject {
	return queue.Subject{Kind: queue.Pull, Installation: installation, Repository: repository, Number: number}
}

func want(s queue.Subject) queue.Want { return queue.Want{Subject: s, Reason: "pull_request.edited"} }

func put(t testing.TB, s *store.Store, wants ...queue.Want) {
	t.Helper()
	d := queue.Delivery{GUID: "72d3162e-cc78-11e3-81ab-4c9367dc0958", Event: "pull_request", Action: "edited"}
	if err := s.Put(ctx, d, wants); err != nil {
		t.Fatal(err)
	}
}

func claim(t testing.TB, s *store.Store, n int) []queue.Lease {
	t.Helper()
	l, err := s.Claim(ctx, n, 30*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// claimOne claims what is due, which must be one subject.
func claimOne(t testing.TB, s *store.Store) queue.Lease {
	t.Helper()
	l := claim(t, s, 10)
	if len(l) != 1 {
		t.Fatalf("%d subjects are due, want 1: %+v", len(l), l)
	}
	return l[0]
}

func claimNone(t testing.TB, s *store.Store) {
	t.Helper()
	if l := claim(t, s, 10); len(l) != 0 {
		t.Fatalf("%d subjects are due, want none: %+v", len(l), l)
	}
}

func done(t testing.TB, s *store.Store, l queue.Lease) {
	t.Helper()
	held, err := s.Done(ctx, l)
	if err != nil || !held {
		t.Fatalf("Done of %s: held %t, err %v", l.Key(), held, err)
	}
}
