package render

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestOnlyEscapingMakesMarkdown holds conversions to templates.Markdown to the
// file that escapes: the compiler refuses any other string in a template.
func TestOnlyEscapingMakesMarkdown(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	made := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			kind, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || kind.Sel.Name != "Markdown" {
				return true
			}
			if name == "escape.go" {
				made++
			} else {
				t.Errorf("%s makes Markdown without escaping it", name)
			}
			return true
		})
	}
	if made == 0 {
		t.Error("escape.go makes no Markdown: has the type another name?")
	}
}
