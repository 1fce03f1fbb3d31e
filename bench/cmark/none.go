//go:build !cmark

package cmark

// Available says whether this build holds cmark-gfm.
const Available = false

// Parse is never called.
func Parse([]byte) bool { return false }
