package attributes

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backout-dev/backout/checks"
)

// TestAgreesWithGit holds the answers against git check-attr, over patterns and
// paths that are made at random from the pieces that have a meaning.
func TestAgreesWithGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal("git is not installed; these tests hold ours against it")
	}
	set := 0
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("patterns ", seed), func(t *testing.T) {
			g := generator{rand.New(rand.NewPCG(seed, 2))}
			// One attribute a line, so that no line hides another.
			var names []string
			files := []File{{}, {Dir: "a"}, {Dir: "a/b"}}
			for i := range files {
				for range 60 {
					name := fmt.Sprint("x", len(names))
					names = append(names, name)
					files[i].Text += g.pattern() + " " + name + "\n"
				}
			}
			set += compare(t, files, g.paths(120), names)
		})
		t.Run(fmt.Sprint("states and macros ", seed), func(t *testing.T) {
			g := generator{rand.New(rand.NewPCG(seed, 3))}
			files := []File{{}, {Dir: "a"}, {Dir: "a/b"}}
			for i := range files {
				for range 12 {
					files[i].Text += g.line() + g.pick("\n", "\n", "\r\n")
				}
			}
			files[0].Text = g.pick("", "\ufeff") + files[0].Text
			set += compare(t, files, g.paths(40), []string{"x", "y", "z", "m", "n", "diff", "text", "binary"})
		})
	}
	t.Logf("%d answers were more than unspecified or unset", set)
	if set < 1000 {
		t.Error("little matched: the comparison says little")
	}
}

// TestClassesAgreeWithGit tries every named class, and some ranges, on every byte
// that a file name may hold.
func TestClassesAgreeWithGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal("git is not installed; these tests hold ours against it")
	}
	var paths, names []string
	for c := 1; c < 256; c++ {
		if c != '/' {
			paths = append(paths, "d/_"+string([]byte{byte(c)})) // git would resolve "d/."
		}
	}
	var text strings.Builder
	for i, class := range []string{
		"[[:alnum:]]", "[[:alpha:]]", "[[:blank:]]", "[[:cntrl:]]", "[[:digit:]]", "[[:graph:]]", "[[:lower:]]",
		"[[:print:]]", "[[:punct:]]", "[[:space:]]", "[[:upper:]]", "[[:xdigit:]]", "[^[:alnum:]]", "[![:punct:][:alpha:]]",
		"[a-f]", "[^a-f]", "[f-a]", "[]]", "[^]]", "[]-a]", "[a-]", "[-a]", "[--0]", `[\a-\f]`, `[\]]`, `[[:alpha:]-z]`,
		"[[:word:]]", "[[::]]", "[[:]]", "[[:alpha]", "[[:alpha:]", "[a", "[", "[]", "[!]", "[a-", `[\`, `[a-\`, "[[]", "[[:a]",
		"?", "*", "[!/]", "[a/]", "[.-0]", `\?`, `\*`, `\[`, `\\`, `\`,
	} {
		name := fmt.Sprint("x", i)
		names = append(names, name, name+"p")
		fmt.Fprintf(&text, "_%s %s\nd/_%s %sp\n", class, name, class, name)
	}
	compare(t, []File{{Text: text.String()}}, paths, names)
}

// compare writes the files, asks git, and reports each answer that differs. It
// returns how many attributes were set.
func compare(t *testing.T, files []File, paths, names []string) (set int) {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, nil, "init", "-q")
	for _, f := range files {
		in := filepath.Join(dir, filepath.FromSlash(f.Dir))
		if err := os.MkdirAll(in, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(in, ".gitattributes"), []byte(f.Text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := git(t, dir, []byte(strings.Join(paths, "\x00")+"\x00"), append([]string{"check-attr", "-z", "--stdin"}, names...)...)
	answers := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	if want := 3 * len(paths) * len(names); len(answers) != want {
		t.Fatalf("git gave %d answers, want %d", len(answers), want)
	}
	s := Parse(files)
	for i := 0; i < len(answers); i += 3 {
		path, name := answers[i], answers[i+1]
		want := checks.Set
		switch answers[i+2] {
		case "unspecified":
			want = checks.Unspecified
		case "unset", "false":
			want = checks.Unset
		default:
			set++
		}
		if got := s.Attribute(path, name); got != want {
			t.Errorf("%s of %q is %d, git says %s\n%s", name, path, got, answers[i+2], linesWith(files, name))
		}
	}
	return set
}

func linesWith(files []File, name string) string {
	var b strings.Builder
	for _, f := range files {
		for text := range f.lines() {
			if strings.HasSuffix(text, " "+name) || len(name) == 1 {
				fmt.Fprintf(&b, "%s: %s\n", f.Dir, text)
			}
		}
	}
	return b.String()
}

func git(t *testing.T, dir string, stdin []byte, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Stdin = bytes.NewReader(stdin)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1"}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %v: %v", args[:1], err)
	}
	return out
}

type generator struct{ *rand.Rand }

func (g generator) pick(from ...string) string { return from[g.IntN(len(from))] }

// pattern joins pieces, so that the same letters come up in patterns and paths.
func (g generator) pattern() string {
	var b strings.Builder
	if g.IntN(6) == 0 {
		b.WriteString("/")
	}
	for range 1 + g.IntN(6) {
		b.WriteString(g.pick("a", "b", "ab", "c.go", "*", "*", "**", "**/", "/**/", "/", "/", "?", "[ab]", "[!a]", "[^b]",
			"[[:alpha:]]", `\a`, `\*`, `\/`, "***", "-", ".", "a*b", "!", "#", "ö", "[", "[]", `\`))
	}
	p := b.String()
	if g.IntN(8) == 0 {
		return `"` + strings.NewReplacer(`\`, `\\`, "a", `\141`).Replace(p) + `"`
	}
	return p
}

func (g generator) paths(n int) []string {
	var all []string
	for range n {
		var parts []string
		for range 1 + g.IntN(4) {
			part := g.pick("a", "b")
			for range g.IntN(3) {
				part += g.pick("a", "b", "ab", "c.go", "-", ".", "!", "#", "*", `\`, "ö", "?", "[", "\xff")
			}
			parts = append(parts, part)
		}
		all = append(all, strings.Join(parts, "/"))
	}
	return all
}

// line is a line with any states, or a macro.
func (g generator) line() string {
	var b strings.Builder
	switch g.IntN(6) {
	case 0:
		b.WriteString("[attr]" + g.pick("m", "n", "x", "binary"))
	case 1:
		b.WriteString(g.pick("# a", "", " ", `"`, "[attr]", `"[attr]m"`, `"[attr] n x"`, "!a", `"a`))
	default:
		b.WriteString(g.pick("*", "a*", "*b", "/a/**", "**/b", "b", "a/", "[ab]*"))
	}
	for range g.IntN(4) {
		b.WriteString(g.pick(" ", "  ", "\t") + g.pick("", "", "-", "!") + g.pick("x", "y", "z", "m", "n", "binary", "text", "diff") +
			g.pick("", "", "", "", "=", "=true", "=false", "=v", "=a=b", "+"))
	}
	return b.String() + g.pick("", " ", "\t")
}

func FuzzAttribute(f *testing.F) {
	f.Add("*.go x\n[attr]m x -y\n\"a b\" m\n", "a", "**/b[!a-c] -x\n", "a/b.go")
	f.Add("[[:alpha:]]* x=false\r\n!a x\na/ x\n", "", "\ufeff\\* x", "a")
	f.Add("**/a/** x", "a/b", "*a*a*a*b m x", "a/b/aaaaaaaaaa")
	f.Fuzz(func(t *testing.T, root, dir, nested, path string) {
		files := []File{{Text: root}, {Dir: dir, Text: nested}}
		s := Parse(files)
		first := s.Attribute(path, "x")
		if again := Parse(files).Attribute(path, "x"); again != first {
			t.Errorf("%d, then %d", first, again)
		}
		// A last word in the deepest file decides for every path.
		if path == "" || strings.Contains(path, "//") {
			return
		}
		deepest := path[:max(strings.LastIndexByte(path, '/'), 0)]
		if strings.Trim(deepest, "/") != deepest || deepest == "." {
			return
		}
		if got := Parse(append(files, File{Dir: deepest, Text: "* -x\n"})).Attribute(path, "x"); got != checks.Unset {
			t.Errorf("%q is %d after a last line that unsets it", path, got)
		}
	})
}
