package testgithub

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnswersAreTheJSONThatTheyWouldBe(t *testing.T) {
	for name, v := range map[string]any{
		"null": nil, "true": true, "a number": -7, "a large number": int64(math.MaxInt64),
		"an empty text": "", "a plain text": "a ~text</b>", "quotes": `say "hi" \ bye`, "line ends": "a\r\n\tb\x00\x7f",
		"other letters": "Größe 大きい 🚀\u2028", "no text": "a\xffb",
		"an empty list": []any{}, "a list": []any{1, nil, "a", []any{false}}, "a list of texts": []string{"a", "b"},
		"an empty object": object{}, "an object": object{"b": 1, "a\n\"": object{"c": []any{object{}}}, "": nil},
	} {
		t.Run(name, func(t *testing.T) {
			plain, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			var got, want any
			if err := json.Unmarshal(plain, &want); err != nil {
				t.Fatal(err)
			}
			out := appendJSON([]byte("before"), v)
			if err := json.Unmarshal(out[len("before"):], &got); err != nil {
				t.Fatalf("%s: %v", out, err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}
