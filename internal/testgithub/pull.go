package testgithub

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Pull is a pull request. Its methods may be called from any goroutine.
type Pull struct {
	repo     *Repo
	id       int64
	node     string
	number   int
	author   *user
	created  time.Time
	now      pullState
	earlier  []version // oldest first
	staleBy  []time.Duration
	notFound int // so many reads answer 404, as right after a pull request was opened
	comments []*comment
	events   []event
	heads    map[string]headState
}

// pullState is what a stale read may have in its older form.
type pullState struct {
	title, body         string
	open, merged, draft bool
	closed, mergedAt    time.Time
	mergedBy            *user
	mergeCommit         *commit
	labels              []label
	base                string // branch
	baseOID             string
	headBranch          string
	headRepo            *Repo // nil: deleted
	head                *commit
	headState
	updated, edited time.Time
	editor          *user
}

// headState is what belongs to one head commit.
type headState struct {
	commits []*commit
	files   []File
}

type version struct {
	state pullState
	until time.Time
}

type label struct {
	id   int64
	node string
	name string
}

// event is an entry of the timeline.
type event struct {
	id       int64
	node     string
	kind     string // as REST has it: "labeled", "closed", "head_ref_force_pushed"
	by       *user
	at       time.Time
	label    label
	from, to string // titles, base branches, commits
	pull     *Pull
}

// NewPull is a pull request to open.
type NewPull struct {
	Title  string `json:"title"`
	Body   string `json:"body"`
	Author string `json:"author"` // default octocat
	Base   string `json:"base"`   // default: the default branch
	// Head is a branch, of From where it is a fork's; default "change-NUMBER".
	Head   string   `json:"head"`
	From   *Repo    `json:"-"`
	Draft  bool     `json:"draft"`
	Labels []string `json:"labels"` // set by the author
	Files  []File   `json:"files"`
	// Commits has the authors' logins (or addresses) of each commit, the head's last; default: one
	// commit of the author's.
	Commits [][]string `json:"commits"`
	// HeadSHA opens it on a commit that is there already. The files are then those
	// of another pull request with that head, unless given.
	HeadSHA string `json:"head_sha"`
}

// AddPull opens a pull request.
func (r *Repo) AddPull(n NewPull) *Pull {
	defer r.s.lock()()
	w := r.s.world
	p := &Pull{repo: r, id: w.id(), number: len(r.pulls) + 1, author: w.user(n.Author), created: r.s.now(), heads: map[string]headState{}}
	p.node = w.node("PR", p.id, p)
	if n.Title == "" {
		n.Title = fmt.Sprintf("Change %d", p.number)
	}
	if n.Base == "" {
		n.Base = r.defaultBranch
	}
	if n.Head == "" {
		n.Head = fmt.Sprintf("change-%d", p.number)
	}
	if n.From == nil {
		n.From = r
	}
	p.now = pullState{
		title: n.Title, body: n.Body, open: true, draft: n.Draft, base: n.Base, headBranch: n.Head, headRepo: n.From,
		baseOID: r.tip(n.Base).oid, updated: p.created,
	}
	p.start(n)
	r.pulls = append(r.pulls, p)
	for _, name := range n.Labels {
		p.setLabel(name, p.author)
	}
	return p
}

// start gives a new pull request its head.
func (p *Pull) start(n NewPull) {
	w := p.repo.s.world
	if n.HeadSHA == "" {
		p.push(n.Files, n.Commits)
		return
	}
	head := w.commits[n.HeadSHA]
	state := headState{commits: []*commit{head}}
	for _, other := range w.pulls[n.HeadSHA] {
		if there, ok := other.heads[n.HeadSHA]; ok {
			state = there
		}
	}
	if n.Files != nil {
		state.files = p.completed(n.Files)
	}
	p.setHead(head, state)
}

// completed works out the files against where the base was.
func (p *Pull) completed(files []File) []File {
	w := p.repo.s.world
	list := make([]File, len(files))
	for i, f := range files {
		list[i] = w.complete(f, w.commits[p.now.baseOID])
	}
	return list
}

// push makes commits on the head branch. files is the whole change against the base.
func (p *Pull) push(files []File, authors [][]string) {
	if len(authors) == 0 {
		authors = [][]string{{p.author.login}}
	}
	w := p.repo.s.world
	p.now.baseOID = p.repo.tip(p.now.base).oid
	state := headState{commits: slices.Clone(p.now.commits), files: p.completed(files)}
	delta := map[string]string{}
	for _, f := range p.now.files { // what an earlier push changed and this one does not
		delta[f.Filename], _ = w.commits[p.now.baseOID].blob(f.Filename)
	}
	for _, f := range state.files {
		delta[f.Filename] = f.blob
		if f.Status == "removed" {
			delta[f.Filename] = ""
		}
		if f.Status == "renamed" {
			delta[f.Previous] = ""
		}
	}
	tip := p.now.head
	if tip == nil {
		tip = w.commits[p.now.baseOID]
	}
	for i, by := range authors {
		changed := map[string]string{}
		if i == len(authors)-1 {
			changed = delta
		}
		tip = w.addCommit(tip, changed, fmt.Sprintf("%s (%d)", p.now.title, len(state.commits)+1), by, p.repo.s.now())
		state.commits = append(state.commits, tip)
	}
	p.setHead(tip, state)
}

func (p *Pull) setHead(head *commit, state headState) {
	p.now.head, p.now.headState = head, state
	p.heads[head.oid] = state
	if p.now.headRepo != nil {
		p.now.headRepo.pushed(p.now.headBranch, head)
	}
	w := p.repo.s.world
	for _, c := range state.commits {
		if !slices.Contains(w.pulls[c.oid], p) {
			w.pulls[c.oid] = append(w.pulls[c.oid], p)
		}
	}
}

// change keeps the state that was, for stale reads, and makes another one.
func (p *Pull) change(f func(*pullState)) {
	at := p.repo.s.now()
	p.earlier = append(p.earlier, version{state: p.now, until: at})
	f(&p.now)
	p.now.updated = at
}

func (p *Pull) record(kind string, by *user, e event) {
	w := p.repo.s.world
	e.kind, e.by, e.at, e.pull, e.id = kind, by, p.repo.s.now(), p, w.id()
	e.node = w.node(nodeKind(kind), e.id, e)
	p.events = append(p.events, e)
}

// nodeKind is an event's abbreviation in its global id: "LE" of "labeled".
func nodeKind(kind string) string {
	short := ""
	for word := range strings.SplitSeq(kind, "_") {
		short += strings.ToUpper(word[:1])
	}
	return short + "E"
}

func (p *Pull) setLabel(name string, by *user) {
	w := p.repo.s.world
	for _, l := range p.now.labels {
		if l.name == name {
			return
		}
	}
	l := label{id: w.id(), name: name}
	l.node = w.node("LA", l.id, l)
	p.now.labels = append(slices.Clone(p.now.labels), l)
	p.record("labeled", by, event{label: l})
}

// pull finds a pull request by its number.
func (r *Repo) pull(number int) *Pull {
	if number < 1 || number > len(r.pulls) {
		return nil
	}
	return r.pulls[number-1]
}

// Pull finds a pull request by its number, nil where there is none.
func (r *Repo) Pull(number int) *Pull {
	defer r.s.lock()()
	return r.pull(number)
}

// status is the state as GraphQL has it.
func (st *pullState) status() string {
	switch {
	case st.merged:
		return "MERGED"
	case st.open:
		return "OPEN"
	}
	return "CLOSED"
}

func (st *pullState) totals() (additions, deletions int) {
	for _, f := range st.files {
		additions += f.Additions
		deletions += f.Deletions
	}
	return additions, deletions
}
