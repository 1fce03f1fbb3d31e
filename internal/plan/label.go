package plan

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type labelStyle uint8

const (
	plainLabel labelStyle = iota
	boldLabel
)

// label is a marker at the start of a line of text.
type label struct {
	text  string // the label's words
	rest  string // raw text after it
	style labelStyle
	own   bool // nothing else stands on the line
}

// maxLabel is the longest label, in bytes.
const maxLabel = 120

// readLabel splits a line such as "**Rollback:** revert", "Impact - shops" or
// "How do we undo it? Revert." Whether the words mean anything is not its
// business.
func readLabel(line string) (label, bool) {
	if strings.Contains(line, "<") {
		line = boldTags.Replace(line)
	}
	lead := strings.TrimLeftFunc(line, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("*_[【(<`|~\"", r)
	})
	style := plainLabel
	if n := len(line) - len(lead); n > 0 && n < 16 && strings.IndexByte(line[:n], '>') < 0 {
		if strings.ContainsAny(line[:n], "■□◆◇●○◎▼▽▲△▶▷★☆") {
			style = boldLabel // "■ Impact" is a heading in Japanese text
		}
		line = strings.TrimSpace(lead)
	}
	if strings.HasPrefix(line, "[^") {
		return label{}, false // a footnote
	}
	if len(line) > 1 && (line[0] == '*' || line[0] == '_') {
		return emphasised(line)
	}
	for _, pair := range [...][2]string{{"【", "】"}, {"〔", "〕"}, {"「", "」"}, {"[", "]"}} {
		inner, ok := strings.CutPrefix(line, pair[0])
		if k := strings.Index(inner, pair[1]); ok && k > 0 && k < maxLabel && !strings.HasPrefix(inner[k:], "](") {
			rest := strings.TrimLeft(inner[k+len(pair[1]):], ":： ")
			return label{text: inner[:k], rest: rest, style: boldLabel, own: rest == ""}, true
		}
	}
	head := line[:min(len(line), maxLabel)]
	for i, r := range head {
		switch r {
		case ':', '：', '?', '？', '=':
			n := utf8.RuneLen(r)
			if i == 0 || r == ':' && strings.HasPrefix(line[i:], "://") {
				return label{}, false
			}
			text := line[:i]
			if r == '?' || r == '？' {
				text = line[:i+n]
			}
			rest := strings.TrimSpace(line[i+n:])
			return label{text: text, rest: rest, own: rest == ""}, true
		case '-', '–', '—', '→':
			if i > 0 && (line[i-1] == ' ' || r == '—') && i+utf8.RuneLen(r) <= len(line) {
				rest := strings.TrimLeft(line[i+utf8.RuneLen(r):], "->– ")
				if r == '-' && (i+1 >= len(line) || line[i+1] != ' ' && line[i+1] != '>' && line[i+1] != '-') {
					continue
				}
				return label{text: line[:i], rest: rest, own: rest == ""}, true
			}
		case '`', '.', ';', '。', '，':
			return label{}, false
		}
	}
	if len(line) <= 60 {
		return label{text: line, style: style, own: true}, true
	}
	return label{}, false
}

var boldTags = strings.NewReplacer("<b>", "**", "</b>", "**", "<strong>", "**", "</strong>", "**",
	"<B>", "**", "</B>", "**", "<u>", "", "</u>", "", "<em>", "*", "</em>", "*", "<i>", "*", "</i>", "*")

// bareVerb reports bold text that is more likely the first word of a sentence
// than a label: "**Revert** the pull request".
func bareVerb(s string) bool {
	switch fold(s) {
	case "revert", "undo", "restore", "recover", "affects", "affected", "impacts", "reverse", "back out", "roll back", "worst", "recovery":
		return true
	}
	return false
}

// emphasised reads a line that begins with bold or italic text.
func emphasised(line string) (label, bool) {
	n := 1
	for n < len(line) && n < 3 && line[n] == line[0] {
		n++
	}
	fence := line[:n]
	body := line[n:min(len(line), n+maxLabel)]
	k := strings.Index(body, fence)
	if k <= 0 {
		return label{}, false
	}
	l := label{text: body[:k], style: boldLabel}
	after := line[n+k+n:]
	rest := strings.TrimSpace(after)
	trimmed := strings.TrimSpace(strings.TrimLeft(rest, ":：-–—→=>* "))
	// "**Rollback:** revert", "**Rollback**: revert" and "**Rollback** - revert"
	// are labels; "**Rollback** is easy" is prose. A suffix in brackets is part of the label.
	separated := strings.HasSuffix(strings.TrimSpace(l.text), ":") || strings.HasSuffix(l.text, "：") || strings.HasSuffix(l.text, "?") || strings.HasSuffix(l.text, "？") || strings.HasSuffix(strings.TrimSpace(l.text), "—") || strings.HasSuffix(strings.TrimSpace(l.text), "–") || strings.HasSuffix(strings.TrimSpace(l.text), "-") || rest != trimmed
	if strings.HasPrefix(rest, "(") || strings.HasPrefix(rest, "（") || strings.HasPrefix(rest, "_(") || strings.HasPrefix(rest, "*(") {
		if e := strings.IndexAny(rest, ")）"); e > 0 && e < 80 {
			tail := strings.TrimSpace(strings.TrimLeft(strings.TrimPrefix(rest[e:], "）"), ")_* "))
			t := strings.TrimSpace(strings.TrimLeft(tail, ":：-–—→=>* "))
			if tail == "" || tail != t {
				l.rest, l.own = t, t == ""
				return l, true
			}
		}
	}
	if rest == "" || trimmed == "" {
		l.own = true
		return l, true
	}
	if !separated && bareVerb(l.text) {
		return label{}, false
	}
	l.rest = trimmed
	return l, true
}

// maxRunIn is how many labels behind the first are read on one line.
const maxRunIn = 8

// splitRunIn takes lines with several plain labels apart, where the first is one
// of ours: "Rollback: revert. Impact: shops".
func (r *reader) splitRunIn(lines []string) []string {
	if len(lines) != 1 || strings.Count(lines[0], ":")+strings.Count(lines[0], "：") < 2 {
		return lines
	}
	raw := lines[0]
	if l, ok := readLabel(raw); !ok || l.rest == "" || l.style == boldLabel {
		return lines
	} else if _, ours := r.mark.match(visible(l.text)); !ours {
		return lines
	}
	var out []string
	start, clause, code := 0, -1, false
	for i, c := range raw {
		switch {
		case c == '`':
			code, clause = !code, -1
		case code:
		case strings.ContainsRune("。；，", c):
			clause = i + utf8.RuneLen(c)
		case c == ' ' && i > 0 && strings.IndexByte(".;,|", raw[i-1]) >= 0:
			clause = i + 1
		case (c == ':' || c == '：') && clause > start && len(out) < maxRunIn:
			if text := strings.TrimSpace(raw[clause:i]); strings.Count(text, " ") < 4 {
				if _, ours := r.mark.match(visible(text)); ours {
					out = append(out, strings.TrimRight(raw[start:clause], " ;,|；，"))
					start = clause
				}
			}
			clause = -1
		}
	}
	return append(out, raw[start:])
}

// splitLabels takes a line with several bold labels apart:
// "**Impact:** shops **Rollback:** revert".
func splitLabels(raw string) []string {
	if strings.Count(raw, "**") < 4 {
		return []string{raw}
	}
	var out []string
	start := 0
	for i := 0; ; {
		k := strings.Index(raw[i:], "**")
		if k < 0 {
			break
		}
		i += k
		end := strings.Index(raw[i+2:], "**")
		if end < 0 {
			break
		}
		inner, after := raw[i+2:i+2+end], raw[i+end+4:]
		if i > start && len(inner) < maxLabel && (endsOpen(inner) || strings.HasPrefix(after, ":") || strings.HasPrefix(after, "：")) {
			out = append(out, strings.TrimSpace(raw[start:i]))
			start = i
		}
		i += end + 4
	}
	return append(out, strings.TrimSpace(raw[start:]))
}

// dropSuffix takes "(required)", "[optional]" and the like off a heading, and
// numbering and symbols off its front.
func dropSuffix(s string) string {
	for {
		s = strings.TrimRight(s, " :：*#-–—.!。")
		open := -1
		switch {
		case strings.HasSuffix(s, ")"):
			open = strings.LastIndexByte(s, '(')
		case strings.HasSuffix(s, "]"):
			open = strings.LastIndexByte(s, '[')
		case strings.HasSuffix(s, "）"):
			open = strings.LastIndex(s, "（")
		case strings.HasSuffix(s, "】") && !strings.HasPrefix(s, "【"):
			open = strings.LastIndex(s, "【")
		}
		if open <= 0 {
			break
		}
		s = s[:open]
	}
	for strings.HasPrefix(s, ":") { // :shortcode:
		k := strings.IndexByte(s[1:], ':')
		if k < 0 || strings.ContainsAny(s[1:1+k], " ") {
			break
		}
		s = strings.TrimSpace(s[k+2:])
	}
	if head, rest, ok := strings.Cut(s, " "); ok && enumerated(head) {
		s = strings.TrimSpace(rest)
	}
	i := strings.IndexFunc(s, func(r rune) bool { return unicode.IsLetter(r) })
	if i > 0 && i < 16 {
		s = s[i:]
	}
	return s
}

// enumerated reports "III.", "a)" and the like.
func enumerated(s string) bool {
	n := len(s) - 1
	if n < 1 || n > 5 || s[n] != '.' && s[n] != ')' {
		return false
	}
	return n == 1 && letter(s[0]) || strings.Trim(strings.ToLower(s[:n]), "ivx") == ""
}
