package gh

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // git's own object ids
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"net/http"
	"net/url"
	"strings"

	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/google/go-github/v62/github"
)

// textFragment is what a file is asked for. What is no file (a folder, a
// submodule) answers with its type alone.
const textFragment = `
fragment text on GitObject{__typename ...on Blob{oid byteSize isBinary isTruncated text}}`

// blob is a file as GraphQL has it.
type blob struct {
	Type        string `json:"__typename"`
	OID         string
	ByteSize    int64
	IsBinary    *bool
	IsTruncated bool
	Text        *string
}

// whole reports whether the text that came is the file.
func (b *blob) whole() bool {
	return b.Text != nil && !b.IsTruncated && (b.IsBinary == nil || !*b.IsBinary)
}

// tooLarge is more than a policy file may have, in bytes. Of such a file nothing
// is downloaded: whoever opens a pull request chooses how large it is.
const tooLarge = 128<<10 + 1

// oversized stands for the text of any file that is too large: all of them get
// the same complaint.
var oversized = strings.Repeat(" ", tooLarge)

// text makes a file of what was found. What GraphQL does not give whole is read
// raw at the revision; of what is too large the text is oversized.
func (c *Client) text(ctx context.Context, f gate.File, rev string, b *blob) (gate.Text, error) {
	t := gate.Text{File: f, State: config.Absent}
	if b == nil || b.Type != "" && b.Type != "Blob" {
		return t, nil
	}
	t.State, t.Blob = config.Present, b.OID
	switch {
	case b.ByteSize >= tooLarge || b.Text != nil && len(*b.Text) >= tooLarge:
		t.Data = oversized
		return t, nil
	case b.whole():
		t.Data = *b.Text
		return t, nil
	}
	data, err := c.raw(ctx, f, rev, b.OID)
	t.Data = string(data)
	return t, err
}

// small is a buffer for less than tooLarge bytes.
type small struct{ bytes.Buffer }

var errGrew = errors.New("it is larger than GitHub said")

func (s *small) Write(p []byte) (int, error) {
	if s.Len()+len(p) >= tooLarge {
		return 0, errGrew
	}
	return s.Buffer.Write(p)
}

// raw reads a file of less than tooLarge bytes as it is, and holds it to the id
// of its content: the revision may have moved since the id was read.
func (c *Client) raw(ctx context.Context, f gate.File, rev, id string) ([]byte, error) {
	o := op{what: f.String(), doing: "read " + f.String(), needs: "contents: read"}
	var data small
	err := c.do(ctx, o, func(ctx context.Context, g *github.Client) error {
		data.Reset()
		segments := strings.Split(f.Path, "/")
		for i := range segments {
			segments[i] = url.PathEscape(segments[i])
		}
		r, err := g.NewRequest(http.MethodGet, fmt.Sprintf("repos/%s/%s/contents/%s?ref=%s",
			f.Owner, f.Name, strings.Join(segments, "/"), url.QueryEscape(rev)), nil)
		if err != nil {
			return err
		}
		r.Header.Set("Accept", "application/vnd.github.raw+json")
		if _, err = g.Do(ctx, r, &data); errors.Is(err, errGrew) {
			return o.stale("it changed while it was read")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if !isContentOf(id, data.Bytes()) {
		return nil, o.stale("it changed while it was read")
	}
	return data.Bytes(), nil
}

// isContentOf holds data to git's id of it, by SHA-1 or SHA-256.
func isContentOf(id string, data []byte) bool {
	var h hash.Hash = sha1.New() //nolint:gosec // git's own object ids
	if len(id) == 64 {
		h = sha256.New()
	}
	fmt.Fprintf(h, "blob %d\x00", len(data))
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil)) == id
}

const versionsQuery = `query Versions($owner:String!,$name:String!,$path:String!,$limit:Int!){
	repository(owner:$owner,name:$name){defaultBranchRef{target{...on Commit{history(first:$limit,path:$path){nodes{
		oid file(path:$path){mode object{...text}}}}}}}}
}` + textFragment

// Versions reads the earlier versions of a policy file on the default branch,
// newest first: one query for all of them. A version in which the file is not
// there is Absent. At most 100 can be asked for. Where there is a token for the
// organisation's policy, it reads what the other one may not.
func (c *Client) Versions(ctx context.Context, t gate.Text, limit int) ([]gate.Text, error) {
	if err := named(t.Repo); err != nil {
		return nil, err
	}
	all, err := c.versions(ctx, t, limit)
	var none *gate.Gone
	var no *gate.Refused
	if c.org != nil && (errors.As(err, &none) || errors.As(err, &no)) {
		return c.org.versions(ctx, t, limit)
	}
	return all, err
}

func (c *Client) versions(ctx context.Context, t gate.Text, limit int) ([]gate.Text, error) {
	var data struct {
		Repository struct {
			DefaultBranchRef struct {
				Target struct {
					History struct {
						Nodes []struct {
							OID  string
							File *entry
						}
					}
				}
			}
		}
	}
	o := op{what: "the versions of " + t.File.String(), doing: "read the versions of " + t.File.String(), needs: "contents: read"}
	errs, err := c.graph(ctx, o, versionsQuery, map[string]any{"owner": t.Owner, "name": t.Name, "path": t.Path, "limit": min(limit, 100)}, &data)
	if err == nil {
		err = o.unless(errs)
	}
	if err != nil {
		return nil, err
	}
	var all []gate.Text
	for _, n := range data.Repository.DefaultBranchRef.Target.History.Nodes {
		var b *blob
		if n.File != nil {
			b = n.File.Object
		}
		v, err := c.text(ctx, t.File, n.OID, b)
		if err != nil {
			return nil, err
		}
		v.Commit = n.OID
		all = append(all, v)
	}
	return all, nil
}

// entry is a file in a tree.
type entry struct {
	Mode   int
	Object *blob
}

// link is the mode of a symbolic link, in git's octal and as it reads in decimal.
const link, linkInDecimal = 0o120000, 120000

// isFile reports a file in its own right: what a link leads to is not read.
func (e *entry) isFile() bool {
	return e != nil && e.Object != nil && (e.Object.Type == "" || e.Object.Type == "Blob") && e.Mode != link && e.Mode != linkInDecimal
}
