package testgithub

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// variables checks what was sent against what the operation declares, more
// strictly than a server must: a variable that nobody declared is an error.
func (g *graph) variables(op *ast.OperationDefinition, sent map[string]any) (map[string]any, error) {
	vars := map[string]any{}
	for _, d := range op.VariableDefinitions {
		v, given := sent[d.Variable]
		if !given && d.DefaultValue != nil {
			var err error
			if v, err = d.DefaultValue.Value(nil); err != nil {
				return nil, err
			}
			given = true
		}
		if !given && d.Type.NonNull {
			return nil, fmt.Errorf("variable $%s of type %s was not provided", d.Variable, d.Type)
		}
		if !given {
			continue
		}
		ok, err := g.value(d.Type, v)
		if err != nil {
			return nil, fmt.Errorf("variable $%s: %w", d.Variable, err)
		}
		vars[d.Variable] = ok
	}
	for name := range sent {
		if op.VariableDefinitions.ForName(name) == nil {
			return nil, fmt.Errorf("variable $%s is not declared by the operation", name)
		}
	}
	return vars, nil
}

// value checks a JSON value against a type and gives it its Go form.
func (g *graph) value(t *ast.Type, v any) (any, error) {
	if v == nil {
		if t.NonNull {
			return nil, fmt.Errorf("null where %s is wanted", t)
		}
		return nil, nil
	}
	if t.Elem != nil {
		return g.list(t, v)
	}
	d := g.schema.Types[t.NamedType]
	switch d.Kind {
	case ast.Enum:
		s, isText := v.(string)
		if !isText || d.EnumValues.ForName(s) == nil {
			return nil, fmt.Errorf("%v is no %s", v, t)
		}
		return s, nil
	case ast.InputObject:
		return g.input(d, v)
	}
	return scalar(t, v)
}

func (g *graph) list(t *ast.Type, v any) (any, error) {
	in, isList := v.([]any)
	if !isList {
		in = []any{v} // a single value stands for a list of one
	}
	out := make([]any, len(in))
	for i := range in {
		var err error
		if out[i], err = g.value(t.Elem, in[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (g *graph) input(d *ast.Definition, v any) (any, error) {
	in, isObject := v.(map[string]any)
	if !isObject {
		return nil, fmt.Errorf("%v is no %s", v, d.Name)
	}
	out := map[string]any{}
	for name := range in {
		if d.Fields.ForName(name) == nil {
			return nil, fmt.Errorf("%s has no field %s", d.Name, name)
		}
	}
	for _, f := range d.Fields {
		field, given := in[f.Name]
		if !given && !f.Type.NonNull {
			continue
		}
		ok, err := g.value(f.Type, field)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", d.Name, f.Name, err)
		}
		out[f.Name] = ok
	}
	return out, nil
}

var objectID = regexp.MustCompile(`^[0-9a-f]{40}$`)

func scalar(t *ast.Type, v any) (any, error) {
	number, isNumber := v.(json.Number)
	text, isText := v.(string)
	_, isBool := v.(bool)
	switch name := t.NamedType; {
	case name == "Int" && isNumber:
		if n, err := number.Int64(); err == nil && n >= -1<<31 && n < 1<<31 {
			return n, nil
		}
	case name == "Int" && isInt(v), name == "Boolean" && isBool:
		return v, nil
	case name == "Float" && isNumber:
		return number.Float64()
	case name == "ID" && isNumber:
		return number.String(), nil
	case name == "GitObjectID" && isText && !objectID.MatchString(text), name == "DateTime" && isText && !isTime(text):
		// GitHub refuses these
	case isText && !slices.Contains([]string{"Int", "Float", "Boolean"}, name):
		return text, nil
	}
	return nil, fmt.Errorf("%v is no %s", v, t)
}

func isInt(v any) bool { _, ok := v.(int64); return ok }

func isTime(s string) bool {
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}
