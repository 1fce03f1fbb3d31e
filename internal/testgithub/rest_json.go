package testgithub

import (
	"fmt"
	"strings"
	"time"
)

// stamp is a time as GitHub writes it; null where there is none.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

// orNull is null for an empty text.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (rq *request) html(path string) string { return "http://" + rq.Host + "/" + path }

func (rq *request) user(u *user) any {
	if u == nil {
		return nil
	}
	self := rq.api + "/users/" + u.login
	o := object{
		"id": u.id, "node_id": u.node, "login": u.login, "type": u.kind, "site_admin": false, "gravatar_id": "",
		"avatar_url": rq.html("avatars/" + u.graphLogin()), "html_url": rq.html(u.graphLogin()), "url": self,
	}
	for _, list := range []string{"events", "followers", "following", "gists", "organizations", "received_events", "repos", "starred", "subscriptions"} {
		o[list+"_url"] = self + "/" + list
	}
	return o
}

// app is an App as others' answers show it. It never changes, and is kept.
func (rq *request) app(a *App) any {
	if a == nil {
		return nil
	}
	at := shown{rq.api, a}
	if rq.s.shown[at] == nil {
		rq.s.shown[at] = appendJSON(nil, rq.appObject(a))
	}
	return rq.s.shown[at]
}

// shown is an App at the address of the form that was asked.
type shown struct {
	api string
	app *App
}

func (rq *request) appObject(a *App) object {
	return object{
		"id": a.ID, "node_id": fmt.Sprintf("A_%d", a.ID), "slug": a.Slug, "name": a.Slug, "owner": rq.user(rq.s.world.user("octocat")),
		"description": "", "external_url": rq.html("apps/" + a.Slug), "html_url": rq.html("apps/" + a.Slug),
		"created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z",
		"permissions": object{"checks": "write", "metadata": "read"}, "events": []string{},
	}
}

// repoURLs are the addresses that a repository's answer lists.
var repoURLs = strings.Fields(`archive assignees blobs branches collaborators comments commits compare contents contributors
	deployments downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages
	merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees`)

func (rq *request) repository(r *Repo) object {
	self := rq.api + "/repos/" + r.FullName()
	o := object{
		"id": r.id, "node_id": r.node, "name": r.name, "full_name": r.FullName(), "owner": rq.user(r.owner), "private": r.private,
		"visibility": visibility(r), "description": nil, "fork": r.parent != nil, "html_url": rq.html(r.FullName()), "url": self,
		"clone_url": rq.html(r.FullName() + ".git"), "git_url": "git://localhost/" + r.FullName(), "ssh_url": "git@localhost:" + r.FullName(),
		"svn_url": rq.html(r.FullName()), "mirror_url": nil, "homepage": nil, "language": nil, "license": nil, "size": 1,
		"default_branch": r.defaultBranch, "forks": 0, "forks_count": 0, "open_issues": 0, "open_issues_count": 0, "stargazers_count": 0,
		"watchers": 0, "watchers_count": 0, "has_issues": true, "has_projects": false,
		"has_wiki": false, "has_downloads": false, "has_pages": false, "has_discussions": false, "archived": false, "disabled": false,
		"pushed_at": stamp(r.created), "created_at": stamp(r.created), "updated_at": stamp(r.created),
	}
	for _, list := range repoURLs {
		o[list+"_url"] = self + "/" + list
	}
	return o
}

func visibility(r *Repo) string {
	if r.private {
		return "private"
	}
	return "public"
}

// pullSimple is a pull request as lists have it.
func (rq *request) pullSimple(p *Pull, st *pullState) object {
	self := fmt.Sprintf("%s/repos/%s/pulls/%d", rq.api, p.repo.FullName(), p.number)
	issue := strings.Replace(self, "/pulls/", "/issues/", 1)
	statuses := fmt.Sprintf("%s/repos/%s/statuses/%s", rq.api, p.repo.FullName(), st.head.oid)
	html := rq.html(fmt.Sprintf("%s/pull/%d", p.repo.FullName(), p.number))
	labels := []any{}
	for _, l := range st.labels {
		labels = append(labels, object{
			"id": l.id, "node_id": l.node, "name": l.name, "url": rq.api + "/repos/" + p.repo.FullName() + "/labels/" + l.name,
			"color": "ededed", "default": false, "description": "",
		})
	}
	state := "closed"
	if st.open {
		state = "open"
	}
	var merge any
	if st.mergeCommit != nil {
		merge = st.mergeCommit.oid
	}
	return object{
		"id": p.id, "node_id": p.node, "number": p.number, "title": st.title, "body": orNull(st.body), "state": state, "draft": st.draft,
		"locked": false, "user": rq.user(p.author), "labels": labels, "milestone": nil, "assignee": nil, "assignees": []any{},
		"requested_reviewers": []any{}, "requested_teams": []any{}, "author_association": "CONTRIBUTOR", "auto_merge": nil,
		"created_at": stamp(p.created), "updated_at": stamp(st.updated), "closed_at": stamp(st.closed), "merged_at": stamp(st.mergedAt),
		"merge_commit_sha": merge, "url": self, "html_url": html, "diff_url": html + ".diff", "patch_url": html + ".patch", "issue_url": issue,
		"commits_url": self + "/commits", "review_comments_url": self + "/comments", "review_comment_url": self + "/comments{/number}",
		"comments_url": issue + "/comments", "statuses_url": statuses,
		"base": rq.end(p.repo, p.repo.owner, st.base, st.baseOID), "head": rq.end(st.headRepo, p.author, st.headBranch, st.head.oid),
		"_links": object{
			"self": link(self), "html": link(html), "issue": link(issue), "comments": link(issue + "/comments"),
			"review_comments": link(self + "/comments"), "review_comment": link(self + "/comments{/number}"),
			"commits": link(self + "/commits"), "statuses": link(statuses),
		},
	}
}

func link(href string) object { return object{"href": href} }

// end is the base or the head of a pull request. r is nil where a fork is gone;
// then only whose it was is known.
func (rq *request) end(r *Repo, owner *user, branch, sha string) object {
	o := object{"label": owner.login + ":" + branch, "ref": branch, "sha": sha, "repo": nil, "user": rq.user(owner)}
	if r != nil {
		o["label"], o["repo"], o["user"] = r.owner.login+":"+branch, rq.repository(r), rq.user(r.owner)
	}
	return o
}

func (rq *request) pullFull(p *Pull, st *pullState) object {
	o := rq.pullSimple(p, st)
	added, deleted := st.totals()
	for k, v := range map[string]any{
		"merged": st.merged, "mergeable": !st.merged, "mergeable_state": "clean", "rebaseable": true, "merged_by": rq.user(st.mergedBy),
		"comments": len(p.comments), "review_comments": 0, "maintainer_can_modify": false, "commits": len(st.commits),
		"additions": added, "deletions": deleted, "changed_files": len(st.files),
	} {
		o[k] = v
	}
	return o
}

func (rq *request) commit(r *Repo, c *commit) object {
	self := fmt.Sprintf("%s/repos/%s/commits/%s", rq.api, r.FullName(), c.oid)
	author := rq.s.world.committer(c.authors[0])
	by := object{"name": c.authors[0], "email": gitActor{login: c.authors[0]}.email(), "date": stamp(c.at)}
	parents := []any{}
	for _, p := range c.parents {
		parents = append(parents, object{"sha": p.oid, "url": fmt.Sprintf("%s/repos/%s/commits/%s", rq.api, r.FullName(), p.oid)})
	}
	return object{
		"sha": c.oid, "node_id": "C_" + c.oid, "url": self, "html_url": rq.html(r.FullName() + "/commit/" + c.oid), "comments_url": self + "/comments",
		"author": rq.user(author), "committer": rq.user(author), "parents": parents,
		"commit": object{
			"url": self, "author": by, "committer": by, "message": c.fullMessage(), "comment_count": 0,
			"tree": object{"sha": hash("tree " + c.oid), "url": self + "/tree"},
		},
	}
}

// fullMessage is the message with its co-authors.
func (c *commit) fullMessage() string {
	m := c.message
	for i, login := range c.authors[1:] {
		if i == 0 {
			m += "\n"
		}
		m += fmt.Sprintf("\nCo-authored-by: %s <%s@users.noreply.github.com>", login, login)
	}
	return m
}
