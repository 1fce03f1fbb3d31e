package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/backout-dev/backout/internal/queue"
)

// claim is what to hand out: rows of these installations, in this order, at most
// each of one and n in all.
type claim struct {
	installations []int64
	each, n       int
	lease         int64 // milliseconds
}

// dueInstallations lists installations with something due, at most $2, those
// after $1 first, so that each has its turn. It steps from one to the next in
// the index, looks at three of its entries for each, whatever waits there, and
// stops when it has enough. SQLite would plan a statement anew each time that a
// LIMIT is another parameter, but not for a sum.
const (
	dueInstallations = `
WITH RECURSIVE later (installation) AS (
  SELECT min(installation) FROM subjects WHERE want > done AND installation > $1` + nextInstallation + `later line WHERE line.installation IS NOT NULL
), earlier (installation) AS (
  SELECT min(installation) FROM subjects WHERE want > done` + nextInstallation + `earlier line WHERE line.installation IS NOT NULL AND line.installation <= $1
)
SELECT installation FROM later line WHERE ` + isDue + `
UNION ALL
SELECT installation FROM earlier line WHERE installation <= $1 AND ` + isDue + `
LIMIT $2 + 0`

	nextInstallation = `
  UNION ALL
  SELECT (SELECT min(s.installation) FROM subjects s WHERE s.want > s.done AND s.installation > line.installation)
  FROM `

	isDue = `installation IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM pauses p WHERE p.installation = line.installation AND p.until > {now})
  AND ((` + firstDue + `2) <= {now} OR (` + firstDue + `1) <= {now} OR (` + firstDue + `0) <= {now})`

	// Not EXISTS, for which PostgreSQL may read all that is due and hash it.
	firstDue = `SELECT min(s.run_at) FROM subjects s WHERE s.want > s.done AND s.installation = line.installation AND s.priority = `
)

// claimSet and claimed are what handing out does to a row, and what it tells. A
// row that is still in somebody's hands ended without a word, for which a crash
// may be to blame: after the first it is handed out again when the lease is
// over, and from then on later each time, as queue.Backoff has it.
const (
	claimSet = ` SET token = token + 1, attempts = attempts + 1, lease_until = {now} + $1, next_at = ` + never + `,
  crashes = CASE WHEN lease_until > 0 THEN crashes + 1 ELSE crashes END,
  run_at = {now} + $1 + CASE WHEN lease_until > 0 THEN LEAST(1000 << CAST(LEAST(crashes, 10) AS int), 900000) ELSE ` + afterCrash + ` END `

	// afterCrash is none without a crash, and then 1, 2, 4 s and on.
	afterCrash = `LEAST((1 << CAST(LEAST(crashes, 11) AS int)) / 2 * 1000, 900000)`
	claimed    = ` RETURNING kind, installation, repository, number, sha, owner, name, updated_at, announced,
  token, want, attempts - 1, {now} - waiting_since, reason, outage`
)

// Claim hands out due subjects, at most n, urgent ones first, in turn between
// installations, and none of those that are full.
func (s *Store) Claim(ctx context.Context, n int, lease time.Duration, full ...int64) ([]queue.Lease, error) {
	if n <= 0 {
		return nil, nil
	}
	s.turnMu.Lock()
	turn := s.turn
	s.turnMu.Unlock()
	due, err := s.due(ctx, turn, n+len(full))
	due = slices.DeleteFunc(due, func(id int64) bool { return slices.Contains(full, id) })
	due = due[:min(n, len(due))]
	if err != nil || len(due) == 0 {
		return nil, err
	}
	next := due[0] // each is served, so that the first one's turn to be first is over
	if len(due) == n {
		next = due[n-1]
	}
	s.turnMu.Lock()
	s.turn = next
	s.turnMu.Unlock()
	return s.db.claim(ctx, claim{
		installations: due, each: (n + len(due) - 1) / len(due), n: n, lease: lease.Milliseconds(),
	})
}

// due lists at most n installations with something due, beginning after one.
func (s *Store) due(ctx context.Context, after int64, n int) ([]int64, error) {
	var due []int64
	err := s.db.one(ctx, func(q querier) error {
		due = nil
		return q.query(dueInstallations, func(r *sql.Rows) error {
			var id int64
			err := r.Scan(&id)
			due = append(due, id)
			return err
		}, after, n)
	})
	return due, err
}

// scanLease reads a row of what claimed returns, and what follows that.
func scanLease(r *sql.Rows, more ...any) (queue.Lease, error) {
	var l queue.Lease
	var updated, waiting, outage int64
	var announced string
	err := r.Scan(append([]any{
		&l.Kind, &l.Installation, &l.Repository, &l.Number, &l.SHA, &l.Owner, &l.Name, &updated, &announced,
		&l.Token, &l.Want, &l.Attempts, &waiting, &l.Reason, &outage,
	}, more...)...)
	if updated > 0 {
		l.UpdatedAt = time.UnixMilli(updated).UTC()
	}
	l.HeadSHA, l.Description, l.Ambiguous = resolve(announced)
	l.Waiting = max(time.Duration(waiting)*time.Millisecond, 0)
	l.Outage = outage > 0
	return l, err
}

// watchEvery is how often to look for what became due by itself, or was asked
// for by another replica.
const watchEvery = 50 * time.Millisecond

// Wake receives a value when something may be due.
func (s *Store) Wake() <-chan struct{} { return s.wake }

func (s *Store) ring() {
	select {
	case s.wake <- struct{}{}:
	default: // it rings already
	}
}

// watch rings when something is due.
func (s *Store) watch(ctx context.Context) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		// A failure is one of the database, which every caller hears of.
		if due, err := s.due(ctx, 0, 1); err == nil && len(due) > 0 {
			s.ring()
		}
	}
}
