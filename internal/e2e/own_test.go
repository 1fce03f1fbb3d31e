package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/testgithub"
)

// BenchmarkAction is what the Action takes for a pull request whose verdict
// stands already, with a GitHub beside it that answers at once: from the start of
// the program to its end. It reports the fastest run, with the time of that
// GitHub in it, and the largest memory.
//
//	go test ./internal/e2e -run='^$' -bench=Action
func BenchmarkAction(b *testing.B) {
	dir := b.TempDir()
	file := filepath.Join(dir, "backout")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", file, "./cmd/backout")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	s, err := testgithub.New(testgithub.Options{Kind: true, NoContracts: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.Close)
	repo := s.Repo("acme/shop")
	repo.Commit("main", map[string]string{"cart/round.go": "package cart\n"})
	s.Repo("acme/.github")
	pull := repo.AddPull(testgithub.NewPull{Body: poor, Files: []testgithub.File{testgithub.Edit("cart/round.go", "package cart\n\nfunc round() {}\n")}})
	event := filepath.Join(dir, "event.json")
	if err := os.WriteFile(event, fmt.Appendf(nil, `{"pull_request":{"number":%d}}`, pull.Number()), 0o600); err != nil {
		b.Fatal(err)
	}
	env := append(append(os.Environ(), s.Env()...), "INPUT_TOKEN="+testgithub.WriteToken, "GITHUB_EVENT_NAME=pull_request",
		"GITHUB_EVENT_PATH="+event, "GITHUB_REPOSITORY=acme/shop")
	fastest, peak := time.Hour, int64(0)
	for b.Loop() {
		c := exec.Command(file, "action")
		c.Env = env
		start := time.Now()
		out, _ := c.CombinedOutput()
		fastest = min(fastest, time.Since(start))
		if c.ProcessState.ExitCode() != 1 {
			b.Fatalf("%s: %s", c.ProcessState, out)
		}
		if usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
			peak = max(peak, usage.Maxrss)
		}
	}
	b.ReportMetric(float64(fastest.Microseconds())/1000, "fastest-ms")
	b.ReportMetric(float64(peak)/1024, "peak-MB")
}
