// Package templates holds the words that people read.
package templates

import "embed"

// Files holds the templates by file name.
//
//go:embed *.tmpl pull_request.md workflow.yml
var Files embed.FS
