// Package gh is the only one that talks to GitHub. It reads what an evaluation
// needs and writes what GitHub shows of a verdict (gate.Reader, gate.Lister,
// gate.Writer).
//
// Every call goes through Client.do, the one place for deadlines, rate limits
// and repetitions; every query through Client.graph, which reads GraphQL's
// errors beside its data. What could not be read is a *gate.Unavailable, what
// the token may not do a *gate.Refused, what is not there a *gate.Gone. None
// of them holds a token, a request's body or an author's text.
package gh

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/backout-dev/backout/internal/gate"
	"github.com/google/go-github/v62/github"
)

// Options is what a client is made of.
type Options struct {
	Hosts Hosts
	// Token is sent to Hosts and nowhere else; empty: nothing is sent, and only
	// what is public can be read.
	Token string
	// OrgToken reads the organisation's policy where Token may not.
	OrgToken string
	// AppID is the id of the App that the token belongs to; 0: it is not known.
	AppID     int64
	UserAgent string
	// Transport carries the requests; nil: http.DefaultTransport.
	Transport http.RoundTripper
	// Hedge has an App send a read again that takes longer than nine of ten, if
	// GitHub does not object; at most one read in ten. Other clients do not.
	Hedge bool
	// MaxWait is how long the client waits in all, for limits and between tries.
	// What takes longer comes back as *gate.Unavailable. Zero: nothing is waited for.
	MaxWait time.Duration
	// CallTimeout bounds one try; zero: 10 seconds, after which GitHub gives up too.
	CallTimeout time.Duration
	// Now is the clock. It must be given.
	Now func() time.Time
	// Sleep waits; nil: it really does.
	Sleep func(context.Context, time.Duration) error
}

// Client talks to one GitHub with one token. It may be used by several
// goroutines at once.
type Client struct {
	opt      Options
	http     *http.Client
	org      *Client // nil: this one reads the organisation's policy too
	limits   *limits
	waiting  *budget
	identity *identity
	rules    *rules
	renew    func() // the token lacks a permission that it may have by now
	kept     kept
}

var (
	_ gate.Reader = (*Client)(nil)
	_ gate.Lister = (*Client)(nil)
	_ gate.Queue  = (*Client)(nil)
	_ gate.Writer = (*Client)(nil)
)

// New makes a client.
func New(o Options) (*Client, error) {
	switch {
	case o.Hosts.REST == nil || o.Hosts.GraphQL == nil:
		return nil, errors.New("no GitHub to talk to")
	case o.Now == nil:
		return nil, errors.New("no clock")
	case strings.ContainsFunc(o.Token+o.OrgToken, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, errors.New("the token holds characters that no token has; check for a line end or a space in it")
	}
	if o.Transport == nil {
		o.Transport = http.DefaultTransport
	}
	if o.CallTimeout == 0 {
		o.CallTimeout = 10 * time.Second
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	c := newClient(o)
	if o.OrgToken != "" && o.OrgToken != o.Token {
		o.Token = o.OrgToken
		c.org = newClient(o)
		c.org.waiting = c.waiting
	}
	return c, nil
}

func newClient(o Options) *Client {
	g := guard{hosts: o.Hosts, token: o.Token, next: o.Transport}
	return &Client{
		opt:      o,
		http:     &http.Client{Transport: g, CheckRedirect: g.follow},
		limits:   &limits{},
		waiting:  &budget{left: o.MaxWait},
		identity: &identity{},
		rules:    newRules(),
		renew:    func() {},
		kept:     newKept(),
	}
}

// Unspent is the same client with none of its MaxWait used, for the next of
// several evaluations.
func (c *Client) Unspent() *Client {
	next := *c
	next.waiting = &budget{left: c.opt.MaxWait}
	if c.org != nil {
		org := *c.org
		org.waiting = next.waiting
		next.org = &org
	}
	return &next
}

// github is go-github for one try. It remembers limits by the wall clock and
// then refuses calls by itself; we remember them in one place for all tokens and
// ways of asking (limits), so that it gets nothing to remember.
func (c *Client) github() *github.Client {
	g := github.NewClient(c.http)
	g.BaseURL, g.UserAgent = c.opt.Hosts.REST, c.opt.UserAgent
	return g
}

// budget is how long may still be waited.
type budget struct {
	mu   sync.Mutex
	left time.Duration
}

func (b *budget) take(d time.Duration) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if d > b.left {
		return false
	}
	b.left -= d
	return true
}

// rest is what is left, and spend counts what was waited without being taken.
func (b *budget) rest() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.left
}

func (b *budget) spend(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = max(b.left-d, 0)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// jitter spreads what would otherwise come at once: between half of d and one
// and a half.
func jitter(d time.Duration) time.Duration {
	return d/2 + rand.N(d) //nolint:gosec // nobody gains by guessing it
}

// Names as GitHub allows them; anything else would change the address.
var (
	ownerName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)
	repoName  = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)
)

// named reports a repository whose name can be one.
func named(r gate.Repo) error {
	if !ownerName.MatchString(r.Owner) || !repoName.MatchString(r.Name) || r.Name == "." || r.Name == ".." {
		return &gate.Gone{What: "a repository of that name", Err: errors.New("no GitHub repository can have it")}
	}
	return nil
}

// identity is who the token belongs to, once known: it does not change.
type identity struct {
	mu    sync.Mutex
	login string // as REST has it: "github-actions[bot]" for an App
}

func (i *identity) get() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.login
}

func (i *identity) set(login string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.login = login
}

// me is the login of whoever the token belongs to. An App's is its slug with
// "[bot]": the App whose check runs and comments are ours. GraphQL is the one
// that tells an installation token who it is.
func (c *Client) me(ctx context.Context) (string, error) {
	if login := c.identity.get(); login != "" {
		return login, nil
	}
	var data struct{ Viewer viewer }
	o := op{what: "the name of the token's owner", doing: "read its owner's name", graph: true}
	errs, err := c.graph(ctx, o, "query Viewer{viewer{login}}", nil, &data)
	if err == nil {
		err = o.unless(errs)
	}
	if err != nil {
		return "", err
	}
	c.identity.set(data.Viewer.Login)
	return data.Viewer.Login, nil
}

type viewer struct{ Login string }
