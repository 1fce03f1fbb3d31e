package config

import (
	"cmp"
	"slices"
	"strings"

	"github.com/backout-dev/backout/checks"
)

// Lowering is a key for which a new version of a policy file asks for less than
// the version before.
type Lowering struct {
	Key      string
	From, To string // as a policy file would have the values; To is "" where nothing stands
}

// Lowered lists what a new version of a policy file asks for less than the old
// one did, in the order of a policy file. What changes only how a change is read
// (aliases, titles, hints) is not among it.
//
// A single value is lower if merging the two as floor and repository would not
// give it: then the old one asks for more. Lists are compared by what they mean:
// an exemption more is less, and so is a path fewer.
func Lowered(before, after File, w Where) []Lowering {
	old, next := alike(before), alike(after)
	was, is := values(Merge(nil, &old, w)), values(Merge(nil, &next, w))
	both := values(Merge(&old, &next, w))
	var all []Lowering
	if before.Mode.Or(checks.Enforce) == checks.Enforce && after.Mode.Or(checks.Enforce) == checks.Audit {
		all = append(all, Lowering{"mode", string(checks.Enforce), string(checks.Audit)})
	}
	for _, key := range was.order {
		if from, to := was.of[key], is.of[key]; len(from) > 0 && !slices.Equal(from, to) && lower(key, from, to, both.of[key]) {
			all = append(all, Lowering{key, strings.Join(from, ", "), strings.Join(to, ", ")})
		}
	}
	for _, key := range is.order {
		if len(was.of[key]) == 0 && len(is.of[key]) > 0 && more(key) {
			all = append(all, Lowering{key, "", strings.Join(is.of[key], ", ")})
		}
	}
	if after.Enforce.Set && !before.Enforce.Set {
		all = append(all, Lowering{"enforce", "everywhere, at once", "step by step"})
	}
	if after.Relax.Set && !before.Relax.Set {
		all = append(all, Lowering{"repositories-may-relax", "nothing", "something"})
	}
	return all
}

// alike is a file without what decides where and how hard it counts, so that
// two of them can be merged and compared.
func alike(f File) File {
	f.Mode, f.Enforce, f.Relax = Value[checks.Mode]{}, Enforce{}, Relax{}
	return f
}

// texts are the values of a policy by key, lists with all their entries, and
// the keys in the order of a policy file.
type texts struct {
	of    map[string][]string
	order []string
}

// values lists what files come to. The keys of a freeze begin with its name, and
// all that says when a section is required is one value.
func values(m Merged) texts {
	t := texts{of: map[string][]string{}}
	freeze := ""
	for _, s := range m.Settings {
		path := slices.DeleteFunc(slices.Clone(s.Path), func(p string) bool { return p == "[]" })
		text := s.Text
		switch {
		case strings.HasPrefix(path[0], "freeze["):
			if path[1] == "name" {
				freeze = text
			}
			path[0] = "freeze " + freeze
		case path[0] == "sections" && path[2] == "require" && len(path) > 3:
			text = strings.Join(path[3:], ".") + " " + text
			path = path[:3]
		}
		key := strings.Join(path, ".")
		if _, known := t.of[key]; !known {
			t.order = append(t.order, key)
		}
		if text != "[]" && !slices.Contains(t.of[key], text) {
			t.of[key] = append(t.of[key], text)
		}
	}
	for _, all := range t.of {
		slices.Sort(all)
	}
	return t
}

// lower reports that a key whose values changed asks for less.
func lower(key string, from, to, both []string) bool {
	path := strings.Split(key, ".")
	switch last := path[len(path)-1]; {
	case slices.Contains([]string{"title", "also", "hint", "ask", "name", "comment", "branches", "timezone", "version"}, last):
		return false
	case more(key):
		return !subset(to, from)
	case path[0] == "override":
		return true
	case !strings.HasPrefix(key, "freeze "):
		return !slices.Equal(both, to)
	case last == "from":
		return len(to) == 0 || cmp.Less(from[0], to[0])
	case last == "until":
		return len(to) == 0 || cmp.Less(to[0], from[0])
	}
	return !subset(from, to)
}

// more reports a list of which more entries ask for less.
func more(key string) bool {
	for _, list := range []string{".ignore", "exempt.authors", "exempt.paths", "hours.staffed"} {
		if strings.HasSuffix(key, list) {
			return true
		}
	}
	return strings.Contains(key, ".except.") || strings.HasPrefix(key, "freeze ") && strings.Contains(key, ".only.")
}

func subset(a, b []string) bool {
	return !slices.ContainsFunc(a, func(s string) bool { return !slices.Contains(b, s) })
}
