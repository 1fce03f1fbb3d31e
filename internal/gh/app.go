package gh

import (
	"context"
	"crypto/rsa"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/golang-jwt/jwt/v4"
	"github.com/google/go-github/v62/github"

	"github.com/backout-dev/backout/internal/gate"
)

// App makes a client for each installation of a GitHub App. It may be used by
// several goroutines at once.
type App struct {
	id      int64
	key     *rsa.PrivateKey
	options Options

	mu      sync.Mutex
	clients map[int64]*Client
	kept    kept   // of all clients together
	rules   *rules // likewise
	tails   *tails // likewise; nil: every read is sent once
}

// NewApp makes an App. The options are those of every client; their Token is not
// used.
func NewApp(id int64, key *rsa.PrivateKey, o Options) (*App, error) {
	o.Token, o.OrgToken, o.AppID = "", "", id
	probe, err := New(o) // the options are checked once, and their gaps filled
	if err != nil {
		return nil, err
	}
	a := &App{id: id, key: key, options: probe.opt, clients: map[int64]*Client{}, kept: probe.kept, rules: probe.rules}
	if o.Hedge {
		a.tails = newTails()
	}
	return a, nil
}

// Client returns the client of an installation. It is the same one each time,
// so that what GitHub said about its limits is known.
func (a *App) Client(installation int64) (*Client, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.clients[installation]; c != nil {
		return c, nil
	}
	o := a.options
	tokens := &installationTokens{of: installation, now: o.Now, make: func() (*ghinstallation.Transport, error) { return a.transport(installation) }}
	o.Transport = tokens
	c, err := New(o)
	if err != nil {
		return nil, err
	}
	c.kept, c.rules, c.renew = a.kept, a.rules, tokens.renew
	if a.tails != nil {
		tokens.hedge = &hedge{client: c, tails: a.tails}
	}
	a.clients[installation] = c
	return c, nil
}

// transport gets tokens of an installation. Nothing of it is shared: the library
// writes to what it signs with while it does.
func (a *App) transport(installation int64) (*ghinstallation.Transport, error) {
	signed, err := a.signed()
	if err != nil {
		return nil, err
	}
	t := ghinstallation.NewFromAppsTransport(signed, installation)
	// GitHub's description asks for a body, even if there is nothing in it.
	t.InstallationTokenOptions = &github.InstallationTokenOptions{}
	return t, nil
}

// signed makes calls as the App itself.
func (a *App) signed() (*ghinstallation.AppsTransport, error) {
	guarded := guard{hosts: a.options.Hosts, next: a.options.Transport}
	signer := ghinstallation.NewRSASigner(jwt.SigningMethodRS256, a.key)
	signed, err := ghinstallation.NewAppsTransportWithOptions(guarded, a.id, ghinstallation.WithSigner(signer))
	if err != nil {
		return nil, err
	}
	signed.BaseURL = strings.TrimSuffix(a.options.Hosts.REST.String(), "/")
	return signed, nil
}

// Forget drops the client of an installation, and its token with it.
func (a *App) Forget(installation int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.clients, installation)
}

// installationTokens adds an installation's token, which lasts an hour. One that
// GitHub does not know (any more) is thrown away, so that the next try has
// another.
type installationTokens struct {
	of    int64
	now   func() time.Time
	make  func() (*ghinstallation.Transport, error)
	hedge *hedge

	mu      sync.Mutex
	current *ghinstallation.Transport
	since   time.Time // it is in use
}

// renewAfter is how old a token is that is thrown away because it lacks a
// permission: a new one has what somebody granted since, and where nobody did,
// it is not made for each call.
const renewAfter = 5 * time.Minute

func (t *installationTokens) RoundTrip(r *http.Request) (*http.Response, error) {
	used, err := t.get()
	r = r.WithContext(OfInstallation(r.Context(), t.of))
	if err == nil {
		_, err = used.Token(r.Context()) // first, so that no time but the call's own counts
	}
	if err != nil {
		if r.Body != nil {
			r.Body.Close() //nolint:errcheck,gosec // it was not even read
		}
		return nil, err
	}
	resp, err := t.hedge.send(r, used)
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		t.drop(used)
	}
	return resp, err
}

func (t *installationTokens) get() (_ *ghinstallation.Transport, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current == nil {
		t.current, err = t.make()
		t.since = t.now()
	}
	return t.current, err
}

// renew throws away a token that lacks a permission.
func (t *installationTokens) renew() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.now().Sub(t.since) >= renewAfter {
		t.current = nil
	}
}

func (t *installationTokens) drop(used *ghinstallation.Transport) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current == used {
		t.current = nil
	}
}

type installationKey struct{}

// OfInstallation says for which installation a call is made. The App's own
// transport hears so by Installation.
func OfInstallation(ctx context.Context, id int64) context.Context {
	return context.WithValue(ctx, installationKey{}, id)
}

// Installation is the installation that a call is made for, 0: none.
func Installation(ctx context.Context) int64 {
	id, _ := ctx.Value(installationKey{}).(int64)
	return id
}

// Repositories lists the repositories that the installation may see.
func (c *Client) Repositories(ctx context.Context) ([]gate.Installed, error) {
	o := op{what: "the installation's repositories", doing: "list the installation's repositories"}
	var all []gate.Installed
	for page := 1; page != 0; {
		var list *github.ListRepositories
		var resp *github.Response
		err := c.do(ctx, o, func(ctx context.Context, g *github.Client) (err error) {
			list, resp, err = g.Apps.ListRepos(ctx, &github.ListOptions{Page: page, PerPage: 100})
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, r := range list.Repositories {
			all = append(all, gate.Installed{
				Repo: gate.Repo{Owner: r.GetOwner().GetLogin(), Name: r.GetName()}, ID: r.GetID(), Archived: r.GetArchived(),
			})
		}
		page = resp.NextPage
	}
	return all, nil
}
