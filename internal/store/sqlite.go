package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/backout-dev/backout/internal/queue"
)

// sqliteDB is an SQLite file in the hands of one goroutine. What is asked for
// while it writes to the disk is done together, in one transaction, afterwards.
type sqliteDB struct {
	file string
	now  func() time.Time

	operations *group[operation]

	// Of the goroutine alone:
	db         *sql.DB
	conn       *sql.Conn // nil after a failure that a new one may mend
	statements *statements
	wal        *wal
	clock      sqliteClock
}

// operation is one call's part of a transaction.
type operation func(querier) error

func openSQLite(ctx context.Context, o Options) (backend, error) {
	file, err := filepath.Abs(o.URL)
	if err != nil {
		return nil, err
	}
	// The file is made here, because SQLite would let everybody read it.
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	s := &sqliteDB{file: file, now: o.Now}
	if err := s.connect(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if err := s.takeOver(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", file, sqliteError(err)), s.disconnect())
	}
	s.operations = newGroup(s.transact)
	return s, nil
}

// takeOver ends the leases of a process that crashed: the file is ours alone, so
// that nobody else works on it.
func (s *sqliteDB) takeOver() error {
	err := s.query("SELECT at FROM alive", func(r *sql.Rows) error { return r.Scan(&s.clock.seen) })
	if err != nil {
		return err
	}
	end := operation(func(q querier) error {
		_, err := q.exec("UPDATE subjects SET lease_until = {now}, run_at = run_at - lease_until + {now} WHERE lease_until > {now}")
		return err
	})
	_, err = s.try([]*call[operation]{{what: end}})
	return err
}

var sqliteSchema = schema{begin: "BEGIN IMMEDIATE", identity: "INTEGER PRIMARY KEY", keyed: " WITHOUT ROWID"}

// connect opens the file and takes it for this process alone. With the lock
// held there is no shared memory beside the file either.
func (s *sqliteDB) connect(ctx context.Context) (err error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: s.file}).EscapedPath())
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = db.Close()
			err = sqliteError(err)
		}
	}()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	// Four times the usual pages wait for a checkpoint, because many are written
	// again before it: half the writes, and half the waits for one.
	for _, p := range []string{
		"locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL",
		"cache_size = -4096", "temp_store = MEMORY", "journal_size_limit = " + strconv.Itoa(maxWAL), "wal_autocheckpoint = 4000",
	} {
		if _, err := conn.ExecContext(ctx, "PRAGMA "+p); err != nil {
			return err
		}
	}
	all, err := migrations(migrationFiles)
	if err != nil {
		return err
	}
	if err := migrate(ctx, conn, sqliteSchema, all); err != nil {
		return err
	}
	st, err := newStatements(conn, s.now)
	if err != nil {
		return err
	}
	log, err := openWAL(s.file + "-wal")
	if err != nil {
		return err
	}
	s.db, s.conn, s.statements, s.wal = db, conn, st, log
	return nil
}

// disconnect gives the file up.
func (s *sqliteDB) disconnect() error {
	if s.conn == nil {
		return nil
	}
	s.statements.close()
	err := errors.Join(s.wal.close(), s.conn.Close(), s.db.Close())
	s.conn = nil
	return err
}

func (s *sqliteDB) one(ctx context.Context, op func(querier) error) error { return s.all(ctx, op) }

func (s *sqliteDB) all(ctx context.Context, op func(querier) error) error {
	c, err := s.operations.submit(ctx, op)
	if err != nil {
		return err
	}
	// Whoever asks waits for the end, since what it handed in is in use until then.
	return <-c.result
}

func (s *sqliteDB) close() error {
	if !s.operations.close() {
		return nil
	}
	return s.disconnect()
}

// transact does operations in one transaction. Where one of them fails, each is
// done on its own, so that it fails alone.
func (s *sqliteDB) transact(batch []*call[operation]) {
	failed, err := s.try(batch)
	if failed && len(batch) > 1 {
		for i := range batch {
			s.transact(batch[i : i+1])
		}
		return
	}
	for _, op := range batch {
		op.result <- err
	}
}

// try does operations in one transaction; failed says that one of them, rather
// than the transaction, did not come off.
func (s *sqliteDB) try(batch []*call[operation]) (failed bool, err error) {
	defer func() {
		if err != nil {
			err = s.failed(err)
		}
	}()
	if s.conn == nil {
		if err := s.connect(context.Background()); err != nil {
			return false, err
		}
	}
	if _, err := s.exec("BEGIN"); err != nil {
		return false, err
	}
	now, err := s.keepTime()
	if err != nil {
		return false, err
	}
	for _, op := range batch {
		if err := op.what(s); err != nil {
			return true, err
		}
	}
	if _, err = s.exec("COMMIT"); err != nil {
		return false, err
	}
	s.clock.seen = now
	s.wal.grow()
	return false, nil
}

// failed undoes a transaction, and drops a connection that may not recover. With
// a full disk it does.
func (s *sqliteDB) failed(err error) error {
	if s.conn == nil {
		return err
	}
	_, _ = s.exec("ROLLBACK") // SQLite may have done it already
	var e *sqlite.Error
	if errors.As(err, &e) {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
			_ = s.disconnect()
		}
	}
	return sqliteError(err)
}

// sqliteError names what the operator can do something about.
func sqliteError(err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY {
		return ErrInUse
	}
	return err
}

const (
	sqliteDelivery = `INSERT INTO deliveries (guid, event, action, installation, repository, number, sender, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN $8 > 0 THEN $8 ELSE {now} END)`
	sqliteDue      = `
SELECT key FROM subjects WHERE want > done AND installation = $1 AND priority = $2 AND run_at <= {now}
ORDER BY run_at LIMIT $3 + 0`
	sqliteClaim = `UPDATE subjects` + claimSet + `WHERE key = $2` + claimed
)

// sqliteRise has one row and no SELECT around it, for which SQLite would keep a copy
// of each page that it writes.
var sqliteRise = riseInto + "VALUES (" + rowMarks(riseValues, riseRow) + ")" + riseConflict

func (s *sqliteDB) put(ctx context.Context, p put) error {
	return s.all(ctx, func(q querier) error {
		if d := p.delivery; d != nil {
			if _, err := q.exec(sqliteDelivery, d.GUID, d.Event, d.Action, d.Installation, d.Repository, d.Number, d.Sender, received(d)); err != nil {
				return err
			}
		}
		for _, r := range p.rises {
			if _, err := q.exec(sqliteRise, r.key, string(r.Kind), r.Installation, r.Repository, r.Number, r.SHA, r.owner, r.name,
				r.times, r.after, r.priority, r.updatedAt, r.announced, r.reason, r.moved, r.token); err != nil {
				return err
			}
		}
		return s.noteTime()
	})
}

func (s *sqliteDB) finish(ctx context.Context, verdict, lease []any, scan func(*sql.Rows) error) error {
	return s.all(ctx, func(q querier) error {
		if _, err := q.exec(saveVerdict, verdict...); err != nil {
			return err
		}
		return q.query(doneStatement, scan, lease...)
	})
}

func (s *sqliteDB) claim(ctx context.Context, c claim) ([]queue.Lease, error) {
	var leases []queue.Lease
	err := s.all(ctx, func(q querier) error {
		leases = nil
		keys, err := dueKeys(q, c)
		if err != nil {
			return err
		}
		for _, key := range keys {
			err := q.query(sqliteClaim, func(r *sql.Rows) error {
				l, err := scanLease(r)
				leases = append(leases, l)
				return err
			}, c.lease, key)
			if err != nil {
				return err
			}
		}
		if len(keys) == 0 {
			return nil
		}
		return s.noteTime()
	})
	if err != nil {
		return nil, err // also where rows came and were not committed
	}
	return leases, nil
}

// dueKeys lists what is due, one of each installation and then the next of each.
func dueKeys(q querier, c claim) ([]string, error) {
	lines := make([][]string, len(c.installations))
	for i, installation := range c.installations {
		for _, priority := range []int{2, 1, 0} {
			err := q.query(sqliteDue, func(r *sql.Rows) error {
				var key string
				err := r.Scan(&key)
				lines[i] = append(lines[i], key)
				return err
			}, installation, priority, c.each-len(lines[i]))
			if err != nil {
				return nil, err
			}
		}
	}
	var keys []string
	for place := range c.each {
		for _, line := range lines {
			if place < len(line) && len(keys) < c.n {
				keys = append(keys, line[place])
			}
		}
	}
	return keys, nil
}
