// Package store is the database: what wants work, which deliveries came, which
// verdicts were given, and what is known of installations. SQLite serves one
// process, PostgreSQL several; both have one schema and the same statements.
//
// A call returns when what it wrote is durable, or with an error; nothing is
// half written. When the database is back after a failure, so is the store.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/backout-dev/backout/internal/queue"
)

// Errors that the operator mends; another try does not.
var (
	// ErrInUse says that another process has the SQLite file.
	ErrInUse = errors.New("another process has the database open; SQLite serves one: stop the other process, or use a postgres:// URL for several replicas")
	// ErrURL says that the URL of the database cannot be used as it stands.
	ErrURL = errors.New("the database's URL cannot be used")
	// ErrTooNew says that the schema was made for a newer program.
	ErrTooNew = errors.New("the database was made for a newer backout; run that one, or restore the backup from before the upgrade")
	// ErrClosed says that the store was closed.
	ErrClosed = errors.New("the database is closed")
)

// Options say which database to open.
type Options struct {
	// URL is a PostgreSQL URL, "postgres://user@host/db", or the path of an SQLite
	// file, which is made where it is missing (its folder is not).
	URL string
	// Now is the clock of an SQLite database. PostgreSQL has its own, and is only
	// asked by this one whether it is still there.
	Now func() time.Time
	// Log gets failures of the work that the store does by itself. Nil: none.
	Log *slog.Logger
}

// Store is an open database. It is a queue.Inbox and a queue.Leaser.
type Store struct {
	db   backend
	log  *slog.Logger
	wake chan struct{}

	turnMu sync.Mutex
	turn   int64 // the installation that was served last

	stop    context.CancelFunc
	stopped sync.WaitGroup
}

var (
	_ queue.Inbox  = (*Store)(nil)
	_ queue.Leaser = (*Store)(nil)
)

// backend is one kind of database.
type backend interface {
	// one runs an operation of one statement, which is durable when it returns
	// without an error. It may run it more than once, one run after another.
	one(ctx context.Context, op func(querier) error) error
	// all is the same for an operation of several statements, in one transaction.
	all(ctx context.Context, op func(querier) error) error
	// put stores a delivery and raises subjects in one durable write.
	put(ctx context.Context, p put) error
	// finish adds a verdict to the history and ends a lease, in one transaction,
	// with the arguments of saveVerdict and doneStatement.
	finish(ctx context.Context, verdict, lease []any, scan func(*sql.Rows) error) error
	// claim hands out subjects of these installations, at most each of one and n
	// in all.
	claim(ctx context.Context, c claim) ([]queue.Lease, error)
	close() error
}

// querier runs statements inside an operation.
type querier interface {
	// exec returns how many rows it changed.
	exec(statement string, args ...any) (int64, error)
	// query calls scan for each row.
	query(statement string, scan func(*sql.Rows) error, args ...any) error
}

// each calls scan for each row, and closes them.
func each(rows *sql.Rows, scan func(*sql.Rows) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Open opens the database and brings its schema up to date.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Now == nil {
		return nil, errors.New("open the database: a clock is missing")
	}
	open := openSQLite
	if isPostgres(o.URL) {
		open = openPostgres
	}
	db, err := open(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	background, stop := context.WithCancel(context.Background())
	s := &Store{db: db, log: log, wake: make(chan struct{}, 1), stop: stop}
	s.stopped.Add(2)
	go func() { defer s.stopped.Done(); s.watch(background) }()
	go func() { defer s.stopped.Done(); s.tidy(background) }()
	return s, nil
}

func isPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// Close waits for the writes that were accepted, and closes the database. Later
// calls fail with ErrClosed.
func (s *Store) Close() error {
	s.stop()
	s.stopped.Wait()
	return s.db.close()
}

// Ready reports whether the database takes writes, by a write.
func (s *Store) Ready(ctx context.Context) error {
	return s.db.one(ctx, func(q querier) error {
		_, err := q.exec(`UPDATE alive SET at = {now}`)
		return err
	})
}
