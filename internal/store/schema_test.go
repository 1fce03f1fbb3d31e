package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/backout-dev/backout/internal/store/postgrestest"
)

func TestSecondProcessIsToldWhy(t *testing.T) {
	o := Options{URL: filepath.Join(t.TempDir(), "a folder?#%", "backout.db"), Now: time.Now}
	if runtime.GOOS == "windows" {
		o.URL = filepath.Join(t.TempDir(), "backout.db")
	}
	if err := os.MkdirAll(filepath.Dir(o.URL), 0o700); err != nil {
		t.Fatal(err)
	}
	first, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(context.Background(), o)
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), o.URL) {
		t.Errorf("opened twice: %v, want ErrInUse and the file's name", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(context.Background(), o)
	if err != nil {
		t.Fatalf("opened after the first was closed: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
	info, err := os.Stat(o.URL)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode != 0o600 {
		t.Errorf("the file's mode is %o, want 600", mode)
	}
}

// eachSchema runs a test with a connection to an empty database of each kind.
func eachSchema(t *testing.T, test func(*testing.T, *sql.Conn, schema)) {
	run := func(name string, d schema, open func(*testing.T) (*sql.DB, error)) {
		t.Run(name, func(t *testing.T) {
			db, err := open(t)
			if err != nil {
				t.Fatal(err)
			}
			conn, err := db.Conn(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = conn.Close(); _ = db.Close() })
			test(t, conn, d)
		})
	}
	run("SQLite", sqliteSchema, func(t *testing.T) (*sql.DB, error) {
		return sql.Open("sqlite", filepath.Join(t.TempDir(), "backout.db"))
	})
	run("PostgreSQL", postgresSchema, func(t *testing.T) (*sql.DB, error) {
		return postgresPool(Options{URL: postgrestest.Start(t, "fsync=off").Database(t), Now: time.Now})
	})
}

func files(texts ...string) fstest.MapFS {
	fs := fstest.MapFS{}
	for i, text := range texts {
		fs["migrations/00"+string(rune('1'+i))+"_step.sql"] = &fstest.MapFile{Data: []byte(text)}
	}
	return fs
}

func TestMigrate(t *testing.T) {
	const (
		one     = "-- needs: 1\nCREATE TABLE a (id {identity}, n BIGINT NOT NULL);\nINSERT INTO a (n) VALUES (1);"
		adds    = "-- needs: 1\nALTER TABLE a ADD COLUMN m BIGINT NOT NULL DEFAULT 2;"
		removes = "-- needs: 3\nALTER TABLE a DROP COLUMN n;"
		broken  = "-- needs: 1\nCREATE TABLE b (n BIGINT);\nCREATE TABLE a (n BIGINT);"
	)
	eachSchema(t, func(t *testing.T, conn *sql.Conn, d schema) {
		run := func(texts ...string) error {
			t.Helper()
			all, err := migrations(files(texts...))
			if err != nil {
				t.Fatal(err)
			}
			return migrate(context.Background(), conn, d, all)
		}
		sum := func(expression string) (n int) {
			t.Helper()
			if err := conn.QueryRowContext(context.Background(), "SELECT sum("+expression+") FROM a").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		for _, texts := range [][]string{{one}, {one}} {
			if err := run(texts...); err != nil {
				t.Fatal(err)
			}
		}
		if n := sum("n"); n != 1 {
			t.Errorf("the first migration ran %d times", n)
		}
		if err := run(one, broken); err == nil || !strings.Contains(err.Error(), "migration 2") {
			t.Errorf("a broken migration: %v", err)
		}
		if _, err := conn.ExecContext(context.Background(), "SELECT * FROM b"); err == nil {
			t.Error("half of a broken migration is there")
		}
		if err := run(one, adds); err != nil {
			t.Fatal(err)
		}
		if n := sum("n + m"); n != 3 {
			t.Errorf("sum of both columns is %d, want 3", n)
		}
		if err := run(one); err != nil {
			t.Errorf("the release before, after a step that only added: %v", err)
		}
		if err := run(one, adds, removes); err != nil {
			t.Fatal(err)
		}
		err := run(one, adds)
		if !errors.Is(err, ErrTooNew) || !strings.Contains(err.Error(), "version 3") {
			t.Errorf("the release before, after a step that removed: %v, want ErrTooNew", err)
		}
	})
}

func TestMigrationFiles(t *testing.T) {
	if _, err := migrations(migrationFiles); err != nil {
		t.Error(err)
	}
	for name, fs := range map[string]fstest.MapFS{
		"without a first line": files("CREATE TABLE a (n BIGINT);"),
		"with a gap":           {"migrations/002_step.sql": {Data: []byte("-- needs: 1\n")}},
	} {
		if _, err := migrations(fs); err == nil {
			t.Errorf("migrations %s are taken", name)
		}
	}
}

func TestPasswordStaysOutOfErrors(t *testing.T) {
	for _, url := range []string{
		"postgres://backout:s3cret@127.0.0.1:1/backout?connect_timeout=1",
		"postgres://backout:s3cret@[::1/backout",
		"postgres://backout:s3cret@127.0.0.1:port/backout",
	} {
		_, err := Open(context.Background(), Options{URL: url, Now: time.Now})
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%v", err)
		}
	}
}

func TestClean(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"octocat", "octocat"},
		{"0123456789a", "0123456789"},
		{"012345678é", "012345678"},
		{"a\x00b\xffc", "ab\uFFFDc"},
	} {
		if got := clean(test.in, 10); got != test.want {
			t.Errorf("clean(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}
