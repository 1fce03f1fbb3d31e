package effective

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
)

// File is a policy file that has a say.
type File struct {
	config.File

	// Floor is true of the organisation's file: its values, and the defaults of
	// what it leaves out, cannot be lowered.
	Floor bool
}

// Setting is one value in force.
type Setting struct {
	Key     string // "diff-size.warn-above"
	Value   string // as it would be written, on one line
	Default string // what stands where no file says anything; empty: nothing
	Origin  string // "default", or files with lines: ".github/backout.yml:9"
	Says    []Say
	Rule    string // how an organisation's file and a repository's compose here

	path []string
}

// Say is what one file says about a value.
type Say struct {
	File  string
	Line  int
	Value string
	Floor bool
	// Stands is true where it is what is in force, or a part of it.
	Stands bool
}

// Settings lists the values of a policy in the order of the documentation, with
// what each of the files that it was made from says.
func Settings(p checks.Policy, files ...File) []Setting {
	defaults := texts(append(values(checks.DefaultPolicy()), beside(config.File{})...))
	inForce := withBeside(values(p), files)
	var all []Setting
	for _, v := range inForce {
		s := Setting{Key: v.key(), Value: v.text, Default: defaults[v.key()], Rule: rule(v.path), path: v.path}
		for _, f := range files {
			if say, ok := f.say(v, p); ok {
				s.Says = append(s.Says, say)
			}
		}
		s.Origin = origin(&s, slices.ContainsFunc(files, func(f File) bool { return f.Floor }))
		all = append(all, s)
	}
	return all
}

func texts(vs []value) map[string]string {
	m := map[string]string{}
	for _, v := range vs {
		m[v.key()] = v.text
	}
	return m
}

// withBeside puts in what is no part of a verdict: comment and branches as the
// repository has them, else the organisation; override as the organisation has
// it where there is one.
func withBeside(vs []value, files []File) []value {
	var repository, floor config.File
	hasFloor := false
	for _, f := range files {
		if f.Floor {
			floor, hasFloor = f.File, true
		} else {
			repository = f.File
		}
	}
	from := func(key string) config.File {
		_, own := places(repository)[key]
		if strings.HasPrefix(key, "override.") && hasFloor || !own && hasFloor {
			return floor
		}
		return repository
	}
	get := func(key string, path ...string) value {
		return at(texts(beside(from(key)))[key], path...)
	}
	out := []value{vs[0], get("comment", "comment"), get("branches", "branches")}
	out = append(out, vs[1:]...)
	out = append(out, get("override.by", "override", "by"), get("override.author", "override", "author"), get("override.expires", "override", "expires"))
	return slices.DeleteFunc(out, func(v value) bool { return v.text == "" })
}

// say is what the file itself says about a value in force, if it does.
func (f File) say(v value, p checks.Policy) (Say, bool) {
	say := Say{File: f.Name, Floor: f.Floor}
	if v.path[0] == "freeze" {
		return f.sayFreeze(v, p)
	}
	place, ok := places(f.File)[v.key()]
	if !ok {
		return say, false
	}
	own := texts(append(values(f.Policy()), beside(f.File)...))
	say.Line, say.Value = place.Line, own[v.key()]
	say.Stands = say.Value == v.text
	return say, true
}

// sayFreeze finds a freeze in force in the file, by its instants: its place in
// the list, and its zone, may be another.
func (f File) sayFreeze(v value, p checks.Policy) (Say, bool) {
	var i int
	if _, err := fmt.Sscanf(v.path[1], "[%d]", &i); err != nil || i >= len(p.Freeze.Windows) {
		return Say{}, false
	}
	w := p.Freeze.Windows[i]
	for j, own := range f.FreezeWindows() {
		if own.Name == w.Name && own.From.Equal(w.From) && own.Until.Equal(w.Until) &&
			slices.Equal(own.Only.Paths, w.Only.Paths) && slices.Equal(own.Only.Labels, w.Only.Labels) {
			return Say{File: f.Name, Line: f.Freeze.Items[j].Line, Value: v.text, Floor: f.Floor, Stands: true}, true
		}
	}
	return Say{}, false
}

// origin names what a value comes from, and marks the says that stand.
func origin(s *Setting, hasFloor bool) string {
	var from []string
	name := func(say Say) string {
		if say.Floor {
			return fmt.Sprintf("%s:%d, floor", say.File, say.Line)
		}
		return fmt.Sprintf("%s:%d", say.File, say.Line)
	}
	for _, say := range s.Says {
		if say.Stands {
			from = append(from, name(say))
		}
	}
	switch {
	case len(from) > 0:
		// Where both say the same, the organisation's cannot be lowered.
		if i := slices.IndexFunc(from, func(n string) bool { return strings.HasSuffix(n, ", floor") }); i >= 0 {
			return from[i]
		}
		return from[0]
	case s.Value == s.Default && len(s.Says) > 0 && hasFloor:
		return "default, floor"
	case s.Value == s.Default || len(s.Says) == 0:
		return "default"
	}
	// It is made of several: a union, an intersection, a list with additions.
	for i := range s.Says {
		s.Says[i].Stands = true
		from = append(from, name(s.Says[i]))
	}
	return strings.Join(from, " and ")
}
