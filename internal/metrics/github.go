package metrics

import (
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Call counts a call to GitHub. The route is a pattern without values
// ("GET /repos/{owner}/{repo}/pulls/{number}"). Status 0: there was no answer.
func (m *Metrics) Call(route string, status int, took time.Duration) {
	m.calls.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.callTimes.WithLabelValues(route).Observe(took.Seconds())
}

// Remaining notes what an answer said of the rate limit of an installation:
// how many calls are left of a resource ("core", "graphql") until the reset.
func (m *Metrics) Remaining(installation int64, resource string, left int, reset time.Time) {
	m.remaining.note(installation, resource, left, reset)
}

var (
	remainingDesc = prometheus.NewDesc("backout_github_rate_limit_remaining",
		"Calls left until the reset, of the installation with the fewest, by resource.", []string{"resource"}, nil)
	installationsDesc = prometheus.NewDesc("backout_github_rate_limit_installations",
		"Installations that used the resource since its last reset.", []string{"resource"}, nil)
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
var resources = []string{"core", "graphql"}

func (r *remaining) note(installation int64, resource string, left int, reset time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.limits == nil {
		r.limits = map[limitOf]limit{}
	}
	r.limits[limitOf{installation, resource}] = limit{left, reset}
}

// Describe implements prometheus.Collector.
func (r *remaining) Describe(to chan<- *prometheus.Desc) {
	to <- remainingDesc
	to <- installationsDesc
}

// Collect implements prometheus.Collector.
func (r *remaining) Collect(to chan<- prometheus.Metric) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	for _, resource := range resources {
		least, count := 0, 0
		for of, l := range r.limits {
			switch {
			case !l.reset.After(now):
				delete(r.limits, of)
			case of.resource == resource:
				if count == 0 || l.left < least {
					least = l.left
				}
				count++
			}
		}
		to <- prometheus.MustNewConstMetric(installationsDesc, prometheus.GaugeValue, float64(count), resource)
		if count > 0 {
			to <- prometheus.MustNewConstMetric(remainingDesc, prometheus.GaugeValue, float64(least), resource)
		}
	}
}
