package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"
)

// statements are prepared when they are first used. Those that write go to the
// driver itself: what database/sql does around each of them, so that many can use
// one connection, is a sixth of a small write.
type statements struct {
	conn   *sql.Conn
	driver driver.ConnPrepareContext
	now    func() time.Time

	reads  map[string]*read
	writes map[string]*write
}

type read struct {
	*sql.Stmt
	args []int // as sqliteText returns them
}

type write struct {
	driver.StmtExecContext
	args   []int
	values []driver.NamedValue // of one call after another
}

func newStatements(conn *sql.Conn, now func() time.Time) (*statements, error) {
	s := &statements{conn: conn, now: now, reads: map[string]*read{}, writes: map[string]*write{}}
	return s, conn.Raw(func(c any) error {
		var ok bool
		if s.driver, ok = c.(driver.ConnPrepareContext); !ok {
			return fmt.Errorf("%T prepares no statements", c)
		}
		return nil
	})
}

func (s *statements) close() {
	for _, r := range s.reads {
		_ = r.Close()
	}
	for _, w := range s.writes {
		_ = w.StmtExecContext.(driver.Stmt).Close()
	}
}

// argument is the one with that number, 0 being the clock.
func (s *statements) argument(n int, args []any) any {
	if n == 0 {
		return s.now().UnixMilli()
	}
	return args[n-1]
}

func (s *sqliteDB) exec(text string, args ...any) (int64, error) {
	return s.statements.exec(text, args)
}

func (s *statements) exec(text string, args []any) (int64, error) {
	w, err := s.write(text)
	if err != nil {
		return 0, err
	}
	for i, n := range w.args {
		if w.values[i].Value, err = driver.DefaultParameterConverter.ConvertValue(s.argument(n, args)); err != nil {
			return 0, fmt.Errorf("%s: argument %d: %w", strings.TrimSpace(text), n, err)
		}
	}
	r, err := w.ExecContext(context.Background(), w.values)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (s *statements) write(text string) (*write, error) {
	if w := s.writes[text]; w != nil {
		return w, nil
	}
	translated, order := sqliteText(text)
	stmt, err := s.driver.PrepareContext(context.Background(), translated)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", strings.TrimSpace(text), err)
	}
	execer, ok := stmt.(driver.StmtExecContext)
	if !ok {
		return nil, fmt.Errorf("%T takes no context", stmt)
	}
	w := &write{StmtExecContext: execer, args: order, values: make([]driver.NamedValue, len(order))}
	for i := range w.values {
		w.values[i].Ordinal = i + 1
	}
	s.writes[text] = w
	return w, nil
}

func (s *sqliteDB) query(text string, scan func(*sql.Rows) error, args ...any) error {
	r, err := s.statements.read(text)
	if err != nil {
		return err
	}
	ordered := make([]any, len(r.args))
	for i, n := range r.args {
		ordered[i] = s.statements.argument(n, args)
	}
	rows, err := r.QueryContext(context.Background(), ordered...)
	if err != nil {
		return err
	}
	return each(rows, scan)
}

func (s *statements) read(text string) (*read, error) {
	if r := s.reads[text]; r != nil {
		return r, nil
	}
	translated, order := sqliteText(text)
	stmt, err := s.conn.PrepareContext(context.Background(), translated)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", strings.TrimSpace(text), err)
	}
	r := &read{Stmt: stmt, args: order}
	s.reads[text] = r
	return r, nil
}
