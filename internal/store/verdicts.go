package store

import (
	"context"
	"database/sql"
	"time"
)

// Verdict is one verdict of a pull request's history. It is known by GitHub's
// ids, so that a new name is the same pull request.
type Verdict struct {
	ID           int64 // the store's, in the order of time; 0 in one that is to be saved
	Repository   int64
	Number       int
	Pull         int64 // GitHub's id of the pull request
	HeadSHA      string
	InputDigest  string
	OutputDigest string
	Engine       string // the version that judged
	Conclusion   string
	Title        string
	JudgedAt     time.Time // to the millisecond
	JSON         []byte
	CheckRun     int64 // GitHub's id; 0: none
	Comment      int64 // GitHub's id; 0: none
}

// saveVerdict adds a row unless the newest one says the same. A retried
// operation changes nothing either.
const saveVerdict = `
INSERT INTO verdicts (repository, number, pull, head_sha, input_digest, output_digest, engine, conclusion, title, judged_at, verdict, check_run, comment)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
WHERE NOT EXISTS (
  SELECT 1 FROM (
    SELECT pull, head_sha, input_digest, output_digest, engine, check_run, comment FROM verdicts
    WHERE repository = $1 AND number = $2 ORDER BY id DESC LIMIT 1) newest
  WHERE pull = $3 AND head_sha = $4 AND input_digest = $5 AND output_digest = $6 AND engine = $7 AND check_run = $12 AND comment = $13)`

// SaveVerdict adds a verdict to the history. One that says the same as the
// newest of its pull request is not added again.
func (s *Store) SaveVerdict(ctx context.Context, v Verdict) error {
	return s.db.one(ctx, func(q querier) error {
		_, err := q.exec(saveVerdict, v.args()...)
		return err
	})
}

func (v Verdict) args() []any {
	return []any{
		v.Repository, v.Number, v.Pull, clean(v.HeadSHA, 100), clean(v.InputDigest, 100), clean(v.OutputDigest, 100),
		clean(v.Engine, 100), clean(v.Conclusion, 100), clean(v.Title, 1000), v.JudgedAt.UnixMilli(), clean(string(v.JSON), maxText), v.CheckRun, v.Comment,
	}
}

// maxText is more than any verdict or policy file has, in bytes.
const maxText = 16 << 20

const verdictColumns = `
SELECT id, repository, number, pull, head_sha, input_digest, output_digest, engine, conclusion, title, judged_at, verdict, check_run, comment
FROM verdicts `

// newestVerdict leaves out the JSON, which is most of a verdict.
const newestVerdict = `
SELECT id, repository, number, pull, head_sha, input_digest, output_digest, engine, conclusion, title, judged_at, '', check_run, comment
FROM verdicts WHERE repository = $1 AND number = $2 ORDER BY id DESC LIMIT 1`

func scanVerdict(r *sql.Rows) (Verdict, error) {
	var v Verdict
	var judged int64
	err := r.Scan(&v.ID, &v.Repository, &v.Number, &v.Pull, &v.HeadSHA, &v.InputDigest, &v.OutputDigest, &v.Engine,
		&v.Conclusion, &v.Title, &judged, &v.JSON, &v.CheckRun, &v.Comment)
	v.JudgedAt = time.UnixMilli(judged).UTC()
	return v, err
}

// NewestVerdict returns the newest verdict of a pull request without its JSON;
// known is false where there is none.
func (s *Store) NewestVerdict(ctx context.Context, repository int64, number int) (v Verdict, known bool, err error) {
	err = s.db.one(ctx, func(q querier) error {
		known = false
		return q.query(newestVerdict, func(r *sql.Rows) error {
			v, err = scanVerdict(r)
			v.JSON, known = nil, true
			return err
		}, repository, number)
	})
	return v, known, err
}

// Verdicts returns the history of a pull request, newest first, at most so many,
// and only those with an id below before, unless that is 0.
func (s *Store) Verdicts(ctx context.Context, repository int64, number int, before int64, limit int) ([]Verdict, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	var all []Verdict
	err := s.db.one(ctx, func(q querier) error {
		all = nil
		return q.query(verdictColumns+`WHERE repository = $1 AND number = $2 AND id < $3 ORDER BY id DESC LIMIT $4`, func(r *sql.Rows) error {
			v, err := scanVerdict(r)
			all = append(all, v)
			return err
		}, repository, number, before, limit)
	})
	return all, err
}

// Sharing lists the pull requests of a repository whose newest verdict is of a
// commit.
func (s *Store) Sharing(ctx context.Context, repository int64, sha string) ([]int, error) {
	var numbers []int
	err := s.db.one(ctx, func(q querier) error {
		numbers = nil
		return q.query(`SELECT DISTINCT v.number FROM verdicts v
WHERE v.repository = $1 AND v.head_sha = $2
  AND NOT EXISTS (SELECT 1 FROM verdicts w WHERE w.repository = v.repository AND w.number = v.number AND w.id > v.id)
ORDER BY v.number`, func(r *sql.Rows) error {
			var n int
			err := r.Scan(&n)
			numbers = append(numbers, n)
			return err
		}, repository, clean(sha, 100))
	})
	return numbers, err
}

// onCommit leaves out the JSON, as newestVerdict does.
const onCommit = `
SELECT id, repository, number, pull, head_sha, input_digest, output_digest, engine, conclusion, title, judged_at, '', check_run, comment
FROM verdicts v WHERE v.repository = $1 AND v.head_sha = $2
  AND NOT EXISTS (SELECT 1 FROM verdicts w WHERE w.repository = $1 AND w.head_sha = $2 AND w.number = v.number AND w.id > v.id)
ORDER BY id DESC LIMIT 100`

// OnCommit returns the newest verdict of each pull request on a commit without its
// JSON, the newest first and at most 100.
func (s *Store) OnCommit(ctx context.Context, repository int64, sha string) ([]Verdict, error) {
	var all []Verdict
	err := s.db.one(ctx, func(q querier) error {
		all = nil
		return q.query(onCommit, func(r *sql.Rows) error {
			v, err := scanVerdict(r)
			v.JSON = nil
			all = append(all, v)
			return err
		}, repository, clean(sha, 100))
	})
	return all, err
}
