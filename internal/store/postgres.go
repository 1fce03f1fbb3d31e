package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/backout-dev/backout/internal/queue"
)

// postgresDB is a PostgreSQL database, which other replicas may use as well.
type postgresDB struct {
	db    *sql.DB
	puts  *group[put]
	texts sync.Map // statements as PostgreSQL has them
}

const (
	postgresConns   = 16
	postgresConnect = 5 * time.Second
	// postgresAnswer is how long a call may take. GitHub waits 10 s for the answer
	// to a delivery.
	postgresAnswer = 7 * time.Second
	postgresTries  = 3 // of what another replica was in the way of
)

var postgresSchema = schema{
	begin: "BEGIN", lock: "SELECT pg_advisory_xact_lock(720431)", // any number that is ours
	identity: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", bytewise: `COLLATE "C"`,
}

func openPostgres(ctx context.Context, o Options) (backend, error) {
	db, err := postgresPool(o)
	if err != nil {
		return nil, err
	}
	if err := migratePostgres(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	p := &postgresDB{db: db}
	p.puts = newGroup(p.flush)
	return p, nil
}

// postgresPool is a database to which nobody has connected yet.
func postgresPool(o Options) (*sql.DB, error) {
	config, err := pgconn.ParseConfig(o.URL)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrURL, err) // without the password
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = postgresConnect
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "backout"
	}
	db := sql.OpenDB(postgresConnector{config, o.Now})
	db.SetMaxOpenConns(postgresConns)
	db.SetMaxIdleConns(postgresConns)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return db, nil
}

func migratePostgres(ctx context.Context, db *sql.DB) error {
	all, err := migrations(migrationFiles)
	if err != nil {
		return err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	return errors.Join(migrate(ctx, conn, postgresSchema, all), conn.Close())
}

func (p *postgresDB) close() error {
	if !p.puts.close() {
		return nil
	}
	return p.db.Close()
}

// connection is what statements run on: the database, or a transaction.
type connection interface {
	ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, statement string, args ...any) (*sql.Rows, error)
}

// postgresQuerier runs statements on a connection.
type postgresQuerier struct {
	ctx   context.Context
	on    connection
	texts *sync.Map
}

func (q postgresQuerier) text(statement string) string {
	if text, ok := q.texts.Load(statement); ok {
		return text.(string)
	}
	text := postgresText(statement)
	q.texts.Store(statement, text)
	return text
}

func (q postgresQuerier) exec(statement string, args ...any) (int64, error) {
	r, err := q.on.ExecContext(q.ctx, q.text(statement), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (q postgresQuerier) query(statement string, scan func(*sql.Rows) error, args ...any) error {
	rows, err := q.on.QueryContext(q.ctx, q.text(statement), args...)
	if err != nil {
		return err
	}
	return each(rows, scan)
}

func (p *postgresDB) one(ctx context.Context, op func(querier) error) error {
	return p.try(ctx, func(ctx context.Context) error {
		return op(postgresQuerier{ctx: ctx, on: p.db, texts: &p.texts})
	})
}

func (p *postgresDB) all(ctx context.Context, op func(querier) error) error {
	return p.try(ctx, func(ctx context.Context) error {
		tx, err := p.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if err := op(postgresQuerier{ctx: ctx, on: tx, texts: &p.texts}); err != nil {
			_ = tx.Rollback()
			return err
		}
		return tx.Commit()
	})
}

// try runs what may be run again as long as another replica is in its way.
func (p *postgresDB) try(ctx context.Context, run func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, postgresAnswer)
	defer cancel()
	var err error
	for range postgresTries {
		err = run(ctx)
		if state := sqlState(err); state != "40P01" && state != "40001" { // deadlock, serialization
			break
		}
	}
	if err != nil && strings.Contains(err.Error(), "sql: database is closed") {
		return ErrClosed
	}
	return err
}

func (p *postgresDB) put(ctx context.Context, what put) error {
	c, err := p.puts.submit(ctx, what)
	if err != nil {
		return err
	}
	select {
	case err := <-c.result:
		return err
	case <-ctx.Done():
		return ctx.Err() // it may be stored all the same
	}
}

// flush stores what several calls brought. What the database refuses is stored
// one by one, so that one call fails alone.
func (p *postgresDB) flush(batch []*call[put]) {
	err := p.store(batch)
	state := sqlState(err)
	if len(batch) > 1 && (strings.HasPrefix(state, "22") || strings.HasPrefix(state, "23")) {
		for i := range batch {
			p.flush(batch[i : i+1])
		}
		return
	}
	for _, c := range batch {
		c.result <- err
	}
}

const (
	postgresPut = `
WITH stored AS (
  INSERT INTO deliveries (guid, event, action, installation, repository, number, sender, received_at)
  SELECT guid, event, action, installation, repository, number, sender, CASE WHEN received > 0 THEN received ELSE {now} END
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[])
    AS d (guid, event, action, installation, repository, number, sender, received)
)` + riseInto + `SELECT ` + riseValues + ` FROM unnest($9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::bigint[], $14::text[], $15::text[], $16::text[],
  $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[], $21::text[], $22::text[], $23::bigint[], $24::bigint[])
  AS e (` + riseRow + `) ORDER BY e.key` + riseConflict

	postgresClaim = `
WITH due AS MATERIALIZED (
  SELECT s.key, i.turn, row_number() OVER (PARTITION BY i.turn ORDER BY s.priority DESC, s.run_at) AS place
  FROM unnest($2::bigint[]) WITH ORDINALITY AS i (installation, turn)
  CROSS JOIN (VALUES (2), (1), (0)) AS p (priority)
  CROSS JOIN LATERAL (
    SELECT key, priority, run_at FROM subjects
    WHERE want > done AND installation = i.installation AND priority = p.priority AND run_at <= {now}
    ORDER BY run_at LIMIT $3 FOR UPDATE SKIP LOCKED) s
), first AS MATERIALIZED (
  SELECT key AS of, place, turn FROM due WHERE place <= $3 ORDER BY place, turn LIMIT $4
), handed AS (
  UPDATE subjects` + claimSet + `FROM first WHERE key = of` + claimed + `, place, turn
)
SELECT * FROM handed ORDER BY place, turn`
)

// store stores what several calls brought in one statement.
func (p *postgresDB) store(batch []*call[put]) error {
	var d deliveries
	var rises []rise
	for _, c := range batch {
		if c.what.delivery != nil {
			d.add(c.what.delivery)
		}
		rises = append(rises, c.what.rises...)
	}
	args := append(d.columns(), columns(merge(rises))...)
	return p.one(context.Background(), func(q querier) error {
		_, err := q.exec(postgresPut, args...)
		return err
	})
}

// finish is one statement, whose last arguments are those of doneStatement.
func (p *postgresDB) finish(ctx context.Context, verdict, lease []any, scan func(*sql.Rows) error) error {
	statement := "WITH saved AS (" + saveVerdict + ")" + renumber(doneStatement, len(verdict))
	return p.one(ctx, func(q querier) error {
		return q.query(statement, scan, slices.Concat(verdict, lease)...)
	})
}

func (p *postgresDB) claim(ctx context.Context, c claim) ([]queue.Lease, error) {
	var leases []queue.Lease
	err := p.one(ctx, func(q querier) error {
		leases = nil
		return q.query(postgresClaim, func(r *sql.Rows) error {
			var place, turn int64
			l, err := scanLease(r, &place, &turn)
			leases = append(leases, l)
			return err
		}, c.lease, c.installations, c.each, c.n)
	})
	if err != nil {
		return nil, err // also where rows came and were not committed
	}
	return leases, nil
}

// deliveries are deliveries by column.
type deliveries struct {
	guid, event, action, sender      []string
	installation, repository, number []int64
	received                         []int64
}

func (d *deliveries) add(v *queue.Delivery) {
	d.guid = append(d.guid, v.GUID)
	d.event = append(d.event, v.Event)
	d.action = append(d.action, v.Action)
	d.installation = append(d.installation, v.Installation)
	d.repository = append(d.repository, v.Repository)
	d.number = append(d.number, int64(v.Number))
	d.sender = append(d.sender, v.Sender)
	d.received = append(d.received, received(v))
}

func (d *deliveries) columns() []any {
	return []any{d.guid, d.event, d.action, d.installation, d.repository, d.number, d.sender, d.received}
}

// columns are rises by column.
func columns(rises []rise) []any {
	texts := func(of func(rise) string) []string { return column(rises, of) }
	numbers := func(of func(rise) int64) []int64 { return column(rises, of) }
	return []any{
		texts(func(r rise) string { return r.key }),
		texts(func(r rise) string { return string(r.Kind) }),
		numbers(func(r rise) int64 { return r.Installation }),
		numbers(func(r rise) int64 { return r.Repository }),
		numbers(func(r rise) int64 { return int64(r.Number) }),
		texts(func(r rise) string { return r.SHA }),
		texts(func(r rise) string { return r.owner }),
		texts(func(r rise) string { return r.name }),
		numbers(func(r rise) int64 { return r.times }),
		numbers(func(r rise) int64 { return r.after }),
		numbers(func(r rise) int64 { return r.priority }),
		numbers(func(r rise) int64 { return r.updatedAt }),
		texts(func(r rise) string { return r.announced }),
		texts(func(r rise) string { return r.reason }),
		numbers(func(r rise) int64 { return r.moved }),
		numbers(func(r rise) int64 { return r.token }),
	}
}

func column[T any](rises []rise, of func(rise) T) []T {
	all := make([]T, len(rises))
	for i, r := range rises {
		all[i] = of(r)
	}
	return all
}

// merge makes one rise of those of a subject, since a statement may touch a row
// once, and puts them in order, so that two replicas do not wait for each other.
func merge(rises []rise) []rise {
	place := make(map[string]int, len(rises))
	var merged []rise
	for _, r := range rises {
		if i, known := place[r.key]; known {
			merged[i] = merged[i].and(r)
			continue
		}
		place[r.key] = len(merged)
		merged = append(merged, r)
	}
	slices.SortFunc(merged, func(a, b rise) int { return cmp.Compare(a.key, b.key) })
	return merged
}

// and is a rise with a later one on top, as riseConflict has it.
func (r rise) and(next rise) rise {
	next.times += r.times
	if next.priority == 0 && r.priority > 0 {
		next.reason = r.reason
	}
	next.priority = max(r.priority, next.priority)
	if next.moved == 0 && (r.moved == 1 || next.updatedAt < r.updatedAt) {
		next.Installation, next.owner, next.name = r.Installation, r.owner, r.name
	} else {
		next.Installation = cmp.Or(next.Installation, r.Installation)
		next.owner, next.name = cmp.Or(next.owner, r.owner), cmp.Or(next.name, r.name)
	}
	next.moved = max(r.moved, next.moved)
	if r.Kind != queue.Comment {
		next.after = min(r.after, next.after)
	}
	switch {
	case r.updatedAt > next.updatedAt || r.updatedAt == next.updatedAt && (strings.Contains(r.announced, next.announced) || len(r.announced) >= maxAnnounced):
		next.updatedAt, next.announced = r.updatedAt, r.announced
	case r.updatedAt == next.updatedAt:
		next.announced = r.announced + next.announced
	}
	return next
}
