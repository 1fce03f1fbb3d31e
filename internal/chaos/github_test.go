package chaos

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/testgithub"
)

// gitHub is the test GitHub as a process of its own, with one organisation on
// which the App is installed and one repository, whose policy file is the
// shortest there is.
type gitHub struct {
	t            *testing.T
	process      *process
	url          string
	installation int64
	repository   int64

	mu    sync.Mutex
	pulls map[int]*pull
}

// pull is what a test knows of a pull request.
type pull struct {
	facts testgithub.PullDump
	from  string // the description before the last edit
	seq   int    // of the last change
	taken int    // the newest change that a server said it took
}

const shop = "acme/shop"

func startGitHub(t *testing.T, args ...string) *gitHub {
	t.Helper()
	address := make(chan string, 1)
	g := &gitHub{t: t, pulls: map[int]*pull{}}
	g.process = launch(t, t.TempDir(), "testgithub", func(line string) {
		if strings.HasPrefix(line, "http://") {
			address <- line
		}
	}, args...)
	select {
	case g.url = <-address:
	case <-time.After(20 * time.Second):
		t.Fatalf("the test GitHub does not start:\n%s", g.process.log())
	}
	der, err := x509.MarshalPKIXPublicKey(&appKey().PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	key := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	g.do("repo", map[string]any{"repo": "acme/.github"}, nil)
	g.do("commit", map[string]any{"repo": shop, "branch": "main", "files": map[string]string{
		"cart/round.go": "package cart\n", ".github/backout.yml": "version: 1\n",
	}}, nil)
	var repo, made struct{ ID int64 }
	g.do("repo", map[string]any{"repo": shop}, &repo)
	g.do("install", map[string]any{"app": testgithub.App{ID: appID, Slug: "backout", PublicKey: key}, "account": "acme"}, &made)
	g.repository, g.installation = repo.ID, made.ID
	t.Cleanup(func() {
		var broken []string
		g.do("violations", nil, &broken)
		for _, v := range broken[:min(len(broken), 5)] {
			t.Errorf("contract: %s", v)
		}
	})
	return g
}

func (g *gitHub) do(action string, in, out any) {
	g.t.Helper()
	if err := (testgithub.Control{URL: g.url}).Do(context.Background(), action, in, out); err != nil {
		g.t.Fatal(err)
	}
}

// open opens a pull request and returns its number.
func (g *gitHub) open(body string) int {
	g.t.Helper()
	p := &pull{seq: 1}
	g.do("pull", map[string]any{"repo": shop, "body": body, "files": []testgithub.File{changed()}}, &p.facts)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pulls[p.facts.Number] = p
	return p.facts.Number
}

func changed() testgithub.File {
	return testgithub.Edit("cart/round.go", "package cart\n\nfunc round() {}\n")
}

// openMany opens pull requests, each with a description of its own.
func (g *gitHub) openMany(n int, body func(i int) string) []int {
	g.t.Helper()
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = g.open(body(i))
	}
	return numbers
}

// edit changes a description.
func (g *gitHub) edit(number int, body string) {
	g.t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.pulls[number]
	p.from = p.facts.Body
	g.do("edit", map[string]any{"repo": shop, "number": number, "body": body}, &p.facts)
	p.seq++
}

// world is the repository as it is now.
func (g *gitHub) world() testgithub.RepoDump {
	g.t.Helper()
	var w testgithub.WorldDump
	g.do("world", nil, &w)
	for _, r := range w.Repos {
		if r.FullName == shop {
			return r
		}
	}
	g.t.Fatal("no repository")
	return testgithub.RepoDump{}
}

// calls are the calls so far, those for tokens and about the App left out.
func (g *gitHub) calls(routes ...string) []testgithub.Call {
	g.t.Helper()
	var all, counted []testgithub.Call
	g.do("calls", map[string]any{"routes": routes}, &all)
	for _, c := range all {
		if !slices.Contains([]string{"POST access_tokens", "GET app", "GET hook-config"}, c.Route) {
			counted = append(counted, c)
		}
	}
	return counted
}

// The parts of a description, each with a word that says which one it is.
const (
	rollback = "## Rollback plan\n\nRevert this commit and deploy the image %s with `deploy cart --previous`, about five minutes. Nothing is stored.\n\n"
	worst    = "## Worst-case scenario\n\nTotals of run %s are a cent off; the nightly comparison with the ledger raises an alarm.\n\n"
	blast    = "## Blast radius\n\nThe shopping cart of the web shop, %s.\n"
)

// kinds is how many kinds of descriptions there are.
const kinds = 5

// described is a description of a kind: complete, without one of its sections,
// or without any.
func described(kind int, word string) string {
	body := "The cart rounds prices half up.\n\n"
	for i, part := range []string{rollback, worst, blast} {
		if kind != i+1 && kind != kinds-1 {
			body += fmt.Sprintf(part, word)
		}
	}
	return body
}

// verdict is what a description comes to.
type verdict struct{ conclusion, title string }

// expected judges a description here, by the defaults, which is what the policy
// file asks for.
func expected(body string) verdict {
	v := checks.Evaluate(checks.DefaultPolicy(), checks.Change{
		Body: body, Diff: checks.DiffWhole, Files: []checks.File{{Path: "cart/round.go", Status: checks.Modified, Additions: 2}},
	}, time.Now())
	return verdict{string(v.Conclusion), v.Title}
}
