package store

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTheLogGrowsAheadOfWhatIsAddedToIt(t *testing.T) {
	file := filepath.Join(t.TempDir(), "backout.db-wal")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := openWAL(file)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	for _, step := range []struct {
		what       string
		size, want int64
	}{
		{"a short log", 4096, 4096},
		{"one as long as a step", walStep, walStep},
		{"one that a commit made longer than that", walStep + 4096, 2*walStep + 4096},
		{"one that no commit made longer", 2*walStep + 4096, 2*walStep + 4096},
		{"one that grew again", 2*walStep + 8192, 3*walStep + 8192},
		{"one that SQLite cut", 8192, 8192},
		{"one that grew after that", walStep + 1, 2*walStep + 1},
		{"one that is written from its start soon", maxWAL, maxWAL},
	} {
		if err := os.Truncate(file, step.size); err != nil {
			t.Fatal(err)
		}
		w.grow()
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() != step.want {
			t.Errorf("%s, of %d bytes: %d bytes, want %d", step.what, step.size, info.Size(), step.want)
		}
	}
}
