//go:build linux

package bench

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan/hostile"
)

// only names the one change that this process judges: the name of a hostile
// case, or nothing for the typical change.
const only = "BACKOUT_BENCH_ONLY"

// TestMain judges one change and ends when it is asked to: that is how a
// benchmark gets a process that has done nothing else.
func TestMain(m *testing.M) {
	name, ok := os.LookupEnv(only)
	if !ok {
		os.Exit(m.Run())
	}
	if err := judgeOnly(name); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judgeOnly(name string) error {
	change := Typical()
	if name != "" {
		body, err := hostileBody(name)
		if err != nil {
			return err
		}
		change = Largest(body)
	}
	start := time.Now()
	checks.Evaluate(Policy(), change, at)
	elapsed := time.Since(start)
	kilobytes, err := highWater()
	if err != nil {
		return err
	}
	fmt.Println(kilobytes, elapsed.Nanoseconds())
	return nil
}

func hostileBody(name string) (string, error) {
	for _, c := range hostile.All() {
		if c.Name == name {
			return c.Make(checks.MaxDescription), nil
		}
	}
	return "", fmt.Errorf("no hostile case %q", name)
}

// highWater returns the kilobytes of memory that this process held at most. What
// the parent is told about a child would count the parent's own memory from
// before the program was replaced.
func highWater() (kilobytes int, err error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, ok := strings.Cut(string(status), "VmHWM:")
	if !ok {
		return 0, errors.New("/proc/self/status has no VmHWM")
	}
	_, err = fmt.Sscan(rest, &kilobytes)
	return kilobytes, err
}

// BenchmarkFirst judges the typical change as the first thing that a process
// does, as the command line does: word lists and patterns are read on the way.
func BenchmarkFirst(b *testing.B) {
	var total int
	for range b.N {
		_, nanoseconds := inProcess(b, "")
		total += nanoseconds
	}
	b.ReportMetric(float64(total)/float64(b.N), "ns/op")
}

// BenchmarkPeak measures the peak resident size of a process that judges one
// hostile case with the largest diff, once.
func BenchmarkPeak(b *testing.B) {
	for _, c := range hostile.All() {
		b.Run(c.Name, func(b *testing.B) {
			peak := 0
			for range b.N {
				kilobytes, _ := inProcess(b, c.Name)
				peak = max(peak, kilobytes)
			}
			b.ReportMetric(float64(peak)*1024, "peak-bytes")
		})
	}
}

func inProcess(b *testing.B, name string) (kilobytes, nanoseconds int) {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	run := exec.CommandContext(b.Context(), self)
	run.Env = append(os.Environ(), only+"="+name)
	run.Stderr = os.Stderr
	out, err := run.Output()
	if err != nil {
		b.Fatalf("judge %q: %v", name, err)
	}
	if _, err := fmt.Sscan(string(out), &kilobytes, &nanoseconds); err != nil {
		b.Fatalf("judge %q: %v in %q", name, err, out)
	}
	return kilobytes, nanoseconds
}
