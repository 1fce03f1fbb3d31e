package worker

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

func TestAPushToTheDefaultBranch(t *testing.T) {
	s := newSite(t)
	for n := 1; n <= 10; n++ {
		s.add(n, poor, fmt.Sprint("sha", n))
	}
	s.pulls[3].State = gate.Closed
	s.enforce()
	s.want(of(queue.Repository, "push"))
	s.work()
	if n := s.count("create run"); n != 1 {
		t.Errorf("%d check runs at once, want one: they are spaced", n)
	}
	s.shows("sha10", checks.Failure, "Blocked") // the newest is the first
	// Live events do not wait behind what is due.
	s.clock.Add(3000)
	calls := len(s.calls)
	s.event(1, "pull_request.edited")
	s.work()
	if s.calls[calls] != "pull acme/shop#1" {
		t.Errorf("the first call is %q", s.calls[calls])
	}
	s.shows("sha1", checks.Failure, "Blocked")
	s.after(10 * time.Second)
	for n := 1; n <= 10; n++ {
		want := checks.Failure
		if n == 3 {
			want = ""
		}
		s.shows(fmt.Sprint("sha", n), want, "")
	}
	// What was read may have been from before: it is looked at once more.
	s.policy = text(lenient)
	s.after(25 * time.Second)
	s.shows("sha2", checks.Success, "Passes")
	if n := s.count("open "); n != 2 {
		t.Errorf("the pull requests were listed %d times", n)
	}
	s.after(time.Hour)
	if n := s.count("create comment"); n != 0 {
		t.Errorf("%d comments", n)
	}
}

func TestAnInstallationComesAndGoes(t *testing.T) {
	s := newSite(t)
	s.repositories = append(s.repositories, gate.Installed{Repo: gate.Repo{Owner: "acme", Name: "old"}, ID: 8, Archived: true})
	s.add(1, good, "aaa")
	s.want(of(queue.Installation, "installation.created"))
	s.after(5 * time.Second)
	s.shows("aaa", checks.Neutral, "Reports only")
	i, known, err := s.store.Installation(t.Context(), installation)
	if err != nil || !known || i.Account != "acme" {
		t.Errorf("%+v, %t, %v", i, known, err)
	}
	if r, known, err := s.store.Repository(t.Context(), 8); err != nil || !known || !r.Archived {
		t.Errorf("the archived one: %+v, %t, %v", r, known, err)
	}

	s.fail = func(string) error {
		return &gate.Refused{What: "list", Why: "the installation is suspended", Asleep: true}
	}
	s.want(of(queue.Installation, "installation.suspend"))
	s.work()
	if i, _, _ = s.store.Installation(t.Context(), installation); !i.Suspended || s.depth() != 0 {
		t.Errorf("%+v, %d wanted", i, s.depth())
	}
	s.fail = nil
	s.want(of(queue.Installation, "installation.unsuspend"))
	s.after(5 * time.Second)
	if i, _, _ = s.store.Installation(t.Context(), installation); i.Suspended {
		t.Error("it is suspended still")
	}

	forgotten := int64(0)
	s.worker.Forget = func(id int64) { forgotten = id }
	s.fail = func(string) error { return &gate.Gone{What: "the installation"} }
	s.event(1, "pull_request.edited")
	s.want(of(queue.Installation, "installation.deleted"))
	s.work()
	s.after(10 * time.Second)
	if _, known, _ := s.store.Installation(t.Context(), installation); known || forgotten != installation || s.depth() != 0 {
		t.Errorf("known %t, forgotten %d, %d wanted", known, forgotten, s.depth())
	}
	if _, known, err := s.store.NewestVerdict(t.Context(), repository, 1); !known || err != nil {
		t.Error("the verdicts are gone")
	}
}

// TestANewInstallationThatIsNotThereYet: the event may be faster than GitHub.
func TestANewInstallationThatIsNotThereYet(t *testing.T) {
	s := newSite(t)
	s.add(1, good, "aaa")
	s.fail = func(string) error { return &gate.Gone{What: "the installation"} }
	s.want(of(queue.Installation, "installation.created"))
	s.work()
	s.fail = nil
	s.after(10 * time.Second)
	s.shows("aaa", checks.Neutral, "Reports only")
}

func TestRepositories(t *testing.T) {
	renamed := gate.Repo{Owner: "octo-org", Name: "store"}
	judged := func(t *testing.T) *site {
		s := passing(t)
		return s
	}
	t.Run("renamed or transferred: the delivery says what it is called", func(t *testing.T) {
		s := judged(t)
		w := queue.Want{Subject: subject(queue.Comment, 1), Announced: queue.Announced{Owner: "acme", Name: "shop"}, After: time.Minute}
		s.want(w) // what is wanted already goes with it
		s.repositories[0].Repo = renamed
		w = of(queue.Repository, "repository.transferred")
		w.Owner, w.Name = renamed.Owner, renamed.Name
		s.want(w)
		s.work()
		if n := s.count("pull octo-org/store#1"); n != 1 {
			t.Errorf("%d reads under the new name", n)
		}
		s.after(2 * time.Minute)
		if s.depth() != 0 || s.count("pull octo-org/store#1") != 2 {
			t.Errorf("%d wanted, %d reads under the new name", s.depth(), s.count("pull octo-org/store#1"))
		}
		if r, _, _ := s.store.Repository(t.Context(), repository); r.Owner != renamed.Owner || r.Name != renamed.Name {
			t.Errorf("%+v", r)
		}
		all, err := s.store.Verdicts(t.Context(), repository, 1, 0, 10)
		if err != nil || len(all) == 0 {
			t.Errorf("the history is gone: %v", err)
		}
	})
	t.Run("archived: nothing is tried", func(t *testing.T) {
		s := judged(t)
		calls := len(s.calls)
		s.want(of(queue.Repository, "repository.archived"))
		s.after(time.Minute)
		if r, _, _ := s.store.Repository(t.Context(), repository); !r.Archived || len(s.calls) != calls {
			t.Errorf("%+v, %d calls", r, len(s.calls)-calls)
		}
	})
	t.Run("deleted: it is forgotten, and the verdicts stay", func(t *testing.T) {
		s := judged(t)
		s.repositories = nil
		s.want(of(queue.Repository, "repository.deleted"))
		s.after(20 * time.Second)
		if _, known, _ := s.store.Repository(t.Context(), repository); known || s.depth() != 0 {
			t.Errorf("known %t, %d wanted", known, s.depth())
		}
		if all, err := s.store.Verdicts(t.Context(), repository, 1, 0, 10); err != nil || len(all) != 1 {
			t.Errorf("%d verdicts, %v", len(all), err)
		}
	})
	t.Run("taken away, and public: it can be read and is not ours", func(t *testing.T) {
		s := judged(t)
		if err := s.store.SaveRepositories(t.Context(), []store.Repo{{ID: repository, Installation: installation, Owner: "acme", Name: "shop"}}); err != nil {
			t.Fatal(err)
		}
		granted := s.repositories
		s.worker.Client = func(int64) (Client, error) { return elsewhere{s.hub}, nil }
		s.want(of(queue.Repository, "installation_repositories.removed"))
		s.work()
		if _, known, _ := s.store.Repository(t.Context(), repository); known {
			t.Error("it is known still")
		}
		s.repositories = granted
		if n := s.count("open "); n != 0 {
			t.Errorf("its pull requests were listed %d times", n)
		}
	})
	t.Run("taken away while a verdict was to be written", func(t *testing.T) {
		s := judged(t)
		s.worker.Client = func(int64) (Client, error) { return elsewhere{s.hub}, nil }
		s.change(1, func(p *gate.Pull) { p.Change.Body = poor })
		s.fail = func(call string) error {
			if call == "update run" {
				return &gate.Refused{What: "write the check run", Why: "GitHub refuses (HTTP 403)"}
			}
			return nil
		}
		s.event(1, "pull_request.edited")
		s.after(5 * time.Second)
		if s.depth() != 0 {
			t.Errorf("%d subjects want work", s.depth())
		}
	})
}

// elsewhere is an installation that has other repositories.
type elsewhere struct{ *hub }

func (e elsewhere) Repositories(context.Context) ([]gate.Installed, error) {
	return []gate.Installed{{Repo: gate.Repo{Owner: "acme", Name: "other"}, ID: 99}}, nil
}

// TestNewPermissionsWantANewToken: a token has the permissions of when it was
// made.
func TestNewPermissionsWantANewToken(t *testing.T) {
	s := newSite(t)
	s.enforce()
	s.add(1, good, "aaa")
	var order []string
	client := s.worker.Client
	s.worker.Forget = func(id int64) { order = append(order, fmt.Sprint("forget ", id)) }
	s.worker.Client = func(id int64) (Client, error) {
		order = append(order, fmt.Sprint("client ", id))
		return client(id)
	}
	s.want(of(queue.Installation, "installation.new_permissions_accepted"))
	s.after(10 * time.Second)
	want := []string{"forget 9", "client 9", "client 9", "client 9"} // the installation, its repository, a pull request
	if !slices.Equal(order, want) {
		t.Errorf("%q, want %q", order, want)
	}
	s.shows("aaa", checks.Success, "Passes")
}

// refusedElsewhere is an installation that may read what is public and write
// nothing of it.
type refusedElsewhere struct{ elsewhere }

func (refusedElsewhere) UpdateRun(context.Context, gate.Repo, gate.Run) error {
	return &gate.Refused{What: "write the check run", Why: "HTTP 403"}
}

// TestALateAddedOfTheFormerInstallation: a repository went over to another
// installation, and a delivery from before comes late. Nothing of what the new one
// wants is lost by it.
func TestALateAddedOfTheFormerInstallation(t *testing.T) {
	for name, inHand := range map[string]bool{"before the push": false, "while an edit is in hand": true} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.enforce()
			s.add(1, good, "aaa")
			s.want(of(queue.Repository, "installation_repositories.added"))
			s.after(5 * time.Second)
			s.shows("aaa", checks.Success, "Passes")
			s.worker.Client = func(id int64) (Client, error) {
				if id == installation+1 {
					return refusedElsewhere{elsewhere{s.hub}}, nil
				}
				return s.hub, nil
			}
			s.change(1, func(p *gate.Pull) { p.Change.Body = poor })
			late := of(queue.Repository, "installation_repositories.added")
			late.Installation, late.Moved = installation+1, true
			s.event(1, "pull_request.edited")
			s.want(late)
			if inHand {
				leases, err := s.store.Claim(t.Context(), 1, leaseFor)
				if err != nil || len(leases) != 1 {
					t.Fatal(leases, err)
				}
				s.worker.work(t.Context(), leases[0], s.worker.Now())
			} else {
				s.want(of(queue.Repository, "push"))
			}
			s.after(20 * time.Minute)
			s.shows("aaa", checks.Failure, "Blocked")
			if r, known, err := s.store.Repository(t.Context(), repository); err != nil || !known || r.Installation != installation {
				t.Errorf("the repository is %+v, %t, %v", r, known, err)
			}
		})
	}
}
