package testgithub

import (
	"bytes"
	_ "embed" // the schema
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

//go:embed contracts/schema.graphql
var schemaText string

// graph answers queries. Server's lock guards it.
type graph struct {
	schema *ast.Schema
	fields map[string]fields             // by type
	known  map[string]*ast.QueryDocument // by its text
	roots  map[*ast.OperationDefinition]*selected
}

var loadSchema = sync.OnceValues(func() (*ast.Schema, error) {
	return gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: schemaText})
})

func newGraph() (*graph, error) {
	schema, err := loadSchema()
	if err != nil {
		return nil, fmt.Errorf("GraphQL schema: %w", err)
	}
	return &graph{
		schema: schema, fields: resolvers(), known: map[string]*ast.QueryDocument{}, roots: map[*ast.OperationDefinition]*selected{},
	}, nil
}

// load parses and validates a query; a server sees few different ones.
func (g *graph) load(query string) (*ast.QueryDocument, error) {
	if doc, ok := g.known[query]; ok {
		return doc, nil
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		return nil, err
	}
	if errs := validator.Validate(g.schema, doc); len(errs) > 0 { //nolint:staticcheck // the default rules are wanted
		return nil, errs
	}
	g.known[query] = doc
	for _, op := range doc.Operations {
		g.roots[op] = &selected{sets: []ast.SelectionSet{op.SelectionSet}, kept: map[*ast.Definition][]*selected{}}
	}
	return doc, nil
}

// graphQL answers a query. One that GitHub would refuse is also a violation.
func graphQL(rq *request) answer {
	if rq.token == nil {
		return fail(http.StatusUnauthorized, "This endpoint requires you to be authenticated.")
	}
	var ask struct {
		Query         string         `json:"query"`
		Variables     map[string]any `json:"variables"`
		OperationName string         `json:"operationName"`
	}
	d := json.NewDecoder(bytes.NewReader(rq.payload))
	d.UseNumber()
	if err := d.Decode(&ask); err != nil {
		return fail(http.StatusBadRequest, "Problems parsing JSON")
	}
	g := rq.s.graph
	doc, err := g.load(ask.Query)
	if err != nil {
		rq.s.violation("graphql: " + err.Error())
		return refusedQuery(err)
	}
	op := doc.Operations.ForName(ask.OperationName)
	if op == nil {
		rq.s.violation(fmt.Sprintf("graphql: no operation %q", ask.OperationName))
		return graphErrors("", "No operation named "+ask.OperationName)
	}
	vars, err := g.variables(op, ask.Variables)
	if err != nil {
		rq.s.violation("graphql: " + err.Error())
		return graphErrors("INVALID_VARIABLE", err.Error())
	}
	return rq.execute(op, vars)
}

func refusedQuery(err error) answer {
	var list gqlerror.List
	if !errors.As(err, &list) {
		return graphErrors("", err.Error())
	}
	var out []any
	for _, e := range list {
		o := object{"message": e.Message, "locations": e.Locations}
		if code := refusals()[e.Rule]; code != "" {
			o["extensions"] = object{"code": code}
		}
		out = append(out, o)
	}
	return ok(object{"errors": out})
}

// refusals are GitHub's codes for some rules of a query.
func refusals() map[string]string {
	return map[string]string{
		"FieldsOnCorrectType": "undefinedField", "KnownTypeNames": "undefinedType", "KnownArgumentNames": "argumentNotAccepted",
		"ValuesOfCorrectType": "argumentLiteralsIncompatible",
	}
}

// graphErrors is an answer with status 200 that holds nothing but an error.
func graphErrors(kind, message string) answer {
	e := object{"message": message}
	if kind != "" {
		e["type"] = kind
	}
	return ok(object{"data": nil, "errors": []any{e}})
}

func (rq *request) execute(op *ast.OperationDefinition, vars map[string]any) (a answer) {
	e := &exec{rq: rq, g: rq.s.graph, vars: vars, out: make([]byte, 0, 4<<10)}
	defer func() {
		switch v := recover().(type) {
		case nil:
		case unimplemented:
			rq.s.violation("graphql: " + string(v))
			a = fail(http.StatusInternalServerError, string(v))
		default:
			panic(v)
		}
	}()
	e.nodes, e.requests = e.cost(op.SelectionSet, 1)
	if e.nodes > maxNodes {
		return graphErrors("MAX_NODE_LIMIT_EXCEEDED",
			fmt.Sprintf("This query requests up to %d possible nodes which exceeds the maximum limit of 500,000.", e.nodes))
	}
	e.out = append(e.out, `{"data":`...)
	if from := len(e.out); !e.object(e.g.schema.Query, root{}, e.g.roots[op], nil) {
		e.out = append(e.out[:from], "null"...)
	}
	if len(e.errors) > 0 {
		e.out = appendJSON(append(e.out, `,"errors":`...), e.errors)
	}
	return answer{status: http.StatusOK, raw: append(e.out, '}')}
}

// maxNodes is how many nodes one query may ask for.
const maxNodes = 500_000

// cost counts the nodes that a selection may bring and the connections that it reads.
func (e *exec) cost(set ast.SelectionSet, times int) (nodes, requests int) {
	for _, s := range set {
		n, r := 0, 0
		switch s := s.(type) {
		case *ast.InlineFragment:
			n, r = e.cost(s.SelectionSet, times)
		case *ast.FragmentSpread:
			n, r = e.cost(s.Definition.SelectionSet, times)
		case *ast.Field:
			inner := times
			if strings.HasSuffix(s.Definition.Type.Name(), "Connection") {
				inner *= max(1, e.bound(s, "first"), e.bound(s, "last"))
				n, r = inner, times
			}
			in, ir := e.cost(s.SelectionSet, inner)
			n, r = n+in, r+ir
		}
		nodes, requests = nodes+n, requests+r
	}
	return nodes, requests
}

// bound is how many of a connection a field asks for; 0: as many as there are.
func (e *exec) bound(f *ast.Field, name string) int {
	a := f.Arguments.ForName(name)
	if a == nil {
		return 0
	}
	v, _ := a.Value.Value(e.vars)
	n, _ := v.(int64)
	return int(n)
}
