package effective

import (
	"regexp"
	"strings"
	"sync"

	"github.com/backout-dev/backout/docs"
)

// rule says how the files of an organisation and a repository compose in one
// value, in the words of the page that lists the keys. It is empty for what is
// no key of its own.
func rule(path []string) string { return rules()[keyOf(path)] }

// keyOf is a value's key as the page has it: NAME for a name, [] for an entry
// of a list of maps.
func keyOf(path []string) string {
	parts := append([]string(nil), path...)
	if last := len(parts) - 1; parts[last] == "[]" {
		parts = parts[:last]
	}
	if len(parts) > 1 {
		switch parts[0] {
		case "sections", "irreversible", "systems":
			parts[1] = "NAME"
		case "freeze":
			parts = append([]string{"freeze[]"}, parts[2:]...)
		}
	}
	return strings.Join(parts, ".")
}

// keyRow is a row of docs/policy.md about a key: its name in the first of five
// cells, and its rule in the last.
var keyRow = regexp.MustCompile("(?m)^\\| `([^`|]+)` \\|[^|\n]*\\|[^|\n]*\\|[^|\n]*\\| ([^|\n]+) \\|\r?$")

// rules are the rules by key. The page is the one place that says them, so that
// no copy can say something else.
var rules = sync.OnceValue(func() map[string]string {
	page, err := docs.Files.ReadFile("policy.md")
	if err != nil {
		return nil // it is embedded
	}
	found := map[string]string{}
	for _, m := range keyRow.FindAllStringSubmatch(string(page), -1) {
		found[m[1]] = strings.ReplaceAll(m[2], "`", "")
	}
	return found
})
