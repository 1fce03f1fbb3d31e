package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// Migrations are numbered files, run in order. The first line of each says the
// oldest schema whose program still works with it: a step that only adds leaves
// it as it was, so that the release before can be run again; what it no longer
// needs goes a release later.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

type migration struct {
	version int64
	needs   int64
	text    string
}

// migrations returns the migrations in order, numbered from 1 without a gap.
func migrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var all []migration
	for i, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		first, rest, _ := strings.Cut(string(text), "\n")
		number, _, _ := strings.Cut(strings.TrimPrefix(name, "migrations/"), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil || version != int64(i+1) {
			return nil, fmt.Errorf("%s: the number is not %d", name, i+1)
		}
		needs, err := strconv.ParseInt(strings.TrimPrefix(first, "-- needs: "), 10, 64)
		if err != nil {
			return nil, fmt.Errorf(`%s: the first line is not "-- needs: N"`, name)
		}
		all = append(all, migration{version: version, needs: needs, text: rest})
	}
	return all, nil
}

// schema is what one kind of database says differently when it is set up.
type schema struct {
	begin, lock               string // lock is empty where begin locks
	identity, keyed, bytewise string
}

// migrate brings the schema up to date in one transaction, one process at a
// time.
func migrate(ctx context.Context, conn *sql.Conn, d schema, all []migration) (err error) {
	if _, err := conn.ExecContext(ctx, d.begin); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		}
	}()
	if d.lock != "" {
		if _, err := conn.ExecContext(ctx, d.lock); err != nil {
			return err
		}
	}
	have, err := schemaVersion(ctx, conn, int64(len(all)))
	if err != nil {
		return err
	}
	words := strings.NewReplacer("{identity}", d.identity, "{keyed}", d.keyed, "{bytewise}", d.bytewise)
	for _, m := range all {
		if m.version <= have {
			continue
		}
		if _, err := conn.ExecContext(ctx, words.Replace(m.text)); err != nil {
			return fmt.Errorf("migration %d: %w", m.version, err)
		}
		if _, err := conn.ExecContext(ctx, `INSERT INTO schema_versions (version, needs) VALUES ($1, $2)`, m.version, m.needs); err != nil {
			return err
		}
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
}

// schemaVersion returns the schema's version, which may be above what is known
// where its steps so far only added.
func schemaVersion(ctx context.Context, conn *sql.Conn, known int64) (int64, error) {
	const table = `CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT NOT NULL PRIMARY KEY, needs BIGINT NOT NULL)`
	if _, err := conn.ExecContext(ctx, table); err != nil {
		return 0, err
	}
	var version, needs int64
	row := conn.QueryRowContext(ctx, `SELECT coalesce(max(version), 0), coalesce(max(needs), 0) FROM schema_versions`)
	if err := row.Scan(&version, &needs); err != nil {
		return 0, err
	}
	if needs > known {
		return 0, fmt.Errorf("%w (its schema is version %d and needs a program that knows version %d; this one knows %d)", ErrTooNew, version, needs, known)
	}
	return version, nil
}
