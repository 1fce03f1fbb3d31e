// Package cmark parses Markdown with cmark-gfm, the C library that GitHub's own
// renderer comes from: the yardstick that our reading is held against. It is
// built with -tags=cmark where the library's headers are installed (on Debian:
// libcmark-gfm-dev and libcmark-gfm-extensions-dev).
package cmark
