package checkout

import (
	"context"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/attributes"
)

// maxLinks bounds how many symbolic links are followed to a file.
const maxLinks = 5

// ReadAt returns a file as it is at a revision, with the id of its content.
// Symbolic links are followed as long as they stay inside the repository. A
// folder, a submodule and a link to nowhere are not found.
func (r *Repo) ReadAt(ctx context.Context, rev, file string) (data []byte, blobID string, found bool, err error) {
	commit, err := r.commit(ctx, rev)
	if err != nil {
		return nil, "", false, err
	}
	err = r.readObjects(ctx, func(o *objects) error {
		root, err := o.root(commit)
		if err != nil {
			return err
		}
		data, blobID, found, err = o.follow(root, file)
		return err
	})
	if err != nil {
		return nil, "", false, readError(file, rev, err)
	}
	return data, blobID, found, nil
}

// maxWorkTreeFile bounds a file that is read from the work tree.
const maxWorkTreeFile = 16 << 20

// ReadWorkTree returns a file as it is in the work tree. Symbolic links are
// followed as long as they stay inside it; what is no plain file is not found.
func (r *Repo) ReadWorkTree(file string) (data []byte, found bool, err error) {
	if r.workDir == "" {
		return nil, false, nil
	}
	root, err := os.OpenRoot(r.workDir)
	if err != nil {
		return nil, false, unreadable("open the work tree", err)
	}
	defer root.Close() //nolint:errcheck // it is only read
	info, err := root.Stat(filepath.FromSlash(file))
	if err != nil || !info.Mode().IsRegular() {
		return nil, false, nil
	}
	f, err := root.Open(filepath.FromSlash(file))
	if err != nil {
		return nil, false, unreadable("open "+printable(file), err)
	}
	defer f.Close() //nolint:errcheck // it is only read
	data, err = io.ReadAll(io.LimitReader(f, maxWorkTreeFile))
	if err != nil {
		return nil, false, unreadable("read "+printable(file), err)
	}
	return data, true, nil
}

func readError(what, rev string, err error) error {
	var typed *Error
	if errors.As(err, &typed) {
		return typed
	}
	return unreadable("read "+printable(what)+" at "+printable(rev), err)
}

// follow reads a file, and what it links to.
func (o *objects) follow(root tree, file string) (data []byte, id string, found bool, err error) {
	for range maxLinks + 1 {
		e, found, err := o.lookup(root, file)
		if err != nil || !found {
			return nil, "", false, err
		}
		if !e.isFile() && e.mode != modeLink {
			return nil, "", false, nil
		}
		data, err := o.must(e.id, "blob")
		if err != nil {
			return nil, "", false, err
		}
		if e.isFile() {
			return data, e.id, true, nil
		}
		target := string(data)
		if path.IsAbs(target) {
			return nil, "", false, nil
		}
		file = path.Join(path.Dir(file), target)
	}
	return nil, "", false, nil
}

// lookup finds an entry by its path. Names are compared byte by byte.
func (o *objects) lookup(root tree, file string) (e treeEntry, found bool, err error) {
	in := root
	for {
		name, rest, more := strings.Cut(file, "/")
		e, found := in.find(name)
		if !found || !more {
			return e, found, nil
		}
		if e.mode != modeTree {
			return treeEntry{}, false, nil
		}
		if in, err = o.folder(e.id); err != nil {
			return treeEntry{}, false, err
		}
		file = rest
	}
}

// Template is a pull-request template.
type Template struct {
	Path   string
	Text   string
	BlobID string
}

// Templates returns all pull-request templates that GitHub would offer at a
// revision: pull_request_template.md or .txt in any case in .github, at the root
// or in docs, and those in a folder PULL_REQUEST_TEMPLATE in the same places.
func (r *Repo) Templates(ctx context.Context, base string) ([]Template, error) {
	commit, err := r.commit(ctx, base)
	if err != nil {
		return nil, err
	}
	var templates []Template
	err = r.readObjects(ctx, func(o *objects) error {
		root, err := o.root(commit)
		if err != nil {
			return err
		}
		paths, err := o.templatePaths(root)
		if err != nil {
			return err
		}
		for _, p := range paths {
			data, id, found, err := o.follow(root, p)
			if err != nil {
				return err
			}
			if found {
				templates = append(templates, Template{Path: p, Text: string(data), BlobID: id})
			}
		}
		return nil
	})
	if err != nil {
		return nil, readError("the pull-request templates", base, err)
	}
	return templates, nil
}

// templatePaths lists where templates are, in GitHub's order of preference.
func (o *objects) templatePaths(root tree) ([]string, error) {
	var paths []string
	in := func(dir string, entries tree) error {
		for _, e := range entries {
			stem, isText := strings.CutSuffix(strings.ToLower(e.name), ".md")
			if !isText {
				stem, isText = strings.CutSuffix(stem, ".txt")
			}
			switch {
			case stem != "pull_request_template":
			case isText && e.mode != modeTree:
				paths = append(paths, path.Join(dir, e.name))
			case !isText && e.mode == modeTree:
				several, err := o.folder(e.id)
				if err != nil {
					return err
				}
				for _, t := range several {
					if ext := strings.ToLower(path.Ext(t.name)); ext == ".md" || ext == ".txt" {
						paths = append(paths, path.Join(dir, e.name, t.name))
					}
				}
			}
		}
		return nil
	}
	for _, place := range []string{".github", "", "docs"} {
		if place == "" {
			if err := in("", root); err != nil {
				return nil, err
			}
			continue
		}
		for _, e := range root {
			if e.mode != modeTree || !strings.EqualFold(e.name, place) {
				continue
			}
			entries, err := o.folder(e.id)
			if err != nil {
				return nil, err
			}
			if err := in(e.name, entries); err != nil {
				return nil, err
			}
		}
	}
	return paths, nil
}

// Attributes returns the .gitattributes files at a revision that bear on the
// given files, under all their names: that of the root and those of the folders
// above each file. Links are not followed; git does not follow them either.
func (r *Repo) Attributes(ctx context.Context, base string, files []checks.File) ([]attributes.File, error) {
	commit, err := r.commit(ctx, base)
	if err != nil {
		return nil, err
	}
	above := map[string]bool{}
	for _, f := range files {
		for _, name := range f.Paths() {
			for i := strings.LastIndexByte(name, '/'); i > 0; i = strings.LastIndexByte(name, '/') {
				name = name[:i]
				if above[name] {
					break
				}
				above[name] = true
			}
		}
	}
	var found []attributes.File
	err = r.readObjects(ctx, func(o *objects) error {
		root, err := o.root(commit)
		if err != nil {
			return err
		}
		found, err = o.attributes(root, above)
		return err
	})
	if err != nil {
		return nil, readError(".gitattributes", base, err)
	}
	sort.Slice(found, func(i, j int) bool { return found[i].Dir < found[j].Dir })
	return found, nil
}

// attributes collects .gitattributes files, going down only where wanted.
func (o *objects) attributes(root tree, wanted map[string]bool) ([]attributes.File, error) {
	type place struct {
		dir     string
		entries tree
	}
	var found []attributes.File
	for next := []place{{"", root}}; len(next) > 0; {
		at := next[len(next)-1]
		next = next[:len(next)-1]
		for _, e := range at.entries {
			switch {
			case e.name == ".gitattributes" && e.isFile():
				data, err := o.must(e.id, "blob")
				if errors.Is(err, errBlobTooLarge) {
					continue // git passes over it too
				}
				if err != nil {
					return nil, err
				}
				found = append(found, attributes.File{Dir: at.dir, Text: string(data)})
			case e.mode == modeTree && wanted[path.Join(at.dir, e.name)]:
				entries, err := o.folder(e.id)
				if err != nil {
					return nil, err
				}
				next = append(next, place{path.Join(at.dir, e.name), entries})
			}
		}
	}
	return found, nil
}
