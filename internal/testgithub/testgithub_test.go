package testgithub_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/backout-dev/backout/internal/testgithub"
)

// client calls a server the way a program does.
type client struct {
	t     *testing.T
	base  string
	graph string
	token string
}

func dial(t *testing.T, s *testgithub.Server) client {
	return client{t, s.URL(), s.GraphQL(), testgithub.WriteToken}
}

func (c client) as(token string) client {
	c.token = token
	return c
}

// enterprise is the same client against an enterprise server's addresses.
func (c client) enterprise() client {
	c.graph = strings.TrimSuffix(c.base, "/") + "/api/graphql"
	c.base += "/api/v3"
	return c
}

func (c client) do(method, path string, body any) (*http.Response, []byte, error) {
	c.t.Helper()
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		in = bytes.NewReader(b)
	}
	if !strings.HasPrefix(path, "http") {
		path = c.base + path
	}
	rq, err := http.NewRequestWithContext(c.t.Context(), method, path, in)
	if err != nil {
		c.t.Fatal(err)
	}
	rq.Header.Set("Accept", "application/vnd.github+json")
	if body != nil {
		rq.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		rq.Header.Set("Authorization", "Bearer "+c.token)
	}
	rs, err := http.DefaultClient.Do(rq)
	if err != nil {
		return nil, nil, err
	}
	defer rs.Body.Close()
	data, err := io.ReadAll(rs.Body)
	return rs, data, err
}

// call makes a call that must answer the status, and decodes the answer.
func (c client) call(method, path string, body any, want int, into any) *http.Response {
	c.t.Helper()
	rs, data, err := c.do(method, path, body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	if rs.StatusCode != want {
		c.t.Fatalf("%s %s: status %d, want %d\n%s", method, path, rs.StatusCode, want, data)
	}
	if into != nil {
		if err := json.Unmarshal(data, into); err != nil {
			c.t.Fatalf("%s %s: %v\n%s", method, path, err, data)
		}
	}
	return rs
}

// query asks by GraphQL and returns what came as JSON.
func (c client) query(query string, variables map[string]any) string {
	c.t.Helper()
	var out json.RawMessage
	c.call(http.MethodPost, c.graph, map[string]any{"query": query, "variables": variables}, 200, &out)
	return string(out)
}

type list = []map[string]any

func start(t *testing.T) (*testgithub.Server, client) {
	t.Helper()
	s := testgithub.Start(t, testgithub.Options{Kind: true})
	return s, dial(t, s)
}
