package config

import (
	"cmp"

	"github.com/backout-dev/backout/checks"
)

// Place says whether a key was written, and where: a single value by the value
// itself, a map, a list and their entries by where they start, which for an
// entry of a map is its key. Lines and columns count from 1, columns in
// characters.
type Place struct {
	Set          bool
	Line, Column int
}

func (p Place) compare(other Place) int {
	return cmp.Or(cmp.Compare(p.Line, other.Line), cmp.Compare(p.Column, other.Column))
}

// Value is one value with its place; V means nothing while it is not Set.
type Value[T any] struct {
	Place
	V T
}

// Or returns the value, or another where it was not written.
func (v Value[T]) Or(other T) T {
	if v.Set {
		return v.V
	}
	return other
}

// List is a list of values. An empty list that was written is Set.
type List[T any] struct {
	Place
	Items []Value[T]
}

// Values returns the items without their places.
func (l List[T]) Values() []T {
	if len(l.Items) == 0 {
		return nil
	}
	all := make([]T, len(l.Items))
	for i, item := range l.Items {
		all[i] = item.V
	}
	return all
}

// Map is a map in the order in which it was written; its keys are unique.
type Map[T any] struct {
	Place
	Entries []Entry[T]
}

// Entry is one key of a map with what stands under it. An entry is always Set.
type Entry[T any] struct {
	Place
	Key string
	V   T
}

// Get returns what stands under the key.
func (m Map[T]) Get(key string) (Entry[T], bool) {
	for _, e := range m.Entries {
		if e.Key == key {
			return e, true
		}
	}
	return Entry[T]{}, false
}

// Blocks is a list of maps, each with its own place.
type Blocks[T any] struct {
	Place
	Items []T
}

// Staffed is a daily range as it was written.
type Staffed struct {
	Text  string
	Range checks.StaffedRange
}
