package gh

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestParseHosts(t *testing.T) {
	for _, tt := range []struct {
		name                  string
		github, rest, graphql string
		wantREST, wantGraphQL string
		wantErr               string
	}{
		{name: "nothing said", wantREST: "https://api.github.com/", wantGraphQL: "https://api.github.com/graphql"},
		{name: "github.com", github: "https://github.com/", wantREST: "https://api.github.com/", wantGraphQL: "https://api.github.com/graphql"},
		{name: "an enterprise server", github: "https://ghe.example.com", wantREST: "https://ghe.example.com/api/v3/", wantGraphQL: "https://ghe.example.com/api/graphql"},
		{name: "an enterprise server with a port and its path", github: "https://ghe.example.com:8443/api/v3/", wantREST: "https://ghe.example.com:8443/api/v3/", wantGraphQL: "https://ghe.example.com:8443/api/graphql"},
		{name: "a tenant", github: "https://acme.ghe.com", wantREST: "https://api.acme.ghe.com/", wantGraphQL: "https://api.acme.ghe.com/graphql"},
		{name: "a tenant's API", github: "https://api.acme.ghe.com", wantREST: "https://api.acme.ghe.com/", wantGraphQL: "https://api.acme.ghe.com/graphql"},
		{name: "what a workflow on github.com says", rest: "https://api.github.com", graphql: "https://api.github.com/graphql", wantREST: "https://api.github.com/", wantGraphQL: "https://api.github.com/graphql"},
		{name: "REST alone, of an enterprise server", github: "https://github.com", rest: "https://ghe.example.com/api/v3", wantREST: "https://ghe.example.com/api/v3/", wantGraphQL: "https://ghe.example.com/api/graphql"},
		{name: "REST alone", rest: "http://127.0.0.1:8080", wantREST: "http://127.0.0.1:8080/", wantGraphQL: "http://127.0.0.1:8080/graphql"},
		{name: "the machine itself, by name", github: "http://localhost:8080", wantREST: "http://localhost:8080/api/v3/", wantGraphQL: "http://localhost:8080/api/graphql"},
		{name: "without encryption", github: "http://ghe.example.com", wantErr: "try: https://ghe.example.com"},
		{name: "REST without encryption", rest: "http://api.github.com", wantErr: "encryption"},
		{name: "GraphQL without encryption", graphql: "http://api.github.com/graphql", wantErr: "encryption"},
		{name: "a repository's address", github: "https://github.com/acme/shop", wantErr: "try: https://github.com"},
		{name: "a password in it", github: "https://user:secret@ghe.example.com", wantErr: "without user"},
		{name: "no address", github: "github.com", wantErr: "https://github.com"},
		{name: "another protocol", rest: "file:///etc/passwd", wantErr: "not the address"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, err := ParseHosts(tt.github, tt.rest, tt.graphql)
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) || strings.Contains(err.Error(), "secret") {
					t.Errorf("error %v, want %q", err, tt.wantErr)
				}
				return
			}
			if err != nil || h.REST.String() != tt.wantREST || h.GraphQL.String() != tt.wantGraphQL {
				t.Errorf("%v and %v, %v", h.REST, h.GraphQL, err)
			}
		})
	}
}

func TestNew(t *testing.T) {
	hosts, _ := ParseHosts("", "", "")
	now := func() time.Time { return time.Time{} }
	for name, o := range map[string]Options{
		"no hosts":              {Now: now},
		"no clock":              {Hosts: hosts},
		"a token with its line": {Hosts: hosts, Now: now, Token: "ghs_x\n"},
	} {
		if _, err := New(o); err == nil || strings.Contains(err.Error(), "ghs_") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if h, _ := ParseHosts("https://ghe.example.com", "", ""); h.serves(&url.URL{Scheme: "http", Host: "ghe.example.com"}) {
		t.Error("the same host without encryption is not the same")
	}
}
