package plan

import (
	"slices"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

type blockKind uint8

const (
	textBlock    blockKind = iota // paragraph, or the text of a list item
	headingBlock                  // level 1 to 6, or summaryLevel
	codeBlock
	ruleBlock
	rowBlock // one table row: lines are its cells
	openDetails
	closeDetails
)

// summaryLevel is the level of a <summary>: deeper than every heading.
const summaryLevel = 7

// block is a leaf of the Markdown tree with what matters of its ancestors.
type block struct {
	kind   blockKind
	level  int  // of a heading
	quoted bool // inside a block quote
	boxed  bool // inside an alert box
	item   int  // innermost list item, counted from 1; 0: none
	depth  int  // of list nesting
	first  bool // the first text of its item
	task   byte // 0, ' ' or 'x': the item's check box
	header bool // a table's header row
	table  int  // which table a row belongs to
	line   int  // 1-based source line of lines[0]
	lines  []string
}

// blockParser parses blocks: no tables (goldmark's need gigabytes on a wide
// header with short rows) and no inline parsers (quadratic on brackets and
// emphasis); both are read from the blocks' lines. It is safe for concurrent
// use.
var blockParser = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithParagraphTransformers(
			util.Prioritized(parser.LinkReferenceParagraphTransformer, 100)),
	)
})

// flatten reads the tree into leaves.
type flatten struct {
	src    string
	out    []block
	pos    int // how far lines have been counted
	line   int // 1-based line at pos
	items  int
	tables int
	hidden string // the element whose end tag ends hidden HTML, or empty
}

// blocks parses a cleaned description.
func blocks(src string) []block {
	f := flatten{src: src, line: 1}
	// Lines and tags make blocks, so this is room enough without growing.
	f.out = make([]block, 0, strings.Count(src, "\n")+strings.Count(src, "<")+4)
	doc := blockParser().Parse(text.NewReader([]byte(src)))
	f.children(doc, block{})
	return f.out
}

func (f *flatten) children(n ast.Node, in block) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		f.node(c, in)
		in.first = false
	}
}

func (f *flatten) node(n ast.Node, in block) {
	switch n := n.(type) {
	case *ast.Heading:
		in.kind, in.level = headingBlock, n.Level
		f.leaf(n, in)
	case *ast.Paragraph, *ast.TextBlock:
		f.leaf(n, in)
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		in.kind = codeBlock
		f.leaf(n, in)
	case *ast.HTMLBlock:
		f.htmlBlock(n, in)
	case *ast.ThematicBreak:
		in.kind, in.line = ruleBlock, f.line
		f.add(in)
	case *ast.Blockquote:
		if f.alert(n) {
			in.boxed = true
		} else {
			in.quoted = true
		}
		f.children(n, in)
	case *ast.List:
		in.depth++
		f.children(n, in)
	case *ast.ListItem:
		f.items++
		in.item, in.first, in.task = f.items, true, 0
		if n.FirstChild() == nil {
			in.line = f.line
			f.add(in)
			return
		}
		f.children(n, in)
	}
}

// alert reports a quote that opens with "[!NOTE]" or the like: GitHub shows it
// as the author's own box.
func (f *flatten) alert(n *ast.Blockquote) bool {
	p, ok := n.FirstChild().(*ast.Paragraph)
	if !ok || p.Lines().Len() == 0 {
		return false
	}
	s := p.Lines().At(0)
	return alertMark(strings.TrimSpace(f.src[s.Start:s.Stop]))
}

func alertMark(line string) bool {
	switch strings.ToUpper(line) {
	case "[!NOTE]", "[!TIP]", "[!IMPORTANT]", "[!WARNING]", "[!CAUTION]":
		return true
	}
	return false
}

// lineAt returns the line of an offset; offsets come in rising order.
func (f *flatten) lineAt(pos int) int {
	if pos > f.pos {
		f.line += strings.Count(f.src[f.pos:pos], "\n")
		f.pos = pos
	}
	return f.line
}

func (f *flatten) leaf(n ast.Node, in block) {
	segments := n.Lines()
	if segments.Len() == 0 {
		in.line = f.line
		f.add(in)
		return
	}
	in.line = f.lineAt(segments.At(0).Start)
	in.lines = make([]string, 0, segments.Len())
	for i := 0; i < segments.Len(); i++ {
		s := segments.At(i)
		in.lines = append(in.lines, strings.TrimSpace(f.src[s.Start:s.Stop]))
		f.lineAt(s.Start)
	}
	if f.hidden != "" && !f.reveal(&in) {
		return
	}
	switch in.kind {
	case textBlock:
		f.text(in)
		return
	case headingBlock:
		for i, l := range in.lines {
			in.lines[i] = hide(l)
		}
	}
	f.out = append(f.out, in)
}

// add emits a block without text of its own.
func (f *flatten) add(b block) {
	if f.hidden == "" {
		f.out = append(f.out, b)
	}
}

// reveal cuts off what is hidden by an HTML element or comment that began in
// an earlier block, and reports whether anything is left.
func (f *flatten) reveal(in *block) bool {
	s := strings.Join(in.lines, "\n")
	k := indexFold(s, f.hidden)
	if k < 0 {
		return false
	}
	s = s[k+len(f.hidden):]
	if g := strings.IndexByte(s, '>'); f.hidden != "-->" && g >= 0 {
		s = s[g+1:]
	}
	f.hidden = ""
	if strings.TrimSpace(s) == "" {
		return false
	}
	in.lines = strings.Split(s, "\n")
	return true
}

// text emits a paragraph: its check box taken off, and tables in it as rows.
func (f *flatten) text(in block) {
	if slices.ContainsFunc(in.lines, func(l string) bool { return strings.Contains(l, "<") || strings.Contains(l, "~~") }) {
		in.lines = strings.Split(hide(strings.Join(in.lines, "\n")), "\n")
	}
	if in.first {
		in.task, in.lines[0] = checkBox(in.lines[0])
	}
	for i := 0; i+1 < len(in.lines); i++ {
		if !delimiterRow(in.lines[i+1]) || !strings.Contains(in.lines[i], "|") {
			continue
		}
		head, rows := in, in
		head.lines, rows.lines, rows.line = in.lines[:i], in.lines[i:], in.line+i
		if i > 0 {
			f.out = append(f.out, head)
		}
		f.rows(rows)
		return
	}
	f.out = append(f.out, in)
}

// checkBox takes "[ ] " or "[x] " off the front of a list item's text.
func checkBox(line string) (byte, string) {
	if len(line) < 3 || line[0] != '[' || line[2] != ']' || len(line) > 3 && line[3] != ' ' && line[3] != '\t' {
		if strings.HasPrefix(line, "[]") && (len(line) == 2 || line[2] == ' ') {
			return 0, line[2:]
		}
		return 0, line
	}
	switch line[1] {
	case ' ':
		return ' ', strings.TrimSpace(line[3:])
	case 'x', 'X':
		return 'x', strings.TrimSpace(line[3:])
	}
	return 0, line
}

// delimiterRow reports a row such as "|---|:-:|".
func delimiterRow(line string) bool {
	dash := false
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '-':
			dash = true
		case '|', ':', ' ', '\t':
		default:
			return false
		}
	}
	return dash && strings.Contains(line, "|")
}

func (f *flatten) rows(in block) {
	f.tables++
	in.kind, in.table = rowBlock, f.tables
	for i, line := range in.lines {
		if i == 1 {
			continue
		}
		row := in
		row.header, row.line, row.lines = i == 0, in.line+i, cells(line)
		f.out = append(f.out, row)
	}
}

// cells splits a table row at its unescaped bars. Cells beyond a few hundred
// are dropped: no table that people read has them.
func cells(line string) []string {
	line = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(line), "|"), "|")
	var out []string
	start := 0
	for i := 0; i < len(line) && len(out) < 200; i++ {
		switch line[i] {
		case '\\':
			i++
		case '|':
			out = append(out, strings.TrimSpace(line[start:i]))
			start = i + 1
		}
	}
	return append(out, strings.TrimSpace(line[start:]))
}
