package starter

import (
	"fmt"
	"path"
	"strings"
	"unicode"
)

// owners is what CODEOWNERS says.
type owners struct {
	path  string // empty: there is none
	rules []rule
}

// rule is a line that gives one folder to somebody.
type rule struct {
	dir string
	why string // "CODEOWNERS:4, @acme/payments"
}

// owners reads the file that GitHub would.
func (t *tree) owners() owners {
	for _, name := range []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"} {
		if text, ok := t.text(name); ok {
			return owners{name, readOwners(text)}
		}
	}
	return owners{}
}

// readOwners takes the lines that name a single folder. Patterns that match
// several are about kinds of files, not about systems.
func readOwners(text string) []rule {
	var rules []rule
	n := 0
	for line := range strings.Lines(text) {
		n++
		line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
		fields := strings.Fields(strings.ReplaceAll(line, `\ `, "\x00"))
		if len(fields) < 2 || fields[0][0] == '#' || fields[0][0] == '[' {
			continue
		}
		dir := strings.ReplaceAll(fields[0], "\x00", " ")
		dir = strings.TrimSuffix(strings.TrimSuffix(dir, "/**"), "/*")
		dir = strings.Trim(dir, "/")
		if dir == "" || strings.ContainsAny(dir, `*?[\`) || path.Clean(dir) != dir || strings.HasPrefix(dir, "..") {
			continue
		}
		rules = append(rules, rule{dir, comment(fmt.Sprintf("CODEOWNERS:%d, %s", n, strings.Join(fields[1:], " ")))})
	}
	return rules
}

// comment makes a text safe behind a # in YAML.
func comment(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, s)
	if r := []rune(s); len(r) > 80 {
		s = string(r[:77]) + "..."
	}
	return s
}
