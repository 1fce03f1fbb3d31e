package effective

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backout-dev/backout/checks"
)

// YAML writes settings as a policy file: each value with its origin behind it,
// and below it, as comments, what other files say and does not stand.
func YAML(settings []Setting) string {
	var b strings.Builder
	b.WriteString("version: 1\n")
	var open []string
	written := map[string]bool{}
	for i, s := range settings {
		s.path = short(settings, i)
		parents, leaf := s.path[:len(s.path)-1], s.path[len(s.path)-1]
		comment := ""
		if written[s.Key] {
			// A name that stands twice, each for itself: a file cannot hold that.
			comment = "# again: "
		}
		written[s.Key] = true
		for i, p := range parents {
			if i < len(open) && open[i] == p {
				continue
			}
			open = open[:min(i, len(open))]
			fmt.Fprintf(&b, "%s%s:\n", indent(i), keyText(p))
			open = append(open, p)
		}
		open = open[:len(parents)]
		in := indent(len(parents))
		head := keyText(leaf) + ": "
		if strings.HasPrefix(leaf, "[") {
			head = "- "
		}
		fmt.Fprintf(&b, "%s%s%s%s # %s\n", in, comment, head, s.Value, clean(s.Origin))
		for _, say := range s.Says {
			if !say.Stands {
				fmt.Fprintf(&b, "%s# %s:%d says %s\n", in, clean(say.File), say.Line, clean(say.Value))
			}
		}
	}
	return b.String()
}

// short is the path under which a value is written: a class of which nothing
// but the severity is said is written as that.
func short(settings []Setting, i int) []string {
	path := settings[i].path
	if len(path) < 3 || path[0] != "irreversible" || path[2] != "severity" {
		return path
	}
	if i+1 < len(settings) && len(settings[i+1].path) > 2 && slices.Equal(settings[i+1].path[:2], path[:2]) {
		return path
	}
	return path[:2]
}

// Differing leaves out what is as it is by default.
func Differing(settings []Setting) []Setting {
	var out []Setting
	for _, s := range settings {
		if s.Value != s.Default {
			out = append(out, s)
		}
	}
	return out
}

func indent(n int) string { return strings.Repeat("  ", n) }

func keyText(s string) string {
	if w := word(s); w != "" {
		return w
	}
	return quoted(s)
}

// clean keeps a comment on its line.
func clean(s string) string { return strings.NewReplacer("\n", " ", "\r", " ").Replace(s) }

// Further writes, as comments, what a policy file cannot hold: the hours of
// other people, and what is read on its own beside the policy.
func Further(p checks.Policy) string {
	var b strings.Builder
	for _, s := range p.Hours.And {
		fmt.Fprintf(&b, "# hours.staffed: and %s %s\n", staffed(s.Staffed), s.Location)
	}
	return b.String()
}
