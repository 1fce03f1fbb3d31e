package worker

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
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
	if err := h.is(ref.Repo, ask.RepositoryID); err != nil {
		return gate.Pull{}, err
	}
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

// is tells a repository from another one that has its name.
func (h *hub) is(repo gate.Repo, id int64) error {
	if slices.ContainsFunc(h.repositories, func(r gate.Installed) bool { return r.Repo == repo && r.ID != id }) {
		return &gate.Elsewhere{What: repo.String()}
	}
	return nil
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

func (h *hub) Numbers(_ context.Context, repo gate.Repo, id int64, _ string) ([]int, string, error) {
	var all []int
	err := h.call("open "+repo.String(), func() error {
		if !slices.ContainsFunc(h.repositories, func(r gate.Installed) bool { return r.Repo == repo }) {
			return &gate.Gone{What: repo.String()}
		}
		if err := h.is(repo, id); err != nil {
			return err
		}
		for n, p := range h.pulls {
			if p.State == gate.Open {
				all = append(all, n)
			}
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
