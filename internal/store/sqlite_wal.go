package store

import "os"

const (
	// walStep is by how many bytes the write-ahead log grows at once, and until it
	// has as many it grows as SQLite does it: most databases need no more.
	walStep = 1 << 20
	// maxWAL is how long it grows ahead of SQLite and stays, in bytes: after so many
	// it is written from its start again (wal_autocheckpoint in connect).
	maxWAL = 16 << 20
)

var zeros [walStep]byte

// wal keeps SQLite's write-ahead log longer than what is in it. SQLite adds to its
// end with each commit, and a commit that makes a file longer waits for the file
// system to write that down too, which takes as long as the rest of it. Zeros
// behind the last frame are no frames, as what is left there of an earlier round
// is none (https://sqlite.org/fileformat2.html#the_wal_file_format).
type wal struct {
	file *os.File
	size int64 // in bytes, when it was looked at last
}

func openWAL(file string) (*wal, error) {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	return &wal{file: f, size: walStep}, nil
}

// grow makes the log longer where the last commit did. Without the space for
// that nothing is lost but time.
func (w *wal) grow() {
	info, err := w.file.Stat()
	if err != nil {
		return
	}
	size := info.Size()
	if size > w.size && size < maxWAL {
		if _, err := w.file.WriteAt(zeros[:], size); err == nil {
			size += walStep
		} else {
			_ = w.file.Truncate(size)
		}
	}
	w.size = max(size, walStep)
}

func (w *wal) close() error { return w.file.Close() }
