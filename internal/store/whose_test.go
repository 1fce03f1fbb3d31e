package store_test

import (
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

// whose is what is known of a repository.
type whose struct {
	installation int64
	name         string
}

// said is what one delivery says of repository 10.
type said struct {
	whose
	moved bool
	at    time.Duration // when GitHub says that it was, since the test began; 0: it does not
}

func (w said) want(began time.Time) queue.Want {
	want := want(pull(w.installation, 10, 7))
	want.Owner, want.Name, want.Moved = "acme", w.name, w.moved
	if w.at != 0 {
		want.UpdatedAt = began.Add(w.at)
	}
	return want
}

func TestALateDeliveryTakesNothingBack(t *testing.T) {
	minute := time.Minute
	for name, test := range map[string]struct {
		saved   []whose // one after the other, half a minute apart
		deliver []said
		want    whose
	}{
		"nothing is known": {deliver: []said{{whose: whose{1, "shop"}}}, want: whose{1, "shop"}},
		"the former installation's comes after the repository was moved": {
			saved: []whose{{1, "shop"}, {2, "store"}}, deliver: []said{{whose: whose{1, "shop"}}}, want: whose{2, "store"},
		},
		"and after a delivery of the new one": {
			saved: []whose{{1, "shop"}, {2, "store"}}, deliver: []said{{whose: whose{2, "store"}}, {whose: whose{1, "shop"}, at: 1}}, want: whose{2, "store"},
		},
		"and before the move is worked on": {
			saved: []whose{{1, "shop"}}, deliver: []said{{whose: whose{2, "store"}, moved: true}, {whose: whose{1, "shop"}}}, want: whose{2, "store"},
		},
		"and says that it is older": {
			deliver: []said{{whose: whose{2, "store"}, at: 2 * minute}, {whose: whose{1, "shop"}, at: minute}}, want: whose{2, "store"},
		},
		"the new installation's comes and nobody told of the move": {
			saved: []whose{{1, "shop"}}, deliver: []said{{whose: whose{2, "store"}, at: minute}}, want: whose{2, "store"},
		},
		"it has the old name": {
			saved: []whose{{1, "shop"}, {1, "store"}}, deliver: []said{{whose: whose{1, "shop"}}}, want: whose{1, "store"},
		},
		"it has a name that nobody knows": {
			saved: []whose{{1, "shop"}}, deliver: []said{{whose: whose{1, "store"}}}, want: whose{1, "store"},
		},
		"the old name is the name again": {
			saved: []whose{{1, "shop"}, {1, "store"}}, deliver: []said{{whose: whose{1, "shop"}, moved: true}}, want: whose{1, "shop"},
		},
	} {
		for _, together := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				each(t, func(t *testing.T, s *store.Store, c *clock) {
					began := c.now()
					for _, w := range test.saved {
						if err := s.SaveRepositories(ctx, []store.Repo{{ID: 10, Installation: w.installation, Owner: "acme", Name: w.name}}); err != nil {
							t.Fatal(err)
						}
						c.advance(time.Minute / 2)
					}
					var wants []queue.Want
					for _, w := range test.deliver {
						wants = append(wants, w.want(began))
						if !together {
							put(t, s, wants[len(wants)-1])
						}
					}
					if together {
						put(t, s, wants...)
					}
					l := claimOne(t, s)
					if got := (whose{l.Installation, l.Name}); got != test.want {
						t.Errorf("it is of %+v, want %+v", got, test.want)
					}
				})
			})
		}
	}
}

func TestOnlyWhoLostARepositoryForgetsIt(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		check := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		check(s.SaveRepositories(ctx, []store.Repo{{ID: 10, Installation: 2, Owner: "octo-org", Name: "shop"}}))
		check(s.SavePolicy(ctx, store.Policy{Installation: 1, Repository: 10, Path: "backout.yml", Text: "version: 1"}))
		check(s.SavePolicy(ctx, store.Policy{Installation: 2, Repository: 10, Path: "backout.yml", Text: "version: 1"}))
		put(t, s, want(pull(2, 10, 7)))
		check(s.RemoveRepositories(ctx, 1, []int64{10}))
		if _, known, err := s.Repository(ctx, 10); err != nil || !known {
			t.Errorf("the repository is known: %t, %v", known, err)
		}
		for installation, want := range map[int64]int{1: 0, 2: 1} {
			if got, err := s.Policies(ctx, installation, 10); err != nil || len(got) != want {
				t.Errorf("installation %d has %d policies, want %d; %v", installation, len(got), want, err)
			}
		}
		claimOne(t, s)
	})
}
