package store

import (
	"context"
	"database/sql"
)

// Policy is the last valid version of a policy file that was in force.
type Policy struct {
	Installation int64
	Repository   int64  // 0: the organisation's
	Path         string // ".github/backout.yml"
	Text         string
	Blob         string
	Commit       string
}

// SavePolicy keeps a version of a policy file in the place of the one before.
func (s *Store) SavePolicy(ctx context.Context, p Policy) error {
	return s.db.one(ctx, func(q querier) error {
		_, err := q.exec(`
INSERT INTO policies AS p (installation, repository, path, text, blob, commit_sha, seen_at) VALUES ($1, $2, $3, $4, $5, $6, {now})
ON CONFLICT (installation, repository, path) DO UPDATE SET text = excluded.text, blob = excluded.blob, commit_sha = excluded.commit_sha, seen_at = excluded.seen_at
WHERE p.blob <> excluded.blob OR p.commit_sha <> excluded.commit_sha`,
			p.Installation, p.Repository, clean(p.Path, 1000), clean(p.Text, maxText), clean(p.Blob, 100), clean(p.Commit, 100))
		return err
	})
}

// Policies returns what was last in force of an organisation's policy files
// (repository 0) or of a repository's.
func (s *Store) Policies(ctx context.Context, installation, repository int64) ([]Policy, error) {
	var all []Policy
	err := s.db.one(ctx, func(q querier) error {
		all = nil
		return q.query(`SELECT installation, repository, path, text, blob, commit_sha FROM policies
WHERE installation = $1 AND repository = $2 ORDER BY path`, func(r *sql.Rows) error {
			var p Policy
			err := r.Scan(&p.Installation, &p.Repository, &p.Path, &p.Text, &p.Blob, &p.Commit)
			all = append(all, p)
			return err
		}, installation, repository)
	})
	return all, err
}

// RemovePolicy forgets a policy file that was seen to be gone.
func (s *Store) RemovePolicy(ctx context.Context, installation, repository int64, path string) error {
	return s.db.one(ctx, func(q querier) error {
		_, err := q.exec(`DELETE FROM policies WHERE installation = $1 AND repository = $2 AND path = $3`, installation, repository, clean(path, 1000))
		return err
	})
}
