package main

import (
	"fmt"
	"strconv"
	"strings"
)

// budget is the most that a metric may be: a number, or some times what another
// benchmark measured in the same run.
type budget struct {
	pattern, metric string
	limit           float64
	times           string // the other benchmark, empty for a number
	open            bool   // no limit: only shown
}

// parseBudgets reads lines of three columns: a benchmark (a star at its end stands
// for anything), a metric, and a number, "2 x Benchmark", or "-" for what is only
// shown. A # starts a comment.
func parseBudgets(text string) ([]budget, error) {
	var all []budget
	number := 0
	for line := range strings.Lines(text) {
		number++
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 3 && (len(fields) != 5 || fields[3] != "x") {
			return nil, fmt.Errorf("line %d: want a benchmark, a metric and a limit", number)
		}
		b := budget{pattern: fields[0], metric: fields[1], open: fields[2] == "-"}
		if !b.open {
			var err error
			if b.limit, err = strconv.ParseFloat(fields[2], 64); err != nil {
				return nil, fmt.Errorf("line %d: %q is no limit", number, fields[2])
			}
		}
		if len(fields) == 5 {
			b.times = fields[4]
		}
		all = append(all, b)
	}
	return all, nil
}

// hold says in one line how a budget stands, and whether it is kept.
func (b budget) hold(o output, factor float64) (string, bool) {
	worst, count := o.find(b.pattern, b.metric)
	if count == 0 {
		return fmt.Sprintf("broken: %s measured no %s", b.pattern, b.metric), false
	}
	value := worst.metrics[b.metric]
	if b.open {
		return fmt.Sprintf("shown: %s takes %s", b.pattern, amount(value, b.metric)), true
	}
	limit := b.limit
	if b.times != "" {
		other, found := o.find(b.times, b.metric)
		if found == 0 {
			return fmt.Sprintf("broken: %s is measured against %s, which did not run", b.pattern, b.times), false
		}
		limit *= other.metrics[b.metric]
	}
	// Only times depend on how busy the machine is.
	allowed := limit
	if b.metric == "ns/op" {
		allowed *= factor
	}

	word := "kept"
	if value > limit {
		word = "over"
	}
	if value > allowed {
		word = "broken"
	}
	line := fmt.Sprintf("%s: %s takes %s of %s (%.2f of the budget)",
		word, b.pattern, amount(value, b.metric), amount(limit, b.metric), value/limit)
	if count > 1 {
		line += fmt.Sprintf("; worst of %d: %s", count, worst.name)
	}
	return line, value <= allowed
}

func amount(value float64, metric string) string {
	switch {
	case metric == "ns/op" && value >= 1e6:
		return fmt.Sprintf("%.1f ms", value/1e6)
	case metric == "ns/op":
		return fmt.Sprintf("%.1f µs", value/1e3)
	case strings.HasSuffix(metric, "bytes") || metric == "B/op":
		return fmt.Sprintf("%.1f MB", value/(1<<20))
	}
	return fmt.Sprintf("%g %s", value, metric)
}
