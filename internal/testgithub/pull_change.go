package testgithub

import (
	"slices"
	"strings"
	"time"
)

// Number is the pull request's number.
func (p *Pull) Number() int { return p.number }

// HeadSHA is the head commit as it is now.
func (p *Pull) HeadSHA() string {
	defer p.repo.s.lock()()
	return p.now.head.oid
}

// BaseSHA is where the base was at the last push.
func (p *Pull) BaseSHA() string {
	defer p.repo.s.lock()()
	return p.now.baseOID
}

// UpdatedAt is the time of the last change, with GitHub's resolution of a second.
func (p *Pull) UpdatedAt() time.Time {
	defer p.repo.s.lock()()
	return p.now.updated
}

// Body is the description as it is now.
func (p *Pull) Body() string {
	defer p.repo.s.lock()()
	return p.now.body
}

// Title is the title as it is now.
func (p *Pull) Title() string {
	defer p.repo.s.lock()()
	return p.now.title
}

// Base is the branch that it merges into.
func (p *Pull) Base() string {
	defer p.repo.s.lock()()
	return p.now.base
}

// Labels are the names of its labels.
func (p *Pull) Labels() []string {
	defer p.repo.s.lock()()
	names := []string{}
	for _, l := range p.now.labels {
		names = append(names, l.name)
	}
	return names
}

// EditBody writes the description, as the author.
func (p *Pull) EditBody(body string) {
	defer p.repo.s.lock()()
	p.change(func(st *pullState) { st.body, st.edited, st.editor = body, p.repo.s.now(), p.author })
}

// EditTitle writes the title, as the author.
func (p *Pull) EditTitle(title string) {
	defer p.repo.s.lock()()
	p.change(func(st *pullState) {
		p.record("renamed", p.author, event{from: st.title, to: title})
		st.title = title
	})
}

// Draft makes it a draft, or ready for review.
func (p *Pull) Draft(draft bool) {
	defer p.repo.s.lock()()
	p.change(func(st *pullState) { st.draft = draft })
	kind := "ready_for_review"
	if draft {
		kind = "convert_to_draft"
	}
	p.record(kind, p.author, event{})
}

// Retarget moves it to another base branch.
func (p *Pull) Retarget(base string) {
	defer p.repo.s.lock()()
	p.change(func(st *pullState) {
		p.record("base_ref_changed", p.author, event{from: st.base, to: base})
		st.base, st.baseOID = base, p.repo.tip(base).oid
	})
}

// Label sets a label, as somebody.
func (p *Pull) Label(name, by string) {
	defer p.repo.s.lock()()
	p.change(func(*pullState) { p.setLabel(name, p.repo.s.world.user(by)) })
}

// Unlabel takes a label away, as somebody.
func (p *Pull) Unlabel(name, by string) {
	defer p.repo.s.lock()()
	at := slices.IndexFunc(p.now.labels, func(l label) bool { return l.name == name })
	if at < 0 {
		return
	}
	gone := p.now.labels[at]
	p.change(func(st *pullState) { st.labels = slices.Delete(slices.Clone(st.labels), at, at+1) })
	p.record("unlabeled", p.repo.s.world.user(by), event{label: gone})
}

// Close closes it unmerged.
func (p *Pull) Close() {
	defer p.repo.s.lock()()
	p.change(func(st *pullState) { st.open, st.closed = false, p.repo.s.now() })
	p.record("closed", p.author, event{})
}

// Reopen opens it again.
func (p *Pull) Reopen() {
	defer p.repo.s.lock()()
	p.change(func(st *pullState) { st.open, st.closed = true, time.Time{} })
	p.record("reopened", p.author, event{})
}

// Merge merges it, as somebody, and returns the merge commit.
func (p *Pull) Merge(by string) string {
	defer p.repo.s.lock()()
	delta := map[string]string{}
	for _, f := range p.now.files {
		delta[f.Filename], _ = p.now.head.blob(f.Filename)
		if f.Status == "renamed" {
			delta[f.Previous] = ""
		}
	}
	u := p.repo.s.world.user(by)
	merge := p.repo.advance(p.now.base, delta, "Merge pull request", []string{u.login})
	merge.parents = append(merge.parents, p.now.head)
	p.repo.s.world.pulls[merge.oid] = append(p.repo.s.world.pulls[merge.oid], p)
	p.change(func(st *pullState) {
		st.open, st.merged, st.mergeCommit, st.mergedBy = false, true, merge, u
		st.closed, st.mergedAt = p.repo.s.now(), p.repo.s.now()
	})
	p.record("merged", u, event{to: merge.oid})
	p.record("closed", u, event{})
	return merge.oid
}

// Push makes a commit on the head branch, by the author, and returns it. files is
// the whole change against the base; nil leaves it as it was.
func (p *Pull) Push(files []File, authors ...string) string {
	defer p.repo.s.lock()()
	if files == nil {
		files = p.now.files
	}
	if len(authors) == 0 {
		authors = []string{p.author.login}
	}
	p.change(func(*pullState) { p.push(files, [][]string{authors}) })
	return p.now.head.oid
}

// ForcePush moves the head to a commit that it, or another pull request, had before.
func (p *Pull) ForcePush(sha string) {
	defer p.repo.s.lock()()
	w := p.repo.s.world
	p.change(func(st *pullState) {
		state, ok := p.heads[sha]
		for _, other := range w.pulls[sha] {
			if there, had := other.heads[sha]; had && !ok {
				state, ok = there, true
			}
		}
		if !ok {
			state = headState{commits: []*commit{w.commits[sha]}}
		}
		p.record("head_ref_force_pushed", p.author, event{from: st.head.oid, to: sha})
		p.setHead(w.commits[sha], state)
	})
}

// DeleteHeadRepo takes the fork away.
func (p *Pull) DeleteHeadRepo() {
	defer p.repo.s.lock()()
	if r := p.now.headRepo; r != nil && r != p.repo {
		delete(p.repo.s.world.repos, strings.ToLower(r.FullName()))
	}
	p.change(func(st *pullState) { st.headRepo = nil })
}

// StaleReads makes the next reads of the pull request's own fields so old, one
// after the other. A read from before it was opened is a 404.
func (p *Pull) StaleReads(age ...time.Duration) {
	defer p.repo.s.lock()()
	p.staleBy = append(p.staleBy, age...)
}

// NotFoundReads makes so many next reads of the pull request answer that it is not there.
func (p *Pull) NotFoundReads(n int) {
	defer p.repo.s.lock()()
	p.notFound = n
}
