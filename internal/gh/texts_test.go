package gh

import (
	"strings"
	"testing"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/testgithub"
)

func TestPolicyThatIsNoText(t *testing.T) {
	for _, tt := range []struct{ name, content string }{
		{"binary", "version: 1\x00\n"},
		{"larger than a policy file may be", "version: 1\n" + strings.Repeat("#", 200<<10)},
		{"larger than GraphQL gives", "version: 1\n" + strings.Repeat("#", 900<<10)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.shop.Commit("main", map[string]string{".github/backout.yml": tt.content})
			w.shop.AddPull(testgithub.NewPull{Files: files(1, "a%d.go")})
			p := w.pull(ref1)
			_, problems := config.Reader{}.Parse("backout.yml", []byte(p.Repository.Data))
			if p.Repository.State != config.Present || config.Valid(problems) {
				t.Errorf("state %v, %d bytes, problems %v", p.Repository.State, len(p.Repository.Data), problems)
			}
		})
	}
}

// TestWhatIsTooLargeIsNotDownloaded is about files that whoever opens a pull
// request makes as large as they like.
func TestWhatIsTooLargeIsNotDownloaded(t *testing.T) {
	nothing := strings.Repeat("\x00", 2<<20)
	words := strings.Repeat("# words\n", 90_000)
	for _, tt := range []struct {
		name    string
		onMain  map[string]string
		atHead  string // of the repository's policy; empty: it is not touched
		calls   string
		problem bool
	}{
		{"a small binary policy at the head", nil, "version: 1\x00\n", "graphql, graphql, GET contents", true},
		{"a large binary policy at the head", nil, nothing, "graphql, graphql", true},
		{"a large policy at the head that is text", nil, words, "graphql, graphql", true},
		{"a large binary policy on the default branch", map[string]string{".github/backout.yml": nothing}, "", "graphql", true},
		{"large binary attributes", map[string]string{".gitattributes": nothing}, "", "graphql", false},
		{"large attributes that are text", map[string]string{".gitattributes": words + "*.go linguist-generated\n"}, "", "graphql", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.shop.Commit("main", tt.onMain)
			changed := files(1, "a%d.go")
			if tt.atHead != "" {
				changed = append(changed, testgithub.Edit(".github/backout.yml", tt.atHead))
			}
			w.shop.AddPull(testgithub.NewPull{Files: changed})
			w.pull(ref1) // the second time its folders are known
			w.ForgetCalls()
			p := w.pull(ref1)
			if got := w.counted(); got != tt.calls {
				t.Errorf("calls: %s", got)
			}
			text := p.Repository
			if tt.atHead != "" {
				text = p.HeadPolicies[0]
			}
			_, problems := config.Reader{}.Parse("backout.yml", []byte(text.Data))
			if tt.problem && (text.State != config.Present || text.Blob == "" || config.Valid(problems)) {
				t.Errorf("state %v, blob %q, problems %v", text.State, text.Blob, problems)
			}
			if len(text.Data) > tooLarge {
				t.Errorf("%d bytes are kept", len(text.Data))
			}
			if got := p.Change.Files[0].Generated; got == checks.Set {
				t.Error("a file is let off by attributes that were not read")
			}
		})
	}
}
