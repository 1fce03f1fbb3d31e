package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// The part of pgx that speaks PostgreSQL's protocol is given to database/sql by
// hand here: its own driver knows every type that PostgreSQL has, which is a
// tenth of the program.

const (
	// postgresAsk is how long a connection may have been idle before it is asked
	// whether it still is one, so that a server's restart costs no call.
	postgresAsk     = time.Second
	postgresGoodbye = 5 * time.Second
)

// postgresConnector makes connections. It implements driver.Connector.
type postgresConnector struct {
	config *pgconn.Config
	now    func() time.Time
}

func (p postgresConnector) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := pgconn.ConnectConfig(ctx, p.config)
	if err != nil {
		return nil, err
	}
	return &postgresConn{PgConn: c, now: p.now, used: p.now(), prepared: map[string]*postgresStatement{}}, nil
}

func (p postgresConnector) Driver() driver.Driver { return p }

// Open implements driver.Driver.
func (p postgresConnector) Open(string) (driver.Conn, error) { return p.Connect(context.Background()) }

// postgresConn is a connection, in the hands of one call at a time.
type postgresConn struct {
	*pgconn.PgConn
	now      func() time.Time
	used     time.Time
	prepared map[string]*postgresStatement // by their text
	outdated bool                          // what was prepared does not fit the schema any more
}

var (
	_ driver.ConnBeginTx       = (*postgresConn)(nil)
	_ driver.ExecerContext     = (*postgresConn)(nil)
	_ driver.QueryerContext    = (*postgresConn)(nil)
	_ driver.NamedValueChecker = (*postgresConn)(nil)
	_ driver.SessionResetter   = (*postgresConn)(nil)
	_ driver.Validator         = (*postgresConn)(nil)
)

// Prepare is there for driver.Conn: statements are kept by the connection.
func (c *postgresConn) Prepare(string) (driver.Stmt, error) { return nil, errors.ErrUnsupported }

// Begin is there for driver.Conn, too.
func (c *postgresConn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

// Close hangs up.
func (c *postgresConn) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), postgresGoodbye)
	defer cancel()
	return c.PgConn.Close(ctx)
}

// IsValid implements driver.Validator.
func (c *postgresConn) IsValid() bool { return !c.IsClosed() && !c.outdated }

// ResetSession implements driver.SessionResetter: it is called before each use
// but the first.
func (c *postgresConn) ResetSession(ctx context.Context) error {
	if !c.IsValid() || c.TxStatus() != 'I' {
		return driver.ErrBadConn
	}
	now := c.now()
	idle := now.Sub(c.used)
	c.used = now
	if idle > postgresAsk && c.Ping(ctx) != nil {
		return driver.ErrBadConn
	}
	return nil
}

// failed tells database/sql to take another connection where nothing of a
// statement can have been sent. Any other failure is the caller's: what was sent
// may have been carried out.
func (c *postgresConn) failed(err error) error {
	if err == nil {
		return nil
	}
	if pgconn.SafeToRetry(err) {
		return driver.ErrBadConn
	}
	switch sqlState(err) {
	case "0A000", "26000": // "cached plan must not change result type", "prepared statement does not exist"
		c.outdated = true
	}
	return err
}

// sqlState is PostgreSQL's word for what went wrong, or "" where it said nothing.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
func sqlState(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// BeginTx implements driver.ConnBeginTx.
func (c *postgresConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	if options != (driver.TxOptions{}) {
		return nil, errors.ErrUnsupported
	}
	_, err := c.plain(ctx, "BEGIN")
	return postgresTx{c, ctx}, err
}

// postgresTx is a transaction, which ends in the time that it was begun for.
type postgresTx struct {
	c   *postgresConn
	ctx context.Context
}

// Commit implements driver.Tx.
func (t postgresTx) Commit() error {
	tag, err := t.c.plain(t.ctx, "COMMIT")
	if err == nil && tag.String() != "COMMIT" {
		err = errors.New("a statement had failed: nothing was committed")
	}
	return err
}

// Rollback implements driver.Tx.
func (t postgresTx) Rollback() error {
	_, err := t.c.plain(t.ctx, "ROLLBACK")
	return err
}

// plain runs statements without arguments, and returns what became of the last.
func (c *postgresConn) plain(ctx context.Context, text string) (pgconn.CommandTag, error) {
	results, err := c.Exec(ctx, text).ReadAll()
	if err != nil || len(results) == 0 {
		return pgconn.CommandTag{}, c.failed(err)
	}
	return results[len(results)-1].CommandTag, nil
}

// ExecContext implements driver.ExecerContext.
func (c *postgresConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) == 0 {
		tag, err := c.plain(ctx, text)
		return driver.RowsAffected(tag.RowsAffected()), err
	}
	_, result, err := c.run(ctx, text, args)
	if err != nil {
		return nil, err
	}
	tag, err := result.Close()
	return driver.RowsAffected(tag.RowsAffected()), c.failed(err)
}

// QueryContext implements driver.QueryerContext. It waits for the first row, so
// that it fails itself where the statement does.
func (c *postgresConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, result, err := c.run(ctx, text, args)
	if err != nil {
		return nil, err
	}
	r := &postgresRows{c: c, of: s, result: result, ahead: result.NextRow()}
	if !r.ahead {
		if _, err := result.Close(); err != nil {
			return nil, c.failed(err)
		}
	}
	return r, nil
}

func (c *postgresConn) run(ctx context.Context, text string, args []driver.NamedValue) (*postgresStatement, *pgconn.ResultReader, error) {
	s, err := c.statement(ctx, text)
	if err != nil {
		return nil, nil, c.failed(err)
	}
	values, formats, err := postgresArguments(args)
	if err != nil {
		return nil, nil, err
	}
	return s, c.ExecStatement(ctx, s.StatementDescription, values, formats, s.formats), nil
}

// postgresStatement is a statement that a connection keeps.
type postgresStatement struct {
	*pgconn.StatementDescription
	names   []string
	formats []int16
}

func (c *postgresConn) statement(ctx context.Context, text string) (*postgresStatement, error) {
	if s := c.prepared[text]; s != nil {
		return s, nil
	}
	description, err := c.PgConn.Prepare(ctx, "backout"+strconv.Itoa(len(c.prepared)), text, nil)
	if err != nil {
		return nil, err
	}
	s := &postgresStatement{StatementDescription: description}
	for _, f := range description.Fields {
		s.names = append(s.names, f.Name)
		s.formats = append(s.formats, postgresFormat(f.DataTypeOID))
	}
	c.prepared[text] = s
	return s, nil
}
