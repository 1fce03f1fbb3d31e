package checks

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

// pathKind is what a path says about a file by itself; kinds add up.
type pathKind uint16

const (
	sourceFolder pathKind = 1 << iota
	lockFile
	generatedFile
	vendoredFile
	fixtureFile
	snapshotFile
	testFile
	documentationFile
	sensitiveFile
)

// pathKindsOf returns the kinds that the built-in list knows for a path. It
// never returns sensitiveFile, for which isSensitive stands.
func pathKindsOf(path string) pathKind { return builtInPaths().kinds.match(path) }

// isSensitive reports whether the path steers a gate, a release or a program,
// so that it is no documentation whatever its name ends with.
func isSensitive(path string) bool {
	return builtInPaths().sensitive.match(strings.ToLower(path))&sensitiveFile != 0
}

//go:embed paths.txt
var pathsText string

type pathTables struct{ kinds, sensitive *pathTable }

var builtInPaths = sync.OnceValue(func() pathTables { return parsePaths(pathsText) })

// A pathRule is one pattern of the list.
type pathRule struct {
	kind     pathKind
	folders  []string // folders in a row, the last one indexed by
	rooted   bool     // the first of them stands at the root
	fresh    bool     // not below a source folder
	prefix   string   // of the file name
	suffix   string
	whole    bool // prefix is the whole file name
	anyFile  bool // everything below the folders
	stemOnly bool // suffix ends the name before its last extension
}

// A pathTable finds the rules for a path by lookup: a list of thousands of
// files is held against hundreds of patterns.
type pathTable struct {
	names    map[string][]pathRule // by whole file name
	suffixes map[string][]pathRule // by the end of the file name
	stems    map[string][]pathRule // by its end before the last extension
	prefixes []pathRule
	folders  map[string][]pathRule // by the last folder named
	endings  map[string][]pathRule // by the end of a folder's name
}

func newPathTable() *pathTable {
	return &pathTable{
		names: map[string][]pathRule{}, suffixes: map[string][]pathRule{}, stems: map[string][]pathRule{},
		folders: map[string][]pathRule{}, endings: map[string][]pathRule{},
	}
}

// parsePaths reads the built-in list. The list is part of the program, so a
// mistake in it is a panic that any test meets.
func parsePaths(text string) pathTables {
	kinds := map[string]pathKind{
		"[source]": sourceFolder, "[lock files]": lockFile, "[generated]": generatedFile,
		"[vendored]": vendoredFile, "[fixtures]": fixtureFile, "[snapshots]": snapshotFile,
		"[tests]": testFile, "[documentation]": documentationFile, "[sensitive]": sensitiveFile,
	}
	tables := pathTables{kinds: newPathTable(), sensitive: newPathTable()}
	var kind pathKind
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			if kind = kinds[line]; kind == 0 {
				panic("paths.txt: unknown kind " + line)
			}
		case kind == sensitiveFile:
			tables.sensitive.add(line, kind)
		default:
			tables.kinds.add(line, kind)
		}
	}
	return tables
}

// add files a pattern under what it can be looked up by.
func (t *pathTable) add(pattern string, kind pathKind) {
	if before, group, after := cutBraces(pattern); group != "" {
		for choice := range strings.SplitSeq(group, ",") {
			t.add(before+choice+after, kind)
		}
		return
	}
	r := pathRule{kind: kind}
	pattern, r.fresh = strings.CutPrefix(pattern, "?")
	pattern, r.rooted = strings.CutPrefix(pattern, "/")
	parts := strings.Split(pattern, "/")
	base := parts[len(parts)-1]
	r.folders = parts[:len(parts)-1]
	switch before, after, star := strings.Cut(base, "*"); {
	case base == "":
		r.anyFile = true
	case !star:
		r.prefix, r.whole = base, true
	default:
		r.prefix, r.suffix = before, after
		if stem, ok := strings.CutSuffix(after, ".*"); ok {
			r.suffix, r.stemOnly = stem, true
		}
		if strings.Contains(r.suffix, "*") || r.prefix != "" && r.stemOnly {
			panic(fmt.Sprintf("paths.txt: cannot read %q", pattern))
		}
	}
	switch {
	case len(r.folders) > 0:
		last := r.folders[len(r.folders)-1]
		if ending, ok := strings.CutPrefix(last, "*"); ok {
			t.endings[ending] = append(t.endings[ending], r)
			return
		}
		t.folders[last] = append(t.folders[last], r)
	case r.whole:
		t.names[r.prefix] = append(t.names[r.prefix], r)
	case r.prefix != "":
		t.prefixes = append(t.prefixes, r)
	case r.stemOnly:
		t.stems[r.suffix] = append(t.stems[r.suffix], r)
	default:
		t.suffixes[r.suffix] = append(t.suffixes[r.suffix], r)
	}
}

func cutBraces(s string) (before, group, after string) {
	i := strings.IndexByte(s, '{')
	if i < 0 {
		return s, "", ""
	}
	j := i + strings.IndexByte(s[i:], '}')
	return s[:i], s[i+1 : j], s[j+1:]
}

// match adds up the kinds of every rule that the path meets.
func (t *pathTable) match(path string) pathKind {
	var room [24]string
	folders, base := room[:0], path
	for {
		folder, rest, more := strings.Cut(base, "/")
		if !more {
			break
		}
		folders, base = append(folders, folder), rest
	}
	found, belowSource := pathKind(0), false
	for i, folder := range folders {
		var here pathKind
		for _, r := range t.folders[folder] {
			here |= r.at(folders[:i+1], base, belowSource)
		}
		for ending := range endings(folder) {
			for _, r := range t.endings[ending] {
				here |= r.at(folders[:i+1], base, belowSource)
			}
		}
		if here&sourceFolder != 0 {
			belowSource = true
		}
		if here&testFile != 0 {
			belowSource = false
		}
		found |= here
	}
	return found&^sourceFolder | t.matchName(base, len(folders) == 0)
}

// matchName adds up the kinds of the rules that look at the file name alone.
func (t *pathTable) matchName(base string, root bool) pathKind {
	var found pathKind
	for _, r := range t.names[base] {
		if root || !r.rooted {
			found |= r.kind
		}
	}
	for _, r := range t.prefixes {
		if r.named(base) {
			found |= r.kind
		}
	}
	for ending := range endings(base) {
		for _, r := range t.suffixes[ending] {
			found |= r.kind
		}
	}
	if dot := strings.LastIndexByte(base, '.'); dot > 0 {
		for ending := range endings(base[:dot]) {
			for _, r := range t.stems[ending] {
				found |= r.kind
			}
		}
	}
	return found
}

// at returns the rule's kind if it holds below the given folders.
func (r pathRule) at(folders []string, base string, belowSource bool) pathKind {
	n := len(folders) - len(r.folders)
	if n < 0 || r.rooted && n > 0 || r.fresh && belowSource {
		return 0
	}
	for i, want := range r.folders[:len(r.folders)-1] {
		if folders[n+i] != want {
			return 0
		}
	}
	if !r.named(base) {
		return 0
	}
	return r.kind
}

// named reports whether a file name meets the rule.
func (r pathRule) named(base string) bool {
	switch {
	case r.anyFile:
		return true
	case r.whole:
		return base == r.prefix
	case r.stemOnly:
		if i := strings.LastIndexByte(base, '.'); i > 0 {
			base = base[:i]
		}
	}
	return len(base) >= len(r.prefix)+len(r.suffix) && strings.HasPrefix(base, r.prefix) && strings.HasSuffix(base, r.suffix)
}

// endings yields the parts of a name that begin where a new word may begin.
func endings(name string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for i := 0; i < len(name); i++ {
			switch c := name[i]; {
			case c == '.' || c == '-' || c == '_' || 'A' <= c && c <= 'Z':
				if !yield(name[i:]) {
					return
				}
			}
		}
	}
}
