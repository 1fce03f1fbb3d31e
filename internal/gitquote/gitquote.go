// Package gitquote reads names in C quotes, as git writes them in diffs and
// takes them in .gitattributes.
package gitquote

import "strings"

// Unquote reads the quoted name that a text begins with and returns what follows
// it. It is as strict as git: an unknown escape, an octal number that is not of
// three digits or a quote that does not close is no quoted name.
func Unquote(text string) (name, rest string, ok bool) {
	if text == "" || text[0] != '"' {
		return "", "", false
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; c {
		case '"':
			return b.String(), text[i+1:], true
		case '\\':
			value, length, ok := escape(text[i+1:])
			if !ok {
				return "", "", false
			}
			b.WriteByte(value)
			i += length
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}

// escape reads what follows a backslash.
func escape(text string) (value byte, length int, ok bool) {
	if text == "" {
		return 0, 0, false
	}
	if at := strings.IndexByte(`abfnrtv"\`, text[0]); at >= 0 {
		return "\a\b\f\n\r\t\v\"\\"[at], 1, true
	}
	if len(text) < 3 || text[0] > '3' {
		return 0, 0, false
	}
	for _, c := range []byte(text[:3]) {
		if c < '0' || c > '7' {
			return 0, 0, false
		}
		value = value<<3 | (c - '0')
	}
	return value, 3, true
}
