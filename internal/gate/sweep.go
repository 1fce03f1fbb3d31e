package gate

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Swept is what a sweep came to.
type Swept struct {
	// Judged are all open pull requests with their verdicts, by number; their
	// files are left out.
	Judged []Judged
	// Missing are those that could not be judged, or whose verdict could not be
	// written.
	Missing []Missing
	// Flipped are those whose check run was written.
	Flipped []Ref
}

// sweepPace is the time between two writes of a sweep: GitHub counts 5 points
// for a write and allows 900 a minute, which other workflows want as well.
const sweepPace = time.Second

// Sweep judges all open pull requests of a repository and brings those check
// runs to the verdict whose conclusion is another one by now, or that are not
// there. It writes nothing else and no comments. What it writes it judges anew.
// A pull request that cannot be judged is no reason to leave out the others; only
// a list that cannot be read ends it. Each enforcement starts with a gate of its
// own, so that one of them cannot use up the patience of all.
func Sweep(ctx context.Context, repo Repo, list Lister, next func() Gate) (Swept, error) {
	var out Swept
	err := out.judge(ctx, repo, list, next)
	for _, s := range out.flips() {
		g := next()
		if len(out.Flipped) > 0 {
			if err := g.Sleep(ctx, sweepPace); err != nil {
				return out, err
			}
		}
		g.CheckRun = true
		r, err := g.enforce(ctx, Subject{Ref: s.Judged[0].Pull.Ref}, true)
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		if err == nil {
			for _, m := range r.Shared.Missing {
				err = m.Err
			}
		}
		if err != nil {
			out.Missing = append(out.Missing, Missing{s.Judged[0].Pull.Ref, err})
			continue
		}
		for _, j := range r.Shared.Judged {
			out.Flipped = append(out.Flipped, j.Pull.Ref)
			out.replace(j)
		}
	}
	return out, err
}

// judge reads and judges every open pull request.
func (s *Swept) judge(ctx context.Context, repo Repo, list Lister, next func() Gate) error {
	page := ""
	for {
		g := next()
		pulls, after, err := list.Open(ctx, repo, g.Options.Ask, page)
		if err != nil {
			return err
		}
		for _, p := range pulls {
			j, err := Judged{}, p.Err
			if err == nil {
				j, err = judge(ctx, g.Reader, p.Pull, g.Options, g.Now())
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				s.Missing = append(s.Missing, Missing{p.Ref, err})
				continue
			}
			j.Pull.Change.Files = nil
			s.Judged = append(s.Judged, j)
		}
		if page = after; page == "" {
			break
		}
	}
	slices.SortFunc(s.Judged, func(a, b Judged) int { return a.Pull.Number - b.Pull.Number })
	return nil
}

// flips are the commits whose check run shows another conclusion than what its
// pull requests come to by now.
func (s *Swept) flips() []Shared {
	var flips []Shared
	done := map[int]bool{}
	for _, j := range s.Judged {
		if done[j.Pull.Number] {
			continue
		}
		lead := j
		for _, other := range s.Judged {
			if other.Pull.Change.HeadSHA == j.Pull.Change.HeadSHA && other.decidesBefore(lead) {
				lead = other
			}
		}
		shared := Shared{Judged: []Judged{lead}}
		for _, other := range s.Judged {
			if other.Pull.Change.HeadSHA != j.Pull.Change.HeadSHA {
				continue
			}
			done[other.Pull.Number] = true
			if other.Pull.Number != lead.Pull.Number && strings.EqualFold(other.Pull.HeadRepo, lead.Pull.HeadRepo) && lead.Pull.HeadRepo != "" {
				shared.Judged = append(shared.Judged, other)
			}
		}
		if s.missing(lead.Pull.Sharing) {
			continue // the strictest of them is not known
		}
		strictestFirst(shared.Judged)
		want := shared.Conclusion()
		if runs := mine(lead.Pull.Runs); len(runs) == 0 || slices.ContainsFunc(runs, func(r Run) bool { return r.Conclusion != want }) {
			flips = append(flips, shared)
		}
	}
	return flips
}

func (s *Swept) missing(numbers []int) bool {
	return slices.ContainsFunc(s.Missing, func(m Missing) bool { return slices.Contains(numbers, m.Number) })
}

// replace puts a newer judgement in the place of the older one.
func (s *Swept) replace(j Judged) {
	j.Pull.Change.Files = nil
	for i := range s.Judged {
		if s.Judged[i].Pull.Number == j.Pull.Number {
			s.Judged[i] = j
		}
	}
}
