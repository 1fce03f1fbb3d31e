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
func (c *Client) Open(ctx context.Context, repo gate.Repo, ask gate.Ask, page string) (pulls []gate.Listed, next string, err error) {
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
	c.learnTogether(ctx, repo, a.Repository.PullRequests.Nodes)
	for i, n := range a.Repository.PullRequests.Nodes {
		if n == nil {
			if len(errs.of(i)) > 0 {
				return nil, "", opOpen(repo).unavailable("GitHub did not name one of them", 0, nil)
			}
			continue
		}
		p, err := c.listedPull(ctx, n, errs.of(i), s, ask)
		if err != nil && ctx.Err() != nil {
			return nil, "", err
		}
		pulls = append(pulls, gate.Listed{Pull: p, Err: err})
	}
	return pulls, a.Repository.PullRequests.PageInfo.next(), nil
}

// listedPull completes a pull request of a page, of which GitHub said errors.
func (c *Client) listedPull(ctx context.Context, n *pullNode, errs graphErrors, s shared, ask gate.Ask) (gate.Pull, error) {
	ref := gate.Ref{Repo: s.Repo, Number: n.Number}
	if err := opPull(ref).pullErrors(errs); err != nil {
		return gate.Pull{Ref: ref}, err
	}
	p, err := c.whole(ctx, n, s, ask, rootOnly)
	if errors.Is(err, errMoved) {
		p, err = c.Pull(ctx, ref, ask)
	}
	if err != nil {
		return gate.Pull{Ref: ref}, err
	}
	return p, nil
}

// item is where an error is that concerns one pull request of a page.
var item = []string{"repository", "pullRequests", "nodes"}

// of are the errors that concern one pull request of a page.
func (errs graphErrors) of(i int) graphErrors {
	return errs.without(func(e graphError) bool {
		return !e.at(item...) || len(e.Path) == len(item) || e.Path[len(item)] != any(float64(i))
	})
}

func opOpen(repo gate.Repo) op {
	return op{what: "the open pull requests of " + repo.String(), doing: "read the pull requests of " + repo.String(), needs: opPull(gate.Ref{}).needs}
}

// numbersQuery is a page of open pull requests by their numbers alone.
const numbersQuery = `query Numbers($owner:String!,$name:String!,$after:String){repository(owner:$owner,name:$name){databaseId
	pullRequests(states:[OPEN],first:100,after:$after,orderBy:{field:CREATED_AT,direction:ASC}){pageInfo{hasNextPage endCursor} nodes{number}}}}`

// Numbers lists a page of at most 100 open pull requests, the oldest first, and
// names the next page; "" is the first one, and after the last one. The
// repository's id is as in gate.Ask.
func (c *Client) Numbers(ctx context.Context, repo gate.Repo, id int64, from string) (numbers []int, next string, err error) {
	o := opOpen(repo)
	if err := named(repo); err != nil {
		return nil, "", err
	}
	var data struct {
		Repository *struct {
			DatabaseID   int64
			PullRequests struct {
				PageInfo page
				Nodes    []*struct{ Number int }
			}
		}
	}
	errs, err := c.graph(ctx, o, numbersQuery, map[string]any{"owner": repo.Owner, "name": repo.Name, "after": given(from)}, &data)
	if err == nil {
		err = o.unless(errs)
	}
	switch {
	case err != nil:
	case data.Repository == nil:
		err = o.unavailable(errShape.Error(), 0, nil)
	default:
		err = same(repo, id, data.Repository.DatabaseID)
	}
	if err != nil {
		return nil, "", err
	}
	for _, n := range data.Repository.PullRequests.Nodes {
		if n != nil {
			numbers = append(numbers, n.Number)
		}
	}
	return numbers, data.Repository.PullRequests.PageInfo.next(), nil
}

// next names the page after this one; empty: there is none.
func (p page) next() string {
	if p.HasNextPage {
		return p.EndCursor
	}
	return ""
}

func (c *Client) openPage(ctx context.Context, repo gate.Repo, ask gate.Ask, page string) (*answer, graphErrors, error) {
	o := opOpen(repo)
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
			err = a.is(repo, ask.RepositoryID)
		}
		if err == nil {
			err = o.pullErrors(errs.without(func(e graphError) bool { return e.at(item...) && len(e.Path) > len(item) }))
		}
		if err == nil && a.Repository == nil {
			err = o.unavailable(errShape.Error(), 0, nil)
		}
		return &a, errs, err
	}
	return nil, nil, err
}

// learnTogether asks for the .gitattributes of all pull requests' folders, by
// base commit. What does not come off is asked for again by the pull request
// that needs it, and is that one's error alone.
func (c *Client) learnTogether(ctx context.Context, repo gate.Repo, nodes []*pullNode) {
	files := map[base][]checks.File{}
	for _, n := range nodes {
		if n == nil || c.rememberBase(ctx, repo, n, rootOnly) != nil {
			continue
		}
		b := base{repo, n.baseSHA()}
		for _, f := range n.Files.Nodes {
			files[b] = append(files[b], checks.File{Path: f.Path})
		}
	}
	for b, of := range files {
		_, _ = c.learn(ctx, b, above(of))
	}
}
