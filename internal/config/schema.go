package config

import (
	"bytes"
	"encoding/json"
	"slices"
)

// schema is the part of JSON Schema draft-07, which is what editors read, that
// describes a policy file.
type schema struct {
	Schema      string `json:"$schema,omitempty"`
	ID          string `json:"$id,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`

	Type      any      `json:"type,omitempty"` // a name, or several
	Const     any      `json:"const,omitempty"`
	Enum      []string `json:"enum,omitempty"`
	Pattern   string   `json:"pattern,omitempty"`
	MaxLength int      `json:"maxLength,omitempty"`
	Minimum   int      `json:"minimum,omitempty"`
	Maximum   int      `json:"maximum,omitempty"`

	Items    *schema `json:"items,omitempty"`
	MinItems int     `json:"minItems,omitempty"`

	Required      []string   `json:"required,omitempty"`
	MinProperties int        `json:"minProperties,omitempty"`
	PropertyNames *schema    `json:"propertyNames,omitempty"`
	Properties    properties `json:"properties,omitempty"`
	Additional    any        `json:"additionalProperties,omitempty"` // false, or a schema

	AnyOf []*schema `json:"anyOf,omitempty"`

	Default  *jsonValue `json:"default,omitempty"`
	Examples []any      `json:"examples,omitempty"`
}

// jsonValue is a value that may be null and is still written.
type jsonValue struct{ v any }

// MarshalJSON writes the value.
func (j jsonValue) MarshalJSON() ([]byte, error) { return json.Marshal(j.v) }

// properties are written in their own order, which is that of the
// documentation.
type properties []property

type property struct {
	name string
	desc *schema
}

// MarshalJSON writes them as an object.
func (ps properties) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, p := range ps {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(p.name)
		if err != nil {
			return nil, err
		}
		desc, err := plainJSON(p.desc)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(desc)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// plainJSON writes < and > as they are.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// SchemaURL is where the schema of this format stands.
const SchemaURL = "https://raw.githubusercontent.com/backout-dev/backout/main/docs/policy.schema.json"

// Schema returns the JSON Schema of a policy file, which editors complete and
// check it by.
func Schema() ([]byte, error) {
	s := new(File).object().schema()
	s.Schema = "http://json-schema.org/draft-07/schema#"
	s.ID = SchemaURL
	s.Title = "Policy file of backout"
	s.Description = "What a pull request must say, and what it may hold, before it merges. Every key may be left out."
	data, err := plainJSON(s)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	indentJSON(&b, data, "")
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// described returns the schema of a key with what people read about it.
func (f field) described() *schema {
	s := f.shape.schema()
	s.Description = f.text
	s.Default = &jsonValue{f.def}
	s.Examples = []any{f.example}
	return s
}

func (o object) schema() *schema {
	s := &schema{Type: orNull("object"), Additional: false}
	if len(o.required) > 0 {
		s.Type, s.Required = "object", o.required
	}
	if o.some {
		s.MinProperties = 1
	}
	for _, f := range o.fields {
		desc := f.described()
		if slices.Contains(o.required, f.name) {
			desc.notNull()
		}
		s.Properties = append(s.Properties, property{f.name, desc})
	}
	return s
}

func (s *schema) notNull() {
	if types, ok := s.Type.([]string); ok {
		s.Type = types[0]
	}
}

// orNull is the type of what may be left empty, as a key is whose lines below
// are all commented out.
func orNull(t string) []string { return []string{t, "null"} }

func (m mapOf[T]) schema() *schema {
	s := &schema{
		Type:          orNull("object"),
		PropertyNames: &schema{Pattern: m.name.pattern, MaxLength: m.name.most},
	}
	for _, name := range m.known {
		s.Properties = append(s.Properties, property{name, m.described(name)})
	}
	other := m.described("")
	if m.own != nil {
		other = m.own().schema()
		other.Description = m.text
	}
	s.Additional = other
	return s
}

func (m mapOf[T]) described(name string) *schema {
	s := m.entry(name, new(T)).schema()
	s.Description = m.text
	if slices.Contains(m.known, name) {
		s.Description = m.about(name)
		s.Default = &jsonValue{object0()}
	}
	return s
}

func (b blocks[T]) schema() *schema {
	item := b.item(new(T)).schema()
	return &schema{Type: orNull("array"), Items: item}
}

func (e either) schema() *schema {
	return &schema{AnyOf: []*schema{e.short.schema(), e.long.schema()}}
}

func (l list[T]) schema() *schema {
	s := &schema{Type: orNull("array"), Items: l.form.schema()}
	if l.some {
		s.MinItems = 1
	}
	if l.one {
		return &schema{AnyOf: []*schema{l.form.schema(), s}}
	}
	return s
}
