package gate

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/backout-dev/backout/internal/config"
)

// completed is the status of a check run with a conclusion.
const completed = "completed"

// write is one change of what GitHub shows.
type write func(context.Context) error

// differences are the writes that bring what GitHub shows to the verdict: the
// check run first, because it is the gate.
func (e *enforcement) differences() []write {
	var writes []write
	if e.CheckRun && len(e.out.Shared.Judged)+len(e.out.Shared.Missing) > 0 {
		writes = e.runWrites(e.run(e.out.Shared, e.sha()))
	}
	if e.Group != "" || e.noComments || e.out.Own.Pull.State != Open {
		return writes
	}
	exists := len(e.comments) > 0
	if !exists && !e.Show.CommentWanted(e.when(), e.out.Own, e.onBranch(), false) {
		return writes
	}
	if !exists && !e.commentNow() {
		return writes
	}
	comment := e.commentWrites(e.body())
	if exists && len(comment) > 0 && !e.commentNow() {
		return writes
	}
	return append(writes, comment...)
}

// run is the check run for verdicts.
func (e *enforcement) run(s Shared, sha string) Run {
	words := e.Show.Run(s)
	buttons := e.Buttons
	if e.Group != "" {
		buttons = nil
	}
	return Run{
		Name: CheckName, SHA: sha, Status: completed, Conclusion: s.Conclusion(),
		Title: words.Title, Summary: words.Summary, Text: words.Text,
		ExternalID: externalID(s), DetailsURL: e.DetailsURL, Buttons: buttons,
	}
}

func (e *enforcement) runWrites(run Run) []write {
	if len(e.runs) == 0 {
		return []write{func(ctx context.Context) error {
			if err := e.mayCreate(run.SHA); err != nil {
				return err
			}
			run.StartedAt = e.Now()
			made, err := e.Writer.CreateRun(ctx, e.Repo, run)
			if err == nil {
				e.ourRuns = append(e.ourRuns, made.ID)
			}
			return e.lostRun(err)
		}}
	}
	var writes []write
	for _, r := range e.runs {
		if e.sameRun(r, run) {
			continue
		}
		writes = append(writes, func(ctx context.Context) error {
			next := run
			next.ID = r.ID
			return e.lostRun(e.Writer.UpdateRun(ctx, e.Repo, next))
		})
	}
	return writes
}

// sameRun reports two check runs that say the same. Where they lead to and when
// they were made is no part of it.
func (e *enforcement) sameRun(a, b Run) bool {
	return a.Status == completed && a.Conclusion == b.Conclusion && standsFor(a.ExternalID) == standsFor(b.ExternalID) &&
		sameText(a.Title, b.Title) && sameText(a.Summary, b.Summary) && e.Show.SameText(a.Text, b.Text)
}

// sameText reports two texts that differ in nothing that GitHub keeps.
func sameText(a, b string) bool { return plain(a) == plain(b) }

func plain(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

// lostRun says what a write of a check run that failed means: one whose answer
// was lost may have taken effect, so that the list is read before it is
// repeated.
func (e *enforcement) lostRun(err error) error {
	var u *Unavailable
	if err != nil {
		e.listRuns = true
	}
	var gone *Gone
	switch {
	case errors.As(err, &u):
		return lostAnswer{error: err}
	case errors.As(err, &gone):
		return lostAnswer{error: &Unavailable{What: "the check run on " + e.Ref.String(), Write: true, Why: "GitHub says that it is not there", Err: err}}
	}
	return err
}

// when says when there is a comment.
func (e *enforcement) when() config.Comment {
	if e.Comment != "" {
		return e.Comment
	}
	return e.out.Own.Merged.Comment
}

// onBranch reports whether the policy lets comments appear on pull requests
// into this base branch.
func (e *enforcement) onBranch() bool {
	p, branches := e.out.Own.Pull, e.out.Own.Merged.Branches
	for _, glob := range branches {
		if glob == config.BranchDefault {
			if p.Change.Base == p.DefaultBranch {
				return true
			}
			continue
		}
		if ok, err := doublestar.Match(glob, p.Change.Base); err == nil && ok {
			return true
		}
	}
	return len(branches) == 0
}

// body is what the comment says.
func (e *enforcement) body() string { return e.Show.Comment(e.out.Own) }

// commentWrites keep one comment, the oldest, and bring it to the verdict.
// Whoever sees a younger one deletes it, so that two processes that each made
// one end with the same.
func (e *enforcement) commentWrites(body string) []write {
	stamped := stamp(body, e.out.Own.Pull.UpdatedAt)
	if len(e.comments) == 0 {
		return []write{func(ctx context.Context) error {
			made, err := e.Writer.CreateComment(ctx, e.Ref, stamped)
			if err == nil {
				e.ourComments = append(e.ourComments, made.ID)
			}
			return e.lostComment(err)
		}}
	}
	var writes []write
	for _, c := range e.comments[1:] {
		writes = append(writes, func(ctx context.Context) error {
			e.listComments = true
			return e.lostComment(e.Writer.DeleteComment(ctx, e.Repo, c.ID))
		})
	}
	oldest := e.comments[0]
	if e.Show.CommentWanted(e.when(), e.out.Own, e.onBranch(), true) && !sameText(unstamped(oldest.Body), body) {
		writes = append(writes, func(ctx context.Context) error {
			return e.lostComment(e.Writer.EditComment(ctx, e.Repo, oldest.ID, stamped))
		})
	}
	return writes
}

// lostComment says what a write of a comment that failed means. A token that
// may not write degrades to one notice: the gate is elsewhere.
func (e *enforcement) lostComment(err error) error {
	if err == nil {
		return nil
	}
	e.listComments, e.ourComments = true, nil
	var refused *Refused
	if errors.As(err, &refused) {
		e.withoutComment(refused)
		return skipped{}
	}
	var u *Unavailable
	var gone *Gone
	if errors.As(err, &gone) || errors.As(err, &u) {
		return lostAnswer{error: err, comment: true}
	}
	return err
}

// marked are the comments that have our mark; that they are ours by their author
// is for whoever lists them to see to.
func (e *enforcement) marked(comments []Comment) []Comment {
	var ours []Comment
	for _, c := range comments {
		if e.Show.IsComment(c.Body) {
			ours = append(ours, c)
		}
	}
	return ours
}

// A comment's last line but one says when the pull request that it was judged
// from last changed, like the times in a check run's external id. GitHub does
// not show it.
const stampStart, stampEnd = "<!-- backout:seen ", " -->"

// stamp puts the time in front of a comment's last line, which is its mark.
func stamp(body string, at time.Time) string {
	body = strings.TrimRight(body, "\n")
	i := strings.LastIndexByte(body, '\n') + 1
	return body[:i] + stampStart + at.UTC().Format(time.RFC3339) + stampEnd + "\n" + body[i:] + "\n"
}

// stampLine finds the line of the time in a comment.
func stampLine(body string) (start, end int, ok bool) {
	body = strings.TrimRight(body, " \t\r\n")
	end = strings.LastIndexByte(body, '\n') + 1
	if end == 0 {
		return 0, 0, false
	}
	start = strings.LastIndexByte(body[:end-1], '\n') + 1
	return start, end, strings.HasPrefix(body[start:], stampStart)
}

func unstamped(body string) string {
	if start, end, ok := stampLine(body); ok {
		return body[:start] + body[end:]
	}
	return body
}

func stampOf(body string) time.Time {
	start, end, ok := stampLine(body)
	if !ok {
		return time.Time{}
	}
	text := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(body[start:end]), stampStart), stampEnd)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return at
}
