package worker

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
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

// What the tests judge: one description that the defaults pass, one that they
// block.
const (
	good = `The cart rounds prices half up.

## Rollback plan

Revert this commit and deploy the previous image with deploy cart --previous, about five minutes. Nothing is stored.

## Worst-case scenario

Totals are a cent off; the nightly comparison with the ledger raises an alarm.

## Blast radius

The shopping cart of the web shop.
`
	poor     = "Fix rounding."
	defaults = "version: 1\n"

	installation, repository = 9, 7
)

var acme = gate.Repo{Owner: "acme", Name: "shop"}

// hub is a GitHub in memory, as one installation sees it.
type hub struct {
	now func() time.Time

	mu           sync.Mutex
	pulls        map[int]*gate.Pull
	runs         []gate.Run
	comments     map[int][]gate.Comment
	repositories []gate.Installed
	organisation gate.Text
	policy       gate.Text
	ids          int64
	calls        []string
	fail         func(call string) error // nil: nothing fails
	called       func(call string)       // before a call takes effect
}

func (h *hub) call(name string, effect func() error) error {
	if h.called != nil {
		h.called(name)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, name)
	if h.fail != nil {
		if err := h.fail(name); err != nil {
			return err
		}
	}
	return effect()
}

// count is how often calls that begin so were made.
func (h *hub) count(name string) int {
	n := 0
	for _, c := range h.calls {
		if strings.HasPrefix(c, name) {
			n++
		}
	}
	return n
}

func (h *hub) Pull(_ context.Context, ref gate.Ref, ask gate.Ask) (gate.Pull, error) {
	var p gate.Pull
	err := h.call(fmt.Sprintf("pull %s", ref), func() (err error) {
		p, err = h.read(ref, ask)
		return err
	})
	return p, err
}

func (h *hub) read(ref gate.Ref, ask gate.Ask) (gate.Pull, error) {
	now, ok := h.pulls[ref.Number]
	if !ok || !slices.ContainsFunc(h.repositories, func(r gate.Installed) bool { return r.Repo == ref.Repo }) {
		if ask.Fresh != (gate.Fresh{}) {
			return gate.Pull{}, &gate.Unavailable{What: ref.String(), Why: "it is not there yet", Stale: true}
		}
		return gate.Pull{}, &gate.Gone{What: ref.String()}
	}
	p, f := *now, ask.Fresh
	if p.UpdatedAt.Before(f.UpdatedAt) || f.HeadSHA != "" && p.Change.HeadSHA != f.HeadSHA && !p.UpdatedAt.After(f.UpdatedAt) {
		return gate.Pull{}, &gate.Unavailable{What: ref.String(), Why: "it is older than announced", Stale: true}
	}
	p.Ref = ref
	p.Organisation, p.Repository = h.organisation, h.policy
	p.Organisation.File, p.Repository.File = ask.Organisation, gate.File{Repo: ref.Repo, Path: ask.Policy}
	p.Runs = h.runsOn(p.Change.HeadSHA)
	p.Comments, p.CommentsWhole = slices.Clone(h.comments[ref.Number]), true
	for n, other := range h.pulls {
		if n != ref.Number && other.State == gate.Open && other.Change.HeadSHA == p.Change.HeadSHA && other.HeadRepo == p.HeadRepo {
			p.Sharing = append(p.Sharing, n)
		}
	}
	slices.Sort(p.Sharing)
	return p, nil
}

func (h *hub) runsOn(sha string) []gate.Run {
	var runs []gate.Run
	for _, r := range h.runs {
		if r.SHA == sha {
			runs = append(runs, r)
		}
	}
	return runs
}

func (h *hub) Open(_ context.Context, repo gate.Repo, ask gate.Ask, _ string) ([]gate.Pull, string, error) {
	var all []gate.Pull
	err := h.call("open "+repo.String(), func() error {
		if !slices.ContainsFunc(h.repositories, func(r gate.Installed) bool { return r.Repo == repo }) {
			return &gate.Gone{What: repo.String()}
		}
		for n, p := range h.pulls {
			if p.State != gate.Open {
				continue
			}
			read, err := h.read(gate.Ref{Repo: repo, Number: n}, ask)
			if err != nil {
				return err
			}
			all = append(all, read)
		}
		return nil
	})
	return all, "", err
}

func (h *hub) Repositories(context.Context) (all []gate.Installed, err error) {
	err = h.call("repositories", func() error { all = slices.Clone(h.repositories); return nil })
	return all, err
}

func (h *hub) Lines(_ context.Context, p *gate.Pull) error {
	return h.call("lines", func() error { p.Lines = true; return nil })
}

func (h *hub) Versions(context.Context, gate.Text, int) ([]gate.Text, error) {
	return nil, h.call("versions", func() error { return nil })
}

func (h *hub) Reverted(context.Context, gate.Ref, string) (*checks.Reverted, error) {
	return nil, h.call("reverted", func() error { return nil })
}

func (h *hub) Labelled(context.Context, gate.Ref, string) (gate.Labelled, error) {
	return gate.Labelled{}, h.call("labelled", func() error { return nil })
}

func (h *hub) Pushed(context.Context, *gate.Pull) (time.Time, error) {
	return time.Time{}, h.call("pushed", func() error { return nil })
}

func (h *hub) Permits(context.Context, gate.Repo, string, []string) (bool, error) {
	return false, h.call("permits", func() error { return nil })
}

func (h *hub) Runs(_ context.Context, _ gate.Repo, sha, _ string) (runs []gate.Run, err error) {
	err = h.call("runs", func() error { runs = h.runsOn(sha); return nil })
	return runs, err
}

func (h *hub) CreateRun(_ context.Context, _ gate.Repo, r gate.Run) (gate.Run, error) {
	err := h.call("create run", func() error {
		h.ids++
		r.ID = h.ids
		h.runs = append(h.runs, r)
		return nil
	})
	return r, err
}

func (h *hub) UpdateRun(_ context.Context, _ gate.Repo, r gate.Run) error {
	return h.call("update run", func() error {
		i := slices.IndexFunc(h.runs, func(o gate.Run) bool { return o.ID == r.ID })
		if i < 0 {
			return &gate.Gone{What: "a check run"}
		}
		h.runs[i] = r
		return nil
	})
}

func (h *hub) Comments(_ context.Context, ref gate.Ref) (all []gate.Comment, err error) {
	err = h.call("comments", func() error { all = slices.Clone(h.comments[ref.Number]); return nil })
	return all, err
}

func (h *hub) CreateComment(_ context.Context, ref gate.Ref, body string) (c gate.Comment, err error) {
	err = h.call(fmt.Sprintf("create comment %d", ref.Number), func() error {
		h.ids++
		c = gate.Comment{ID: h.ids, Body: body}
		h.comments[ref.Number] = append(h.comments[ref.Number], c)
		h.pulls[ref.Number].UpdatedAt = h.now().Truncate(time.Second)
		return nil
	})
	return c, err
}

func (h *hub) EditComment(_ context.Context, _ gate.Repo, id int64, body string) error {
	return h.call("edit comment", func() error {
		for _, all := range h.comments {
			for i := range all {
				if all[i].ID == id {
					all[i].Body = body
				}
			}
		}
		return nil
	})
}

func (h *hub) DeleteComment(_ context.Context, _ gate.Repo, _ int64) error {
	return h.call("delete comment", func() error { return nil })
}

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
		Run: func(s gate.Shared) (gate.Words, error) {
			if s.Outcome() == gate.NoVerdict {
				return gate.Words{Title: "No verdict yet: " + s.Missing[0].Err.Error(), Summary: "none"}, nil
			}
			var all []string
			for _, j := range s.Judged {
				all = append(all, fmt.Sprintf("#%d %s", j.Pull.Number, j.Verdict.Title))
			}
			return gate.Words{Title: s.Judged[0].Verdict.Title, Summary: strings.Join(all, "\n")}, nil
		},
		SameText: same,
		Comment:  func(j gate.Judged, _ gate.Shared) (string, error) { return j.Verdict.Title + "\n" + mark + "\n", nil },
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
