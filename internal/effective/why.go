package effective

import (
	"fmt"
	"strings"

	"github.com/backout-dev/backout/internal/config"
)

// File is a policy file that has a say.
type File struct {
	*config.File

	// Floor is true of the organisation's file.
	Floor bool
}

// says returns what the file itself says about a value, if it does. A freeze
// has no name that two files share, and says itself where it comes from.
func (f File) says(g group) (group, bool) {
	if g.settings[0].Beside || strings.HasPrefix(g.key, "freeze[") {
		return group{}, false
	}
	for _, own := range groups(config.Merge(nil, f.File, config.Where{})) {
		if own.key == g.key && own.settings[0].Origin.Kind != config.FromDefault {
			return own, true
		}
	}
	return group{}, false
}

// Why explains the value of a key, or of all keys below it: what is in force,
// what each file says, and how they compose. It is empty where there is no
// value of that key.
func Why(key string, m config.Merged, files ...File) string {
	var b strings.Builder
	for _, g := range groups(m) {
		if g.key != key && !strings.HasPrefix(g.key, key+".") && !strings.HasPrefix(g.key, key+"[") {
			continue
		}
		fmt.Fprintf(&b, "%s: %s\n", g.key, g.text())
		fmt.Fprintf(&b, "  from %s\n", g.origins())
		for _, f := range files {
			if own, ok := f.says(g); ok {
				fmt.Fprintf(&b, "  %s:%d says %s\n", f.Name, own.settings[0].Origin.Line, own.text())
			}
		}
		for _, o := range m.Overruled {
			if o.Key == g.key {
				fmt.Fprintf(&b, "  %s\n", o)
			}
		}
		fmt.Fprintf(&b, "  of an organisation's file and a repository's: %s\n", rule(pathOf(g.settings[0])))
		if text, ok := defaults()[g.key]; ok {
			fmt.Fprintf(&b, "  by default %s\n", text)
		}
	}
	return b.String()
}

// Keys lists the keys that have a value.
func Keys(m config.Merged) []string {
	var keys []string
	for _, g := range groups(m) {
		keys = append(keys, g.key)
	}
	return keys
}
