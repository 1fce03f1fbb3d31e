package checks

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// title is half a sentence for the verdict's title.
func (f Finding) title() string {
	if f.Title != "" {
		return f.Title
	}
	t, _, _ := strings.Cut(f.Message, ". ")
	return lowerFirst(clip(strings.TrimSuffix(t, "."), 90))
}

// Identity names a finding by its code with the section, system or path
// concerned; two verdicts are compared by it.
func (f Finding) Identity() string {
	for _, s := range []string{f.Section, f.System, f.Path} {
		if s != "" {
			return f.Code + " " + s
		}
	}
	return f.Code
}

// counted writes "one warning" or "3 warnings".
func counted(n int, noun string) string {
	switch n {
	case 1:
		return "one " + noun
	case 2:
		return "two " + noun + "s"
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return strings.ToUpper(string(r)) + s[n:]
}
