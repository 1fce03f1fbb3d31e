package store

import (
	"context"
	"time"
)

// How long is kept what nobody needs any more.
const (
	keepDeliveries = 7 * 24 * time.Hour
	keepSubjects   = 30 * 24 * time.Hour // that want nothing
	tidyEvery      = time.Hour
	tidyRows       = 1000 // in one transaction, so that nobody waits long for it
)

const (
	oldDeliveries = `DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries ORDER BY id LIMIT $2) AND received_at < {now} - $1`
	oldSubjects   = `DELETE FROM subjects WHERE key IN (SELECT key FROM subjects WHERE want <= done AND run_at < {now} - $1 LIMIT $2) AND want <= done`
	oldPauses     = `DELETE FROM pauses WHERE installation IN (SELECT installation FROM pauses WHERE until < {now} - $1 LIMIT $2)`
)

// tidy deletes now and then what is too old.
func (s *Store) tidy(ctx context.Context) {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		if err := s.Prune(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "delete old rows", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Prune deletes deliveries of more than a week ago and subjects that have wanted
// nothing for a month. The store does it every hour by itself.
func (s *Store) Prune(ctx context.Context) error {
	for _, old := range []struct {
		statement string
		keep      time.Duration
	}{{oldDeliveries, keepDeliveries}, {oldSubjects, keepSubjects}, {oldPauses, 0}} {
		for gone := int64(tidyRows); gone == tidyRows; {
			err := s.db.one(ctx, func(q querier) (err error) {
				gone, err = q.exec(old.statement, old.keep.Milliseconds(), tidyRows)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
