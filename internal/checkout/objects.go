package checkout

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
)

// maxBlob bounds a single file that is read whole. It is also git's limit for a
// .gitattributes file.
const maxBlob = 100 << 20

var errBlobTooLarge = errors.New("larger than 100 MB")

// objects reads git objects through one long-lived process. Everything is
// fetched by id, walking down from the tree of a commit, so that no path, however
// strange, is ever part of a command.
type objects struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	problem bounded
}

// tree is a folder as git stores it.
type tree []treeEntry

type treeEntry struct {
	mode, name, id string
}

const modeTree, modeLink = "40000", "120000"

// isFile reports whether the entry is a file with content of its own.
func (e treeEntry) isFile() bool { return strings.HasPrefix(e.mode, "100") }

func (t tree) find(name string) (treeEntry, bool) {
	for _, e := range t {
		if e.name == name {
			return e, true
		}
	}
	return treeEntry{}, false
}

// readObjects opens the objects, hands them to read and closes them again.
func (r *Repo) readObjects(ctx context.Context, read func(*objects) error) error {
	o := &objects{problem: bounded{max: 64 << 10, cut: true}}
	o.cmd = r.command(ctx, call{args: []string{"cat-file", "--batch"}})
	o.cmd.Stdin = nil
	o.cmd.Stderr = &o.problem
	in, err := o.cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("open a pipe: %w", err)
	}
	out, err := o.cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("open a pipe: %w", err)
	}
	if err := o.cmd.Start(); err != nil {
		return &gitError{command: "cat-file", err: err, notStarted: true}
	}
	o.in, o.out = in, bufio.NewReaderSize(out, 64<<10)
	readErr := read(o)
	_ = o.in.Close()
	if readErr != nil {
		// What is left in the pipe is of no use, and Wait would wait for it.
		_ = o.cmd.Process.Kill()
	}
	err = o.cmd.Wait()
	switch {
	case readErr == nil && err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(readErr, io.EOF), readErr == nil:
		// git ended first: its own reason says more.
		return &gitError{command: "cat-file", stderr: o.problem.String(), err: err}
	}
	return readErr
}

// get returns an object of the kind wanted; found is false where there is none.
func (o *objects) get(id, kind string) (data []byte, found bool, err error) {
	if _, err := io.WriteString(o.in, id+"\n"); err != nil {
		return nil, false, io.EOF
	}
	header, err := o.out.ReadString('\n')
	if err != nil {
		return nil, false, io.EOF
	}
	header = strings.TrimSuffix(header, "\n")
	if strings.HasSuffix(header, " missing") {
		return nil, false, nil
	}
	fields := strings.Fields(header)
	if len(fields) != 3 {
		return nil, false, fmt.Errorf("git cat-file: unexpected answer %s", printable(header))
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return nil, false, fmt.Errorf("git cat-file: unexpected answer %s", printable(header))
	}
	if fields[1] != kind {
		err = fmt.Errorf("object %s is a %s, not a %s", id, fields[1], kind)
	} else if size >= maxBlob {
		err = errBlobTooLarge
	}
	if err != nil {
		if _, copyErr := io.CopyN(io.Discard, o.out, size+1); copyErr != nil {
			return nil, false, io.EOF
		}
		return nil, false, err
	}
	data = make([]byte, size+1)
	if _, err := io.ReadFull(o.out, data); err != nil {
		return nil, false, io.EOF
	}
	return data[:size], true, nil
}

// root returns the top folder of a commit.
func (o *objects) root(commit string) (tree, error) {
	data, found, err := o.get(commit+"^{tree}", "tree")
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, &Error{Kind: UnknownRevision, Message: "commit " + commit + " is not in the checkout", Fix: "git fetch origin " + commit}
	}
	return parseTree(data, len(commit)/2)
}

// folder returns a folder by its id.
func (o *objects) folder(id string) (tree, error) {
	data, err := o.must(id, "tree")
	if err != nil {
		return nil, err
	}
	return parseTree(data, len(id)/2)
}

// must is get for an object that another one refers to.
func (o *objects) must(id, kind string) ([]byte, error) {
	data, found, err := o.get(id, kind)
	if err == nil && !found {
		err = fmt.Errorf("object %s is missing", id)
	}
	return data, err
}

// parseTree reads entries of the form MODE NAME NUL ID.
func parseTree(data []byte, idLength int) (tree, error) {
	var entries tree
	for len(data) > 0 {
		head, rest, ok := bytes.Cut(data, []byte{0})
		mode, name, okHead := strings.Cut(string(head), " ")
		if !ok || !okHead || len(rest) < idLength {
			return nil, errors.New("a tree object is damaged")
		}
		entries = append(entries, treeEntry{mode: mode, name: name, id: hex.EncodeToString(rest[:idLength])})
		data = rest[idLength:]
	}
	return entries, nil
}
