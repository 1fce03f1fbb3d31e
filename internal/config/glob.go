package config

import (
	"fmt"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

const (
	maxGlob = 250
	// maxAlternatives bounds what the braces of a pattern can stand for: matching
	// tries each, and groups multiply.
	maxAlternatives = 64
)

// pathGlob is a pattern for paths from the root of the repository.
func pathGlob() form[string] {
	const want = `a pattern for paths, such as "services/**"`
	return globForm(want, func(s string) (string, string) {
		rest := strings.TrimPrefix(strings.TrimPrefix(s, "./"), "/")
		switch {
		case rest == "":
			return "this one names no path", `"**" stands for every file`
		case strings.Contains(s, "//"):
			return quote(s) + " has an empty folder name", "drop a slash"
		case rest == ".." || strings.HasPrefix(rest, "../") || strings.Contains(rest, "/../") || strings.HasSuffix(rest, "/.."):
			return quote(s) + " leaves the repository", "patterns start at its root"
		case strings.HasPrefix(rest, "./") || strings.Contains(rest, "/./") || strings.HasSuffix(rest, "/."):
			return quote(s) + " names a folder by a dot, which no path does", "drop the dot"
		}
		return "", ""
	})
}

// branchGlob is a pattern for names of branches, or the word for the default
// one.
func branchGlob() form[string] {
	return globForm(`a pattern for branches, such as "release/**", or default`, func(s string) (string, string) {
		if strings.HasPrefix(s, "refs/") {
			return quote(s) + " is the full name of a reference", "write the branch's name alone"
		}
		return "", ""
	})
}

func globForm(want string, further func(string) (wrong, fix string)) form[string] {
	return form[string]{
		want: want,
		desc: schema{Type: "string", Pattern: `^[^\s!](.*\S)?$`, MaxLength: maxGlob},
		read: func(n node) (string, string, string) {
			if n.kind != isText {
				return "", n.found(), "put it in quotes: " + quote(n.text)
			}
			wrong, fix := globWrong(n.text)
			if wrong == "" {
				wrong, fix = further(n.text)
			}
			return n.text, wrong, fix
		},
	}
}

// globWrong says what is wrong with a pattern. What can match nothing is
// refused too: a rule that never applies looks like one that does.
func globWrong(s string) (wrong, fix string) {
	switch {
	case s == "":
		return "this one is empty", ""
	case strings.ContainsAny(s, "\n\t") || strings.TrimSpace(s) != s:
		return quote(s) + " has space around it, or several lines", "one pattern is one entry"
	case len([]rune(s)) > maxGlob:
		return fmt.Sprintf("this one has more than %d characters", maxGlob), "write several"
	case strings.HasPrefix(s, "!"):
		return quote(s) + " is negated", "name what is meant: patterns are not negated"
	case plainBackslash(s):
		return quote(s) + " has backslashes", "write " + quote(strings.ReplaceAll(s, `\`, "/"))
	case !doublestar.ValidatePattern(s):
		return quote(s) + " leaves a bracket or brace open, or ends in a backslash", "close it, or put a backslash before it"
	case alternatives64(s) > maxAlternatives:
		return fmt.Sprintf("%s stands for more than %d patterns", quote(s), maxAlternatives), "write several with fewer braces"
	case joinedStars(s):
		return quote(s) + " has ** next to other characters, where it crosses no folders", `put it between slashes, such as "**/*.md"`
	}
	return "", ""
}

// plainBackslash reports a backslash before a letter or digit, which is meant
// as the slash of another system.
func plainBackslash(s string) bool {
	for i := 0; i+1 < len(s); i++ {
		if s[i] != '\\' {
			continue
		}
		i++
		if c := s[i]; 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' {
			return true
		}
	}
	return false
}

// joinedStars reports two stars that are not a path element of their own.
func joinedStars(s string) bool {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '[':
			i = classEnd(s, i)
		case strings.HasPrefix(s[i:], "**"):
			end := i
			for end < len(s) && s[end] == '*' {
				end++
			}
			if i > 0 && !strings.ContainsRune("/{,", rune(s[i-1])) || end < len(s) && !strings.ContainsRune("/},", rune(s[end])) || end-i > 2 {
				return true
			}
			i = end - 1
		}
	}
	return false
}

// classEnd returns where the character class that begins at i ends.
func classEnd(s string, i int) int {
	i++
	if i < len(s) && (s[i] == '^' || s[i] == '!') {
		i++
	}
	for ; i < len(s) && s[i] != ']'; i++ {
		if s[i] == '\\' {
			i++
		}
	}
	return i
}

// alternatives64 counts the patterns that the braces of a valid pattern stand
// for, as far as one above the limit.
func alternatives64(s string) int {
	// One frame for each open brace: the product of the alternative that is
	// being read, and the sum of those before.
	type frame struct{ product, sum int }
	stack := []frame{{product: 1}}
	top := func() *frame { return &stack[len(stack)-1] }
	limited := func(n int) int { return min(n, maxAlternatives+1) }
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '[':
			i = classEnd(s, i)
		case '{':
			stack = append(stack, frame{product: 1})
		case ',':
			if len(stack) > 1 {
				f := top()
				f.sum, f.product = limited(f.sum+f.product), 1
			}
		case '}':
			if len(stack) > 1 {
				total := limited(top().sum + top().product)
				stack = stack[:len(stack)-1]
				top().product = limited(top().product * total)
			}
		}
	}
	return top().product
}
