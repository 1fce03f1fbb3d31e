package checks

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// statements returns the statements of a new file, without the space around
// and within.
func statements(language, text string) []string {
	p := readPatch("@@ -0,0 +1 @@\n+" + strings.ReplaceAll(text, "\n", "\n+"))
	s := readSource(p, '+', languages()[language], false)
	var all []string
	start := 0
	for _, end := range s.ends {
		if t := strings.Join(strings.Fields(string(s.code[start:end])), " "); t != "" {
			all = append(all, t)
		}
		start = end
	}
	return all
}

func TestStatements(t *testing.T) {
	tests := []struct {
		name, language, text string
		want                 []string
	}{
		{"sql ends with a semicolon", "sql", "a\nb; c;", []string{"a b;", "c;"}},
		{"sql comments are blank", "sql", "a -- b; c\n/* d; */ e;", []string{"a e;"}},
		{"what MySQL runs is no comment", "sql", "/*!40000 a */;", []string{"/*!40000 a */;"}},
		{"data in strings is blank", "sql", "insert 'a; b' 'it''s';", []string{"insert ' ' ' ';"}},
		{"a string that is run is not", "sql", "execute 'drop table a';", []string{"execute 'drop table a';"}},
		{
			"the body of a function is one statement", "sql", "create function f() returns trigger as $$ begin a; b; end $$ language x; c;",
			[]string{"create function f() returns trigger as $$ begin a; b; end $$ language x;", "c;"},
		},
		{
			"the body of a trigger without quotes too", "sql", "create trigger t after insert on a begin update b set c = case when d then e end; f; end; g;",
			[]string{"create trigger t after insert on a begin update b set c = case when d then e end; f; end;", "g;"},
		},
		{"a block that is run is not", "sql", "do $$ begin a; b; end $$; c;", []string{"do $$ begin a;", "b;", "end $$;", "c;"}},
		{"GO ends a batch", "sql", "a\nGO\nb", []string{"a GO", "b"}},
		{"ruby lines", "ruby", "a # b\nc d,\n  e\nf", []string{"a", "c d, e", "f"}},
		{"a hash in a string is none", "ruby", "a \"#{b} # c\"", []string{"a \"#{b} # c\""}},
		{"a heredoc belongs to its line", "ruby", "execute <<~SQL\n  a\n  -- b\n  c\nSQL\nd", []string{"execute <<~SQL a c SQL", "d"}},
		{"=begin stands at the edge", "ruby", "=begin\na\n=end\nb =begin\nc", []string{"b =begin", "c"}},
		{"python brackets", "python", "a(\n  b,\n  c)\nd", []string{"a( b, c)", "d"}},
		{"a docstring is a comment", "python", "def a():\n  \"\"\"b\n  c\"\"\"\n  d", []string{"def a():", "\"\"\" \"\"\"", "d"}},
		{"another long string is not", "python", "a = \"\"\"b\n  c\"\"\"\nd", []string{"a = \"\"\"b c\"\"\"", "d"}},
		{"a chain of calls", "c", "a\n  .b()\n  .c()\nd", []string{"a .b() .c()", "d"}},
		{"a brace ends a statement", "c", "a(b => {\n  c\n})\nd", []string{"a(b => {", "c", "})", "d"}},
		{"a comment whose beginning is not seen", "c", "* a\n*/\nb", []string{"b"}},
		{"a slash and a star in a pattern", "c", "a(/[/*]/)\nb", []string{"a(/[/*]/)", "b"}},
		{"yaml lines", "yaml", "a: b # c\nd: \"e # f\"", []string{"a: b", "d: \"e # f\""}},
		{"proto ends with semicolons and braces", "proto", "message A { string b = 1; } // c", []string{"message A {", "string b = 1;", "}"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, statements(tt.language, tt.text)); diff != "" {
				t.Errorf("statements (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAbove(t *testing.T) {
	tests := []struct {
		name, language, patch, line string
		want                        []string
	}{
		{"by indentation", "yaml", "@@ -1 +1 @@\n a:\n   b:\n     c: 1\n   d:\n+    e: 2", "e: 2", []string{"d:", "a:"}},
		{"then the heading, when no edge was seen", "ruby", "@@ -9 +9 @@ def down\n     a\n+    b", "b", []string{"def down"}},
		{"no heading once the edge was seen", "c", "@@ -9 +9 @@ func down() {\n func up() {\n+\tb", "b", []string{"func up() {"}},
		{"a brace on a line of its own", "c", "@@ -1 +1 @@\n void Down()\n {\n+    b", "b", []string{"{", "void Down()"}},
		{"a list of arguments that ends at the edge", "python", "@@ -1 +1 @@\n def down(\n     a,\n ):\n+    b", "b", []string{"):", "def down("}},
		{"sections", "toml", "@@ -1 +1 @@\n [package]\n name = 1\n [dependencies]\n+b = 2", "b = 2", []string{"[dependencies]"}},
		{"not over the edge of a hunk", "c", "@@ -1 +1 @@\n a {\n@@ -9 +9 @@\n+  b", "b", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := readSource(readPatch(tt.patch), '+', languages()[tt.language], false)
			var got []string
			for i := range s.lines {
				if strings.TrimSpace(s.lines[i].raw) == tt.line {
					s.above(i, func(text []byte, _ bool) bool {
						got = append(got, strings.TrimSpace(string(text)))
						return true
					})
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("above (-want +got):\n%s", diff)
			}
		})
	}
}
