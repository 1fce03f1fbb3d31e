package gh

import (
	"context"

	"github.com/backout-dev/backout/internal/gate"
)

// Policies reads the policy files that hold in a repository, in one query. Of the
// pull request that it returns nothing else is filled in but the repository's
// own facts.
func (c *Client) Policies(ctx context.Context, repo gate.Repo, ask gate.Ask) (gate.Pull, error) {
	o := op{what: "the policy of " + repo.String(), doing: "read the policy of " + repo.String(), needs: "contents: read"}
	if err := named(repo); err != nil {
		return gate.Pull{}, err
	}
	org := c.organisationApart(ctx, ask)
	q := c.query(repo, ask, nil)
	repository, organisation := q.policies(), ""
	if q.org {
		organisation = q.organisation()
	}
	text := "query Policies(" + q.declared.String() + "){viewer{login} repository(owner:$owner,name:$name){" + repository + "} " + organisation + "}" + textFragment
	var a answer
	errs, err := c.graph(ctx, o, text, q.variables, &a)
	if err == nil {
		err = a.is(repo, ask.RepositoryID)
	}
	if err == nil {
		err = o.pullErrors(errs)
	}
	if err == nil && a.Repository == nil {
		err = o.unavailable(errShape.Error(), 0, nil)
	}
	if err != nil {
		return gate.Pull{}, err
	}
	s, err := c.shared(ctx, repo, ask, &a, errs, org)
	return s.Pull, err
}
