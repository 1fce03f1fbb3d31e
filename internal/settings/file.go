package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/backout-dev/backout/internal/nearest"
)

// maxFile bounds the settings file, in bytes.
const maxFile = 128 << 10

// readFile reads the settings file, if there is one.
func (r *reader) readFile() {
	if r.File == "" {
		return
	}
	if isContent(r.File) {
		r.unread = true
		r.problems = append(r.problems, Problem{Message: "--config and BACKOUT_CONFIG take the path of a file, not what is in it", Fix: "write it to a file, and give its path"})
		return
	}
	whole := func(message, fix string) {
		r.unread = true
		r.problems = append(r.problems, Problem{Origin: r.File, Message: message, Fix: fix})
	}
	data, err := r.ReadFile(r.File)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		whole("there is no such file", "write the path of the file with the settings, or leave --config out")
		return
	case errors.Is(err, fs.ErrPermission):
		whole("the file may not be read", "let the user that the server runs as read it")
		return
	case err != nil:
		var cause *fs.PathError
		if errors.As(err, &cause) {
			err = cause.Err
		}
		whole(fmt.Sprintf("the file cannot be read: %v", err), "write the path of the file with the settings")
		return
	case len(data) > maxFile:
		whole("the file is larger than 128 KB", "it holds only the settings of the server")
		return
	}
	// Some editors begin a file with a mark.
	parsed, err := parser.ParseBytes(bytes.TrimPrefix(data, []byte("\ufeff")), 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.syntax(err)
		return
	}
	r.file, r.garbled = map[string]value{}, map[string]bool{}
	documents := 0
	for _, doc := range parsed.Docs {
		if doc.Body == nil {
			continue
		}
		if documents++; documents > 1 {
			whole("the file holds a second document", "drop the line with the three dashes")
			return
		}
		r.document(doc.Body)
	}
}

// syntax reports what the parser objects to. Its words are for people who know
// YAML, and the text that it would show may hold a secret.
func (r *reader) syntax(err error) {
	r.unread = true
	origin, message := r.File, "this is not YAML"
	var at yaml.Error
	if errors.As(err, &at) {
		if t := at.GetToken(); t != nil && t.Position != nil {
			origin = place(r.File, t)
		}
	}
	r.problems = append(r.problems, Problem{Origin: origin, Message: message, Fix: `write a setting a line, such as "app-id: 123456"; put a value with special characters in quotes`})
}

func place(file string, t *token.Token) string {
	return fmt.Sprintf("%s:%d:%d", file, t.Position.Line, max(t.Position.Column, 1))
}

func (r *reader) document(body ast.Node) {
	var pairs []*ast.MappingValueNode
	switch body := body.(type) {
	case *ast.MappingNode:
		pairs = body.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{body}
	case *ast.NullNode, *ast.CommentGroupNode:
		return
	default:
		r.unread = true
		r.problems = append(r.problems, Problem{
			Origin: place(r.File, body.GetToken()), Message: "the file is not a list of settings", Fix: `write a setting a line, such as "app-id: 123456"`,
		})
		return
	}
	for _, p := range pairs {
		r.pair(p)
	}
}

// pair takes one setting of the file.
func (r *reader) pair(p *ast.MappingValueNode) {
	at := p.Key.GetToken()
	name := at.Value
	v := value{origin: place(r.File, at), rank: byFile}
	keys := Keys()
	i := slices.IndexFunc(keys, func(k Key) bool { return k.Name == name })
	if i < 0 {
		r.problem(v, "unknown setting "+shown(name), meant(name, keys))
		return
	}
	v.key = keys[i]
	if first, twice := r.file[name]; twice {
		r.problem(v, fmt.Sprintf("%s is set a second time; first at %s", name, first.origin), "keep one of them")
		return
	}
	texts, ok := r.texts(v, p.Value)
	if !ok {
		r.garbled[name] = true
		return
	}
	v.texts = texts
	r.file[name] = v
}

// meant says which setting a name may stand for: the environment's name of one,
// or one that is spelt nearly so.
func meant(name string, keys []Key) string {
	var names []string
	for _, k := range keys {
		if name == k.Variable() {
			return "in a file it is " + k.Name
		}
		names = append(names, k.Name)
	}
	if near, ok := nearest.Of(name, names); ok {
		return "the nearest is " + near
	}
	return "backout serve --help lists the settings"
}

// texts reads a value: a text or, where the key takes several, a list of them.
func (r *reader) texts(v value, node ast.Node) ([]string, bool) {
	list, isList := node.(*ast.SequenceNode)
	if !isList {
		text, ok := scalar(node)
		if !ok {
			r.problem(v, v.key.Name+" has no value that can be read", "write a text on the same line")
		}
		return []string{text}, ok
	}
	if !v.key.Several {
		r.problem(v, v.key.Name+" takes one value, not a list", "write it on the same line")
		return nil, false
	}
	var texts []string
	for _, item := range list.Values {
		text, ok := scalar(item)
		if !ok {
			r.problem(v, "an entry of "+v.key.Name+" cannot be read", "write a text")
			return nil, false
		}
		texts = append(texts, text)
	}
	return texts, true
}

// scalar is a value as it was written: an id is a number to YAML, and a text to
// us.
func scalar(node ast.Node) (string, bool) {
	switch node := node.(type) {
	case *ast.StringNode:
		return node.Value, true
	case *ast.LiteralNode:
		return node.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return node.GetToken().Value, true
	}
	return "", false
}
