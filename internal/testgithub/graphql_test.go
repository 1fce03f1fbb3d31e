package testgithub_test

import (
	"testing"

	"github.com/backout-dev/backout/internal/testgithub"
)

const gate = `query Gate($owner: String!, $name: String!, $number: Int!, $policy: String!, $app: Int, $check: String!, $after: String) {
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) {
    databaseId isPrivate defaultBranchRef { name }
    policy: object(expression: $policy) { ... on Blob { oid text byteSize isBinary isTruncated } }
    pullRequestTemplates { filename body }
    pullRequest(number: $number) {
      id number title body state isDraft merged isCrossRepository updatedAt
      author { __typename login }
      baseRefName baseRefOid headRefOid additions deletions changedFiles headRepository { nameWithOwner }
      labels(first: 100) { nodes { name } }
      files(first: 100, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { path additions deletions changeType } }
      comments(first: 100) { totalCount nodes { databaseId body viewerDidAuthor author { __typename login } } }
      timelineItems(first: 100, itemTypes: [LABELED_EVENT]) { nodes { ... on LabeledEvent { createdAt actor { login } label { name } } } }
      tip: commits(last: 1) { nodes { commit {
        oid
        associatedPullRequests(first: 50) { nodes { number state headRefOid } }
        checkSuites(first: 10, filterBy: {appId: $app, checkName: $check}) { nodes { app { databaseId } checkRuns(first: 10, filterBy: {checkName: $check, checkType: ALL}) {
          nodes { databaseId name status conclusion title summary text externalId startedAt } } } } } } }
      commits(first: 100) { nodes { commit { authors(first: 5) { nodes { user { login } } } } } }
      baseRef { target { oid ... on Commit { file(path: ".gitattributes") { object { ... on Blob { text oid } } } } } }
    }
  }
  org: repository(owner: $owner, name: ".github") { object(expression: "HEAD:backout.yml") { ... on Blob { oid text isTruncated } } }
}`

func TestOneQueryReadsAPullRequest(t *testing.T) {
	s, c := start(t)
	shop := s.Repo("acme/shop")
	shop.Commit("main", map[string]string{".github/backout.yml": "version: 1\n", ".gitattributes": "*.pb.go linguist-generated\n", "a.go": "one\ntwo\n"})
	p := shop.AddPull(testgithub.NewPull{Title: "Fast", Body: "## Rollback plan", Author: "octocat", Labels: []string{"risky"}, Files: []testgithub.File{
		testgithub.Edit("a.go", "one\n2\n"), testgithub.Edit("b.go", "new\n"),
	}})
	p.Comment("github-actions[bot]", "hello")
	shop.AddRun(testgithub.Actions(), p.HeadSHA(), "backout", "failure")
	for _, form := range []client{c, c.enterprise()} {
		got := form.query(gate, map[string]any{
			"owner": "acme", "name": "shop", "number": 1, "policy": "HEAD:.github/backout.yml", "app": 15368, "check": "backout",
		})
		t.Log(got)
	}
}
