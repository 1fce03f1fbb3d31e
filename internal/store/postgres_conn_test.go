package store

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/store/postgrestest"
)

// postgresTest is a database, whose connections' clock is in the test's hands.
type postgresTest struct {
	*sql.DB
	server *postgrestest.Server
	ahead  atomic.Int64
}

func newPostgresTest(t *testing.T) *postgresTest {
	t.Helper()
	server := postgrestest.Start(t, "fsync=off")
	return connectPostgresTest(t, server, server.Database(t))
}

func connectPostgresTest(t *testing.T, server *postgrestest.Server, url string) *postgresTest {
	t.Helper()
	p := &postgresTest{server: server}
	start := time.Now()
	db, err := postgresPool(Options{URL: url, Now: func() time.Time { return start.Add(time.Duration(p.ahead.Load())) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	p.DB = db
	return p
}

// exec runs a statement that must not fail.
func (p *postgresTest) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	if _, err := p.ExecContext(context.Background(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// number is what a statement says that must not fail.
func (p *postgresTest) number(t *testing.T, statement string, args ...any) (n int64) {
	t.Helper()
	if err := p.QueryRowContext(context.Background(), statement, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return n
}

func TestPostgresValues(t *testing.T) {
	p := newPostgresTest(t)
	hostile := []string{"", `"}{,\`, "NULL", "é\n", strings.Repeat("x", 100_000)}
	for _, test := range []struct {
		name, statement string
		args            []any
	}{
		{"texts", "SELECT $1::text[] = ARRAY['', '\"}{,\\', 'NULL', E'é\\n', repeat('x', 100000)]", []any{hostile}},
		{"no texts", "SELECT $1::text[] = ARRAY[]::text[]", []any{[]string{}}},
		{"numbers", "SELECT $1::bigint[] = ARRAY[0, -1, 9223372036854775807]::bigint[]", []any{[]int64{0, -1, 1<<63 - 1}}},
		{"no numbers", "SELECT $1::bigint[] = ARRAY[]::bigint[]", []any{[]int64(nil)}},
		{"a text and a number", "SELECT $1 = 'é' AND $2 = -9223372036854775808", []any{"é", int64(-1 << 63)}},
		{"small numbers", "SELECT $1::int = 7 AND $2::smallint = 8", []any{7, uint8(8)}},
	} {
		var equal bool
		if err := p.QueryRowContext(t.Context(), test.statement, test.args...).Scan(&equal); err != nil || !equal {
			t.Errorf("%s: equal %t, err %v", test.name, equal, err)
		}
	}

	var (
		yes, no     bool
		large       int64
		small       int
		text        string
		nothing     sql.NullInt64
		nothingRead sql.NullString
	)
	row := p.QueryRowContext(t.Context(), "SELECT true, false, (-9223372036854775807 - 1)::bigint, 7::int, 'é', NULL::bigint, NULL::text")
	if err := row.Scan(&yes, &no, &large, &small, &text, &nothing, &nothingRead); err != nil {
		t.Fatal(err)
	}
	if !yes || no || large != -1<<63 || small != 7 || text != "é" || nothing.Valid || nothingRead.Valid {
		t.Errorf("read: %t, %t, %d, %d, %q, %v, %v", yes, no, large, small, text, nothing, nothingRead)
	}
	if _, err := p.ExecContext(t.Context(), "SELECT $1::float8", 1.5); err == nil || !strings.Contains(err.Error(), "float64") {
		t.Errorf("an argument of a type that nobody uses: %v", err)
	}
}

func TestPostgresRows(t *testing.T) {
	p := newPostgresTest(t)
	for _, test := range []struct {
		name, statement string
		want            []int64
		fails           string
	}{
		{"none", "SELECT generate_series($1::bigint, 0)", nil, ""},
		{"several", "SELECT generate_series($1::bigint, 3)", []int64{1, 2, 3}, ""},
		{"an error before the first", "SELECT 1 / ($1::bigint - 1)", nil, "22012"},
		{"an error after the second", "SELECT 6 / (3 - n) FROM generate_series($1::bigint, 5) n", []int64{3, 6}, "22012"},
		{"an error that is known before it runs", "SELECT nowhere FROM generate_series($1::bigint, 5)", nil, "42703"},
	} {
		var got []int64
		q := postgresQuerier{ctx: t.Context(), on: p.DB, texts: &(&postgresDB{}).texts}
		err := q.query(test.statement, func(r *sql.Rows) error {
			var n int64
			err := r.Scan(&n)
			got = append(got, n)
			return err
		}, int64(1))
		if len(got) != len(test.want) || len(got) > 0 && got[len(got)-1] != test.want[len(got)-1] || sqlState(err) != test.fails {
			t.Errorf("%s: %v, err %v; want %v, %q", test.name, got, err, test.want, test.fails)
		}
	}
	if n := p.number(t, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'backout'"); n != 1 {
		t.Errorf("after what failed there are %d connections, want the one", n)
	}
}

func TestPostgresKeepsStatements(t *testing.T) {
	p := newPostgresTest(t)
	p.SetMaxOpenConns(1)
	for range 3 {
		p.exec(t, "SELECT $1::text", "x")
		p.number(t, "SELECT $1::bigint", 1)
	}
	if n := p.number(t, "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'backout%'"); n != 3 { // with this one
		t.Errorf("%d statements are prepared, want 3", n)
	}

	p.exec(t, "CREATE TABLE t (n BIGINT); INSERT INTO t VALUES (1)")
	statement := "SELECT * FROM t WHERE n = $1"
	p.number(t, statement, 1)
	p.exec(t, "ALTER TABLE t ALTER n TYPE INT")
	if _, err := p.ExecContext(t.Context(), statement, 1); sqlState(err) != "0A000" {
		t.Fatalf("a statement whose table changed: %v", err)
	}
	if n := p.number(t, statement, 1); n != 1 {
		t.Errorf("%d after the table changed", n)
	}
}

func TestPostgresSendsNothingTwice(t *testing.T) {
	p := newPostgresTest(t)
	p.exec(t, "CREATE SEQUENCE times")
	// What a sequence handed out stays so, whatever becomes of the statement.
	_, err := p.ExecContext(t.Context(), "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep($1) FROM nextval('times')", 10)
	if err == nil {
		t.Error("no error from a connection that was ended")
	}
	if n := p.number(t, "SELECT last_value FROM times"); n != 1 {
		t.Errorf("the statement was carried out %d times", n)
	}
}

// overTCP is the URL of a server that listens to a socket, by TCP. There, unlike
// with a socket, a statement can be written to a server that is gone.
func overTCP(t *testing.T, database string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("unix", socket)
			if err != nil {
				_ = client.Close()
				continue
			}
			go func() { _, _ = io.Copy(server, client); _ = server.Close() }()
			go func() { _, _ = io.Copy(client, server); _ = client.Close() }()
		}
	}()
	return "postgres://backout@" + listener.Addr().String() + u.Path + "?sslmode=disable"
}

func TestPostgresConnectionThatWasIdle(t *testing.T) {
	server := postgrestest.Start(t, "fsync=off")
	p := connectPostgresTest(t, server, overTCP(t, server.Database(t)))
	p.number(t, "SELECT $1::bigint", 1)
	if err := errors.Join(server.Stop(), server.Start()); err != nil {
		t.Fatal(err)
	}
	p.ahead.Add(int64(postgresAsk + 1))
	p.number(t, "SELECT $1::bigint", 1)
}

func TestPostgresCallIsGivenUp(t *testing.T) {
	p := newPostgresTest(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := p.ExecContext(ctx, "SELECT pg_sleep($1)", 60); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a call that took too long: %v", err)
	}
	if n := p.number(t, "SELECT $1::bigint", 7); n != 7 {
		t.Errorf("%d after a call that took too long", n)
	}
}

func TestPostgresTransaction(t *testing.T) {
	p := newPostgresTest(t)
	p.exec(t, "CREATE TABLE t (n BIGINT)")
	for _, test := range []struct {
		name       string
		statements []string
		end        func(*sql.Tx) error
		want       int64
		committed  bool
	}{
		{"committed", []string{"INSERT INTO t VALUES (1)"}, (*sql.Tx).Commit, 1, true},
		{"rolled back", []string{"INSERT INTO t VALUES (1)"}, (*sql.Tx).Rollback, 1, true},
		{"committed after a failure", []string{"INSERT INTO t VALUES (1)", "SELECT 1 / 0"}, (*sql.Tx).Commit, 1, false},
	} {
		tx, err := p.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range test.statements {
			_, _ = tx.ExecContext(t.Context(), s)
		}
		if err := test.end(tx); (err == nil) != test.committed {
			t.Errorf("%s: %v", test.name, err)
		}
		if n := p.number(t, "SELECT count(*) FROM t"); n != test.want {
			t.Errorf("%s: %d rows, want %d", test.name, n, test.want)
		}
	}
}

func TestPostgresHosts(t *testing.T) {
	db, err := postgresPool(Options{URL: "postgres://backout:s3cret@127.0.0.1,127.0.0.2/backout?port=1,2&target_session_attrs=read-write", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.PingContext(t.Context())
	if err == nil || !strings.Contains(err.Error(), "127.0.0.1:1") || !strings.Contains(err.Error(), "127.0.0.2:2") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("neither host answers: %v", err)
	}
}
