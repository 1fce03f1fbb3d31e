package gh

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/backout-dev/backout/internal/gate"
	"github.com/google/go-github/v62/github"
)

// graphError is an error beside or instead of data. GitHub answers such errors
// with 200.
type graphError struct {
	Type       string
	Message    string
	Path       []any
	Extensions struct{ Code string }
}

// graphErrors are the errors that another try does not mend: something is not
// there, or not for this token.
type graphErrors []graphError

// graphFault is an answer with errors that another try may mend.
type graphFault struct{ fault }

func (f *graphFault) Error() string { return f.why }

// graph asks a query, which is safe to repeat. It fills data as far as the
// answer goes and returns the errors that say what is missing from it; what may
// be there at another try is an error of its own.
func (c *Client) graph(ctx context.Context, o op, query string, variables map[string]any, data any) (graphErrors, error) {
	var found graphErrors
	o.graph = true
	err := c.do(ctx, o, func(ctx context.Context, g *github.Client) error {
		body := map[string]any{"query": query}
		if len(variables) > 0 {
			body["variables"] = variables
		}
		r, err := g.NewRequest("POST", c.opt.Hosts.GraphQL.String(), body)
		if err != nil {
			return err
		}
		reflect.ValueOf(data).Elem().SetZero() // of what an earlier try left there
		answer := struct {
			Data   any
			Errors graphErrors
		}{Data: data}
		given := true
		resp, err := receive(ctx, g, r, func(b []byte) error {
			err := json.Unmarshal(b, &answer)
			if err == nil && reflect.ValueOf(data).Elem().IsZero() {
				var raw struct{ Data json.RawMessage }
				err = json.Unmarshal(b, &raw)
				given = len(raw.Data) > 0 && string(raw.Data) != "null"
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, e := range answer.Errors {
			if f, ok := c.graphFault(e, resp); ok {
				return &graphFault{f}
			}
		}
		if len(answer.Errors) == 0 && !given {
			return errShape
		}
		found = answer.Errors
		if slices.ContainsFunc(found, func(e graphError) bool { return e.isForbidden() && !e.beside() && forbidden(e.Message).lacks }) {
			c.renew()
		}
		return nil
	})
	return found, err
}

// graphFault judges an error that is not about one field's permission or
// existence.
func (c *Client) graphFault(e graphError, resp *github.Response) (fault, bool) {
	switch {
	case e.isMissing() || e.isForbidden():
		return fault{}, false // its words may hold names that somebody chose
	case e.Type == "RATE_LIMITED", e.Type == "RATE_LIMIT", saysLimit(e.Message):
		return c.limit(resp.Response, e.Message), true
	case strings.HasPrefix(e.Extensions.Code, "undefined"), strings.HasPrefix(e.Extensions.Code, "argument"):
		return fault{kind: final, why: "this GitHub does not know everything that is asked"}, true
	}
	// "Something went wrong while executing your query", a time-out, and whatever
	// else has no type.
	return fault{kind: passing, why: "an error beside HTTP 200"}, true
}

func (e graphError) isMissing() bool { return e.Type == "NOT_FOUND" }

func (e graphError) isForbidden() bool {
	return e.Type == "FORBIDDEN" || e.Type == "INSUFFICIENT_SCOPES" || e.Type == "UNAUTHORIZED" || e.Type == "SAML_ENFORCEMENT"
}

// at reports whether an error concerns a place in the answer or something
// below it.
func (e graphError) at(path ...string) bool {
	if len(e.Path) < len(path) {
		return false
	}
	for i, name := range path {
		if e.Path[i] != any(name) {
			return false
		}
	}
	return true
}

// within reports whether a field of that name is on the way to the error.
func (e graphError) within(names ...string) bool {
	for _, step := range e.Path {
		for _, name := range names {
			if step == any(name) {
				return true
			}
		}
	}
	return false
}

// beside reports an error about what may be missing from an answer: something
// that may not be seen is no reason to know nothing.
func (e graphError) beside() bool {
	return e.at("org") || e.within("headRepository", "author", "user", "signer", "signature", "checkSuites")
}

// without leaves out the errors that somebody else looks after.
func (errs graphErrors) without(known func(graphError) bool) graphErrors {
	var rest graphErrors
	for _, e := range errs {
		if !known(e) {
			rest = append(rest, e)
		}
	}
	return rest
}

// unless returns what the errors come to: a refusal, or something that is gone.
func (o op) unless(errs graphErrors) error {
	for _, e := range errs {
		if e.isForbidden() {
			return o.refused(forbidden(e.Message))
		}
	}
	if len(errs) > 0 {
		return &gate.Gone{What: o.what}
	}
	return nil
}
