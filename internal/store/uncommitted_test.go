package store

import (
	"context"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store/postgrestest"
)

// refusal makes the end of each transaction fail that changes a subject.
type refusal []string

var (
	sqliteRefusal = refusal{
		"PRAGMA foreign_keys = ON",
		"CREATE TABLE refused (id BIGINT REFERENCES pauses (installation) DEFERRABLE INITIALLY DEFERRED)",
		"CREATE TRIGGER refusal AFTER UPDATE ON subjects BEGIN INSERT INTO refused (id) VALUES (404); END",
	}
	postgresRefusal = refusal{
		"CREATE TABLE refused (id BIGINT REFERENCES pauses (installation) DEFERRABLE INITIALLY DEFERRED)",
		"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO refused (id) VALUES (404); RETURN NULL; END'",
		"CREATE TRIGGER refusal AFTER UPDATE ON subjects FOR EACH ROW EXECUTE FUNCTION refuse()",
	}
)

func TestAClaimThatWasNotCommittedHandsOutNothing(t *testing.T) {
	ctx := context.Background()
	test := func(t *testing.T, db backend, refuse func()) {
		s := &Store{db: db, wake: make(chan struct{}, 1)}
		want := queue.Want{Subject: queue.Subject{Kind: queue.Pull, Installation: 1, Repository: 10, Number: 7}}
		if err := s.Ask(ctx, []queue.Want{want}); err != nil {
			t.Fatal(err)
		}
		refuse()
		leases, err := s.Claim(ctx, 1, time.Minute)
		if err == nil || len(leases) != 0 {
			t.Errorf("handed out %+v, %v; want nothing and an error", leases, err)
		}
	}
	t.Run("SQLite", func(t *testing.T) {
		db := newTestFile(t)
		test(t, db, func() {
			for _, statement := range sqliteRefusal {
				if _, err := db.(*sqliteDB).conn.ExecContext(ctx, statement); err != nil {
					t.Fatal(err)
				}
			}
		})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		server := postgrestest.Start(t, "fsync=off")
		db, err := openPostgres(ctx, Options{URL: server.Database(t), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.close() })
		test(t, db, func() {
			for _, statement := range postgresRefusal {
				if _, err := db.(*postgresDB).db.ExecContext(ctx, statement); err != nil {
					t.Fatal(err)
				}
			}
		})
	})
}
