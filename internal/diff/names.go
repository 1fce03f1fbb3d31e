package diff

import (
	"strings"

	"github.com/backout-dev/backout/internal/gitquote"
)

func noName(line int) error {
	return &Error{Line: line, Message: "a file header without a name", Fix: makeOne}
}

// paths returns the file's name, and its old one where it differs.
func (s *section) paths() (path, previous string, err error) {
	switch {
	case s.renamed || s.copied:
		if s.from == "" || s.to == "" {
			return "", "", noName(s.line)
		}
		return s.to, s.from, nil
	case s.new == "":
		old, now, ok := splitHead(s.head)
		if !ok {
			return "", "", &Error{
				Line:    s.line,
				Message: "where the old name ends and the new one begins cannot be told from " + quoted("diff --git "+s.head),
				Fix:     makeOne,
			}
		}
		path, previous = withoutPrefixes(old, now)
	case s.old == devNull && s.new == devNull:
		return "", "", noName(s.line)
	case s.old == devNull:
		s.added = true
		path = s.alone(s.new, "b/")
	case s.new == devNull:
		s.removed = true
		path = s.alone(s.old, "a/")
	default:
		path, previous = withoutPrefixes(s.old, s.new)
	}
	if s.added || s.removed || path == previous {
		previous = ""
	}
	return path, previous, nil
}

// alone takes the prefix from a name whose counterpart is /dev/null. Whether
// there is a prefix can be told from git's header, where the name stands twice.
func (s *section) alone(name, usual string) string {
	if s.git {
		if old, now, ok := splitHead(s.head); ok {
			path, previous := withoutPrefixes(old, now)
			if previous == path && strings.HasSuffix(name, path) {
				return path
			}
		}
	}
	return strings.TrimPrefix(name, usual)
}

// withoutPrefixes takes away what git (a/ and b/, or i/ w/ c/ o/) or diff -r
// (the names of the two folders) put before the names of one file. Names that
// are the same as they stand have no prefix.
func withoutPrefixes(old, now string) (path, previous string) {
	if old == now {
		return now, old
	}
	_, oldRest, okOld := strings.Cut(old, "/")
	_, nowRest, okNow := strings.Cut(now, "/")
	if !okOld || !okNow || oldRest == "" || nowRest == "" {
		return now, old
	}
	if oldRest == nowRest || usualPrefix(old) && usualPrefix(now) {
		return nowRest, oldRest
	}
	return now, old
}

func usualPrefix(name string) bool {
	return len(name) > 2 && name[1] == '/' && strings.IndexByte("abciow12", name[0]) >= 0
}

// splitHead parts the two names in "diff --git a/NAME b/NAME". Names with
// blanks are not quoted there, so the names must agree to tell them apart.
func splitHead(head string) (old, now string, ok bool) {
	if strings.HasPrefix(head, `"`) {
		old, rest, ok := gitquote.Unquote(head)
		if !ok || !strings.HasPrefix(rest, " ") {
			return "", "", false
		}
		now := fileName(rest[1:])
		return old, now, now != ""
	}
	if i := strings.Index(head, ` "`); i > 0 && strings.HasSuffix(head, `"`) {
		if now, rest, ok := gitquote.Unquote(head[i+1:]); ok && rest == "" {
			return head[:i], now, true
		}
	}
	if mid := len(head) / 2; len(head)%2 == 1 && head[mid] == ' ' {
		old, now := head[:mid], head[mid+1:]
		if path, previous := withoutPrefixes(old, now); path == previous {
			return old, now, true
		}
	}
	// Prefixes of different lengths: what follows the first slash of each name
	// is the same. The left part grows and the right one shrinks with each
	// blank, so their lengths meet at most once.
	first := strings.IndexByte(head, '/')
	for i := first + 1; first >= 0 && i < len(head); i++ {
		if head[i] != ' ' {
			continue
		}
		slash := strings.IndexByte(head[i:], '/')
		if slash < 0 {
			break
		}
		left, right := head[first+1:i], head[i+slash+1:]
		if len(left) == len(right) && left == right && left != "" {
			return head[:i], head[i+1:], true
		}
		if len(left) > len(right) {
			break
		}
	}
	if strings.Count(head, " ") == 1 {
		return strings.Cut(head, " ")
	}
	return "", "", false
}

// splitNames parts "OLD and NEW". A name may hold the word too, so the first
// place where both sides name the same file is taken.
func splitNames(text string) (old, now string, ok bool) {
	const and, tries = " and ", 8
	at := 0
	for range tries {
		i := strings.Index(text[at:], and)
		if i < 0 {
			break
		}
		at += i + len(and)
		old, now := text[:at-len(and)], text[at:]
		if path, previous := withoutPrefixes(old, now); path == previous {
			return old, now, true
		}
	}
	return strings.Cut(text, and)
}

// fileName reads a name that may be quoted and may be followed by a tab and a
// time.
func fileName(text string) string {
	if strings.HasPrefix(text, `"`) {
		if name, _, ok := gitquote.Unquote(text); ok {
			return name
		}
	}
	name, _, _ := strings.Cut(text, "\t")
	return name
}
