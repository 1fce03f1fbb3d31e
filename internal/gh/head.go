package gh

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
)

const headQuery = `query Head(%s){repository(owner:$owner,name:$name){object(oid:$oid){...head}}}` + headFields

// head takes over what belongs to the head commit: our check runs and the other
// pull requests. The last of the commits is the head, unless there are more than
// GitHub lists or the list is behind; then the commit itself is asked for.
func (c *Client) head(ctx context.Context, p *gate.Pull, n *pullNode, check string) error {
	var head headNode
	if last := len(n.Head.Nodes); last > 0 {
		head = n.Head.Nodes[last-1].Commit
	}
	if head.OID != n.HeadRefOid {
		var err error
		if head, err = c.commit(ctx, p, check, ""); err != nil {
			return err
		}
	}
	if p.Runs = head.runs(check, c.identity.get()); head.moreRuns(c.identity.get()) {
		var err error
		if p.Runs, err = c.Runs(ctx, p.Repo, p.Change.HeadSHA, check); err != nil {
			return err
		}
	}
	for {
		p.Sharing = append(p.Sharing, head.sharing(p)...)
		next := head.AssociatedPullRequests.PageInfo
		if !next.HasNextPage {
			break
		}
		var err error
		if head, err = c.commit(ctx, p, "", next.EndCursor); err != nil {
			return err
		}
	}
	slices.Sort(p.Sharing)
	p.Sharing = slices.Compact(p.Sharing)
	return nil
}

// commit asks for the head commit itself.
func (c *Client) commit(ctx context.Context, p *gate.Pull, check, after string) (headNode, error) {
	q := c.query(p.Repo, gate.Ask{}, nil)
	q.set("oid", "GitObjectID!", p.Change.HeadSHA)
	runs, from := "", ""
	if check != "" {
		runs = q.runs(check)
	}
	if after != "" {
		q.set("after", "String!", after)
		from = ",after:$after"
	}
	var data struct {
		Repository struct{ Object *headNode }
	}
	o := opPull(p.Ref)
	errs, err := c.graph(ctx, o, fmt.Sprintf(headQuery, q.declared.String(), runs, from), q.variables, &data)
	if err == nil {
		err = o.pullErrors(errs)
	}
	if err != nil {
		return headNode{}, err
	}
	if data.Repository.Object == nil {
		return headNode{}, o.stale("its head commit is not there yet")
	}
	return *data.Repository.Object, nil
}

// runs are the check runs of that name that the token's App made.
func (h headNode) runs(name, me string) []gate.Run {
	if h.CheckSuites == nil {
		return nil
	}
	var runs []gate.Run
	for _, suite := range h.CheckSuites.Nodes {
		if suite.App == nil || !isApp(me, suite.App.Slug) {
			continue
		}
		for _, r := range suite.CheckRuns.Nodes {
			if r.Name != name {
				continue
			}
			runs = append(runs, gate.Run{
				ID: r.DatabaseID, Name: r.Name, SHA: h.OID, Status: strings.ToLower(r.Status), Conclusion: checks.Conclusion(strings.ToLower(r.Conclusion)),
				Title: r.Title, Summary: r.Summary, Text: r.Text, ExternalID: r.ExternalID, DetailsURL: r.DetailsURL, StartedAt: r.StartedAt,
			})
		}
	}
	slices.SortFunc(runs, byID)
	return runs
}

// moreRuns reports that ours may be among those that did not fit onto a page.
func (h headNode) moreRuns(me string) bool {
	if h.CheckSuites == nil {
		return false
	}
	for _, suite := range h.CheckSuites.Nodes {
		if suite.App != nil && isApp(me, suite.App.Slug) && suite.CheckRuns.PageInfo.HasNextPage {
			return true
		}
	}
	return h.CheckSuites.PageInfo.HasNextPage
}

// sharing are the other open pull requests of this repository with this head
// commit, from this head repository: a stranger's fork can have any commit.
func (h headNode) sharing(p *gate.Pull) []int {
	var numbers []int
	for _, o := range h.AssociatedPullRequests.Nodes {
		if o == nil || o.State != "OPEN" || o.Number == p.Number || o.HeadRefOid != p.Change.HeadSHA {
			continue
		}
		if strings.EqualFold(o.HeadRepository.name(), p.HeadRepo) && strings.EqualFold(o.BaseRepository.name(), p.Change.Repo) {
			numbers = append(numbers, o.Number)
		}
	}
	return numbers
}
