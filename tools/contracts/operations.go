package main

// operations are the REST operations that the program calls or will call.
var operations = map[string][]string{
	"/app": {"get"},
	"/app/installations/{installation_id}/access_tokens": {"post"},
	"/installation/repositories":                         {"get"},
	"/meta":                                              {"get"},
	"/rate_limit":                                        {"get"},
	"/orgs/{org}/teams/{team_slug}/memberships/{username}":      {"get"},
	"/repos/{owner}/{repo}":                                     {"get"},
	"/repos/{owner}/{repo}/activity":                            {"get"},
	"/repos/{owner}/{repo}/actions/runs/{run_id}/jobs":          {"get"},
	"/repos/{owner}/{repo}/check-runs":                          {"post"},
	"/repos/{owner}/{repo}/check-runs/{check_run_id}":           {"get", "patch"},
	"/repos/{owner}/{repo}/collaborators/{username}/permission": {"get"},
	"/repos/{owner}/{repo}/commits":                             {"get"},
	"/repos/{owner}/{repo}/commits/{commit_sha}/pulls":          {"get"},
	"/repos/{owner}/{repo}/commits/{ref}/check-runs":            {"get"},
	"/repos/{owner}/{repo}/contents/{path}":                     {"get"},
	"/repos/{owner}/{repo}/issues/{issue_number}/comments":      {"get", "post"},
	"/repos/{owner}/{repo}/issues/{issue_number}/events":        {"get"},
	"/repos/{owner}/{repo}/issues/{issue_number}/timeline":      {"get"},
	"/repos/{owner}/{repo}/issues/comments/{comment_id}":        {"patch", "delete"},
	"/repos/{owner}/{repo}/pulls":                               {"get"},
	"/repos/{owner}/{repo}/pulls/{pull_number}":                 {"get"},
	"/repos/{owner}/{repo}/pulls/{pull_number}/commits":         {"get"},
	"/repos/{owner}/{repo}/pulls/{pull_number}/files":           {"get"},
}
