package main

import (
	"strings"
	"testing"
)

const example = `goos: linux
BenchmarkRead/ours-2        	    100	     150000 ns/op	  86.36 MB/s	     640 B/op	       3 allocs/op
BenchmarkRead/theirs-2      	    100	     100000 ns/op
BenchmarkBomb/one,_deep-2   	      3	   40000000 ns/op
BenchmarkBomb/two-2         	      3	   90000000 ns/op
BenchmarkPeak/one           	      1	   12008873 ns/op	  12795904 peak-bytes
PASS
`

func TestHold(t *testing.T) {
	for _, test := range []struct {
		name, budget string
		output       string
		held         bool
		want         string
	}{
		{name: "within", budget: "BenchmarkRead/ours ns/op 150000", held: true, want: "kept: BenchmarkRead/ours takes 150.0 µs of 150.0 µs (1.00 of the budget)"},
		{name: "over, within the factor", budget: "BenchmarkRead/ours ns/op 30000", held: true, want: "over: BenchmarkRead/ours takes 150.0 µs of 30.0 µs (5.00 of the budget)"},
		{name: "beyond the factor", budget: "BenchmarkRead/ours ns/op 29999", want: "broken: BenchmarkRead/ours takes 150.0 µs of 30.0 µs (5.00 of the budget)"},
		{name: "twice another", budget: "BenchmarkRead/ours ns/op 2 x BenchmarkRead/theirs", held: true, want: "kept: BenchmarkRead/ours takes 150.0 µs of 200.0 µs (0.75 of the budget)"},
		{name: "another that did not run", budget: "BenchmarkRead/ours ns/op 2 x BenchmarkRead/none", want: "broken: BenchmarkRead/ours is measured against BenchmarkRead/none, which did not run"},
		{name: "the worst of many", budget: "BenchmarkBomb/* ns/op 50000000", held: true, want: "over: BenchmarkBomb/* takes 90.0 ms of 50.0 ms (1.80 of the budget); worst of 2: BenchmarkBomb/two"},
		{name: "memory gets no factor", budget: "BenchmarkPeak/* peak-bytes 12795903", want: "broken: BenchmarkPeak/* takes 12.2 MB of 12.2 MB (1.00 of the budget)"},
		{name: "only shown", budget: "BenchmarkRead/theirs ns/op -", held: true, want: "shown: BenchmarkRead/theirs takes 100.0 µs"},
		{name: "a benchmark that did not run", budget: "BenchmarkGone ns/op 1", want: "broken: BenchmarkGone measured no ns/op"},
	} {
		t.Run(test.name, func(t *testing.T) {
			budgets, err := parseBudgets("# a comment\n\n" + test.budget + "\n")
			if err != nil {
				t.Fatal(err)
			}
			line, held := budgets[0].hold(parseOutput(example), 5)
			if line != test.want || held != test.held {
				t.Errorf("got %q, %t\nwant %q, %t", line, held, test.want, test.held)
			}
		})
	}
}

func TestFailedBenchmarks(t *testing.T) {
	for _, text := range []string{"--- FAIL: BenchmarkRead\n", "FAIL\texample.com/bench 0.1s\n", "panic: no\n"} {
		if !parseOutput(example + text).failed {
			t.Errorf("%q is not taken for a failure", strings.TrimSpace(text))
		}
	}
	if parseOutput(example).failed {
		t.Error("a good run is taken for a failure")
	}
}

func TestBadBudgets(t *testing.T) {
	for text, want := range map[string]string{
		"BenchmarkRead ns/op":        "line 1: want a benchmark, a metric and a limit",
		"\nBenchmarkRead ns/op many": `line 2: "many" is no limit`,
	} {
		if _, err := parseBudgets(text); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}
