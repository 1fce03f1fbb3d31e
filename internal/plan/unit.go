package plan

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	plainWord tokenKind = iota
	codeWord            // a code span
	identWord           // a version, path, address, flag or setting
	number
	linkWord
	mention    // @somebody or @org/team
	reference  // #12
	breakMark  // , ; : ( ) and dashes
	scriptWord // a run of an unspaced script
)

type token struct {
	kind tokenKind
	text string // folded
}

// unit is one sentence or line of an answer.
type unit struct {
	text    string // visible, as written
	line    int
	tokens  []token
	run     string // folded text without spaces, only when it has an unspaced script
	asks    bool   // ends with a question mark
	matches []match
}

// units splits visible text into sentences.
func units(text string, line int) []unit {
	out := make([]unit, 0, min(1+strings.Count(text, ". "), 16))
	for len(text) > 0 {
		end, next, asks := sentenceEnd(text)
		if s := strings.TrimSpace(text[:end]); s != "" {
			u := unit{text: s, line: line, asks: asks}
			u.tokenise(fold(s))
			out = u.cut(out)
		}
		text = text[next:]
	}
	return out
}

// maxUnit is how many tokens are judged together, and maxRun how many bytes of
// an unspaced script. No sentence is longer, and judging is quadratic in them.
const (
	maxUnit = 80
	maxRun  = 900
)

// cut adds a sentence to the list, in parts where it is too long for one.
func (u unit) cut(out []unit) []unit {
	if len(u.tokens) <= maxUnit && len(u.run) <= maxRun {
		return append(roomy(out), u)
	}
	all := u.tokens
	out = slices.Grow(out, len(all)/maxUnit+1)
	for from := 0; from < len(all); from += maxUnit {
		part := u
		part.tokens = all[from:min(len(all), from+maxUnit)]
		part.run = ""
		if u.run != "" {
			part.run = runOf(part.tokens)
		}
		if from > 0 {
			part.text = ""
		}
		out = append(out, part)
	}
	return out
}

// runOf joins tokens as squeeze does text.
func runOf(tokens []token) string {
	var b strings.Builder
	for _, t := range tokens {
		if t.kind == codeWord {
			b.WriteByte('`')
			continue
		}
		if b.WriteString(t.text); b.Len() > maxRun {
			break
		}
	}
	return b.String()
}

// sentenceEnd returns where the first sentence ends, where the next begins and
// whether it is a question. A full stop counts only before a space.
func sentenceEnd(s string) (end, next int, asks bool) {
	code := false
	for i, r := range s {
		if r == '`' {
			code = !code && strings.IndexByte(s[i+1:], '`') >= 0
			continue
		}
		if code {
			continue
		}
		switch r {
		case '\n', '。', '！', ';', '；':
			return i, i + utf8.RuneLen(r), false
		case '？':
			return i, i + len("？"), true
		case '.', '!', '?':
			if i+1 == len(s) || s[i+1] == ' ' || s[i+1] == '\n' || s[i+1] == ')' || s[i+1] == '"' {
				if r == '.' && abbreviation(s[:i]) {
					continue
				}
				return i, i + 1, r == '?'
			}
		}
	}
	return len(s), len(s), false
}

// abbreviation reports that the full stop after s ends no sentence: "e.g.",
// "z. B.", or a numbered line "1.".
func abbreviation(s string) bool {
	w := s[strings.LastIndexAny(s, " (\n")+1:]
	switch strings.ToLower(w) {
	case "e.g", "i.e", "eg", "ie", "approx", "no", "vs", "z", "b", "bzw", "ca", "p", "ex", "ej", "pag", "cf", "etc", "incl", "ggf", "evtl", "max", "min", "av", "np", "tzn", "itd", "itp", "bkz", "vb", "örn", "vd", "např", "tzv", "dll", "dsb", "напр", "тощо":
		return true
	}
	if len(w) == 0 || len(w) > 3 || len(w) < len(s) {
		return false
	}
	for i := 0; i < len(w); i++ {
		if w[i] < '0' || w[i] > '9' {
			return false
		}
	}
	return true
}

func (u *unit) tokenise(s string) {
	u.tokens = make([]token, 0, len(s)/5+2)
	hasRun := false
	for i := 0; i < len(s); {
		if letter(s[i]) {
			i += u.chunk(s[i:])
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == ' ' || r == '\t' || r == '\n':
			i += n
		case r == '`':
			k := strings.IndexByte(s[i+1:], '`')
			if k < 0 {
				i++
				continue
			}
			u.add(codeWord, s[i+1:i+1+k])
			i += k + 2
		case r == '<' && strings.HasPrefix(s[i:], linkMark):
			u.add(linkWord, "")
			i += len(linkMark)
		case r == '<' && strings.HasPrefix(s[i:], imageMark):
			u.add(linkWord, "")
			i += len(imageMark)
		case r == ':' && shortcode(s[i:]) > 0:
			i += shortcode(s[i:])
		case strings.ContainsRune(",;:()[]{}—–|=>→，、；：（）「」『』【】…", r):
			u.add(breakMark, string(r))
			i += n
		case cjk(r):
			j := i
			for j < len(s) && j-i < maxRun/2 {
				r, n := utf8.DecodeRuneInString(s[j:])
				if !cjk(r) && r != 'ー' && !unicode.IsMark(r) {
					break
				}
				j += n
			}
			u.add(scriptWord, s[i:j])
			hasRun = true
			i = j
		case r >= 0x1100 && r < 0x1200: // "ㅎㅎ": single Korean letters say nothing
			i += n
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '@' || r == '#' || r == '/' || r == '-' || r == '$' || r == '_' || r == '.' || r == '%':
			i += u.chunk(s[i:])
		default:
			i += n
		}
	}
	if hasRun {
		u.run = squeeze(s)
	}
}

// shortcode returns the length of an emoji such as ":rocket:" at the start of
// s, or 0.
func shortcode(s string) int {
	for i := 1; i < len(s) && i < 40; i++ {
		switch c := s[i]; {
		case c == ':' && i > 1:
			return i + 1
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '_', c == '+', c == '-':
		default:
			return 0
		}
	}
	return 0
}

func (u *unit) add(k tokenKind, text string) {
	u.tokens = append(roomy(u.tokens), token{k, text})
}

// squeeze drops spaces and the insides of code spans.
func squeeze(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	code := false
	for _, r := range s {
		switch {
		case r == '`':
			if code = !code; code {
				b.WriteByte('`')
			}
		case code || r == ' ' || r == '\t':
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// chunk reads one run without spaces and returns its length.
func (u *unit) chunk(s string) int {
	// Most of all text is plain words.
	k := 0
	for k < len(s) && s[k] >= 'a' && s[k] <= 'z' {
		k++
	}
	if k > 0 && (k == len(s) || s[k] == ' ' || s[k] == ',' || s[k] == '\n') {
		u.add(plainWord, s[:k])
		return k
	}
	end := len(s)
	plain := true // letters, digits, hyphens and apostrophes only
	letters := false
	for i, r := range s {
		if unicode.IsLetter(r) && !cjk(r) {
			letters = true
			continue
		}
		if unicode.IsDigit(r) || r == '-' || r == '\'' || r == '’' || unicode.IsMark(r) {
			continue
		}
		if strings.ContainsRune("@#/_.$%=:+&*~", r) {
			plain = false
			continue
		}
		end = i
		break
	}
	n := end
	if n == 0 {
		_, n = utf8.DecodeRuneInString(s)
		return n
	}
	s = s[:end]
	t := strings.TrimRight(s, ".:-/*~'’+&=")
	trailing := s[len(t):]
	switch t = strings.TrimLeft(t, "*'’~&+"); {
	case t == "":
	case strings.HasPrefix(t, "@") && len(t) > 1:
		u.add(mention, t)
	case strings.HasPrefix(t, "#") && len(t) > 1:
		u.add(reference, t)
	case initials(t) != "":
		u.add(plainWord, initials(t))
	case plain || !strings.ContainsAny(t, "@#/_.$%=:+&*~"):
		u.words(t, letters)
	case !letters:
		u.add(number, t)
	case slashed(t):
		for _, w := range strings.Split(t, "/") {
			u.words(w, true)
		}
	default:
		u.add(identWord, t)
	}
	if strings.ContainsAny(trailing, ":-/") {
		u.add(breakMark, ":")
	}
	return n
}

// initials returns "na" for "n.a" and "tbd" for "t.b.d", or nothing.
func initials(s string) string {
	if len(s) < 3 || len(s) > 7 || len(s)%2 == 0 {
		return ""
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if i%2 == 1 {
			if s[i] != '.' {
				return ""
			}
			continue
		}
		if !letter(s[i]) {
			return ""
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// words adds a word, or the parts of a hyphenated one.
func (u *unit) words(s string, letters bool) {
	if strings.ContainsAny(s, "'’") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "'", ""), "’", "")
	}
	for s != "" {
		w, rest, _ := strings.Cut(s, "-")
		s = rest
		if w == "" {
			continue
		}
		digit := strings.ContainsAny(w, "0123456789")
		switch {
		case !digit:
			u.add(plainWord, w)
		case !letters || strings.IndexFunc(w, unicode.IsLetter) < 0:
			u.add(number, w)
		default:
			u.add(identWord, w)
		}
	}
}

// slashed reports "word/word", which is two words and no path.
func slashed(s string) bool {
	if s[0] == '/' || strings.Count(s, "/") > 2 {
		return false
	}
	for _, r := range s {
		if r != '/' && r != '-' && !unicode.IsLetter(r) {
			return false
		}
	}
	return strings.Contains(s, "/")
}

// codeAsText takes commands and names apart, so that they are read as words:
// "`rails db:rollback`" says "rails db rollback".
func codeAsText(s string) string { return codeJoints.Replace(s) }

var codeJoints = strings.NewReplacer("`", " ", ":", " ", "/", " ", ".", " ", "_", " ", "=", " ", "-", " ")

// code reports code spans, commands or names in a sentence.
func (u *unit) code() bool {
	if u.matches == nil {
		return true
	}
	for _, t := range u.tokens {
		if t.kind == codeWord || t.kind == identWord {
			return true
		}
	}
	return false
}
