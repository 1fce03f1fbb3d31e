package testgithub

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// fields are the fields of a type that the server can answer.
type fields map[string]resolver

type resolver func(e *exec, v any, a args) (any, error)

// of makes a resolver for values of one Go type.
func of[T any](f func(e *exec, v T, a args) any) resolver {
	return func(e *exec, v any, a args) (any, error) {
		r := f(e, v.(T), a)
		if err, isErr := r.(error); isErr {
			return nil, err
		}
		return r, nil
	}
}

// get makes a resolver that only looks at the value.
func get[T any](f func(v T) any) resolver {
	return of(func(_ *exec, v T, _ args) any { return f(v) })
}

// unimplemented is a field that GitHub has and the server has not.
type unimplemented string

// graphError is an error as GraphQL answers it, at the field that failed.
type graphError struct{ kind, message string }

func (e *graphError) Error() string { return e.message }

func forbidden() error { return &graphError{"FORBIDDEN", "Resource not accessible by integration"} }

type args map[string]any

func (a args) int(name string, otherwise int) int {
	switch v := a[name].(type) {
	case int64:
		return int(v)
	case int:
		return v
	}
	return otherwise
}

func (a args) str(name string) string {
	s, _ := a[name].(string)
	return s
}

func (a args) sub(name string) args {
	m, _ := a[name].(map[string]any)
	return m
}

// list is a list of enum values or texts, nil where it is left out. One value
// stands for a list of it.
func (a args) list(name string) []string {
	if one, isOne := a[name].(string); isOne {
		return []string{one}
	}
	in, _ := a[name].([]any)
	var out []string
	for _, v := range in {
		out = append(out, v.(string))
	}
	return out
}

// exec runs one operation.
type exec struct {
	rq              *request
	g               *graph
	vars            map[string]any
	out             []byte // the answer's data so far
	errors          []any
	nodes, requests int
}

// object writes the selected fields of a value. It is not okay where a field that
// cannot be null has none: then the object itself is null.
func (e *exec) object(d *ast.Definition, v any, s *selected, at *place) bool {
	here := place{above: at}
	e.out = append(e.out, '{')
	for i, f := range e.collect(d, s) {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		here.key = f.key
		e.out = append(appendText(e.out, f.key), ':')
		if !e.field(d, v, f, &here) {
			return false
		}
	}
	e.out = append(e.out, '}')
	return true
}

// null writes null in place of all from there on; not okay where the type has none.
func (e *exec) null(from int, t *ast.Type) bool {
	e.out = append(e.out[:from], "null"...)
	return !t.NonNull
}

func (e *exec) field(d *ast.Definition, v any, f *selected, at *place) bool {
	if f.resolve == nil { // __typename
		e.out = appendText(e.out, d.Name)
		return true
	}
	var a args
	if len(f.f.Definition.Arguments) > 0 {
		a = f.f.ArgumentMap(e.vars)
	}
	val, err := f.resolve(e, v, a)
	if c, isConnection := val.(connection); isConnection {
		val, err = c.cut(f.f.Name, a)
	}
	if err != nil {
		e.fail(err, at)
		return e.null(len(e.out), f.f.Definition.Type)
	}
	return e.complete(f.f.Definition.Type, val, f, at)
}

// complete writes a resolved value in its answer's form.
func (e *exec) complete(t *ast.Type, v any, f *selected, at *place) bool {
	from := len(e.out)
	if isNil(v) {
		if t.NonNull {
			e.fail(fmt.Errorf("cannot return null for a field of type %s", t), at)
		}
		return e.null(from, t)
	}
	if t.Elem != nil {
		return e.list(t, reflect.ValueOf(v), f, at) || e.null(from, t)
	}
	d := f.typ
	if d.IsLeafType() {
		if !fits(d, v) {
			panic(unimplemented(fmt.Sprintf("%v (%T) at %v is no %s: a mistake in the test GitHub", v, v, at.path(), d.Name)))
		}
		e.out = appendJSON(e.out, v)
		return true
	}
	if d.IsAbstractType() {
		d = e.g.schema.Types[typeOf(v)]
	}
	return e.object(d, v, f, at) || e.null(from, t)
}

func (e *exec) list(t *ast.Type, list reflect.Value, f *selected, at *place) bool {
	here := place{above: at}
	e.out = append(e.out, '[')
	for i := range list.Len() {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		here.index = i
		if !e.complete(t.Elem, list.Index(i).Interface(), f, &here) {
			return false
		}
	}
	e.out = append(e.out, ']')
	return true
}

// fits reports whether our own value is one of the type's.
func fits(d *ast.Definition, v any) bool {
	switch d.Name {
	case "Int":
		switch n := v.(type) {
		case int:
			return int(int32(n)) == n
		case int64:
			return int64(int32(n)) == n
		}
		return false
	case "Boolean":
		_, is := v.(bool)
		return is
	}
	s, isText := v.(string)
	switch {
	case d.Kind == ast.Enum:
		return isText && d.EnumValues.ForName(s) != nil
	case d.Name == "DateTime":
		return isText && isTime(s)
	case d.Name == "GitObjectID":
		return isText && objectID.MatchString(s)
	}
	return isText
}

func isNil(v any) bool {
	if v == nil {
		return true
	}
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}

// connection is a whole list, of which a query takes a part.
type connection struct{ items []any }

func connect[T any](list []T) connection {
	c := connection{items: make([]any, len(list))}
	for i, v := range list {
		c.items[i] = v
	}
	return c
}

// part is the part of a connection that a query asked for.
type part struct {
	items    []any
	from, to int // of all
	total    int
}

const maxPage = 100

// cut takes first or last so many. GitHub insists on one of them, of 1 to 100.
func (c connection) cut(name string, a args) (part, error) {
	first, last := a.int("first", -1), a.int("last", -1)
	if first < 0 && last < 0 {
		return part{}, &graphError{
			"MISSING_PAGINATION_BOUNDARIES",
			fmt.Sprintf("You must provide a `first` or `last` value to properly paginate the `%s` connection.", name),
		}
	}
	if n := max(first, last); n > maxPage {
		return part{}, &graphError{
			"EXCESSIVE_PAGINATION",
			fmt.Sprintf("Requesting %d records on the `%s` connection exceeds the `first` limit of %d records.", n, name, maxPage),
		}
	}
	from, to := 0, len(c.items)
	if s := a.str("after"); s != "" {
		at, err := position(s)
		if err != nil {
			return part{}, err
		}
		from = min(at+1, to)
	}
	if s := a.str("before"); s != "" {
		at, err := position(s)
		if err != nil {
			return part{}, err
		}
		to = max(min(at, to), from)
	}
	if first >= 0 {
		to = min(to, from+first)
	}
	if last >= 0 {
		from = max(from, to-last)
	}
	return part{items: c.items[from:to], from: from, to: to, total: len(c.items)}, nil
}

func cursor(at int) string {
	return base64.StdEncoding.EncodeToString([]byte("cursor:v2:" + strconv.Itoa(at)))
}

func position(cursor string) (int, error) {
	raw, err := base64.StdEncoding.DecodeString(cursor)
	digits, okay := strings.CutPrefix(string(raw), "cursor:v2:")
	at, err2 := strconv.Atoi(digits)
	if err != nil || err2 != nil || !okay || at < 0 {
		return 0, &graphError{"INVALID_CURSOR_ARGUMENTS", fmt.Sprintf("`%s` does not appear to be a valid cursor.", cursor)}
	}
	return at, nil
}

type edge struct {
	at   int
	node any
}

func connectionFields() map[string]fields {
	return map[string]fields{
		"Connection": {
			"nodes":      get(func(p part) any { return p.items }),
			"totalCount": get(func(p part) any { return p.total }),
			"pageInfo":   get(func(p part) any { return p }),
			"edges": get(func(p part) any {
				edges := make([]any, len(p.items))
				for i, v := range p.items {
					edges[i] = edge{p.from + i, v}
				}
				return edges
			}),
		},
		"Edge": {
			"node":   get(func(e edge) any { return e.node }),
			"cursor": get(func(e edge) any { return cursor(e.at) }),
		},
		"PageInfo": {
			"hasNextPage":     get(func(p part) any { return p.to < p.total }),
			"hasPreviousPage": get(func(p part) any { return p.from > 0 }),
			"startCursor":     get(func(p part) any { return p.end(p.from) }),
			"endCursor":       get(func(p part) any { return p.end(p.to - 1) }),
		},
	}
}

func (p part) end(at int) any {
	if len(p.items) == 0 {
		return nil
	}
	return cursor(at)
}
