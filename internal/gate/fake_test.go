package gate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
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
	poor = "Fix rounding."
)

const mark = "<!-- ours -->"

// show puts verdicts into few words.
func show() Show {
	return Show{
		Run: func(s Shared) Words {
			if len(s.Judged) == 0 {
				return Words{Title: "No verdict yet", Summary: s.Missing[0].Err.Error()}
			}
			var all []string
			for _, j := range s.Judged {
				all = append(all, fmt.Sprintf("#%d %s", j.Pull.Number, j.Verdict.Title))
			}
			return Words{Title: s.Judged[0].Verdict.Title, Summary: strings.Join(all, "\n"), Text: fmt.Sprint(len(s.Missing))}
		},
		SameText: sameText,
		Comment: func(j Judged) string {
			return j.Verdict.Title + "\n" + j.Verdict.InputDigest + "\n" + mark + "\n"
		},
		CommentWanted: func(when config.Comment, j Judged, onBranch, exists bool) bool {
			if when == config.CommentNever || exists {
				return exists && when != config.CommentNever
			}
			return onBranch && !j.Pull.Change.Draft && (when == config.CommentAlways || j.Verdict.Blocked)
		},
		IsComment: func(body string) bool { return strings.HasSuffix(strings.TrimSpace(body), mark) },
	}
}

// world is a GitHub in memory. Its calls are made one after another, in an order
// that the schedule decides; without one they are made at once.
type world struct {
	mu       sync.Mutex
	now      time.Time
	pulls    map[int]*Pull
	before   map[int]Pull // what stale reads are served
	edited   map[int]time.Time
	runs     []Run
	comments map[int][]Comment
	ids      int64

	rng      *rand.Rand
	stale    float64 // how many of the reads are
	lost     float64 // how many answers of writes are
	schedule *schedule
	calls    []string
	fail     func(call string) error // what a call fails with before it takes effect
	failed   func(call string) error // what it fails with after it took effect

	labelled map[string]Labelled
	pushed   time.Time
	permits  bool
	versions []Text
	reverted map[int]*checks.Reverted
}

// newWorld is an empty one.
func newWorld() *world {
	w := &world{
		now: time.Date(2027, 3, 2, 14, 0, 0, 0, time.UTC), pulls: map[int]*Pull{}, before: map[int]Pull{}, edited: map[int]time.Time{},
		comments: map[int][]Comment{}, ids: 100, rng: rand.New(rand.NewPCG(1, 2)), permits: true,
		labelled: map[string]Labelled{}, reverted: map[int]*checks.Reverted{},
	}
	return w
}

var shop = Repo{"acme", "shop"}

// open adds a pull request.
func (w *world) open(number int, body, sha, headRepo string) *Pull {
	p := &Pull{
		Ref: Ref{shop, number}, State: Open, UpdatedAt: w.now.Truncate(time.Second), HeadRepo: headRepo, DefaultBranch: "main", HeadRef: "change",
		Change: checks.Change{
			Repo: shop.String(), Number: number, Title: "Round half up", Author: "octocat", Commits: []string{"octocat"}, Base: "main",
			HeadSHA: sha, Body: body, Diff: checks.DiffWhole, FromGitHub: true,
			Files: []checks.File{{Path: "cart/round.go", Status: checks.Modified, Additions: 3, Deletions: 1}},
		},
		Organisation: Text{File: File{Repo{"acme", ".github"}, "backout.yml"}, State: config.Absent},
		Repository:   Text{File: File{shop, ".github/backout.yml"}, State: config.Absent},
	}
	w.pulls[number] = p
	return p
}

// edit changes a pull request, which stale reads do not see for a while.
func (w *world) edit(number int, change func(*Pull)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.pulls[number]
	w.before[number] = *p
	change(p)
	p.UpdatedAt = w.now.Truncate(time.Second)
	w.edited[number] = w.now
}

// call is one call: it takes effect at one moment and its answer arrives at
// another.
func (w *world) call(ctx context.Context, name string, effect func() error) error {
	if w.schedule != nil {
		w.schedule.step(ctx, 0)
		defer w.schedule.step(ctx, 0)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, name)
	if w.fail != nil {
		if err := w.fail(name); err != nil {
			return err
		}
	}
	isWrite := !strings.HasPrefix(name, "read")
	lost := isWrite && w.rng.Float64() < w.lost
	if lost && w.rng.IntN(2) == 0 {
		return &Unavailable{What: name, Write: true, Why: "it did not arrive"}
	}
	if err := effect(); err != nil {
		return err
	}
	if w.failed != nil {
		if err := w.failed(name); err != nil {
			return err
		}
	}
	if lost {
		return &Unavailable{What: name, Write: true, Why: "its answer was lost"}
	}
	return nil
}

func (w *world) Pull(ctx context.Context, ref Ref, ask Ask) (Pull, error) {
	var p Pull
	err := w.call(ctx, "read pull", func() error {
		now, ok := w.pulls[ref.Number]
		if !ok {
			return &Gone{What: ref.String()}
		}
		p = *now
		if old, ok := w.before[ref.Number]; ok && w.now.Sub(w.edited[ref.Number]) < 5*time.Second && w.rng.Float64() < w.stale {
			p = old
		}
		f := ask.Fresh
		if p.UpdatedAt.Before(f.UpdatedAt) || f.HeadSHA != "" && p.Change.HeadSHA != f.HeadSHA && !p.UpdatedAt.After(f.UpdatedAt) {
			return &Unavailable{What: ref.String(), Why: "it is older than announced", Stale: true}
		}
		p.Runs = w.runsOn(p.Change.HeadSHA)
		p.Comments, p.CommentsWhole = slices.Clone(w.comments[ref.Number]), true
		p.Sharing = nil
		for n, other := range w.pulls {
			if n != ref.Number && other.State == Open && other.Change.HeadSHA == p.Change.HeadSHA && other.HeadRepo == p.HeadRepo {
				p.Sharing = append(p.Sharing, n)
			}
		}
		slices.Sort(p.Sharing)
		p.Change.Files = slices.Clone(p.Change.Files)
		return nil
	})
	return p, err
}

func (w *world) runsOn(sha string) []Run {
	var runs []Run
	for _, r := range w.runs {
		if r.SHA == sha {
			runs = append(runs, r)
		}
	}
	return runs
}

func (w *world) Lines(ctx context.Context, p *Pull) error {
	return w.call(ctx, "read lines", func() error {
		p.Lines = true
		for i := range p.Change.Files {
			f := &p.Change.Files[i]
			f.Patch = "@@ -0,0 +1 @@\n+ALTER TABLE users DROP COLUMN email;\n"
			if f.Status == checks.Renamed {
				f.Previous = "old/" + f.Path
			}
		}
		return nil
	})
}

func (w *world) Versions(ctx context.Context, _ Text, limit int) ([]Text, error) {
	err := w.call(ctx, "read versions", func() error { return nil })
	return w.versions[:min(limit, len(w.versions))], err
}

func (w *world) Reverted(ctx context.Context, ref Ref, _ string) (*checks.Reverted, error) {
	err := w.call(ctx, "read reverted", func() error { return nil })
	return w.reverted[ref.Number], err
}

func (w *world) Labelled(ctx context.Context, _ Ref, label string) (Labelled, error) {
	err := w.call(ctx, "read labelled", func() error { return nil })
	return w.labelled[label], err
}

func (w *world) Pushed(ctx context.Context, _ *Pull) (time.Time, error) {
	err := w.call(ctx, "read pushed", func() error { return nil })
	return w.pushed, err
}

func (w *world) Permits(ctx context.Context, _ Repo, _ string, _ []string) (bool, error) {
	err := w.call(ctx, "read permits", func() error { return nil })
	return w.permits, err
}

func (w *world) Open(ctx context.Context, _ Repo, ask Ask, page string) ([]Listed, string, error) {
	var numbers []int
	for n, p := range w.pulls {
		if p.State == Open {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	from := 0
	if page != "" {
		if _, err := fmt.Sscan(page, &from); err != nil {
			return nil, "", err
		}
	}
	next := ""
	if len(numbers) > from+2 {
		numbers, next = numbers[:from+2], fmt.Sprint(from+2)
	}
	var pulls []Listed
	for _, n := range numbers[from:] {
		p, err := w.Pull(ctx, Ref{shop, n}, ask)
		p.Ref = Ref{shop, n}
		pulls = append(pulls, Listed{p, err})
	}
	return pulls, next, nil
}

func (w *world) Runs(ctx context.Context, _ Repo, sha, name string) ([]Run, error) {
	var runs []Run
	err := w.call(ctx, "read runs", func() error {
		runs = slices.DeleteFunc(w.runsOn(sha), func(r Run) bool { return r.Name != name })
		return nil
	})
	return runs, err
}

func (w *world) CreateRun(ctx context.Context, _ Repo, r Run) (Run, error) {
	err := w.call(ctx, "create run", func() error {
		w.ids++
		r.ID = w.ids
		w.runs = append(w.runs, r)
		return nil
	})
	return r, err
}

func (w *world) UpdateRun(ctx context.Context, _ Repo, r Run) error {
	return w.call(ctx, "update run", func() error {
		for i := range w.runs {
			if w.runs[i].ID == r.ID {
				r.StartedAt = w.runs[i].StartedAt
				w.runs[i] = r
				return nil
			}
		}
		return &Gone{What: "check run"}
	})
}

func (w *world) Comments(ctx context.Context, ref Ref) ([]Comment, error) {
	var comments []Comment
	err := w.call(ctx, "read comments", func() error {
		comments = slices.Clone(w.comments[ref.Number])
		return nil
	})
	return comments, err
}

func (w *world) CreateComment(ctx context.Context, ref Ref, body string) (Comment, error) {
	var c Comment
	err := w.call(ctx, "create comment", func() error {
		w.ids++
		c = Comment{ID: w.ids, Body: body}
		w.comments[ref.Number] = append(w.comments[ref.Number], c)
		// A comment is news of the pull request, as on GitHub.
		w.pulls[ref.Number].UpdatedAt = w.now.Truncate(time.Second)
		return nil
	})
	return c, err
}

func (w *world) EditComment(ctx context.Context, _ Repo, id int64, body string) error {
	return w.call(ctx, "edit comment", func() error {
		for _, all := range w.comments {
			for i := range all {
				if all[i].ID == id {
					all[i].Body = body
					return nil
				}
			}
		}
		return &Gone{What: "comment"}
	})
}

func (w *world) DeleteComment(ctx context.Context, _ Repo, id int64) error {
	return w.call(ctx, "delete comment", func() error {
		for n, all := range w.comments {
			w.comments[n] = slices.DeleteFunc(slices.Clone(all), func(c Comment) bool { return c.ID == id })
		}
		return nil
	})
}

// count is how often a call was made.
func (w *world) count(prefix string) int {
	n := 0
	for _, c := range w.calls {
		if strings.HasPrefix(c, prefix) {
			n++
		}
	}
	return n
}

// gate is a gate over the world.
func (w *world) gate() Gate {
	return Gate{
		Reader: w, Writer: w, Show: show(), CheckRun: true,
		Options: Options{Ask: Ask{Policy: ".github/backout.yml", Organisation: File{Repo{"acme", ".github"}, "backout.yml"}, CheckName: CheckName}},
		Now: func() time.Time {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.now
		},
		Sleep: func(ctx context.Context, d time.Duration) error {
			if w.schedule != nil {
				w.schedule.step(ctx, d)
				return ctx.Err()
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			w.now = w.now.Add(d)
			return ctx.Err()
		},
	}
}
