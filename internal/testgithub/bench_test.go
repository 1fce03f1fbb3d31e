package testgithub_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/backout-dev/backout/internal/testgithub"
)

// BenchmarkGate is the one read and the two writes of an evaluation: how fast the
// server is bounds what can be measured against it.
func BenchmarkGate(b *testing.B) {
	for _, contracts := range []bool{true, false} {
		b.Run(fmt.Sprintf("contracts=%t", contracts), func(b *testing.B) {
			s, err := testgithub.New(testgithub.Options{NoContracts: !contracts})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			shop := s.Repo("acme/shop")
			post := func(url string, body any) {
				in, err := json.Marshal(body)
				if err != nil {
					b.Fatal(err)
				}
				rq, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url, bytes.NewReader(in))
				if err != nil {
					b.Fatal(err)
				}
				rq.Header.Set("Authorization", "Bearer "+testgithub.WriteToken)
				rq.Header.Set("Content-Type", "application/json")
				rs, err := http.DefaultClient.Do(rq)
				if err != nil {
					b.Fatal(err)
				}
				defer rs.Body.Close()
				if _, err := io.Copy(io.Discard, rs.Body); err != nil || rs.StatusCode >= 300 {
					b.Fatalf("%s: %d, %v", url, rs.StatusCode, err)
				}
			}
			for b.Loop() {
				p := shop.AddPull(testgithub.NewPull{Files: []testgithub.File{testgithub.Sized("a", 3, 1)}})
				post(s.GraphQL(), map[string]any{"query": gate, "variables": map[string]any{
					"owner": "acme", "name": "shop", "number": p.Number(), "policy": "HEAD:.github/backout.yml", "app": 15368, "check": "backout",
				}})
				post(s.URL()+"/repos/acme/shop/check-runs", map[string]any{"name": "backout", "head_sha": p.HeadSHA(), "conclusion": "failure"})
				post(fmt.Sprintf("%s/repos/acme/shop/issues/%d/comments", s.URL(), p.Number()), map[string]any{"body": "hello"})
			}
		})
	}
}
