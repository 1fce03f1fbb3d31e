package config

import (
	"strconv"
	"strings"
)

// nodeKind says what stands in the file.
type nodeKind int

const (
	isNothing nodeKind = iota // a key with no value, or null
	isText
	isNumber
	isBool
	isList
	isMap
)

// A node is a piece of YAML without what a policy file does not use.
type node struct {
	kind         nodeKind
	text         string // of a single value, as it reads; of a number, as it was written
	line, column int
	width        int
	items        []node
	pairs        []pair
	key          *node // the key it stands under, if any
}

// A pair is a key of a map with what stands under it.
type pair struct {
	key   node
	value node
}

// place is where a problem with the node, and its value, are shown: single
// values where they stand, the rest at its key, which always fits on a line.
func (n node) place() Place {
	if n.key != nil && (n.kind == isNothing || n.kind == isList || n.kind == isMap) {
		return n.key.place()
	}
	return Place{Set: true, Line: n.line, Column: n.column}
}

// shown is how many characters from place on are meant.
func (n node) shown() int {
	if n.key != nil && (n.kind == isNothing || n.kind == isList || n.kind == isMap) {
		return n.key.width
	}
	return n.width
}

// found says what stands there, to follow what should.
func (n node) found() string {
	switch n.kind {
	case isNothing:
		return "nothing stands here"
	case isNumber:
		return "this is the number " + clip(n.text)
	case isBool:
		return "this is " + clip(n.text)
	case isList:
		return "this is a list"
	case isMap:
		return "this is a map"
	}
	return "this is the text " + quote(n.text)
}

// maxQuoted bounds what a message repeats of the file.
const maxQuoted = 60

// quote repeats a text of the file in a message, on one line and not too long.
func quote(s string) string { return strconv.Quote(clip(s)) }

func clip(s string) string {
	if runes := []rune(s); len(runes) > maxQuoted {
		return strings.TrimSpace(string(runes[:maxQuoted])) + "..."
	}
	return s
}

// called is how a message calls what stands at a path: "warn-above", "an entry
// of paths".
func (n node) called(path string) string {
	switch {
	case n.key != nil && isPlain(n.key.text):
		return n.key.text
	case n.key != nil:
		return quote(n.key.text)
	case path == "":
		return "the file"
	}
	return lastKey(path)
}
