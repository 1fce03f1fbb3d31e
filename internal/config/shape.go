package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backout-dev/backout/internal/nearest"
)

// A shape is how a key's value is written. It stands beside the Go field that
// the value goes to, and both the reader and the schema are made from it.
type shape interface {
	read(d *decoder, n node, path string)
	schema() *schema
}

// field is a key of a map. Default and example are written as JSON would; a
// default of nil says that there is none.
type field struct {
	name    string
	shape   shape
	text    string // what it means, in whole sentences
	def     any
	example any
}

// object is a map with known keys.
type object struct {
	to       *Place // nil: nobody asks
	fields   []field
	want     string // what it takes, such as "a map, such as {warn-above: 400}"
	required []string
	some     bool // it says nothing without a key
}

func (o object) read(d *decoder, n node, path string) {
	switch n.kind {
	case isNothing:
		o.missing(d, n, path, nil)
	case isMap:
		o.readMap(d, n, path)
	default:
		d.takes(n, path, o.want, n.found(), "")
	}
}

func (o object) readMap(d *decoder, n node, path string) {
	if o.to != nil {
		*o.to = n.place()
	}
	if o.some && len(n.pairs) == 0 {
		d.takes(n, path, o.want, "this one says nothing", "drop the key, or say what it is for")
	}
	seen := map[string]node{}
	for _, p := range n.pairs {
		if d.repeated(p.key, seen, path) {
			continue
		}
		i := slices.IndexFunc(o.fields, func(f field) bool { return f.name == p.key.text })
		if i < 0 {
			d.unknownKey(p.key, path, o.names())
			continue
		}
		if slices.Contains(o.required, p.key.text) && p.value.kind == isNothing {
			delete(seen, p.key.text)
			continue
		}
		o.fields[i].shape.read(d, p.value, within(path, p.key.text))
	}
	o.missing(d, n, path, seen)
}

func (o object) missing(d *decoder, n node, path string, seen map[string]node) {
	for _, name := range o.required {
		if _, ok := seen[name]; !ok {
			d.problem(n, path, fmt.Sprintf("%s needs %s", n.called(path), name), "add "+o.sample(name))
		}
	}
}

func (o object) names() []string {
	names := make([]string, len(o.fields))
	for i, f := range o.fields {
		names[i] = f.name
	}
	return names
}

// sample writes a key with its example.
func (o object) sample(name string) string {
	for _, f := range o.fields {
		if f.name == name {
			return name + ": " + flow(f.example)
		}
	}
	return name
}

// repeated reports a key that the map has already.
func (d *decoder) repeated(key node, seen map[string]node, path string) bool {
	first, again := seen[key.text]
	if !again {
		seen[key.text] = key
		return false
	}
	d.problem(key, within(path, clip(key.text)), fmt.Sprintf("%s stands here a second time; the first is on line %d", quote(key.text), first.line),
		"keep one of them")
	return true
}

// unknownKey reports a key that means nothing here, with what was most likely
// meant.
func (d *decoder) unknownKey(key node, path string, known []string) {
	fix := ""
	if !d.full() {
		fix = "the keys here are " + strings.Join(known, ", ")
		if near, ok := nearest.Of(key.text, known); ok {
			fix = "the nearest key is " + near
		} else if home, ok := homeOf(key.text); ok && home != within(path, key.text) {
			fix = fmt.Sprintf("%s is a key of %s", key.text, strings.TrimSuffix(home, "."+key.text))
			if home == key.text {
				fix = key.text + " stands at the top of the file, without indentation"
			}
		}
	}
	d.report(key, within(path, clip(key.text)), UnknownKey, "unknown key "+quote(key.text), fix)
}

// mapOf is a map whose keys are names.
type mapOf[T any] struct {
	to    *Map[T]
	want  string
	name  nameForm
	entry func(name string, to *T) shape
	known []string                 // names that have a meaning already
	about func(name string) string // what such a name means, in a sentence
	own   func() shape             // what any other name needs, where that differs
	text  string                   // what a name stands for
}

// nameForm says what a name may be.
type nameForm struct {
	wrong   func(name string) (wrong, fix string)
	pattern string
	most    int
}

func (m mapOf[T]) read(d *decoder, n node, path string) {
	switch n.kind {
	case isNothing:
		return
	case isMap:
	default:
		d.takes(n, path, m.want, n.found(), "")
		return
	}
	m.to.Place = n.place()
	seen := map[string]node{}
	for _, p := range n.pairs {
		at := within(path, p.key.text)
		if d.repeated(p.key, seen, path) {
			continue
		}
		if wrong, fix := m.name.wrong(p.key.text); wrong != "" {
			d.problem(p.key, at, wrong, fix)
			continue
		}
		e := Entry[T]{Place: d.placed(p.key), Key: p.key.text}
		m.entry(p.key.text, &e.V).read(d, p.value, at)
		m.to.Entries = append(m.to.Entries, e)
	}
}

// blocks is a list of maps.
type blocks[T any] struct {
	to   *Blocks[T]
	want string
	item func(to *T) object
}

func (b blocks[T]) read(d *decoder, n node, path string) {
	switch n.kind {
	case isNothing:
		return
	case isList:
	default:
		d.takes(n, path, b.want, n.found(), "write it as a list: each entry begins with a dash")
		return
	}
	b.to.Place = n.place()
	for i, item := range n.items {
		var v T
		o := b.item(&v)
		at := fmt.Sprintf("%s[%d]", path, i)
		if item.kind == isMap {
			o.read(d, item, at)
		} else {
			d.takes(item, at, o.want, item.found(), "")
		}
		b.to.Items = append(b.to.Items, v)
	}
}

// either is a value that may be written short: as a single value, or as a map
// or list.
type either struct {
	short, long shape
}

func (e either) read(d *decoder, n node, path string) {
	switch n.kind {
	case isNothing:
		return
	case isMap, isList:
		e.long.read(d, n, path)
	default:
		e.short.read(d, n, path)
	}
}
