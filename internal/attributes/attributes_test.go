package attributes

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/checks"
)

func TestAttribute(t *testing.T) {
	root := func(lines ...string) []File { return []File{{Text: strings.Join(lines, "\n") + "\n"}} }
	tests := []struct {
		name  string
		files []File
		path  string
		want  checks.Attribute
	}{
		{"no files", nil, "x.go", checks.Unspecified},
		{"the bare name", root("*.go x"), "a/b.go", checks.Set},
		{"true", root("*.go x=true"), "b.go", checks.Set},
		{"another value counts as true, as on GitHub", root("*.go x=no"), "b.go", checks.Set},
		{"an empty value too", root("*.go x="), "b.go", checks.Set},
		{"taken away", root("*.go -x"), "b.go", checks.Unset},
		{"false", root("*.go x=false"), "b.go", checks.Unset},
		{"left open again", root("* x", "*.go !x"), "b.go", checks.Unspecified},
		{"the last line wins", root("* x", "*.go -x", "b.go x"), "b.go", checks.Set},
		{"the rightmost state of a line wins", root("*.go x -x"), "b.go", checks.Unset},
		{"one wrong name drops the line", root("*.go x y+z"), "b.go", checks.Unspecified},
		{"git keeps names with builtin_ to itself", root("*.go x builtin_y"), "b.go", checks.Unspecified},
		{"a comment", root("# *.go x", "  # *.go x"), "b.go", checks.Unspecified},
		{"blanks around", root(" \t *.go \t x \t "), "b.go", checks.Set},
		{"CRLF", []File{{Text: "*.go x\r\n*.md -x\r\n"}}, "b.go", checks.Set},
		{"byte-order mark", []File{{Text: "\ufeff*.go x\n"}}, "b.go", checks.Set},
		{"no line end", []File{{Text: "*.go x"}}, "b.go", checks.Set},
		{"negative patterns do nothing", root("!*.go x", `"!*.go" x`), "b.go", checks.Unspecified},
		{"an exclamation mark, escaped", root(`\!b x`), "!b", checks.Set},
		{"a folder's pattern matches no file", root("gen/ x"), "gen/a", checks.Unspecified},
		{"all below a folder", root("gen/** x"), "gen/a/b", checks.Set},
		{"a pattern without a slash is for the last part", root("gen x"), "gen/a", checks.Unspecified},
		{"a slash in front ties to the file's folder", root("/b.go x"), "a/b.go", checks.Unspecified},
		{"a star stops at a slash", root("a/*.go x"), "a/b/c.go", checks.Unspecified},
		{"quotes and blanks", root(`"a b.go" x`), "a b.go", checks.Set},
		{"quotes and escapes", root(`"\303\266\t.go" x`), "ö\t.go", checks.Set},
		{"quotes need no blank after them", root(`"b.go"x`), "b.go", checks.Set},
		{"quotes that do not close", root(`"b.go x`), `"b.go`, checks.Set},
		{"nested files come before their parents", []File{{Text: "* x"}, {Dir: "a/b", Text: "*.go -x"}}, "a/b/c.go", checks.Unset},
		{"nested files say nothing of their neighbours", []File{{Text: "* x"}, {Dir: "a/b", Text: "*.go -x"}}, "a/bc/c.go", checks.Set},
		{"a nested pattern begins at its folder", []File{{Dir: "a/", Text: "/b/*.go x"}}, "a/b/c.go", checks.Set},
		{"a macro", root("[attr]m x y", "*.go m"), "b.go", checks.Set},
		{"a macro that is taken away sets nothing off", root("[attr]m x", "*.go m", "b.go -m"), "b.go", checks.Unspecified},
		{"a macro with a value sets nothing off", root("[attr]m x", "*.go m=true"), "b.go", checks.Unspecified},
		{"a macro by way of another, defined later", root("*.go m", "[attr]m n", "[attr]n -x"), "b.go", checks.Unset},
		{"the last definition of a macro counts", root("[attr]m x", "[attr]m -x", "*.go m"), "b.go", checks.Unset},
		{"macros that call each other", root("[attr]m n", "[attr]n m", "*.go m"), "b.go", checks.Unspecified},
		{"no macros below the root", []File{{Dir: "a", Text: "[attr]m x\n*.go m"}}, "a/b.go", checks.Unspecified},
		{"a state after a macro beats it", root("[attr]m x", "*.go m -x"), "b.go", checks.Unset},
		{"a line at git's limit", root(strings.Repeat(" ", maxLine-7) + "*.go x"), "b.go", checks.Set},
		{"a line over git's limit", root(strings.Repeat(" ", maxLine-6) + "*.go x"), "b.go", checks.Unspecified},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Parse(tt.files).Attribute(tt.path, "x"); got != tt.want {
				t.Errorf("%q is %d, want %d", tt.path, got, tt.want)
			}
		})
	}
}

func TestBinaryIsAMacro(t *testing.T) {
	s := Parse([]File{{Text: "*.png binary\n"}})
	for _, name := range []string{"diff", "merge", "text"} {
		if got := s.Attribute("a.png", name); got != checks.Unset {
			t.Errorf("%s is %d", name, got)
		}
	}
	if got := s.Attribute("a.png", "binary"); got != checks.Set {
		t.Errorf("binary is %d", got)
	}
}

func TestApply(t *testing.T) {
	s := Parse([]File{{Text: "gen/** linguist-generated\nvendor/** linguist-vendored\nsrc/** -linguist-generated\n"}})
	files := []checks.File{
		{Path: "gen/a"},
		{Path: "vendor/a"},
		{Path: "gen/a", Previous: "gen/b"},
		{Path: "gen/a", Previous: "lib/b"},
		{Path: "lib/a", Previous: "gen/b"},
		{Path: "gen/a", Previous: "src/b"},
	}
	want := []checks.Attribute{checks.Set, checks.Unspecified, checks.Set, checks.Unspecified, checks.Unspecified, checks.Unset}
	var got []checks.Attribute
	for _, f := range Apply(files, s) {
		got = append(got, f.Generated)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("generated (-want +got):\n%s", d)
	}
	if f := Apply(files, s)[1]; f.Vendored != checks.Set {
		t.Errorf("vendored is %d", f.Vendored)
	}
	if files[0].Generated != checks.Unspecified {
		t.Error("Apply changed what it was given")
	}
}

// TestHostile needs no clock: a pattern that backtracks would not end.
func TestHostile(t *testing.T) {
	a := strings.Repeat("a", 2000)
	for _, tt := range []struct{ pattern, path string }{
		{strings.Repeat("*a", 500) + "*b", a},
		{"/" + strings.Repeat("*a", 500) + "*b", a},
		{"/" + strings.Repeat("**/a*", 300) + "/b", strings.Repeat("a/", 1000) + "a"},
		{"/**/" + strings.Repeat("*/", 500) + "b", strings.Repeat("a/", 1000) + "a"},
		{strings.Repeat("[[:alpha:]]*", 150) + "0", a},
		{"**/" + strings.Repeat("*?", 900), a + "/" + a + "/"},
	} {
		if got := Parse([]File{{Text: tt.pattern + " x"}}).Attribute(tt.path, "x"); got != checks.Unspecified {
			t.Errorf("%.20s... matches", tt.pattern)
		}
	}
	var chain strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&chain, "[attr]m%d m%d\n", i, i+1)
	}
	chain.WriteString("[attr]m100000 x\n*.go m0\n")
	if got := Parse([]File{{Text: chain.String()}}).Attribute("b.go", "x"); got != checks.Set {
		t.Errorf("at the end of a chain of macros x is %d", got)
	}
}

func BenchmarkApply(b *testing.B) {
	var text strings.Builder
	for i := range 500 {
		switch i % 5 {
		case 0:
			fmt.Fprintf(&text, "*.gen%d.go linguist-generated\n", i)
		case 1:
			fmt.Fprintf(&text, "vendor%d/** linguist-vendored linguist-generated\n", i)
		case 2:
			fmt.Fprintf(&text, "**/testdata%d/*.json linguist-generated\n", i)
		case 3:
			fmt.Fprintf(&text, "schema%d.lock linguist-generated=true\n", i)
		case 4:
			fmt.Fprintf(&text, "*_mock%d_[a-z]*.go linguist-generated\n", i)
		}
	}
	files := make([]checks.File, 3000)
	for i := range files {
		files[i].Path = fmt.Sprintf("services/payments/internal/ledger%d/account_%d.go", i%50, i)
	}
	for b.Loop() {
		Apply(files, Parse([]File{{Text: text.String()}}))
	}
}
