package config

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/token"
)

// The limits of a policy file. The first is ours to promise; the others keep
// the YAML library, which takes time and memory by the square of them, within a
// second: a file of the largest size that says something stays below.
const (
	maxBytes   = 128 << 10
	maxBlank   = 100    // empty lines in a row
	maxTabs    = 1_000  // in the file
	maxKeys    = 8_000  // in the file
	maxEntries = 20_000 // of lists, and brackets, in the file
	maxDepth   = 16     // of brackets
	maxDashes  = 4      // on one line
)

// readText returns the file as text with plain line ends, if it is text.
func (d *decoder) readText(data []byte) (string, bool) {
	if len(data) > maxBytes {
		d.problem(fileStart(), "", "the file is larger than 128 KB",
			"name folders by globs rather than file by file")
		return "", false
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	d.lines = strings.Split(text, "\n")
	blank, tabs := 0, 0
	for i, line := range d.lines {
		if blank++; strings.TrimSpace(line) != "" {
			blank = 0
		}
		tabs += strings.Count(line, "\t")
		if wrong, ok := wrongLine(line, blank, tabs); ok {
			wrong.n.line = i + 1
			d.problem(wrong.n, "", wrong.says, wrong.fix)
			return "", false
		}
	}
	return text, true
}

type wrongText struct {
	n         node
	says, fix string
}

// wrongLine says what is wrong with a line before anybody reads it as YAML;
// blank and tabs count those up to its end.
func wrongLine(line string, blank, tabs int) (w wrongText, wrong bool) {
	w.n = node{kind: isText, column: 1, width: 1}
	for _, mark := range []string{"<<<<<<<", "=======", ">>>>>>>"} {
		if strings.HasPrefix(line, mark) {
			w.n.width = utf8.RuneCountInString(line)
			w.says, w.fix = "this is the mark of a merge conflict", "resolve the conflict"
			return w, true
		}
	}
	at := strings.IndexFunc(line, binary)
	if at < 0 {
		at = strings.Index(line, "<<<<<<<<")
	}
	w.n.column = utf8.RuneCountInString(line[:max(at, 0)]) + 1
	switch {
	case at >= 0 && line[at] == '<':
		w.says, w.fix = "a row of angle brackets", "drop it"
	case at >= 0:
		w.says, w.fix = "the file is not UTF-8 text", "save it as UTF-8 text"
		if r, size := utf8.DecodeRuneInString(line[at:]); r != utf8.RuneError || size > 1 {
			w.says = fmt.Sprintf("the file holds the control character U+%04X", r)
		}
	case blank > maxBlank:
		w.says, w.fix = fmt.Sprintf("more than %d empty lines in a row", maxBlank), "drop them"
	case tabs > maxTabs:
		w.n.column = utf8.RuneCountInString(line[:strings.LastIndexByte(line, '\t')]) + 1
		w.says, w.fix = "the file has more than 1,000 tabs", "write spaces"
	default:
		return w, false
	}
	return w, true
}

// binary reports what no text file holds, which is what YAML refuses too.
func binary(r rune) bool {
	return r == utf8.RuneError || r < ' ' && r != '\t' || 0x7f <= r && r < 0xa0 && r != 0x85 || r == 0xfeff || r == 0xfffe || r == 0xffff
}

func fileStart() node { return node{kind: isText, line: 1, column: 1, width: 0} }

// checkTokens refuses what would cost the parser too much, and what a policy
// file does not use, before the parser sees it.
func (d *decoder) checkTokens(tokens token.Tokens) bool {
	s := tokenScan{d: d}
	for i, t := range tokens {
		if t.Type == token.InvalidType {
			says, fix := syntaxWords(t.Error)
			d.problem(invalidNode(t), "", says, fix)
			return false
		}
		var next *token.Token
		if i+1 < len(tokens) {
			next = tokens[i+1]
		}
		s.see(t, next)
		if s.tooMuch(t) {
			return false
		}
	}
	return len(d.problems) == 0
}

// invalidNode is where an invalid token stands: what it was read from may
// begin with the space, or the line end, before it.
func invalidNode(t *token.Token) node {
	n := tokenNode(t)
	if strings.HasPrefix(t.Origin, "\n") && strings.TrimSpace(t.Origin) == "" {
		n.width = 1
	}
	return n
}

// tokenScan counts while it goes through the tokens.
type tokenScan struct {
	d             *decoder
	keys, entries int
	depth         int
	dashes, line  int
	began, ended  bool // a document has something in it; it was ended
	alias         bool // the token before was one
}

func (s *tokenScan) see(t, next *token.Token) {
	wasAlias := s.alias
	s.alias = false
	switch t.Type {
	case token.AliasType:
		s.alias = true
		if !wasAlias { // two stars are one glob
			s.refuseAlias(t, next)
		}
	case token.AnchorType:
		s.d.problem(tokenNode(t), "", "anchors are not accepted", "write the value out where it is meant; put a text that begins with & in quotes")
	case token.MergeKeyType:
		s.d.problem(tokenNode(t), "", "merge keys are not accepted", "write the keys out where they are meant")
	case token.TagType:
		s.d.problem(tokenNode(t), "", "tags are not accepted", "drop it; put a text that begins with ! in quotes")
	case token.MappingKeyType:
		s.d.problem(tokenNode(t), "", "keys after a question mark are not accepted", `write "key: value"`)
	case token.DirectiveType:
		s.d.problem(tokenNode(t), "", "directives are not accepted", "drop the line")
	case token.DocumentHeaderType:
		if s.began || s.ended {
			s.d.problem(tokenNode(t), "", "a second document begins here; a policy file is one", "drop the line, or put the rest into a file of its own")
		}
		s.began = true
	case token.DocumentEndType:
		s.ended = true
	case token.CommentType:
	default:
		if s.ended {
			s.d.problem(tokenNode(t), "", "a second document begins here; a policy file is one", "drop the line with the three dots")
			s.ended = false
		}
		s.began = true
	}
}

// refuseAlias says what an alias most often is: a glob without quotes.
func (s *tokenScan) refuseAlias(t, next *token.Token) {
	n := tokenNode(t)
	line := s.d.sourceLine(n.line)
	if runes := []rune(line); n.column <= len(runes) {
		rest, _, _ := strings.Cut(string(runes[n.column-1:]), ",")
		rest = strings.TrimRight(strings.TrimSpace(rest), "]} ")
		if next != nil && strings.ContainsAny(rest, "/.") || strings.HasPrefix(rest, "**") {
			n.width = utf8.RuneCountInString(rest)
			s.d.problem(n, "", "a pattern that begins with * needs quotes", fmt.Sprintf("write %s", quote(rest)))
			return
		}
	}
	s.d.problem(n, "", "aliases are not accepted", "write the value out where it is meant; put a text that begins with * in quotes")
}

// tooMuch counts a token and reports whether the file has too many.
func (s *tokenScan) tooMuch(t *token.Token) bool {
	switch t.Type {
	case token.MappingValueType:
		s.keys++
	case token.CollectEntryType:
		s.entries++
	case token.SequenceEntryType:
		s.entries++
		if t.Position.Line != s.line {
			s.dashes, s.line = 0, t.Position.Line
		}
		s.dashes++
	case token.SequenceStartType, token.MappingStartType:
		s.entries++
		s.depth++
	case token.SequenceEndType, token.MappingEndType:
		s.depth--
	}
	what := ""
	switch {
	case s.keys > maxKeys:
		what = "the file has more than 8,000 keys"
	case s.entries > maxEntries:
		what = "the file has more than 20,000 entries"
	case s.depth > maxDepth:
		what = "brackets are nested too deeply here"
	case s.dashes > maxDashes:
		what = "lists are nested too deeply here"
	case len(s.d.problems) >= maxProblems:
		return true
	default:
		return false
	}
	s.d.problem(tokenNode(t), "", what, "no key of a policy file needs this")
	return true
}
