package gh

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/google/go-github/v62/github"
)

// completed is the status of a check run that has a conclusion.
const completed = "completed"

// Runs lists the check runs of that name on a commit that the token's App made,
// oldest first. Only they can be changed with the token; somebody else's of the
// same name are not ours.
func (c *Client) Runs(ctx context.Context, repo gate.Repo, sha, name string) ([]gate.Run, error) {
	if err := named(repo); err != nil {
		return nil, err
	}
	me, err := c.me(ctx)
	if err != nil {
		return nil, err
	}
	o := op{what: "the check runs on " + at(repo, sha), doing: "read the check runs on " + at(repo, sha), needs: "checks: read"}
	options := &github.ListCheckRunsOptions{CheckName: &name, Filter: github.String("all"), ListOptions: github.ListOptions{PerPage: 100, Page: 1}}
	var runs []gate.Run
	for options.Page != 0 {
		var page *github.ListCheckRunsResults
		next := 0
		err := c.do(ctx, o, func(ctx context.Context, g *github.Client) error {
			list, resp, err := g.Checks.ListCheckRunsForRef(ctx, repo.Owner, repo.Name, sha, options)
			if err == nil {
				page, next = list, resp.NextPage
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, r := range page.CheckRuns {
			if r.GetName() == name && isApp(me, r.GetApp().GetSlug()) {
				runs = append(runs, run(r))
			}
		}
		options.Page = next
	}
	slices.SortFunc(runs, byID)
	return runs, nil
}

// at names a commit shortly.
func at(repo gate.Repo, sha string) string {
	return fmt.Sprintf("%s@%s", repo, sha[:min(7, len(sha))])
}

// isApp reports whether a login is that of an App's.
func isApp(login, slug string) bool { return slug != "" && strings.EqualFold(login, slug+"[bot]") }

func byID(a, b gate.Run) int {
	if a.ID < b.ID {
		return -1
	}
	return 1
}

func run(r *github.CheckRun) gate.Run {
	return gate.Run{
		ID: r.GetID(), Name: r.GetName(), SHA: r.GetHeadSHA(), Status: r.GetStatus(), Conclusion: checks.Conclusion(r.GetConclusion()),
		Title: r.GetOutput().GetTitle(), Summary: r.GetOutput().GetSummary(), Text: r.GetOutput().GetText(),
		ExternalID: r.GetExternalID(), DetailsURL: r.GetDetailsURL(), StartedAt: r.GetStartedAt().Time,
	}
}

// output is what a check run shows. All of it is sent, so that nothing stays of
// what it showed before.
func output(r gate.Run) *github.CheckRunOutput {
	return &github.CheckRunOutput{Title: &r.Title, Summary: &r.Summary, Text: &r.Text}
}

// actions are the buttons as GitHub takes them.
func actions(r gate.Run) []*github.CheckRunAction {
	var all []*github.CheckRunAction
	for _, b := range r.Buttons {
		all = append(all, &github.CheckRunAction{Label: b.Label, Description: b.Description, Identifier: b.Identifier})
	}
	return all
}

// given is nil for an empty text: GitHub takes no empty address or conclusion.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// CreateRun makes a check run. It is not repeated where it may have arrived.
func (c *Client) CreateRun(ctx context.Context, repo gate.Repo, r gate.Run) (gate.Run, error) {
	if err := named(repo); err != nil {
		return gate.Run{}, err
	}
	options := github.CreateCheckRunOptions{
		Name: r.Name, HeadSHA: r.SHA, DetailsURL: given(r.DetailsURL), ExternalID: given(r.ExternalID),
		Status: given(r.Status), Conclusion: given(string(r.Conclusion)), Output: output(r), Actions: actions(r),
	}
	if !r.StartedAt.IsZero() {
		options.StartedAt = &github.Timestamp{Time: r.StartedAt}
	}
	what := "a check run on " + at(repo, r.SHA)
	o := op{what: what, doing: "write " + what, needs: "checks: write", write: true, create: true}
	var err error
	r.ID, err = c.send(ctx, o, http.MethodPost, fmt.Sprintf("repos/%s/check-runs", repo), options)
	return r, err
}

// send writes a check run and returns its id. GitHub repeats all of it in its
// answer, of which nothing else is of use.
func (c *Client) send(ctx context.Context, o op, method, path string, body any) (id int64, err error) {
	err = c.do(ctx, o, func(ctx context.Context, g *github.Client) error {
		r, err := g.NewRequest(method, path, body)
		if err != nil {
			return err
		}
		_, err = receive(ctx, g, r, func(answer []byte) (err error) {
			id, err = identifier(answer)
			return err
		})
		return err
	})
	return id, err
}

// identifier finds the id of what an answer describes, and reads no further.
func identifier(answer []byte) (int64, error) {
	d := json.NewDecoder(bytes.NewReader(answer))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return 0, errShape
	}
	for d.More() {
		var id int64
		key, err := d.Token()
		switch {
		case err != nil:
			return 0, errShape
		case key != "id":
			if err := d.Decode(new(json.RawMessage)); err != nil {
				return 0, errShape
			}
		case d.Decode(&id) != nil || id == 0:
			return 0, errShape
		default:
			return id, nil
		}
	}
	return 0, errShape
}

// UpdateRun brings a check run to what r says.
func (c *Client) UpdateRun(ctx context.Context, repo gate.Repo, r gate.Run) error {
	if err := named(repo); err != nil {
		return err
	}
	// go-github sends an empty name for one that is left out.
	options := github.UpdateCheckRunOptions{
		Name: r.Name, DetailsURL: given(r.DetailsURL), ExternalID: given(r.ExternalID),
		Status: given(r.Status), Conclusion: given(string(r.Conclusion)), Output: output(r), Actions: actions(r),
	}
	what := "the check run on " + at(repo, r.SHA)
	o := op{what: what, doing: "write " + what, needs: "checks: write", write: true}
	_, err := c.send(ctx, o, http.MethodPatch, fmt.Sprintf("repos/%s/check-runs/%d", repo, r.ID), options)
	return err
}

// Comments lists the comments on a pull request that the token's owner wrote,
// oldest first.
func (c *Client) Comments(ctx context.Context, ref gate.Ref) ([]gate.Comment, error) {
	if err := named(ref.Repo); err != nil {
		return nil, err
	}
	me, err := c.me(ctx)
	if err != nil {
		return nil, err
	}
	o := op{what: "the comments on " + ref.String(), doing: "read the comments on " + ref.String(), needs: "pull-requests: read"}
	options := &github.IssueListCommentsOptions{ListOptions: github.ListOptions{PerPage: 100, Page: 1}}
	var ours []gate.Comment
	for options.Page != 0 {
		var page []*github.IssueComment
		next := 0
		err := c.do(ctx, o, func(ctx context.Context, g *github.Client) error {
			list, resp, err := g.Issues.ListComments(ctx, ref.Owner, ref.Name, ref.Number, options)
			if err == nil {
				page, next = list, resp.NextPage
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, comment := range page {
			if strings.EqualFold(comment.GetUser().GetLogin(), me) {
				ours = append(ours, gate.Comment{ID: comment.GetID(), Body: comment.GetBody()})
			}
		}
		options.Page = next
	}
	slices.SortFunc(ours, func(a, b gate.Comment) int { return int(min(max(a.ID-b.ID, -1), 1)) })
	return ours, nil
}

// CreateComment writes a comment. It is not repeated where it may have arrived.
func (c *Client) CreateComment(ctx context.Context, ref gate.Ref, body string) (gate.Comment, error) {
	if err := named(ref.Repo); err != nil {
		return gate.Comment{}, err
	}
	what := "a comment on " + ref.String()
	o := op{what: what, doing: "write " + what, needs: "pull-requests: write", write: true, create: true}
	var made gate.Comment
	err := c.do(ctx, o, func(ctx context.Context, g *github.Client) error {
		answer, _, err := g.Issues.CreateComment(ctx, ref.Owner, ref.Name, ref.Number, &github.IssueComment{Body: &body})
		if err == nil && answer.GetID() == 0 {
			err = errShape
		}
		made = gate.Comment{ID: answer.GetID(), Body: answer.GetBody()}
		return err
	})
	return made, err
}

// EditComment replaces the text of a comment.
func (c *Client) EditComment(ctx context.Context, repo gate.Repo, id int64, body string) error {
	if err := named(repo); err != nil {
		return err
	}
	what := fmt.Sprintf("comment %d in %s", id, repo)
	o := op{what: what, doing: "edit " + what, needs: "pull-requests: write", write: true}
	return c.do(ctx, o, func(ctx context.Context, g *github.Client) error {
		_, _, err := g.Issues.EditComment(ctx, repo.Owner, repo.Name, id, &github.IssueComment{Body: &body})
		return err
	})
}

// DeleteComment takes a comment away. One that is not there any more is no error.
func (c *Client) DeleteComment(ctx context.Context, repo gate.Repo, id int64) error {
	if err := named(repo); err != nil {
		return err
	}
	what := fmt.Sprintf("comment %d in %s", id, repo)
	o := op{what: what, doing: "delete " + what, needs: "pull-requests: write", write: true}
	err := c.do(ctx, o, func(ctx context.Context, g *github.Client) error {
		_, err := g.Issues.DeleteComment(ctx, repo.Owner, repo.Name, id)
		return err
	})
	var none *gate.Gone
	if errors.As(err, &none) {
		return nil
	}
	return err
}
