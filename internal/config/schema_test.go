package config_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/backout-dev/backout/internal/config"
)

const schemaFile = "../../docs/policy.schema.json"

func TestSchemaIsCurrent(t *testing.T) {
	got, err := config.Schema()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(schemaFile, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(read(t, schemaFile)), string(got)); diff != "" {
		t.Errorf("docs/policy.schema.json is not what the types say; run this test with -update (-want +got):\n%s", diff)
	}
}

// schema compiles the committed schema by the draft that it names.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(read(t, schemaFile)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("policy.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("policy.json")
	if err != nil {
		t.Fatal(err)
	}
	if s.DraftVersion != 7 {
		t.Fatalf("the schema is of draft %d; editors read draft 7", s.DraftVersion)
	}
	return s
}

// asJSON reads YAML as an editor does, by another way than the loader.
func asJSON(data []byte) (any, error) {
	var v any
	if err := yaml.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &v); err != nil {
		return nil, err
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(text))
}

func TestSchemaAcceptsWhatTheLoaderAccepts(t *testing.T) {
	s := schema(t)
	for _, path := range files(t, "testdata/good/*.yml") {
		doc, err := asJSON(read(t, path))
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if err := s.Validate(doc); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// notYAML are the bad files at which an editor's YAML parser objects, or that
// it reads otherwise than they are meant, before a schema is asked.
func notYAML() []string {
	return []string{
		"at-sign", "binary", "brace-not-closed", "bracket-in-plain-text", "bracket-not-closed", "colon-in-plain-text",
		"dash-on-the-line-of-the-key", "duplicate-key", "duplicate-nested-key", "glob-without-quotes", "indented-too-far",
		"indented-too-little", "key-without-colon", "merge-conflict", "not-utf-8", "quote-not-closed",
		"requires-without-quotes", "tab-indentation", "utf-16",
	}
}

// beyondSchema are the bad files whose fault a schema cannot say, each with
// the reason.
func beyondSchema() map[string]string {
	return map[string]string{
		"anchor-and-alias":           "a schema sees what an alias stands for",
		"branch-as-a-reference":      "a schema that both languages of patterns can read excludes no words",
		"date-that-does-not-exist":   "a schema knows no calendar",
		"directive":                  "a schema sees the document, not what stands before it",
		"float-that-is-whole":        "400.0 is an integer to a schema",
		"glob-with-open-bracket":     "patterns nest",
		"glob-with-too-many-braces":  "a schema cannot count products",
		"merge-key":                  "a schema sees the merged keys",
		"number-not-plain":           "a schema sees the number, not how it was written",
		"question-mark-key":          "a schema sees the key, not how it was written",
		"relax-unknown-name":         "a name is known from another part of the file",
		"second-document":            "a schema sees one document",
		"second-document-after-dots": "a schema sees one document",
		"section-nearly-built-in":    "a section of one's own may have any name",
		"staffed-without-length":     "a schema compares no times",
		"tag":                        "a schema sees the value, not its tag",
		"until-before-from":          "a schema compares no values",
		"version-float":              "1.0 is 1 to a schema",
		"warn-above-block":           "a schema compares no values",
		"zone-missing":               "whether a zone is needed hangs on the rest of the file",
		"zone-unknown":               "a schema does not know all zones",
		"zone-of-the-machine":        "Local has the form of a zone",
	}
}

func TestSchemaRejectsWhatTheLoaderRejects(t *testing.T) {
	s := schema(t)
	unread, beyond := map[string]bool{}, beyondSchema()
	for _, name := range notYAML() {
		unread[name] = true
	}
	for _, path := range files(t, "testdata/bad/*.yml") {
		name := strings.TrimSuffix(filepath.Base(path), ".yml")
		doc, err := asJSON(read(t, path))
		if unread[name] {
			delete(unread, name)
			continue
		}
		if err != nil {
			t.Errorf("%s is not YAML (%v): it belongs to notYAML", name, err)
			continue
		}
		rejected := s.Validate(doc) != nil
		_, listed := beyond[name]
		delete(beyond, name)
		switch {
		case rejected && listed:
			t.Errorf("%s is listed as beyond a schema, and the schema rejects it", name)
		case !rejected && !listed:
			t.Errorf("%s is accepted by the schema and not listed as beyond it", name)
		}
	}
	for name := range unread {
		t.Errorf("%s is listed as no YAML, and there is no such file", name)
	}
	for name := range beyond {
		t.Errorf("%s is listed as beyond a schema, and there is no such file", name)
	}
}
