package testgithub

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// view is what this request sees of a pull request: as it is, or as it was. nil:
// it is not there (yet). The same request sees the same thing throughout.
func (rq *request) view(p *Pull) *pullState {
	if p == nil {
		return nil
	}
	if st, ok := rq.views[p]; ok {
		return st
	}
	st := rq.s.look(p)
	rq.views[p] = st
	return st
}

func (s *Server) look(p *Pull) *pullState {
	if p.notFound > 0 {
		p.notFound--
		return nil
	}
	if len(p.staleBy) > 0 {
		age := p.staleBy[0]
		p.staleBy = p.staleBy[1:]
		return p.asOf(s.exact().Add(-age))
	}
	if n := len(p.earlier); n > 0 && s.unkind.Stale > 0 {
		recent := s.exact().Sub(p.earlier[n-1].until) < time.Duration(s.unkind.StaleFor)*time.Millisecond
		if recent && s.chance.Float64() < s.unkind.Stale {
			return &p.earlier[n-1].state
		}
	}
	return &p.now
}

// asOf is the state at a time, nil before the pull request was opened. A change
// counts from the second in which it was made.
func (p *Pull) asOf(at time.Time) *pullState {
	if at.Before(p.created) {
		return nil
	}
	for i := range p.earlier {
		if at.Before(p.earlier[i].until) {
			return &p.earlier[i].state
		}
	}
	return &p.now
}

func (rq *request) pull() (*Pull, *pullState) {
	p := rq.repo.pull(rq.number("pull_number"))
	return p, rq.view(p)
}

func getPull(rq *request) answer {
	p, st := rq.pull()
	if st == nil {
		return notFound()
	}
	return ok(rq.pullFull(p, st))
}

func listPulls(rq *request) answer {
	q := rq.URL.Query()
	var list []*Pull
	for _, p := range rq.repo.pulls {
		if p != nil && p.wanted(q) {
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, func(a, b *Pull) int {
		if q.Get("sort") == "updated" {
			return a.now.updated.Compare(b.now.updated)
		}
		return cmp.Compare(a.number, b.number)
	})
	if q.Get("direction") != "asc" { // newest first unless told otherwise
		slices.Reverse(list)
	}
	return listed(rq, list, func(p *Pull) any { return rq.pullSimple(p, &p.now) })
}

func (p *Pull) wanted(q url.Values) bool {
	switch q.Get("state") {
	case "", "open":
		if !p.now.open {
			return false
		}
	case "closed":
		if p.now.open {
			return false
		}
	}
	if base := q.Get("base"); base != "" && base != p.now.base {
		return false
	}
	if head := q.Get("head"); head != "" {
		r := p.now.headRepo
		return r != nil && strings.EqualFold(head, r.owner.login+":"+p.now.headBranch)
	}
	return true
}

// maxFiles is how many files GitHub lists of one pull request.
const maxFiles = 3000

func listFiles(rq *request) answer {
	p, st := rq.pull()
	if st == nil {
		return notFound()
	}
	return listed(rq, st.files[:min(len(st.files), maxFiles)], func(f File) any { return rq.diffEntry(p, st, f) })
}

func (rq *request) diffEntry(p *Pull, st *pullState, f File) any {
	where := st.head.oid + "/" + (&url.URL{Path: f.Filename}).EscapedPath()
	o := object{
		"sha": orNull(f.blob), "filename": f.Filename, "status": f.Status, "additions": f.Additions, "deletions": f.Deletions,
		"changes": f.Additions + f.Deletions, "blob_url": rq.html(p.repo.FullName() + "/blob/" + where),
		"raw_url":      rq.html(p.repo.FullName() + "/raw/" + where),
		"contents_url": rq.api + "/repos/" + p.repo.FullName() + "/contents/" + (&url.URL{Path: f.Filename}).EscapedPath() + "?ref=" + st.head.oid,
	}
	if f.Patch != "" {
		o["patch"] = f.Patch
	}
	if f.Previous != "" {
		o["previous_filename"] = f.Previous
	}
	return o
}

// maxCommits is how many commits GitHub lists of one pull request.
const maxCommits = 250

func listPullCommits(rq *request) answer {
	p, st := rq.pull()
	if st == nil {
		return notFound()
	}
	return listed(rq, st.commits[:min(len(st.commits), maxCommits)], func(c *commit) any { return rq.commit(p.repo, c) })
}

// of lists the pull requests of a repository that a commit belongs to: open and
// merged ones, oldest first.
func (r *Repo) of(sha string) []*Pull {
	var list []*Pull
	for _, p := range r.s.world.pulls[sha] {
		has := slices.ContainsFunc(p.now.commits, func(c *commit) bool { return c.oid == sha }) ||
			p.now.mergeCommit != nil && p.now.mergeCommit.oid == sha
		if p.repo == r && has && (p.now.open || p.now.merged) {
			list = append(list, p)
		}
	}
	return list
}

func listCommitPulls(rq *request) answer {
	sha := rq.PathValue("commit_sha")
	if rq.s.world.commits[sha] == nil {
		return fail(http.StatusUnprocessableEntity, fmt.Sprintf("No commit found for SHA: %s", sha))
	}
	return listed(rq, rq.repo.of(sha), func(p *Pull) any { return rq.pullSimple(p, &p.now) })
}
