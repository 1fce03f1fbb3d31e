package main

import (
	"regexp"
	"strconv"
	"strings"
)

// output is what "go test -bench" printed.
type output struct {
	results []result
	failed  bool
}

// result is one line of a benchmark.
type result struct {
	name    string // without the number of processors
	metrics map[string]float64
}

var processors = regexp.MustCompile(`-\d+$`)

func parseOutput(text string) output {
	var o output
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0:
		case fields[0] == "FAIL" || strings.HasPrefix(line, "--- FAIL") || fields[0] == "panic:":
			o.failed = true
		// A name, how often it ran, then pairs of a value and its metric.
		case strings.HasPrefix(fields[0], "Benchmark") && len(fields) >= 4:
			r := result{name: processors.ReplaceAllString(fields[0], ""), metrics: map[string]float64{}}
			for i := 2; i+1 < len(fields); i += 2 {
				value, err := strconv.ParseFloat(fields[i], 64)
				if err != nil {
					break
				}
				r.metrics[fields[i+1]] = value
			}
			o.results = append(o.results, r)
		}
	}
	return o
}

// find returns the worst result of the benchmarks that a pattern names, with
// how many there are.
func (o output) find(pattern, metric string) (worst result, count int) {
	for _, r := range o.results {
		value, ok := r.metrics[metric]
		if !ok || !match(pattern, r.name) {
			continue
		}
		if count == 0 || value > worst.metrics[metric] {
			worst = r
		}
		count++
	}
	return worst, count
}

// match is exact, but for a star at the end.
func match(pattern, name string) bool {
	prefix, star := strings.CutSuffix(pattern, "*")
	if star {
		return strings.HasPrefix(name, prefix)
	}
	return name == pattern
}
