package testgithub_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

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

// dig looks a value up in a query's answer: keys, and indices of lists.
func dig(t *testing.T, answer string, at ...any) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(answer), &v); err != nil {
		t.Fatal(err)
	}
	for i, k := range at {
		switch k := k.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[k]
		case int:
			l, _ := v.([]any)
			if k >= len(l) {
				t.Fatalf("%v: only %d\n%s", at[:i+1], len(l), answer)
			}
			v = l[k]
		}
	}
	return v
}

func TestOneQueryReadsAPullRequest(t *testing.T) {
	s, c := start(t)
	shop := s.Repo("acme/shop")
	shop.Commit("main", map[string]string{
		".github/backout.yml": "version: 1\n", ".gitattributes": "*.pb.go linguist-generated\n", "a.go": "one\ntwo\n",
		".github/pull_request_template.md": "## Rollback plan\n",
	})
	p := shop.AddPull(testgithub.NewPull{
		Title: "Fast", Body: "## Rollback plan", Author: "dependabot[bot]", Labels: []string{"risky"},
		Files:   []testgithub.File{testgithub.Edit("a.go", "one\n2\n"), testgithub.Edit("b.go", "new\n")},
		Commits: [][]string{{"hubot", "octocat"}, {"dependabot[bot]"}, {"nobody@example.com"}},
	})
	p.Comment("github-actions[bot]", "hello")
	shop.AddRun(testgithub.Actions(), p.HeadSHA(), "backout", "failure")
	shop.AddRun(testgithub.App{ID: 7, Slug: "other"}, p.HeadSHA(), "backout", "success")
	for name, form := range map[string]client{"github.com": c, "enterprise": c.enterprise()} {
		got := form.query(gate, map[string]any{
			"owner": "acme", "name": "shop", "number": 1, "policy": "HEAD:.github/backout.yml", "app": 15368, "check": "backout",
		})
		const pull = "pullRequest"
		at := func(path ...any) any { return dig(t, got, append([]any{"data", "repository"}, path...)...) }
		authors := []any{pull, "commits", "nodes"}
		for _, tt := range []struct {
			what string
			got  any
			want any
		}{
			{"a policy's text", at("policy", "text"), "version: 1\n"},
			{"git's id of it", at("policy", "oid"), "b82551848c644f63b8517a7bdf8be9a992e6f4da"},
			{"the template", at("pullRequestTemplates", 0, "body"), "## Rollback plan\n"},
			{"a bot's login", at(pull, "author", "login"), "dependabot"},
			{"a bot's type", at(pull, "author", "__typename"), "Bot"},
			{"a bot's login as a commit's author", at(append(authors, 1, "commit", "authors", "nodes", 0, "user", "login")...), "dependabot[bot]"},
			{"a co-author", at(append(authors, 0, "commit", "authors", "nodes", 1, "user", "login")...), "octocat"},
			{"an address of nobody's", at(append(authors, 2, "commit", "authors", "nodes", 0, "user")...), nil},
			{"lines added", at(pull, "additions"), 2.0},
			{"a file", at(pull, "files", "nodes", 0, "changeType"), "MODIFIED"},
			{"a new file", at(pull, "files", "nodes", 1, "changeType"), "ADDED"},
			{"the attributes at the base", at(pull, "baseRef", "target", "file", "object", "text"), "*.pb.go linguist-generated\n"},
			{"who set the label", at(pull, "timelineItems", "nodes", 0, "actor", "login"), "dependabot"},
			{"our comment", at(pull, "comments", "nodes", 0, "viewerDidAuthor"), true},
			{"our App's suite alone", len(at(pull, "tip", "nodes", 0, "commit", "checkSuites", "nodes").([]any)), 1},
			{"our run", at(pull, "tip", "nodes", 0, "commit", "checkSuites", "nodes", 0, "checkRuns", "nodes", 0, "conclusion"), "FAILURE"},
			{"pull requests of the head", at(pull, "tip", "nodes", 0, "commit", "associatedPullRequests", "nodes", 0, "number"), 1.0},
			{"the organisation's repository is not there", dig(t, got, "data", "org"), nil},
			{"and why", dig(t, got, "errors", 0, "type"), "NOT_FOUND"},
			{"where", dig(t, got, "errors", 0, "path", 0), "org"},
			{"the cost", dig(t, got, "data", "rateLimit", "cost"), 1.0},
		} {
			if !reflect.DeepEqual(tt.got, tt.want) {
				t.Errorf("%s, %s: %v, want %v", name, tt.what, tt.got, tt.want)
			}
		}
	}
}

func TestQueriesThatGitHubRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, query string
		variables   map[string]any
		status      int
		says        string // in the answer
		violation   bool
	}{
		{"a field that does not exist", `{viewer{name1}}`, nil, 200, `undefinedField`, true},
		{"not a query", `{viewer`, nil, 200, `Expected Name`, true},
		{"no first or last", `{repository(owner:"acme",name:"shop"){pullRequests{totalCount}}}`, nil, 200, "MISSING_PAGINATION_BOUNDARIES", false},
		{"more than a hundred", `{repository(owner:"acme",name:"shop"){pullRequests(first:101){totalCount}}}`, nil, 200, "EXCESSIVE_PAGINATION", false},
		{"a cursor of nobody's", `{repository(owner:"acme",name:"shop"){pullRequests(first:1,after:"x"){totalCount}}}`, nil, 200, "INVALID_CURSOR_ARGUMENTS", false},
		{
			"half a million nodes", `{repository(owner:"acme",name:"shop"){pullRequests(first:100){nodes{commits(first:100){nodes{commit{
			authors(first:100){totalCount}}}}}}}}`, nil, 200, "MAX_NODE_LIMIT_EXCEEDED", false,
		},
		{"a variable of the wrong type", `query($n:Int!){repository(owner:"acme",name:"shop"){pullRequest(number:$n){title}}}`, map[string]any{"n": "1"}, 200, "INVALID_VARIABLE", true},
		{"a number too large for Int", `query($n:Int!){repository(owner:"acme",name:"shop"){pullRequest(number:$n){title}}}`, map[string]any{"n": 1 << 40}, 200, "INVALID_VARIABLE", true},
		{"a variable that is left out", `query($n:Int!){repository(owner:"acme",name:"shop"){pullRequest(number:$n){title}}}`, nil, 200, "was not provided", true},
		{"a variable too many", `{viewer{login}}`, map[string]any{"n": 1}, 200, "is not declared", true},
		{"half an object id", `query($o:GitObjectID!){repository(owner:"acme",name:"shop"){object(oid:$o){oid}}}`, map[string]any{"o": "abc"}, 200, "INVALID_VARIABLE", true},
		{"an unknown field of a filter", `query($f:IssueOrder){repository(owner:"acme",name:"shop"){pullRequests(first:1,orderBy:$f){totalCount}}}`, map[string]any{"f": map[string]any{"fiel": 1}}, 200, "has no field", true},
		{"a word that is not in the list", `query($s:[PullRequestState!]){repository(owner:"acme",name:"shop"){pullRequests(first:1,states:$s){totalCount}}}`, map[string]any{"s": []string{"open"}}, 200, "is no PullRequestState!", true},
		{"a field that the server has not", `{repository(owner:"acme",name:"shop"){forkCount}}`, nil, 500, "Repository.forkCount is not implemented", true},
		{"a private repository's pull request without the permission", `{repository(owner:"acme",name:"secret"){pullRequest(number:1){title}}}`, nil, 200, "FORBIDDEN", false},
		{"a workflow looks at the merge queue", `{repository(owner:"acme",name:"shop"){mergeQueue{id}}}`, nil, 200, "FORBIDDEN", false},
		{"no such pull request", `{repository(owner:"acme",name:"shop"){pullRequest(number:9){title}}}`, nil, 200, "Could not resolve to a PullRequest with the number of 9.", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := testgithub.New(testgithub.Options{Kind: true})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			s.Repo("acme/shop")
			s.Repo("acme/secret").Private(true).AddPull(testgithub.NewPull{})
			token := s.Token(testgithub.Token{Value: "contents only", App: testgithub.Actions(), Permissions: map[string]string{"contents": "read"}})
			rs, data, err := dial(t, s).as(token).do("POST", s.GraphQL(), map[string]any{"query": tt.query, "variables": tt.variables})
			if err != nil || rs.StatusCode != tt.status || !strings.Contains(string(data), tt.says) {
				t.Errorf("%v, %v: %s; want %d, %s", rs, err, data, tt.status, tt.says)
			}
			if got := s.Violations(); (len(got) > 0) != tt.violation {
				t.Errorf("violations %q", got)
			}
		})
	}
}

func TestFragmentsAliasesAndDirectives(t *testing.T) {
	s, c := start(t)
	s.Repo("acme/shop").AddPull(testgithub.NewPull{Title: "T"})
	const query = `query($yes:Boolean!,$no:Boolean=false){
		a:repository(owner:"acme",name:"shop"){...r pullRequest(number:1){n:number}}
		b:repository(owner:"acme",name:"shop") @include(if:$no){name}
		node(id:"PR_none"){id}
	}
	fragment r on Repository{name ...on Node{__typename} pullRequest(number:1){title body @skip(if:$yes)}}`
	const errors = `"errors":[{"message":"Could not resolve to a node with the global id of 'PR_none'","path":["node"],"type":"NOT_FOUND"}]}`
	for _, of := range []struct {
		yes, no bool
		want    string
	}{ // each is decided anew, although the query is known
		{true, false, `{"data":{"a":{"name":"shop","__typename":"Repository","pullRequest":{"title":"T","n":1}},"node":null},`},
		{false, false, `{"data":{"a":{"name":"shop","__typename":"Repository","pullRequest":{"title":"T","body":"","n":1}},"node":null},`},
		{true, true, `{"data":{"a":{"name":"shop","__typename":"Repository","pullRequest":{"title":"T","n":1}},"b":{"name":"shop"},"node":null},`},
	} {
		if got := c.query(query, map[string]any{"yes": of.yes, "no": of.no}); got != of.want+errors {
			t.Errorf("yes %t, no %t:\ngot  %s\nwant %s", of.yes, of.no, got, of.want+errors)
		}
	}
}

func TestAFieldThatCannotBeNullTakesItsParentWithIt(t *testing.T) {
	s, c := start(t)
	s.Repo("acme/shop").AddPull(testgithub.NewPull{})
	got := c.query(`{repository(owner:"acme",name:"shop"){name pullRequest(number:1){title comments{totalCount}}}}`, nil)
	if !strings.HasPrefix(got, `{"data":{"repository":{"name":"shop","pullRequest":null}},"errors":[`) {
		t.Error(got)
	}
}

func TestTheTimelineSaysWhoDidWhat(t *testing.T) {
	s, c := start(t)
	shop, p := everything(s)
	shop.Branch("release", "main")
	p.Retarget("release")
	p.Close()
	p.Reopen()
	p.Merge("hubot")
	got := c.query(`{repository(owner:"acme",name:"shop"){pullRequest(number:1){timelineItems(first:100){nodes{__typename
		...on LabeledEvent{actor{login} label{name}} ...on UnlabeledEvent{actor{login} label{name}}
		...on RenamedTitleEvent{previousTitle currentTitle} ...on HeadRefForcePushedEvent{beforeCommit{oid} afterCommit{oid}}
		...on BaseRefChangedEvent{previousRefName currentRefName} ...on MergedEvent{actor{login} merge:commit{oid}}
		...on PullRequestCommit{commit{message}} ...on IssueComment{body}}}}}}`, nil)
	said := map[string]any{}
	for _, n := range dig(t, got, "data", "repository", "pullRequest", "timelineItems", "nodes").([]any) {
		said[key(n, "__typename").(string)] = n
	}
	for _, kind := range []string{
		"LabeledEvent", "UnlabeledEvent", "RenamedTitleEvent", "HeadRefForcePushedEvent", "BaseRefChangedEvent", "MergedEvent", "ClosedEvent",
		"ReopenedEvent", "ConvertToDraftEvent", "ReadyForReviewEvent", "PullRequestCommit", "IssueComment",
	} {
		if said[kind] == nil {
			t.Errorf("no %s in %s", kind, got)
		}
	}
	if got := fmt.Sprint(said["LabeledEvent"]); !strings.Contains(got, "login:hubot") || !strings.Contains(got, "name:hotfix") {
		t.Error(got)
	}
	if got := fmt.Sprint(said["HeadRefForcePushedEvent"]); !strings.Contains(got, p.HeadSHA()) {
		t.Error(got)
	}
	var events []struct{ Event string }
	c.call("GET", "/repos/acme/shop/issues/1/events?per_page=100", nil, 200, &events)
	if got, want := fmt.Sprint(events), "[{labeled} {renamed} {labeled} {unlabeled} {convert_to_draft} {ready_for_review} {head_ref_force_pushed} "+
		"{base_ref_changed} {closed} {reopened} {merged} {closed}]"; got != want {
		t.Errorf("events: %s, want %s", got, want)
	}
}

func TestPagesOfAConnection(t *testing.T) {
	s, c := start(t)
	shop := s.Repo("acme/shop")
	for range 7 {
		shop.AddPull(testgithub.NewPull{})
	}
	shop.Pull(2).Close()
	numbers := func(args string) string {
		got := c.query(`{repository(owner:"acme",name:"shop"){pullRequests(`+args+`){totalCount nodes{number} edges{node{number}} pageInfo{endCursor hasNextPage hasPreviousPage}}}}`, nil)
		out := ""
		for _, n := range dig(t, got, "data", "repository", "pullRequests", "nodes").([]any) {
			out += fmt.Sprint(key(n, "number"), " ")
		}
		info := dig(t, got, "data", "repository", "pullRequests", "pageInfo")
		return fmt.Sprint(out, key(info, "hasPreviousPage"), " ", key(info, "hasNextPage"), " ", key(info, "endCursor"))
	}
	if got := numbers(`first:3,states:OPEN`); got != "1 3 4 false true Y3Vyc29yOnYyOjI=" {
		t.Error(got)
	}
	if got := numbers(`first:3,states:OPEN,after:"Y3Vyc29yOnYyOjI="`); got != "5 6 7 true false Y3Vyc29yOnYyOjU=" {
		t.Error(got)
	}
	if got := numbers(`last:2`); got != "6 7 true false Y3Vyc29yOnYyOjY=" {
		t.Error(got)
	}
	s.Advance(time.Minute)
	shop.Pull(4).EditBody("x")
	if got := numbers(`first:2,orderBy:{field:UPDATED_AT,direction:DESC}`); !strings.HasPrefix(got, "4 ") {
		t.Error(got)
	}
}

func key(v any, name string) any { return v.(map[string]any)[name] }
