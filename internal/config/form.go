package config

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/backout-dev/backout/internal/nearest"
)

// A form is how one kind of single value is written.
type form[T any] struct {
	want string // with an example, such as "a number of lines, such as 400"
	// read returns the value, or what is wrong with it and, perhaps, a fix.
	read func(n node) (v T, wrong, fix string)
	desc schema
}

// scalar is a single value of a form.
type scalar[T any] struct {
	to   *Value[T]
	form form[T]
}

func (s scalar[T]) read(d *decoder, n node, path string) {
	if v, ok := readForm(d, s.form, n, path); ok {
		*s.to = v
	}
}

func (s scalar[T]) schema() *schema { return s.form.schema() }

func (f form[T]) schema() *schema {
	desc := f.desc
	return &desc
}

// readForm reads one value.
func readForm[T any](d *decoder, f form[T], n node, path string) (Value[T], bool) {
	if n.kind == isNothing || n.kind == isList || n.kind == isMap {
		d.takes(n, path, f.want, n.found(), "")
		return Value[T]{}, false
	}
	v, wrong, fix := f.read(n)
	if wrong != "" {
		d.takes(n, path, f.want, wrong, fix)
		return Value[T]{}, false
	}
	return Value[T]{Place: d.placed(n), V: v}, true
}

// list is a list of single values of a form.
type list[T any] struct {
	to   *List[T]
	form form[T]
	many string // what it takes, such as "a list of patterns, such as [docs/**]"
	some bool   // it says nothing without an entry
	one  bool   // a single value stands for a list of one
}

func (l list[T]) read(d *decoder, n node, path string) {
	switch {
	case n.kind == isNothing:
		return
	case n.kind != isList && n.kind != isMap && l.one:
		if v, ok := readForm(d, l.form, n, path); ok {
			*l.to = List[T]{Place: n.place(), Items: []Value[T]{v}}
		}
		return
	case n.kind != isList:
		fix := ""
		if n.kind == isText {
			fix = "write it as a list: [" + flow(n.text) + "]"
		}
		d.takes(n, path, l.many, n.found(), fix)
		return
	}
	l.to.Place = n.place()
	if l.some && len(n.items) == 0 {
		d.takes(n, path, l.many, "this one is empty", "drop the key, or name at least one")
	}
	for i, item := range n.items {
		if v, ok := readForm(d, l.form, item, fmt.Sprintf("%s[%d]", path, i)); ok {
			l.to.Items = append(l.to.Items, v)
		}
	}
}

// word is one of a few words.
func word[T ~string](words ...T) form[T] {
	plain := make([]string, len(words))
	for i, w := range words {
		plain[i] = string(w)
	}
	return form[T]{
		want: alternatives(plain),
		desc: schema{Enum: plain},
		read: func(n node) (T, string, string) {
			if n.kind == isText && slices.Contains(plain, n.text) {
				return T(n.text), "", ""
			}
			fix := ""
			if near, ok := nearest.Of(n.text, plain); ok {
				fix = "the nearest is " + near
			}
			if n.kind == isBool && n.text == "false" && slices.Contains(plain, "off") {
				fix = "write off"
			}
			return "", n.found(), fix
		},
	}
}

// alternatives writes "a, b or c".
func alternatives(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// text is words on one line for people.
func text(want string, most int) form[string] {
	return form[string]{
		want: want,
		desc: schema{Type: "string", Pattern: `^\s*\S[^\n]*\s*$`, MaxLength: most},
		read: func(n node) (string, string, string) {
			if n.kind != isText {
				return "", n.found(), "put it in quotes: " + quote(n.text)
			}
			s := strings.TrimSpace(n.text)
			switch {
			case s == "":
				return "", "this one is empty", ""
			case strings.ContainsRune(s, '\n'):
				return "", "this one has several lines", "write it on one line"
			case strings.ContainsFunc(s, unicode.IsControl):
				return "", "this one holds a control character", "drop it"
			case len([]rune(n.text)) > most:
				return "", fmt.Sprintf("this one has %d characters and may have %d", len([]rune(n.text)), most), "shorten it"
			}
			return s, "", ""
		},
	}
}
