package store

import (
	"cmp"
	"context"
	"database/sql"
	"strings"
	"time"
	"unicode"

	"github.com/backout-dev/backout/internal/queue"
)

// What payloads announced for one second is kept as a line each, so that a
// statement can add one: head, former head, description, former description.

// Announced is what deliveries said last of a pull request. It is zero where
// nothing is known, and its head or description is empty where it is not known
// which is the newer.
func (s *Store) Announced(ctx context.Context, repository int64, number int) (queue.Announced, error) {
	var a queue.Announced
	key := queue.Subject{Kind: queue.Pull, Repository: repository, Number: number}.Key()
	err := s.db.one(ctx, func(q querier) error {
		a = queue.Announced{}
		return q.query(`SELECT updated_at, announced FROM subjects WHERE key = $1`, func(r *sql.Rows) error {
			var updated int64
			var lines string
			err := r.Scan(&updated, &lines)
			if updated > 0 {
				a.UpdatedAt = time.UnixMilli(updated).UTC()
			}
			a.HeadSHA, a.Description, _ = resolve(lines)
			return err
		}, key)
	})
	return a, err
}

// maxAnnounced is how many bytes are kept, a hundred edits and more (riseConflict
// has the same number). More payloads that differ within one second are not put
// in order.
const maxAnnounced = 20000

// none stands for an empty value.
const none = "-"

// announcedLine is one payload's line, empty without a time.
func announcedLine(a queue.Announced) string {
	if a.UpdatedAt.IsZero() {
		return ""
	}
	var b strings.Builder
	b.Grow(4 * 101)
	for _, v := range [...]string{a.HeadSHA, a.FormerHead, a.Description, a.FormerDescription} {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(cmp.Or(strings.Map(noSpace, clean(v, 100)), none))
	}
	b.WriteByte('\n')
	return b.String()
}

func noSpace(r rune) rune {
	if unicode.IsSpace(r) {
		return '_'
	}
	return r
}

// resolve returns the newest head and description among the lines. One that
// cannot be told is empty, and the second is ambiguous.
func resolve(lines string) (head, description string, ambiguous bool) {
	var heads, descriptions chain
	for line := range strings.Lines(lines) {
		v := strings.Fields(line)
		if len(v) != 4 {
			continue
		}
		heads.add(v[0], v[1])
		descriptions.add(v[2], v[3])
	}
	head, headKnown := heads.newest()
	description, descriptionKnown := descriptions.newest()
	return head, description, !headKnown || !descriptionKnown || len(lines) >= maxAnnounced
}

// chain is what some payloads say a value is, and what it was before.
type chain struct{ is, was []string }

func (c *chain) add(is, was string) {
	if is != none {
		c.is = append(c.is, is)
	}
	if was != none && was != is {
		c.was = append(c.was, was)
	}
}

// newest is the one value that no other came after. It is empty, and known, if
// nothing was said.
func (c *chain) newest() (value string, known bool) {
	was := make(map[string]bool, len(c.was))
	for _, v := range c.was {
		was[v] = true
	}
	for _, v := range c.is {
		if was[v] || v == value {
			continue
		}
		if value != "" {
			return "", false
		}
		value = v
	}
	return value, value != "" || len(c.is) == 0
}
