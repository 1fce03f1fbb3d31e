package config

import (
	"testing"

	"github.com/goccy/go-yaml"
)

// A text that is written without quotes reads as itself.
func TestPlainTextReadsAsItself(t *testing.T) {
	plain := 0
	for _, s := range []string{
		"off", "block", "Roll back", "services/pay/a.go", "a-b_c.d", "a ", "a -", "2027-02-05T18:00", "2027-01-11", "2027-", "12-20",
		"", " ", "a", "A", "z9", "9", "9a", "-", "- a", "a: b", "a #b", "a#b", "@a", "[a", "a*", "é", "aé", "a\u00a0", "a\n", "a\x80",
		"true", "True", "FALSE", "null", "nullable", "yes", "on", "~", "1e3", "0x1", ".5", "a.", "a/", "20a7-01", "2027_01-01", "2027-01x",
	} {
		if !isPlain(s) {
			continue
		}
		plain++
		var v map[string]any
		if err := yaml.Unmarshal([]byte("k: "+s+"\n"), &v); err != nil || v["k"] != s {
			t.Errorf("%q reads as %#v, %v", s, v["k"], err)
		}
	}
	if plain < 15 {
		t.Errorf("only %d texts are plain", plain)
	}
	for _, s := range []string{"", "a ", "a: b", "true", "NULL", "9", "é", "a\u00a0", "20a7-01", "2027-01x"} {
		if isPlain(s) {
			t.Errorf("%q is plain", s)
		}
	}
}
