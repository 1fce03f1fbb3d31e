package testgithub

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// object is a JSON object.
type object = map[string]any

// route is an operation that the server knows.
type route struct {
	name    string // for Call.Route and Fault.Route
	pattern string
	needs   string // permission; empty: none
	app     bool   // asks for the App's own token, a JWT
	handle  func(*request) answer
}

func (rt *route) resource() string {
	if rt.name == "graphql" {
		return "graphql"
	}
	return "core"
}

func routes() []*route {
	const (
		repo   = "/repos/{owner}/{repo}"
		pull   = repo + "/pulls/{pull_number}"
		issue  = repo + "/issues/{issue_number}"
		talk   = "issues:write|pull_requests:write"
		listen = "issues:read|pull_requests:read"
	)
	return []*route{
		{"graphql", "POST /graphql", "", false, graphQL},
		{"GET repo", "GET " + repo, "metadata:read", false, getRepo},
		{"GET pulls", "GET " + repo + "/pulls", "pull_requests:read", false, listPulls},
		{"GET pull", "GET " + pull, "pull_requests:read", false, getPull},
		{"GET files", "GET " + pull + "/files", "pull_requests:read", false, listFiles},
		{"GET pull-commits", "GET " + pull + "/commits", "pull_requests:read", false, listPullCommits},
		{"GET commits", "GET " + repo + "/commits", "contents:read", false, listCommits},
		{"GET commit-pulls", "GET " + repo + "/commits/{commit_sha}/pulls", "pull_requests:read", false, listCommitPulls},
		{"GET check-runs", "GET " + repo + "/commits/{ref}/check-runs", "checks:read", false, listRuns},
		{"POST check-runs", "POST " + repo + "/check-runs", "checks:write", false, createRun},
		{"PATCH check-runs", "PATCH " + repo + "/check-runs/{check_run_id}", "checks:write", false, updateRun},
		{"GET check-run", "GET " + repo + "/check-runs/{check_run_id}", "checks:read", false, getRun},
		{"GET comments", "GET " + issue + "/comments", listen, false, listComments},
		{"POST comments", "POST " + issue + "/comments", talk, false, createComment},
		{"PATCH comments", "PATCH " + repo + "/issues/comments/{comment_id}", talk, false, updateComment},
		{"DELETE comments", "DELETE " + repo + "/issues/comments/{comment_id}", talk, false, deleteComment},
		{"GET timeline", "GET " + issue + "/timeline", listen, false, listTimeline},
		{"GET events", "GET " + issue + "/events", listen, false, listEvents},
		{"GET contents", "GET " + repo + "/contents/{path...}", "contents:read", false, getContents},
		{"GET permission", "GET " + repo + "/collaborators/{username}/permission", "metadata:read", false, getPermission},
		{"GET membership", "GET /orgs/{org}/teams/{team_slug}/memberships/{username}", "members:read", false, getMembership},
		{"GET activity", "GET " + repo + "/activity", "contents:read", false, listActivity},
		{"GET jobs", "GET " + repo + "/actions/runs/{run_id}/jobs", "actions:read", false, listJobs},
		{"GET rate_limit", "GET /rate_limit", "", false, getRateLimit},
		{"GET meta", "GET /meta", "", false, getMeta},
		{"GET app", "GET /app", "", true, getApp},
		{"GET hook-config", "GET /app/hook/config", "", true, getHookConfig},
		{"GET installation-repositories", "GET /installation/repositories", "metadata:read", false, listInstalled},
		{"POST access_tokens", "POST /app/installations/{installation_id}/access_tokens", "", true, createToken},
	}
}

func (s *Server) mux() *http.ServeMux {
	mux := http.NewServeMux()
	for _, rt := range routes() {
		mux.HandleFunc(rt.pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, rt) })
	}
	unknown := &route{name: "unknown", handle: func(rq *request) answer {
		rq.s.violation(fmt.Sprintf("%s %s: no such route in the test GitHub; see routes.go", rq.Method, rq.URL.Path))
		return fail(http.StatusNotFound, "Not Found")
	}}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, unknown) })
	return mux
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

func fail(status int, message string) answer {
	return answer{status: status, body: object{
		"message": message, "documentation_url": "https://docs.github.com/rest", "status": strconv.Itoa(status),
	}}
}

func notFound() answer { return fail(http.StatusNotFound, "Not Found") }

// invalid is GitHub's answer to a field that it does not take.
func invalid(resource, field, message string) answer {
	a := fail(http.StatusUnprocessableEntity, "Validation Failed")
	a.body.(object)["errors"] = []any{object{"resource": resource, "code": "custom", "field": field, "message": message}}
	return a
}

// page cuts the page out of a list that the query asks for, with its Link header.
func page[T any](rq *request, list []T, show func(T) any) ([]any, http.Header) {
	q := rq.URL.Query()
	size, number := atoi(q.Get("per_page"), 30), atoi(q.Get("page"), 1)
	size, number = min(max(size, 1), 100), max(number, 1)
	last := max(1, (len(list)+size-1)/size)
	from := min((number-1)*size, len(list))
	out := []any{}
	for _, v := range list[from:min(from+size, len(list))] {
		out = append(out, show(v))
	}
	var links []string
	link := func(n int, rel string) {
		q.Set("page", strconv.Itoa(n))
		u := url.URL{Path: rq.URL.Path, RawPath: rq.URL.RawPath, RawQuery: q.Encode()}
		links = append(links, fmt.Sprintf(`<%s%s>; rel=%q`, rq.api, u.RequestURI(), rel))
	}
	if number > 1 {
		link(number-1, "prev")
		link(1, "first")
	}
	if number < last {
		link(number+1, "next")
		link(last, "last")
	}
	if links == nil {
		return out, nil
	}
	return out, http.Header{"Link": {strings.Join(links, ", ")}}
}

func listed[T any](rq *request, list []T, show func(T) any) answer {
	body, header := page(rq, list, show)
	return answer{status: http.StatusOK, body: body, header: header}
}

func atoi(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return otherwise
}

func itoa(n int) string { return strconv.Itoa(n) }
