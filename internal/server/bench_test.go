package server

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
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

// BenchmarkIntakeOverTCP is the same with a connection for each of 50 senders
// at once, who share the machine.
func BenchmarkIntakeOverTCP(b *testing.B) {
	text := typical(b)
	in := newIntake(nowhere{}, io.Discard)
	in.Secrets = in.Secrets[1:]
	addr := listen(b, in)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	signed := "sha256=" + hex.EncodeToString(mac.Sum(nil))
	b.SetBytes(int64(len(text)))
	b.SetParallelism(25)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, err := http.NewRequest(http.MethodPost, "http://"+addr+"/webhook", strings.NewReader(text))
			if err != nil {
				b.Error(err)
				return
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("X-GitHub-Event", "pull_request")
			r.Header.Set("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
			r.Header.Set("X-Hub-Signature-256", signed)
			resp, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.StatusCode != http.StatusAccepted {
				b.Error(resp.Status)
			}
		}
	})
}
