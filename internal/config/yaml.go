package config

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// readYAML reads a file as far as nodes. Where it reports a problem the node is
// not to be used.
func readYAML(d *decoder, data []byte) node {
	text, ok := d.readText(data)
	if !ok {
		return node{}
	}
	tokens := lexer.Tokenize(text)
	if !d.checkTokens(tokens) {
		return node{}
	}
	file, err := parse(tokens)
	if err != nil {
		d.syntax(err)
		return node{}
	}
	for _, doc := range file.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.DirectiveType {
			return d.node(doc.Body)
		}
	}
	return node{}
}

// parse hands the tokens to the parser. Its errors are never formatted by the
// parser itself, which takes gigabytes for some.
func parse(tokens token.Tokens) (f *ast.File, err error) {
	// The parser promises nothing about text that is not YAML.
	defer func() {
		if recover() != nil {
			f, err = nil, errUnreadable
		}
	}()
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

var errUnreadable = errors.New("unreadable")

// syntax reports what the parser objects to, in our words.
func (d *decoder) syntax(err error) {
	n := node{line: 1, column: 1}
	message := ""
	var at yaml.Error
	if errors.As(err, &at) {
		message = at.GetMessage()
		if t := at.GetToken(); t != nil {
			n = d.lastLine(t)
		}
	}
	says, fix := syntaxWords(message)
	d.problem(n, "", says, fix)
}

// lastLine is the last line of a token: where plain text runs over several,
// because a line is indented too far, that line is to blame.
func (d *decoder) lastLine(t *token.Token) node {
	n := tokenNode(t)
	more := strings.Count(strings.TrimSpace(t.Origin), "\n")
	if t.Type != token.StringType || more == 0 {
		return n
	}
	line := d.sourceLine(n.line + more)
	text := strings.TrimLeft(line, " \t")
	return node{
		kind: isText, line: n.line + more, column: utf8.RuneCountInString(line) - utf8.RuneCountInString(text) + 1,
		width: max(utf8.RuneCountInString(text), 1),
	}
}

// tokenNode is a token as a place.
func tokenNode(t *token.Token) node {
	n := node{kind: isText, text: t.Value, line: 1, column: 1}
	if t.Position != nil {
		n.line, n.column = t.Position.Line, max(t.Position.Column, 1)
	}
	n.width = 1
	if first, _, _ := strings.Cut(strings.TrimSpace(t.Origin), "\n"); first != "" {
		n.width = utf8.RuneCountInString(strings.TrimSpace(first))
	}
	return n
}

// node turns what the parser made into what we read.
func (d *decoder) node(from ast.Node) node {
	switch from := from.(type) {
	case *ast.MappingNode:
		return d.mapNode(from.GetToken(), from.Values)
	case *ast.MappingValueNode:
		return d.mapNode(from.GetToken(), []*ast.MappingValueNode{from})
	case *ast.SequenceNode:
		n := tokenNode(from.GetToken())
		n.kind, n.width = isList, 1
		for _, v := range from.Values {
			n.items = append(n.items, d.node(v))
		}
		return n
	case *ast.LiteralNode:
		n := tokenNode(from.GetToken())
		n.text = from.Value.Value
		return n
	case *ast.StringNode:
		n := tokenNode(from.GetToken())
		n.text = from.Value
		return n
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		n := tokenNode(from.GetToken())
		n.kind = isNumber
		return n
	case *ast.BoolNode:
		n := tokenNode(from.GetToken())
		n.kind = isBool
		return n
	case *ast.NullNode:
		n := tokenNode(from.GetToken())
		n.kind = isNothing
		return n
	}
	n := tokenNode(from.GetToken())
	d.problem(n, "", "this is YAML that a policy file does not use", "write plain keys, values and lists")
	return n
}

func (d *decoder) mapNode(start *token.Token, values []*ast.MappingValueNode) node {
	n := tokenNode(start)
	n.kind, n.width = isMap, 1
	for i, v := range values {
		key := d.keyNode(v.Key)
		if i == 0 && start.Type != token.MappingStartType {
			n.line, n.column, n.width = key.line, key.column, key.width
		}
		value := d.node(v.Value)
		value.key = &key
		n.pairs = append(n.pairs, pair{key, value})
	}
	return n
}

// keyNode is a key as it was written: 1 and true are names like any other.
func (d *decoder) keyNode(key ast.MapKeyNode) node {
	n := d.node(key)
	if n.kind != isText {
		n.text = key.GetToken().Value
	}
	n.kind = isText
	return n
}
