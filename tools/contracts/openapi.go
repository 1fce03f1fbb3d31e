package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// trimOpenAPI keeps the operations and whatever they refer to, without prose and examples.
func trimOpenAPI(path string) ([]byte, error) {
	data, err := os.ReadFile(path) //nolint:gosec // named on the command line
	if err != nil {
		return nil, err
	}
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	paths := map[string]any{}
	for route, methods := range operations {
		item, ok := doc["paths"].(map[string]any)[route].(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s: no path %s", path, route)
		}
		kept := map[string]any{}
		for _, m := range methods {
			if kept[m] = item[m]; kept[m] == nil {
				return nil, fmt.Errorf("%s: no %s %s", path, m, route)
			}
		}
		paths[route] = withoutProse(kept, false)
	}
	out := map[string]any{"openapi": doc["openapi"], "info": doc["info"], "paths": paths}
	components := map[string]any{}
	collect(doc, components, paths)
	out["components"] = components
	return json.Marshal(out)
}

// collect copies every component that v refers to, directly or through others.
func collect(doc, components map[string]any, v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			collect(doc, components, e)
		}
	case map[string]any:
		for _, e := range v {
			collect(doc, components, e)
		}
		ref, _ := v["$ref"].(string)
		kind, name, ok := strings.Cut(strings.TrimPrefix(ref, "#/components/"), "/")
		if !ok {
			return
		}
		kinds, _ := components[kind].(map[string]any)
		if kinds == nil {
			kinds = map[string]any{}
			components[kind] = kinds
		}
		if _, done := kinds[name]; done {
			return
		}
		target := withoutProse(doc["components"].(map[string]any)[kind].(map[string]any)[name], false)
		kinds[name] = target
		collect(doc, components, target)
	}
}

// withoutProse drops descriptions, examples and extensions. names says that the
// keys are names of properties and not OpenAPI's words.
func withoutProse(v any, names bool) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = withoutProse(v[i], false)
		}
	case map[string]any:
		for k := range v {
			if !names && (k == "examples" || k == "example" || k == "externalDocs" || k == "summary" || strings.HasPrefix(k, "x-")) {
				delete(v, k)
				continue
			}
			if _, prose := v[k].(string); !names && k == "description" && prose {
				v[k] = "" // a response must have one
				continue
			}
			v[k] = withoutProse(v[k], !names && (k == "properties" || k == "headers" || k == "schemas"))
		}
	}
	return v
}

// writeGzip writes the same bytes for the same data: no name, no time.
func writeGzip(path string, data []byte) error {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o600)
}
