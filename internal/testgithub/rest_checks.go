package testgithub

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

func (rq *request) run(n *run) object {
	r := n.suite.repo
	self := fmt.Sprintf("%s/repos/%s/check-runs/%d", rq.api, r.FullName(), n.id)
	pulls := []any{}
	for _, p := range r.of(n.suite.sha) {
		if p.now.headRepo == r && p.now.open { // empty for a fork's
			pulls = append(pulls, rq.pullMinimal(p))
		}
	}
	details := n.detailsURL
	if details == "" {
		details = rq.html("apps/" + n.suite.app.Slug)
	}
	return object{
		"id": n.id, "node_id": n.node, "head_sha": n.suite.sha, "name": n.name, "url": self, "details_url": details,
		"html_url": rq.html(fmt.Sprintf("%s/runs/%d", r.FullName(), n.id)), "status": n.status, "conclusion": orNull(n.conclusion),
		"started_at": stamp(n.started), "completed_at": stamp(n.ended), "external_id": n.externalID,
		"check_suite": object{"id": n.suite.id}, "app": rq.app(n.suite.app), "pull_requests": pulls,
		"output": object{
			"title": orNull(n.title), "summary": orNull(n.summary), "text": orNull(n.text), "annotations_count": n.annotations,
			"annotations_url": self + "/annotations",
		},
	}
}

func (rq *request) pullMinimal(p *Pull) object {
	end := func(r *Repo, ref, sha string) object {
		return object{"ref": ref, "sha": sha, "repo": object{"id": r.id, "name": r.name, "url": rq.api + "/repos/" + r.FullName()}}
	}
	return object{
		"id": p.id, "number": p.number, "url": fmt.Sprintf("%s/repos/%s/pulls/%d", rq.api, p.repo.FullName(), p.number),
		"base": end(p.repo, p.now.base, p.now.baseOID), "head": end(p.now.headRepo, p.now.headBranch, p.now.head.oid),
	}
}

// listRuns answers newest first, as GitHub does.
func listRuns(rq *request) answer {
	c := rq.repo.revision(rq.PathValue("ref"))
	if c == nil {
		return fail(http.StatusUnprocessableEntity, "No commit found for SHA: "+rq.PathValue("ref"))
	}
	q := rq.URL.Query()
	var list []*run
	for _, s := range rq.repo.suites[c.oid] {
		if id := q.Get("app_id"); id != "" && id != itoa(int(s.app.ID)) {
			continue
		}
		runs := s.runs
		if q.Get("filter") != "all" {
			runs = latest(runs)
		}
		for _, n := range runs {
			if name := q.Get("check_name"); (name == "" || name == n.name) && (q.Get("status") == "" || q.Get("status") == n.status) {
				list = append(list, n)
			}
		}
	}
	slices.SortFunc(list, func(a, b *run) int { return int(b.id - a.id) })
	shown, header := page(rq, list, func(n *run) any { return rq.run(n) })
	return answer{status: http.StatusOK, body: object{"total_count": len(list), "check_runs": shown}, header: header}
}

func getRun(rq *request) answer {
	n := rq.repo.runByID[int64(rq.number("check_run_id"))]
	if n == nil {
		return notFound()
	}
	return ok(rq.run(n))
}

// runFields is what a request may say of a check run.
type runFields struct {
	Name        *string    `json:"name"`
	HeadSHA     string     `json:"head_sha"`
	DetailsURL  *string    `json:"details_url"`
	ExternalID  *string    `json:"external_id"`
	Status      string     `json:"status"`
	Conclusion  string     `json:"conclusion"`
	StartedAt   *time.Time `json:"started_at"`
	CompletedAt *time.Time `json:"completed_at"`
	Actions     *[]Action  `json:"actions"`
	Output      *struct {
		Title       *string `json:"title"`
		Summary     *string `json:"summary"`
		Text        *string `json:"text"`
		Annotations []any   `json:"annotations"`
	} `json:"output"`
}

// runFields reads a request. An empty name is go-github's of an update without
// one; what it would do is not described.
func (rq *request) runFields() (f runFields, bad answer) {
	switch err := json.Unmarshal(rq.payload, &f); {
	case err != nil:
		return f, fail(http.StatusBadRequest, "Problems parsing JSON")
	case f.Name != nil && *f.Name == "":
		return f, invalid("CheckRun", "name", "name can't be blank")
	case f.Status == "completed" && f.Conclusion == "":
		return f, invalid("CheckRun", "conclusion", "conclusion is required when the status is completed")
	}
	return f, answer{}
}

func createRun(rq *request) answer {
	f, bad := rq.runFields()
	if bad.status != 0 {
		return bad
	}
	if rq.token.App.ID == 0 {
		return fail(http.StatusForbidden, "You must authenticate via a GitHub App.")
	}
	if rq.s.world.commits[f.HeadSHA] == nil {
		return fail(http.StatusUnprocessableEntity, "No commit found for SHA: "+f.HeadSHA)
	}
	n := rq.repo.addRun(rq.s.world.apps[rq.token.App.ID], f.HeadSHA, *f.Name)
	n.started = rq.s.now()
	n.apply(f)
	a := ok(rq.run(n))
	a.status = http.StatusCreated
	return a
}

func updateRun(rq *request) answer {
	n := rq.repo.runByID[int64(rq.number("check_run_id"))]
	if n == nil {
		return notFound()
	}
	f, bad := rq.runFields()
	if bad.status != 0 {
		return bad
	}
	if id := rq.token.App.ID; id != n.suite.app.ID {
		return fail(http.StatusForbidden,
			fmt.Sprintf("Invalid app_id `%d` - check run can only be modified by the GitHub App that created it.", id))
	}
	set(&n.name, f.Name)
	n.apply(f)
	return ok(rq.run(n))
}

// apply writes the fields that were sent. A conclusion completes the run.
func (n *run) apply(f runFields) {
	at := n.suite.repo.s.now()
	n.modified = at
	set(&n.detailsURL, f.DetailsURL)
	set(&n.externalID, f.ExternalID)
	set(&n.actions, f.Actions)
	set(&n.started, f.StartedAt)
	if f.Status != "" {
		n.status = f.Status
		if f.Status != "completed" {
			n.conclusion, n.ended = "", time.Time{}
		}
	}
	if f.Conclusion != "" {
		n.status, n.conclusion, n.ended = "completed", f.Conclusion, at
	}
	set(&n.ended, f.CompletedAt)
	if o := f.Output; o != nil {
		set(&n.title, o.Title)
		set(&n.summary, o.Summary)
		set(&n.text, o.Text)
		n.annotations += len(o.Annotations)
	}
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}
