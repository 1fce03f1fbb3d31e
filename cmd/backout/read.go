package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/templates"
)

const (
	// The longest description in the longest encoding of its characters, and
	// one byte more: what is longer is refused without being read.
	descriptionBytes = checks.MaxDescription*utf8.UTFMax + 1
	// A diff above this size is no longer a change that somebody reads.
	diffBytes = 512 << 20
)

// input is a file or standard input that the caller named.
type input struct {
	name string // as typed
	what string // "description", "diff", ...
	max  int    // bytes
	try  string // a call that works
}

// read gives the whole input, and tells apart what the caller can mend from
// what only the machine can.
func (in input) read(ctx context.Context, h host) ([]byte, error) {
	r := h.stdin
	if in.name != "-" {
		path := in.name
		if !filepath.IsAbs(path) {
			path = filepath.Join(h.dir, path)
		}
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			return nil, usage("there is no file %s", in.name).try("%s", in.try)
		}
		if err != nil {
			return nil, unknown("the %s %s could not be read: %v", in.what, in.name, reason(err)).fix("make it readable and try again")
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return nil, usage("%s is a directory, not a %s", in.name, in.what).try("%s", in.try)
		}
		r = f
	}
	data, err := readAll(ctx, io.LimitReader(r, int64(in.max)+1))
	if err != nil {
		return nil, unknown("the %s %s could not be read: %v", in.what, in.shown(), reason(err)).fix("try again")
	}
	if len(data) > in.max {
		return nil, usage("the %s %s is larger than %s bytes", in.what, in.shown(), templates.Grouped(in.max)).try("%s", in.try)
	}
	return data, nil
}

// text is read for what must be text.
func (in input) text(ctx context.Context, h host) (string, error) {
	data, err := in.read(ctx, h)
	if err != nil {
		return "", err
	}
	if utf8.Valid(data) {
		return string(data), nil
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return "", usage("the %s %s is UTF-16 text", in.what, in.shown()).fix("save it as UTF-8")
	}
	line := 1 + strings.Count(validPrefix(string(data)), "\n")
	return "", usage("line %d of the %s %s is not UTF-8 text", line, in.what, in.shown()).fix("save it as UTF-8")
}

// validPrefix is the text up to the first byte that is not UTF-8.
func validPrefix(s string) string {
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			return s[:i]
		}
	}
	return s
}

func (in input) shown() string {
	if in.name == "-" {
		return "on standard input"
	}
	return in.name
}

// readAll reads until the end or until the context does: a read from a terminal
// cannot be cancelled otherwise.
func readAll(ctx context.Context, r io.Reader) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	c := make(chan result, 1)
	go func() {
		data, err := io.ReadAll(r)
		c <- result{data, err}
	}()
	select {
	case res := <-c:
		return res.data, res.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// reason is an error without the path, which the message has already.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
