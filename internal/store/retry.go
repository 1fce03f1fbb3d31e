package store

import (
	"context"
	"time"

	"github.com/backout-dev/backout/internal/queue"
)

// retrySet is what giving a subject back does to its row; between it and
// retryWhere go the columns that differ. What was asked for meanwhile is due at
// next_at.
const (
	retrySet = `
UPDATE subjects SET
  lease_until = 0,
  attempts = $5,
  last_error = CASE WHEN $6 = '' THEN last_error ELSE $6 END,
  run_at = LEAST(CASE WHEN want > $3 THEN next_at ELSE {now} + $4 END, {now} + $4`
	retryWhere = `
WHERE key = $1 AND token = $2 AND lease_until > 0`

	retryStatement = retrySet + `),
  outage = CASE WHEN $6 = '' THEN outage ELSE 0 END` + retryWhere

	// Another one in somebody's hands does not count: two that are given back at
	// the same time would each rely on the other. The priorities are there for the
	// index.
	outageStatement = retrySet + `, CASE WHEN EXISTS (
    SELECT 1 FROM subjects o
    WHERE o.want > o.done AND o.installation = $8 AND o.priority IN (0, 1, 2) AND o.run_at <= {now} + $7
      AND o.outage > 0 AND o.lease_until = 0 AND o.key <> $1
  ) THEN {now} + $4 ELSE {now} + $7 END),
  outage = 1` + retryWhere

	// Those that would wait the longest have waited the longest.
	outageOver = `
UPDATE subjects SET run_at = {now}
WHERE key IN (
  SELECT key FROM subjects
  WHERE want > done AND installation = $1 AND outage > 0 AND lease_until = 0 AND run_at > {now}
  ORDER BY priority DESC, run_at DESC LIMIT $2 + 0
) AND want > done AND outage > 0 AND lease_until = 0 AND run_at > {now}`
)

// Retry gives the subject back, due again after a time.
func (s *Store) Retry(ctx context.Context, l queue.Lease, after time.Duration, why string) error {
	return s.retry(ctx, retryStatement, l, after, why)
}

// RetryOutage gives the subject back as Retry does, because GitHub could not be
// read or written, and sees that one of the installation's is due within a time.
func (s *Store) RetryOutage(ctx context.Context, l queue.Lease, after, probe time.Duration, why string) error {
	return s.retry(ctx, outageStatement, l, after, why, probe.Milliseconds(), l.Installation)
}

func (s *Store) retry(ctx context.Context, statement string, l queue.Lease, after time.Duration, why string, more ...any) error {
	after = min(max(after, 0), queue.MaxDelay)
	attempts := l.Attempts
	if why != "" {
		attempts++
	}
	args := append([]any{l.Key(), l.Token, l.Want, after.Milliseconds(), attempts, clean(why, 1000)}, more...)
	err := s.db.one(ctx, func(q querier) error {
		_, err := q.exec(statement, args...)
		return err
	})
	if after == 0 && err == nil {
		s.ring()
	}
	return err
}

// OutageOver makes due at once at most n subjects of an installation that wait
// because GitHub could not be read or written.
func (s *Store) OutageOver(ctx context.Context, installation int64, n int) error {
	var brought int64
	err := s.db.one(ctx, func(q querier) (err error) {
		brought, err = q.exec(outageOver, installation, n)
		return err
	})
	if brought > 0 && err == nil {
		s.ring()
	}
	return err
}
