package checks

import (
	"bytes"
	"strings"
)

// reader walks over the lines of a source once, blanks comments and, in SQL,
// the data in strings, and notes where statements end.
type reader struct {
	*source
	lang *language

	block    bool   // in a block comment
	str      string // the delimiter of the string that the line begins in
	blank    bool   // what the string holds is no code
	doubtful bool   // it may have ended at a quote behind a backslash
	heredoc  string // the line that ends the string that the line begins in
	pending  string // the same for one that begins on the next line
	depth    int    // open brackets
	began    int    // first line of the statement
	routine  routine
}

func newReader(s *source, lang *language) *reader { return &reader{source: s, lang: lang} }

// maxStatementLines ends statements whose brackets never close.
const maxStatementLines = 60

func (r *reader) read() {
	hunk := -1
	for i := range r.lines {
		if h := r.lines[i].hunk; h != hunk {
			hunk = h
			r.end(r.lines[i].start)
			*r = reader{source: r.source, lang: r.lang, began: i}
		}
		r.line(i)
	}
	r.end(len(r.code))
}

func (r *reader) end(offset int) {
	if n := len(r.ends); offset > 0 && (n == 0 || r.ends[n-1] < offset) {
		r.ends = append(r.ends, offset)
	}
	r.depth, r.routine = 0, routine{}
}

// begin is where the statement that is being read starts.
func (r *reader) begin() int {
	if n := len(r.ends); n > 0 {
		return r.ends[n-1]
	}
	return 0
}

func (r *reader) line(i int) {
	text := r.text(i)
	if r.str == "" && !r.block && r.lang.open == "/*" && starred(text) {
		blankOut(text) // the middle of a comment whose beginning is not in the hunk
	}
	if r.heredoc != "" {
		if strings.Trim(string(text), " \t;,)") == r.heredoc {
			r.heredoc = ""
		}
		blankSQLComment(text)
	} else {
		r.scan(i, text)
	}
	r.heredoc, r.pending = r.heredoc+r.pending, ""
	r.endOfLine(i, bytes.TrimSpace(text))
}

// scan reads the bytes of a line that are special in the syntax.
func (r *reader) scan(i int, text []byte) {
	if r.str != "" && !r.lang.sql {
		blankSQLComment(text)
	}
	for j := 0; j < len(text); {
		switch {
		case r.block:
			j = r.inComment(text, j)
		case r.str != "":
			j = r.inString(text, j)
		case !r.lang.special[text[j]]:
			j++
		default:
			j = r.special(i, text, j)
		}
	}
	if r.str != "" && len(r.str) == 1 && !strings.Contains(r.lang.multi, r.str) {
		r.str = "" // it was an apostrophe, or goes on where we cannot know
	}
}

func (r *reader) special(i int, text []byte, j int) int {
	rest := text[j:]
	for _, mark := range r.lang.line {
		if hasPrefix(rest, mark) && (mark != "#" || r.lang.ends != endsLine || j == 0 || text[j-1] == ' ' || text[j-1] == '\t') {
			blankOut(rest)
			return len(text)
		}
	}
	if r.lang.open != "" && hasPrefix(rest, r.lang.open) && r.opens(text, j) {
		r.block = true
		return r.inComment(text, j)
	}
	c := text[j]
	if r.lang.triple && (hasPrefix(rest, `"""`) || hasPrefix(rest, `'''`)) {
		r.str, r.blank = string(rest[:3]), r.documents(i, text[:j])
		return r.inString(text, j+3)
	}
	if strings.IndexByte(r.lang.quotes, c) >= 0 || strings.IndexByte(r.lang.multi, c) >= 0 {
		r.str = string(c)
		r.blank = r.lang.sql && c == '\'' && !r.dynamic(r.lines[i].start+j)
		return r.inString(text, j+1)
	}
	switch c {
	case '(', '[':
		r.depth++
	case ')', ']':
		r.depth = max(r.depth-1, 0)
	case '<':
		if name := heredocName(rest); name != "" {
			r.pending = name
		}
	case '$':
		if n := r.routine.quote(r.code[r.begin():r.lines[i].start+j], rest); n > 0 {
			return j + n
		}
	case ';', '{', '}':
		at := r.lines[i].start + j
		if r.lang.ends != endsSemicolon || r.routine.done(r.code[r.begin():at]) {
			r.end(at + 1)
			r.began = i
		}
	}
	return j + 1
}

// opens reports whether the mark of a block comment at j is one.
func (r *reader) opens(text []byte, j int) bool {
	switch r.lang.open {
	case "=begin":
		return j == 0
	case "/*":
		// MySQL runs what stands in /*! */, and /[/*]/ is a pattern.
		return !hasPrefix(text[j:], "/*!") && (j == 0 || text[j-1] != '[' && text[j-1] != '\\' && text[j-1] != '/')
	}
	return true
}

// inComment blanks up to the end of the comment or the line.
func (r *reader) inComment(text []byte, j int) int {
	end := bytes.Index(text[j:], []byte(r.lang.close))
	if end < 0 {
		blankOut(text[j:])
		return len(text)
	}
	end += j + len(r.lang.close)
	blankOut(text[j:end])
	r.block = false
	return end
}

// inString goes to behind the end of the string, or to the end of the line.
func (r *reader) inString(text []byte, j int) int {
	start := j
	for ; j < len(text); j++ {
		if text[j] == '\\' && (!r.lang.sql || j+2 < len(text) && text[j+1] == '\'' && isLetter(text[j+2])) {
			// SQL has no escapes by its standard, MySQL has: 'it\'s'.
			r.doubtful = true
			j++
			continue
		}
		if !hasPrefix(text[j:], r.str) {
			continue
		}
		if r.lang.sql && hasPrefix(text[j+1:], r.str) { // '' in a string is one quote
			j++
			continue
		}
		if r.blank {
			r.blankData(text[start:j])
		}
		end := j + len(r.str)
		r.str, r.blank, r.doubtful = "", false, false
		return end
	}
	if r.blank {
		r.blankData(text[start:])
	}
	return len(text)
}

// blankData blanks what a string holds. Whether a backslash escapes a quote
// depends on the database: behind one, what looks like the rest of the string
// may be the next statement, and is left from a semicolon on.
func (r *reader) blankData(text []byte) {
	if i := bytes.IndexByte(text, ';'); i >= 0 && r.doubtful {
		text, r.blank = text[:i], false
	}
	blankOut(text)
}

// documents reports whether a string that begins here is a comment in
// disguise: the first statement of a block or a file, or after @doc.
func (r *reader) documents(i int, before []byte) bool {
	before = bytes.TrimSpace(before)
	if hasPrefix(before, "@") {
		return true
	}
	if len(before) > 0 {
		return false
	}
	for k := i - 1; k >= 0; k-- {
		if t := bytes.TrimSpace(r.text(k)); len(t) > 0 {
			return r.lines[k].hunk == r.lines[i].hunk && bytes.HasSuffix(t, []byte(":"))
		}
	}
	return r.lines[0].number == 1
}

// dynamic reports whether the string at the offset is code that is run.
func (r *reader) dynamic(offset int) bool {
	before := bytes.ToLower(r.code[max(r.begin(), offset-200):offset])
	for _, word := range []string{"exec", "prepare", "set @", "immediate"} {
		if bytes.Contains(before, []byte(word)) {
			return true
		}
	}
	return false
}

// endOfLine ends the statement where the syntax says so.
func (r *reader) endOfLine(i int, text []byte) {
	next := len(r.code)
	if i+1 < len(r.lines) {
		next = r.lines[i+1].start
	}
	switch r.lang.ends {
	case endsLine:
		r.end(next)
	case endsSemicolon:
		if t := strings.ToLower(string(text)); t == "go" || t == "/" || strings.HasPrefix(t, "delimiter ") {
			r.end(next)
		}
	case endsLogical:
		if i-r.began < maxStatementLines && r.goesOn(i, text) {
			return
		}
		r.end(next)
		r.began = i + 1
	}
}

// goesOn reports whether the statement does not end with line i.
func (r *reader) goesOn(i int, text []byte) bool {
	if r.block || r.str != "" || r.heredoc != "" {
		return true
	}
	if i+1 < len(r.lines) && r.lines[i+1].hunk == r.lines[i].hunk {
		next := strings.TrimSpace(r.lines[i+1].raw)
		for _, chain := range []string{".", "->", "?.", "&.", "|>"} {
			if strings.HasPrefix(next, chain) {
				return true
			}
		}
	}
	if len(text) == 0 {
		return r.depth > 0
	}
	switch last := text[len(text)-1]; {
	case last == '{', last == '}', last == ';', last == '|', bytes.HasSuffix(text, []byte(" do")):
		return false
	case last == '\\', last == '=', last == '+', last == ',' && r.lang.commas:
		return true
	}
	return r.depth > 0
}

// heredocName returns the name of a heredoc that begins here, "" for none.
func heredocName(rest []byte) string {
	if !hasPrefix(rest, "<<") {
		return ""
	}
	name := strings.TrimLeft(string(rest[:min(len(rest), 80)]), "<")
	name = strings.TrimLeft(name, "-~")
	name = strings.TrimLeft(name, `"'`)
	n := 0
	for n < len(name) && (name[n] == '_' || isLetter(name[n]) || n > 0 && name[n] >= '0' && name[n] <= '9') {
		n++
	}
	if n == 0 || name[0] < 'A' || name[0] > 'Z' {
		return ""
	}
	return name[:n]
}

func starred(text []byte) bool {
	t := bytes.TrimLeft(text, " \t")
	return hasPrefix(t, "* ") || hasPrefix(t, "*/") || string(t) == "*"
}

// blankSQLComment blanks a line of a string that is a comment in SQL.
func blankSQLComment(text []byte) {
	if hasPrefix(bytes.TrimLeft(text, " \t"), "--") {
		blankOut(text)
	}
}

func blankOut(text []byte) {
	for i := range text {
		text[i] = ' '
	}
}

func hasPrefix(text []byte, prefix string) bool {
	return len(text) >= len(prefix) && string(text[:len(prefix)]) == prefix
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
