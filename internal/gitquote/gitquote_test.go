package gitquote

import (
	"strings"
	"testing"
)

func TestUnquote(t *testing.T) {
	tests := []struct {
		name, text, want, rest string
		ok                     bool
	}{
		{name: "plain", text: `"a b" c`, want: "a b", rest: " c", ok: true},
		{name: "nothing inside", text: `""`, ok: true},
		{name: "letters", text: `"\a\b\f\n\r\t\v\"\\"`, want: "\a\b\f\n\r\t\v\"\\", ok: true},
		{name: "octal", text: `"\303\266\000\377"`, want: "ö\x00\xff", ok: true},
		{name: "octal of more than a byte", text: `"\400"`},
		{name: "octal of two digits", text: `"\12"`},
		{name: "octal with a digit that is none", text: `"\189"`},
		{name: "unknown escape", text: `"\x41"`},
		{name: "not closed", text: `"a`},
		{name: "ends in a backslash", text: `"a\`},
		{name: "no quote", text: `a"b"`},
		{name: "empty", text: ``},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, rest, ok := Unquote(tt.text)
			if got != tt.want || rest != tt.rest || ok != tt.ok {
				t.Errorf("got %q, %q, %v", got, rest, ok)
			}
		})
	}
}

func FuzzUnquote(f *testing.F) {
	f.Add(`"a\303\266\t\\" b`)
	f.Add(`"\400`)
	f.Fuzz(func(t *testing.T, text string) {
		name, rest, ok := Unquote(text)
		if ok && (len(name)+len(rest)+2 > len(text) || !strings.HasSuffix(text, `"`+rest)) {
			t.Errorf("%q is %q and %q", text, name, rest)
		}
	})
}
