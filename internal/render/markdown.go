package render

import (
	"slices"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"

	"github.com/backout-dev/backout/checks"
)

// maxLines is how many lines of Markdown somebody reads in a pull request. More
// is cut by importance and never split over two texts.
const maxLines = 25

// markdown shows a report as the body of a comment.
func markdown(r Report) (string, error) {
	v := newView(r)
	slices.SortStableFunc(v.Findings, func(a, b findingView) int { return rank(a.Severity) - rank(b.Severity) })
	// The lines that are not findings: the title, a blank line around the list,
	// what was left out, and one for each fact.
	rest := 5 + len(v.Complete) + 4
	v.NotSeen = v.NotSeen[:min(len(v.NotSeen), 2)]
	rest += len(v.NotSeen)
	for i, f := range v.Findings {
		lines := 1
		if len(f.Evidence) > 0 {
			lines++
		}
		if len(f.Fix) > 0 {
			lines++
		}
		if rest+lines > maxLines && i > 0 {
			v.Left = len(v.Findings) - i
			v.Findings = v.Findings[:i]
			break
		}
		rest += lines
	}
	for i := range v.Findings {
		v.Findings[i].Message = cut(v.Findings[i].Message, maxMessage/2)
	}
	return fill("verdict.md.tmpl", v, template.FuncMap{
		"md":       md,
		"code":     code,
		"isLine":   isLine,
		"inc":      func(i int) int { return i + 1 },
		"counted":  count,
		"severity": severityWord,
		"sentence": func(s string) string { return md(strings.ToUpper(s[:1])+s[1:]) + "." },
	})
}

// rank orders what must be fixed before what should be known.
func rank(s checks.Severity) int {
	return slices.Index([]checks.Severity{checks.Block, checks.Warn, checks.Note}, s)
}

func severityWord(s checks.Severity) string {
	switch s {
	case checks.Block:
		return "Block"
	case checks.Warn:
		return "Warning"
	}
	return "Note"
}

// md writes one line of foreign text as Markdown that reads the same. What our
// own sentences put in backticks stays code; whatever an author puts there
// becomes code too, in which nothing acts.
func md(s string) string {
	parts := strings.Split(s, "`")
	if len(parts)%2 == 0 {
		return escapeMarkdown(s)
	}
	var b strings.Builder
	for i, p := range parts {
		switch {
		case i%2 == 0:
			b.WriteString(escapeMarkdown(p))
		case strings.TrimSpace(p) != "":
			b.WriteString(code(p))
		}
	}
	return b.String()
}

// code writes one line of foreign text as a code span: no mention, link,
// reference or HTML acts in it.
func code(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	longest, run := 0, 0
	for _, r := range s {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// escapeMarkdown takes the meaning from whatever has one in GitHub's Markdown.
// Mentions, references and bare links are found in the rendered text, where a
// backslash is gone already: an invisible space keeps them apart instead.
func escapeMarkdown(s string) string {
	const gap = "\u200B"
	var b strings.Builder
	for i, r := range s {
		next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		word := unicode.IsLetter(next) || unicode.IsDigit(next)
		switch {
		case strings.ContainsRune("\\`*_{}[]<>!|~&$", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		case (r == '@' || r == '#') && word:
			if r == '#' {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
			b.WriteString(gap)
		case r == '#':
			b.WriteString(`\#`)
		case r == ':' && (unicode.IsLetter(next) || strings.ContainsRune("/+-", next)):
			// "https://..." and ":emoji:".
			b.WriteString(":" + gap)
		case r == '.' && word && endsWith(s[:i], "www"):
			b.WriteString("." + gap)
		case r == '-' && word && endsWith(s[:i], "gh"):
			b.WriteString("-" + gap)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// endsWith ignores case.
func endsWith(s, word string) bool {
	return len(s) >= len(word) && strings.EqualFold(s[len(s)-len(word):], word)
}
