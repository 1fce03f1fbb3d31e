package main

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const schemaFile = "../../docs/verdict.schema.json"

// validate holds one output to the published schema. The scripts run elsewhere
// and say where the schema is.
func validate(data []byte) error {
	path := os.Getenv("VERDICT_SCHEMA")
	if path == "" {
		path = schemaFile
	}
	return validateBy(path, data, func(any) {})
}

func validateBy(path string, data []byte, alter func(any)) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	alter(schema)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("verdict.json", schema); err != nil {
		return err
	}
	s, err := c.Compile("verdict.json")
	if err != nil {
		return err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return s.Validate(doc)
}

// strict turns the schema's promise around: a key that it does not describe is
// an error.
func strict(node any) {
	switch n := node.(type) {
	case map[string]any:
		if _, ok := n["properties"]; ok {
			n["additionalProperties"] = false
		}
		for _, v := range n {
			strict(v)
		}
	case []any:
		for _, v := range n {
			strict(v)
		}
	}
}

func TestSchemaDescribesEveryKey(t *testing.T) {
	for _, path := range goldenJSON(t) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := validateBy(schemaFile, data, strict); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestSchemaRefusesWhatTheContractDoes(t *testing.T) {
	data, err := os.ReadFile(goldenJSON(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(map[string]any){
		"no version":                func(d map[string]any) { delete(d, "version") },
		"another version":           func(d map[string]any) { d["version"] = 2 },
		"no verdict and no error":   func(d map[string]any) { d["conclusion"] = nil },
		"an unknown conclusion":     func(d map[string]any) { d["conclusion"] = "skipped" },
		"no findings":               func(d map[string]any) { delete(d, "findings") },
		"null findings":             func(d map[string]any) { d["findings"] = nil },
		"a time without zone":       func(d map[string]any) { d["judged_at"] = "2026-11-22 08:00" },
		"a digest of another kind":  func(d map[string]any) { d["input_digest"] = "md5:00" },
		"a section without a state": func(d map[string]any) { delete(d["sections"].([]any)[0].(map[string]any), "state") },
		"a state nobody has heard of": func(d map[string]any) {
			d["sections"].([]any)[0].(map[string]any)["state"] = "fine"
		},
	} {
		t.Run(name, func(t *testing.T) {
			var d map[string]any
			if err := json.Unmarshal(data, &d); err != nil {
				t.Fatal(err)
			}
			spoil(d)
			text, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			if err := validate(text); err == nil {
				t.Error("the schema accepts it")
			}
		})
	}
}

func goldenJSON(t *testing.T) []string {
	t.Helper()
	var paths []string
	for _, name := range []string{"blocked", "warned", "override", "reports-only", "frozen", "no-diff", "exempt", "from-a-request", "many", "failure-usage", "failure-place", "failure-unknown"} {
		paths = append(paths, "../../internal/render/testdata/"+name+".json")
	}
	return paths
}
