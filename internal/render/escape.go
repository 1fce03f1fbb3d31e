package render

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/backout-dev/backout/templates"
)

// Whatever becomes templates.Markdown becomes it in this file, by one of the
// functions below.

// own is what this program wrote itself: a number, a time, a state, a digest.
func own(s string) templates.Markdown { return templates.Markdown(s) }

// gap keeps apart what GitHub would find in the rendered text, where a
// backslash is gone already: an invisible space after the "@" of a mention.
const gap = "\u200B"

// md writes one line of foreign text as Markdown that reads the same, at any
// place of a line. What our own sentences put in backticks stays code; whatever
// an author puts there becomes code too, in which nothing acts.
func md(s string) templates.Markdown {
	parts := strings.Split(s, "`")
	if len(parts)%2 == 0 {
		parts = []string{s}
	}
	var b markdownText
	b.out.Grow(len(s) + len(s)/4)
	for i, p := range parts {
		if i%2 == 1 {
			b.code(p)
			continue
		}
		b.text(p)
	}
	return templates.Markdown(b.out.String())
}

// sentences are md of each.
func sentences(list []string) []templates.Markdown {
	var out []templates.Markdown
	for _, s := range list {
		out = append(out, md(s))
	}
	return out
}

// code writes one line of foreign text as a code span: no mention, link,
// reference or HTML acts in it.
func code(s string) templates.Markdown {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	fence := strings.Repeat("`", longestRun(s)+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return templates.Markdown(fence + s + fence)
}

// codes are code of each.
func codes(list []string) []templates.Markdown {
	var out []templates.Markdown
	for _, s := range list {
		out = append(out, code(s))
	}
	return out
}

// fenced writes a text of several lines as a code block that it cannot leave.
func fenced(info, text string) templates.Markdown {
	text = strings.TrimRight(Lines(text), "\n")
	fence := strings.Repeat("`", max(longestRun(text)+1, 3))
	return templates.Markdown(fence + info + "\n" + text + "\n" + fence)
}

// link is an address of ours that can stand in a link, or empty.
func link(address string) templates.Markdown {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsFunc(address, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune("<>()[]\\`\"", r)
	}) {
		return ""
	}
	return templates.Markdown(address)
}

// longestRun returns the length of the longest run of backticks.
func longestRun(s string) int {
	longest, run := 0, 0
	for _, r := range s {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// markdownText is one line of Markdown under way.
type markdownText struct {
	out       strings.Builder
	afterCode bool
}

// code adds a code span. Two that touch would be read as one, and what stands
// around an empty one must not meet.
func (b *markdownText) code(s string) {
	span := code(s)
	if span == "" {
		b.out.WriteString(gap)
		return
	}
	if b.afterCode {
		b.out.WriteString(gap)
	}
	b.out.WriteString(string(span))
	b.afterCode = true
}

// text adds text in which no character acts. What GitHub would link as a commit
// becomes code.
func (b *markdownText) text(s string) {
	for s != "" {
		n := strings.IndexFunc(s, isWord)
		if n != 0 {
			if n < 0 {
				n = len(s)
			}
			b.punctuation(s[:n], s[n:])
			s = s[n:]
			continue
		}
		if n = strings.IndexFunc(s, func(r rune) bool { return !isWord(r) }); n < 0 {
			n = len(s)
		}
		word := s[:n]
		switch {
		case isCommit(word):
			b.code(word)
		case b.out.Len() == 0 && isNumeral(word) && len(s) > n && strings.IndexByte(".)", s[n]) >= 0:
			// "1." at the start of a line is a list.
			b.out.WriteString(word + `\` + s[n:n+1])
			n++
			b.afterCode = false
		default:
			b.out.WriteString(strings.ReplaceAll(word, "_", `\_`))
			b.afterCode = false
		}
		s = s[n:]
	}
}

// punctuation adds what stands between words, escaped, and with a gap where
// GitHub would find something in it together with the word that follows.
func (b *markdownText) punctuation(s, after string) {
	before := b.out.String()
	for i, r := range s {
		next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):] + after)
		word := unicode.IsLetter(next) || unicode.IsDigit(next)
		switch {
		case r == '#':
			b.out.WriteString(`\#`)
			if word {
				b.out.WriteString(gap)
			}
		case r == '$':
			b.out.WriteString(`\$` + gap)
		case strings.ContainsRune("\\`*{}[]<>!|~&", r):
			b.out.WriteString(`\` + string(r))
		case strings.ContainsRune("-+=", r) && b.out.Len() == 0:
			b.out.WriteString(`\` + string(r))
		case r == '@' && word:
			b.out.WriteString("@" + gap)
		case r == ':' && b.out.Len() == 0:
			b.out.WriteString(`\:` + gap)
		case r == ':' && (unicode.IsLetter(next) || strings.ContainsRune("/+-_", next) || unicode.IsDigit(next) && !endsInDigit(before)):
			// "https://..." and ":emoji:", but not the time of day.
			b.out.WriteString(":" + gap)
		case r == ':' && unicode.IsDigit(next) && isShortcode(after):
			b.out.WriteString(":" + gap)
		case r == '.' && i == 0 && endsWith(before, "www"):
			b.out.WriteString("." + gap)
		case r == '-' && word && i == 0 && endsWith(before, "gh"):
			b.out.WriteString("-" + gap)
		default:
			b.out.WriteRune(r)
		}
	}
	b.afterCode = false
}

// isShortcode reports whether a text begins as the rest of ":100:" does. Two
// digits are minutes.
func isShortcode(s string) bool {
	name, _, closed := strings.Cut(s, ":")
	if !closed || len(name) == 2 && isNumeral(name) {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool { return !isWord(r) })
}

// isWord reports what makes a word for those who look for names of commits.
func isWord(r rune) bool {
	return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) || r == '_'
}

// isCommit reports whether a word can be the name of a commit. Digits alone are
// a date or a number, and letters alone a word, unless they are as long as a
// name in full.
func isCommit(word string) bool {
	const digits, letters = "0123456789", "abcdefABCDEF"
	if len(word) < 7 || strings.Trim(word, digits+letters) != "" {
		return false
	}
	return len(word) >= 40 || strings.ContainsAny(word, digits) && strings.ContainsAny(word, letters)
}

func isNumeral(word string) bool { return strings.Trim(word, "0123456789") == "" }

func endsInDigit(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsDigit(r)
}

// endsWith ignores case.
func endsWith(s, word string) bool {
	return len(s) >= len(word) && strings.EqualFold(s[len(s)-len(word):], word)
}
