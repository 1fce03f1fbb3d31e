//go:build linux

package bench

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan/hostile"
)

const peakCase = "BACKOUT_BENCH_PEAK"

// TestMain judges one hostile case and ends when the variable names one: that is
// how BenchmarkPeak gets a process for each.
func TestMain(m *testing.M) {
	name, ok := os.LookupEnv(peakCase)
	if !ok {
		os.Exit(m.Run())
	}
	for _, c := range hostile.All() {
		if c.Name == name {
			checks.Evaluate(Policy(), Largest(c.Make(checks.MaxDescription)), at)
			fmt.Println(highWater())
			return
		}
	}
	fmt.Fprintf(os.Stderr, "no hostile case %q\n", name)
	os.Exit(1)
}

// BenchmarkPeak measures the peak resident size of a process that judges one
// hostile case with the largest diff, once.
func BenchmarkPeak(b *testing.B) {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range hostile.All() {
		b.Run(c.Name, func(b *testing.B) {
			var peak int
			for range b.N {
				run := exec.CommandContext(b.Context(), self)
				run.Env = append(os.Environ(), peakCase+"="+c.Name)
				run.Stderr = os.Stderr
				out, err := run.Output()
				if err != nil {
					b.Fatal(err)
				}
				var kilobytes int
				if _, err := fmt.Sscan(string(out), &kilobytes); err != nil {
					b.Fatalf("%v in %q", err, out)
				}
				peak = max(peak, kilobytes<<10)
			}
			b.ReportMetric(float64(peak), "peak-bytes")
		})
	}
}

// highWater returns the kilobytes of memory that this process held at most. What
// the parent is told about a child would count the parent's own memory from
// before the program was replaced.
func highWater() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err.Error()
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSuffix(strings.TrimSpace(line), " kB")
}
