package checkout

import (
	"strings"
	"testing"
)

// FuzzParse holds that no output of git, however damaged, ends in a panic.
func FuzzParse(f *testing.F) {
	id := strings.Repeat("\x01", 20)
	f.Add([]byte(":100644 100644 1 2 M\x00x\x00:100644 100644 1 2 R086\x00old\x00new\x00\x00diff --git a/x b/x\n"))
	f.Add([]byte("100644 x\x00" + id + "40000 d\x00" + id + "120000 link\x00" + id))
	f.Add([]byte(": M\x00"))
	f.Add([]byte("https://token@github.com/acme/shop.git"))
	f.Fuzz(func(t *testing.T, data []byte) {
		files, patch, err := parseRaw(data)
		if err == nil && len(files) == 0 && len(patch)+1 < len(data) {
			t.Errorf("%d of %d bytes left without a file", len(patch), len(data))
		}
		entries, err := parseTree(data, 20)
		if err == nil && len(entries) > len(data)/22+1 {
			t.Errorf("%d entries in %d bytes", len(entries), len(data))
		}
		if host, repo, ok := parseAddress(string(data)); ok && (host == "" || strings.Count(repo, "/") != 1) {
			t.Errorf("%q is %q %q", data, host, repo)
		}
	})
}
