package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

type (
	schema struct {
		Data struct {
			Schema struct{ Types []typ } `json:"__schema"`
		}
		Schema struct{ Types []typ } `json:"__schema"`
	}
	typ struct {
		Kind, Name    string
		Fields        []field
		InputFields   []input
		Interfaces    []typeRef
		PossibleTypes []typeRef
		EnumValues    []struct {
			Name              string
			IsDeprecated      bool
			DeprecationReason string
		}
	}
	field struct {
		Name              string
		Args              []input
		Type              typeRef
		IsDeprecated      bool
		DeprecationReason string
	}
	input struct {
		Name         string
		Type         typeRef
		DefaultValue *string
	}
	typeRef struct {
		Kind, Name string
		OfType     *typeRef
	}
)

func (t typeRef) String() string {
	switch t.Kind {
	case "NON_NULL":
		return t.OfType.String() + "!"
	case "LIST":
		return "[" + t.OfType.String() + "]"
	}
	return t.Name
}

func (t typeRef) base() string {
	if t.OfType != nil {
		return t.OfType.base()
	}
	return t.Name
}

type trimmer struct {
	all     map[string]typ
	objects map[string]bool // to keep, with their connections
	used    map[string]bool // enums, scalars and inputs that a kept field names
}

// trimGraphQL writes the kept types as SDL, without descriptions. schema.json is
// read because schema.graphql of some releases defines a field twice.
func trimGraphQL(path string) ([]byte, error) {
	data, err := os.ReadFile(path) //nolint:gosec // named on the command line
	if err != nil {
		return nil, err
	}
	var s schema
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	t := trimmer{all: map[string]typ{}, objects: map[string]bool{"Query": true}, used: map[string]bool{}}
	for _, ty := range append(s.Data.Schema.Types, s.Schema.Types...) {
		t.all[ty.Name] = ty
	}
	for _, name := range types {
		if _, ok := t.all[name]; !ok {
			return nil, fmt.Errorf("%s: no type %s", path, name)
		}
		t.objects[name] = true
	}
	t.connections()
	return t.write(), nil
}

// connections keeps the connection types between kept types, and their edges.
func (t *trimmer) connections() {
	for name, ty := range t.all {
		if !strings.HasSuffix(name, "Connection") || ty.Kind != "OBJECT" {
			continue
		}
		nodes := slices.IndexFunc(ty.Fields, func(f field) bool { return f.Name == "nodes" })
		edges := slices.IndexFunc(ty.Fields, func(f field) bool { return f.Name == "edges" })
		if nodes >= 0 && edges >= 0 && t.objects[ty.Fields[nodes].Type.base()] {
			t.objects[name] = true
			t.objects[ty.Fields[edges].Type.base()] = true
		}
	}
}

func (t *trimmer) keeps(ty typ, f field) bool {
	if ty.Name == "Query" && !slices.Contains(queries, f.Name) {
		return false
	}
	base := f.Type.base()
	kind := t.all[base].Kind
	return t.objects[base] || kind == "ENUM" || kind == "SCALAR"
}

func (t *trimmer) use(name string) {
	ty := t.all[name]
	if t.used[name] || ty.Kind != "ENUM" && ty.Kind != "SCALAR" && ty.Kind != "INPUT_OBJECT" {
		return
	}
	t.used[name] = true
	for _, f := range ty.InputFields {
		t.use(f.Type.base())
	}
}

func (t *trimmer) write() []byte {
	var objects, rest bytes.Buffer
	for _, name := range sorted(t.objects) {
		t.object(&objects, t.all[name])
	}
	for _, name := range sorted(t.used) {
		t.leaf(&rest, t.all[name])
	}
	head := "# Cut from npm @octokit/graphql-schema 15.25.0 by tools/contracts; see LICENSE.\n"
	return slices.Concat([]byte(head), objects.Bytes(), rest.Bytes())
}

func (t *trimmer) object(b *bytes.Buffer, ty typ) {
	switch ty.Kind {
	case "UNION":
		var members []string
		for _, m := range ty.PossibleTypes {
			if t.objects[m.Name] {
				members = append(members, m.Name)
			}
		}
		fmt.Fprintf(b, "\nunion %s = %s\n", ty.Name, strings.Join(members, " | "))
		return
	case "INTERFACE":
		fmt.Fprintf(b, "\ninterface %s", ty.Name)
	default:
		fmt.Fprintf(b, "\ntype %s", ty.Name)
	}
	sep := " implements "
	for _, i := range ty.Interfaces {
		if t.objects[i.Name] {
			b.WriteString(sep + i.Name)
			sep = " & "
		}
	}
	b.WriteString(" {\n")
	for _, f := range ty.Fields {
		if !t.keeps(ty, f) {
			continue
		}
		fmt.Fprintf(b, "  %s%s: %s%s\n", f.Name, t.args(f.Args), f.Type, deprecated(f.IsDeprecated, f.DeprecationReason))
		t.use(f.Type.base())
	}
	b.WriteString("}\n")
}

func (t *trimmer) args(args []input) string {
	if len(args) == 0 {
		return ""
	}
	var s []string
	for _, a := range args {
		s = append(s, value(a))
		t.use(a.Type.base())
	}
	return "(" + strings.Join(s, ", ") + ")"
}

func value(i input) string {
	s := i.Name + ": " + i.Type.String()
	if i.DefaultValue != nil {
		s += " = " + *i.DefaultValue
	}
	return s
}

func (t *trimmer) leaf(b *bytes.Buffer, ty typ) {
	switch ty.Kind {
	case "SCALAR":
		if !slices.Contains([]string{"String", "Int", "Float", "Boolean", "ID"}, ty.Name) {
			fmt.Fprintf(b, "\nscalar %s\n", ty.Name)
		}
	case "ENUM":
		fmt.Fprintf(b, "\nenum %s {\n", ty.Name)
		for _, v := range ty.EnumValues {
			fmt.Fprintf(b, "  %s%s\n", v.Name, deprecated(v.IsDeprecated, v.DeprecationReason))
		}
		b.WriteString("}\n")
	case "INPUT_OBJECT":
		fmt.Fprintf(b, "\ninput %s {\n", ty.Name)
		for _, f := range ty.InputFields {
			fmt.Fprintf(b, "  %s\n", value(f))
		}
		b.WriteString("}\n")
	}
}

func deprecated(is bool, why string) string {
	if !is {
		return ""
	}
	return fmt.Sprintf(" @deprecated(reason: %q)", why)
}

func sorted(m map[string]bool) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
