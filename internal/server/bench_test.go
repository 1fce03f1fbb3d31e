package server

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/backout-dev/backout/internal/queue"
)

// nowhere takes deliveries and forgets them: what is measured is the intake.
type nowhere struct{}

func (nowhere) Put(context.Context, queue.Delivery, []queue.Want) error { return nil }

// typical is a pull_request payload as GitHub sends it, some 25 KB, with a
// description of 4 KB.
func typical(b *testing.B) string {
	b.Helper()
	for _, e := range examples(b) {
		var m map[string]any
		if err := json.Unmarshal(e.Payload, &m); err != nil {
			b.Fatal(err)
		}
		if e.Event == "pull_request" && m["action"] == "synchronize" {
			m["action"] = "edited"
			m["pull_request"].(map[string]any)["body"] = strings.Repeat("Roll back with `kubectl rollout undo`.\r\n", 100)
			text, err := json.Marshal(m)
			if err != nil {
				b.Fatal(err)
			}
			return string(text)
		}
	}
	b.Fatal("no example")
	return ""
}

func BenchmarkEnvelope(b *testing.B) {
	text := typical(b)
	buf := make([]byte, window)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := readEnvelope(newScanner(strings.NewReader(text), buf), organisation); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHostileEnvelope is 25 MB of what costs most: nobody needs a secret to
// send it.
func BenchmarkHostileEnvelope(b *testing.B) {
	for name, unit := range map[string]string{"escapes": `\\`, "brackets": "[", "quotes": `"",`, "numbers": "1,", "units": `\u0041`} {
		start, end := `{"x":[`, "]}"
		if unit[0] == '\\' {
			start, end = `{"pull_request":{"body":"`, `"}}`
		}
		text := start + strings.Repeat(unit, (25<<20)/len(unit)) + end
		b.Run(name, func(b *testing.B) {
			buf := make([]byte, window)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				_, _ = readEnvelope(newScanner(strings.NewReader(text), buf), organisation) // not all of them are JSON
			}
		})
	}
}

// BenchmarkIntake is one delivery without the network: headers, signature,
// envelope, routes.
func BenchmarkIntake(b *testing.B) {
	text := typical(b)
	in := newIntake(nowhere{}, io.Discard)
	in.Secrets = in.Secrets[1:]
	r := delivery("pull_request", text)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r.Body = io.NopCloser(strings.NewReader(text))
		w := httptest.NewRecorder()
		if in.ServeHTTP(w, r); w.Code != http.StatusAccepted {
			b.Fatal(w.Code, w.Body)
		}
	}
}
