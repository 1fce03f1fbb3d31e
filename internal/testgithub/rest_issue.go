package testgithub

import (
	"encoding/json"
	"fmt"
	"net/http"
	"unicode/utf8"
)

// maxText is how many characters a description or a comment may have.
const maxText = 65536

func (rq *request) comment(c *comment) object {
	r := c.pull.repo
	return object{
		"id": c.id, "node_id": c.node, "body": c.body, "user": rq.user(c.by), "author_association": "NONE",
		"url":        fmt.Sprintf("%s/repos/%s/issues/comments/%d", rq.api, r.FullName(), c.id),
		"issue_url":  fmt.Sprintf("%s/repos/%s/issues/%d", rq.api, r.FullName(), c.pull.number),
		"html_url":   rq.html(fmt.Sprintf("%s/pull/%d#issuecomment-%d", r.FullName(), c.pull.number, c.id)),
		"created_at": stamp(c.created), "updated_at": stamp(c.updated), "performed_via_github_app": rq.app(c.app),
	}
}

// talk is the pull request whose conversation is asked for. It is never stale.
func (rq *request) talk() *Pull { return rq.repo.pull(rq.number("issue_number")) }

func listComments(rq *request) answer {
	p := rq.talk()
	if p == nil {
		return notFound()
	}
	return listed(rq, p.comments, func(c *comment) any { return rq.comment(c) })
}

func (rq *request) text() (string, answer) {
	var f struct {
		Body string `json:"body"`
	}
	if err := json.Unmarshal(rq.payload, &f); err != nil {
		return "", fail(http.StatusBadRequest, "Problems parsing JSON")
	}
	if utf8.RuneCountInString(f.Body) > maxText {
		return "", invalid("IssueComment", "body", fmt.Sprintf("body is too long (maximum is %d characters)", maxText))
	}
	if f.Body == "" {
		return "", invalid("IssueComment", "body", "body cannot be blank")
	}
	return f.Body, answer{}
}

func createComment(rq *request) answer {
	p := rq.talk()
	if p == nil {
		return notFound()
	}
	body, bad := rq.text()
	if bad.status != 0 {
		return bad
	}
	a := ok(rq.comment(p.addComment(rq.token.by, rq.s.world.apps[rq.token.App.ID], body)))
	a.status = http.StatusCreated
	return a
}

func updateComment(rq *request) answer {
	c := rq.repo.comments[int64(rq.number("comment_id"))]
	if c == nil {
		return notFound()
	}
	body, bad := rq.text()
	if bad.status != 0 {
		return bad
	}
	c.body, c.updated = body, rq.s.now()
	c.pull.now.updated = rq.s.now()
	return ok(rq.comment(c))
}

func deleteComment(rq *request) answer {
	c := rq.repo.comments[int64(rq.number("comment_id"))]
	if c == nil {
		return notFound()
	}
	rq.repo.deleteComment(c)
	return answer{status: http.StatusNoContent}
}

func (rq *request) event(e event) object {
	o := object{
		"id": e.id, "node_id": e.node, "event": e.kind, "actor": rq.user(e.by), "created_at": stamp(e.at), "commit_id": nil, "commit_url": nil,
		"performed_via_github_app": nil, "url": fmt.Sprintf("%s/repos/%s/issues/events/%d", rq.api, e.pull.repo.FullName(), e.id),
	}
	switch e.kind {
	case "labeled", "unlabeled":
		o["label"] = object{"name": e.label.name, "color": "ededed"}
	case "renamed":
		o["rename"] = object{"from": e.from, "to": e.to}
	case "merged", "head_ref_force_pushed":
		o["commit_id"], o["commit_url"] = e.to, rq.api+"/repos/"+e.pull.repo.FullName()+"/commits/"+e.to
	case "closed":
		o["state_reason"] = nil
	}
	return o
}

func listEvents(rq *request) answer {
	p := rq.talk()
	if p == nil {
		return notFound()
	}
	return listed(rq, p.events, func(e event) any { return rq.event(e) })
}

// listTimeline answers the commits, then events and comments by time.
func listTimeline(rq *request) answer {
	p := rq.talk()
	if p == nil {
		return notFound()
	}
	return listed(rq, p.timeline(), func(v any) any {
		switch v := v.(type) {
		case *commit:
			c := rq.commit(p.repo, v)
			git := c["commit"].(object)
			delete(c, "comments_url")
			delete(c, "commit")
			for _, k := range []string{"author", "committer", "message", "tree"} {
				c[k] = git[k]
			}
			for _, parent := range c["parents"].([]any) {
				parent.(object)["html_url"] = rq.html(p.repo.FullName())
			}
			c["event"], c["verification"] = "committed", object{"verified": false, "reason": "unsigned", "signature": nil, "payload": nil, "verified_at": nil}
			return c
		case *comment:
			c := rq.comment(v)
			c["event"], c["actor"] = "commented", c["user"]
			return c
		default:
			return rq.event(v.(event))
		}
	})
}
