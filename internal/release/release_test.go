package main

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

const root = "../.."

// file is one of an archive.
type file struct {
	Name string
	Mode int64
	Size int64
	Time int64
	Text string
}

func unpacked(t *testing.T, archive string) []file {
	t.Helper()
	r, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	z, err := gzip.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	var files []file
	for tr := tar.NewReader(z); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file{h.Name, h.Mode, h.Size, h.ModTime.Unix(), string(text)})
	}
}

func TestPack(t *testing.T) {
	t.Chdir(root)
	program := filepath.Join(t.TempDir(), "built")
	write(t, program, "a program")
	archive := filepath.Join(t.TempDir(), "a.tar.gz")
	sum, size, err := pack(archive, "backout", program)
	if err != nil {
		t.Fatal(err)
	}

	data := read(t, archive)
	if want := fmt.Sprintf("%x", sha256.Sum256([]byte(data))); sum != want || size != int64(len(data)) {
		t.Errorf("says %s and %d bytes, is %s and %d bytes", sum, size, want, len(data))
	}
	in1980 := packed.Unix()
	want := []file{{"backout", 0o755, 9, in1980, "a program"}}
	for _, name := range []string{"CHANGELOG.md", "LICENSE"} {
		text := read(t, name)
		want = append(want, file{name, 0o644, int64(len(text)), in1980, text})
	}
	if diff := cmp.Diff(want, unpacked(t, archive)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}

	// The time at which the program was built does not show.
	write(t, program, "a program")
	again, _, err := pack(filepath.Join(t.TempDir(), "b.tar.gz"), "backout", program)
	if err != nil || again != sum {
		t.Errorf("packed again it is %s, %v; want %s", again, err, sum)
	}
}

// sums is a checksums.txt of every platform.
func sums(version string) string {
	var b strings.Builder
	for i, p := range platforms {
		fmt.Fprintf(&b, "%064x  %s\n", i, p.archive(version))
	}
	return b.String()
}

func TestPin(t *testing.T) {
	action := read(t, filepath.Join(root, "action.yml"))
	got, err := pin(action, "1.2.3", sums("1.2.3"))
	if err != nil {
		t.Fatal(err)
	}
	env := environment(t, got)
	if env["BACKOUT_VERSION"] != "1.2.3" {
		t.Errorf("version %q", env["BACKOUT_VERSION"])
	}
	if diff := cmp.Diff(sums("1.2.3"), env["BACKOUT_CHECKSUMS"]); diff != "" {
		t.Errorf("checksums (-want +got):\n%s", diff)
	}
	// Nothing else differs.
	for name, value := range environment(t, action) {
		if !strings.HasPrefix(name, "BACKOUT_") && env[name] != value {
			t.Errorf("%s is %q, was %q", name, env[name], value)
		}
	}
	if a, b := strings.Count(action, "\n"), strings.Count(got, "\n"); b != a+len(platforms) {
		t.Errorf("%d lines became %d", a, b)
	}

	for _, test := range []struct{ name, action, version, sums, says string }{
		{"an archive too few", action, "1.2.3", strings.Join(strings.SplitAfter(sums("1.2.3"), "\n")[1:], ""), "no checksum for backout_1.2.3_linux_amd64.tar.gz"},
		{"an archive too many", action, "1.2.3", sums("1.2.3") + strings.Repeat("0", 64) + "  other\n", "7 checksums for 6 archives"},
		{"the checksums of another version", action, "1.2.4", sums("1.2.3"), "no checksum for backout_1.2.4"},
		{"one archive twice", action, "1.2.3", sums("1.2.3") + sums("1.2.3"), "line 7 is no checksum, or a second one"},
		{"a checksum that is none", action, "1.2.3", strings.Replace(sums("1.2.3"), "0", "x", 1), "line 1 is no checksum"},
		{"a name that would be YAML", action, "1.2.3", strings.Repeat("0", 64) + "  x\" #\n", "line 1 is no checksum"},
		{"an empty list", action, "1.2.3", "", "line 1 is no checksum"},
		{"an action.yml that is filled in", got, "1.2.3", sums("1.2.3"), `0 lines "BACKOUT_VERSION: \"\""`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := pin(test.action, test.version, test.sums); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want %q", err, test.says)
			}
		})
	}
}

// environment is what an action.yml hands to run.sh.
func environment(t *testing.T, action string) map[string]string {
	t.Helper()
	var a struct {
		Runs struct {
			Steps []struct {
				Env map[string]string
				Run string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(action), &a); err != nil {
		t.Fatal(err)
	}
	if len(a.Runs.Steps) != 1 || a.Runs.Steps[0].Run != `bash "$GITHUB_ACTION_PATH/action/run.sh"` {
		t.Fatalf("action.yml has other steps than this test knows: %+v", a.Runs.Steps)
	}
	return a.Runs.Steps[0].Env
}

// TestFromArchiveToAction goes the way of a release: pack every platform, pin
// action.yml, and run what it says against a copy of the release.
func TestFromArchiveToAction(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("run.sh is run on Windows by the job \"action\" of ci.yml")
	}
	t.Chdir(root)
	mirror := t.TempDir()
	folder := filepath.Join(mirror, "v1.2.3")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	var list strings.Builder
	for _, p := range platforms {
		program := filepath.Join(t.TempDir(), "built")
		write(t, program, "#!/bin/sh\necho \"built for "+p.String()+": $*\"\n")
		sum, _, err := pack(filepath.Join(folder, p.archive("1.2.3")), p.program(), program)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&list, "%s  %s\n", sum, p.archive("1.2.3"))
	}
	checksums := filepath.Join(folder, "checksums.txt")
	write(t, checksums, list.String())
	action := filepath.Join(t.TempDir(), "action.yml")
	write(t, action, read(t, "action.yml"))
	if err := run(t.Context(), []string{"pin", "1.2.3", checksums, action}, io.Discard); err != nil {
		t.Fatal(err)
	}
	env := environment(t, read(t, action))
	server := httptest.NewServer(http.FileServer(http.Dir(mirror)))
	defer server.Close()

	runners := map[string]string{
		"Linux X64": "linux/amd64", "Linux ARM64": "linux/arm64",
		"macOS X64": "darwin/amd64", "macOS ARM64": "darwin/arm64",
		"Windows X64": "windows/amd64", "Windows ARM64": "windows/arm64",
	}
	if len(runners) != len(platforms) {
		t.Errorf("%d runners for %d platforms", len(runners), len(platforms))
	}
	for runner, built := range runners {
		name, arch, _ := strings.Cut(runner, " ")
		cmd := exec.CommandContext(t.Context(), "bash", "action/run.sh")
		cmd.Env = []string{
			"PATH=" + os.Getenv("PATH"), "NO_PROXY=127.0.0.1", "DOWNLOAD_URL=" + server.URL,
			"RUNNER_OS=" + name, "RUNNER_ARCH=" + arch, "RUNNER_TEMP=" + t.TempDir(), "RUNNER_TOOL_CACHE=" + t.TempDir(),
			"BACKOUT_VERSION=" + env["BACKOUT_VERSION"], "BACKOUT_CHECKSUMS=" + env["BACKOUT_CHECKSUMS"],
		}
		out, err := cmd.CombinedOutput()
		if want := "built for " + built + ": action\n"; err != nil || string(out) != want {
			t.Errorf("%s: %v, %q, want %q", runner, err, out, want)
		}
	}
}

// TestBuilt builds for this platform and a foreign one, which takes half a
// minute where nothing of it is cached.
func TestBuilt(t *testing.T) {
	if os.Getenv("BACKOUT_TEST_ALL") == "" {
		t.Skip("builds a release only with BACKOUT_TEST_ALL=1, as .ci/run does")
	}
	// The budgets of docs/performance.md, which says what is how large.
	const programLimit, archiveLimit = 20e6, 8e6

	t.Chdir(root)
	native := platform{runtime.GOOS, runtime.GOARCH}
	foreign := platform{"windows", "arm64"}
	folder := t.TempDir()
	args := []string{"archives", "1.2.3-rc.1", folder, native.String(), foreign.String()}
	if err := run(t.Context(), args, t.Output()); err != nil {
		t.Fatal(err)
	}
	list := read(t, filepath.Join(folder, "checksums.txt"))
	for _, p := range []platform{native, foreign} {
		archive := filepath.Join(folder, p.archive("1.2.3-rc.1"))
		data := read(t, archive)
		if line := fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(data)), p.archive("1.2.3-rc.1")); !strings.Contains(list, line) {
			t.Errorf("checksums.txt lacks %s", line)
		}
		files := unpacked(t, archive)
		if files[0].Name != p.program() || files[0].Size > programLimit || len(data) > archiveLimit {
			t.Errorf("%s: %s of %d bytes in an archive of %d bytes, want %s, at most %.0f and %.0f",
				p, files[0].Name, files[0].Size, len(data), p.program(), programLimit, archiveLimit)
		}
	}

	program := filepath.Join(t.TempDir(), native.program())
	if err := os.WriteFile(program, []byte(unpacked(t, filepath.Join(folder, native.archive("1.2.3-rc.1")))[0].Text), 0o755); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), program, "version").CombinedOutput()
	if err != nil || string(out) != "backout 1.2.3-rc.1\n" {
		t.Errorf("backout version: %v, %q", err, out)
	}

	// The same source in another folder is the same release.
	elsewhere := t.TempDir()
	for _, name := range []string{"checks", "cmd", "docs", "internal", "templates"} {
		if err := os.CopyFS(filepath.Join(elsewhere, name), os.DirFS(name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range append([]string{"go.mod", "go.sum"}, beside...) {
		write(t, filepath.Join(elsewhere, name), read(t, name))
	}
	t.Chdir(elsewhere)
	again := t.TempDir()
	if err := run(t.Context(), []string{"archives", "1.2.3-rc.1", again, native.String()}, t.Output()); err != nil {
		t.Fatal(err)
	}
	if sum := read(t, filepath.Join(again, "checksums.txt")); !strings.Contains(list, sum) {
		t.Errorf("built in another folder it is %swant one of\n%s", sum, list)
	}
}

func TestArguments(t *testing.T) {
	for _, test := range []struct{ args, says string }{
		{"", `no command ""`},
		{"pin 1.2.3 dist/checksums.txt", "too few arguments"},
		{"archives 1.2.3", "too few arguments"},
		{"archives v1.2.3 dist", `"v1.2.3" is no version`},
		{"archives 1.2.3+x dist", `"1.2.3+x" is no version`},
		{"archives 1.2.3 dist plan9/amd64", `no release for "plan9/amd64"`},
		{"program 1.2.3 linux/386 backout", `no release for "linux/386"`},
		{"publish 1.2.3 x y", `no command "publish 1.2.3 x y"`},
	} {
		t.Run(test.args, func(t *testing.T) {
			err := run(t.Context(), strings.Fields(test.args), io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want %q", err, test.says)
			}
		})
	}
}

func TestNotes(t *testing.T) {
	const changelog = "# Changelog\n\n## Unreleased\n\n- next\n\n## 1.2.3\n\n- this\n- that\n\n## 1.2.2\n\n- before\n\n## 1.2.1\n"
	for version, want := range map[string]string{
		"1.2.3":      "- this\n- that\n",
		"1.2.2":      "- before\n",
		"1.3.0-rc.1": "- next\n",
		"1.3.0":      `no heading "## 1.3.0"`,
		"1.2":        `no heading "## 1.2"`,
		"1.2.1":      `nothing under "## 1.2.1"`,
	} {
		got, err := notes(version, changelog)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", version, got, want)
		}
	}
	if _, err := notes("1.0.0-rc.1", read(t, filepath.Join(root, "CHANGELOG.md"))); err != nil {
		t.Error(err)
	}
}

// TestOneGo holds that archives and image are built by one release of Go: a
// program is the same byte for byte only then.
func TestOneGo(t *testing.T) {
	image := regexp.MustCompile(`golang:([0-9.]+)-`).FindStringSubmatch(read(t, filepath.Join(root, "Dockerfile")))
	if image == nil {
		t.Fatal("the Dockerfile has no base image of Go")
	}
	workflow := regexp.MustCompile(`go-version: (.*)`).FindAllStringSubmatch(read(t, filepath.Join(root, ".github", "workflows", "release.yml")), -1)
	if len(workflow) == 0 {
		t.Fatal("release.yml names no Go")
	}
	for _, w := range workflow {
		if w[1] != image[1] {
			t.Errorf("release.yml builds with Go %s, the Dockerfile with %s", w[1], image[1])
		}
	}
}

// TestEveryActionIsPinned holds every workflow to commits: a tag can be moved.
func TestEveryActionIsPinned(t *testing.T) {
	uses := regexp.MustCompile(`uses: (.*)`)
	pinned := regexp.MustCompile(`^([\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\./)$`)
	files, err := filepath.Glob(filepath.Join(root, ".github", "workflows", "*.yml"))
	if err != nil || len(files) < 3 {
		t.Fatal(files, err)
	}
	commits := map[string]string{}
	for _, f := range files {
		for _, m := range uses.FindAllStringSubmatch(read(t, f), -1) {
			if !pinned.MatchString(m[1]) {
				t.Errorf("%s: %s is pinned to no commit with its version", f, m[1])
			}
			action, at, _ := strings.Cut(m[1], "@")
			if known := commits[action]; known != "" && known != at {
				t.Errorf("%s: %s at %s, elsewhere at %s", f, action, at, known)
			}
			commits[action] = at
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
