package gh

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/gate"
)

// fake is a GitHub that answers what a test wrote down, for what no test GitHub
// does by itself.
type fake struct {
	*testing.T
	*httptest.Server

	clock

	mu    sync.Mutex
	calls []string
	reply func(what string, r *http.Request) reply
}

// clock moves on at once when somebody sleeps by it.
type clock struct {
	mu    sync.Mutex
	slept time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.slept)
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.slept += d
	return ctx.Err()
}

func (c *clock) waited() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.slept
}

// reply is one answer.
type reply struct {
	status int
	header map[string]string
	body   string
	cut    bool // in the middle
	hang   bool // no answer at all
	reset  bool
}

func (r reply) graph() reply {
	r.body = `{"data":` + r.body + `}`
	return r
}

func newFake(t *testing.T, answer func(what string, r *http.Request) reply) *fake {
	f := &fake{T: t, reply: answer}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Server.Close)
	return f
}

var operation = regexp.MustCompile(`^query (\w+)`)

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	what := r.Method + " " + r.URL.RequestURI()
	body, _ := io.ReadAll(r.Body)
	if r.URL.Path == "/graphql" {
		var ask struct{ Query string }
		if err := json.Unmarshal(body, &ask); err != nil {
			f.Errorf("a body that is not JSON: %v", err)
		}
		if m := operation.FindStringSubmatch(ask.Query); m != nil {
			what = m[1]
		}
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	f.mu.Lock()
	f.calls = append(f.calls, what)
	answer := f.reply(what, r)
	f.mu.Unlock()
	switch {
	case answer.hang:
		<-r.Context().Done()
		return
	case answer.reset:
		panic(http.ErrAbortHandler)
	}
	for k, v := range answer.header {
		w.Header().Set(k, v)
	}
	if answer.status == 0 {
		answer.status = http.StatusOK
	}
	if answer.cut {
		w.Header().Set("Content-Length", fmt.Sprint(len(answer.body)))
		answer.body = answer.body[:len(answer.body)/2]
	}
	w.WriteHeader(answer.status)
	_, _ = io.WriteString(w, answer.body)
}

func (f *fake) hosts() Hosts {
	h, err := ParseHosts("", f.URL, "")
	if err != nil {
		f.Fatal(err)
	}
	return h
}

// client waits by the fake's clock.
func (f *fake) client(with func(*Options)) *Client {
	f.Helper()
	o := Options{
		Hosts: f.hosts(), Token: "ghs_secret", UserAgent: "backout-test", MaxWait: time.Minute, CallTimeout: 2 * time.Second,
		Now: f.now, Sleep: f.sleep,
	}
	if with != nil {
		with(&o)
	}
	c, err := New(o)
	if err != nil {
		f.Fatal(err)
	}
	return c
}

func (f *fake) asked() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

var (
	shop = gate.Repo{Owner: "acme", Name: "shop"}
	pr   = gate.Ref{Repo: shop, Number: 812}
	ask  = gate.Ask{
		Policy: ".github/backout.yml", CheckName: gate.CheckName,
		Organisation: gate.File{Repo: gate.Repo{Owner: "acme", Name: ".github"}, Path: "backout.yml"},
	}
)

const (
	headSHA = "1111111111111111111111111111111111111111"
	baseSHA = "2222222222222222222222222222222222222222"
)

// pullJSON is a pull request with the fields that a test wants different.
func pullJSON(fields map[string]string) string {
	node := map[string]string{
		"number": "812", "title": `"Drop carts"`, "body": `"Text"`, "state": `"OPEN"`, "isDraft": "false", "updatedAt": `"2026-11-24T07:00:00Z"`,
		"changedFiles": "1", "author": `{"__typename":"User","login":"octocat"}`, "baseRefName": `"main"`, "baseRefOid": `"` + baseSHA + `"`,
		"baseRef": `{"target":{"oid":"` + baseSHA + `","a0":null}}`, "headRefName": `"topic"`, "headRefOid": `"` + headSHA + `"`,
		"headRepository": `{"nameWithOwner":"acme/shop"}`, "labels": `{"nodes":[]}`,
		"commits": `{"totalCount":1,"nodes":[{"commit":{"author":{"email":"o@example.com","user":{"login":"octocat"}},"signature":null}}]}`,
		"head": `{"nodes":[{"commit":{"oid":"` + headSHA + `","checkSuites":{"nodes":[]},
			"associatedPullRequests":{"pageInfo":{"hasNextPage":false},"nodes":[]}}}]}`,
		"comments": `{"pageInfo":{"hasNextPage":false},"nodes":[]}`,
		"files":    `{"pageInfo":{"hasNextPage":false},"nodes":[{"path":"a.go","additions":1,"deletions":0,"changeType":"MODIFIED"}]}`,
	}
	for k, v := range fields {
		node[k] = v
	}
	var all []string
	for k, v := range node {
		all = append(all, fmt.Sprintf("%q:%s", k, v))
	}
	return "{" + strings.Join(all, ",") + "}"
}

// answerJSON is the answer to the query for one pull request.
func answerJSON(pull, repository, org string) string {
	return `{"viewer":{"login":"github-actions[bot]"},"repository":{"nameWithOwner":"acme/shop","isPrivate":false,"defaultBranchRef":{"name":"main"},
		"pullRequestTemplates":[]` + repository + `,"pullRequest":` + pull + `},"org":` + org + `}`
}

const noOrg = `{"isPrivate":false,"policy":null,"pullRequestTemplates":[]}`

func as(err error, target any) bool { return errors.As(err, target) }
