package gh

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/backout-dev/backout/internal/gate"
	"github.com/google/go-github/v62/github"
)

// get reads a REST answer into a value of our own, where go-github's leaves out
// what counts.
func (c *Client) get(ctx context.Context, o op, path string, v any) (last int, err error) {
	err = c.do(ctx, o, func(ctx context.Context, g *github.Client) error {
		r, err := g.NewRequest(http.MethodGet, path, nil)
		if err != nil {
			return err
		}
		resp, err := receive(ctx, g, r, into(v))
		if err == nil {
			last = resp.LastPage
		}
		return err
	})
	return last, err
}

// event is something that happened to an issue or pull request.
type event struct {
	Event     string
	CreatedAt time.Time `json:"created_at"`
	Actor     *struct{ Login, Type string }
	Label     *struct{ Name string }
}

// Labelled looks for the last time that somebody set the label. It reads the
// list of events, whose labels have the name that they had then: to rename a
// label that somebody else has set must not make it theirs.
func (c *Client) Labelled(ctx context.Context, ref gate.Ref, label string) (gate.Labelled, error) {
	if err := named(ref.Repo); err != nil {
		return gate.Labelled{}, err
	}
	o := op{what: "the events of " + ref.String(), doing: "read the events of " + ref.String(), needs: "pull-requests: read"}
	path := fmt.Sprintf("repos/%s/%s/issues/%d/events?per_page=100&page=", ref.Owner, ref.Name, ref.Number)
	var first []event
	last, err := c.get(ctx, o, path+"1", &first)
	if err != nil {
		return gate.Labelled{}, err
	}
	for page := last; page > 1; page-- {
		var events []event
		if _, err := c.get(ctx, o, fmt.Sprintf("%s%d", path, page), &events); err != nil {
			return gate.Labelled{}, err
		}
		if l, found := labelled(events, label); found {
			return l, nil
		}
	}
	l, _ := labelled(first, label)
	return l, nil
}

// labelled looks for the last word on a label, from the end. Where that is that
// somebody took it off, nobody has set it.
func labelled(events []event, label string) (gate.Labelled, bool) {
	for _, e := range slices.Backward(events) {
		if e.Label == nil || !strings.EqualFold(e.Label.Name, label) {
			continue
		}
		if e.Event == "labeled" && e.Actor != nil {
			return gate.Labelled{By: e.Actor.Login, Bot: e.Actor.Type == "Bot", At: e.CreatedAt}, true
		}
		return gate.Labelled{}, true
	}
	return gate.Labelled{}, false
}

// Pushed looks in the head repository's own record of pushes for the one that
// brought the head. Where that cannot be read, or does not go back that far, it
// is not known.
// https://docs.github.com/rest/repos/repos#list-repository-activities
func (c *Client) Pushed(ctx context.Context, p *gate.Pull) (time.Time, error) {
	owner, name, ok := strings.Cut(p.HeadRepo, "/")
	head := gate.Repo{Owner: owner, Name: name}
	if !ok || named(head) != nil || p.HeadRef == "" {
		return time.Time{}, nil
	}
	var pushes []struct {
		After     string
		Timestamp time.Time
	}
	o := op{what: "the pushes to " + head.String(), doing: "read the pushes to " + head.String(), needs: "contents: read"}
	path := fmt.Sprintf("repos/%s/activity?per_page=100&ref=%s", head, url.QueryEscape("refs/heads/"+p.HeadRef))
	if _, err := c.get(ctx, o, path, &pushes); err != nil {
		return time.Time{}, err
	}
	for _, push := range pushes {
		if push.After == p.Change.HeadSHA {
			return push.Timestamp, nil
		}
	}
	return time.Time{}, nil
}

// rank orders the roles that a policy can name: who has one has those below it.
var rank = map[string]int{"write": 1, "maintain": 2, "admin": 3}

// Permits reports whether somebody has one of the roles, or a higher one, or is
// an active member of one of the teams. A custom role counts by its name and by
// the role that it is built on. That a team cannot be seen is a *gate.Refused.
func (c *Client) Permits(ctx context.Context, repo gate.Repo, login string, by []string) (bool, error) {
	if err := named(repo); err != nil {
		return false, err
	}
	if login == "" {
		return false, nil
	}
	var teams, roles []string
	for _, name := range by {
		if strings.Contains(name, "/") {
			teams = append(teams, name)
		} else {
			roles = append(roles, name)
		}
	}
	if len(roles) > 0 {
		if ok, err := c.hasRole(ctx, repo, login, roles); ok || err != nil {
			return ok, err
		}
	}
	var unseen error
	for _, team := range teams {
		ok, err := c.isMember(ctx, team, login)
		var no *gate.Refused
		switch {
		case errors.As(err, &no):
			unseen = err
		case ok || err != nil:
			return ok, err
		}
	}
	return false, unseen
}

func (c *Client) hasRole(ctx context.Context, repo gate.Repo, login string, roles []string) (bool, error) {
	var has struct {
		Permission string
		RoleName   string `json:"role_name"`
	}
	what := fmt.Sprintf("%s's role in %s", login, repo)
	o := op{what: what, doing: "read " + what, needs: "metadata: read"}
	_, err := c.get(ctx, o, fmt.Sprintf("repos/%s/collaborators/%s/permission", repo, url.PathEscape(login)), &has)
	var none *gate.Gone
	if errors.As(err, &none) {
		return false, nil // the repository is there, so that it is the account that is not
	}
	if err != nil {
		return false, err
	}
	highest := max(rank[has.Permission], rank[has.RoleName])
	for _, role := range roles {
		if strings.EqualFold(role, has.RoleName) || rank[role] > 0 && highest >= rank[role] {
			return true, nil
		}
	}
	return false, nil
}

// isMember asks for an active membership. GitHub gives the same answer for
// somebody who is no member and for a team that the token may not see, so that
// this answer is not a no.
func (c *Client) isMember(ctx context.Context, team, login string) (bool, error) {
	org, slug, _ := strings.Cut(team, "/")
	if !ownerName.MatchString(org) || !repoName.MatchString(slug) || slug == "." || slug == ".." {
		return false, nil
	}
	o := op{what: "the members of " + team, doing: "read the members of " + team, needs: "members: read of an App's, which a workflow's token never has"}
	var member struct{ State string }
	_, err := c.get(ctx, o, fmt.Sprintf("orgs/%s/teams/%s/memberships/%s", org, slug, url.PathEscape(login)), &member)
	var none *gate.Gone
	if errors.As(err, &none) {
		return false, o.refused(fault{why: login + " is no member, or the team is not to be seen"})
	}
	return member.State == "active", err
}
