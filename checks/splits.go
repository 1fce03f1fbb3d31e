package checks

import (
	"cmp"
	"slices"
	"strings"
)

// maxSplits is how many parts are named: a list that is longer is not read.
const maxSplits = 5

// splitGroup is a part of a change: files that could go in by themselves.
type splitGroup struct {
	name   string
	files  []int
	weight int // in half lines
}

// splits names what a change could be split by, largest first: the systems it
// touches and the folders beside them, or folders alone. It is nil where there
// is nothing to split.
func splits(files []File, weights []int, systems []System) []Split {
	all := splitGroup{}
	for i := range files {
		if weights[i] > 0 {
			all.files = append(all.files, i)
			all.weight += weights[i]
		}
	}
	groups := splitBySystem(all, files, weights, systems)
	if len(groups) < 2 {
		groups = splitByFolder(all, files, weights)
	}
	if len(groups) < 2 {
		return nil
	}
	groups = groups[:min(len(groups), maxSplits)]
	named := make([]Split, len(groups))
	for i, g := range groups {
		named[i] = Split{Name: g.name, Counted: (g.weight + 1) / 2}
	}
	return named
}

// splitBySystem gives each file to the first system that it belongs to, and
// what belongs to none to its folders.
func splitBySystem(all splitGroup, files []File, weights []int, systems []System) []splitGroup {
	if len(systems) == 0 {
		return nil
	}
	paths := make([]pathGlobs, len(systems))
	for i, s := range systems {
		paths[i] = compileGlobs(s.Paths)
	}
	by := make(map[string]*splitGroup, len(systems))
	rest := splitGroup{}
	for _, i := range all.files {
		s := slices.IndexFunc(paths, func(gs pathGlobs) bool { return gs.match(files[i].Path) })
		if s < 0 {
			rest.files = append(rest.files, i)
			rest.weight += weights[i]
			continue
		}
		g := by[systems[s].Name]
		if g == nil {
			g = &splitGroup{name: systems[s].Name}
			by[g.name] = g
		}
		g.files = append(g.files, i)
		g.weight += weights[i]
	}
	if len(by) == 0 {
		return nil
	}
	groups := make([]splitGroup, 0, len(by)+1)
	for _, g := range by {
		groups = append(groups, *g)
	}
	if len(rest.files) > 0 {
		groups = append(groups, splitByFolder(rest, files, weights)...)
	}
	sortGroups(groups)
	return groups
}

// splitByFolder takes the folders below the deepest one that holds everything,
// and goes deeper into a folder as long as it holds more than half of all.
func splitByFolder(all splitGroup, files []File, weights []int) []splitGroup {
	groups := foldersOf(all, files, weights)
	for len(groups) < maxSplits {
		i := slices.IndexFunc(groups, func(g splitGroup) bool { return 2*g.weight > all.weight })
		if i < 0 {
			break
		}
		inside := foldersOf(groups[i], files, weights)
		if len(inside) < 2 {
			break
		}
		groups = append(slices.Delete(groups, i, i+1), inside...)
		sortGroups(groups)
	}
	return groups
}

// foldersOf parts files by the folder after the longest one that they share.
// Files that lie in that one directly make a part named after it.
func foldersOf(all splitGroup, files []File, weights []int) []splitGroup {
	if len(all.files) == 0 {
		return nil
	}
	shared := folderOf(files[all.files[0]].Path)
	for _, i := range all.files[1:] {
		for !strings.HasPrefix(files[i].Path, shared) {
			shared = folderOf(strings.TrimSuffix(shared, "/"))
		}
	}
	by := make(map[string]*splitGroup)
	for _, i := range all.files {
		path := files[i].Path
		name := shared
		if next := strings.IndexByte(path[len(shared):], '/'); next >= 0 {
			name = path[:len(shared)+next+1]
		}
		if name == "" {
			name = "./"
		}
		g := by[name]
		if g == nil {
			g = &splitGroup{name: name}
			by[name] = g
		}
		g.files = append(g.files, i)
		g.weight += weights[i]
	}
	groups := make([]splitGroup, 0, len(by))
	for _, g := range by {
		groups = append(groups, *g)
	}
	sortGroups(groups)
	return groups
}

// folderOf returns the folder of a path with its slash, "" at the root.
func folderOf(path string) string { return path[:strings.LastIndexByte(path, '/')+1] }

func sortGroups(groups []splitGroup) {
	slices.SortFunc(groups, func(a, b splitGroup) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.name, b.name))
	})
}
