package attributes

import "strings"

// malformed is in place of the next position where a pattern is broken, so that
// nothing matches it.
const malformed = -1

// one matches one byte against the pattern at a position that holds no "*", and
// returns where the pattern goes on.
func one(pattern string, at int, c byte) (ok bool, next int) {
	switch pattern[at] {
	case '?':
		return c != '/', at + 1
	case '[':
		ok, next = class(pattern, at+1, c)
		return ok && c != '/', next
	case '\\':
		if at+1 == len(pattern) {
			return false, malformed
		}
		return pattern[at+1] == c, at + 2
	default:
		return pattern[at] == c, at + 1
	}
}

// class matches a byte against the inside of brackets, which begin just before
// at, and returns where the pattern goes on after them.
func class(pattern string, at int, c byte) (ok bool, next int) {
	negated := at < len(pattern) && (pattern[at] == '!' || pattern[at] == '^')
	if negated {
		at++
	}
	// What is in brackets ends at "]", but not as the first thing.
	for first, before := at, byte(0); ; at++ {
		if at >= len(pattern) {
			return false, malformed
		}
		p := pattern[at]
		switch {
		case p == ']' && at > first:
			return ok != negated, at + 1
		case p == '\\':
			at++
			if at >= len(pattern) {
				return false, malformed
			}
			p = pattern[at]
			ok = ok || c == p
		case p == '-' && before != 0 && at+1 < len(pattern) && pattern[at+1] != ']':
			at++
			if pattern[at] == '\\' {
				at++
				if at >= len(pattern) {
					return false, malformed
				}
			}
			ok = ok || before <= c && c <= pattern[at]
			p = 0 // no range begins at the end of one
		case p == '[' && strings.HasPrefix(pattern[at+1:], ":"):
			length := strings.IndexByte(pattern[at+2:], ']')
			if length < 0 {
				return false, malformed
			}
			name, closed := strings.CutSuffix(pattern[at+2:at+2+length], ":")
			if !closed {
				// Not a name after all: a bracket like any other byte.
				ok = ok || c == '['
				break
			}
			in, known := named(name, c)
			if !known {
				return false, malformed
			}
			ok = ok || in
			at += 2 + length
			p = 0
		default:
			ok = ok || c == p
		}
		before = p
	}
}

// named reports whether a byte is in a POSIX class, by git's tables: ASCII, and
// without vertical tab and form feed among the spaces.
func named(name string, c byte) (in, known bool) {
	switch name {
	case "alnum":
		return alnum(c), true
	case "alpha":
		return letter(c), true
	case "blank":
		return c == ' ' || c == '\t', true
	case "cntrl":
		return c < ' ' || c == 0x7f, true
	case "digit":
		return '0' <= c && c <= '9', true
	case "graph":
		return ' ' < c && c < 0x7f, true
	case "lower":
		return 'a' <= c && c <= 'z', true
	case "print":
		return ' ' <= c && c < 0x7f, true
	case "punct":
		return ' ' < c && c < 0x7f && !alnum(c), true
	case "space":
		return c == ' ' || c == '\t' || c == '\n' || c == '\r', true
	case "upper":
		return 'A' <= c && c <= 'Z', true
	case "xdigit":
		return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f', true
	}
	return false, false
}

func alnum(c byte) bool { return letter(c) || '0' <= c && c <= '9' }

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
