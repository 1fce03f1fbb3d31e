package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// build makes the program of a platform. The same source and the same Go give
// the same bytes on every machine, so that anybody can hold a release against
// its source. git is not asked, because the tag stands on the commit that names
// the checksums, which is made afterwards.
func build(ctx context.Context, version string, p platform, file string) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false",
		"-ldflags=-s -w -X main.release="+version, "-o", file, "./cmd/backout")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=", "GOEXPERIMENT=",
		"GOOS="+p.os, "GOARCH="+p.arch, "GOAMD64=v1", "GOARM64=v8.0")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build for %s: %w", p, err)
	}
	return nil
}

// packed is the time of every file in an archive: the time of the build would
// make each build another one.
var packed = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// beside are the files that go along with the program.
var beside = []string{"CHANGELOG.md", "LICENSE"}

// pack writes an archive and returns its SHA-256 and its size in bytes.
func pack(file, name, program string) (sum string, size int64, err error) {
	w, err := os.Create(file)
	if err != nil {
		return "", 0, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	h := sha256.New()
	var n counter
	z, err := gzip.NewWriterLevel(io.MultiWriter(w, h, &n), gzip.BestCompression)
	if err != nil {
		return "", 0, err
	}
	t := tar.NewWriter(z)
	if err := add(t, name, program, 0o755); err != nil {
		return "", 0, err
	}
	for _, f := range beside {
		if err := add(t, f, f, 0o644); err != nil {
			return "", 0, err
		}
	}
	if err := errors.Join(t.Close(), z.Close()); err != nil {
		return "", 0, err
	}
	return fmt.Sprintf("%x", h.Sum(nil)), int64(n), nil
}

func add(t *tar.Writer, name, file string, mode int64) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	err = t.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Format: tar.FormatUSTAR,
		Name: name, Mode: mode, Size: int64(len(data)), ModTime: packed,
	})
	if err != nil {
		return err
	}
	_, err = t.Write(data)
	return err
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
