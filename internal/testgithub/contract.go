package testgithub

import (
	"bytes"
	"compress/gzip"
	"context"
	"embed"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

//go:embed contracts/*.json.gz
var descriptions embed.FS

// contract is GitHub's published description of REST: github.com's and that of
// the newest enterprise server. A request must hold to both, because one program
// talks to both; an answer to the one whose form was asked.
type contract struct{ com, enterprise description }

// description has an operation for each of our routes, by the route's name.
type description struct {
	name  string
	known map[string]*routers.Route
}

// published is read once: it takes a tenth of a second and never changes.
var published = sync.OnceValues(func() (*contract, error) {
	com, err := describe("api.github.com")
	if err != nil {
		return nil, err
	}
	enterprise, err := describe("ghes-3.19")
	return &contract{com, enterprise}, err
})

// load reads a committed description.
func load(name string) (*openapi3.T, error) {
	f, err := descriptions.Open("contracts/" + name + ".json.gz")
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	return openapi3.NewLoader().LoadFromData(data)
}

func describe(name string) (description, error) {
	d := description{name, map[string]*routers.Route{}}
	doc, err := load(name)
	if err != nil {
		return d, fmt.Errorf("%s: %w", name, err)
	}
	for _, schema := range []string{"pull-request", "pull-request-simple"} { // a fork may be gone, which is not described
		head := doc.Components.Schemas[schema].Value.Properties["head"].Value
		gone := *head.Properties["repo"].Value
		gone.Nullable = true
		head.Properties["repo"] = &openapi3.SchemaRef{Value: &gone}
	}
	seen := map[*openapi3.Schema]bool{}
	for _, rt := range routes() {
		if rt.name == "graphql" {
			continue
		}
		method, path, _ := strings.Cut(strings.Replace(rt.pattern, "...}", "}", 1), " ")
		item := doc.Paths.Value(path)
		if item == nil || item.GetOperation(method) == nil {
			return d, fmt.Errorf("%s: no %s %s; see tools/contracts/operations.go", name, method, path)
		}
		op := sealed(item.GetOperation(method), seen)
		d.known[rt.name] = &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op}
	}
	return d, nil
}

// seal makes an object refuse fields that are not described. GitHub ignores those
// in a request, so that a misspelt one would do nothing; and in an answer of ours
// they would be fields on which nobody can rely.
func seal(ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return
	}
	s := ref.Value
	seen[s] = true
	composed := len(s.AllOf)+len(s.AnyOf)+len(s.OneOf) > 0
	if len(s.Properties) > 0 && s.AdditionalProperties.Has == nil && s.AdditionalProperties.Schema == nil && !composed {
		no := false
		s.AdditionalProperties = openapi3.AdditionalProperties{Has: &no}
	}
	for _, p := range s.Properties {
		seal(p, seen)
	}
	seal(s.Items, seen)
}

// sealed seals what an operation takes and what it answers when it succeeds.
func sealed(op *openapi3.Operation, seen map[*openapi3.Schema]bool) *openapi3.Operation {
	if op.RequestBody != nil {
		for _, media := range op.RequestBody.Value.Content {
			seal(media.Schema, seen)
		}
	}
	for status, r := range op.Responses.Map() {
		if media := r.Value.Content["application/json"]; media != nil && strings.HasPrefix(status, "2") {
			seal(media.Schema, seen)
		}
	}
	return op
}

func (d description) input(rq *request) *openapi3filter.RequestValidationInput {
	r := d.known[rq.route.name]
	if r == nil {
		return nil
	}
	params := map[string]string{}
	for _, p := range r.Operation.Parameters {
		if p.Value.In == openapi3.ParameterInPath {
			params[p.Value.Name] = rq.PathValue(p.Value.Name)
		}
	}
	h := rq.Clone(context.Background())
	h.Body = io.NopCloser(bytes.NewReader(rq.payload))
	h.ContentLength = int64(len(rq.payload))
	o := &openapi3filter.Options{
		MultiError: true, SkipSettingDefaults: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
		RejectWhenRequestBodyNotSpecified: true,
	}
	o.WithCustomSchemaErrorFunc(func(err *openapi3.SchemaError) string {
		return "/" + strings.Join(err.JSONPointer(), "/") + ": " + err.Reason
	})
	return &openapi3filter.RequestValidationInput{Request: h, PathParams: params, Route: r, Options: o, QueryParams: rq.URL.Query()}
}

// request says what of a request does not hold, empty: all of it does.
func (c *contract) request(rq *request) string {
	for _, d := range []description{c.com, c.enterprise} {
		in := d.input(rq)
		if in == nil {
			return ""
		}
		for name := range rq.URL.Query() {
			known := slices.ContainsFunc(in.Route.Operation.Parameters, func(p *openapi3.ParameterRef) bool {
				return p.Value.In == openapi3.ParameterInQuery && p.Value.Name == name
			})
			if !known {
				return fmt.Sprintf("request %s, %s: no query parameter %q", rq.route.name, d.name, name)
			}
		}
		if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
			return fmt.Sprintf("request %s, %s: %s", rq.route.name, d.name, oneLine(err))
		}
	}
	return ""
}

// answer says what of our own answer does not hold. Errors are described only in
// part; successes must be.
func (c *contract) answer(rq *request, a answer) string {
	d := c.com
	if rq.enterprise {
		d = c.enterprise
	}
	in := d.input(rq)
	if in == nil || a.media != "" { // raw files are not described
		return ""
	}
	in.Options.IncludeResponseStatus = a.status < http.StatusMultipleChoices
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: a.status, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, Options: in.Options,
	}
	out.SetBodyBytes(a.bytes())
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		return fmt.Sprintf("our answer %d to %s, %s: %s", a.status, rq.route.name, d.name, oneLine(err))
	}
	return ""
}

func oneLine(err error) string {
	s := strings.Join(strings.Fields(err.Error()), " ")
	return s[:min(len(s), 2000)]
}
