// Package docs holds the documentation that the program itself shows.
package docs

import "embed"

// Files holds the pages by file name.
//
//go:embed checks.md policy.md
var Files embed.FS
