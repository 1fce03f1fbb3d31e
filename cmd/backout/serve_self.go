package main

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/gh"
)

// What the App must be registered with for what it does now. docs/deploy.md lists
// what later releases use, too, so that no owner has to accept anything again.
var (
	neededPermissions = map[string]string{
		"checks": "write", "contents": "read", "issues": "read", "members": "read", "merge_queues": "read", "metadata": "read",
		"pull_requests": "write",
	}
	neededEvents = []string{"check_run", "check_suite", "merge_group", "pull_request", "push", "repository"}
)

// lookAtApp says in the log what is wrong with how the App is registered, so that
// it shows when the server starts and not with the first pull request. Nothing
// depends on it.
func lookAtApp(ctx context.Context, self func(context.Context) (gh.Self, error), public *url.URL, log *slog.Logger) {
	defer func() {
		if p := recover(); p != nil {
			log.Error("internal error", "err", p, "stack", string(debug.Stack()))
		}
	}()
	s, err := self(ctx)
	var refused *gate.Refused
	switch {
	case ctx.Err() != nil:
		return
	case errors.As(err, &refused):
		log.Error("GitHub does not take this for an App", "err", err, "fix", "see that app-id and the private key are of one App, on the GitHub of github-url")
		return
	case err != nil:
		log.Warn("GitHub could not be asked about the App", "err", err,
			"fix", "see that this machine reaches GitHub's API (github-url, a proxy in HTTPS_PROXY, a firewall); deliveries are stored meanwhile")
		return
	}
	log.Info("the App is known to GitHub", "app", s.Slug)
	if missing := missingPermissions(s.Permissions); len(missing) > 0 {
		log.Warn("the App is registered without permissions that it needs", "missing", strings.Join(missing, ", "),
			"fix", "add them on the App's page under Permissions & events, and accept them where it is installed")
	}
	missing := slices.DeleteFunc(slices.Clone(neededEvents), func(e string) bool { return slices.Contains(s.Events, e) })
	if len(missing) > 0 {
		log.Warn("the App is not subscribed to events that it needs", "missing", strings.Join(missing, ", "), "fix", "tick them on the App's page under Permissions & events")
	}
	if s.Form == "form" {
		log.Warn("the App's webhook sends forms", "fix", "choose the content type application/json on the App's page")
	}
	if u, err := url.Parse(s.Webhook); err == nil && public != nil && s.Webhook != "" {
		if here := public.JoinPath("webhook"); u.String() != here.String() {
			log.Warn("the App's webhook leads elsewhere", "webhook", u.Redacted(), "here", here.Redacted(),
				"fix", "mend the webhook's URL on the App's page, or public-url here")
		}
	}
}

// looking is a worker that looks at the App when it begins.
type looking struct {
	subjectWorker
	look func(context.Context)
}

// Run implements subjectWorker.
func (l looking) Run(ctx context.Context) error {
	var looked sync.WaitGroup
	defer looked.Wait()
	looked.Go(func() { l.look(ctx) })
	return l.subjectWorker.Run(ctx)
}

// missingPermissions lists what is needed and not there, as "checks: write".
func missingPermissions(has map[string]string) []string {
	level := map[string]int{"": 0, "read": 1, "write": 2, "admin": 3}
	var missing []string
	for _, name := range slices.Sorted(maps.Keys(neededPermissions)) {
		if need := neededPermissions[name]; level[has[name]] < level[need] {
			missing = append(missing, name+": "+need)
		}
	}
	return missing
}
