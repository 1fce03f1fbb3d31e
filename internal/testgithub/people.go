package testgithub

import (
	"maps"
	"strings"
	"time"
)

// user is an account: a person, a bot or an organisation.
type user struct {
	id    int64
	node  string
	login string // as REST has it, "hubot[bot]" for a bot
	kind  string // "User", "Bot", "Organization"
}

// graphLogin is the login as GraphQL has it.
func (u *user) graphLogin() string { return strings.TrimSuffix(u.login, "[bot]") }

// account finds or makes an account. A login that ends in [bot] is a bot's.
func (w *world) account(login, kind string) *user {
	if u, ok := w.users[strings.ToLower(login)]; ok {
		return u
	}
	if strings.HasSuffix(login, "[bot]") {
		kind = "Bot"
	}
	u := &user{id: w.id(), login: login, kind: kind}
	if login == "github-actions[bot]" {
		u.id = 41898282
	}
	u.node = w.node(map[string]string{"User": "U", "Bot": "BOT", "Organization": "O"}[kind], u.id, u)
	w.users[strings.ToLower(login)] = u
	return u
}

func (w *world) user(login string) *user {
	if login == "" {
		login = "octocat"
	}
	return w.account(login, "User")
}

// committer is the account of a commit's author; nil for an address of nobody's.
func (w *world) committer(login string) *user {
	if strings.Contains(login, "@") {
		return nil
	}
	return w.user(login)
}

// App is a GitHub App.
type App struct {
	ID   int64  `json:"id"`
	Slug string `json:"slug"`
	// PublicKey (PEM) verifies the App's own tokens; empty: any signature will do.
	PublicKey string `json:"public_key,omitempty"`
	// Permissions and Events are what the App is registered with, nil: what backout
	// needs, and Webhook where its deliveries go, empty: nowhere.
	Permissions map[string]string `json:"permissions,omitempty"`
	Events      []string          `json:"events,omitempty"`
	Webhook     string            `json:"webhook,omitempty"`
}

// needed is what backout asks for when it is registered (docs/deploy.md).
func needed() (permissions map[string]string, events []string) {
	return map[string]string{
			"checks": "write", "statuses": "write", "pull_requests": "write", "deployments": "write", "contents": "read",
			"issues": "read", "members": "read", "merge_queues": "read", "actions": "read", "metadata": "read",
		},
		[]string{"check_run", "check_suite", "merge_group", "pull_request", "push", "repository"}
}

// Actions is the App whose tokens workflows get.
func Actions() App { return App{ID: 15368, Slug: "github-actions"} }

// installation is an App on an account.
type installation struct {
	id      int64
	app     *App
	account string
}

// Token is what somebody may do.
type Token struct {
	// Value is what the Authorization header holds.
	Value string `json:"value"`
	// App is whose installation token it is; without one it is Login's own.
	App   App    `json:"app"`
	Login string `json:"login,omitempty"`
	// Permissions maps "checks", "contents", "issues", "pull_requests", "members",
	// "merge_queues", "actions", "statuses" to "read" or "write"; nil: everything.
	// What is public can be read without any.
	Permissions map[string]string `json:"permissions,omitempty"`
	// Repos are the repositories that it may see and write ("acme/shop"); nil: all.
	// Public ones can be read besides.
	Repos []string `json:"repos"`
	// Expires is when it stops working, zero: never.
	Expires time.Time `json:"expires,omitzero"`
}

type token struct {
	Token
	by   *user
	used int
}

// The tokens that every server knows.
const (
	// WriteToken is a workflow's that may write checks and comments.
	WriteToken = "tok-actions-write"
	// ForkToken is the read-only one that a workflow gets for a fork's pull request.
	ForkToken = "tok-actions-fork"
)

// Token makes a token known, or changes one.
func (s *Server) Token(t Token) string {
	defer s.lock()()
	return s.world.addToken(t).Value
}

func (w *world) addToken(t Token) *token {
	login := t.Login
	if t.App.Slug != "" {
		login = t.App.Slug + "[bot]"
		w.addApp(t.App)
	}
	t.Permissions = maps.Clone(t.Permissions)
	k := &token{Token: t, by: w.user(login)}
	w.tokens[t.Value] = k
	return k
}

func (w *world) addApp(a App) *App {
	if known, ok := w.apps[a.ID]; ok {
		if a.PublicKey != "" {
			known.PublicKey = a.PublicKey
		}
		return known
	}
	w.apps[a.ID] = &a
	w.user(a.Slug + "[bot]")
	return &a
}

// Install puts an App on an account and returns the installation's id.
func (s *Server) Install(a App, account string) int64 {
	defer s.lock()()
	i := &installation{id: s.world.id(), app: s.world.addApp(a), account: account}
	s.world.install[i.id] = i
	return i.id
}

func actionsTokens() []Token {
	read := map[string]string{"contents": "read", "pull_requests": "read", "checks": "read", "issues": "read", "actions": "read"}
	write := map[string]string{
		"contents": "read", "pull_requests": "write", "checks": "write", "issues": "write",
		"actions": "read", "statuses": "write",
	}
	return []Token{
		{Value: WriteToken, App: Actions(), Permissions: write},
		{Value: ForkToken, App: Actions(), Permissions: read},
	}
}

// sees reports whether the token may know of a repository.
func (t *token) sees(r *Repo) bool { return !r.private || t.covers(r) }

// covers reports whether the token was made for a repository.
func (t *token) covers(r *Repo) bool {
	if t == nil {
		return false
	}
	if t.Repos == nil {
		return true
	}
	for _, name := range t.Repos {
		if strings.EqualFold(name, r.FullName()) {
			return true
		}
	}
	return false
}

// may reports whether the token has one of the permissions, "checks:write" or
// "issues:write|pull_requests:write", on a repository.
func (t *token) may(r *Repo, need string) bool {
	for alternative := range strings.SplitSeq(need, "|") {
		what, level, _ := strings.Cut(alternative, ":")
		if level == "read" && r != nil && !r.private && what != "merge_queues" {
			return true
		}
		if t == nil || r != nil && !t.covers(r) {
			continue
		}
		if t.Permissions == nil || t.Permissions[what] == "write" || t.Permissions[what] == level {
			return true
		}
	}
	return false
}

// Team puts somebody into a team ("acme/sre"); state is "active" or "pending".
func (s *Server) Team(team, login, state string) {
	defer s.lock()()
	team = strings.ToLower(team)
	if s.world.teams[team] == nil {
		s.world.teams[team] = map[string]string{}
	}
	s.world.teams[team][strings.ToLower(s.world.user(login).login)] = state
}
