package testgithub

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// selected is a field under its answer's key, with what was selected of it.
type selected struct {
	key     string
	f       *ast.Field
	typ     *ast.Definition // of its values
	resolve resolver        // nil: __typename
	sets    []ast.SelectionSet
	kept    map[*ast.Definition][]*selected // what collect found
}

// collect lists the fields that were selected of a type, those of fragments among
// them. It is kept with the query, unless it depends on the query's variables.
func (e *exec) collect(d *ast.Definition, s *selected) []*selected {
	if list, ok := s.kept[d]; ok {
		return list
	}
	c := collector{e: e, d: d, byKey: map[string]*selected{}}
	for _, set := range s.sets {
		c.walk(set)
	}
	if !c.varies {
		s.kept[d] = c.list
	}
	return c.list
}

type collector struct {
	e      *exec
	d      *ast.Definition
	list   []*selected
	byKey  map[string]*selected
	varies bool // there are directives
}

func (c *collector) walk(set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.InlineFragment:
			if c.included(s.Directives) && c.applies(s.TypeCondition) {
				c.walk(s.SelectionSet)
			}
		case *ast.FragmentSpread:
			if c.included(s.Directives) && c.applies(s.Definition.TypeCondition) {
				c.walk(s.Definition.SelectionSet)
			}
		case *ast.Field:
			if c.included(s.Directives) {
				c.add(s)
			}
		}
	}
}

func (c *collector) add(f *ast.Field) {
	s := c.byKey[f.Alias]
	if s == nil {
		s = c.e.g.selected(c.d, f)
		c.byKey[f.Alias] = s
		c.list = append(c.list, s)
	}
	s.sets = append(s.sets, f.SelectionSet)
}

func (c *collector) included(ds ast.DirectiveList) bool {
	for _, d := range ds {
		c.varies = true
		is, _ := d.ArgumentMap(c.e.vars)["if"].(bool)
		if d.Name == "skip" && is || d.Name == "include" && !is {
			return false
		}
	}
	return true
}

func (c *collector) applies(condition string) bool {
	if condition == "" || condition == c.d.Name {
		return true
	}
	for _, possible := range c.e.g.schema.PossibleTypes[condition] {
		if possible.Name == c.d.Name {
			return true
		}
	}
	return false
}

// selected is a field of a type.
func (g *graph) selected(d *ast.Definition, f *ast.Field) *selected {
	s := &selected{key: f.Alias, f: f, kept: map[*ast.Definition][]*selected{}}
	if f.Name == "__typename" {
		return s
	}
	s.typ, s.resolve = g.schema.Types[f.Definition.Type.Name()], g.resolver(d.Name, f.Name)
	if s.resolve == nil {
		panic(unimplemented(fmt.Sprintf("%s.%s is not implemented in the test GitHub; see resolve*.go", d.Name, f.Name)))
	}
	return s
}

func (g *graph) resolver(typ, field string) resolver {
	if r := g.fields[typ][field]; r != nil {
		return r
	}
	for _, suffix := range []string{"Connection", "Edge"} {
		if strings.HasSuffix(typ, suffix) {
			return g.fields[suffix][field]
		}
	}
	return nil
}
