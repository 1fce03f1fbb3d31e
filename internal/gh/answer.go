package gh

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"sync"

	"github.com/google/go-github/v62/github"
)

// answers are buffers for what GitHub answers. Most answers are of a size, and
// one that is read into a buffer that has it costs no memory.
var answers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxPooled is the largest buffer that waits for the next answer, in bytes.
const maxPooled = 256 << 10

// receive sends a request and gives the JSON of its answer to read, which must not
// keep it.
func receive(ctx context.Context, g *github.Client, r *http.Request, read func([]byte) error) (*github.Response, error) {
	b := answers.Get().(*bytes.Buffer)
	b.Reset()
	defer func() {
		if b.Cap() <= maxPooled {
			answers.Put(b)
		}
	}()
	resp, err := g.Do(ctx, r, b)
	if err == nil {
		err = read(b.Bytes())
	}
	return resp, err
}

// into reads an answer into a value.
func into(v any) func([]byte) error {
	return func(b []byte) error { return json.Unmarshal(b, v) }
}
