package checks

import (
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// A pathGlob is a pattern of a policy file. A star stays within a folder, two
// cross folders, a trailing slash means everything below, and a leading one
// changes nothing: every pattern starts at the root.
type pathGlob struct {
	pattern string
	head    string // every match begins with it
	need    string // every match contains it
	below   bool   // head and two stars: beginning with head is enough
	// name is what stands between the stars of a file name behind "**/", which is
	// all that counts.
	name []string
}

const globMeta = `*?[{\`

func compileGlob(pattern string) pathGlob {
	pattern = strings.TrimPrefix(strings.TrimPrefix(pattern, "./"), "/")
	if strings.HasSuffix(pattern, "/") {
		pattern += "**"
	}
	g := pathGlob{pattern: pattern, head: pattern}
	if tail, ok := strings.CutPrefix(pattern, "**/"); ok && tail != "" && !strings.ContainsAny(tail, `?[{\/`) && !strings.Contains(tail, "**") {
		g.name = strings.Split(tail, "*")
		return g
	}
	rest := ""
	if i := strings.IndexAny(pattern, globMeta); i >= 0 {
		g.head, rest = pattern[:i], pattern[i:]
	}
	if strings.HasPrefix(rest, "**") {
		g.below = rest == "**" && strings.HasSuffix(g.head, "/")
		// "a/**" matches "a" too, which a submodule may be called.
		g.head = strings.TrimSuffix(g.head, "/")
	}
	if !strings.ContainsAny(rest, `[{\`) {
		g.need = longestLiteral(rest)
	}
	return g
}

// longestLiteral returns the longest run of plain characters between stars and
// question marks, without slashes at its ends, since two stars may be nothing.
func longestLiteral(pattern string) string {
	longest := ""
	for pattern != "" {
		end := strings.IndexAny(pattern, "*?")
		if end < 0 {
			end = len(pattern)
		}
		if run := strings.Trim(pattern[:end], "/"); len(run) > len(longest) {
			longest = run
		}
		pattern = pattern[min(end+1, len(pattern)):]
	}
	return longest
}

func (g *pathGlob) match(path string) bool {
	switch {
	case g.name != nil:
		return matchStars(g.name, path[strings.LastIndexByte(path, '/')+1:])
	case !strings.HasPrefix(path, g.head):
		return false
	case g.below:
		return len(path) == len(g.head) || path[len(g.head)] == '/'
	case !strings.Contains(path, g.need):
		return false
	}
	return doublestar.MatchUnvalidated(g.pattern, path)
}

// matchStars reports whether a name is the parts in their order, with anything
// between them.
func matchStars(parts []string, name string) bool {
	first, last := parts[0], len(parts)-1
	if last == 0 {
		return name == first
	}
	if !strings.HasPrefix(name, first) {
		return false
	}
	name = name[len(first):]
	for _, part := range parts[1:last] {
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name = name[i+len(part):]
	}
	return strings.HasSuffix(name, parts[last])
}

// pathGlobs are patterns made ready for many paths.
type pathGlobs []pathGlob

func compileGlobs(patterns []string) pathGlobs {
	globs := make(pathGlobs, len(patterns))
	for i, p := range patterns {
		globs[i] = compileGlob(p)
	}
	return globs
}

// match reports whether one of the globs matches the path.
func (gs pathGlobs) match(path string) bool {
	for i := range gs {
		if gs[i].match(path) {
			return true
		}
	}
	return false
}

// matchEither reports whether the file matches under one of its names.
func (gs pathGlobs) matchEither(f File) bool {
	return gs.match(f.Path) || f.Previous != "" && gs.match(f.Previous)
}

// matchBoth reports whether the file matches under each of its names.
func (gs pathGlobs) matchBoth(f File) bool {
	return gs.match(f.Path) && (f.Previous == "" || gs.match(f.Previous))
}

// matchAny reports whether one of the globs matches the path. A glob that is
// no valid pattern matches nothing; reading a policy refuses it.
func matchAny(globs []string, path string) bool {
	return slices.ContainsFunc(globs, func(g string) bool {
		glob := compileGlob(g)
		return glob.match(path)
	})
}
