package metrics

import "slices"

// events are those that an App of ours may get; the others are counted together.
// https://docs.github.com/webhooks/webhook-events-and-payloads
var events = []string{
	"check_run", "check_suite", "deployment", "deployment_protection_rule", "deployment_review", "deployment_status",
	"github_app_authorization", "installation", "installation_repositories", "installation_target", "issue_comment",
	"member", "membership", "merge_group", "meta", "organization", "ping", "public", "pull_request", "pull_request_review",
	"pull_request_review_comment", "pull_request_review_thread", "push", "repository", "status", "team", "team_add",
	Unverified,
}

// asking are the events that ask for work, so that what is not stored of them is
// missed.
var asking = []string{
	"check_run", "check_suite", "installation", "installation_repositories", "merge_group", "pull_request", "push", "repository",
}

// bounded returns an event that is known, or "other".
func bounded(event string) string {
	if slices.Contains(events, event) {
		return event
	}
	return "other"
}
