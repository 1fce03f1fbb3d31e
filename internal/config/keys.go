package config

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Key is a key of the policy file as the documentation lists it.
type Key struct {
	Path    string // "diff-size.warn-above"; a name stands as NAME, an entry of a list as []
	Text    string // what it means, in whole sentences
	Default any    // nil: none
	Example any
}

// Keys lists every key of the policy file, in the order of the documentation.
func Keys() []Key {
	return appendKeys(nil, "", new(File).object())
}

func appendKeys(all []Key, path string, s shape) []Key {
	switch s := s.(type) {
	case object:
		for _, f := range s.fields {
			at := within(path, f.name)
			all = append(all, Key{at, f.text, f.def, f.example})
			all = appendKeys(all, at, f.shape)
		}
	case either:
		return appendKeys(all, path, s.long)
	case nested:
		suffix, inner := s.inner()
		return appendKeys(all, path+suffix, inner)
	}
	return all
}

// nested is a map with names for keys, or a list of maps.
type nested interface {
	inner() (suffix string, s shape)
}

func (m mapOf[T]) inner() (string, shape) {
	name := ""
	if len(m.known) > 0 {
		name = m.known[0]
	}
	return ".NAME", m.entry(name, new(T))
}

func (b blocks[T]) inner() (string, shape) { return "[]", b.item(new(T)) }

// homeOf returns where a key is at home, if it is a key at all.
func homeOf(name string) (string, bool) {
	for _, k := range Keys() {
		if k.Path == name || strings.HasSuffix(k.Path, "."+name) {
			return k.Path, true
		}
	}
	return "", false
}

// flow writes a value as it may stand on one line of a policy file.
func flow(v any) string {
	switch v := v.(type) {
	case string:
		if isPlain(v) {
			return v
		}
	case []string:
		entries := make([]string, len(v))
		for i, s := range v {
			entries[i] = strconv.Quote(s)
		}
		return "[" + strings.Join(entries, ", ") + "]"
	case []any:
		entries := make([]string, len(v))
		for i, e := range v {
			entries[i] = flow(e)
		}
		return "[" + strings.Join(entries, ", ") + "]"
	case map[string]any:
		var entries []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			entries = append(entries, key+": "+flow(v[key]))
		}
		return "{" + strings.Join(entries, ", ") + "}"
	}
	if word := reflect.ValueOf(v); word.Kind() == reflect.String && word.Type() != reflect.TypeFor[string]() {
		return flow(word.String())
	}
	data, err := plainJSON(v)
	if err != nil {
		return ""
	}
	return string(data)
}

// DefaultText writes the default as a policy file has it.
func (k Key) DefaultText() string { return flow(k.Default) }

// ExampleText writes the example as a policy file has it.
func (k Key) ExampleText() string { return flow(k.Example) }

// isPlain reports a text that YAML reads as the text that it is: words, or a
// date with or without a time. Merging asks it of every value.
func isPlain(s string) bool {
	if s == "" || strings.HasSuffix(s, " ") {
		return false
	}
	switch c := s[0]; {
	case isLetter(c):
		for i := range len(s) {
			if c := s[i]; !isLetter(c) && !isDigit(c) && !strings.ContainsRune(" ._/-", rune(c)) {
				return false
			}
		}
		return !strings.EqualFold(s, "true") && !strings.EqualFold(s, "false") && !strings.EqualFold(s, "null")
	case isDigit(c) && len(s) > 4 && s[4] == '-':
		return strings.Trim(s[:4], "0123456789") == "" && strings.Trim(s[4:], "0123456789T:-") == ""
	}
	return false
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
