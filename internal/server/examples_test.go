package server

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"testing"
)

type example struct {
	Event   string          `json:"event"`
	Payload json.RawMessage `json:"payload"`
}

// examples are the payloads that GitHub's community has collected.
func examples(t testing.TB) []example {
	t.Helper()
	var all []example
	readGzip(t, "testdata/webhooks/examples.json.gz", &all)
	return all
}

func readGzip(t testing.TB, file string, into any) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(z).Decode(into); err != nil {
		t.Fatal(err)
	}
}
