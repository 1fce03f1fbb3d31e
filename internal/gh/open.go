package gh

import (
	"context"
	"errors"
	"fmt"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
)

// pageSizes are how many pull requests are asked for at once. Where GitHub does
// not come to an end with so many, fewer are asked for.
var pageSizes = []int{50, 20, 5}

// Open reads a page of open pull requests, each as Pull reads it. The folders of
// all of them whose attributes are not known are asked for together.
func (c *Client) Open(ctx context.Context, repo gate.Repo, ask gate.Ask, page string) (pulls []gate.Pull, next string, err error) {
	if err := named(repo); err != nil {
		return nil, "", err
	}
	ask.Fresh = gate.Fresh{}
	a, errs, err := c.openPage(ctx, repo, ask, page)
	if err != nil {
		return nil, "", err
	}
	c.identity.set(a.Viewer.Login)
	s, err := c.shared(ctx, repo, ask, a, errs, c.organisationApart(ctx, ask))
	if err != nil {
		return nil, "", err
	}
	if err := c.learnTogether(ctx, repo, a.Repository.PullRequests.Nodes); err != nil {
		return nil, "", err
	}
	for _, n := range a.Repository.PullRequests.Nodes {
		if n == nil {
			continue
		}
		p, err := c.whole(ctx, n, s, ask, rootOnly)
		if errors.Is(err, errMoved) {
			p, err = c.Pull(ctx, gate.Ref{Repo: repo, Number: n.Number}, ask)
		}
		if err != nil {
			return nil, "", err
		}
		pulls = append(pulls, p)
	}
	if info := a.Repository.PullRequests.PageInfo; info.HasNextPage {
		next = info.EndCursor
	}
	return pulls, next, nil
}

func (c *Client) openPage(ctx context.Context, repo gate.Repo, ask gate.Ask, page string) (*answer, graphErrors, error) {
	o := op{what: "the open pull requests of " + repo.String(), doing: "read the pull requests of " + repo.String(), needs: opPull(gate.Ref{}).needs}
	var err error
	for _, size := range pageSizes {
		q := c.query(repo, ask, rootOnly)
		from := ""
		if page != "" {
			q.set("after", "String!", page)
			from = ",after:$after"
		}
		pulls := fmt.Sprintf("pullRequests(states:[OPEN],first:%d%s,orderBy:{field:CREATED_AT,direction:ASC}){pageInfo{hasNextPage endCursor} nodes{...pull}}", size, from)
		var a answer
		var errs graphErrors
		errs, err = c.graph(ctx, o, q.text("Open", pulls), q.variables, &a)
		var later *gate.Unavailable
		if errors.As(err, &later) && later.After == 0 && ctx.Err() == nil {
			continue
		}
		if err == nil {
			err = o.pullErrors(errs)
		}
		if err == nil && a.Repository == nil {
			err = o.unavailable(errShape.Error(), 0, nil)
		}
		return &a, errs, err
	}
	return nil, nil, err
}

// learnTogether asks for the .gitattributes of all pull requests' folders, by
// base commit.
func (c *Client) learnTogether(ctx context.Context, repo gate.Repo, nodes []*pullNode) error {
	files := map[base][]checks.File{}
	for _, n := range nodes {
		if n == nil {
			continue
		}
		if err := c.rememberBase(ctx, repo, n, rootOnly); err != nil {
			return err
		}
		b := base{repo, n.baseSHA()}
		for _, f := range n.Files.Nodes {
			files[b] = append(files[b], checks.File{Path: f.Path})
		}
	}
	for b, of := range files {
		if _, err := c.learn(ctx, b, above(of)); err != nil {
			return err
		}
	}
	return nil
}
