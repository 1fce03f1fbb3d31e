package testgithub

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Repo is a repository. Its methods may be called from any goroutine.
type Repo struct {
	s             *Server
	id            int64
	node          string
	owner         *user
	name          string
	private       bool
	defaultBranch string
	parent        *Repo
	created       time.Time
	branches      map[string]*commit
	pulls         []*Pull // by number, 1 is first; nil: not a pull request
	roles         map[string]string
	comments      map[int64]*comment
	runs          []*run
	runByID       map[int64]*run
	suites        map[string][]*suite // by commit
	queue         []*entryInQueue
	grouping      string // the merge queue's strategy
	pushes        []push // newest last
}

// Repo finds a repository by its full name ("acme/shop"), or makes a public one
// with an empty commit on main. Its owner is an organisation unless there is a
// user of that login already.
func (s *Server) Repo(fullName string) *Repo {
	defer s.lock()()
	return s.repo(fullName)
}

func (s *Server) repo(fullName string) *Repo {
	if r, ok := s.world.repos[strings.ToLower(fullName)]; ok {
		return r
	}
	owner, name, ok := strings.Cut(fullName, "/")
	if !ok {
		panic(fmt.Sprintf("testgithub: %q is not OWNER/REPO", fullName))
	}
	r := &Repo{
		s: s, id: s.world.id(), owner: s.world.account(owner, "Organization"), name: name, defaultBranch: "main", created: s.now(), grouping: "ALLGREEN",
		branches: map[string]*commit{}, roles: map[string]string{}, comments: map[int64]*comment{}, runByID: map[int64]*run{}, suites: map[string][]*suite{},
	}
	r.node = s.world.node("R", r.id, r)
	r.branches["main"] = s.world.addCommit(nil, map[string]string{}, "Start", []string{"octocat"}, s.now())
	s.world.repos[strings.ToLower(fullName)] = r
	return r
}

// ID is the repository's id.
func (r *Repo) ID() int64 { return r.id }

// FullName is "acme/shop".
func (r *Repo) FullName() string { return r.owner.login + "/" + r.name }

// Private hides the repository from tokens that were not made for it, or shows it again.
func (r *Repo) Private(private bool) *Repo {
	defer r.s.lock()()
	r.private = private
	return r
}

// DefaultBranch names the default branch, which starts at the former one's commit
// where it is new.
func (r *Repo) DefaultBranch(name string) *Repo {
	defer r.s.lock()()
	if r.branches[name] == nil {
		r.branches[name] = r.branches[r.defaultBranch]
	}
	r.defaultBranch = name
	return r
}

// Branch makes a branch at the tip of another, or moves it there, and returns the commit.
func (r *Repo) Branch(name, from string) string {
	defer r.s.lock()()
	r.branches[name] = r.branches[from]
	return r.branches[name].oid
}

// Fork makes a fork that belongs to a user.
func (r *Repo) Fork(owner string) *Repo {
	defer r.s.lock()()
	r.s.world.account(owner, "User")
	f := r.s.repo(owner + "/" + r.name)
	f.parent, f.defaultBranch = r, r.defaultBranch
	f.branches = maps.Clone(r.branches)
	return f
}

// Commit writes files (path to content) on a branch and returns the commit. The
// authors are logins, or addresses that belong to no account; default: octocat.
func (r *Repo) Commit(branch string, files map[string]string, authors ...string) string {
	return r.change(branch, files, nil, authors)
}

// Remove deletes files from a branch and returns the commit.
func (r *Repo) Remove(branch string, paths ...string) string {
	return r.change(branch, nil, paths, nil)
}

func (r *Repo) change(branch string, files map[string]string, gone, authors []string) string {
	defer r.s.lock()()
	delta := map[string]string{}
	for path, content := range files {
		delta[path] = r.s.world.addBlob(content)
	}
	for _, path := range gone {
		delta[path] = ""
	}
	paths := slices.Sorted(maps.Keys(delta))
	return r.advance(branch, delta, "Change "+strings.Join(paths, ", "), authors).oid
}

func (r *Repo) advance(branch string, delta map[string]string, message string, authors []string) *commit {
	if len(authors) == 0 {
		authors = []string{"octocat"}
	}
	parent := r.branches[branch]
	if parent == nil {
		parent = r.branches[r.defaultBranch]
	}
	r.pushed(branch, r.s.world.addCommit(parent, delta, message, authors, r.s.now()))
	return r.branches[branch]
}

// tip is the commit of a branch that must be there.
func (r *Repo) tip(branch string) *commit {
	c := r.branches[branch]
	if c == nil {
		panic(fmt.Sprintf("testgithub: %s has no branch %q", r.FullName(), branch))
	}
	return c
}

// Tip is the commit of a branch, empty where there is none.
func (r *Repo) Tip(branch string) string {
	defer r.s.lock()()
	if c := r.branches[branch]; c != nil {
		return c.oid
	}
	return ""
}

// Role gives somebody a role: "read", "triage", "write", "maintain", "admin" or a
// custom name.
func (r *Repo) Role(login, role string) *Repo {
	defer r.s.lock()()
	r.roles[strings.ToLower(r.s.world.user(login).login)] = role
	return r
}

// revision finds the commit that "HEAD", a branch, a full ref or an id names.
func (r *Repo) revision(rev string) *commit {
	if rev == "" || rev == "HEAD" {
		return r.branches[r.defaultBranch]
	}
	rev = strings.TrimPrefix(strings.TrimPrefix(rev, "refs/"), "heads/")
	if c := r.branches[rev]; c != nil {
		return c
	}
	if c := r.s.world.commits[rev]; c != nil {
		return c
	}
	var number int
	if n, _ := fmt.Sscanf(rev, "pull/%d/head", &number); n == 1 {
		if p := r.pull(number); p != nil {
			return p.now.head
		}
	}
	return nil
}
