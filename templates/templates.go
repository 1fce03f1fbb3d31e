// Package templates holds the words that people read.
package templates

import "embed"

// Files holds the templates by file name.
//
//go:embed *.tmpl
var Files embed.FS
