package checks

import (
	"path"
	"strings"
	"sync"
)

// pathIndex finds the rules that a path belongs to without trying every glob:
// nearly all of them name a file, a folder or at least an extension.
type pathIndex struct {
	byName   map[string][]indexedRule
	byFolder map[string][]indexedRule
	byExt    map[string][]indexedRule // with its dot
	byPart   []indexedRule            // by a part of the path that parts looks for
	parts    *prefilter
	other    []indexedRule
	filters  filterCache
}

type indexedRule struct {
	glob *pathGlob
	// whole is true where the list that the rule is found in and the suffix say
	// all that the glob says.
	whole  bool
	suffix string
	ruleRef
}

func (r *indexedRule) match(name string) bool {
	if r.whole {
		return strings.HasSuffix(name, r.suffix)
	}
	return r.glob.match(name)
}

// ruleRef is a rule with the class it belongs to, and its place among all.
type ruleRef struct {
	class *Class
	rules *classRules
	order int
}

// builtinPaths indexes the built-in classes. Their globs and the paths that
// they are held against are in lower case.
var builtinPaths = sync.OnceValue(func() *pathIndex {
	x := &pathIndex{byName: map[string][]indexedRule{}, byFolder: map[string][]indexedRule{}, byExt: map[string][]indexedRule{}}
	n := 0
	var parts []literal
	for _, c := range builtinClasses() {
		for _, r := range c.rules {
			for _, glob := range r.files {
				for _, g := range expandBraces(glob) {
					if part := x.add(g, ruleRef{class: c, rules: r, order: n}); part != "" {
						l := newLiteral(foldText(part))
						l.rule = uint16(len(x.byPart) - 1)
						parts = append(parts, l)
					}
				}
			}
			n++
		}
	}
	x.parts = prefilterOf(parts)
	return x
})

// add files a rule under what its glob says most plainly, and returns what a
// path must hold where that is the most.
func (x *pathIndex) add(glob string, ref ruleRef) (part string) {
	p := indexedRule{ruleRef: ref}
	dir, base := path.Split(glob)
	ext := path.Ext(base)
	folder := fixedFolder(dir)
	lists, key := x.byExt, ext
	switch {
	case !strings.ContainsAny(base, globMeta):
		lists, key = x.byName, base
		p.whole = dir == "**/"
	case folder != "":
		lists, key = x.byFolder, folder
		suffix, ok := strings.CutPrefix(glob, "**/"+folder+"/**/*")
		p.whole, p.suffix = ok && !strings.ContainsAny(suffix, globMeta), suffix
	case ext != "" && !strings.ContainsAny(ext, globMeta):
		p.whole = glob == "**/*"+ext
	default:
		lists = nil
	}
	if !p.whole {
		g := compileGlob(glob)
		p.glob = &g
		part = partOf(glob, ext)
	}
	switch {
	case part != "" && (lists == nil || key == ext):
		x.byPart = append(x.byPart, p)
		return part
	case lists == nil:
		x.other = append(x.other, p)
	default:
		lists[key] = append(lists[key], p)
	}
	return ""
}

// partOf returns the longest run of plain characters of a glob that is long
// enough to look for, or "". What many paths end with is none.
func partOf(glob, ext string) string {
	if !strings.ContainsAny(ext, globMeta) {
		glob = strings.TrimSuffix(glob, ext)
	}
	if part := longestLiteral(glob); len(part) >= gramSize && !strings.ContainsAny(glob, `[{\`) {
		return part
	}
	return ""
}

// fixedFolder returns the first folder of a glob that is no pattern.
func fixedFolder(dir string) string {
	for folder := range strings.SplitSeq(dir, "/") {
		if folder != "" && !strings.ContainsAny(folder, globMeta) {
			return folder
		}
	}
	return ""
}

// rules lists the rules whose files a path is one of, in their order, each
// once.
func (x *pathIndex) rules(name string) []ruleRef { return x.appendRules(nil, name) }

// appendRules appends them to a list.
func (x *pathIndex) appendRules(kept []ruleRef, name string) []ruleRef {
	given := name
	name = strings.ToLower(name)
	var buf [24]ruleRef
	found := buf[:0]
	try := func(list []indexedRule) {
		for i := range list {
			if list[i].match(name) {
				found = insertRule(found, list[i].ruleRef)
			}
		}
	}
	rest := name
	for {
		folder, after, ok := strings.Cut(rest, "/")
		if !ok {
			break
		}
		try(x.byFolder[folder])
		rest = after
	}
	try(x.byName[rest])
	try(x.byExt[path.Ext(rest)])
	eachLiteral(x.parts, name, func(l *literal, _ int) { try(x.byPart[l.rule : l.rule+1]) })
	try(x.other)
	kinds, known := pathKind(0), false
	for _, ref := range found {
		if ref.rules.skip != 0 && !known {
			kinds, known = pathKindsOf(given), true
		}
		if ref.rules.skip&kinds == 0 && !ref.rules.except.match(name) {
			kept = append(kept, ref)
		}
	}
	return kept
}

func insertRule(list []ruleRef, ref ruleRef) []ruleRef {
	i := len(list)
	for i > 0 && list[i-1].order > ref.order {
		i--
	}
	if i > 0 && list[i-1].order == ref.order {
		return list
	}
	list = append(list, ref)
	copy(list[i+1:], list[i:])
	list[i] = ref
	return list
}

// expandBraces writes "a.{b,c}" as "a.b" and "a.c".
func expandBraces(glob string) []string {
	open, end := strings.IndexByte(glob, '{'), strings.IndexByte(glob, '}')
	if open < 0 || end < open {
		return []string{glob}
	}
	var all []string
	for _, option := range strings.Split(glob[open+1:end], ",") {
		all = append(all, expandBraces(glob[:open]+option+glob[end+1:])...)
	}
	return all
}
