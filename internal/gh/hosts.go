package gh

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Hosts is where a GitHub answers: github.com, an enterprise server or a tenant
// of ghe.com. Tokens go nowhere else.
type Hosts struct {
	REST    *url.URL // ends in a slash
	GraphQL *url.URL
}

// ParseHosts finds the addresses that belong to a GitHub ("https://github.com",
// which an empty one stands for, "https://ghe.example.com",
// "https://acme.ghe.com"). Where rest or graphql are given, as GITHUB_API_URL
// and GITHUB_GRAPHQL_URL of a workflow are, they stand instead; a graphql that is
// left out follows rest. Plain http is refused except to the machine itself.
func ParseHosts(github, rest, graphql string) (Hosts, error) {
	var h Hosts
	var err error
	switch {
	case rest != "":
		h.REST, err = address(rest)
	case github == "":
		h.REST, err = address("https://api.github.com")
	default:
		h.REST, err = restOf(github)
	}
	if err != nil {
		return Hosts{}, err
	}
	h.REST.Path = strings.TrimRight(h.REST.Path, "/") + "/"
	if graphql != "" {
		h.GraphQL, err = address(graphql)
		return h, err
	}
	// An enterprise server has /api/v3/ and /api/graphql, everybody else both at
	// the root.
	next := "graphql"
	if strings.HasSuffix(h.REST.Path, "/v3/") {
		next = "../graphql"
	}
	h.GraphQL, err = h.REST.Parse(next)
	return h, err
}

// restOf is the REST address of the GitHub that people open in a browser.
func restOf(github string) (*url.URL, error) {
	u, err := address(github)
	if err != nil {
		return nil, err
	}
	if u.Path = strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/api/v3"); u.Path != "" {
		return nil, fmt.Errorf("%s: only the server's address is wanted; try: %s://%s", github, u.Scheme, u.Host)
	}
	host := strings.ToLower(u.Hostname())
	switch {
	case host == "github.com" || host == "www.github.com" || host == "api.github.com":
		u.Host = "api.github.com"
	case strings.HasSuffix(host, ".ghe.com"):
		u.Host = "api." + strings.TrimPrefix(host, "api.")
	default:
		u.Path = "/api/v3"
	}
	return u, nil
}

// address reads the address of a server that may be trusted with a token.
func address(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Host == "", u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("not the address of a GitHub; one looks like https://github.com")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("%s://%s: an address without user, query and fragment is wanted", u.Scheme, u.Host)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, fmt.Errorf("%s: a token is not sent without encryption; try: https://%s", text, u.Host)
	}
	return u, nil
}

// loopback reports the machine itself.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// serves reports whether an address is one of the GitHub's own.
func (h Hosts) serves(u *url.URL) bool {
	for _, own := range []*url.URL{h.REST, h.GraphQL} {
		if u.Scheme == own.Scheme && strings.EqualFold(u.Host, own.Host) {
			return true
		}
	}
	return false
}
