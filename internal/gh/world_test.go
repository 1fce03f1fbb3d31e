package gh

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/testgithub"
)

// world is the test GitHub with a client of it.
type world struct {
	*testing.T
	*testgithub.Server
	shop *testgithub.Repo
	*Client
	clock
}

var ref1 = gate.Ref{Repo: shop, Number: 1}

func newWorld(t *testing.T, with func(*Options)) *world {
	t.Helper()
	w := &world{T: t, Server: testgithub.Start(t, testgithub.Options{Kind: true})}
	w.shop = w.Repo("acme/shop")
	w.Client = w.connect(with)
	return w
}

func (w *world) connect(with func(*Options)) *Client {
	w.Helper()
	hosts, err := ParseHosts("", w.URL(), w.GraphQL())
	if err != nil {
		w.Fatal(err)
	}
	o := Options{Hosts: hosts, Token: testgithub.WriteToken, UserAgent: "backout-test", MaxWait: time.Minute, Now: w.now, Sleep: w.sleep}
	if with != nil {
		with(&o)
	}
	c, err := New(o)
	if err != nil {
		w.Fatal(err)
	}
	return c
}

func (w *world) pull(ref gate.Ref) gate.Pull {
	w.Helper()
	p, err := w.Pull(w.Context(), ref, ask)
	if err != nil {
		w.Fatal(err)
	}
	return p
}

// counted is how many calls were made since the last time.
func (w *world) counted() string {
	var routes []string
	for _, c := range w.Calls() {
		routes = append(routes, c.Route)
	}
	w.ForgetCalls()
	return strings.Join(routes, ", ")
}

func files(n int, path string) []testgithub.File {
	var all []testgithub.File
	for i := range n {
		all = append(all, testgithub.Edit(fmt.Sprintf(path, i), "one\n"))
	}
	return all
}
