package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
)

// refusal is what a database answers, by the number or the state of its kind.
type (
	sqliteRefusal   int
	postgresRefusal string
)

func (e sqliteRefusal) Error() string      { return "file is not a database" }
func (e sqliteRefusal) Code() int          { return int(e) }
func (e postgresRefusal) Error() string    { return "FATAL: no" }
func (e postgresRefusal) SQLState() string { return string(e) }

func TestADatabaseThatCannotBeOpened(t *testing.T) {
	for _, test := range []struct {
		name string
		mend func(error) (string, string)
		err  error
		said string
		fix  string // what it begins with; empty: another try may do
	}{
		{"a file of somebody else", sqliteFix, &os.PathError{Op: "open", Path: "x", Err: os.ErrPermission}, "open x: permission denied", "let the user"},
		{"a disk that is read-only", sqliteFix, &os.PathError{Op: "open", Path: "x", Err: syscall.EROFS}, "open x: read-only file system", "let the user"},
		{"a text", sqliteFix, sqliteRefusal(26), "file is not a database", "restore a backup"},
		{"a damaged page", sqliteFix, sqliteRefusal(11 | 1<<8), "file is not a database", "restore a backup"},
		{"a full disk", sqliteFix, sqliteRefusal(13), "file is not a database", ""},
		{"a wrong password", postgresFix, errors.Join(errors.New("no TLS"), postgresRefusal("28P01")), "PostgreSQL: FATAL: no", "see that user and password"},
		{"no such database", postgresFix, postgresRefusal("3D000"), "PostgreSQL: FATAL: no", "make the database"},
		{"no right to make tables", postgresFix, postgresRefusal("42501"), "PostgreSQL: FATAL: no", "let the user own"},
		{"too many connections", postgresFix, postgresRefusal("53300"), "PostgreSQL: FATAL: no", ""},
		{"nobody there", postgresFix, syscall.ECONNREFUSED, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			said, fix := test.mend(fmt.Errorf("open the database: %w", test.err))
			if said != test.said || !strings.HasPrefix(fix, test.fix) || (fix == "") != (test.fix == "") {
				t.Errorf("%q; %q", said, fix)
			}
		})
	}
}
