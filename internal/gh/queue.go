package gh

import (
	"context"
	"slices"

	"github.com/backout-dev/backout/internal/gate"
)

const queueQuery = `query Queue($owner:String!,$name:String!,$branch:String!,$after:String){repository(owner:$owner,name:$name){mergeQueue(branch:$branch){
	configuration{mergingStrategy}
	entries(first:100,after:$after){pageInfo{hasNextPage endCursor} nodes{headCommit{oid} baseCommit{oid} pullRequest{number}}}}}}`

// queued is a place in a merge queue: each builds upon the one before it.
type queued struct {
	HeadCommit, BaseCommit *struct{ OID string }
	PullRequest            *struct{ Number int }
}

// Group reads which pull requests a merge group's commit holds, from the queue
// of the branch. A commit that is not in the queue (any more) is *gate.Gone.
func (c *Client) Group(ctx context.Context, repo gate.Repo, branch, sha string) (gate.Group, error) {
	if err := named(repo); err != nil {
		return gate.Group{}, err
	}
	what := "the merge group " + at(repo, sha)
	o := op{what: what, doing: "read " + what, needs: "merge-queues: read of an App's, which a workflow's token never has"}
	variables := map[string]any{"owner": repo.Owner, "name": repo.Name, "branch": branch}
	var entries []queued
	strategy := ""
	for {
		var data struct {
			Repository struct {
				MergeQueue *struct {
					Configuration *struct{ MergingStrategy string }
					Entries       struct {
						PageInfo page
						Nodes    []queued
					}
				}
			}
		}
		errs, err := c.graph(ctx, o, queueQuery, variables, &data)
		if err == nil {
			err = o.unless(errs)
		}
		if err != nil {
			return gate.Group{}, err
		}
		q := data.Repository.MergeQueue
		if q == nil {
			return gate.Group{}, &gate.Gone{What: what}
		}
		if q.Configuration != nil {
			strategy = q.Configuration.MergingStrategy
		}
		entries = append(entries, q.Entries.Nodes...)
		if !q.Entries.PageInfo.HasNextPage {
			break
		}
		variables["after"] = q.Entries.PageInfo.EndCursor
	}
	numbers := chain(entries, sha)
	if len(numbers) == 0 {
		return gate.Group{}, &gate.Gone{What: what}
	}
	return gate.Group{Numbers: numbers, OwnOnly: strategy == "ALLGREEN"}, nil
}

// chain walks from a commit back to the branch, and lists the pull requests on
// the way in the order in which they merge.
func chain(entries []queued, sha string) []int {
	var numbers []int
	for range entries {
		i := slices.IndexFunc(entries, func(e queued) bool { return e.HeadCommit != nil && e.HeadCommit.OID == sha })
		if i < 0 || entries[i].PullRequest == nil || entries[i].BaseCommit == nil {
			break
		}
		numbers = append(numbers, entries[i].PullRequest.Number)
		sha = entries[i].BaseCommit.OID
	}
	slices.Reverse(numbers)
	return numbers
}
