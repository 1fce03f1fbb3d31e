package attributes

import "strings"

// pattern is a pattern of gitattributes, taken apart as far as that saves work
// for each path.
type pattern struct {
	kind    kind
	literal string // the part without wildcards, from the start
	rest    string // what follows it
	tail    string // the part of rest after its last wildcard: a quick way to say no
}

type kind int8

const (
	baseLiteral kind = iota // the last part of the path is literal
	baseSuffix              // the last part ends in literal: "*.go"
	baseWild                // the last part matches rest
	pathLiteral             // the path is literal
	pathWild                // the path begins with literal and goes on as rest
)

// special are the bytes that make a pattern more than a literal.
const special = `*?[\`

// newPattern compiles a pattern; ok is false where it can match no file: git
// ignores negative patterns, and one that ends in a slash is for folders.
func newPattern(text string) (p pattern, ok bool) {
	if text == "" || text[0] == '!' || strings.HasSuffix(text, "/") {
		return pattern{}, false
	}
	wild := strings.IndexAny(text, special)
	if !strings.Contains(text, "/") {
		switch {
		case wild < 0:
			return pattern{kind: baseLiteral, literal: text}, true
		case wild == 0 && text[0] == '*' && !strings.ContainsAny(text[1:], special):
			return pattern{kind: baseSuffix, literal: text[1:]}, true
		}
		return pattern{kind: baseWild, rest: text, tail: tail(text)}, true
	}
	if text[0] == '/' {
		text = text[1:]
		wild--
	}
	if wild < 0 {
		return pattern{kind: pathLiteral, literal: text}, true
	}
	// As git does, the wildcards are matched on their own, without what comes
	// before: that is why "docs/a**" crosses folders.
	return pattern{kind: pathWild, literal: text[:wild], rest: text[wild:], tail: tail(text[wild:])}, true
}

// tail returns what every match ends in. Where a bracket is not closed nothing
// matches, so that the inside of one can be taken for a literal.
func tail(rest string) string {
	last := strings.LastIndexAny(rest, special+"]")
	if last >= 0 && rest[last] == '*' {
		// The slash after "**" may match nothing.
		return strings.TrimPrefix(rest[last+1:], "/")
	}
	return rest[last+1:]
}

// match reports whether a path matches. It is given as the pattern's file sees
// it, and by its last part.
func (p *pattern) match(path, base string) bool {
	switch p.kind {
	case baseLiteral:
		return base == p.literal
	case baseSuffix:
		return strings.HasSuffix(base, p.literal)
	case baseWild:
		return strings.HasSuffix(base, p.tail) && wildMatch(p.rest, base)
	case pathLiteral:
		return path == p.literal
	default:
		return strings.HasPrefix(path, p.literal) && strings.HasSuffix(path, p.tail) && wildMatch(p.rest, path[len(p.literal):])
	}
}

// none is in place of a position where there is none.
const none = -1

// wildMatch matches a text against wildcards as git's wildmatch does: "*" and
// "?" stop at slashes, "**" between slashes does not.
//
// It never tries more than the last "*" and the last "**" anew, which is enough:
// what follows a "*" and matches early leaves at least as much text to what
// comes after it as a later match would. So the time is bounded by the product
// of both lengths, where plain backtracking is exponential.
func wildMatch(pattern, text string) bool {
	star, starText, starRun := none, 0, "" // where to go on after the last "*", and its literal
	folder, folderText := none, 0          // where to go on after the last "**/"
	at, pos := 0, 0
	for {
		ok := false
		switch {
		case at == len(pattern):
			if pos == len(text) {
				return true
			}
		case pattern[at] == '*':
			end, double := stars(pattern, at)
			switch {
			case double && end == len(pattern):
				return true
			case double && pattern[end] == '/':
				// No folder, or any number of them.
				at = end + 1
				folder, folderText, star = at, pos, none
				ok = true
			case double:
				// An escaped slash: at least one folder.
				at = end + len(`\/`)
				slash := strings.IndexByte(text[pos:], '/')
				if slash < 0 {
					return false
				}
				pos += slash + 1
				folder, folderText, star = at, pos, none
				ok = true
			case end == len(pattern):
				if strings.IndexByte(text[pos:], '/') < 0 {
					return true
				}
			default:
				at = end
				star, starRun = at, literal(pattern[at:])
				starText = next(text, pos, starRun)
				pos, ok = starText, starText != none
			}
		case pos < len(text):
			ok, at = one(pattern, at, text[pos])
			if at == malformed {
				return false
			}
			pos++
		}
		if ok {
			continue
		}
		if star != none && starText != none && starText < len(text) && text[starText] != '/' {
			if starText = next(text, starText+1, starRun); starText != none {
				at, pos = star, starText
				continue
			}
		}
		star = none
		if folder == none {
			return false
		}
		slash := strings.IndexByte(text[folderText:], '/')
		if slash < 0 {
			return false
		}
		folderText += slash + 1
		at, pos = folder, folderText
	}
}

// literal returns what a pattern begins with, up to its first wildcard.
func literal(pattern string) string {
	if i := strings.IndexAny(pattern, special); i >= 0 {
		return pattern[:i]
	}
	return pattern
}

// next returns the first place from pos on where a run of literals stands, if a
// "*" reaches it without crossing a slash.
func next(text string, pos int, run string) int {
	within := text[pos:]
	if slash := strings.IndexByte(within, '/'); slash >= 0 {
		within = within[:min(slash+len(run), len(within))]
	}
	i := strings.Index(within, run)
	if i < 0 {
		return none
	}
	return pos + i
}

// stars returns where a run of stars ends, and whether it stands for folders:
// two or more, with a slash or nothing on both sides.
func stars(pattern string, at int) (end int, double bool) {
	end = at
	for end < len(pattern) && pattern[end] == '*' {
		end++
	}
	if end-at < 2 || at > 0 && pattern[at-1] != '/' {
		return end, false
	}
	rest := pattern[end:]
	return end, rest == "" || rest[0] == '/' || strings.HasPrefix(rest, `\/`)
}
