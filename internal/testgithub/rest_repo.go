package testgithub

import (
	"encoding/base64"
	"net/http"
	"strings"
)

func getRepo(rq *request) answer {
	o := rq.repository(rq.repo)
	o["network_count"], o["subscribers_count"] = 0, 0
	return ok(o)
}

func listCommits(rq *request) answer {
	q := rq.URL.Query()
	c := rq.repo.revision(q.Get("sha"))
	if c == nil {
		return notFound()
	}
	return listed(rq, c.history(q.Get("path")), func(c *commit) any { return rq.commit(rq.repo, c) })
}

// getContents answers a file, or the list of a folder, at a revision.
func getContents(rq *request) answer {
	path := strings.TrimSuffix(rq.PathValue("path"), "/")
	rev := rq.URL.Query().Get("ref")
	c := rq.repo.revision(rev)
	if c == nil {
		return fail(http.StatusNotFound, "No commit found for the ref "+rev)
	}
	if id, found := c.blob(path); found {
		return rq.file(path, id)
	}
	entries := c.folder(path)
	if len(entries) == 0 {
		return notFound()
	}
	list := []any{}
	for _, e := range entries {
		o := rq.content(e.path, e.oid, len(rq.s.world.blobs[e.oid]))
		if e.folder {
			o["type"], o["size"], o["download_url"] = "dir", 0, nil
		}
		list = append(list, o)
	}
	return ok(list)
}

const (
	maxInline = 1 << 20 // a larger file comes without its content
	maxRaw    = 100 << 20
)

func (rq *request) file(path, id string) answer {
	text := rq.s.world.blobs[id]
	if len(text) > maxRaw {
		return fail(http.StatusForbidden, "This API returns blobs up to 100 MB in size.")
	}
	if strings.Contains(rq.Header.Get("Accept"), "raw") {
		return answer{status: http.StatusOK, raw: []byte(text), media: "application/vnd.github.raw+json; charset=utf-8"}
	}
	o := rq.content(path, id, len(text))
	o["encoding"], o["content"] = "base64", wrap(base64.StdEncoding.EncodeToString([]byte(text)))
	if len(text) > maxInline {
		o["encoding"], o["content"] = "none", ""
	}
	return ok(o)
}

func (rq *request) content(path, id string, size int) object {
	self := rq.api + "/repos/" + rq.repo.FullName() + "/contents/" + path
	git := rq.api + "/repos/" + rq.repo.FullName() + "/git/blobs/" + id
	html := rq.html(rq.repo.FullName() + "/blob/HEAD/" + path)
	return object{
		"type": "file", "name": path[strings.LastIndexByte(path, '/')+1:], "path": path, "sha": id, "size": size, "url": self,
		"git_url": git, "html_url": html, "download_url": html + "?raw", "_links": object{"self": self, "git": git, "html": html},
	}
}

// wrap breaks base64 into lines of 60, as GitHub does.
func wrap(s string) string {
	var b strings.Builder
	for len(s) > 60 {
		b.WriteString(s[:60] + "\n")
		s = s[60:]
	}
	b.WriteString(s + "\n")
	return b.String()
}

// coarse is what GitHub's older field says of a role.
func coarse(role string) string {
	switch role {
	case "admin", "read", "none", "write":
		return role
	case "maintain":
		return "write"
	case "triage":
		return "read"
	}
	return "write" // a custom role on top of write
}

func getPermission(rq *request) answer {
	login := rq.PathValue("username")
	u := rq.s.world.users[strings.ToLower(login)]
	if u == nil {
		return fail(http.StatusNotFound, login+" is not a user")
	}
	role, ok := rq.repo.roles[strings.ToLower(login)]
	switch {
	case !ok && u == rq.repo.owner:
		role = "admin"
	case !ok && rq.repo.private:
		role = "none"
	case !ok:
		role = "read"
	}
	who := rq.user(u).(object)
	who["role_name"] = role
	who["permissions"] = object{
		"pull": role != "none", "triage": false, "push": coarse(role) == "write" || role == "admin", "maintain": role == "maintain",
		"admin": role == "admin",
	}
	return answer{status: http.StatusOK, body: object{"permission": coarse(role), "role_name": role, "user": who}}
}

func getMembership(rq *request) answer {
	team := strings.ToLower(rq.PathValue("org") + "/" + rq.PathValue("team_slug"))
	login := strings.ToLower(rq.PathValue("username"))
	state := rq.s.world.teams[team][login]
	if state == "" {
		return notFound()
	}
	return ok(object{"url": rq.api + "/teams/1/memberships/" + login, "role": "member", "state": state})
}

func listJobs(rq *request) answer {
	run := int64(rq.number("run_id"))
	var jobs []job
	for _, j := range rq.s.world.jobs[run] {
		if j.repo == rq.repo {
			jobs = append(jobs, j)
		}
	}
	list, header := page(rq, jobs, func(j job) any {
		self := rq.api + "/repos/" + j.repo.FullName()
		return object{
			"id": j.id, "node_id": "J_" + itoa(int(j.id)), "run_id": j.run, "run_url": self + "/actions/runs/" + itoa(int(j.run)),
			"head_sha": j.sha, "head_branch": nil, "workflow_name": "ci", "name": j.name, "url": self + "/actions/jobs/" + itoa(int(j.id)),
			"html_url": nil, "status": "in_progress", "conclusion": nil, "started_at": stamp(j.created), "created_at": stamp(j.created),
			"completed_at": nil, "check_run_url": self + "/check-runs/" + itoa(int(j.id)), "labels": []string{}, "runner_id": nil,
			"runner_name": nil, "runner_group_id": nil, "runner_group_name": nil,
		}
	})
	return answer{status: http.StatusOK, body: object{"total_count": len(jobs), "jobs": list}, header: header}
}
