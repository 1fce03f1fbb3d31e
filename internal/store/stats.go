package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/backout-dev/backout/internal/queue"
)

// A row in somebody's hands has one attempt more than failed: the one at work.
const statsStatement = `
SELECT count(*),
  coalesce(sum(CASE WHEN run_at <= {now} AND until <= {now} THEN 1 ELSE 0 END), 0),
  coalesce(sum(CASE WHEN lease_until > {now} THEN 1 ELSE 0 END), 0),
  coalesce(sum(CASE WHEN until > {now} THEN 1 ELSE 0 END), 0),
  coalesce(sum(CASE WHEN failed > 0 THEN 1 ELSE 0 END), 0),
  coalesce(sum(CASE WHEN failed >= $1 THEN 1 ELSE 0 END), 0),
  coalesce(sum(failed), 0),
  coalesce(max({now} - waiting_since), 0),
  coalesce(max(CASE WHEN kind = 'pull' THEN {now} - waiting_since END), 0)
FROM (
  SELECT s.*, CASE WHEN s.lease_until > 0 THEN s.attempts - 1 ELSE s.attempts END AS failed, coalesce(p.until, 0) AS until
  FROM subjects s LEFT JOIN pauses p ON p.installation = s.installation
  WHERE s.want > s.done
) pending`

// Stats returns the state of the queue.
func (s *Store) Stats(ctx context.Context) (queue.Stats, error) {
	var st queue.Stats
	err := s.db.one(ctx, func(q querier) error {
		st = queue.Stats{}
		return q.query(statsStatement, func(r *sql.Rows) error {
			var oldest, oldestPull int64
			err := r.Scan(&st.Depth, &st.Due, &st.Leased, &st.Paused, &st.Failing, &st.Dead, &st.Attempts, &oldest, &oldestPull)
			st.Oldest = time.Duration(max(oldest, 0)) * time.Millisecond
			st.OldestPull = time.Duration(max(oldestPull, 0)) * time.Millisecond
			return err
		}, queue.DeadAttempts)
	})
	return st, err
}
