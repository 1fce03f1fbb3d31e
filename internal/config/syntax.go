package config

import "strings"

// syntaxWords says what the YAML parser objects to in words for somebody who
// edits a policy file, and what to do.
func syntaxWords(message string) (says, fix string) {
	for _, w := range []struct{ part, says, fix string }{
		{"is a reserved character", "a text cannot begin with this character", "put the text in quotes"},
		{"invalid header option", `"|" or ">" begins a block of text`, `put the text in quotes, such as ">=1.0"`},
		{"cannot start any token", "a tab cannot indent", "indent with spaces"},
		{"tab character", "a tab cannot indent", "indent with spaces"},
		{"could not find end character of", "the quote is not closed", "close it, or drop it"},
		{"',' or ']' must be specified", `a "," or "]" is missing here or before`, `close the list; put a text that holds brackets in quotes, such as "dependabot[bot]"`},
		{"sequence end token ']'", `the list is not closed`, `close it with "]"`},
		{"',' or '}' must be specified", `a "," or "}" is missing here or before`, "close the map; put a text that holds brackets or commas in quotes"},
		{"mapping end token '}'", "the map is not closed", `close it with "}"`},
		{"corresponding to ']'", `a "]" closes nothing`, `drop it, or put the text in quotes`},
		{"corresponding to '}'", `a "}" closes nothing`, `drop it, or put the text in quotes`},
		{"mapping value is not allowed", `this is a second key on one line, or indented too far`, "put each key on a line of its own below its neighbours; put a text that holds a colon in quotes"},
		{"block sequence entries are not allowed", "a list with dashes cannot begin on the line of its key", "begin it on the next line, or write [a, b]"},
		{"expected sequence element", "an entry is missing before the comma", "drop the comma"},
		{"invalid key for this map", "this cannot be a key", "a key is a plain word before a colon"},
		{"unexpected key name", "this cannot stand here", "indent it like its neighbours"},
		{"non-map value is specified", "this is no key with a value", `write "key: value"`},
		{"value is not allowed in this context", "this cannot stand here", "indent it like its neighbours; put a text that holds quotes or brackets in quotes"},
		{"could not find multi-line content", "the block of text is empty", "indent its lines below"},
	} {
		if strings.Contains(message, w.part) {
			return w.says, w.fix
		}
	}
	return "this is not valid YAML", "check the indentation, quotes and brackets around it"
}
