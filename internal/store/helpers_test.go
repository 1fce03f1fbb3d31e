package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// newTestFile is an SQLite database whose time stands still.
func newTestFile(t *testing.T) backend {
	t.Helper()
	db, err := openSQLite(context.Background(), Options{
		URL: filepath.Join(t.TempDir(), "backout.db"), Now: func() time.Time { return time.Unix(1_800_000_000, 0) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.close() })
	return db
}

func mustPut(t *testing.T, db backend, p put) {
	t.Helper()
	if err := db.put(context.Background(), p); err != nil {
		t.Fatal(err)
	}
}

// subjectRow is the row of a pull request, by column, without its number and token.
func subjectRow(t *testing.T, db backend, number int) map[string]string {
	t.Helper()
	row := map[string]string{}
	err := db.one(context.Background(), func(q querier) error {
		return q.query("SELECT * FROM subjects WHERE number = $1", func(r *sql.Rows) error {
			names, err := r.Columns()
			if err != nil {
				return err
			}
			values := make([]any, len(names))
			for i := range values {
				values[i] = new(any)
			}
			if err := r.Scan(values...); err != nil {
				return err
			}
			for i, name := range names {
				row[name] = fmt.Sprint(*values[i].(*any))
			}
			return nil
		}, number)
	})
	delete(row, "key")
	delete(row, "number")
	delete(row, "token")
	if err != nil {
		t.Fatal(err)
	}
	return row
}
