// Package action_test drives run.sh, the script that gets the program for the
// Action, as a runner would: by its environment alone.
package action_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const (
	version = "1.2.3"
	name    = "backout_1.2.3_linux_amd64.tar.gz"
	// program says how it was called.
	program = "#!/usr/bin/env bash\necho \"released: $*; policy=$(printenv INPUT_ORG-POLICY)\"\nexit 7\n"
	ran     = "released: action; policy=acme/.github:backout.yml\n"
)

// runner is a runner's folders and a mirror of the releases on loopback.
type runner struct {
	temp, cache, dir string
	env              map[string]string
	url              string
	downloads        atomic.Int32
}

// newRunner serves the archive, or 404 for everything where it is nil.
func newRunner(t *testing.T, archive []byte) *runner {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("run.sh is run on Windows by the job \"action\" of ci.yml")
	}
	r := &runner{temp: t.TempDir(), cache: t.TempDir(), dir: t.TempDir()}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.downloads.Add(1)
		if archive == nil || req.URL.Path != "/mirror/v1.2.3/"+name {
			http.NotFound(w, req)
			return
		}
		_, _ = w.Write(archive)
	}))
	t.Cleanup(server.Close)
	r.url = server.URL + "/mirror"
	r.env = map[string]string{
		"PATH": os.Getenv("PATH"), "HOME": t.TempDir(), "NO_PROXY": "127.0.0.1",
		"RUNNER_OS": "Linux", "RUNNER_ARCH": "X64", "RUNNER_TEMP": r.temp, "RUNNER_TOOL_CACHE": r.cache,
		"BACKOUT_VERSION": version, "BACKOUT_CHECKSUMS": sums(archive),
		"DOWNLOAD_URL": r.url, "INPUT_ORG-POLICY": "acme/.github:backout.yml",
	}
	return r
}

func sums(archive []byte) string {
	return fmt.Sprintf("%064d  backout_1.2.3_windows_amd64.tar.gz\n%x  %s\n", 0, sha256.Sum256(archive), name)
}

// run returns the exit status and what was printed.
func (r *runner) run(t *testing.T) (int, string) {
	t.Helper()
	script, err := filepath.Abs("run.sh")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "--noprofile", "--norc", script)
	cmd.Dir = r.dir
	for k, v := range r.env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// archive is a release's archive with the program inside.
func archive(t *testing.T, program string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, f := range []struct{ name, text string }{{"LICENSE", "words"}, {"backout", program}} {
		err := w.WriteHeader(&tar.Header{Name: f.name, Mode: 0o755, Size: int64(len(f.text))})
		if err == nil {
			_, err = w.Write([]byte(f.text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRelease(t *testing.T) {
	good := archive(t, program)
	tampered := archive(t, "#!/bin/sh\necho tampered\n")
	if runtime.GOOS != "windows" && len(tampered) == 0 {
		t.Fatal("no archive")
	}

	for _, test := range []struct {
		name   string
		serve  []byte
		change func(*runner)
		status int
		says   []string
	}{
		{name: "the archive of the release", serve: good, status: 7, says: []string{ran}},
		{
			name: "an archive that somebody changed", serve: tampered, status: 3,
			change: func(r *runner) { r.env["BACKOUT_CHECKSUMS"] = sums(good) },
			says:   []string{"is not the archive of this release", fmt.Sprintf("%x", sha256.Sum256(tampered)), fmt.Sprintf("%x", sha256.Sum256(good))},
		},
		{
			name: "half an archive", serve: good[:len(good)/2], status: 3,
			change: func(r *runner) { r.env["BACKOUT_CHECKSUMS"] = sums(good) },
			says:   []string{"is not the archive of this release"},
		},
		{
			name: "no checksum for the archive", serve: good, status: 3,
			change: func(r *runner) { r.env["BACKOUT_CHECKSUMS"] = strings.Split(sums(good), "\n")[0] },
			says:   []string{"has no checksum for " + name},
		},
		{
			name: "no checksums at all", serve: good, status: 3,
			change: func(r *runner) { delete(r.env, "BACKOUT_CHECKSUMS") },
			says:   []string{"has no checksum for " + name},
		},
		{
			name: "a checksum that is none", serve: good, status: 3,
			change: func(r *runner) { r.env["BACKOUT_CHECKSUMS"] = "*  " + name },
			says:   []string{"has no checksum for " + name},
		},
		{
			name: "nothing there", status: 3,
			says: []string{"could not be downloaded from http://127.0.0.1:", "input 'download-url'"},
		},
		{
			name: "a processor without an archive", serve: good, status: 2,
			change: func(r *runner) { r.env["RUNNER_ARCH"] = "ARM" },
			says:   []string{"no backout for this runner (Linux, ARM)", "input 'binary'"},
		},
		{
			name: "an unknown system", serve: good, status: 2,
			change: func(r *runner) { delete(r.env, "RUNNER_OS") },
			says:   []string{"no backout for this runner (no RUNNER_OS, X64)"},
		},
		{
			name: "another platform of the release", serve: good, status: 3,
			change: func(r *runner) { r.env["RUNNER_ARCH"] = "ARM64" },
			says:   []string{"has no checksum for backout_1.2.3_linux_arm64.tar.gz"},
		},
		{
			name: "a mirror whose address ends in a slash", serve: good, status: 7,
			change: func(r *runner) { r.env["DOWNLOAD_URL"] += "/" },
			says:   []string{ran},
		},
		{
			name: "an address that is a file's", serve: good, status: 2,
			change: func(r *runner) { r.env["DOWNLOAD_URL"] = "file:///etc" },
			says:   []string{"no http or https address: file:///etc"},
		},
		{
			name: "an address that would be a command", serve: good, status: 2,
			change: func(r *runner) { r.env["DOWNLOAD_URL"] = "x\n::set-output name=conclusion::success\n##[warning]y" },
			says:   []string{"x%0A::set-output name=conclusion::success%0A## [warning]y"},
		},
		{
			name: "no tool cache", serve: good, status: 7,
			change: func(r *runner) { delete(r.env, "RUNNER_TOOL_CACHE") },
			says:   []string{ran},
		},
		{
			name: "a tool cache that cannot be written", serve: good, status: 7,
			change: func(r *runner) { r.env["RUNNER_TOOL_CACHE"] = "/dev/null" },
			says:   []string{ran},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := newRunner(t, test.serve)
			if test.change != nil {
				test.change(r)
			}
			status, out := r.run(t)
			if status != test.status {
				t.Errorf("status %d, want %d", status, test.status)
			}
			for _, s := range test.says {
				if !strings.Contains(out, s) {
					t.Errorf("does not say %q", s)
				}
			}
			if status != 7 {
				r.nothingRan(t, out)
			}
			if t.Failed() {
				t.Log(out)
			}
		})
	}
}

// nothingRan holds that a failure is one annotation, and that nothing was
// unpacked and nothing kept.
func (r *runner) nothingRan(t *testing.T, out string) {
	t.Helper()
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "::") && !strings.HasPrefix(line, "::error title=backout::") {
			t.Errorf("another workflow command: %s", line)
		}
	}
	if n := strings.Count(out, "::error title=backout::"); n != 1 {
		t.Errorf("%d annotations, want 1", n)
	}
	if strings.Contains(out, "tampered") || strings.Contains(out, "released:") {
		t.Error("the program was run")
	}
	for _, pattern := range []string{r.temp + "/*/backout", r.cache + "/backout/*/*/*"} {
		if left, _ := filepath.Glob(pattern); len(left) > 0 {
			t.Errorf("left behind: %s", left)
		}
	}
}

func TestToolCache(t *testing.T) {
	good := archive(t, program)
	r := newRunner(t, good)
	for range 2 {
		if status, out := r.run(t); status != 7 || !strings.Contains(out, ran) {
			t.Fatalf("status %d:\n%s", status, out)
		}
	}
	if n := r.downloads.Load(); n != 1 {
		t.Errorf("%d downloads for two jobs, want 1", n)
	}

	// Another job of the same machine put its own program there.
	kept := filepath.Join(r.cache, "backout", version, "amd64", name)
	if err := os.WriteFile(kept, archive(t, "#!/bin/sh\necho tampered\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if status, out := r.run(t); status != 7 || !strings.Contains(out, ran) {
		t.Errorf("status %d:\n%s", status, out)
	}
	if n := r.downloads.Load(); n != 2 {
		t.Errorf("%d downloads, want 2: what was kept has another checksum", n)
	}
}

func TestBinary(t *testing.T) {
	for _, test := range []struct {
		name, binary string
		mode         os.FileMode
		status       int
		says         string
	}{
		{name: "by its path", binary: "tools/own", mode: 0o755, status: 7, says: ran},
		{name: "in the working directory", binary: "own", mode: 0o755, status: 7, says: ran},
		{name: "named like a command", binary: "false", mode: 0o755, status: 7, says: ran},
		{name: "not executable", binary: "own", mode: 0o644, status: 2, says: "cannot be run: own"},
		{name: "not there", binary: "own", status: 2, says: "names no file: own"},
		{name: "a folder", binary: "/", status: 2, says: "names no file: /"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRunner(t, nil)
			r.env["BINARY"] = test.binary
			// A runner that no release serves, which is what the input is for.
			r.env["RUNNER_OS"] = "FreeBSD"
			if test.mode != 0 {
				path := filepath.Join(r.dir, test.binary)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(program), test.mode); err != nil {
					t.Fatal(err)
				}
			}
			if status, out := r.run(t); status != test.status || !strings.Contains(out, test.says) {
				t.Errorf("status %d, want %d and %q:\n%s", status, test.status, test.says, out)
			}
			if n := r.downloads.Load(); n != 0 {
				t.Errorf("%d downloads, want none", n)
			}
		})
	}
}

// TestSource runs the script as main has it: no version, so that the program is
// built from the source beside it. Go itself is stood in for, so that the test
// says what was asked of it and takes no minute.
func TestSource(t *testing.T) {
	r := newRunner(t, nil)
	r.env["BACKOUT_VERSION"] = ""
	bin := t.TempDir()
	r.env["PATH"] = bin + ":" + r.env["PATH"]
	stand := "#!/bin/sh\necho \"go $* in $PWD\"\nwhile [ \"$1\" != -o ]; do shift; done\ncat >\"$2\" <<'END'\n" + program + "END\nchmod +x \"$2\"\n"
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(stand), 0o755); err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	status, out := r.run(t)
	for _, s := range []string{"go build -trimpath", "./cmd/backout in " + root, ran} {
		if !strings.Contains(out, s) {
			t.Errorf("does not say %q", s)
		}
	}
	if status != 7 || t.Failed() {
		t.Errorf("status %d:\n%s", status, out)
	}

	t.Run("without Go", func(t *testing.T) {
		tools := t.TempDir()
		for _, tool := range []string{"bash", "mktemp", "dirname"} {
			path, err := exec.LookPath(tool)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(path, filepath.Join(tools, tool)); err != nil {
				t.Fatal(err)
			}
		}
		r.env["PATH"] = tools
		if status, out := r.run(t); status != 2 || !strings.Contains(out, "Go is not on this runner") {
			t.Errorf("status %d:\n%s", status, out)
		}
	})

	t.Run("a source that does not build", func(t *testing.T) {
		r.env["PATH"] = bin + ":" + os.Getenv("PATH")
		if err := os.WriteFile(filepath.Join(bin, "go"), []byte("#!/bin/sh\necho 'x.go:1: mistake' >&2\nexit 1\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		if status, out := r.run(t); status != 3 || !strings.Contains(out, "could not be built from the source in "+root) {
			t.Errorf("status %d:\n%s", status, out)
		}
	})
}
