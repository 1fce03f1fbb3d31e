package worker

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

// verdicts counts the verdicts that were observed.
type verdicts struct {
	mu  sync.Mutex
	all []string
}

func (v *verdicts) Verdict(conclusion string, _ time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.all = append(v.all, conclusion)
}

// site is a worker with a database, a clock that stands still, and the GitHub
// that it works for.
type site struct {
	*hub
	t        *testing.T
	clock    atomic.Int64 // milliseconds
	store    *store.Store
	worker   *Worker
	observed verdicts
	log      *lines
	missing  bool // the installation has no client
}

// lines is a log.
type lines struct{ strings.Builder }

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, log: &lines{}}
	s.clock.Store(time.Date(2027, 3, 2, 14, 0, 0, 0, time.UTC).UnixMilli())
	s.hub = &hub{
		now: s.time, pulls: map[int]*gate.Pull{}, comments: map[int][]gate.Comment{}, ids: 100,
		repositories: []gate.Installed{{Repo: acme, ID: repository}},
		organisation: gate.Text{State: config.Absent}, policy: gate.Text{State: config.Absent},
	}
	db, err := store.Open(t.Context(), store.Options{URL: filepath.Join(t.TempDir(), "backout.db"), Now: s.time})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	s.store = db
	s.worker = s.newWorker(db)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("calls: %s\nlog:\n%s", strings.Join(s.calls, "; "), s.log.String())
		}
	})
	return s
}

// passing is a site that enforces its policy, and on it a pull request that
// passes.
func passing(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	s.enforce()
	s.add(1, good, "aaa")
	s.event(1, "pull_request.opened")
	s.work()
	return s
}

// newWorker is one more worker on the same database.
func (s *site) newWorker(db *store.Store) *Worker {
	return &Worker{
		Queue: db, Records: db,
		Client: func(int64) (Client, error) {
			if s.missing {
				return nil, &gate.Gone{What: "the installation"}
			}
			return s.hub, nil
		},
		Forget:   func(int64) {},
		Gate:     gate.Gate{Options: gate.Options{Release: "1.0.0"}, Show: show(), Now: s.time, Sleep: s.sleep},
		Document: func(j gate.Judged) ([]byte, error) { return []byte(j.Verdict.Title), nil },
		Observer: &s.observed, Log: slog.New(slog.NewTextHandler(io.Writer(s.log), &slog.HandlerOptions{Level: slog.LevelInfo})), Now: s.time,
		OrganisationRepository: ".github", OrganisationPath: "backout.yml", Policy: ".github/backout.yml", CommentAfter: time.Minute,
	}
}

func (s *site) time() time.Time { return time.UnixMilli(s.clock.Load()).UTC() }

func (s *site) sleep(_ context.Context, d time.Duration) error {
	s.clock.Add(d.Milliseconds())
	return nil
}

// show puts verdicts into few words.
func show() gate.Show {
	const mark = "<!-- ours -->"
	same := func(a, b string) bool { return a == b }
	return gate.Show{
		Run: func(s gate.Shared) gate.Words {
			if s.Outcome() == gate.NoVerdict {
				return gate.Words{Title: "No verdict yet: " + s.Missing[0].Err.Error(), Summary: "none"}
			}
			var all []string
			for _, j := range s.Judged {
				all = append(all, fmt.Sprintf("#%d %s", j.Pull.Number, j.Verdict.Title))
			}
			return gate.Words{Title: s.Judged[0].Verdict.Title, Summary: strings.Join(all, "\n")}
		},
		SameText: same,
		Comment:  func(j gate.Judged) string { return j.Verdict.Title + "\n" + mark + "\n" },
		CommentWanted: func(when config.Comment, j gate.Judged, onBranch, exists bool) bool {
			return exists || onBranch && !j.Pull.Change.Draft && j.Verdict.Conclusion == checks.Failure
		},
		IsComment: func(body string) bool { return strings.HasSuffix(strings.TrimSpace(body), mark) },
	}
}

// enforce puts a policy file with the defaults in force.
func (s *site) enforce() { s.policy = text(defaults) }

// text is a file that is there.
func text(data string) gate.Text {
	return gate.Text{State: config.Present, Data: data, Blob: gate.DigestOf(data)[:40], Commit: "c0ffee"}
}

// add opens a pull request.
func (s *site) add(number int, body, sha string) *gate.Pull {
	p := &gate.Pull{
		Ref: gate.Ref{Repo: acme, Number: number}, ID: int64(1000 + number), State: gate.Open, UpdatedAt: s.time().Truncate(time.Second),
		HeadRepo: acme.String(), DefaultBranch: "main", Lines: true, HeadRef: fmt.Sprint("change-", number),
		Change: checks.Change{
			Repo: acme.String(), Number: number, Title: "Round half up", Author: "octocat", Commits: []string{"octocat"}, Base: "main",
			HeadSHA: sha, Body: body, Diff: checks.DiffWhole, FromGitHub: true,
			Files: []checks.File{{Path: "cart/round.go", Status: checks.Modified, Additions: 3, Deletions: 1}},
		},
	}
	s.pulls[number] = p
	return p
}

// change changes a pull request a second later.
func (s *site) change(number int, change func(*gate.Pull)) {
	s.clock.Add(1000)
	change(s.pulls[number])
	s.pulls[number].UpdatedAt = s.time().Truncate(time.Second)
}

// event delivers what GitHub says of a pull request at this moment.
func (s *site) event(number int, reason string) {
	s.t.Helper()
	w := queue.Want{Subject: subject(queue.Pull, number), Announced: queue.Announced{Owner: acme.Owner, Name: acme.Name}, Reason: reason}
	if p := s.pulls[number]; p != nil {
		w.UpdatedAt, w.HeadSHA, w.Description = p.UpdatedAt, p.Change.HeadSHA, gate.DigestOf(p.Change.Body)
	}
	s.want(w)
}

func (s *site) want(wants ...queue.Want) {
	s.t.Helper()
	if err := s.store.Put(s.t.Context(), queue.Delivery{GUID: fmt.Sprint(s.clock.Add(1))}, wants); err != nil {
		s.t.Fatal(err)
	}
}

func subject(kind queue.Kind, number int) queue.Subject {
	return queue.Subject{Kind: kind, Installation: installation, Repository: repository, Number: number}
}

// of is a want for a subject that is no pull request.
func of(kind queue.Kind, reason string) queue.Want {
	w := queue.Want{Subject: subject(kind, 0), Announced: queue.Announced{Owner: acme.Owner, Name: acme.Name}, Reason: reason}
	if kind == queue.Installation {
		w.Repository, w.Name = 0, ""
	}
	return w
}

// work works on all that is due, and returns how many turns that took.
func (s *site) work() int {
	s.t.Helper()
	for turns := range 1000 {
		leases, err := s.store.Claim(s.t.Context(), 1, leaseFor)
		if err != nil {
			s.t.Fatal(err)
		}
		if len(leases) == 0 {
			return turns
		}
		s.worker.work(s.t.Context(), leases[0], s.worker.Now())
	}
	s.t.Fatal("it does not come to an end")
	return 0
}

// after lets time pass, a little at a time, and works on what falls due.
func (s *site) after(d time.Duration) {
	s.t.Helper()
	step := time.Second
	if d > 5*time.Minute {
		step = 15 * time.Second
	}
	for ; d > 0; d -= step {
		s.clock.Add(min(d, step).Milliseconds())
		s.work()
	}
}

// shows checks the conclusion and the title of the one check run on a commit; an
// empty conclusion: there is none.
func (s *site) shows(sha string, conclusion checks.Conclusion, title string) {
	s.t.Helper()
	runs := s.runsOn(sha)
	switch {
	case conclusion == "" && len(runs) == 0:
	case len(runs) != 1:
		s.t.Errorf("%d check runs on %s: %+v", len(runs), sha, runs)
	case runs[0].Conclusion != conclusion || !strings.Contains(runs[0].Title, title):
		s.t.Errorf("%s shows %s %q, want %s %q", sha, runs[0].Conclusion, runs[0].Title, conclusion, title)
	}
}

// said checks how many comments a pull request has, and what the first says.
func (s *site) said(number, n int, text string) {
	s.t.Helper()
	all := s.comments[number]
	if len(all) != n || n > 0 && !strings.Contains(all[0].Body, text) {
		s.t.Errorf("#%d has %d comments, want %d with %q: %+v", number, len(all), n, text, all)
	}
}

// depth is how many subjects want work.
func (s *site) depth() int {
	s.t.Helper()
	stats, err := s.store.Stats(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return stats.Depth
}
