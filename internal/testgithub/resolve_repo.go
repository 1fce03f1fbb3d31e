package testgithub

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// commitView is a commit as a repository shows it; forks share commits.
type commitView struct {
	*commit
	repo *Repo
}

type blobView struct {
	id   string
	repo *Repo
}

type treeView struct {
	c    *commit
	path string
	repo *Repo
}

type entryView struct {
	entry
	c    *commit
	repo *Repo
}

type refView struct {
	repo   *Repo
	branch string
}

type template struct {
	repo       *Repo
	name, body string
}

type mergeQueue struct {
	repo   *Repo
	branch string
}

func repoFields() map[string]fields {
	return map[string]fields{
		"Repository":          repositoryFields(),
		"Commit":              commitFields(),
		"Blob":                blobFields(),
		"Tree":                treeFields(),
		"TreeEntry":           entryFields(),
		"Ref":                 refFields(),
		"PullRequestTemplate": templateFields(),
		"MergeQueue":          queueFields(),
		"MergeQueueEntry":     queueEntryFields(),

		"MergeQueueConfiguration": queueConfigurationFields(),
		"GpgSignature":            signatureFields(),
	}
}

// needs wraps a field that a token needs a permission for.
func needs(what string, r resolver) resolver {
	return func(e *exec, v any, a args) (any, error) {
		var repo *Repo
		switch v := v.(type) {
		case *Repo:
			repo = v
		case commitView:
			repo = v.repo
		}
		if !e.rq.token.may(repo, what) {
			return nil, forbidden()
		}
		return r(e, v, a)
	}
}

func repositoryFields() fields {
	return fields{
		"id":               get(func(r *Repo) any { return r.node }),
		"databaseId":       get(func(r *Repo) any { return r.id }),
		"name":             get(func(r *Repo) any { return r.name }),
		"nameWithOwner":    get(func(r *Repo) any { return r.FullName() }),
		"owner":            get(func(r *Repo) any { return r.owner }),
		"isPrivate":        get(func(r *Repo) any { return r.private }),
		"isFork":           get(func(r *Repo) any { return r.parent != nil }),
		"isArchived":       get(func(*Repo) any { return false }),
		"isInOrganization": get(func(r *Repo) any { return r.owner.kind == "Organization" }),
		"parent":           get(func(r *Repo) any { return r.parent }),
		"visibility":       get(func(r *Repo) any { return strings.ToUpper(visibility(r)) }),
		"url":              of(func(e *exec, r *Repo, _ args) any { return e.rq.html(r.FullName()) }),
		"defaultBranchRef": get(func(r *Repo) any { return refView{r, r.defaultBranch} }),
		"object": needs("contents:read", of(func(_ *exec, r *Repo, a args) any {
			if oid := a.str("oid"); oid != "" {
				return r.object(oid)
			}
			return r.object(a.str("expression"))
		})),
		"ref": needs("contents:read", of(func(_ *exec, r *Repo, a args) any {
			branch := strings.TrimPrefix(strings.TrimPrefix(a.str("qualifiedName"), "refs/"), "heads/")
			if r.branches[branch] == nil {
				return nil
			}
			return refView{r, branch}
		})),
		"pullRequest": needs("pull_requests:read", of(func(e *exec, r *Repo, a args) any {
			p := r.pull(a.int("number", 0))
			if v := e.pull(p); v != nil {
				return v
			}
			return &graphError{"NOT_FOUND", "Could not resolve to a PullRequest with the number of " + itoa(a.int("number", 0)) + "."}
		})),
		"pullRequests":         needs("pull_requests:read", of(pullRequests)),
		"pullRequestTemplates": needs("contents:read", get(func(r *Repo) any { return r.templates() })),
		"mergeQueue": needs("merge_queues:read", of(func(_ *exec, r *Repo, a args) any {
			branch := a.str("branch")
			if branch == "" {
				branch = r.defaultBranch
			}
			return r.mergeQueue(branch)
		})),
	}
}

func (r *Repo) mergeQueue(branch string) any {
	for _, e := range r.queue {
		if e.pull.now.base == branch {
			return mergeQueue{r, branch}
		}
	}
	return nil
}

func pullRequests(e *exec, r *Repo, a args) any {
	states, labels := a.list("states"), a.list("labels")
	list := []pullView{}
	for _, p := range r.pulls {
		v := pullView{p, &p.now}
		if states != nil && !slices.Contains(states, v.st.status()) {
			continue
		}
		if labels != nil && !slices.ContainsFunc(v.st.labels, func(l label) bool { return slices.Contains(labels, l.name) }) {
			continue
		}
		if h := a.str("headRefName"); h != "" && h != v.st.headBranch {
			continue
		}
		if b := a.str("baseRefName"); b != "" && b != v.st.base {
			continue
		}
		list = append(list, v)
	}
	return connect(ordered(list, a.sub("orderBy"), func(v pullView, field string) time.Time {
		if field == "UPDATED_AT" {
			return v.st.updated
		}
		return v.created
	}))
}

// object finds what "REV:PATH", "REV:" or "REV" names.
func (r *Repo) object(expression string) any {
	rev, path, hasPath := strings.Cut(expression, ":")
	if rev == "" {
		return nil
	}
	c := r.revision(rev)
	if c == nil {
		if _, isBlob := r.s.world.blobs[rev]; isBlob && !hasPath {
			return blobView{rev, r}
		}
		return nil
	}
	if !hasPath {
		return commitView{c, r}
	}
	if id, found := c.blob(path); found {
		return blobView{id, r}
	}
	if path == "" || len(c.folder(path)) > 0 {
		return treeView{c, strings.TrimSuffix(path, "/"), r}
	}
	return nil
}

// templates are the pull-request templates on the default branch; without any,
// those of the owner's .github repository.
func (r *Repo) templates() []template {
	list := r.ownTemplates()
	if common := r.s.world.repos[strings.ToLower(r.owner.login+"/.github")]; len(list) == 0 && common != nil && !common.private {
		list = common.ownTemplates()
	}
	return list
}

func (r *Repo) ownTemplates() []template {
	list := []template{}
	for p, id := range r.branches[r.defaultBranch].tree() {
		lower := strings.ToLower(p)
		for _, folder := range []string{"", ".github/", "docs/"} {
			name, inside := strings.CutPrefix(lower, folder)
			several := strings.HasPrefix(name, "pull_request_template/") && strings.HasSuffix(name, ".md")
			if inside && (name == "pull_request_template.md" || several) {
				list = append(list, template{r, p[strings.LastIndexByte(p, '/')+1:], r.s.world.blobs[id]})
			}
		}
	}
	slices.SortFunc(list, func(a, b template) int { return cmp.Compare(a.name, b.name) })
	return list
}

func templateFields() fields {
	return fields{
		"filename":   get(func(t template) any { return t.name }),
		"body":       get(func(t template) any { return t.body }),
		"repository": get(func(t template) any { return t.repo }),
	}
}

func commitFields() fields {
	return fields{
		"id":              get(func(c commitView) any { return "C_" + c.oid }),
		"oid":             get(func(c commitView) any { return c.oid }),
		"abbreviatedOid":  get(func(c commitView) any { return c.oid[:7] }),
		"message":         get(func(c commitView) any { return c.fullMessage() }),
		"messageHeadline": get(func(c commitView) any { return c.message }),
		"committedDate":   get(func(c commitView) any { return stamp(c.at) }),
		"authoredDate":    get(func(c commitView) any { return stamp(c.at) }),
		"pushedDate":      get(func(commitView) any { return nil }), // no longer filled
		"repository":      get(func(c commitView) any { return c.repo }),
		"url":             of(func(e *exec, c commitView, _ args) any { return e.rq.html(c.repo.FullName() + "/commit/" + c.oid) }),
		"author":          of(func(e *exec, c commitView, _ args) any { return gitActor{e.rq.s.world, c.authors[0], c.at} }),
		"committer":       of(func(e *exec, c commitView, _ args) any { return gitActor{e.rq.s.world, c.authors[0], c.at} }),
		"authors": of(func(e *exec, c commitView, _ args) any {
			list := []gitActor{}
			for _, login := range c.authors {
				list = append(list, gitActor{e.rq.s.world, login, c.at})
			}
			return connect(list)
		}),
		"signature": of(func(e *exec, c commitView, _ args) any {
			if c.unsigned {
				return nil
			}
			return signature{e.rq.s.world.committer(c.authors[0])}
		}),
		"parents": get(func(c commitView) any { return connect(commitViews(c.parents, c.repo)) }),
		"history": of(func(_ *exec, c commitView, a args) any { return connect(commitViews(c.history(a.str("path")), c.repo)) }),
		"tree":    get(func(c commitView) any { return treeView{c.commit, "", c.repo} }),
		"file": needs("contents:read", of(func(_ *exec, c commitView, a args) any {
			path := strings.TrimSuffix(a.str("path"), "/")
			name := path[strings.LastIndexByte(path, '/')+1:]
			if id, found := c.blob(path); found {
				return entryView{entry{name: name, path: path, oid: id}, c.commit, c.repo}
			}
			if len(c.folder(path)) > 0 {
				return entryView{entry{name: name, path: path, folder: true, oid: hash("tree " + c.oid + path)}, c.commit, c.repo}
			}
			return nil
		})),
		"associatedPullRequests": needs("pull_requests:read", of(func(_ *exec, c commitView, _ args) any {
			list := []pullView{}
			for _, p := range c.repo.of(c.oid) {
				list = append(list, pullView{p, &p.now})
			}
			return connect(list)
		})),
		"checkSuites": needs("checks:read", of(checkSuites)),
	}
}

func commitViews(list []*commit, r *Repo) []commitView {
	out := []commitView{}
	for _, c := range list {
		out = append(out, commitView{c, r})
	}
	return out
}

// maxBlobText is how many bytes of a file GraphQL answers.
const maxBlobText = 512_000

func blobFields() fields {
	text := func(b blobView) string { return b.repo.s.world.blobs[b.id] }
	binary := func(b blobView) bool { return !utf8.ValidString(text(b)) || strings.ContainsRune(text(b), 0) }
	return fields{
		"id":             get(func(b blobView) any { return "B_" + b.id }),
		"oid":            get(func(b blobView) any { return b.id }),
		"abbreviatedOid": get(func(b blobView) any { return b.id[:7] }),
		"byteSize":       get(func(b blobView) any { return len(text(b)) }),
		"isBinary":       get(func(b blobView) any { return binary(b) }),
		"isTruncated":    get(func(b blobView) any { return len(text(b)) > maxBlobText }),
		"repository":     get(func(b blobView) any { return b.repo }),
		"text": get(func(b blobView) any {
			if binary(b) {
				return nil
			}
			s := text(b)
			return strings.ToValidUTF8(s[:min(len(s), maxBlobText)], "")
		}),
	}
}

func treeFields() fields {
	return fields{
		"oid": get(func(t treeView) any { return hash("tree " + t.c.oid + t.path) }),
		"id":  get(func(t treeView) any { return "T_" + hash("tree "+t.c.oid+t.path) }),
		"entries": get(func(t treeView) any {
			list := []any{}
			for _, e := range t.c.folder(t.path) {
				list = append(list, entryView{e, t.c, t.repo})
			}
			return list
		}),
	}
}

func entryFields() fields {
	return fields{
		"name":      get(func(v entryView) any { return v.name }),
		"path":      get(func(v entryView) any { return v.path }),
		"oid":       get(func(v entryView) any { return v.oid }),
		"size":      get(func(v entryView) any { return len(v.repo.s.world.blobs[v.oid]) }),
		"extension": get(func(v entryView) any { return v.name[strings.LastIndexByte(v.name, '.')+1:] }),
		"type": get(func(v entryView) any {
			if v.folder {
				return "tree"
			}
			return "blob"
		}),
		"mode": get(func(v entryView) any {
			if v.folder {
				return 0o40000
			}
			return 0o100644
		}),
		"object": get(func(v entryView) any {
			if v.folder {
				return treeView{v.c, v.path, v.repo}
			}
			return blobView{v.oid, v.repo}
		}),
	}
}

func refFields() fields {
	return fields{
		"id":         get(func(r refView) any { return "REF_" + r.branch }),
		"name":       get(func(r refView) any { return r.branch }),
		"prefix":     get(func(refView) any { return "refs/heads/" }),
		"repository": get(func(r refView) any { return r.repo }),
		"target":     get(func(r refView) any { return commitView{r.repo.branches[r.branch], r.repo} }),
	}
}

func queueFields() fields {
	return fields{
		"id": get(func(q mergeQueue) any { return "MQ_" + q.branch }),
		"entries": get(func(q mergeQueue) any {
			list := []*entryInQueue{}
			for _, e := range q.repo.queue {
				if e.pull.now.base == q.branch {
					list = append(list, e)
				}
			}
			return connect(list)
		}),
		"repository":    get(func(q mergeQueue) any { return q.repo }),
		"configuration": get(func(q mergeQueue) any { return q }),
	}
}

func queueConfigurationFields() fields {
	return fields{
		"mergingStrategy": get(func(q mergeQueue) any { return q.repo.grouping }),
		"mergeMethod":     get(func(mergeQueue) any { return "MERGE" }),
	}
}

func queueEntryFields() fields {
	return fields{
		"id":          get(func(q *entryInQueue) any { return q.node }),
		"position":    get(func(q *entryInQueue) any { return slices.Index(q.pull.repo.queue, q) + 1 }),
		"state":       get(func(*entryInQueue) any { return "AWAITING_CHECKS" }),
		"solo":        get(func(*entryInQueue) any { return false }),
		"jump":        get(func(*entryInQueue) any { return false }),
		"enqueuedAt":  get(func(q *entryInQueue) any { return stamp(q.at) }),
		"enqueuer":    get(func(q *entryInQueue) any { return q.pull.author }),
		"baseCommit":  get(func(q *entryInQueue) any { return commitView{q.base, q.pull.repo} }),
		"headCommit":  get(func(q *entryInQueue) any { return commitView{q.head, q.pull.repo} }),
		"pullRequest": of(func(e *exec, q *entryInQueue, _ args) any { return e.pull(q.pull) }),
	}
}
