package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// maxProblems bounds what is reported of one file: nobody mends more at a time,
// and a hostile file has thousands.
const maxProblems = 100

// decoder reads one file and collects what is wrong with it.
type decoder struct {
	name     string
	lines    []string
	problems []Problem
	more     int  // problems that are not listed
	worse    bool // one of them makes the file invalid

	widths map[Place]int // of the values that were read
}

// problem reports that something is wrong with a node; path is the key's.
func (d *decoder) problem(n node, path, message, fix string) {
	d.report(n, path, Invalid, message, fix)
}

func (d *decoder) report(n node, path string, kind Kind, message, fix string) {
	if len(d.problems) >= maxProblems {
		d.more++
		d.worse = d.worse || kind == Invalid
		return
	}
	at := n.place()
	d.problems = append(d.problems, Problem{
		File: d.name, Line: at.Line, Column: at.Column, Kind: kind, Key: path,
		Message: message, Fix: fix, Source: d.sourceLine(at.Line), Width: n.shown(),
	})
}

// placed remembers how wide a value is, for what shows only later.
func (d *decoder) placed(n node) Place {
	at := n.place()
	d.widths[at] = n.shown()
	return at
}

// full reports that further problems are only counted, so that nobody need
// look for their words.
func (d *decoder) full() bool { return len(d.problems) >= maxProblems }

func (d *decoder) sourceLine(line int) string {
	if line < 1 || line > len(d.lines) {
		return ""
	}
	return d.lines[line-1]
}

// all returns the problems in the order of the file.
func (d *decoder) all() []Problem {
	slices.SortStableFunc(d.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if d.more == 0 {
		return d.problems
	}
	last := d.problems[len(d.problems)-1]
	rest := Problem{
		File: d.name, Line: last.Line, Column: last.Column, Kind: UnknownKey,
		Message: fmt.Sprintf("and %d more problems", d.more), Source: last.Source, Width: last.Width,
	}
	if d.worse {
		rest.Kind = Invalid
	}
	return append(d.problems, rest)
}

// takes reports a value that is not what its key takes.
func (d *decoder) takes(n node, path, want, wrong, fix string) {
	d.problem(n, path, fmt.Sprintf("%s takes %s; %s", n.called(path), want, wrong), fix)
}

// lastKey is how a message calls the key at a path: "warn-above" of
// "diff-size.warn-above", "an entry of paths" of "exempt.paths[2]".
func lastKey(path string) string {
	entry := strings.HasSuffix(path, "]")
	if entry {
		path = path[:strings.LastIndexByte(path, '[')]
	}
	name := path[strings.LastIndexByte(path, '.')+1:]
	if entry {
		return "an entry of " + name
	}
	return name
}

// within is the path of a key below another.
func within(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
