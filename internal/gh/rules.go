package gh

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/attributes"
	"github.com/backout-dev/backout/internal/gate"
)

const (
	// maxFolders is how many folders are asked for in one query.
	maxFolders = 150
	// maxAbove is how many folders are looked at for one pull request. One name can
	// hold thousands of them; of a pull request with more nothing is let off.
	maxAbove = 6000
	// maxRules bounds what is remembered of .gitattributes, and maxHints what of the
	// folders of pull requests, in bytes.
	maxRules, maxHints = 4 << 20, 4 << 20
	// maxHint bounds the folders of one pull request, in bytes. Whoever opens it
	// names them, and one pull request is not to displace all others.
	maxHint = 16 << 10
)

// base is the tip of a base branch. An id never names another content, so that
// what was read at it stays right.
type base struct {
	gate.Repo
	sha string
}

// folders are .gitattributes files by their folder; nil where there is none.
type folders map[string]*string

// rules remembers what was read of .gitattributes, by commit, and which folders
// a pull request touched when it was last read: these are asked for at once. The
// second is only a hint at what to ask.
type rules struct {
	mu      sync.Mutex // while at is added to
	at      *shelf[base, folders]
	touched *shelf[gate.Ref, []string]
}

func newRules() *rules {
	return &rules{at: newShelf[base, folders](maxRules), touched: newShelf[gate.Ref, []string](maxHints)}
}

// perEntry is about what a text takes beside its letters, in bytes.
const perEntry = 64

// know keeps what was read at a commit. Names of folders are parts of names of
// files, which are not kept.
func (r *rules) know(b base, read folders) {
	r.mu.Lock()
	defer r.mu.Unlock()
	all, bytes := r.known(b), perEntry
	for dir, text := range read {
		all[strings.Clone(dir)] = text
	}
	for dir, text := range all {
		bytes += perEntry + len(dir)
		if text != nil {
			bytes += perEntry + len(*text)
		}
	}
	r.at.put(b, all, bytes)
}

// known returns a copy of what was read at a commit.
func (r *rules) known(b base) folders {
	known := folders{}
	maps.Copy(known, r.at.get(b))
	return known
}

func (r *rules) touches(ref gate.Ref, dirs []string) {
	var hint []string
	bytes := perEntry
	for _, dir := range dirs[:min(len(dirs), maxFolders)] {
		if bytes += perEntry + len(dir); bytes > maxHint {
			break
		}
		hint = append(hint, strings.Clone(dir))
	}
	r.touched.put(ref, hint, bytes)
}

func (r *rules) hint(ref gate.Ref) []string { return r.touched.get(ref) }

// above lists the folders whose .gitattributes bear on the files, under all
// their names: "" is the root. Nil: there are more than maxAbove.
func above(files []checks.File) []string {
	seen := map[string]bool{"": true}
	for _, f := range files {
		for _, name := range f.Paths() {
			for i := strings.LastIndexByte(name, '/'); i > 0; i = strings.LastIndexByte(name, '/') {
				name = name[:i]
				if seen[name] {
					break
				}
				seen[name] = true
			}
			if len(seen) > maxAbove {
				return nil
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// asking writes the fields of a commit that hold the .gitattributes of folders.
func asking(q *query, dirs []string) string {
	var fields strings.Builder
	for i, dir := range dirs {
		name := fmt.Sprintf("a%d", i)
		q.set(name, "String!", attributesIn(dir))
		fmt.Fprintf(&fields, " %s:file(path:$%s){mode object{...text}}", name, name)
	}
	return fields.String()
}

func attributesIn(dir string) string { return strings.TrimPrefix(dir+"/.gitattributes", "/") }

// remember reads what asking asked for at a commit, and remembers it.
func (c *Client) remember(ctx context.Context, b base, dirs []string, fields map[string]json.RawMessage) (folders, error) {
	read := folders{}
	for i, dir := range dirs {
		var e *entry
		if raw := fields[fmt.Sprintf("a%d", i)]; raw != nil {
			if err := json.Unmarshal(raw, &e); err != nil {
				return nil, op{what: ".gitattributes of " + b.Repo.String()}.unavailable(errShape.Error(), 0, nil)
			}
		}
		if !e.isFile() {
			read[dir] = nil
			continue
		}
		text, err := c.attributesOf(ctx, b, dir, e.Object)
		if err != nil {
			return nil, err
		}
		read[dir] = &text
	}
	c.rules.know(b, read)
	return read, nil
}

// unread stands for a .gitattributes that is not read, as one that GitHub does
// not give whole and that is too large to download: it lets nothing off.
const unread = "* -" + attributes.Generated + " -" + attributes.Vendored + "\n"

func (c *Client) attributesOf(ctx context.Context, b base, dir string, found *blob) (string, error) {
	switch {
	case found.whole():
		return *found.Text, nil
	case found.ByteSize >= tooLarge:
		return unread, nil
	}
	t, err := c.text(ctx, gate.File{Repo: b.Repo, Path: attributesIn(dir)}, b.sha, found)
	return t.Data, err
}

// rootOnly are the folders whose .gitattributes are asked for where nothing is
// known of a pull request's own.
var rootOnly = []string{""}

// rememberBase takes over what came of .gitattributes along with a pull request.
func (c *Client) rememberBase(ctx context.Context, repo gate.Repo, n *pullNode, dirs []string) error {
	if n.BaseRef == nil {
		return nil
	}
	_, err := c.remember(ctx, base{repo, n.baseSHA()}, dirs, n.BaseRef.Target)
	return err
}

// learn returns the .gitattributes of folders. What is not known yet is read, in
// one query for each 150 folders.
func (c *Client) learn(ctx context.Context, b base, dirs []string) (folders, error) {
	known := c.rules.known(b)
	unknown := slices.DeleteFunc(slices.Clone(dirs), func(dir string) bool { _, ok := known[dir]; return ok })
	for lot := range slices.Chunk(unknown, maxFolders) {
		read, err := c.learnLot(ctx, b, lot)
		if err != nil {
			return nil, err
		}
		maps.Copy(known, read)
	}
	return known, nil
}

func (c *Client) learnLot(ctx context.Context, b base, dirs []string) (folders, error) {
	q := c.query(b.Repo, gate.Ask{}, nil)
	q.set("oid", "GitObjectID!", b.sha)
	fields := asking(q, dirs)
	text := "query Attributes(" + q.declared.String() + "){repository(owner:$owner,name:$name){object(oid:$oid){...on Commit{" + fields + "}}}}" + textFragment
	var data struct {
		Repository struct{ Object map[string]json.RawMessage }
	}
	o := op{what: ".gitattributes of " + b.Repo.String(), doing: "read .gitattributes of " + b.Repo.String(), needs: "contents: read"}
	errs, err := c.graph(ctx, o, text, q.variables, &data)
	if err == nil {
		// A path that is not there is null; should GitHub say so besides, it is no
		// less so.
		err = o.unless(errs.without(func(e graphError) bool { return e.isMissing() && e.at("repository", "object") }))
	}
	if err != nil {
		return nil, err
	}
	if data.Repository.Object == nil {
		return nil, o.stale("its commit is not there yet")
	}
	return c.remember(ctx, b, dirs, data.Repository.Object)
}

// apply gives the files of a change their attributes.
func (c *Client) apply(ctx context.Context, p *gate.Pull) error {
	dirs := above(p.Change.Files)
	if dirs == nil {
		p.Change.Files = attributes.Apply(p.Change.Files, attributes.Parse([]attributes.File{{Text: unread}}))
		return nil
	}
	c.rules.touches(p.Ref, dirs)
	known, err := c.learn(ctx, base{p.Repo, p.BaseSHA}, dirs)
	if err != nil {
		return err
	}
	var files []attributes.File
	for _, dir := range dirs {
		if text := known[dir]; text != nil {
			files = append(files, attributes.File{Dir: dir, Text: *text})
		}
	}
	p.Change.Files = attributes.Apply(p.Change.Files, attributes.Parse(files))
	return nil
}
