package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

func TestVerdicts(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		if _, known, err := s.NewestVerdict(ctx, 10, 7); err != nil || known {
			t.Fatalf("a verdict of nothing: known %t, err %v", known, err)
		}
		v := store.Verdict{
			Repository: 10, Number: 7, Pull: 700, HeadSHA: "6dcb09b", InputDigest: "sha256:a", OutputDigest: "sha256:b", Engine: "1.0.0",
			Conclusion: "failure", Title: "Blocked: the rollback plan is missing", JudgedAt: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC),
			JSON: []byte(`{"version": 1}`), CheckRun: 4,
		}
		other := v
		other.Number = 8
		for _, v := range []store.Verdict{v, v, other} {
			if err := s.SaveVerdict(ctx, v); err != nil {
				t.Fatal(err)
			}
		}
		second := v
		second.InputDigest, second.Title, second.Conclusion, second.Comment = "sha256:c", "Passes\x00\xff", "success", 5
		if err := s.SaveVerdict(ctx, second); err != nil {
			t.Fatal(err)
		}
		second.Title = "Passes\uFFFD"

		all, err := s.Verdicts(ctx, 10, 7, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		ids := []int64{}
		for i := range all {
			ids = append(ids, all[i].ID)
			all[i].ID = 0
		}
		if diff := cmp.Diff([]store.Verdict{second, v}, all); diff != "" {
			t.Fatalf("history (-want +got):\n%s", diff)
		}
		newest, known, err := s.NewestVerdict(ctx, 10, 7)
		if err != nil || !known || newest.ID != ids[0] {
			t.Errorf("newest is %d, want %d; known %t, err %v", newest.ID, ids[0], known, err)
		}
		before, err := s.Verdicts(ctx, 10, 7, ids[0], 10)
		if err != nil || len(before) != 1 || before[0].ID != ids[1] {
			t.Errorf("before the newest: %+v, err %v", before, err)
		}
	})
}

func TestOnCommit(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		for i, v := range []store.Verdict{
			{Repository: 10, Number: 7, HeadSHA: "a", Title: "old"},
			{Repository: 10, Number: 7, HeadSHA: "a", Title: "new", InputDigest: "x"},
			{Repository: 10, Number: 8, HeadSHA: "a", Title: "other"},
			{Repository: 10, Number: 7, HeadSHA: "b", Title: "moved on"},
			{Repository: 11, Number: 9, HeadSHA: "a", Title: "elsewhere"},
		} {
			v.JudgedAt = time.UnixMilli(int64(i))
			if err := s.SaveVerdict(ctx, v); err != nil {
				t.Fatal(err)
			}
		}
		all, err := s.OnCommit(ctx, 10, "a")
		var titles []string
		for _, v := range all {
			titles = append(titles, v.Title)
		}
		if diff := cmp.Diff([]string{"other", "new"}, titles); err != nil || diff != "" {
			t.Errorf("on the commit, err %v (-want +got):\n%s", err, diff)
		}
	})
}

func TestSharing(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		for _, v := range []store.Verdict{
			{Repository: 10, Number: 9, HeadSHA: "a"},
			{Repository: 10, Number: 7, HeadSHA: "a", InputDigest: "1"},
			{Repository: 10, Number: 7, HeadSHA: "a", InputDigest: "2"},
			{Repository: 10, Number: 8, HeadSHA: "a"},
			{Repository: 10, Number: 8, HeadSHA: "b"}, // moved on
			{Repository: 20, Number: 1, HeadSHA: "a"}, // somebody else's
		} {
			if err := s.SaveVerdict(ctx, v); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Sharing(ctx, 10, "a")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int{7, 9}, got); diff != "" {
			t.Errorf("pull requests on the commit (-want +got):\n%s", diff)
		}
	})
}

func TestInstallationsAndRepositories(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		check := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		check(s.SaveInstallation(ctx, store.Installation{ID: 1, Account: "acme", AccountID: 100}))
		check(s.SaveInstallation(ctx, store.Installation{ID: 2, Account: "octo-org", AccountID: 200}))
		check(s.SaveInstallation(ctx, store.Installation{ID: 1, Account: "acme-inc", AccountID: 100, Suspended: true}))
		check(s.SaveRepositories(ctx, []store.Repo{{ID: 10, Installation: 1, Owner: "acme", Name: "shop"}, {ID: 11, Installation: 1, Owner: "acme", Name: "old"}}))

		// A rename and a transfer, with work that waits.
		announced := want(pull(1, 10, 7))
		announced.Owner, announced.Name = "acme", "shop"
		put(t, s, announced, want(pull(1, 11, 1)))
		near := want(pull(1, 100, 7)) // whose key begins alike
		near.Owner, near.Name = "acme", "near"
		repository := want(queue.Subject{Kind: queue.Repository, Installation: 1, Repository: 10})
		put(t, s, near, repository)
		check(s.SaveRepositories(ctx, []store.Repo{{ID: 10, Installation: 2, Owner: "octo-org", Name: "store"}}))
		for _, l := range claim(t, s, 10) {
			if l.Repository == 10 && (l.Installation != 2 || l.Owner != "octo-org" || l.Name != "store") {
				t.Errorf("lease after the transfer: %+v", l)
			}
			if l.Repository == 100 && (l.Installation != 1 || l.Name != "near") {
				t.Errorf("lease of another repository: %+v", l)
			}
			if l.Kind == queue.Repository {
				done(t, s, l)
				continue
			}
			if err := s.Retry(ctx, l, 0, "HTTP 502"); err != nil {
				t.Fatal(err)
			}
		}

		i, known, err := s.Installation(ctx, 1)
		if err != nil || !known || i.Account != "acme-inc" || !i.Suspended {
			t.Errorf("installation 1: %+v, known %t, err %v", i, known, err)
		}
		all, err := s.Installations(ctx, 1, 10)
		if err != nil || len(all) != 1 || all[0].ID != 2 {
			t.Errorf("installations after 1: %+v, err %v", all, err)
		}
		repos, err := s.Repositories(ctx, 2, 0, 10)
		check(err)
		if diff := cmp.Diff([]store.Repo{{ID: 10, Installation: 2, Owner: "octo-org", Name: "store"}}, repos); diff != "" {
			t.Errorf("repositories (-want +got):\n%s", diff)
		}

		check(s.SavePolicy(ctx, store.Policy{Installation: 1, Path: "backout.yml", Text: "version: 1\n", Blob: "b1"}))
		check(s.SaveVerdict(ctx, store.Verdict{Repository: 11, Number: 1}))
		check(s.RemoveInstallation(ctx, 1))
		if _, known, err := s.Repository(ctx, 11); err != nil || known {
			t.Errorf("a repository of a removed installation: known %t, err %v", known, err)
		}
		if p, err := s.Policies(ctx, 1, 0); err != nil || len(p) != 0 {
			t.Errorf("policies of a removed installation: %+v, err %v", p, err)
		}
		if _, known, err := s.NewestVerdict(ctx, 11, 1); err != nil || !known {
			t.Errorf("the verdicts of a removed installation: known %t, err %v; they stay", known, err)
		}
		l := claimOne(t, s)
		if l.Repository != 10 {
			t.Errorf("what is left to do: %+v", l)
		}
		check(s.RemoveRepositories(ctx, 2, []int64{10}))
		// A worker that comes back to what is gone asks for nothing.
		if held, err := s.Done(ctx, l); err != nil || held {
			t.Errorf("Done of what is gone: held %t, err %v", held, err)
		}
		claimNone(t, s)
	})
}

func TestPolicies(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		first := store.Policy{Installation: 1, Repository: 10, Path: ".github/backout.yml", Text: "version: 1\n", Blob: "b1", Commit: "c1"}
		second := first
		second.Text, second.Blob, second.Commit = "version: 1\nmode: audit\n", "b2", "c2"
		organisation := store.Policy{Installation: 1, Path: "backout.yml", Text: "version: 1\n", Blob: "b1"}
		for _, p := range []store.Policy{first, organisation, second} {
			if err := s.SavePolicy(ctx, p); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Policies(ctx, 1, 10)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]store.Policy{second}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if err := s.RemovePolicy(ctx, 1, 10, ".github/backout.yml"); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Policies(ctx, 1, 10); err != nil || len(got) != 0 {
			t.Errorf("a removed policy: %+v, err %v", got, err)
		}
		if got, err := s.Policies(ctx, 1, 0); err != nil || len(got) != 1 {
			t.Errorf("the organisation's: %+v, err %v", got, err)
		}
	})
}

func TestPruneKeepsWhatIsYoung(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		put(t, s, want(pull(1, 10, 7)))
		done(t, s, claimOne(t, s))
		c.advance(29 * 24 * time.Hour)
		put(t, s, want(pull(1, 10, 8)))
		prune := func() {
			t.Helper()
			if err := s.Prune(ctx); err != nil {
				t.Fatal(err)
			}
		}
		prune()
		put(t, s, want(pull(1, 10, 7)))
		for _, l := range claim(t, s, 10) {
			if l.Number == 7 && l.Want != 2 {
				t.Errorf("want %d of a subject that was there, want 2", l.Want)
			}
			done(t, s, l)
		}
		c.advance(31 * 24 * time.Hour)
		prune()
		put(t, s, want(pull(1, 10, 7)))
		if l := claimOne(t, s); l.Want != 1 {
			t.Errorf("want %d of a subject that was deleted, want 1", l.Want)
		}
	})
}

func TestFormerNames(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		save := func(installation int64, name string) []string {
			t.Helper()
			if err := s.SaveRepositories(ctx, []store.Repo{{ID: 10, Installation: installation, Owner: "acme", Name: name}}); err != nil {
				t.Fatal(err)
			}
			r, known, err := s.Repository(ctx, 10)
			if err != nil || !known || r.Name != name {
				t.Fatalf("%+v, %t, %v", r, known, err)
			}
			return r.Former
		}
		for _, step := range []struct {
			installation int64
			name         string
			want         []string
		}{
			{1, "pay-api", nil},
			{1, "pay-api", nil},
			{1, "api", []string{"pay-api"}},
			{1, "web", []string{"api", "pay-api"}},
			{1, "web", []string{"api", "pay-api"}},
			{2, "web", nil},
			{2, "shop", []string{"web"}},
		} {
			if diff := cmp.Diff(step.want, save(step.installation, step.name)); diff != "" {
				t.Errorf("after %+v (-want +got):\n%s", step, diff)
			}
		}
	})
}

func TestWhatWasAnnouncedOfAPullRequest(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		announced := func() queue.Announced {
			t.Helper()
			a, err := s.Announced(ctx, 10, 7)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		if a := announced(); a != (queue.Announced{}) {
			t.Errorf("%+v of what nobody announced", a)
		}
		w := want(pull(1, 10, 7))
		w.Announced = queue.Announced{UpdatedAt: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC), HeadSHA: "h1", Description: "d1"}
		put(t, s, w, want(pull(1, 10, 8)), want(pull(1, 11, 7)))
		if a := announced(); a != w.Announced {
			t.Errorf("%+v, want %+v", a, w.Announced)
		}
		done(t, s, claim(t, s, 3)[0])
		w.Description = "d2"
		put(t, s, w)
		if a := announced(); a.HeadSHA != "h1" || a.Description != "" {
			t.Errorf("%+v, although nobody says which of the two descriptions is the newer", a)
		}
	})
}
