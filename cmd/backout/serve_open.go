package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"syscall"

	"github.com/backout-dev/backout/internal/settings"
	"github.com/backout-dev/backout/internal/store"
)

// openStore opens the database. What another try does not mend is a mistake of
// the operator's.
func openStore(ctx context.Context, s settings.Settings, h host, log *slog.Logger) (*store.Store, error) {
	if !isPostgres(s.Database) {
		if err := os.MkdirAll(s.DataDir, 0o700); err != nil {
			return nil, usage("cannot make the folder of the database: %v", err).fix("set data-dir to a folder that the server may write to")
		}
	}
	db, err := store.Open(ctx, store.Options{URL: s.Database, Now: h.now, Log: log})
	if err == nil {
		return db, nil
	}
	if errors.Is(err, store.ErrInUse) || errors.Is(err, store.ErrTooNew) {
		return nil, usage("%v", err)
	}
	if errors.Is(err, store.ErrURL) {
		return nil, usage("%s", oneLine(err)).fix("correct database-url; its parameters are those of https://www.postgresql.org/docs/current/libpq-connect.html")
	}
	mend := sqliteFix
	if isPostgres(s.Database) {
		mend = postgresFix
	}
	said, fix := mend(err)
	if fix == "" {
		return nil, failed("start", errors.New(oneLine(err)))
	}
	return nil, usage("open the database: %s", said).fix("%s", fix)
}

// oneLine is an error whose library writes a line for each address that it tried.
func oneLine(err error) string {
	return strings.NewReplacer(":\n\t", ": ", "\n\t", "; ", "\n", "; ").Replace(err.Error())
}

// The results of SQLite that no other try changes. https://sqlite.org/rescode.html
const (
	sqliteCorrupt = 11
	sqliteNoDB    = 26
)

// sqliteFix says why an SQLite file cannot be opened and what to do; no fix:
// another try may do.
func sqliteFix(err error) (said, fix string) {
	var result interface{ Code() int }
	switch {
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.EISDIR):
		fix = "let the user that the server runs as write the file and its folder, or set data-dir to another folder"
	case errors.As(err, &result) && (result.Code()&0xff == sqliteCorrupt || result.Code()&0xff == sqliteNoDB):
		fix = "restore a backup, or move the file away to begin with an empty one"
	}
	return strings.TrimPrefix(oneLine(err), "open the database: "), fix
}

// postgresFix says the same of PostgreSQL.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
func postgresFix(err error) (said, fix string) {
	var refused interface {
		error
		SQLState() string
	}
	if !errors.As(err, &refused) {
		return "", ""
	}
	switch state := refused.SQLState(); {
	case strings.HasPrefix(state, "28"):
		fix = "see that user and password in database-url are right, with what is special in the password as %XX, and that the server lets them in from here"
	case state == "3D000":
		fix = "make the database, such as with createdb --owner=USER DATABASE, or name another in database-url"
	case state == "42501":
		fix = "let the user own the database, or create tables in its schema"
	}
	return fmt.Sprintf("PostgreSQL: %v", refused), fix
}
