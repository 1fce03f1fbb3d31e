package config

import (
	"strings"
	"sync"

	"github.com/backout-dev/backout/checks"
)

// Memo remembers what policy files came to, of as many pairs as a server meets at
// a time. Files are known by their names and blobs, which never mean another
// text. The zero Memo is empty; a nil one remembers nothing. What it gives is
// shared and must not be changed.
type Memo struct {
	mu   sync.Mutex
	came map[memoKey]memoEntry
}

type memoKey struct {
	org, repo          string
	repository, former string
	bare               checks.Mode
}

type memoEntry struct {
	at int64 // nanoseconds; the policy holds from then until its ChangesAt
	Merged
}

// maxMemo bounds what is remembered.
const maxMemo = 256

// merge is Merge of the files of two versions.
func (m *Memo) merge(org, repo *Version, w Where) Merged {
	k, ok := keyOf(org, repo, w)
	if m == nil || !ok {
		return Merge(org.file(), repo.file(), w)
	}
	m.mu.Lock()
	e, known := m.came[k]
	m.mu.Unlock()
	if until := e.Policy.ChangesAt; known && w.At.UnixNano() >= e.at && (until.IsZero() || w.At.Before(until)) {
		return e.Merged
	}
	merged := Merge(org.file(), repo.file(), w)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.came == nil || len(m.came) >= maxMemo {
		m.came = map[memoKey]memoEntry{}
	}
	m.came[k] = memoEntry{w.At.UnixNano(), merged}
	return merged
}

// keyOf is what a merged policy depends on beside the time; ok is false where a
// file has no blob.
func keyOf(org, repo *Version, w Where) (k memoKey, ok bool) {
	k = memoKey{repository: w.Repository, former: strings.Join(w.Former, " "), bare: w.Bare}
	for _, f := range []struct {
		*Version
		key *string
	}{{org, &k.org}, {repo, &k.repo}} {
		if f.Version == nil {
			continue
		}
		if f.Blob == "" {
			return k, false
		}
		*f.key = f.Blob + " " + f.File.Name
	}
	return k, true
}
