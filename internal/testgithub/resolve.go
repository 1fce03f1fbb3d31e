package testgithub

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// root is the value of Query.
type root struct{}

// typeOf names the GraphQL type of a value.
func typeOf(v any) string {
	switch v := v.(type) {
	case *Repo:
		return "Repository"
	case pullView:
		return "PullRequest"
	case commitView:
		return "Commit"
	case blobView:
		return "Blob"
	case treeView:
		return "Tree"
	case *user:
		return v.kind
	case *comment:
		return "IssueComment"
	case *run:
		return "CheckRun"
	case *suite:
		return "CheckSuite"
	case label:
		return "Label"
	case memberCommit:
		return "PullRequestCommit"
	case *entryInQueue:
		return "MergeQueueEntry"
	case event:
		return eventType(v.kind)
	case signature:
		return "GpgSignature"
	}
	panic(unimplemented(fmt.Sprintf("the type of a %T", v)))
}

func resolvers() map[string]fields {
	all := map[string]fields{"Query": queryFields(), "RateLimit": rateFields()}
	for _, more := range []map[string]fields{connectionFields(), peopleFields(), repoFields(), pullFields(), checkFields(), eventFields()} {
		maps.Copy(all, more)
	}
	return all
}

func queryFields() fields {
	return fields{
		"repository": of(func(e *exec, _ root, a args) any {
			name := a.str("owner") + "/" + a.str("name")
			r := e.rq.s.world.repos[strings.ToLower(name)]
			if r == nil || !e.rq.token.sees(r) {
				return &graphError{"NOT_FOUND", fmt.Sprintf("Could not resolve to a Repository with the name '%s'.", name)}
			}
			return r
		}),
		"organization": of(func(e *exec, _ root, a args) any {
			u := e.rq.s.world.users[strings.ToLower(a.str("login"))]
			if u == nil || u.kind != "Organization" {
				return &graphError{"NOT_FOUND", fmt.Sprintf("Could not resolve to an Organization with the login of '%s'.", a.str("login"))}
			}
			return u
		}),
		"node":  of(func(e *exec, _ root, a args) any { return e.node(a.str("id")) }),
		"nodes": of(func(e *exec, _ root, a args) any { return e.nodeList(a.list("ids")) }),
		"rateLimit": of(func(e *exec, _ root, _ args) any {
			return rate{cost: max(1, (e.requests+50)/100), nodes: e.nodes, used: e.rq.token.used, reset: e.rq.s.now().Add(time.Hour)}
		}),
		// Of an installation's token the App's bot, which is a User here.
		"viewer": of(func(e *exec, _ root, _ args) any { return gitUser{e.rq.token.by} }),
	}
}

func (e *exec) nodeList(ids []string) any {
	list := make([]any, len(ids))
	for i, id := range ids {
		v := e.node(id)
		if err, isErr := v.(error); isErr {
			e.fail(err, &place{above: &place{key: "nodes"}, index: i})
			continue
		}
		list[i] = v
	}
	return list
}

func (e *exec) node(id string) any {
	missing := &graphError{"NOT_FOUND", fmt.Sprintf("Could not resolve to a node with the global id of '%s'", id)}
	v := e.rq.s.world.nodes[id]
	var r *Repo
	switch n := v.(type) {
	case nil:
		return missing
	case *Repo:
		r = n
	case *Pull:
		r, v = n.repo, e.pull(n)
	case *comment:
		r = n.pull.repo
	case *run:
		r = n.suite.repo
	case *suite:
		r = n.repo
	case *entryInQueue:
		r = n.pull.repo
	case event:
		r = n.pull.repo
	}
	if isNil(v) || r != nil && !e.rq.token.sees(r) {
		return missing
	}
	return v
}

type rate struct {
	cost, nodes, used int
	reset             time.Time
}

func rateFields() fields {
	return fields{
		"cost":      get(func(r rate) any { return r.cost }),
		"limit":     get(func(rate) any { return 5000 }),
		"nodeCount": get(func(r rate) any { return r.nodes }),
		"remaining": get(func(r rate) any { return 5000 - r.used%5000 }),
		"used":      get(func(r rate) any { return r.used % 5000 }),
		"resetAt":   get(func(r rate) any { return stamp(r.reset) }),
	}
}

// gitActor is who git says made a commit: a login, or an address that belongs to
// no account.
type gitActor struct {
	w     *world
	login string
	at    time.Time
}

// gitUser is an account as GitHub shows it for a commit: a bot is a User there,
// and keeps the [bot] of its login.
type gitUser struct{ *user }

func (g gitActor) email() string {
	if strings.Contains(g.login, "@") {
		return g.login
	}
	return g.login + "@users.noreply.github.com"
}

func peopleFields() map[string]fields {
	account := fields{
		"id":         get(func(u *user) any { return u.node }),
		"databaseId": get(func(u *user) any { return u.id }),
		"login":      get(func(u *user) any { return u.graphLogin() }),
		"url":        of(func(e *exec, u *user, _ args) any { return e.rq.html(u.graphLogin()) }),
		"avatarUrl":  of(func(e *exec, u *user, _ args) any { return e.rq.html("avatars/" + u.graphLogin()) }),
	}
	person := fields{}
	for name, r := range account {
		person[name] = func(e *exec, v any, a args) (any, error) {
			g, git := v.(gitUser)
			if git && name == "login" {
				return g.login, nil
			}
			if git {
				v = g.user
			}
			return r(e, v, a)
		}
	}
	return map[string]fields{
		"User": person, "Bot": account, "Organization": account,
		"GitActor": {
			"user": get(func(g gitActor) any {
				if u := g.w.committer(g.login); u != nil {
					return gitUser{u}
				}
				return nil
			}),
			"name":  get(func(g gitActor) any { return g.login }),
			"email": get(func(g gitActor) any { return g.email() }),
			"date":  get(func(g gitActor) any { return stamp(g.at) }),
		},
		"App": {
			"databaseId": get(func(a *App) any { return a.ID }),
			"slug":       get(func(a *App) any { return a.Slug }),
			"name":       get(func(a *App) any { return a.Slug }),
			"id":         get(func(a *App) any { return fmt.Sprintf("A_%d", a.ID) }),
		},
	}
}

// ordered sorts as an orderBy asks, by a time.
func ordered[T any](list []T, order args, by func(v T, field string) time.Time) []T {
	if order == nil {
		return list
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b T) int { return by(a, order.str("field")).Compare(by(b, order.str("field"))) })
	if order.str("direction") == "DESC" {
		slices.Reverse(list)
	}
	return list
}
