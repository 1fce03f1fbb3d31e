package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/checks"
)

func TestEdited(t *testing.T) {
	const path = ".github/backout.yml"
	const unknown, invalid = `3:1 unknown key "tsks" | tsks: warn`, `2:7 mode takes enforce or audit; this is the text "strict" | mode: strict`
	class := parsed(t, "backout.yml", "irreversible: {search-mapping: {paths: [\"search/**\"]}}")
	nowhere := []byte(nil)
	for _, tt := range []struct {
		name          string
		before, after []byte
		organisation  *File
		want          []string // place, message and line of each fault; a key that is not known in front
	}{
		{"valid", nowhere, []byte("version: 1\n"), nil, nil},
		{"empty", nowhere, nil, nil, nil},
		{"a new file that is not", nowhere, []byte("version: 1\nmode: strict\n"), nil, []string{invalid}},
		{"edited into one that is not", []byte("version: 1\nmode: audit\n"), []byte("version: 1\nmode: strict\n"), nil, []string{invalid}},
		{"all that is wrong", nowhere, []byte("version: 1\nmode: strict\ntsks: warn\n"), nil, []string{invalid, "unknown " + unknown}},
		{"whoever touches a broken file mends it", []byte("mode: strict\n"), []byte("version: 1\nmode: strict\n"), nil, []string{invalid}},
		{"a key that is not known", []byte("version: 1\n"), []byte("version: 1\n\ntsks: warn\n"), nil, []string{"unknown " + unknown}},
		{"one that was there before", []byte("tsks: warn\n"), []byte("version: 1\n\ntsks: warn\n"), nil, nil},
		{"one more of them", []byte("systems:\n  a: {pats: [a/**], paths: [\"a/**\"]}\n"), []byte("systems:\n  a: {pats: [a/**], paths: [\"a/**\"]}\n  b: {pats: [a/**], paths: [\"a/**\"]}\n"), nil, []string{`unknown 3:7 unknown key "pats" | b: {pats: [a/**], paths: ["a/**"]}`}},
		{"one in a list that moved", []byte("timezone: UTC\nfreeze:\n  - {from: 2027-01-01T00:00, until: 2027-01-02T00:00, nme: x}\n"), []byte("timezone: UTC\nfreeze:\n  - {from: 2026-01-01T00:00, until: 2026-01-02T00:00}\n  - {from: 2027-01-01T00:00, until: 2027-01-02T00:00, nme: x}\n"), nil, nil},
		{"a class that nobody knows", nowhere, []byte("irreversible: {search-mapping: warn}\n"), nil, []string{`unknown 1:16 no class is called "search-mapping" | irreversible: {search-mapping: warn}`}},
		{"a class of the organisation's", nowhere, []byte("irreversible: {search-mapping: warn}\n"), &class, nil},
		{"for a newer backout", nowhere, []byte("requires: \">=9.0\"\nlater: key\n"), nil, []string{`1:11 this file needs backout 9.0.0 or newer; this one is 1.2.0 | requires: ">=9.0"`}},
		{"of a newer format", nowhere, []byte("version: 9\n"), nil, []string{"1:10 version 9 needs a newer backout: this one reads version 1 | version: 9"}},
		{"no text", nowhere, []byte("\x00\x01"), nil, []string{"1:1 the file holds the control character U+0000 | \ufffd\ufffd"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := checks.Change{Files: []checks.File{{Path: path, Status: checks.Modified, Additions: 1, Patch: "@@ -1 +1,2 @@\n a\n+b"}}}
			edits := Reader{Release: "1.2.0"}.Edited(c, map[string]Texts{path: {Before: tt.before, After: tt.after}}, tt.organisation)
			if len(edits) != 1 || edits[0].Path != path {
				t.Fatalf("edits %+v", edits)
			}
			if diff := cmp.Diff(tt.want, faults(edits[0])); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func faults(e checks.PolicyEdit) []string {
	var all []string
	for _, f := range e.Faults {
		s := fmt.Sprintf("%d:%d %s | %s", f.Line, f.Column, f.Message, strings.TrimSpace(f.Text))
		if f.UnknownKey {
			s = "unknown " + s
		}
		all = append(all, s)
	}
	return all
}

// Where nobody read the file, the patch of a new one shows it; of one that was
// edited it does not, and what it says is not guessed.
func TestEditedFromThePatch(t *testing.T) {
	const broken = "2:7 mode takes enforce or audit; this is the text \"strict\" | mode: strict"
	added := func(additions int, patch string) checks.File {
		return checks.File{Path: ".github/backout.yml", Status: checks.Added, Additions: additions, Patch: patch}
	}
	edited := added(1, "@@ -1 +1,2 @@\n version: 1\n+mode: strict")
	edited.Status = checks.Modified
	empty := added(0, "")
	empty.Empty = true
	organisation := added(1, "@@ -0,0 +1,2 @@\n+version: 1\n+mode: strict")
	organisation.Path = "backout.yml"
	for _, tt := range []struct {
		name string
		file checks.File
		seen bool
		want []string
	}{
		{"added", added(2, "@@ -0,0 +1,2 @@\n+version: 1\n+mode: strict"), true, []string{broken}},
		{"added with Windows line ends", added(2, "@@ -0,0 +1,2 @@\n+version: 1\r\n+mode: strict\r"), true, []string{broken}},
		{"added without a last line end", added(2, "@@ -0,0 +1,2 @@\n+version: 1\n+mode: strict\n\\ No newline at end of file"), true, []string{broken}},
		{"added, valid", added(1, "@@ -0,0 +1 @@\n+version: 1"), true, nil},
		{"added, empty", empty, true, nil},
		{"perhaps a symbolic link", added(1, "@@ -0,0 +1 @@\n+../policy.yml\n\\ No newline at end of file"), false, nil},
		{"added, the patch cut short", added(3, "@@ -0,0 +1,3 @@\n+version: 1\n+mode: strict"), false, nil},
		{"added, without a patch", added(3, ""), false, nil},
		{"edited", edited, false, nil},
		{"not known to be a policy file", organisation, false, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			edits := Reader{}.Edited(checks.Change{Files: []checks.File{tt.file}}, nil, nil)
			if len(edits) > 0 != tt.seen {
				t.Fatalf("edits %+v", edits)
			}
			if tt.seen {
				if diff := cmp.Diff(tt.want, faults(edits[0])); diff != "" {
					t.Errorf("faults (-want +got):\n%s", diff)
				}
			}
		})
	}
}
