package gate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backout-dev/backout/checks"
)

// read reads the subject and the pull requests whose verdicts count on its
// commit, and judges those that are not what they were.
func (e *enforcement) read(ctx context.Context) (Shared, Judged, error) {
	own, err := e.look(ctx, e.Number)
	if err != nil {
		e.out.Own = own
		e.out.Shared.Reports = own.reports()
		return Shared{}, own, err
	}
	if e.Group != "" {
		return Shared{Judged: []Judged{own}, Reports: own.reports()}, own, nil
	}
	lead := own
	if e.anchor != 0 {
		lead, err = e.look(ctx, e.anchor)
		if err != nil {
			return Shared{}, own, err
		}
		if !lead.onCommitOf(own) {
			e.anchor, lead = 0, own // it moved on
		}
	}
	s, err := e.fellows(ctx, lead)
	s.Reports = own.reports()
	return s, own, err
}

// reports is true where all that is known of the policy is that it only
// reports.
func (j Judged) reports() bool { return j.Merged.Policy.Mode == "audit" }

// onCommitOf reports an open pull request with the same head commit.
func (j Judged) onCommitOf(other Judged) bool {
	return j.Pull.State == Open && j.Pull.Change.HeadSHA == other.Pull.Change.HeadSHA
}

// maxFellows is how many pull requests of one commit are judged together: each
// of them reads all of them.
const maxFellows = 10

// TooMany is why pull requests of one commit have no verdict.
type TooMany struct{ Open int }

func (e *TooMany) Error() string {
	return fmt.Sprintf("too many open pull requests (%d) have this commit as their head; close all but %d of them, or push a commit to this one", e.Open, maxFellows)
}

// Crowded reports that more open pull requests have the head commit than are
// judged together.
func (p Pull) Crowded() bool { return len(p.Sharing)+1 > maxFellows }

// fellows judges a pull request together with the others of its head
// repository that are open on the same commit. Where they are too many it fails
// by itself or has no verdict: the strictest of the others is not known.
func (e *enforcement) fellows(ctx context.Context, lead Judged) (Shared, error) {
	var s Shared
	switch {
	case !lead.Pull.Crowded():
	case lead.Pull.State != Open: // nothing is known of those that are
		return s, nil
	case lead.Verdict.Conclusion == checks.Failure:
		return Shared{Judged: []Judged{lead}}, nil
	default:
		return Shared{Missing: []Missing{{lead.Pull.Ref, &TooMany{len(lead.Pull.Sharing) + 1}}}}, nil
	}
	if lead.Pull.State == Open {
		s.Judged = append(s.Judged, lead)
	}
	for _, n := range lead.Pull.Sharing {
		if n == lead.Pull.Number {
			continue
		}
		j, err := e.look(ctx, n)
		var gone *Gone
		switch {
		case errors.As(err, &gone):
		case errors.As(err, new(olderThanKnown)):
			return s, err
		case ctx.Err() != nil:
			return s, ctx.Err()
		case err != nil:
			s.Missing = append(s.Missing, Missing{Ref{e.Repo, n}, err})
		case j.onCommitOf(lead):
			s.Judged = append(s.Judged, j)
		}
	}
	strictestFirst(s.Judged)
	return s, nil
}

// look reads a pull request and judges it, unless it is what it was when it was
// judged.
func (e *enforcement) look(ctx context.Context, number int) (Judged, error) {
	o := e.Options
	o.Ask.Fresh = e.fresh[number]
	start := e.Now()
	p, err := e.Reader.Pull(ctx, Ref{e.Repo, number}, o.Ask)
	e.slowest = max(e.slowest, e.Now().Sub(start))
	if err != nil {
		return Judged{}, stale(err)
	}
	state := fingerprint(p)
	if err := e.order(number, state, p); err != nil {
		return Judged{}, err
	}
	at := e.Now()
	before, known := e.judged[number]
	if t := before.Verdict.ChangesAt; known && before.seen == state && (t == nil || at.Before(*t)) {
		p.Change, p.Lines = before.Pull.Change, before.Pull.Lines
		before.Pull = p
		e.judged[number] = before
		return before, nil
	}
	e.stands = false
	j, err := judge(ctx, e.Reader, p, o, at)
	if err != nil {
		return j, stale(err)
	}
	j.seen = state
	e.judged[number] = j
	return j, nil
}

func stale(err error) error {
	var u *Unavailable
	if errors.As(err, &u) && u.Stale {
		return olderThanKnown{err}
	}
	return err
}

// order notes a state that was read. Nothing older is the state any more, and a
// state that was another's predecessor within the same second is more likely a
// read from before than an edit back: it is read again.
func (e *enforcement) order(number int, state string, p Pull) error {
	f := e.fresh[number]
	older := &Unavailable{What: p.Ref.String(), Why: "GitHub answered with an older state", Stale: true}
	otherText := f.Description != "" && p.UpdatedAt.Equal(f.UpdatedAt) && DigestOf(p.Change.Body) != f.Description
	if p.UpdatedAt.Before(f.UpdatedAt) || otherText {
		return olderThanKnown{older}
	}
	delete(e.told, number) // it is as new as that
	if number == e.Number && e.doubted < maxDoubts && p.UpdatedAt.Equal(e.Announced.At) && !e.Announced.is(p) {
		e.doubted++ // the next times it is a newer one of the same second
		if !slices.Contains(e.states[number], state) {
			e.states[number] = slices.Insert(e.states[number], 0, state)
		}
		return olderThanKnown{older}
	}
	states := e.states[number]
	i := slices.Index(states, state)
	if i >= 0 && i < len(states)-1 && p.UpdatedAt.Equal(f.UpdatedAt) {
		e.states[number] = slices.Delete(states, i, i+1) // the next time it is believed
		return olderThanKnown{older}
	}
	if i < 0 || i < len(states)-1 {
		e.states[number] = append(states, state)
	}
	if p.UpdatedAt.After(f.UpdatedAt) {
		e.fresh[number] = Fresh{UpdatedAt: p.UpdatedAt} // the head that was announced is in it, or gone
	}
	return nil
}

// readLists reads the check runs and comments on their own where what came with
// the pull request cannot be relied on: after a write it may be from before.
func (e *enforcement) readLists(ctx context.Context) error {
	p := e.out.Own.Pull
	var err error
	if e.CheckRun {
		e.runs = mine(p.Runs)
		missing := func(id int64) bool { return !slices.ContainsFunc(e.runs, func(r Run) bool { return r.ID == id }) }
		if e.Group != "" || e.listRuns || slices.ContainsFunc(e.ourRuns, missing) {
			if e.runs, err = e.Writer.Runs(ctx, e.Repo, e.sha(), CheckName); err != nil {
				return err
			}
			e.runs = mine(e.runs)
			e.listRuns, e.ourRuns = false, nil
		}
		if err := e.taken(); err != nil {
			return err
		}
	}
	if e.Group != "" || e.noComments {
		return nil
	}
	e.comments = e.marked(p.Comments)
	missing := func(id int64) bool {
		return !slices.ContainsFunc(e.comments, func(c Comment) bool { return c.ID == id })
	}
	if e.listComments || slices.ContainsFunc(e.ourComments, missing) || !p.CommentsWhole && len(e.comments) == 0 {
		comments, err := e.Writer.Comments(ctx, e.Ref)
		if err != nil {
			return err
		}
		e.comments = e.marked(comments)
		e.listComments, e.ourComments = false, nil
	}
	return nil
}

// mine are the check runs that are ours: of our name, and no workflow's job.
func mine(runs []Run) []Run {
	return slices.DeleteFunc(slices.Clone(runs), func(r Run) bool { return r.Name != CheckName || isJob(r) })
}

// isJob reports a check run that GitHub makes of a workflow's job: it leads to
// the job's page. The token of a workflow belongs to the same App.
func isJob(r Run) bool {
	_, after, ok := strings.Cut(r.DetailsURL, "/actions/runs/")
	return ok && strings.Contains(after, "/job/")
}

// NameTaken is a job of this workflow that has the name of our check run: the
// two could not be told apart where the name is required.
type NameTaken struct{ Name string }

func (e *NameTaken) Error() string {
	return "this job and the check run have the same name, " + e.Name
}

// taken reports that the workflow run that we are in has a job of our name on
// the commit.
func (e *enforcement) taken() error {
	if e.DetailsURL == "" {
		return nil
	}
	for _, r := range e.out.Own.Pull.Runs {
		if r.Name == CheckName && strings.HasPrefix(r.DetailsURL, e.DetailsURL+"/job/") {
			return &NameTaken{Name: r.Name}
		}
	}
	return nil
}

// rivals looks at the pull requests that a check run on the commit stands for
// and that are not counted here. One of the same head repository counts too. One
// of another repository, with the same commit, is somebody else's: of the two,
// that of this repository decides, or the older one, and the other changes
// nothing. One that cannot be read for longer than GitHub is behind, and that would
// be among those read with the leader if it were still here and decided, is not.
func (e *enforcement) rivals(ctx context.Context) error {
	if e.Group != "" {
		return nil
	}
	own := e.out.Own
	for _, r := range e.runs {
		for n := range seen(r.ExternalID) {
			if e.out.Shared.Counts(n) || e.foreign[n] || slices.Contains(e.leader().Pull.Sharing, n) {
				continue
			}
			j, err := e.look(ctx, n)
			var gone *Gone
			switch {
			case errors.As(err, &gone):
				e.foreign[n] = true
			case err != nil:
				if err := e.unread(r, err); err != nil {
					return err
				}
				e.foreign[n] = true
			case !j.onCommitOf(own):
				e.foreign[n] = true
			case strings.EqualFold(j.Pull.HeadRepo, e.leader().Pull.HeadRepo) && j.Pull.HeadRepo != "":
				e.out.Shared.Judged = append(e.out.Shared.Judged, j)
				strictestFirst(e.out.Shared.Judged)
			case j.decidesBefore(e.leader()):
				e.anchor = n
				return again{}
			default:
				e.foreign[n] = true
			}
		}
	}
	return nil
}

// unread is nil where a pull request that a check run stands for, and that cannot
// be read, does not count. It was counted together with this one, or cannot decide
// before a pull request of the repository itself, so that it would be among those
// that share the commit; but that list may be behind for a while.
func (e *enforcement) unread(r Run, err error) error {
	lead := e.leader().Pull
	listed := strings.EqualFold(lead.HeadRepo, lead.Repo.String()) || slices.Contains(r.Counted(), lead.Number)
	switch {
	case !listed || errors.As(err, new(olderThanKnown)) || after(err) > 0:
		return err
	case e.Turn != nil && e.Turn.Tries < maxStale:
		return err
	case e.Turn == nil && e.unreads < maxStale:
		e.unreads++
		return olderThanKnown{err}
	}
	return nil
}

// leader is the pull request whose head repository's verdicts count.
func (e *enforcement) leader() Judged {
	if e.anchor != 0 {
		return e.judged[e.anchor]
	}
	return e.out.Own
}

// decidesBefore reports that of two head repositories with the same commit the
// first one's verdicts stand on it.
func (j Judged) decidesBefore(other Judged) bool {
	here := func(j Judged) bool { return strings.EqualFold(j.Pull.HeadRepo, j.Pull.Repo.String()) }
	if here(j) != here(other) {
		return here(j)
	}
	return j.Pull.Number < other.Pull.Number
}

// Announced is a pull request as something signed described it, which a read
// with the same time is held against: GitHub's times are whole seconds, and two
// edits fit into one. The zero Announced is none.
type Announced struct {
	At                time.Time
	Title, Body, Base string
	Draft             bool
	Labels            []string
}

// is reports that a pull request is as it was announced.
func (a Announced) is(p Pull) bool {
	c := p.Change
	same := a.Title == c.Title && sameText(a.Body, c.Body) && a.Base == c.Base && a.Draft == c.Draft && len(a.Labels) == len(c.Labels)
	for _, l := range c.Labels {
		same = same && slices.Contains(a.Labels, l.Name)
	}
	return same
}

// maxDoubts is how often a state that is not what was announced is read again.
const maxDoubts = 2
