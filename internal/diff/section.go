package diff

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/backout-dev/backout/checks"
)

// section is one file's part of a diff: headers, then hunks that follow each
// other without a gap.
type section struct {
	line   int
	git    bool
	header bool   // git's extended header is being read
	crlf   bool   // line ends were rewritten on the way
	head   string // both names as "diff --git" has them

	old, new         string // names in "---" and "+++", prefixes and all
	from, to         string // names of a rename or copy
	renamed, copied  bool
	added, removed   bool
	binary           bool
	oldMode, newMode string
	contents         bool // an index line: the contents differ
	empty            bool // the index line names the file without lines

	start, end           int // of the hunks
	additions, deletions int
	ragged               bool // some lines are not as git writes them
}

const devNull = "/dev/null"

// extended reads a line of git's extended header and reports whether it is one.
func (s *section) extended(text string) bool {
	if text == "GIT binary patch" || isBinary(text) {
		s.binary = true
		return true
	}
	key, value := headerKey(text)
	switch key {
	case "old mode ":
		s.oldMode = value
	case "new mode ":
		s.newMode = value
	case "deleted file mode ":
		s.removed, s.oldMode = true, value
	case "new file mode ":
		s.added, s.newMode = true, value
	case "rename from ":
		s.renamed, s.from = true, fileName(value)
	case "rename to ":
		s.renamed, s.to = true, fileName(value)
	case "copy from ":
		s.copied, s.from = true, fileName(value)
	case "copy to ":
		s.copied, s.to = true, fileName(value)
	case "index ":
		s.contents = true
		s.empty = isEmptyBlob(value)
		if _, mode, ok := strings.Cut(value, " "); ok {
			s.newMode = mode
		}
	case "":
		return false
	}
	return true
}

// The ids that git gives a file without content, by its two hashes, as far as an
// index line shows them at least.
const (
	emptySHA1   = "e69de29"
	emptySHA256 = "473a0f4"
)

// isEmptyBlob reports whether "old..new" is between nothing and an empty file.
func isEmptyBlob(ids string) bool {
	from, to, _ := strings.Cut(ids, "..")
	if strings.Trim(from, "0") != "" {
		from, to = to, from
	}
	return from != "" && strings.Trim(from, "0") == "" &&
		(strings.HasPrefix(to, emptySHA1) || strings.HasPrefix(to, emptySHA256))
}

func headerKey(text string) (key, value string) {
	for _, key := range [...]string{
		"old mode ", "new mode ", "deleted file mode ", "new file mode ",
		"rename from ", "rename to ", "copy from ", "copy to ",
		"index ", "similarity index ", "dissimilarity index ",
	} {
		if strings.HasPrefix(text, key) {
			return key, text[len(key):]
		}
	}
	return "", ""
}

// hunk reads a hunk: its header says how many lines belong to it.
func (p *parser) hunk(text string) error {
	at := p.in.n
	oldLines, newLines, ok := hunkHeader(text)
	if p.cur == nil || p.cur.new == "" {
		if !ok {
			return nil
		}
		return &Error{Line: at, Message: "a hunk without a file header before it", Fix: makeOne}
	}
	if !ok {
		return &Error{Line: at, Message: "a hunk header that does not read @@ -LINE,COUNT +LINE,COUNT @@", Fix: makeOne}
	}
	s := p.cur
	if s.end == 0 {
		s.start = p.in.start
		s.added = s.added || !s.git && oldLines == 0 && strings.HasPrefix(text, "@@ -0,0 ")
		s.removed = s.removed || !s.git && newLines == 0 && strings.Contains(text, " +0,0 @@")
	}
	for oldLines > 0 || newLines > 0 {
		line, more := p.in.next()
		if !more {
			return &Error{
				Line:    p.in.n,
				Message: fmt.Sprintf("the diff ends in the middle of the hunk at line %d", at),
				Fix:     makeOne,
			}
		}
		kind := byte(' ')
		if line == "" || s.crlf && line == "\r" {
			// Editors and mail strip the blank that stands for an empty line.
			s.ragged = true
		} else {
			kind = line[0]
		}
		switch {
		case kind == ' ' && oldLines > 0 && newLines > 0:
			oldLines--
			newLines--
		case kind == '-' && oldLines > 0:
			oldLines--
			s.deletions++
		case kind == '+' && newLines > 0:
			newLines--
			s.additions++
		case kind == '\\':
		default:
			return &Error{
				Line:    p.in.n,
				Message: fmt.Sprintf("the hunk at line %d announces %d more old and %d more new lines", at, oldLines, newLines),
				Fix:     makeOne,
			}
		}
	}
	if next, _ := p.in.peek2(); strings.HasPrefix(next, `\ `) {
		p.in.next()
	}
	s.end = p.in.start + len(strings.TrimSuffix(p.in.text[p.in.start:p.in.pos], "\n"))
	p.hunkAt, p.hunkEnd = at, p.in.n
	return nil
}

// hunkHeader reads how many lines of the old and the new file a hunk holds.
func hunkHeader(text string) (oldLines, newLines int, ok bool) {
	rest, ok := strings.CutPrefix(text, "@@ -")
	if !ok {
		return 0, 0, false
	}
	before, rest, ok := strings.Cut(rest, " +")
	if !ok {
		return 0, 0, false
	}
	after, _, ok := strings.Cut(rest, " @@")
	if !ok {
		return 0, 0, false
	}
	oldLines, okOld := hunkRange(before)
	newLines, okNew := hunkRange(after)
	return oldLines, newLines, okOld && okNew
}

func hunkRange(s string) (count int, ok bool) {
	first, second, both := strings.Cut(s, ",")
	if !number(first) || both && !number(second) {
		return 0, false
	}
	if !both {
		return 1, true
	}
	count, err := strconv.Atoi(second)
	return count, err == nil
}

// number reports whether s is a number that no file is too short for.
func number(s string) bool {
	return s != "" && len(s) <= 10 && strings.Trim(s, "0123456789") == ""
}

// file is the section as a fact.
func (s *section) file(text string) (checks.File, error) {
	path, previous, err := s.paths()
	if err != nil {
		return checks.File{}, err
	}
	if path == "" {
		return checks.File{}, noName(s.line)
	}
	if s.new != "" && s.end == 0 && !s.binary {
		return checks.File{}, &Error{
			Line:    s.line,
			Message: "the diff ends after the file header of " + quoted(path),
			Fix:     makeOne,
		}
	}
	f := checks.File{
		Path:       path,
		Previous:   previous,
		Additions:  s.additions,
		Deletions:  s.deletions,
		Patch:      s.patch(text),
		Executable: s.oldMode == "100755" || s.newMode == "100755",
		Empty:      s.empty && !s.binary && s.end == 0 && (s.added || s.removed),
	}
	switch {
	case s.added:
		f.Status = checks.Added
	case s.removed:
		f.Status = checks.Removed
	case s.binary && previous != "" && s.contents:
		// Renamed would say that nothing is hidden: the edit cannot be seen.
		f.Status = checks.Modified
	case s.copied:
		f.Status = checks.Copied
	case previous != "":
		f.Status = checks.Renamed
	case s.git && s.end == 0 && !s.binary && !s.contents:
		f.Status = checks.Changed
	default:
		f.Status = checks.Modified
	}
	return f, nil
}

// missing reports whether lines changed that no hunk shows. A file that is added
// or removed without hunks, and is not binary, is empty.
func (s *section) missing(f checks.File) bool {
	return f.PatchMissing() && (s.binary || !s.added && !s.removed)
}

// patch returns the hunks. Where all is as git writes it they are a piece of
// the diff, not a copy.
func (s *section) patch(text string) string {
	hunks := text[s.start:s.end]
	if !s.ragged && !s.crlf {
		return hunks
	}
	var b strings.Builder
	b.Grow(len(hunks) + 16)
	for i, line := range strings.Split(hunks, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		if s.crlf {
			line = strings.TrimSuffix(line, "\r")
		}
		if line == "" {
			line = " "
		}
		b.WriteString(line)
	}
	return b.String()
}

// submodule reads the line that git writes for a submodule under
// diff.submodule=log, as if it were the patch that it writes by default.
func submodule(text string) (checks.File, bool) {
	text = strings.TrimSuffix(strings.TrimPrefix(text, "Submodule "), ":")
	var note string
	if i := strings.LastIndex(text, " ("); i > 0 && strings.HasSuffix(text, ")") {
		text, note = text[:i], text[i+1:]
	}
	i := strings.LastIndexByte(text, ' ')
	if i <= 0 {
		return checks.File{}, false
	}
	old, now, ok := strings.Cut(text[i+1:], "..")
	now = strings.TrimPrefix(now, ".")
	if !ok || !hexadecimal(old) || !hexadecimal(now) {
		return checks.File{}, false
	}
	f := checks.File{Path: text[:i]}
	removed, added := "-Subproject commit "+old, "+Subproject commit "+now
	switch note {
	case "(new submodule)":
		f.Status, f.Additions = checks.Added, 1
		f.Patch = "@@ -0,0 +1 @@\n" + added
	case "(submodule deleted)":
		f.Status, f.Deletions = checks.Removed, 1
		f.Patch = "@@ -1 +0,0 @@\n" + removed
	default:
		f.Status, f.Additions, f.Deletions = checks.Modified, 1, 1
		f.Patch = "@@ -1 +1 @@\n" + removed + "\n" + added
	}
	return f, true
}

func hexadecimal(s string) bool {
	return len(s) >= 4 && strings.Trim(s, "0123456789abcdef") == ""
}
