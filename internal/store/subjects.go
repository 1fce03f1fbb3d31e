package store

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/backout-dev/backout/internal/queue"
)

// put is what one call of Put or Ask stores.
type put struct {
	delivery *queue.Delivery // nil: no delivery
	rises    []rise
}

// rise raises what a subject wants.
type rise struct {
	key string
	queue.Subject
	owner, name string
	times       int64
	after       int64 // milliseconds
	priority    int64 // 2: urgent, 1, 0: comments and what is behind
	updatedAt   int64
	announced   string
	reason      string
	moved       int64 // 1: yes
	token       int64 // before the first one of a row that is made for it
}

func newRise(w queue.Want) rise {
	r := rise{
		key: w.Key(), Subject: w.Subject, owner: clean(w.Owner, 100), name: clean(w.Name, 200),
		times: 1, after: max(w.After.Milliseconds(), 0), priority: 1,
		announced: announcedLine(w.Announced), reason: clean(w.Reason, 100),
		// A row may be made anew while somebody has a lease of the one before.
		token: rand.Int64N(1 << 62), //nolint:gosec // nobody guesses it: it never leaves the program and its database
	}
	r.SHA = clean(r.SHA, 100)
	switch {
	case w.Urgent:
		r.priority = 2
	case w.Kind == queue.Comment, w.Behind:
		r.priority = 0
	}
	if !w.UpdatedAt.IsZero() {
		r.updatedAt = w.UpdatedAt.UnixMilli()
	}
	if w.Moved {
		r.moved = 1
	}
	return r
}

// riseInto, riseValues and riseConflict are a rise as a statement; its row has the
// names of riseRow. Whose a repository is and what it is called is what was saved,
// unless the rise was announced after that or is a move. Against a move that is
// not done yet, and against what was announced later, the rest does not count
// either.
const (
	riseRow  = `key, kind, installation, repository, number, sha, owner, name, times, after, priority, updated_at, announced, reason, moved, token`
	riseInto = `
INSERT INTO subjects AS s (key, kind, installation, repository, number, sha, owner, name,
  want, done, token, lease_until, run_at, next_at, waiting_since, attempts, priority, updated_at, announced, reason, last_error, moved)
`
	riseValues = `e.key, e.kind, coalesce((SELECT r.installation` + savedSince + `), e.installation), e.repository, e.number, e.sha,
  coalesce((SELECT r.owner` + savedSince + `), e.owner), coalesce((SELECT r.name` + savedSince + `), e.name),
  e.times, 0, e.token, 0, {now} + e.after, ` + never + `, {now} + e.after, 0, e.priority, e.updated_at, e.announced, e.reason, '', e.moved`

	savedSince = ` FROM repositories r WHERE r.id = e.repository AND e.moved = 0 AND r.seen_at > e.updated_at
  AND (r.installation <> e.installation OR r.name <> e.name AND e.name <> '' AND strpos(' ' || r.former || ' ', ' ' || e.name || ' ') > 0)`

	riseConflict = `
ON CONFLICT (key) DO UPDATE SET
  installation = CASE WHEN ` + lateRise + ` OR excluded.installation = 0 THEN s.installation ELSE excluded.installation END,
  owner = CASE WHEN ` + lateRise + ` OR excluded.owner = '' THEN s.owner ELSE excluded.owner END,
  name = CASE WHEN ` + lateRise + ` OR excluded.name = '' THEN s.name ELSE excluded.name END,
  moved = CASE WHEN s.want > s.done THEN GREATEST(s.moved, excluded.moved) ELSE excluded.moved END,
  want = s.want + excluded.want,
  run_at = CASE WHEN s.lease_until > 0 THEN s.run_at WHEN s.want > s.done AND s.kind <> 'comment' THEN LEAST(s.run_at, excluded.run_at) ELSE excluded.run_at END,
  waiting_since = CASE WHEN s.lease_until > 0 THEN s.waiting_since WHEN s.want > s.done AND s.kind <> 'comment' THEN LEAST(s.waiting_since, excluded.run_at) ELSE excluded.run_at END,
  next_at = CASE WHEN s.lease_until = 0 THEN s.next_at WHEN s.kind = 'comment' THEN excluded.run_at ELSE LEAST(s.next_at, excluded.run_at) END,
  priority = CASE WHEN s.want > s.done THEN GREATEST(s.priority, excluded.priority) ELSE excluded.priority END,
  updated_at = GREATEST(s.updated_at, excluded.updated_at),
  announced = CASE
    WHEN excluded.updated_at > s.updated_at THEN excluded.announced
    WHEN excluded.updated_at < s.updated_at OR strpos(s.announced, excluded.announced) > 0 OR length(s.announced) >= 20000 THEN s.announced
    ELSE s.announced || excluded.announced END,
  reason = CASE WHEN s.want > s.done AND excluded.priority = 0 AND s.priority > 0 THEN s.reason ELSE excluded.reason END`

	lateRise = `excluded.moved = 0 AND (s.moved = 1 AND s.want > s.done OR excluded.updated_at < s.updated_at)`
)

// never is a time that does not come, in milliseconds.
const never = "9007199254740992"

// Put stores a delivery and what it asks for in one durable write, or fails.
func (s *Store) Put(ctx context.Context, d queue.Delivery, wants []queue.Want) error {
	d.GUID, d.Event, d.Action, d.Sender = clean(d.GUID, 100), clean(d.Event, 100), clean(d.Action, 100), clean(d.Sender, 100)
	return s.raise(ctx, put{delivery: &d}, wants)
}

// maxAtOnce is how many rows one transaction is to write, so that a delivery that
// comes meanwhile does not wait long.
const maxAtOnce = 100

// received is when a delivery came, in milliseconds; 0: nobody says, so that the
// database's clock does.
func received(d *queue.Delivery) int64 {
	if d.Received.IsZero() {
		return 0
	}
	return d.Received.UnixMilli()
}

// Ask asks for subjects without a delivery. Many are stored a part at a time;
// after an error, ask for all of them again.
func (s *Store) Ask(ctx context.Context, wants []queue.Want) error {
	for part := range slices.Chunk(wants, maxAtOnce) {
		if err := s.raise(ctx, put{}, part); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) raise(ctx context.Context, p put, wants []queue.Want) error {
	for _, w := range wants {
		p.rises = append(p.rises, newRise(w))
	}
	if err := s.db.put(ctx, p); err != nil {
		return err
	}
	if len(wants) > 0 {
		s.ring()
	}
	return nil
}

const doneStatement = `
UPDATE subjects SET
  done = CASE WHEN token = $2 THEN LEAST(want, GREATEST(done, $3)) ELSE done END,
  want = CASE WHEN token = $2 THEN want ELSE want + 1 END,
  lease_until = CASE WHEN token = $2 THEN 0 ELSE lease_until END,
  attempts = CASE WHEN token = $2 THEN 0 ELSE attempts END,
  crashes = CASE WHEN token = $2 THEN 0 ELSE crashes END,
  last_error = CASE WHEN token = $2 THEN '' ELSE last_error END,
  outage = CASE WHEN token = $2 THEN 0 ELSE outage END,
  run_at = CASE
    WHEN token = $2 AND lease_until > 0 AND want > $3 THEN next_at
    WHEN token = $2 AND want > $3 OR token <> $2 AND lease_until > 0 THEN run_at
    WHEN token <> $2 AND want > done THEN LEAST(run_at, {now})
    ELSE {now} END,
  waiting_since = CASE
    WHEN token = $2 AND lease_until > 0 AND want > $3 THEN next_at
    WHEN token = $2 AND want > $3 OR token <> $2 AND lease_until > 0 THEN waiting_since
    WHEN token <> $2 AND want > done THEN LEAST(waiting_since, {now})
    ELSE {now} END,
  next_at = CASE WHEN token <> $2 AND lease_until > 0 THEN LEAST(next_at, {now}) ELSE next_at END
WHERE key = $1
RETURNING token = $2, want > done`

// Done marks what the lease saw as done and reports whether it was still held;
// where it was not, it asks for the subject again.
func (s *Store) Done(ctx context.Context, l queue.Lease) (held bool, err error) {
	return s.end(l, func(args []any, scan func(*sql.Rows) error) error {
		return s.db.one(ctx, func(q querier) error { return q.query(doneStatement, scan, args...) })
	})
}

// Finish is SaveVerdict and Done in one transaction. The verdict is kept whether
// or not the lease was still held, since GitHub shows it.
func (s *Store) Finish(ctx context.Context, l queue.Lease, v Verdict) (held bool, err error) {
	return s.end(l, func(args []any, scan func(*sql.Rows) error) error {
		return s.db.finish(ctx, v.args(), args, scan)
	})
}

// end runs a doneStatement and wakes somebody where there is more to do.
func (s *Store) end(l queue.Lease, run func(args []any, scan func(*sql.Rows) error) error) (held bool, err error) {
	var more bool
	err = run([]any{l.Key(), l.Token, l.Want}, func(r *sql.Rows) error { return r.Scan(&held, &more) })
	if err != nil {
		return false, err
	}
	if more {
		s.ring()
	}
	return held, nil
}

const renewStatement = `
UPDATE subjects SET lease_until = {now} + $3, run_at = {now} + $3 + ` + afterCrash + `
WHERE key = $1 AND token = $2 AND lease_until > 0`

// Renew prolongs a lease and reports whether it is still held.
func (s *Store) Renew(ctx context.Context, l queue.Lease, lease time.Duration) (held bool, err error) {
	err = s.db.one(ctx, func(q querier) error {
		n, err := q.exec(renewStatement, l.Key(), l.Token, lease.Milliseconds())
		held = n > 0
		return err
	})
	return held, err
}

// PauseInstallation hands out nothing of an installation for so long.
func (s *Store) PauseInstallation(ctx context.Context, installation int64, d time.Duration) error {
	return s.db.one(ctx, func(q querier) error {
		_, err := q.exec(`
INSERT INTO pauses AS p (installation, until, length) VALUES ($1, {now} + $2, $2)
ON CONFLICT (installation) DO UPDATE SET until = GREATEST(p.until, excluded.until),
  length = CASE WHEN excluded.until < p.until THEN p.length ELSE excluded.length END`, installation, d.Milliseconds())
		return err
	})
}
