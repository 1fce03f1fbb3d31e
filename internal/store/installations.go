package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/backout-dev/backout/internal/queue"
)

// Installation is the App on one account.
type Installation struct {
	ID        int64
	Account   string // "octo-org", for display
	AccountID int64
	Suspended bool
}

// Repo is a repository that an installation may see.
type Repo struct {
	ID           int64
	Installation int64
	Owner, Name  string
	Archived     bool
	// Former are the names that it had before, the newest first, as far as they
	// were saved under the same installation. They are the store's to fill in.
	Former []string
}

// SaveInstallation notes an installation, or what it is called now.
func (s *Store) SaveInstallation(ctx context.Context, i Installation) error {
	return s.db.one(ctx, func(q querier) error {
		_, err := q.exec(`
INSERT INTO installations (id, account, account_id, suspended, seen_at) VALUES ($1, $2, $3, $4, {now})
ON CONFLICT (id) DO UPDATE SET account = excluded.account, account_id = excluded.account_id, suspended = excluded.suspended, seen_at = excluded.seen_at`,
			i.ID, clean(i.Account, 100), i.AccountID, number(i.Suspended))
		return err
	})
}

// number is a truth as the database has it.
func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Installation returns an installation that was saved.
func (s *Store) Installation(ctx context.Context, id int64) (i Installation, known bool, err error) {
	all, err := s.installations(ctx, `WHERE id = $1`, id)
	if err != nil || len(all) == 0 {
		return Installation{}, false, err
	}
	return all[0], true, nil
}

// Installations lists the installations that were saved, by id, at most so many,
// and only those with an id above after.
func (s *Store) Installations(ctx context.Context, after int64, limit int) ([]Installation, error) {
	return s.installations(ctx, `WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
}

func (s *Store) installations(ctx context.Context, where string, args ...any) ([]Installation, error) {
	var all []Installation
	err := s.db.one(ctx, func(q querier) error {
		all = nil
		return q.query(`SELECT id, account, account_id, suspended <> 0 FROM installations `+where, func(r *sql.Rows) error {
			var i Installation
			err := r.Scan(&i.ID, &i.Account, &i.AccountID, &i.Suspended)
			all = append(all, i)
			return err
		}, args...)
	})
	return all, err
}

// RemoveInstallation forgets an installation, its repositories, its policies and
// what it wants. The verdicts stay.
func (s *Store) RemoveInstallation(ctx context.Context, id int64) error {
	return s.db.all(ctx, func(q querier) error {
		for _, statement := range []string{
			`DELETE FROM subjects WHERE installation = $1`,
			`DELETE FROM pauses WHERE installation = $1`,
			`DELETE FROM policies WHERE installation = $1`,
			`DELETE FROM repositories WHERE installation = $1`,
			`DELETE FROM installations WHERE id = $1`,
		} {
			if _, err := q.exec(statement, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// repositoryKinds are the kinds of subjects that belong to a repository.
var repositoryKinds = [...]queue.Kind{queue.Pull, queue.Comment, queue.Look, queue.Group, queue.Grant, queue.Repository}

// keysOf is the range of keys of a repository's subjects, without its end:
// "pull/10" and what begins with "pull/10/", since 0 follows the slash.
func keysOf(kind queue.Kind, repository int64) (from, to string) {
	from = fmt.Sprintf("%s/%d", kind, repository)
	return from, from + "0"
}

// SaveRepositories notes repositories, or what they are called and whose they
// are now. What they want goes with them. Many are stored a part at a time.
func (s *Store) SaveRepositories(ctx context.Context, all []Repo) error {
	for part := range slices.Chunk(all, maxAtOnce) {
		err := s.db.all(ctx, func(q querier) error {
			for _, r := range part {
				if err := r.save(q); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r Repo) save(q querier) error {
	owner, name := clean(r.Owner, 100), clean(r.Name, 200)
	_, err := q.exec(`
INSERT INTO repositories AS r (id, installation, owner, name, former, archived, seen_at) VALUES ($1, $2, $3, $4, '', $5, {now})
ON CONFLICT (id) DO UPDATE SET
  former = CASE WHEN r.installation <> excluded.installation THEN '' WHEN r.name <> excluded.name THEN substr(r.name || ' ' || r.former, 1, 2000) ELSE r.former END,
  installation = excluded.installation, owner = excluded.owner, name = excluded.name, archived = excluded.archived, seen_at = excluded.seen_at`,
		r.ID, r.Installation, owner, name, number(r.Archived))
	if err != nil {
		return err
	}
	for _, kind := range repositoryKinds {
		from, to := keysOf(kind, r.ID)
		_, err := q.exec(`UPDATE subjects SET installation = $3, owner = $4, name = $5
WHERE key >= $1 AND key < $2 AND (installation <> $3 OR owner <> $4 OR name <> $5)`, from, to, r.Installation, owner, name)
		if err != nil {
			return err
		}
	}
	return nil
}

// RemoveRepositories forgets repositories of an installation, their policies and
// what they want. What is another installation's by now stays, and so do the
// verdicts.
func (s *Store) RemoveRepositories(ctx context.Context, installation int64, ids []int64) error {
	return s.db.all(ctx, func(q querier) error {
		for _, id := range ids {
			for _, kind := range repositoryKinds {
				from, to := keysOf(kind, id)
				if _, err := q.exec(`DELETE FROM subjects WHERE key >= $1 AND key < $2 AND installation = $3`, from, to, installation); err != nil {
					return err
				}
			}
			for _, statement := range []string{
				`DELETE FROM policies WHERE repository = $1 AND installation = $2`,
				`DELETE FROM repositories WHERE id = $1 AND installation = $2`,
			} {
				if _, err := q.exec(statement, id, installation); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Repositories lists an installation's repositories that were saved, by id, at
// most so many, and only those with an id above after.
func (s *Store) Repositories(ctx context.Context, installation, after int64, limit int) ([]Repo, error) {
	return s.repositories(ctx, `WHERE installation = $1 AND id > $2 ORDER BY id LIMIT $3`, installation, after, limit)
}

// Repository returns a repository that was saved.
func (s *Store) Repository(ctx context.Context, id int64) (r Repo, known bool, err error) {
	all, err := s.repositories(ctx, `WHERE id = $1`, id)
	if err != nil || len(all) == 0 {
		return Repo{}, false, err
	}
	return all[0], true, nil
}

func (s *Store) repositories(ctx context.Context, where string, args ...any) ([]Repo, error) {
	var all []Repo
	err := s.db.one(ctx, func(q querier) error {
		all = nil
		return q.query(`SELECT id, installation, owner, name, former, archived <> 0 FROM repositories `+where, func(r *sql.Rows) error {
			var repo Repo
			var former string
			err := r.Scan(&repo.ID, &repo.Installation, &repo.Owner, &repo.Name, &former, &repo.Archived)
			if names := strings.Fields(former); len(names) > 0 {
				repo.Former = names
			}
			all = append(all, repo)
			return err
		}, args...)
	})
	return all, err
}
