package main

import (
	"fmt"
	"strings"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/render"
)

// shower puts what was judged on GitHub into words.
type shower struct {
	engine string
	// server is the address of the GitHub that people open; empty: it is not known.
	server string
	// overrideLabel is the label that lets a change through; empty: none does.
	overrideLabel string
	// flips is true where a freeze turns the verdict by itself.
	flips bool
	// notices are for whoever keeps the gate running.
	notices []string
}

// show is the shower as a gate takes it.
func (s shower) show() gate.Show {
	return gate.Show{
		Run:      func(all gate.Shared) gate.Words { return gate.Words(render.CheckRun(s.shared(all))) },
		SameText: render.SameText,
		// The others on the commit are for the check run: here they would be news to
		// nobody who reads this pull request, and old as soon as they change.
		Comment: func(j gate.Judged) string { return render.Comment(s.report(j, gate.Shared{})) },
		CommentWanted: func(when config.Comment, j gate.Judged, onBranch, exists bool) bool {
			return render.CommentWanted(string(when), s.report(j, gate.Shared{}), onBranch, exists)
		},
		IsComment: render.HasMarker,
	}
}

// shared shows what a commit stands for: the strictest verdict, with the others
// named beside it.
func (s shower) shared(all gate.Shared) render.Report {
	if len(all.Judged) > 0 && (all.Outcome() != gate.NoVerdict) {
		return s.report(all.Judged[0], all)
	}
	r := render.Report{Engine: s.engine, Verdict: checks.Verdict{Mode: checks.Enforce}}
	if all.Reports {
		r.Verdict.Mode = checks.Audit
	}
	if len(all.Missing) == 0 {
		return r
	}
	first := all.Missing[0]
	r.Repository, r.Number = first.Repo.String(), first.Number
	r.NoVerdict = &render.NoVerdict{Why: first.Err.Error()}
	r.Others = s.others(first.Ref, all)
	return r
}

// report shows one pull request's verdict.
func (s shower) report(j gate.Judged, all gate.Shared) render.Report {
	c, policy := j.Pull.Change, j.Merged.Policy
	return render.Report{
		Verdict: j.Verdict, Engine: s.engine,
		Repository: j.Pull.Repo.String(), Number: c.Number, HeadSHA: c.HeadSHA, Base: c.Base, Draft: &c.Draft, Diff: c.Diff,
		Description: render.Description{Name: j.Pull.Ref.String(), Text: c.Body},
		Limits:      policy.DiffSize, Rules: policy.Sections, Policy: policy.Sources,
		Others: s.others(j.Pull.Ref, all), DetailsURL: s.checksURL(j.Pull.Ref),
		Approvers: s.approvers(j), OverrideLabel: s.overrideLabel, Notices: s.notices,
		Freezes: freezes(&policy), Flips: s.flips,
	}
}

// approvers are who may override, where there is a way to.
func (s shower) approvers(j gate.Judged) []string {
	if s.overrideLabel == "" {
		return nil
	}
	return j.Merged.Override.By
}

// others are the pull requests on the commit but one.
func (s shower) others(but gate.Ref, all gate.Shared) []render.Other {
	var others []render.Other
	for _, j := range all.Judged {
		if j.Pull.Ref != but {
			others = append(others, render.Other{Ref: j.Pull.Ref.String(), Title: j.Verdict.Title, Blocks: j.Verdict.Conclusion == checks.Failure})
		}
	}
	for _, m := range all.Missing {
		if m.Ref != but {
			others = append(others, render.Other{Ref: m.Ref.String(), Title: "No verdict yet: " + m.Err.Error(), Blocks: true})
		}
	}
	return others
}

// freezes reports a policy that has freezes, now or later.
func freezes(p *checks.Policy) bool {
	for ; p != nil; p = p.Floor {
		if len(p.Freeze.Windows) > 0 && p.Freeze.Severity != checks.Off {
			return true
		}
	}
	return false
}

// joined writes an error on one line: several of one thing are parted by a
// line end.
func joined(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// checksURL is the page with the checks of a pull request. A workflow run's own
// page has the same record, but another address each time, and what differs is
// written again.
func (s shower) checksURL(ref gate.Ref) string {
	if s.server == "" {
		return ""
	}
	return fmt.Sprintf("%s/%s/pull/%d/checks", s.server, ref.Repo, ref.Number)
}
