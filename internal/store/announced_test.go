package store

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/queue"
)

func TestResolve(t *testing.T) {
	second := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	edit := func(from, to string) queue.Announced {
		return queue.Announced{UpdatedAt: second, HeadSHA: "h1", Description: to, FormerDescription: from}
	}
	push := func(from, to string) queue.Announced {
		return queue.Announced{UpdatedAt: second, HeadSHA: to, FormerHead: from, Description: "d1"}
	}
	label := func(head, description string) queue.Announced {
		return queue.Announced{UpdatedAt: second, HeadSHA: head, Description: description}
	}
	for _, test := range []struct {
		name              string
		all               []queue.Announced
		head, description string
		ambiguous         bool
	}{
		{"nothing", nil, "", "", false},
		{"no time", []queue.Announced{{HeadSHA: "h1"}}, "", "", false},
		{"one", []queue.Announced{label("h1", "d1")}, "h1", "d1", false},
		{"two edits", []queue.Announced{edit("d1", "d2"), edit("d2", "d3")}, "h1", "d3", false},
		{"two edits, delivered the other way round", []queue.Announced{edit("d2", "d3"), edit("d1", "d2")}, "h1", "d3", false},
		{"a label before the edit, delivered after it", []queue.Announced{edit("d1", "d2"), label("h1", "d1")}, "h1", "d2", false},
		{"an edit and its undoing", []queue.Announced{edit("d1", "d2"), edit("d2", "d1")}, "h1", "", true},
		{"two descriptions of which nobody says which was first", []queue.Announced{label("h1", "d1"), label("h1", "d2")}, "h1", "", true},
		{"two edits and a lost one between them", []queue.Announced{edit("d1", "d2"), edit("d3", "d4")}, "h1", "", true},
		{"a push and an edit before it", []queue.Announced{push("h1", "h2"), edit("d0", "d1")}, "h2", "d1", false},
		{"a push and an edit after it", []queue.Announced{push("h1", "h2"), {UpdatedAt: second, HeadSHA: "h2", Description: "d2", FormerDescription: "d1"}}, "h2", "d2", false},
		{"two heads", []queue.Announced{label("h1", "d1"), label("h2", "d1")}, "", "d1", true},
		{"an edit to the same", []queue.Announced{edit("d1", "d1")}, "h1", "d1", false},
		{"only a time", []queue.Announced{{UpdatedAt: second}}, "", "", false},
		{"values with spaces", []queue.Announced{label("h 1", "d\n1")}, "h_1", "d_1", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var lines string
			for _, a := range test.all {
				lines += announcedLine(a)
			}
			head, description, ambiguous := resolve(lines)
			if head != test.head || description != test.description || ambiguous != test.ambiguous {
				t.Errorf("head %q, description %q, ambiguous %t; want %q, %q, %t", head, description, ambiguous, test.head, test.description, test.ambiguous)
			}
		})
	}
}

func TestMoreThanIsKeptIsAmbiguous(t *testing.T) {
	var lines strings.Builder
	for n := 0; lines.Len() < maxAnnounced; n++ {
		lines.WriteString(announcedLine(queue.Announced{
			UpdatedAt: time.Unix(1, 0), Description: fmt.Sprint("d", n+1), FormerDescription: fmt.Sprint("d", n),
		}))
	}
	if _, _, ambiguous := resolve(lines.String()); !ambiguous {
		t.Error("not ambiguous, although the newest may not have been kept")
	}
}

// TestMergedRises holds what is merged before it is stored to what the statement
// makes of the same one by one.
func TestMergedRises(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	one := func(s string) string { return fmt.Sprint(s, random.IntN(3)) }
	db := newTestFile(t)
	for apart := 0; apart < 400; apart += 2 {
		together := apart + 1
		kind := queue.Pull
		if random.IntN(4) == 0 {
			kind = queue.Comment
		}
		var wants []queue.Want
		for range 1 + random.IntN(4) {
			w := queue.Want{
				Subject: queue.Subject{Kind: kind, Installation: random.Int64N(3), Repository: 10},
				After:   time.Duration(random.IntN(3)) * time.Second, Urgent: random.IntN(3) == 0, Behind: random.IntN(3) == 0, Reason: one("reason"),
			}
			if random.IntN(4) > 0 {
				w.Announced = queue.Announced{
					UpdatedAt: time.Unix(random.Int64N(3), 0), HeadSHA: one("h"), Description: one("d"), FormerDescription: one("d"),
				}
			}
			if random.IntN(2) == 0 {
				w.Owner, w.Name = one("owner"), one("name")
			}
			wants = append(wants, w)
		}
		var rises []rise
		for _, w := range wants {
			w.Number = apart
			mustPut(t, db, put{rises: []rise{newRise(w)}})
			w.Number = together
			rises = append(rises, newRise(w))
		}
		merged := merge(rises)
		if len(merged) != 1 {
			t.Fatalf("%d rises of one subject", len(merged))
		}
		mustPut(t, db, put{rises: merged})
		if diff := cmp.Diff(subjectRow(t, db, apart), subjectRow(t, db, together)); diff != "" {
			t.Fatalf("%+v\none by one and merged (-apart +together):\n%s", wants, diff)
		}
	}
}
