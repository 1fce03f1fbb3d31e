package testgithub

import (
	"slices"
	"time"
)

// comment is a comment on a pull request.
type comment struct {
	id               int64
	node             string
	pull             *Pull
	by               *user
	app              *App
	body             string
	created, updated time.Time
}

// Comment is a comment as a test sees it.
type Comment struct {
	ID        int64     `json:"id"`
	Author    string    `json:"author"` // login as REST has it
	Body      string    `json:"body"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

func (p *Pull) addComment(by *user, app *App, body string) *comment {
	s := p.repo.s
	c := &comment{id: s.world.id(), pull: p, by: by, app: app, body: body, created: s.now(), updated: s.now()}
	c.node = s.world.node("IC", c.id, c)
	p.comments = append(p.comments, c)
	p.repo.comments[c.id] = c
	p.now.updated = s.now()
	return c
}

// Comment writes a comment, as somebody, and returns its id.
func (p *Pull) Comment(by, body string) int64 {
	defer p.repo.s.lock()()
	return p.addComment(p.repo.s.world.user(by), nil, body).id
}

// Comments are the comments, oldest first.
func (p *Pull) Comments() []Comment {
	defer p.repo.s.lock()()
	return p.commentList()
}

func (p *Pull) commentList() []Comment {
	list := make([]Comment, 0, len(p.comments))
	for _, c := range p.comments {
		list = append(list, Comment{c.id, c.by.login, c.body, c.created, c.updated})
	}
	return list
}

func (r *Repo) deleteComment(c *comment) {
	delete(r.comments, c.id)
	c.pull.comments = slices.DeleteFunc(c.pull.comments, func(other *comment) bool { return other == c })
}

// entryInQueue is a pull request in the merge queue.
type entryInQueue struct {
	id         int64
	node       string
	pull       *Pull
	base, head *commit
	at         time.Time
}

// Enqueue puts the pull request into the merge queue of its base branch and
// returns the head commit of its merge group and the group's ref.
func (p *Pull) Enqueue() (sha, ref string) {
	defer p.repo.s.lock()()
	r, w := p.repo, p.repo.s.world
	base := r.tip(p.now.base)
	for _, ahead := range r.queue {
		if ahead.pull.now.base == p.now.base {
			base = ahead.head
		}
	}
	delta := map[string]string{}
	for _, f := range p.now.files {
		delta[f.Filename], _ = p.now.head.blob(f.Filename)
	}
	head := w.addCommit(base, delta, "Merge pull request", []string{"github-merge-queue[bot]"}, r.s.now())
	head.parents = append(head.parents, p.now.head)
	e := &entryInQueue{id: w.id(), pull: p, base: base, head: head, at: r.s.now()}
	e.node = w.node("MQE", e.id, e)
	r.queue = append(r.queue, e)
	branch := "gh-readonly-queue/" + p.now.base + "/pr-" + itoa(p.number) + "-" + base.oid
	r.branches[branch] = head
	return head.oid, "refs/heads/" + branch
}

// Grouping sets the merge queue's strategy: "ALLGREEN", which is the default, or "HEADGREEN".
func (r *Repo) Grouping(strategy string) *Repo {
	defer r.s.lock()()
	r.grouping = strategy
	return r
}

// Dequeue takes the pull request out of the merge queue.
func (p *Pull) Dequeue() {
	defer p.repo.s.lock()()
	p.repo.queue = slices.DeleteFunc(p.repo.queue, func(e *entryInQueue) bool { return e.pull == p })
}

// timeline is what happened, oldest first: *commit, *comment and event.
func (p *Pull) timeline() []any {
	type entry struct {
		at time.Time
		v  any
	}
	var all []entry
	for _, c := range p.now.commits {
		all = append(all, entry{c.at, c})
	}
	for _, e := range p.events {
		all = append(all, entry{e.at, e})
	}
	for _, c := range p.comments {
		all = append(all, entry{c.created, c})
	}
	slices.SortStableFunc(all, func(a, b entry) int { return a.at.Compare(b.at) })
	list := make([]any, len(all))
	for i, e := range all {
		list[i] = e.v
	}
	return list
}
