package metrics

import (
	"slices"
	"strconv"
	"sync"
	"time"
)

// Call counts a call to GitHub. The route is a pattern without values
// ("GET /repos/{owner}/{repo}/pulls/{number}"). Status 0: there was no answer.
func (m *Metrics) Call(route string, status int, took time.Duration) {
	m.calls.count(route, strconv.Itoa(status))
	m.callTimes.observe(took.Seconds(), route)
}

// Remaining notes what an answer said of the rate limit of an installation:
// how many calls are left of a resource until the reset. Only "core" and
// "graphql" are shown, which are those that we use.
func (m *Metrics) Remaining(installation int64, resource string, left int, reset time.Time) {
	if slices.Contains(resources, resource) {
		m.remaining.note(installation, resource, left, reset)
	}
}

var (
	aboutRemaining = about{
		"backout_github_rate_limit_remaining", gaugeType,
		"Calls left until the reset, of the installation with the fewest, by resource.",
	}
	aboutInstallations = about{
		"backout_github_rate_limit_installations", gaugeType,
		"Installations that used the resource since its last reset.",
	}
)

// remaining keeps the rate limits of installations until their reset. It shows
// the worst, since there may be thousands.
type remaining struct {
	now func() time.Time

	mu     sync.Mutex
	limits map[limitOf]limit
}

type limitOf struct {
	installation int64
	resource     string
}

type limit struct {
	left  int
	reset time.Time
}

// resources are those of GitHub's that we use.
var (
	resources     = []string{"core", "graphql"}
	resourceLabel = []string{"resource"}
)

func (r *remaining) note(installation int64, resource string, left int, reset time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.limits == nil {
		r.limits = map[limitOf]limit{}
	}
	of := limitOf{installation, resource}
	if last, known := r.limits[of]; known && last.reset.Equal(reset) {
		left = min(left, last.left) // an answer may be overtaken
	}
	r.limits[of] = limit{left, reset}
}

func (r *remaining) show(p *page) {
	least, count := r.worst()
	p.begin(aboutInstallations)
	for _, resource := range resources {
		p.line(aboutInstallations.name, labels(resourceLabel, resource), float64(count[resource]))
	}
	if len(least) > 0 {
		p.begin(aboutRemaining)
	}
	for _, resource := range resources {
		if left, known := least[resource]; known {
			p.line(aboutRemaining.name, labels(resourceLabel, resource), float64(left))
		}
	}
}

// worst forgets what is over, and returns the fewest calls left of each resource
// and how many installations used it.
func (r *remaining) worst() (least, count map[string]int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	least, count = map[string]int{}, map[string]int{}
	now := r.now()
	for of, l := range r.limits {
		if !l.reset.After(now) {
			delete(r.limits, of)
			continue
		}
		if left, known := least[of.resource]; !known || l.left < left {
			least[of.resource] = l.left
		}
		count[of.resource]++
	}
	return least, count
}
