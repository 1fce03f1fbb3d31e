package worker

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

// nameOf is what messages call a policy file.
func nameOf(f gate.File, organisation bool) string {
	if organisation {
		return f.String()
	}
	return f.Path
}

// memories keeps parsed versions by their blob ids, which never mean another
// text, and by file which blob is in the database.
type memories struct {
	mu     sync.Mutex
	parsed map[string]*config.Version // by name and blob
	stored map[policyKey]kept         // by file
	merged config.Memo
}

// kept is which blob was seen in the database, and when. It is looked at again
// after a while: others write there as well.
type kept struct {
	blob string
	at   time.Time
}

// keptFor is how long what is in the database is known without a look.
const keptFor = time.Minute

type policyKey struct {
	installation, repository int64
	path                     string
}

// maxParsed bounds what is kept parsed.
const maxParsed = 256

func (m *memories) version(name, blob, commit, text, release string) *config.Version {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v := m.parsed[name+" "+blob]; v != nil {
		return v
	}
	file, problems := config.Reader{Release: release}.Parse(name, []byte(text))
	v := &config.Version{File: &file, Problems: problems, Blob: blob, Commit: commit}
	if m.parsed == nil || len(m.parsed) >= maxParsed {
		m.parsed = map[string]*config.Version{}
	}
	m.parsed[name+" "+blob] = v
	return v
}

func (m *memories) isStored(k policyKey, blob string, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, ok := m.stored[k]
	return ok && known.blob == blob && now.Sub(known.at) < keptFor
}

func (m *memories) store(k policyKey, blob string, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stored == nil || len(m.stored) >= 64*maxParsed {
		m.stored = map[policyKey]kept{}
	}
	m.stored[k] = kept{blob, now}
}

// seen is the last valid version of a policy file that was in force; nil: none.
func (w *Worker) seen(ctx context.Context, l queue.Lease, f gate.File) (*config.Version, error) {
	k := w.key(l, f)
	all, err := w.Records.Policies(ctx, k.installation, k.repository)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if p.Path != f.Path {
			continue
		}
		v := w.memories.version(nameOf(f, k.repository == 0), p.Blob, p.Commit, p.Text, w.Gate.Options.Release)
		if config.Valid(v.Problems) {
			return v, nil
		}
	}
	return nil, nil
}

// key is where a policy file is kept: an organisation's with no repository.
func (w *Worker) key(l queue.Lease, f gate.File) policyKey {
	k := policyKey{installation: l.Installation, repository: l.Repository, path: f.Path}
	if strings.EqualFold(f.Name, w.OrganisationRepository) && f.Path == w.OrganisationPath {
		k.repository = 0
	}
	return k
}

// remember keeps the valid versions that a pull request was judged by, and
// forgets those that are seen to be gone. What is in the database already is not
// written again.
func (w *Worker) remember(ctx context.Context, t turn, p gate.Pull) error {
	for _, f := range []gate.Text{p.Organisation, p.Repository} {
		k := w.key(t.Lease, f.File)
		switch {
		case f.State != config.Present && f.State != config.Absent, w.memories.isStored(k, f.Blob, w.Now()):
			continue
		case f.State == config.Absent:
			if err := w.Records.RemovePolicy(ctx, k.installation, k.repository, k.path); err != nil {
				return err
			}
		default:
			v := w.memories.version(nameOf(f.File, k.repository == 0), f.Blob, f.Commit, f.Data, w.Gate.Options.Release)
			if !config.Valid(v.Problems) {
				continue
			}
			err := w.Records.SavePolicy(ctx, store.Policy{
				Installation: k.installation, Repository: k.repository, Path: k.path, Text: f.Data, Blob: f.Blob, Commit: f.Commit,
			})
			if err != nil {
				return err
			}
		}
		w.memories.store(k, f.Blob, w.Now())
	}
	return nil
}
