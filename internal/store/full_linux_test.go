package store_test

import (
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/store"
)

// TestDiskIsFull fills a file system of 2 MB.
func TestDiskIsFull(t *testing.T) {
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=2m"); err != nil {
		t.Skip("no file system to fill: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	full(t, folder, func() error { return syscall.Mount("tmpfs", folder, "tmpfs", syscall.MS_REMOUNT, "size=64m") })
}

// TestFilesMayNotGrow limits the size of files, which fails with another error:
// before the log grows ahead of what is added to it, and while it does.
func TestFilesMayNotGrow(t *testing.T) {
	for name, limit := range map[string]uint64{"from the start": 1 << 20, "while the log grows ahead": 5 << 19} {
		t.Run(name, func(t *testing.T) { mayNotGrow(t, limit) })
	}
}

func mayNotGrow(t *testing.T, limit uint64) {
	folder := t.TempDir()
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	small := syscall.Rlimit{Cur: limit, Max: was.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
		t.Fatal(err)
	}
	raise := func() error { return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was) }
	t.Cleanup(func() {
		if err := raise(); err != nil {
			t.Error(err)
		}
		signal.Reset(syscall.SIGXFSZ)
	})
	full(t, folder, raise)
}

// full stores until there is no space, and again when there is.
func full(t *testing.T, folder string, grow func() error) {
	file := filepath.Join(folder, "backout.db")
	s, err := store.Open(ctx, store.Options{URL: file, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	stored, failures := senders(s)
	if len(stored) == 0 || len(failures) != 10 {
		t.Fatalf("%d were stored, and %d of 10 senders failed", len(stored), len(failures))
	}
	t.Logf("%d were stored, then: %v", len(stored), failures[0])
	if err := grow(); err != nil {
		t.Fatal(err)
	}
	recovers(t, s)
	allThere(t, s, stored)
	if err := s.Ready(ctx); err != nil {
		t.Errorf("not ready: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
