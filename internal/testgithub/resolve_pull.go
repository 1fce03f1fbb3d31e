package testgithub

import (
	"fmt"
	"slices"
	"strings"
)

// pullView is a pull request as a request sees it.
type pullView struct {
	*Pull
	st *pullState
}

// memberCommit is a commit of a pull request.
type memberCommit struct {
	p pullView
	c *commit
}

// pull is what the request sees of a pull request; nil: nothing.
func (e *exec) pull(p *Pull) any {
	st := e.rq.view(p)
	if st == nil {
		return nil
	}
	return pullView{p, st}
}

func pullFields() map[string]fields {
	return map[string]fields{
		"PullRequest": merged(pullOwn(), pullEnds(), pullLists(), pullQueue()),
		"PullRequestChangedFile": {
			"path":       get(func(f File) any { return f.Filename }),
			"additions":  get(func(f File) any { return f.Additions }),
			"deletions":  get(func(f File) any { return f.Deletions }),
			"changeType": get(func(f File) any { return patchStatus(f.Status) }),
		},
		"PullRequestCommit": {
			"id":          get(func(m memberCommit) any { return fmt.Sprintf("PURC_%d_%s", m.p.number, m.c.oid) }),
			"commit":      get(func(m memberCommit) any { return commitView{m.c, m.p.repo} }),
			"pullRequest": get(func(m memberCommit) any { return m.p }),
			"url": of(func(e *exec, m memberCommit, _ args) any {
				return e.rq.html(m.p.repo.FullName() + "/commit/" + m.c.oid)
			}),
		},
		"Label": {
			"id":    get(func(l label) any { return l.node }),
			"name":  get(func(l label) any { return l.name }),
			"color": get(func(label) any { return "ededed" }),
		},
		"IssueComment": commentFields(),
	}
}

func merged(all ...fields) fields {
	out := fields{}
	for _, f := range all {
		for k, v := range f {
			out[k] = v
		}
	}
	return out
}

func patchStatus(status string) string {
	switch status {
	case "removed":
		return "DELETED"
	case "unchanged":
		return "CHANGED"
	}
	return strings.ToUpper(status)
}

func pullOwn() fields {
	return fields{
		"id":                get(func(p pullView) any { return p.node }),
		"databaseId":        get(func(p pullView) any { return p.id }),
		"fullDatabaseId":    get(func(p pullView) any { return fmt.Sprint(p.id) }),
		"number":            get(func(p pullView) any { return p.number }),
		"title":             get(func(p pullView) any { return p.st.title }),
		"body":              get(func(p pullView) any { return p.st.body }),
		"state":             get(func(p pullView) any { return p.st.status() }),
		"isDraft":           get(func(p pullView) any { return p.st.draft }),
		"merged":            get(func(p pullView) any { return p.st.merged }),
		"closed":            get(func(p pullView) any { return !p.st.open }),
		"locked":            get(func(pullView) any { return false }),
		"mergeable":         get(func(pullView) any { return "MERGEABLE" }),
		"author":            get(func(p pullView) any { return p.author }),
		"authorAssociation": get(func(pullView) any { return "CONTRIBUTOR" }),
		"createdAt":         get(func(p pullView) any { return stamp(p.created) }),
		"publishedAt":       get(func(p pullView) any { return stamp(p.created) }),
		"updatedAt":         get(func(p pullView) any { return stamp(p.st.updated) }),
		"closedAt":          get(func(p pullView) any { return stamp(p.st.closed) }),
		"mergedAt":          get(func(p pullView) any { return stamp(p.st.mergedAt) }),
		"mergedBy":          get(func(p pullView) any { return p.st.mergedBy }),
		"lastEditedAt":      get(func(p pullView) any { return stamp(p.st.edited) }),
		"editor":            get(func(p pullView) any { return p.st.editor }),
		"additions":         get(func(p pullView) any { a, _ := p.st.totals(); return a }),
		"deletions":         get(func(p pullView) any { _, d := p.st.totals(); return d }),
		"changedFiles":      get(func(p pullView) any { return len(p.st.files) }),
		"url": of(func(e *exec, p pullView, _ args) any {
			return e.rq.html(fmt.Sprintf("%s/pull/%d", p.repo.FullName(), p.number))
		}),
		"viewerDidAuthor": of(func(e *exec, p pullView, _ args) any { return e.rq.token.by == p.author }),
	}
}

func pullEnds() fields {
	return fields{
		"repository":     get(func(p pullView) any { return p.repo }),
		"baseRepository": get(func(p pullView) any { return p.repo }),
		"baseRefName":    get(func(p pullView) any { return p.st.base }),
		"baseRefOid":     get(func(p pullView) any { return p.st.baseOID }),
		"baseRef": get(func(p pullView) any {
			if p.repo.branches[p.st.base] == nil {
				return nil
			}
			return refView{p.repo, p.st.base}
		}),
		"headRefName": get(func(p pullView) any { return p.st.headBranch }),
		"headRefOid":  get(func(p pullView) any { return p.st.head.oid }),
		"headRef": of(func(e *exec, p pullView, _ args) any {
			if r := p.st.headRepo; r != nil && r.branches[p.st.headBranch] != nil && e.rq.token.sees(r) {
				return refView{r, p.st.headBranch}
			}
			return nil
		}),
		"headRepository": of(func(e *exec, p pullView, _ args) any {
			if r := p.st.headRepo; r != nil && e.rq.token.sees(r) {
				return r
			}
			return nil
		}),
		"headRepositoryOwner": get(func(p pullView) any {
			if p.st.headRepo == nil {
				return nil
			}
			return p.st.headRepo.owner
		}),
		"isCrossRepository": get(func(p pullView) any { return p.st.headRepo != p.repo }),
		"mergeCommit": get(func(p pullView) any {
			if p.st.mergeCommit == nil {
				return nil
			}
			return commitView{p.st.mergeCommit, p.repo}
		}),
	}
}

func pullLists() fields {
	return fields{
		"labels":   get(func(p pullView) any { return connect(p.st.labels) }),
		"files":    get(func(p pullView) any { return connect(p.st.files[:min(len(p.st.files), maxFiles)]) }),
		"comments": of(pullComments),
		"commits": get(func(p pullView) any {
			list := []memberCommit{}
			for _, c := range p.st.commits {
				list = append(list, memberCommit{p, c})
			}
			return connect(list)
		}),
		"timelineItems": of(func(_ *exec, p pullView, a args) any {
			kinds := a.list("itemTypes")
			list := []any{}
			for _, v := range p.timeline() {
				if c, isCommit := v.(*commit); isCommit {
					v = memberCommit{p, c}
				}
				if kinds == nil || slices.Contains(kinds, itemType(typeOf(v))) {
					list = append(list, v)
				}
			}
			return connect(list)
		}),
	}
}

// pullComments are never stale.
func pullComments(_ *exec, p pullView, a args) any {
	list := slices.Clone(p.comments)
	if order := a.sub("orderBy"); order.str("field") == "UPDATED_AT" {
		slices.SortStableFunc(list, func(x, y *comment) int { return x.updated.Compare(y.updated) })
		if order.str("direction") == "DESC" {
			slices.Reverse(list)
		}
	}
	return connect(list)
}

func pullQueue() fields {
	entry := func(p pullView) *entryInQueue {
		for _, e := range p.repo.queue {
			if e.pull == p.Pull {
				return e
			}
		}
		return nil
	}
	return fields{
		"isInMergeQueue":  get(func(p pullView) any { return entry(p) != nil }),
		"mergeQueueEntry": get(func(p pullView) any { return entry(p) }),
	}
}

func commentFields() fields {
	return fields{
		"id":                get(func(c *comment) any { return c.node }),
		"databaseId":        get(func(c *comment) any { return c.id }),
		"fullDatabaseId":    get(func(c *comment) any { return fmt.Sprint(c.id) }),
		"body":              get(func(c *comment) any { return c.body }),
		"author":            get(func(c *comment) any { return c.by }),
		"authorAssociation": get(func(*comment) any { return "NONE" }),
		"createdAt":         get(func(c *comment) any { return stamp(c.created) }),
		"updatedAt":         get(func(c *comment) any { return stamp(c.updated) }),
		"isMinimized":       get(func(*comment) any { return false }),
		"viewerDidAuthor":   of(func(e *exec, c *comment, _ args) any { return e.rq.token.by == c.by }),
		"url": of(func(e *exec, c *comment, _ args) any {
			return e.rq.html(fmt.Sprintf("%s/pull/%d#issuecomment-%d", c.pull.repo.FullName(), c.pull.number, c.id))
		}),
	}
}

// itemType is PullRequestTimelineItemsItemType's word for a type: "LABELED_EVENT".
func itemType(typ string) string {
	var b strings.Builder
	for i, r := range typ {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToUpper(b.String())
}

// eventType is the GraphQL type of an event: "LabeledEvent" of "labeled".
func eventType(kind string) string {
	typ := ""
	for word := range strings.SplitSeq(kind, "_") {
		typ += strings.ToUpper(word[:1]) + word[1:]
	}
	if kind == "renamed" {
		typ += "Title"
	}
	return typ + "Event"
}

func eventFields() map[string]fields {
	common := fields{
		"id":        get(func(e event) any { return e.node }),
		"actor":     get(func(e event) any { return e.by }),
		"createdAt": get(func(e event) any { return stamp(e.at) }),
	}
	label := fields{"label": get(func(e event) any { return e.label })}
	title := fields{
		"currentTitle":  get(func(e event) any { return e.to }),
		"previousTitle": get(func(e event) any { return e.from }),
	}
	base := fields{
		"currentRefName":  get(func(e event) any { return e.to }),
		"previousRefName": get(func(e event) any { return e.from }),
	}
	at := func(sha func(event) string) resolver {
		return of(func(e *exec, v event, _ args) any {
			c := e.rq.s.world.commits[sha(v)]
			if c == nil {
				return nil
			}
			return commitView{c, v.pull.repo}
		})
	}
	forced := fields{
		"beforeCommit": at(func(e event) string { return e.from }),
		"afterCommit":  at(func(e event) string { return e.to }),
	}
	merge := fields{"commit": at(func(e event) string { return e.to })}
	return map[string]fields{
		"LabeledEvent": merged(common, label), "UnlabeledEvent": merged(common, label), "RenamedTitleEvent": merged(common, title),
		"BaseRefChangedEvent": merged(common, base), "HeadRefForcePushedEvent": merged(common, forced), "MergedEvent": merged(common, merge),
		"ClosedEvent": common, "ReopenedEvent": common, "ReadyForReviewEvent": common, "ConvertToDraftEvent": common,
	}
}
