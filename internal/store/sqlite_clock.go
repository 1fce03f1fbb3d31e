package store

import "time"

// The clock of an SQLite database is the machine's, which may be set back: where
// it was hours ahead, whatever waits would wait for hours.

const (
	// clockSlack is how far the clock may go back without anything being done, in
	// milliseconds.
	clockSlack = 1000
	// noteTimeEvery is how often the time is written down, for the next process: by
	// so much what waits is late at most where the clock is set back between them.
	noteTimeEvery = time.Minute
)

// sqliteClock is what is known of the clock, in milliseconds.
type sqliteClock struct {
	seen  int64 // at the last transaction, or written down by the process before
	noted int64 // when it was written down
}

// waitOn is a time of a row as it is after the clock was set back by $1: what was
// not due is not before now.
func waitOn(column string) string {
	return "GREATEST(" + column + " - $1, LEAST(" + column + ", {now}))"
}

// setBack is what is done when the clock was set back by $1. What waits goes on
// waiting for the rest of its time, as far as that is known. A pause is never
// ended early: nobody knows which of the two clocks it was made by, so it lasts
// for as long as GitHub said from now on, or until the time that it had.
var setBack = []string{
	`UPDATE subjects SET run_at = ` + waitOn("run_at") + `,
  next_at = CASE WHEN next_at = ` + never + ` THEN next_at ELSE ` + waitOn("next_at") + ` END,
  lease_until = CASE WHEN lease_until = 0 THEN 0 ELSE ` + waitOn("lease_until") + ` END,
  waiting_since = LEAST(waiting_since, {now})
WHERE want > done`,
	`UPDATE subjects SET run_at = {now} WHERE want <= done AND run_at > {now}`,
	`UPDATE pauses SET until = LEAST(until, {now} + length)`,
	`UPDATE repositories SET seen_at = {now} WHERE seen_at > {now}`,
	`UPDATE deliveries SET received_at = {now} WHERE received_at > {now}`,
}

// keepTime begins a transaction: it sees to what waits where the clock was set
// back since the last one, and returns the time.
func (s *sqliteDB) keepTime() (now int64, err error) {
	now = s.now().UnixMilli()
	back := s.clock.seen - now
	if back <= clockSlack {
		return now, nil
	}
	for _, statement := range setBack {
		if _, err := s.exec(statement, back); err != nil {
			return 0, err
		}
	}
	s.clock.noted = 0
	return now, s.noteTime()
}

// noteTime writes the time down, every now and then.
func (s *sqliteDB) noteTime() error {
	now := s.now().UnixMilli()
	if now-s.clock.noted < noteTimeEvery.Milliseconds() {
		return nil
	}
	s.clock.noted = now
	_, err := s.exec(`UPDATE alive SET at = {now}`)
	return err
}
