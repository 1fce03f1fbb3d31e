package checks

import (
	"path"
	"strings"
	"sync"
)

// pathIndex finds the rules that a path belongs to without trying every glob:
// nearly all of them end in a fixed name or extension.
type pathIndex struct {
	byEnd map[string][]indexedRule // by base name, or extension with its dot
	other []indexedRule
}

type indexedRule struct {
	glob pathGlob
	ruleRef
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
	x := &pathIndex{byEnd: map[string][]indexedRule{}}
	n := 0
	for _, c := range builtinClasses() {
		for _, r := range c.rules {
			for _, glob := range r.files {
				for _, g := range expandBraces(glob) {
					x.add(g, ruleRef{class: c, rules: r, order: n})
				}
			}
			n++
		}
	}
	return x
})

func (x *pathIndex) add(glob string, ref ruleRef) {
	p := indexedRule{glob: compileGlob(glob), ruleRef: ref}
	base := path.Base(glob)
	ext := path.Ext(base)
	switch {
	case !strings.ContainsAny(base, globMeta):
		x.byEnd[base] = append(x.byEnd[base], p)
	case ext != "" && !strings.ContainsAny(ext, globMeta):
		x.byEnd[ext] = append(x.byEnd[ext], p)
	default:
		x.other = append(x.other, p)
	}
}

// rules lists the rules whose files a path is one of, in their order, each
// once.
func (x *pathIndex) rules(name string) []ruleRef {
	name = strings.ToLower(name)
	base := path.Base(name)
	var found []ruleRef
	for _, list := range [3][]indexedRule{x.byEnd[base], x.byEnd[path.Ext(base)], x.other} {
		for i := range list {
			if list[i].glob.match(name) {
				found = insertRule(found, list[i].ruleRef)
			}
		}
	}
	kept := found[:0]
	for _, ref := range found {
		if !ref.rules.except.match(name) {
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
