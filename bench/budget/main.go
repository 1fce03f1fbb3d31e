// Budget holds the output of "go test -bench" against a file of budgets. It
// copies what it reads from standard input to standard output, adds one line a
// budget, and exits with status 1 when a budget is broken, a benchmark failed, or a
// budget has no benchmark.
//
//	go test -bench=. ./... | go run ./budget -factor=5 budgets.txt
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	factor := flag.Float64("factor", 1, "how many times its budget a `time` may take; other metrics get no such room")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: go test -bench=. ./... | budget [-factor=5] budgets.txt")
		os.Exit(2)
	}
	ok, err := run(os.Stdin, os.Stdout, flag.Arg(0), *factor)
	if err != nil {
		fmt.Fprintln(os.Stderr, "budget:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer, file string, factor float64) (bool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return false, err
	}
	budgets, err := parseBudgets(string(text))
	if err != nil {
		return false, fmt.Errorf("%s: %w", file, err)
	}
	var output bytes.Buffer
	if _, err := io.Copy(io.MultiWriter(out, &output), in); err != nil {
		return false, fmt.Errorf("read the benchmarks: %w", err)
	}
	measured := parseOutput(output.String())

	ok := !measured.failed
	fmt.Fprintln(out)
	for _, b := range budgets {
		line, held := b.hold(measured, factor)
		fmt.Fprintln(out, line)
		ok = ok && held
	}
	if measured.failed {
		fmt.Fprintln(out, "broken: a benchmark failed")
	}
	return ok, nil
}
