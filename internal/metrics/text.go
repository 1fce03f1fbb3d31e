package metrics

import (
	"slices"
	"strconv"
	"strings"
	"sync"
)

// contentType is that of the text format of Prometheus:
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
const contentType = "text/plain; version=0.0.4; charset=utf-8"

// The types of metrics.
const (
	counterType   = "counter"
	gaugeType     = "gauge"
	histogramType = "histogram"
	summaryType   = "summary"
)

// about is what a page says of a metric once, whatever its labels.
type about struct{ name, kind, help string }

// page is what is shown.
type page struct{ text []byte }

// begin says what the lines that follow are about.
func (p *page) begin(a about) {
	p.text = append(p.text, "# HELP "+a.name+" "+helpEscapes.Replace(a.help)+"\n# TYPE "+a.name+" "+a.kind+"\n"...)
}

// line is one value. Labels are as labels makes them.
func (p *page) line(name, labels string, value float64) {
	p.text = append(p.text, name...)
	if labels != "" {
		p.text = append(p.text, "{"+labels+"}"...)
	}
	p.text = append(p.text, ' ')
	p.text = strconv.AppendFloat(p.text, value, 'g', -1, 64)
	p.text = append(p.text, '\n')
}

// one is a metric without labels.
func (p *page) one(a about, value float64) {
	p.begin(a)
	p.line(a.name, "", value)
}

var (
	helpEscapes  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	labelEscapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)

// labels are labels as a page shows them.
func labels(names []string, values ...string) string {
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(name + `="`)
		_, _ = labelEscapes.WriteString(&b, strings.ToValidUTF8(values[i], "\uFFFD"))
		b.WriteByte('"')
	}
	return b.String()
}

// counter counts, by labels.
type counter struct {
	about
	labels []string

	mu     sync.Mutex
	counts map[string]uint64 // by labels as they are shown
}

func newCounter(name, help string, labels ...string) *counter {
	return &counter{about: about{name, counterType, help}, labels: labels, counts: map[string]uint64{}}
}

func (c *counter) count(values ...string) { c.add(1, values...) }

// start shows 0 from the beginning on: Prometheus sees no increase in what was not
// there before.
func (c *counter) start(values ...string) { c.add(0, values...) }

func (c *counter) add(n uint64, values ...string) {
	of := labels(c.labels, values...)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[of] += n
}

func (c *counter) show(p *page) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.counts) > 0 {
		p.begin(c.about)
	}
	for _, of := range sorted(c.counts) {
		p.line(c.name, of, float64(c.counts[of]))
	}
}

// histogram counts times by how long they were, in seconds, by labels.
type histogram struct {
	about
	labels []string
	bounds []float64

	mu     sync.Mutex
	series map[string]*series // by labels as they are shown
}

// series is what was counted with the same labels.
type series struct {
	counts []uint64 // up to each bound, without those up to the one before; the last is of those above all
	sum    float64
}

// newHistogram makes a histogram. Without labels it is shown before anything
// was counted.
func newHistogram(name, help string, bounds []float64, labels ...string) *histogram {
	h := &histogram{about: about{name, histogramType, help}, labels: labels, bounds: bounds, series: map[string]*series{}}
	if len(labels) == 0 {
		h.of("")
	}
	return h
}

func (h *histogram) of(labels string) *series {
	s := h.series[labels]
	if s == nil {
		s = &series{counts: make([]uint64, len(h.bounds)+1)}
		h.series[labels] = s
	}
	return s
}

func (h *histogram) observe(seconds float64, values ...string) {
	of := labels(h.labels, values...)
	at, _ := slices.BinarySearch(h.bounds, seconds) // a bound belongs to what is below it
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.of(of)
	s.counts[at]++
	s.sum += seconds
}

func (h *histogram) show(p *page) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.series) > 0 {
		p.begin(h.about)
	}
	for _, of := range sorted(h.series) {
		s, upTo, comma := h.series[of], uint64(0), ""
		if of != "" {
			comma = ","
		}
		for i, n := range s.counts {
			bound := "+Inf"
			if i < len(h.bounds) {
				bound = strconv.FormatFloat(h.bounds[i], 'g', -1, 64)
			}
			upTo += n
			p.line(h.name+"_bucket", of+comma+`le="`+bound+`"`, float64(upTo))
		}
		p.line(h.name+"_sum", of, s.sum)
		p.line(h.name+"_count", of, float64(upTo))
	}
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
