package diff

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/checks"
)

// TestParseAgreesWithGit makes repositories at random and holds names and
// counts against git's own, in every form in which git writes a diff.
func TestParseAgreesWithGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal("git is not installed; these tests hold ours against it")
	}
	forms := [][]string{
		nil,
		{"-U0"},
		{"-U12", "--function-context"},
		{"--binary", "--full-index"},
		{"--no-prefix"},
		{"--src-prefix=before/", "--dst-prefix=now/"},
		{"-c", "core.quotepath=off"},
		{"-c", "diff.mnemonicPrefix=true"},
		{"-c", "diff.suppressBlankEmpty=true"},
		{"-R"},
		{"--stat", "-p", "--summary"},
	}
	for seed := range uint64(10) {
		t.Run(fmt.Sprint("repository ", seed), func(t *testing.T) {
			r := repo{t: t, dir: t.TempDir(), rand: rand.New(rand.NewPCG(seed, 1))}
			r.git("init", "-q")
			r.scatter(30)
			r.commit()
			r.edit()
			r.commit()
			for _, form := range forms {
				before, after := []string{}, form
				if len(form) > 0 && form[0] == "-c" {
					before, after = form[:2], form[2:]
				}
				args := func(more ...string) []string {
					all := append(append(append([]string{}, before...), "diff", "-M"), after...)
					return append(append(all, more...), "HEAD~", "HEAD")
				}
				files, err := Parse(r.git(args()...))
				if err != nil {
					t.Errorf("%v: %v", form, err)
					continue
				}
				numbers := []string{"diff", "-M", "--numstat", "-z", "HEAD~", "HEAD"}
				if len(form) > 0 && form[0] == "-R" {
					numbers = append(numbers, "-R")
				}
				if d := cmp.Diff(numstat(r.git(numbers...)), summary(files)); d != "" {
					t.Errorf("%v (-git +ours):\n%s", form, d)
				}
			}
			mail, err := Parse(r.git("format-patch", "--stdout", "-M", "-1"))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(numstat(r.git("diff", "-M", "--numstat", "-z", "HEAD~", "HEAD")), summary(mail)); d != "" {
				t.Errorf("format-patch (-git +ours):\n%s", d)
			}
		})
	}
}

// repo is a git repository with random content.
type repo struct {
	t    *testing.T
	dir  string
	rand *rand.Rand
}

func (r repo) git(args ...string) []byte {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = r.dir
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + r.dir, "LC_ALL=C",
		"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com",
	}
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	if err := cmd.Run(); err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, problem.String())
	}
	return out.Bytes()
}

func (r repo) commit() {
	r.git("add", "-A")
	r.git("-c", "commit.gpgSign=false", "commit", "-q", "--allow-empty", "-m", "x\n\n--- a\n+++ b\n")
}

func (r repo) pick(from ...string) string { return from[r.rand.IntN(len(from))] }

func (r repo) name() string {
	part := func() string {
		if runtime.GOOS == "windows" {
			return r.pick("a", "b", "i", "w", "x y", "ö", "日本", "a b", "-x", "c and d", "1") + strconv.Itoa(r.rand.IntN(40))
		}
		return r.pick("a", "b", "i", "w", "x y", "ö", `q"q`, "tab\tx", "new\nline", `back\slash`, "-x", "\xff\xfe", "日本", "a b/b a", "c and d", " ", "dev/null") +
			strconv.Itoa(r.rand.IntN(40))
	}
	return strings.Join([]string{part(), part(), part()}[:1+r.rand.IntN(3)], "/")
}

func (r repo) line() string {
	return r.pick("", " ", "x", "- ", "-- ", "--- a/x", "++ y", "+++ b/x", "@@ -1 +1 @@", "diff --git a/x b/x", `\ No newline`, "ö", "\xff", "func f() {", "\tindent", "crlf\r") +
		strconv.Itoa(r.rand.IntN(30))
}

func (r repo) content() []byte {
	var b bytes.Buffer
	for range r.rand.IntN(40) {
		b.WriteString(r.line() + "\n")
	}
	switch r.rand.IntN(8) {
	case 0:
		b.WriteString("no end of line")
	case 1:
		b.WriteString("\x00binary")
	case 2:
		return nil
	}
	return b.Bytes()
}

// scatter writes n files; a name whose folder is a file is left out.
func (r repo) scatter(n int) {
	for range n {
		path := filepath.Join(r.dir, filepath.FromSlash(r.name()))
		if os.MkdirAll(filepath.Dir(path), 0o700) != nil {
			continue
		}
		if r.rand.IntN(10) == 0 {
			_ = os.Symlink(r.name(), path)
			continue
		}
		mode := os.FileMode(0o600)
		if r.rand.IntN(4) == 0 {
			mode = 0o700
		}
		_ = os.WriteFile(path, r.content(), mode)
	}
}

// edit changes a tree in all the ways that a diff can show.
func (r repo) edit() {
	for path := range strings.SplitSeq(strings.TrimSuffix(string(r.git("ls-files", "-z")), "\x00"), "\x00") {
		path = filepath.Join(r.dir, filepath.FromSlash(path))
		info, err := os.Lstat(path)
		if err != nil {
			continue
		}
		data, _ := os.ReadFile(path)
		switch r.rand.IntN(8) {
		case 0:
			_ = os.Remove(path)
		case 1:
			_ = os.Chmod(path, info.Mode()^0o100)
		case 2:
			_ = os.Rename(path, filepath.Join(r.dir, "moved "+strconv.Itoa(r.rand.IntN(1e6))))
		case 3, 4:
			to := path
			if r.rand.IntN(2) == 0 {
				to = filepath.Join(r.dir, "edited"+strconv.Itoa(r.rand.IntN(1e6)))
				_ = os.Rename(path, to)
			}
			lines := strings.SplitAfter(string(data), "\n")
			at := r.rand.IntN(len(lines))
			lines[at] = r.line() + "\n"
			if info.Mode().IsRegular() {
				_ = os.WriteFile(to, []byte(strings.Join(lines, "")), info.Mode())
			}
		case 5:
			if bytes.Contains(data, []byte{0}) {
				// git counts nothing of a binary file that became a link; we
				// count the link's line.
				continue
			}
			_ = os.Remove(path)
			if info.Mode().IsRegular() {
				_ = os.Symlink("elsewhere", path)
			} else {
				_ = os.WriteFile(path, []byte(r.line()+"\n"), 0o600)
			}
		}
	}
	r.scatter(8)
}

// numstat reads git diff --numstat -z: one line for each file, sorted.
func numstat(out []byte) []string {
	var all []string
	fields := strings.Split(string(out), "\x00")
	for i := 0; i < len(fields); i++ {
		parts := strings.SplitN(fields[i], "\t", 3)
		if len(parts) < 3 {
			continue
		}
		for n := range 2 {
			if parts[n] == "-" {
				parts[n] = "0"
			}
		}
		path, previous := parts[2], ""
		if path == "" {
			previous, path = fields[i+1], fields[i+2]
			i += 2
		}
		all = append(all, fmt.Sprintf("+%s -%s %q from %q", parts[0], parts[1], path, previous))
	}
	sort.Strings(all)
	return all
}

func summary(files []checks.File) []string {
	all := make([]string, 0, len(files))
	for _, f := range files {
		all = append(all, fmt.Sprintf("+%d -%d %q from %q", f.Additions, f.Deletions, f.Path, f.Previous))
	}
	sort.Strings(all)
	return all
}
