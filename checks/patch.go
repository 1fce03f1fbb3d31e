package checks

import "strings"

// patchLine is one line of a hunk. A context line has both numbers, an added
// one only the new, a removed one only the old.
type patchLine struct {
	kind     byte // ' ', '+' or '-'
	hunk     int  // index into patch.headings
	old, new int
	text     string // without the mark in front and the carriage return behind
}

// patch is what a unified diff shows of one file.
type patch struct {
	headings []string // of each hunk, what stands after the second "@@"
	lines    []patchLine
	added    int
	removed  int
}

// readPatch reads hunks as GitHub gives them, without file headers. It takes
// any text: lines before the first hunk header count as a hunk that starts at
// line 1, so that nothing hides by leaving the header out.
func readPatch(text string) patch {
	p := patch{lines: make([]patchLine, 0, strings.Count(text, "\n")+1)}
	old, new := 1, 1
	for len(text) > 0 {
		line := text
		if i := strings.IndexByte(text, '\n'); i >= 0 {
			line, text = text[:i], text[i+1:]
		} else {
			text = ""
		}
		line = strings.TrimSuffix(line, "\r")
		if strings.HasPrefix(line, "@@") {
			o, n, heading := hunkHeader(line)
			old, new = o, n
			p.headings = append(p.headings, heading)
			continue
		}
		if strings.HasPrefix(line, `\`) { // "\ No newline at end of file"
			continue
		}
		if len(p.headings) == 0 {
			p.headings = append(p.headings, "")
		}
		l := patchLine{kind: ' ', hunk: len(p.headings) - 1}
		if line != "" { // some tools strip the space of an empty context line
			l.kind, l.text = line[0], line[1:]
		}
		switch l.kind {
		case '+':
			l.new = new
			new++
			p.added++
		case '-':
			l.old = old
			old++
			p.removed++
		default:
			l.kind, l.old, l.new = ' ', old, new
			old++
			new++
		}
		p.lines = append(p.lines, l)
	}
	return p
}

// hunkHeader reads "@@ -12,3 +14,5 @@ heading". A number that is not there or
// not a number is 1.
func hunkHeader(line string) (old, new int, heading string) {
	old, new = 1, 1
	rest := strings.TrimLeft(line, "@")
	ranges := rest
	if i := strings.Index(rest, "@@"); i >= 0 {
		ranges, heading = rest[:i], strings.TrimPrefix(strings.TrimLeft(rest[i:], "@"), " ")
	}
	for _, r := range strings.Fields(ranges) {
		switch r[0] {
		case '-':
			old = lineNumber(r[1:])
		case '+':
			new = lineNumber(r[1:])
		}
	}
	return old, new, heading
}

// lineNumber reads the digits in front of text; what is no line number is 1.
func lineNumber(text string) int {
	n := 0
	for i := 0; i < len(text) && text[i] >= '0' && text[i] <= '9'; i++ {
		if n = n*10 + int(text[i]-'0'); n > 1<<30 {
			return 1
		}
	}
	return max(n, 1)
}

// countChanged counts the added and removed lines of a patch.
func countChanged(text string) (added, removed int) {
	for line := range strings.Lines(text) {
		switch line[0] {
		case '+':
			added++
		case '-':
			removed++
		}
	}
	return added, removed
}

// whole reports whether the patch shows the file from its first line to its
// last: one hunk from line 1 on, with less context behind its last change than
// git gives where there is more.
func (p patch) whole() bool {
	const context = 3
	n := len(p.lines)
	if len(p.headings) != 1 || n == 0 || max(p.lines[0].old, p.lines[0].new) != 1 {
		return false
	}
	behind := 0
	for behind < n && p.lines[n-1-behind].kind == ' ' {
		behind++
	}
	return behind < context
}
