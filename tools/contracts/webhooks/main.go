// Command webhooks writes what the tests of the webhook intake hold it to: every
// example payload that GitHub's community has collected, and the published
// schemas of the events that have none:
//
//	npm pack @octokit/webhooks-examples@7.6.1 @octokit/openapi-webhooks@12.1.0   # and unpack both
//	go -C tools run ./contracts/webhooks EXAMPLES_FOLDER SCHEMAS_FOLDER ../internal/server/testdata/webhooks
//
// Both packages are Copyright (c) Octokit contributors, MIT licence; the notice
// is written beside the results.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// schemas are those of the events whose payloads the tests write by hand.
var schemas = []string{
	"webhook-pull-request-edited",
	"webhook-merge-group-destroyed",
	"webhook-installation-target-renamed",
	"webhook-repository-edited",
	"webhook-repository-archived",
	"webhook-repository-unarchived",
	"webhook-repository-deleted",
	"webhook-installation-repositories-removed",
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: webhooks EXAMPLES_FOLDER SCHEMAS_FOLDER OUTPUT_FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "webhooks:", err)
		os.Exit(1)
	}
}

func run(examples, published, out string) error {
	found, err := collect(examples)
	if err != nil {
		return err
	}
	if err := writeGzip(filepath.Join(out, "examples.json.gz"), found); err != nil {
		return err
	}
	cut, err := trim(filepath.Join(published, "generated", "api.github.com.json"))
	if err != nil {
		return err
	}
	if err := writeGzip(filepath.Join(out, "schemas.json.gz"), cut); err != nil {
		return err
	}
	licence, err := os.ReadFile(filepath.Join(published, "LICENSE"))
	if err != nil {
		return err
	}
	head := "examples.json.gz holds the examples of npm @octokit/webhooks-examples 7.6.1, each\n" +
		"once; schemas.json.gz is cut from npm @octokit/openapi-webhooks 12.1.0. Both are\n" +
		"written by tools/contracts/webhooks.\n\n"
	return os.WriteFile(filepath.Join(out, "LICENSE"), append([]byte(head), licence...), 0o600)
}

// example is a payload as it is sent, and its event.
type example struct {
	Event   string          `json:"event"`
	Payload json.RawMessage `json:"payload"`
}

// collect reads the examples of github.com and of every enterprise server, each
// payload once, in the order in which they stand there.
func collect(folder string) ([]example, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*", "index.json"))
	if err != nil {
		return nil, err
	}
	sort.Strings(files)
	var all []example
	seen := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var events []struct {
			Name     string            `json:"name"`
			Examples []json.RawMessage `json:"examples"`
		}
		if err := json.Unmarshal(text, &events); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for _, e := range events {
			for _, payload := range e.Examples {
				var compact bytes.Buffer
				if err := json.Compact(&compact, payload); err != nil {
					return nil, fmt.Errorf("%s: %w", file, err)
				}
				if id := e.Name + compact.String(); !seen[id] {
					seen[id] = true
					all = append(all, example{e.Name, compact.Bytes()})
				}
			}
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s holds no examples", folder)
	}
	return all, nil
}

// trim keeps the schemas that are named and what they refer to, without the
// words for people.
func trim(file string) (map[string]any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var doc struct {
		Components struct {
			Schemas map[string]any `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	kept := map[string]any{}
	var keep func(name string) error
	var walk func(v any) error
	keep = func(name string) error {
		if kept[name] != nil {
			return nil
		}
		schema, ok := doc.Components.Schemas[name]
		if !ok {
			return fmt.Errorf("%s has no schema %s", file, name)
		}
		kept[name] = schema
		return walk(schema)
	}
	walk = func(v any) error {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				if err := walk(item); err != nil {
					return err
				}
			}
		case map[string]any:
			for _, words := range []string{"title", "description", "examples", "example"} {
				if _, isText := v[words].(string); isText || strings.HasPrefix(words, "example") {
					delete(v, words)
				}
			}
			for key, item := range v {
				if ref, isText := item.(string); key == "$ref" && isText {
					if err := keep(strings.TrimPrefix(ref, "#/components/schemas/")); err != nil {
						return err
					}
				} else if err := walk(item); err != nil {
					return err
				}
			}
		}
		return nil
	}
	for _, name := range schemas {
		if err := keep(name); err != nil {
			return nil, err
		}
	}
	return map[string]any{"components": map[string]any{"schemas": kept}}, nil
}

// writeGzip writes the same bytes for the same value.
func writeGzip(file string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(text); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o600)
}
