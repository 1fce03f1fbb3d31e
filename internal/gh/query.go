package gh

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/backout-dev/backout/internal/gate"
)

// The queries are written out as GitHub gets them; what differs from one to the
// next is only whether something is asked for. A connection costs one hundredth
// of a point for each of its parents: a pull request comes to 1 point, a page of
// 50 to 14.

// pullFields is a pull request, with .gitattributes of its base.
const pullFields = `
fragment pull on PullRequest{
	fullDatabaseId number title body state isDraft updatedAt changedFiles
	author{__typename login}
	baseRefName baseRefOid baseRef{target{oid ...on Commit{%s}}}
	headRefName headRefOid headRepository{nameWithOwner}
	labels(first:100){nodes{name}}
	commits(last:100){totalCount nodes{commit{author{email user{login}} signature{isValid wasSignedByGitHub signer{login}}}}}
	head:commits(last:1){nodes{commit{...head}}}
	comments(first:50){pageInfo{hasNextPage} nodes{fullDatabaseId body viewerDidAuthor author{__typename login}}}
	files(first:100){pageInfo{hasNextPage endCursor} nodes{path additions deletions changeType}}
}`

// headFields is the head commit in the base repository, where a fork's has its
// check runs too.
const headFields = `
fragment head on Commit{oid%s associatedPullRequests(first:100%s){pageInfo{hasNextPage endCursor} nodes{
	number state headRefOid headRepository{nameWithOwner} baseRepository{nameWithOwner}}}}`

// runFields are the check runs of a name. Anybody's may have it, so that ours are
// asked for by App where its id is known, and listed on their own where the page
// was full.
const runFields = ` checkSuites(first:20,filterBy:{checkName:$check%s}){pageInfo{hasNextPage} nodes{app{slug} checkRuns(first:20,filterBy:{checkName:$check,checkType:ALL}){
	pageInfo{hasNextPage} nodes{databaseId name status conclusion title summary text externalId detailsUrl startedAt}}}}`

type (
	actor struct {
		Type  string `json:"__typename"`
		Login string
	}
	nameNode struct{ NameWithOwner string }
	page     struct {
		HasNextPage bool
		EndCursor   string
	}
	pullNode struct {
		FullDatabaseID bigID
		Number         int
		Title, Body    string
		State          string
		IsDraft        bool
		UpdatedAt      time.Time
		ChangedFiles   int
		Author         *actor
		BaseRefName    string
		BaseRefOid     string
		BaseRef        *struct {
			Target map[string]json.RawMessage
		}
		HeadRefName    string
		HeadRefOid     string
		HeadRepository *nameNode
		Labels         struct{ Nodes []struct{ Name string } }
		Commits        struct {
			TotalCount int
			Nodes      []struct{ Commit commitNode }
		}
		Head struct {
			Nodes []struct{ Commit headNode }
		}
		Comments struct {
			PageInfo page
			Nodes    []struct {
				FullDatabaseID  bigID
				Body            string
				ViewerDidAuthor bool
				Author          *actor
			}
		}
		Files filePage
	}
	commitNode struct {
		Author *struct {
			Email string
			User  *struct{ Login string }
		}
		Signature *struct {
			IsValid           bool
			WasSignedByGitHub bool
			Signer            *struct{ Login string }
		}
	}
	headNode struct {
		OID         string
		CheckSuites *struct {
			PageInfo page
			Nodes    []struct {
				App       *struct{ Slug string }
				CheckRuns struct {
					PageInfo page
					Nodes    []runNode
				}
			}
		}
		AssociatedPullRequests struct {
			PageInfo page
			Nodes    []*struct {
				Number         int
				State          string
				HeadRefOid     string
				HeadRepository *nameNode
				BaseRepository *nameNode
			}
		}
	}
	runNode struct {
		DatabaseID             int64
		Name                   string
		Status, Conclusion     string
		Title, Summary, Text   string
		ExternalID, DetailsURL string
		StartedAt              time.Time
	}
	filePage struct {
		PageInfo page
		Nodes    []struct {
			Path                 string
			Additions, Deletions int
			ChangeType           string
		}
	}
	repositoryNode struct {
		DatabaseID           int64
		NameWithOwner        string
		IsPrivate            bool
		DefaultBranchRef     *struct{ Name string }
		Policy, Further      *blob
		PullRequestTemplates []struct{ Body string }
		PullRequest          *pullNode
		PullRequests         struct {
			PageInfo page
			Nodes    []*pullNode
		}
	}
	answer struct {
		Viewer     viewer
		Repository *repositoryNode
		Org        *repositoryNode
	}
)

// is holds an answer to the repository that is meant. What is said of another
// one, and of what is not in it, says nothing.
func (a *answer) is(repo gate.Repo, id int64) error {
	if a.Repository == nil {
		return nil
	}
	return same(repo, id, a.Repository.DatabaseID)
}

// same compares GitHub's id of a repository with the one that is known; 0: it is
// not known.
func same(repo gate.Repo, known, id int64) error {
	if known != 0 && id != 0 && known != id {
		return &gate.Elsewhere{What: repo.String()}
	}
	return nil
}

// bigID is an id that GraphQL writes as text, because it is larger than its
// numbers are.
type bigID int64

func (id *bigID) UnmarshalJSON(data []byte) error {
	n, err := strconv.ParseInt(strings.Trim(string(data), `"`), 10, 64)
	*id = bigID(n)
	return err
}

// name is a repository's, or empty where it is gone or cannot be seen.
func (n *nameNode) name() string {
	if n == nil {
		return ""
	}
	return n.NameWithOwner
}

// login is as REST writes it. Nobody stands for an account that is gone.
func (a *actor) login() string {
	switch {
	case a == nil:
		return "ghost"
	case a.Type == "Bot" && !strings.HasSuffix(a.Login, "[bot]"):
		return a.Login + "[bot]"
	}
	return a.Login
}

// query is one that is being put together.
type query struct {
	repo      gate.Repo
	app       int64 // whose check runs are ours; 0: it is not known
	ask       gate.Ask
	org       bool     // the organisation's policy is asked for along with it
	folders   []string // whose .gitattributes are asked for
	variables map[string]any
	declared  strings.Builder
}

func (c *Client) query(repo gate.Repo, ask gate.Ask, folders []string) *query {
	q := &query{repo: repo, app: c.opt.AppID, ask: ask, folders: folders, org: c.org == nil && ask.Organisation != gate.File{}, variables: map[string]any{}}
	q.set("owner", "String!", repo.Owner)
	q.set("name", "String!", repo.Name)
	return q
}

// set gives a variable its type and value.
func (q *query) set(name, kind string, value any) {
	fmt.Fprintf(&q.declared, "$%s:%s ", name, kind)
	q.variables[name] = value
}

// text is the whole query, for one pull request or a page of them.
func (q *query) text(name, pulls string) string {
	repository := q.policies() + " " + pulls
	org := ""
	if q.org {
		org = q.organisation()
	}
	runs := ""
	if q.ask.CheckName != "" {
		runs = q.runs(q.ask.CheckName)
	}
	attributes := asking(q, q.folders)
	return fmt.Sprintf("query %s(%s){viewer{login} repository(owner:$owner,name:$name){%s} %s}", name, q.declared.String(), repository, org) +
		fmt.Sprintf(pullFields, attributes) + fmt.Sprintf(headFields, runs, "") + textFragment
}

// runs is what is asked of check runs.
func (q *query) runs(check string) string {
	q.set("check", "String!", check)
	ours := ""
	if q.app != 0 {
		q.set("app", "Int!", q.app)
		ours = ",appId:$app"
	}
	return fmt.Sprintf(runFields, ours)
}

// policies is what is asked of the repository itself.
func (q *query) policies() string {
	fields := "databaseId nameWithOwner isPrivate defaultBranchRef{name} pullRequestTemplates{filename body}"
	for _, file := range []struct{ name, path string }{{"policy", q.ask.Policy}, {"further", q.ask.Further}} {
		if file.path != "" {
			q.set(file.name, "String!", "HEAD:"+file.path)
			fields += fmt.Sprintf(" %s:object(expression:$%s){...text}", file.name, file.name)
		}
	}
	return fields
}

// organisation is what is asked of the repository that holds the organisation's
// policy.
func (q *query) organisation() string {
	q.set("orgOwner", "String!", q.ask.Organisation.Owner)
	q.set("orgName", "String!", q.ask.Organisation.Name)
	q.set("orgPolicy", "String!", "HEAD:"+q.ask.Organisation.Path)
	return "org:repository(owner:$orgOwner,name:$orgName){isPrivate policy:object(expression:$orgPolicy){...text} pullRequestTemplates{filename body}}"
}
