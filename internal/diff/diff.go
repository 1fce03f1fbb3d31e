// Package diff reads what a change does to files, from the two forms in which
// it is handed around: a unified diff, and GitHub's list of files. It is pure
// and safe on any text.
package diff

import (
	"fmt"
	"strings"

	"github.com/backout-dev/backout/checks"
)

const makeOne = "make one with: git diff origin/main...HEAD > FILE"

// Parse reads a unified diff as git diff, git show, git format-patch, GitHub's
// .diff and .patch addresses or diff -u give it. Text around the diffs, such as
// commit messages and mail headers, is passed over. Where a series of patches
// changes one file several times, the result holds that file once.
//
// A diff without any text is a change without files. Errors are of type *Error.
func Parse(data []byte) ([]checks.File, error) {
	text, err := plainText(data)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	p := parser{in: lines{text: text}, series: newSeries()}
	if err := p.run(); err != nil {
		return nil, err
	}
	return p.series.files(), nil
}

// plainText gives the bytes as text without a byte-order mark. PowerShell's ">"
// writes UTF-16, in which no line would look like a diff.
func plainText(data []byte) (string, error) {
	text := string(data)
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		return "", &Error{
			Message: "the text is UTF-16",
			Fix:     "write it as UTF-8; git diff --output=FILE does",
		}
	}
	return strings.TrimPrefix(text, "\ufeff"), nil
}

// parser walks over the lines of a diff. Lines outside hunks are looked at for
// what they begin with; lines inside hunks are only counted, so that nothing in
// a file's content can pass for a header.
type parser struct {
	in     lines
	series *series
	cur    *section // the file whose header or hunks are being read
	sawGit bool
	only   int // line of the first "Only in", which leaves out a whole file

	hunkAt, hunkEnd int // lines of the last hunk's header and of its end
}

func (p *parser) run() error {
	for {
		line, ok := p.in.next()
		if !ok {
			break
		}
		if err := p.line(strings.TrimSuffix(line, "\r")); err != nil {
			return err
		}
	}
	if err := p.end(); err != nil {
		return err
	}
	if p.only > 0 && !p.sawGit {
		return &Error{
			Line:    p.only,
			Message: `"Only in" leaves out what the file holds`,
			Fix:     "make the diff with: diff -ruN OLD NEW",
		}
	}
	if p.series.empty() {
		return notADiff(p.in.text)
	}
	return nil
}

func (p *parser) line(text string) error {
	switch {
	case strings.HasPrefix(text, "diff --git "):
		if err := p.end(); err != nil {
			return err
		}
		p.sawGit = true
		p.cur = &section{line: p.in.n, git: true, header: true, head: text[len("diff --git "):], crlf: p.in.crlf()}
		return nil
	case strings.HasPrefix(text, "diff --cc "), strings.HasPrefix(text, "diff --combined "), strings.HasPrefix(text, "@@@ -"):
		return combined(p.in.n)
	case strings.HasPrefix(text, "@@ -"):
		return p.hunk(text)
	case strings.HasPrefix(text, "--- "):
		if taken, err := p.names(text); taken || err != nil {
			return err
		}
	}
	if p.cur != nil && p.cur.header {
		if p.cur.extended(text) {
			return nil
		}
		p.cur.header = false
	}
	if p.hunkEnd > 0 && p.hunkEnd == p.in.n-1 && looksLikeHunk(text) {
		return &Error{
			Line:    p.in.n,
			Message: fmt.Sprintf("the hunk at line %d announces fewer lines than follow", p.hunkAt),
			Fix:     makeOne,
		}
	}
	if err := p.end(); err != nil {
		return err
	}
	return p.loose(text)
}

// looksLikeHunk reports whether a line after a complete hunk goes on as if the
// hunk did. "-- " is where format-patch signs.
func looksLikeHunk(text string) bool {
	if text == "" || text == "-- " || text == "--" {
		return false
	}
	return text[0] == '+' || text[0] == '-' || text[0] == ' '
}

// names reads "---" and "+++". In a file that git announced they are part of
// its header; elsewhere they begin a file, if a hunk follows: a commit message
// may hold such lines too.
func (p *parser) names(text string) (taken bool, err error) {
	second, third := p.in.peek2()
	if !strings.HasPrefix(second, "+++ ") {
		return false, nil
	}
	if p.cur == nil || !p.cur.header {
		if !strings.HasPrefix(third, "@@ -") {
			return false, nil
		}
		if err := p.end(); err != nil {
			return false, err
		}
		p.cur = &section{line: p.in.n, crlf: p.in.crlf()}
	}
	p.cur.header = false
	p.cur.old = fileName(text[len("--- "):])
	line, _ := p.in.next()
	p.cur.new = fileName(strings.TrimSuffix(line, "\r")[len("+++ "):])
	if p.cur.old == "" || p.cur.new == "" {
		return false, noName(p.cur.line)
	}
	return true, nil
}

// loose looks at a line that belongs to no file yet.
func (p *parser) loose(text string) error {
	switch {
	case strings.HasPrefix(text, "Submodule "):
		if f, ok := submodule(text); ok {
			p.series.add(f, false)
		}
	case p.sawGit:
	case isBinary(text):
		if old, now, ok := splitNames(strings.TrimSuffix(strings.TrimPrefix(text, binaryFiles), differ)); ok {
			p.cur = &section{line: p.in.n, old: fileName(old), new: fileName(now), binary: true}
			return p.end()
		}
	case strings.HasPrefix(text, "Only in ") && strings.Contains(text, ": ") && p.only == 0:
		p.only = p.in.n
	}
	return nil
}

// What git and diff say of files whose lines they do not show.
const binaryFiles, differ = "Binary files ", " differ"

func isBinary(text string) bool {
	return strings.HasPrefix(text, binaryFiles) && strings.HasSuffix(text[len(binaryFiles):], differ)
}

// end closes the file that is being read.
func (p *parser) end() error {
	s := p.cur
	p.cur = nil
	if s == nil {
		return nil
	}
	f, err := s.file(p.in.text)
	if err != nil {
		return err
	}
	p.series.add(f, s.missing(f))
	return nil
}

func combined(line int) error {
	return &Error{
		Line:    line,
		Message: "a combined diff, as git shows it for a merge, does not say what changed against the base",
		Fix:     makeOne,
	}
}

func notADiff(text string) error {
	e := &Error{Message: `no file header ("diff --git", or "---" and "+++") was found: the text is not a unified diff`, Fix: makeOne}
	switch first := strings.TrimSpace(text); {
	case strings.Contains(text, "\x1b["):
		e.Message = "no file header was found: the diff is coloured"
		e.Fix = "make it with --no-color"
	case first[0] == '[' || first[0] == '{':
		e.Message = "the text is JSON, not a unified diff"
		e.Fix = "give a list of files by --files"
	}
	return e
}
