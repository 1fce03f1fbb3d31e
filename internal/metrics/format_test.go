package metrics_test

import (
	"maps"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/backout-dev/backout/internal/metrics"
)

// everything has counted something of each metric.
func everything() *metrics.Metrics {
	m := metrics.New("1.2.3", time.Now)
	m.Delivery("push", "stored", 0)
	m.Delivery("push", "ignored", time.Minute)
	m.Verdict("success", 0)
	m.Call("POST /graphql", 200, 0)
	m.Remaining(1, "core", 1, time.Now().Add(time.Hour))
	m.InFlight(func() int64 { return 0 })
	m.Watch(&state{})
	return m
}

// parse reads a page as Prometheus' own parser does.
func parse(t *testing.T, page string) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(page))
	if err != nil {
		t.Fatalf("%v in\n%s", err, page)
	}
	return families
}

func TestPrometheusReadsThePage(t *testing.T) {
	w := httptest.NewRecorder()
	everything().Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if got, want := expfmt.ResponseFormat(w.Result().Header), expfmt.NewFormat(expfmt.TypeTextPlain); got != want {
		t.Errorf("the format is %q, want %q", got, want)
	}
	for name, family := range parse(t, w.Body.String()) {
		if family.GetHelp() == "" || family.Type == nil {
			t.Errorf("%s has no help or no type", name)
		}
	}
	problems, err := promlint.New(strings.NewReader(w.Body.String())).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if !strings.HasPrefix(p.Metric, "go_") { // its own client has the same names
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
}

func TestTheProcessIsMeasuredAsPrometheusDoes(t *testing.T) {
	theirs := prometheus.NewRegistry()
	theirs.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gathered, err := theirs.Gather()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]dto.MetricType{}
	for _, family := range gathered {
		// What the network carries is that of the whole machine.
		if !strings.HasPrefix(family.GetName(), "process_network_") {
			want[family.GetName()] = family.GetType()
		}
	}
	got := map[string]dto.MetricType{}
	for name, family := range parse(t, page(t, everything())) {
		if !strings.HasPrefix(name, "backout_") {
			got[name] = family.GetType()
		}
	}
	if runtime.GOOS != "linux" {
		maps.DeleteFunc(want, func(name string, _ dto.MetricType) bool { return strings.HasPrefix(name, "process_") })
		delete(got, "process_start_time_seconds")
	}
	if !maps.Equal(got, want) {
		t.Errorf("metrics of the process:\n%v\nPrometheus' client has\n%v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}
