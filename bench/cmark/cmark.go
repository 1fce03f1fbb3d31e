//go:build cmark

package cmark

/*
#cgo LDFLAGS: -lcmark-gfm-extensions -lcmark-gfm
#include <cmark-gfm.h>
#include <cmark-gfm-core-extensions.h>

// parse reads a text with GitHub's extensions and throws the tree away.
static int parse(const char *text, size_t length) {
	static const char *const extensions[] = {"table", "strikethrough", "autolink", "tagfilter", "tasklist"};
	cmark_gfm_core_extensions_ensure_registered();
	cmark_parser *parser = cmark_parser_new(CMARK_OPT_FOOTNOTES);
	for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
		cmark_syntax_extension *extension = cmark_find_syntax_extension(extensions[i]);
		if (extension == NULL) {
			cmark_parser_free(parser);
			return 0;
		}
		cmark_parser_attach_syntax_extension(parser, extension);
	}
	cmark_parser_feed(parser, text, length);
	cmark_node *document = cmark_parser_finish(parser);
	cmark_node_free(document);
	cmark_parser_free(parser);
	return 1;
}
*/
import "C"

import "unsafe"

// Available says whether this build holds cmark-gfm.
const Available = true

// Parse reads a text and reports whether every extension was there. One call
// crosses from Go to C once, which costs well under a microsecond.
func Parse(text []byte) bool {
	return C.parse((*C.char)(unsafe.Pointer(unsafe.SliceData(text))), C.size_t(len(text))) == 1
}
