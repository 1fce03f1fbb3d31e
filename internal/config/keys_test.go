package config_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/config"
)

// document writes keys with a value each as one file, in which every name is
// one that is known.
func document(t *testing.T, value func(config.Key) any) []byte {
	t.Helper()
	root := map[string]any{}
	keys := config.Keys()
	for i, k := range keys {
		group := i+1 < len(keys) && strings.HasPrefix(keys[i+1].Path, k.Path) &&
			strings.ContainsAny(keys[i+1].Path[len(k.Path):][:1], ".[")
		if v := value(k); v != nil && !group {
			put(root, k.Path, v)
		}
	}
	data, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func put(root map[string]any, path string, v any) {
	names := map[string]string{
		"sections.NAME": "sections.rollback", "irreversible.NAME": "irreversible.schema-migration", "systems.NAME": "systems.payments",
	}
	for generic, known := range names {
		path = strings.Replace(path, generic, known, 1)
	}
	parts := strings.Split(path, ".")
	at := root
	for _, part := range parts[:len(parts)-1] {
		name, listed := strings.CutSuffix(part, "[]")
		if at[name] == nil {
			at[name] = map[string]any{}
			if listed {
				at[name] = []any{map[string]any{}}
			}
		}
		if listed {
			at = at[name].([]any)[0].(map[string]any)
		} else {
			at = at[name].(map[string]any)
		}
	}
	at[parts[len(parts)-1]] = v
}

func TestEveryKeyIsDescribed(t *testing.T) {
	for _, k := range config.Keys() {
		if !strings.HasSuffix(k.Text, ".") || len(k.Text) < 20 {
			t.Errorf("%s: %q is no sentence", k.Path, k.Text)
		}
		if k.Example == nil {
			t.Errorf("%s has no example", k.Path)
		}
		if k.Path != "version" && cmp.Equal(k.Example, k.Default) {
			t.Errorf("%s: its example is its default", k.Path)
		}
	}
}

// TestEveryExampleIsRead puts the examples of all keys into one file: nothing
// in it is refused by the loader or the schema, and no value of the file's type
// stays unset, so that none is forgotten.
func TestEveryExampleIsRead(t *testing.T) {
	data := document(t, func(k config.Key) any { return k.Example })
	file, problems := config.Parse("backout.yml", data)
	if len(problems) > 0 {
		t.Errorf("the examples are refused:\n%s", details(problems))
	}
	doc, err := asJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := schema(t).Validate(doc); err != nil {
		t.Error(err)
	}
	for _, path := range unset(reflect.ValueOf(file), "File") {
		t.Errorf("%s is read from no key", path)
	}
}

// unset lists the places of a value that are not set.
func unset(v reflect.Value, path string) []string {
	var all []string
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[config.Place]() {
			if place := v.Interface().(config.Place); !place.Set || place.Line < 1 || place.Column < 1 {
				return []string{path}
			}
			return nil
		}
		if v.Type() == reflect.TypeFor[time.Location]() {
			return nil
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				all = append(all, unset(v.Field(i), path+"."+f.Name)...)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			all = append(all, unset(v.Index(i), fmt.Sprintf("%s[%d]", path, i))...)
		}
	}
	return all
}

// TestDefaultsAreWhatStandsWithoutTheKeys writes every default out: nothing
// may change.
func TestDefaultsAreWhatStandsWithoutTheKeys(t *testing.T) {
	data := document(t, func(k config.Key) any {
		if strings.HasPrefix(k.Path, "systems.") || strings.HasPrefix(k.Path, "freeze[]") ||
			strings.HasPrefix(k.Path, "repositories-may-relax.") || strings.HasPrefix(k.Path, "sections.NAME.require.") ||
			k.Path == "irreversible.NAME.paths" {
			return nil // its default cannot be written out
		}
		if k.Path == "sections.NAME.require" {
			return "always"
		}
		return k.Default
	})
	written, problems := config.Parse("backout.yml", data)
	if len(problems) > 0 {
		t.Fatalf("the defaults are refused:\n%s", details(problems))
	}
	empty, _ := config.Parse("backout.yml", nil)
	got, want := written.Policy(), empty.Policy()
	for id, rule := range got.Irreversible {
		if id != "schema-migration" || len(rule.Ignore)+len(rule.Paths) > 0 {
			t.Errorf("class %s: %+v", id, rule)
		}
	}
	got.Irreversible = nil
	equal := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	if diff := cmp.Diff(want, got, equal); diff != "" {
		t.Errorf("the defaults written out change the policy (-want +got):\n%s", diff)
	}
}
