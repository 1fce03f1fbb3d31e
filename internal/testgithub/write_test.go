package testgithub_test

import (
	"strings"
	"testing"

	"github.com/backout-dev/backout/internal/testgithub"
)

type answered struct {
	ID         int64
	Status     string
	Conclusion *string
	Message    string
	HeadSHA    string `json:"head_sha"`
	Output     struct{ Title, Summary, Text *string }
}

func TestAWorkflowPublishes(t *testing.T) {
	for name, form := range map[string]func(client) client{"github.com": func(c client) client { return c }, "enterprise": client.enterprise} {
		t.Run(name, func(t *testing.T) {
			s, c := start(t)
			c = form(c)
			shop := s.Repo("acme/shop")
			p := shop.AddPull(testgithub.NewPull{})
			var run answered
			c.call("POST", "/repos/acme/shop/check-runs", map[string]any{"name": "backout", "head_sha": p.HeadSHA(), "status": "in_progress"}, 201, &run)
			if run.Status != "in_progress" || run.Conclusion != nil || run.HeadSHA != p.HeadSHA() {
				t.Errorf("created %+v", run)
			}
			path := "/repos/acme/shop/check-runs/" + itoa(run.ID)
			output := map[string]any{"title": "Passes", "summary": "All is well."}
			c.call("PATCH", path, map[string]any{"name": "backout", "conclusion": "success", "output": output}, 200, nil)
			c.call("GET", path, nil, 200, &run)
			if run.Status != "completed" || *run.Conclusion != "success" || *run.Output.Title != "Passes" || run.Output.Text != nil {
				t.Errorf("updated %+v", run)
			}
			var note answered
			c.call("POST", "/repos/acme/shop/issues/1/comments", map[string]any{"body": "one"}, 201, &note)
			c.call("PATCH", "/repos/acme/shop/issues/comments/"+itoa(note.ID), map[string]any{"body": "two"}, 200, nil)
			if got := p.Comments(); len(got) != 1 || got[0].Body != "two" || got[0].Author != "github-actions[bot]" {
				t.Errorf("comments %+v", got)
			}
			c.call("DELETE", "/repos/acme/shop/issues/comments/"+itoa(note.ID), nil, 204, nil)
			c.call("DELETE", "/repos/acme/shop/issues/comments/"+itoa(note.ID), nil, 404, nil)
			if got := p.Comments(); len(got) != 0 {
				t.Errorf("comments after the last is deleted: %+v", got)
			}
		})
	}
}

func TestWhoMayWhat(t *testing.T) {
	s, c := start(t)
	shop := s.Repo("acme/shop")
	p := shop.AddPull(testgithub.NewPull{})
	s.Repo("acme/secret").Private(true).AddPull(testgithub.NewPull{})
	s.Repo("acme/elsewhere").AddPull(testgithub.NewPull{})
	theirs := shop.AddRun(testgithub.App{ID: 7, Slug: "other"}, p.HeadSHA(), "backout", "success")
	s.Token(testgithub.Token{Value: "shop only", App: testgithub.Actions(), Permissions: map[string]string{"checks": "write", "pull_requests": "read"}, Repos: []string{"acme/shop"}})
	s.Token(testgithub.Token{Value: "a person", Login: "hubot"})
	run := map[string]any{"name": "backout", "head_sha": p.HeadSHA()}
	text := map[string]any{"body": "x"}
	for _, tt := range []struct {
		name, token, method, path string
		body                      any
		status                    int
		says                      string
	}{
		{"no token may read what is public", "", "GET", "/repos/acme/shop/pulls/1", nil, 200, ""},
		{"no token may not write", "", "POST", "/repos/acme/shop/issues/1/comments", text, 401, "Requires authentication"},
		{"an unknown token", "who", "GET", "/repos/acme/shop", nil, 401, "Bad credentials"},
		{"a fork's token reads", testgithub.ForkToken, "GET", "/repos/acme/shop/pulls/1", nil, 200, ""},
		{"a fork's token does not comment", testgithub.ForkToken, "POST", "/repos/acme/shop/issues/1/comments", text, 403, "Resource not accessible by integration"},
		{"a fork's token makes no check run", testgithub.ForkToken, "POST", "/repos/acme/shop/check-runs", run, 403, "Resource not accessible by integration"},
		{"a private repository of another token", "shop only", "GET", "/repos/acme/secret", nil, 404, "Not Found"},
		{"a public repository of another token is read", "shop only", "GET", "/repos/acme/elsewhere/pulls/1", nil, 200, ""},
		{"a public repository of another token is not written", "shop only", "POST", "/repos/acme/elsewhere/check-runs", run, 403, "Resource not accessible by integration"},
		{"a permission that is missing", "shop only", "POST", "/repos/acme/shop/issues/1/comments", text, 403, "Resource not accessible by integration"},
		{"a workflow looks at a team", testgithub.WriteToken, "GET", "/orgs/acme/teams/sre/memberships/hubot", nil, 403, "Resource not accessible by integration"},
		{"a person makes no check run", "a person", "POST", "/repos/acme/shop/check-runs", run, 403, "You must authenticate via a GitHub App."},
		{"another App's check run", testgithub.WriteToken, "PATCH", "/repos/acme/shop/check-runs/" + itoa(theirs), map[string]any{"name": "backout"}, 403, "Invalid app_id `15368`"},
		{"a commit that nobody knows", testgithub.WriteToken, "POST", "/repos/acme/shop/check-runs", map[string]any{"name": "x", "head_sha": strings.Repeat("0", 40)}, 422, "No commit found"},
		{"a check run without a name", testgithub.WriteToken, "POST", "/repos/acme/shop/check-runs", map[string]any{"name": "", "head_sha": p.HeadSHA()}, 422, "Validation Failed"},
		{"a check run that ends in nothing", testgithub.WriteToken, "POST", "/repos/acme/shop/check-runs", map[string]any{"name": "x", "head_sha": p.HeadSHA(), "status": "completed"}, 422, ""},
		{"a comment that is too long", testgithub.WriteToken, "POST", "/repos/acme/shop/issues/1/comments", map[string]any{"body": strings.Repeat("ü", 65537)}, 422, "Validation Failed"},
		{"a comment that just fits", testgithub.WriteToken, "POST", "/repos/acme/shop/issues/1/comments", map[string]any{"body": strings.Repeat("ü", 65536)}, 201, ""},
		{"no such pull request", testgithub.WriteToken, "GET", "/repos/acme/shop/pulls/9", nil, 404, "Not Found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got answered
			one := c.as(tt.token)
			one.t = t
			one.call(tt.method, tt.path, tt.body, tt.status, &got)
			if !strings.HasPrefix(got.Message, tt.says) {
				t.Errorf("message %q, want %q", got.Message, tt.says)
			}
		})
	}
}

func TestWhatIsNotDescribedIsAViolation(t *testing.T) {
	for _, tt := range []struct {
		name, method, path string
		body               any
		want               string
	}{
		{"a misspelt field", "POST", "/repos/acme/shop/issues/1/comments", map[string]any{"body": "x", "bodi": "y"}, `request POST comments`},
		{"a misspelt field inside", "PATCH", "/repos/acme/shop/check-runs/1", map[string]any{"output": map[string]any{"summary": "x", "titel": "y"}}, `titel`},
		{"a field of the wrong type", "POST", "/repos/acme/shop/issues/1/comments", map[string]any{"body": 7}, `/body`},
		{"a word that is not in the list", "PATCH", "/repos/acme/shop/check-runs/1", map[string]any{"conclusion": "fine"}, `/conclusion`},
		{"a summary that is too long", "PATCH", "/repos/acme/shop/check-runs/1", map[string]any{"output": map[string]any{"summary": strings.Repeat("x", 65536)}}, `/output/summary`},
		{"a fourth button", "PATCH", "/repos/acme/shop/check-runs/1", map[string]any{"actions": make([]map[string]string, 4)}, `/actions`},
		{"a missing field", "POST", "/repos/acme/shop/check-runs", map[string]any{"name": "x"}, `head_sha`},
		{"a query parameter that does not exist", "GET", "/repos/acme/shop/pulls?sate=open", nil, `"sate"`},
		{"a word in the query that is not in the list", "GET", "/repos/acme/shop/pulls?state=merged", nil, `state`},
		{"a route that is not there", "GET", "/repos/acme/shop/stargazers", nil, `no such route`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := testgithub.New(testgithub.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			s.Repo("acme/shop").AddPull(testgithub.NewPull{})
			rs, _, err := dial(t, s).do(tt.method, tt.path, tt.body)
			if err != nil || rs.StatusCode < 400 {
				t.Errorf("answered %v, %v", rs, err)
			}
			got := strings.Join(s.Violations(), "\n")
			if !strings.Contains(got, tt.want) {
				t.Errorf("violations %q, want %q", got, tt.want)
			}
		})
	}
}
