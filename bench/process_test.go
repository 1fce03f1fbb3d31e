//go:build linux

package bench

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan/hostile"
)

// first asks a process to judge the typical change and end.
const first = "BACKOUT_BENCH_FIRST"

// TestMain lets a benchmark start a process that has done nothing else before.
func TestMain(m *testing.M) {
	if os.Getenv(first) == "" {
		os.Exit(m.Run())
	}
	change := Typical()
	start := time.Now()
	checks.Evaluate(Policy(), change, at)
	fmt.Println(time.Since(start).Nanoseconds())
}

// BenchmarkFirst judges the typical change as the first thing that a process
// does, as the command line does: word lists and patterns are read on the way.
func BenchmarkFirst(b *testing.B) {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	total := 0
	for range b.N {
		run := exec.CommandContext(b.Context(), self)
		run.Env = append(os.Environ(), first+"=1")
		run.Stderr = os.Stderr
		out, err := run.Output()
		if err != nil {
			b.Fatal(err)
		}
		var nanoseconds int
		if _, err := fmt.Sscan(string(out), &nanoseconds); err != nil {
			b.Fatalf("%v in %q", err, out)
		}
		total += nanoseconds
	}
	b.ReportMetric(float64(total)/float64(b.N), "ns/op")
}

// BenchmarkPeak measures the largest resident size of this process while it
// judges the largest diff with a hostile description.
func BenchmarkPeak(b *testing.B) {
	policy := Policy()
	change := Largest("")
	for _, c := range hostile.All() {
		b.Run(c.Name, func(b *testing.B) {
			change.Body = c.Make(checks.MaxDescription)
			peak := 0
			for range b.N {
				debug.FreeOSMemory()
				if err := forgetPeak(); err != nil {
					b.Skip(err)
				}
				checks.Evaluate(policy, change, at)
				kilobytes, err := peakSize()
				if err != nil {
					b.Fatal(err)
				}
				peak = max(peak, kilobytes)
			}
			b.ReportMetric(float64(peak)*1024, "peak-bytes")
		})
	}
}

// forgetPeak has the kernel measure the peak from now on: see proc(5), clear_refs.
func forgetPeak() error {
	return os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}

func peakSize() (kilobytes int, err error) {
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
