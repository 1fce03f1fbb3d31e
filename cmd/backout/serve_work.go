package main

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/gh"
	"github.com/backout-dev/backout/internal/metrics"
	"github.com/backout-dev/backout/internal/render"
	"github.com/backout-dev/backout/internal/server"
	"github.com/backout-dev/backout/internal/worker"
)

// waitInHand is how long a subject may wait for GitHub while it is in hand.
// Longer waits are the queue's.
const waitInHand = 2 * time.Second

// buttons are what the App's check run offers.
var buttons = []gate.Button{{Label: "Check again", Description: "Read and judge the pull request anew", Identifier: server.CheckAgain}}

// newWorker makes the worker of the App.
func newWorker(b backing) (subjectWorker, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// GitHub takes a hundred calls of an installation at once, and a new connection
	// for each would cost more than the call.
	transport.MaxIdleConnsPerHost, transport.MaxIdleConns = 128, 256
	app, err := gh.NewApp(b.settings.AppID, b.settings.PrivateKey, gh.Options{
		Hosts: b.settings.GitHub, UserAgent: "backout/" + b.host.version, MaxWait: waitInHand, Now: b.host.now, Hedge: true,
		Transport: counted{next: transport, metrics: b.metrics, base: b.settings.GitHub.REST.Path, now: b.host.now},
	})
	if err != nil {
		return nil, err
	}
	show := shower{engine: b.host.version, flips: true}
	w := &worker.Worker{
		Queue: b.store, Records: b.store,
		Client: func(installation int64) (worker.Client, error) {
			c, err := app.Client(installation)
			if err != nil {
				return nil, err
			}
			return c.Unspent(), nil
		},
		Forget:   app.Forget,
		Gate:     gate.Gate{Options: gate.Options{Release: b.host.version}, Show: show.show(), Now: b.host.now, Sleep: pause, Buttons: buttons},
		Document: func(j gate.Judged) ([]byte, error) { return render.Kept(show.report(j, gate.Shared{})) },
		Observer: b.metrics, Log: b.log, Now: b.host.now,
		OrganisationRepository: b.settings.Organisation.Repository, OrganisationPath: b.settings.Organisation.Path,
		Policy: policyPath, CommentAfter: b.settings.CommentAfter,
	}
	return looking{w, func(ctx context.Context) { lookAtApp(ctx, app.Self, b.settings.PublicURL, b.log) }}, nil
}

// counted counts the calls to GitHub by route and status, and notes what the
// answers say of the rate limits.
type counted struct {
	next    http.RoundTripper
	metrics *metrics.Metrics
	base    string // path of the REST address
	now     func() time.Time
}

func (c counted) RoundTrip(r *http.Request) (*http.Response, error) {
	start := c.now()
	resp, err := c.next.RoundTrip(r)
	path := strings.TrimPrefix(r.URL.Path, strings.TrimSuffix(c.base, "/"))
	status := 0
	if err == nil {
		status = resp.StatusCode
		// An installation's token is asked for by the App itself, which has a limit of
		// its own.
		if of := gh.Installation(r.Context()); of != 0 && !strings.HasPrefix(path, "/app/") {
			c.noteLimit(of, resp.Header)
		}
	}
	c.metrics.Call(r.Method+" "+route(path), status, c.now().Sub(start))
	return resp, err
}

// noteLimit notes what an answer says, unless GitHub has no limit.
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
func (c counted) noteLimit(installation int64, h http.Header) {
	left, err := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	reset, err2 := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	if err == nil && err2 == nil {
		c.metrics.Remaining(installation, h.Get("X-RateLimit-Resource"), left, time.Unix(reset, 0))
	}
}

// route is the pattern of a path of GitHub's API: what names something is left
// out, so that there are few of them.
func route(path string) string {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, p := range parts {
		switch {
		case i == 1 && parts[0] == "repos":
			parts[i] = "{owner}"
		case i == 2 && parts[0] == "repos":
			parts[i] = "{repo}"
		case i > 0 && (parts[i-1] == "contents" || i > 6):
			return strings.Join(append(parts[:i], "{path}"), "/")
		case isID(p), i > 0 && named[parts[i-1]]:
			parts[i] = "{" + "id" + "}"
		}
	}
	return "/" + strings.Join(parts, "/")
}

// named are the parts behind which a name stands.
var named = map[string]bool{"commits": true, "collaborators": true, "orgs": true, "teams": true, "memberships": true}

var hexID = regexp.MustCompile(`^[0-9a-f]{7,64}$`)

func isID(s string) bool {
	_, err := strconv.ParseInt(s, 10, 64)
	return err == nil || hexID.MatchString(s)
}
