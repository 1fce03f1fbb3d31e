package main

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/gh"
)

// place is a repository or a pull request on a GitHub.
type place struct {
	gate.Ref
	server string // "https://github.com"
}

var (
	pullReference = regexp.MustCompile(`^([A-Za-z0-9][\w-]*)/([\w.-]+)#([1-9]\d{0,8})$`)
	repoReference = regexp.MustCompile(`^([A-Za-z0-9][\w-]*)/([\w.-]+)$`)
	pullPath      = regexp.MustCompile(`^/([A-Za-z0-9][\w-]*)/([\w.-]+)/pull/([1-9]\d{0,8})(?:/.*)?$`)
	address       = regexp.MustCompile(`^https?://`)
)

// onGitHub reports whether a description is named by its place on GitHub.
func onGitHub(name string) bool { return pullReference.MatchString(name) || address.MatchString(name) }

// parsePull reads "OWNER/REPO#N" or the address of a pull request.
func parsePull(name string, h host) (place, error) {
	server, path := serverOf(h), ""
	m := pullReference.FindStringSubmatch(name)
	if m == nil {
		u, err := url.Parse(name)
		if err == nil && u.User == nil {
			server, path = u.Scheme+"://"+u.Host, u.Path
		}
		if m = pullPath.FindStringSubmatch(path); m == nil {
			return place{}, usage("%s is not the address of a pull request", name).try("backout check https://github.com/octo-org/payments/pull/12")
		}
	}
	number, err := strconv.Atoi(m[3])
	if err != nil {
		return place{}, usage("%s is not the address of a pull request", name).try("backout check octo-org/payments#12")
	}
	return place{gate.Ref{Repo: gate.Repo{Owner: m[1], Name: m[2]}, Number: number}, server}, nil
}

// serverOf is the GitHub that a short name is on: the one that runs a workflow,
// or else github.com.
func serverOf(h host) string {
	if server := h.getenv("GITHUB_SERVER_URL"); server != "" {
		return strings.TrimRight(server, "/")
	}
	return "https://github.com"
}

// tokenWithin is how long the command line of GitHub may take to give its token.
const tokenWithin = 5 * time.Second

// token finds a token for a server. The environment's belongs to one server
// only, and is sent to no other.
func token(ctx context.Context, server string, h host) (string, error) {
	host := strings.TrimPrefix(strings.TrimPrefix(server, "https://"), "http://")
	names := []string{"GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"}
	mine := host != "" && h.getenv("GH_HOST") == host
	if server == serverOf(h) {
		names, mine = []string{"GITHUB_TOKEN", "GH_TOKEN"}, true
	}
	for _, name := range names {
		if t := strings.TrimSpace(h.getenv(name)); mine && t != "" {
			return t, nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, tokenWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, "gh", "auth", "token", "--hostname", host)
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Run(); err == nil {
		if t := strings.TrimSpace(out.String()); t != "" {
			return t, nil
		}
	}
	return "", usage("there is no token for %s", host).fix("set GITHUB_TOKEN, or log in with: gh auth login --hostname %s", host)
}

// connect makes a client for a server.
func connect(ctx context.Context, server string, h host) (*gh.Client, error) {
	t, err := token(ctx, server, h)
	if err != nil {
		return nil, err
	}
	// A workflow says where the API of its own server is.
	rest, graphql := "", ""
	if server == serverOf(h) {
		rest, graphql = h.getenv("GITHUB_API_URL"), h.getenv("GITHUB_GRAPHQL_URL")
	}
	hosts, err := gh.ParseHosts(server, rest, graphql)
	if err != nil {
		return nil, usage("%v", err)
	}
	c, err := gh.New(gh.Options{Hosts: hosts, Token: t, UserAgent: "backout/" + h.version, MaxWait: waitAtMost, Now: h.now})
	if err != nil {
		return nil, usage("%v", err)
	}
	return c, nil
}

// askGitHub is what is read of a repository on GitHub.
func askGitHub(repo gate.Repo) gate.Ask {
	return gate.Ask{
		Policy: policyPath, CheckName: gate.CheckName,
		Organisation: gate.File{Repo: gate.Repo{Owner: repo.Owner, Name: ".github"}, Path: "backout.yml"},
	}
}

// githubFailure says whether the caller named something wrong or GitHub could
// not be read.
func githubFailure(err error) error {
	var gone *gate.Gone
	var refused *gate.Refused
	switch {
	case errors.As(err, &gone):
		return usage("%v", err).fix("see that it is spelt as on GitHub, and that the token may read it")
	case errors.As(err, &refused):
		return unknown("%v", err).fix("use a token that may")
	}
	return unknown("%s", joined(err))
}

// standIn reads from GitHub, with policy files that flags name in place of its
// own.
type standIn struct {
	gate.PolicyReader
	policy, organisation *gate.Text
}

func (s standIn) Pull(ctx context.Context, ref gate.Ref, ask gate.Ask) (gate.Pull, error) {
	p, err := s.PolicyReader.Pull(ctx, ref, ask)
	s.replace(&p)
	return p, err
}

func (s standIn) Policies(ctx context.Context, repo gate.Repo, ask gate.Ask) (gate.Pull, error) {
	p, err := s.PolicyReader.Policies(ctx, repo, ask)
	s.replace(&p)
	return p, err
}

func (s standIn) replace(p *gate.Pull) {
	if s.policy != nil {
		p.Repository = *s.policy
	}
	if s.organisation != nil {
		p.Organisation = *s.organisation
	}
}

// reader reads from GitHub, and the files that flags name.
func (o policyOptions) reader(ctx context.Context, c gate.PolicyReader, h host) (gate.PolicyReader, error) {
	s := standIn{PolicyReader: c}
	for _, f := range []struct {
		name, flag string
		to         **gate.Text
	}{{o.policy, "--policy", &s.policy}, {o.orgPolicy, "--org-policy", &s.organisation}} {
		if f.name == "" {
			continue
		}
		t, err := readText(ctx, f.name, f.flag, h)
		if err != nil {
			return nil, err
		}
		*f.to = &t
	}
	return s, nil
}

// provenance says where the policy came from, as the heading of policy show and
// the last line of a verdict have it.
func (o policyOptions) provenance(visible bool) []string {
	if !visible && o.orgPolicy == "" {
		return []string{"organisation policy: not visible"}
	}
	return nil
}
