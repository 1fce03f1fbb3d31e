package testgithub

import (
	"crypto/sha1" //nolint:gosec // git's object ids
	"encoding/hex"
	"fmt"
	"sort"
	"strings"
	"time"
)

// world is what GitHub knows. Server's lock guards it.
type world struct {
	lastID  int64
	repos   map[string]*Repo // by lower-case full name
	users   map[string]*user // by lower-case login
	teams   map[string]map[string]string
	tokens  map[string]*token
	apps    map[int64]*App
	install map[int64]*installation
	blobs   map[string]string
	commits map[string]*commit
	pulls   map[string][]*Pull // by head commit
	nodes   map[string]any
	jobs    map[int64][]job
}

func newWorld() *world {
	return &world{
		lastID: 1000, repos: map[string]*Repo{}, users: map[string]*user{}, teams: map[string]map[string]string{},
		tokens: map[string]*token{}, apps: map[int64]*App{}, install: map[int64]*installation{}, blobs: map[string]string{},
		commits: map[string]*commit{}, pulls: map[string][]*Pull{}, nodes: map[string]any{}, jobs: map[int64][]job{},
	}
}

func (w *world) id() int64 {
	w.lastID++
	return w.lastID
}

// node gives an object its global id.
func (w *world) node(kind string, id int64, v any) string {
	s := fmt.Sprintf("%s_kwDO%08d", kind, id)
	w.nodes[s] = v
	return s
}

// blobID is git's id of a file with this content.
func blobID(content string) string {
	return hash(fmt.Sprintf("blob %d\x00%s", len(content), content))
}

func hash(s string) string {
	sum := sha1.Sum([]byte(s)) //nolint:gosec // git's object ids
	return hex.EncodeToString(sum[:])
}

func (w *world) addBlob(content string) string {
	id := blobID(content)
	w.blobs[id] = content
	return id
}

// commit is a snapshot, kept as what it changes of its first parent.
type commit struct {
	oid     string
	parents []*commit
	files   map[string]string // path to blob; empty: deleted
	message string
	authors []string // logins, or addresses that belong to no account; the first one committed it
	at      time.Time
	// unsigned is true of a commit in which anybody can have written any author.
	unsigned bool
}

// addCommit stores a commit. The number makes the ids of equal commits differ.
func (w *world) addCommit(parent *commit, files map[string]string, message string, authors []string, at time.Time) *commit {
	c := &commit{files: files, message: message, authors: authors, at: at}
	c.authors, c.unsigned = unsigned(authors)
	text := fmt.Sprintf("commit %d %s %v", w.id(), message, authors)
	if parent != nil {
		c.parents = []*commit{parent}
		text += parent.oid
	}
	c.oid = hash(text)
	w.commits[c.oid] = c
	return c
}

// blob looks a path up.
func (c *commit) blob(path string) (string, bool) {
	for ; c != nil; c = c.first() {
		if id, ok := c.files[path]; ok {
			return id, id != ""
		}
	}
	return "", false
}

func (c *commit) first() *commit {
	if len(c.parents) == 0 {
		return nil
	}
	return c.parents[0]
}

// tree is the whole snapshot.
func (c *commit) tree() map[string]string {
	all := map[string]string{}
	for ; c != nil; c = c.first() {
		for path, id := range c.files {
			if _, later := all[path]; !later {
				all[path] = id
			}
		}
	}
	for path, id := range all {
		if id == "" {
			delete(all, path)
		}
	}
	return all
}

// entry is something in a folder.
type entry struct {
	name, path, oid string
	folder          bool
}

// folder lists a folder's entries by name; nil where there is no such folder.
func (c *commit) folder(path string) []entry {
	prefix := ""
	if path != "" {
		prefix = strings.TrimSuffix(path, "/") + "/"
	}
	seen := map[string]entry{}
	for p, id := range c.tree() {
		rest, ok := strings.CutPrefix(p, prefix)
		if !ok {
			continue
		}
		if name, _, deeper := strings.Cut(rest, "/"); deeper {
			seen[name] = entry{name: name, path: prefix + name, folder: true, oid: hash("tree " + c.oid + prefix + name)}
		} else {
			seen[rest] = entry{name: rest, path: p, oid: id}
		}
	}
	list := make([]entry, 0, len(seen))
	for _, e := range seen {
		list = append(list, e)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].name < list[j].name })
	return list
}

// history lists the commits that change a path, newest first; all for an empty one.
func (c *commit) history(path string) []*commit {
	var list []*commit
	for ; c != nil; c = c.first() {
		if path == "" || c.touches(path) {
			list = append(list, c)
		}
	}
	return list
}

func (c *commit) touches(path string) bool {
	for p := range c.files {
		if p == path || strings.HasPrefix(p, strings.TrimSuffix(path, "/")+"/") {
			return true
		}
	}
	return false
}
