package checkout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/diff"
)

// Changes returns what a change does to files: the diff from where base and head
// part to head, with renames found. With workTree it goes on to what is in the
// work tree: uncommitted changes, and new files that are not ignored.
//
// Lines are shown whatever .gitattributes says: a branch that marks its files as
// binary or -diff hides nothing. Only content with a zero byte near its start has
// no patch, as on GitHub.
func (r *Repo) Changes(ctx context.Context, base, head string, workTree bool) ([]checks.File, error) {
	from, err := r.MergeBase(ctx, base, head)
	if err != nil {
		return nil, err
	}
	to, err := r.commit(ctx, head)
	if err != nil {
		return nil, err
	}
	scratch, err := os.MkdirTemp("", "backout-")
	if err != nil {
		return nil, unreadable("make a folder for the diff", err)
	}
	defer os.RemoveAll(scratch) //nolint:errcheck // what stays is in the system's own temporary folder
	s := snapshot{repo: r, dir: scratch}
	if workTree {
		if to, err = s.take(ctx); err != nil {
			var typed *Error
			if errors.As(err, &typed) {
				return nil, err
			}
			return nil, unreadable("read the work tree", err)
		}
	}
	files, err := s.diff(ctx, from, to)
	if err != nil {
		return nil, unreadable("read the diff from "+from+" to "+to, err)
	}
	return files, nil
}

// snapshot is a scratch folder beside a checkout, for what git would otherwise
// write into it.
type snapshot struct {
	repo *Repo
	dir  string
	env  []string // where objects of the work tree are
}

// take stores the work tree as a tree object and returns its id. The index is a
// copy, and new objects go to the scratch folder.
func (s *snapshot) take(ctx context.Context) (string, error) {
	r := s.repo
	if r.workDir == "" {
		return "", &Error{Kind: NotCheckout, Message: printable(r.gitDir) + " has no work tree", Fix: "leave out --work-tree"}
	}
	if err := s.copyIndex(ctx); err != nil {
		return "", err
	}
	if err := s.borrowObjects(ctx); err != nil {
		return "", err
	}
	git := func(stdin []byte, args ...string) ([]byte, error) {
		return r.run(ctx, call{
			args:   args,
			stdin:  stdin,
			config: []string{"core.looseCompression=0", "core.fsync=none"},
			env:    append([]string{"GIT_INDEX_FILE=" + s.index()}, s.env...),
		})
	}
	if _, err := git(nil, "add", "--update"); err != nil {
		return "", err
	}
	out, err := git(nil, "ls-files", "-z", "--others", "--exclude-standard")
	if err != nil {
		return "", err
	}
	var untracked []byte
	for name := range bytes.SplitSeq(bytes.TrimSuffix(out, []byte{0}), []byte{0}) {
		// A name that ends in a slash is another repository inside this one.
		if len(name) > 0 && name[len(name)-1] != '/' {
			untracked = append(append(untracked, name...), 0)
		}
	}
	if _, err := git(untracked, "update-index", "-z", "--add", "--replace", "--stdin"); err != nil {
		return "", err
	}
	out, err = git(nil, "write-tree")
	return strings.TrimSpace(string(out)), err
}

func (s *snapshot) index() string { return filepath.Join(s.dir, "index") }

// copyIndex copies the index with its time: git compares that with the times of
// files to know which it must read again.
func (s *snapshot) copyIndex(ctx context.Context) error {
	name, err := s.gitPath(ctx, "index")
	if err != nil {
		return err
	}
	info, err := os.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil // nothing was ever added
	}
	if err != nil {
		return fmt.Errorf("copy the index: %w", err)
	}
	data, err := os.ReadFile(name) //nolint:gosec // git says where its index is
	if err != nil {
		return fmt.Errorf("copy the index: %w", err)
	}
	if err := os.WriteFile(s.index(), data, 0o600); err != nil { //nolint:gosec // in the scratch folder
		return fmt.Errorf("copy the index: %w", err)
	}
	if err := os.Chtimes(s.index(), info.ModTime(), info.ModTime()); err != nil {
		return fmt.Errorf("copy the index: %w", err)
	}
	return nil
}

// borrowObjects makes an object store that finds in the checkout's what it does
// not hold itself.
func (s *snapshot) borrowObjects(ctx context.Context) error {
	theirs, err := s.gitPath(ctx, "objects")
	if err != nil {
		return err
	}
	ours := filepath.Join(s.dir, "objects")
	if err := os.MkdirAll(filepath.Join(ours, "info"), 0o700); err != nil {
		return fmt.Errorf("make an object store: %w", err)
	}
	// git reads quoted names there, so that any name will do.
	line := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(filepath.ToSlash(theirs)) + "\"\n"
	if err := os.WriteFile(filepath.Join(ours, "info", "alternates"), []byte(line), 0o600); err != nil {
		return fmt.Errorf("make an object store: %w", err)
	}
	s.env = []string{"GIT_OBJECT_DIRECTORY=" + ours}
	return nil
}

func (s *snapshot) gitPath(ctx context.Context, name string) (string, error) {
	out, err := s.repo.run(ctx, call{args: []string{"rev-parse", "--git-path", name}})
	if err != nil {
		return "", err
	}
	found := filepath.FromSlash(strings.TrimSuffix(string(out), "\n"))
	if !filepath.IsAbs(found) {
		found = filepath.Join(s.repo.workDir, found)
	}
	return found, nil
}

// renameLimit is how many files, removed and added, git compares for renames by
// content. Above, it finds only files that moved unchanged.
const renameLimit = 3000

// diff compares two trees. It runs in an empty work tree and with an index that
// does not exist, because that is where git would look for .gitattributes.
func (s *snapshot) diff(ctx context.Context, from, to string) ([]checks.File, error) {
	empty := filepath.Join(s.dir, "empty")
	if err := os.Mkdir(empty, 0o700); err != nil {
		return nil, fmt.Errorf("make an empty work tree: %w", err)
	}
	out, err := s.repo.run(ctx, call{
		args: []string{
			"diff-tree", "-r", "-z", "--raw", "-p", "--find-renames=50%", "-l" + strconv.Itoa(renameLimit),
			"-U3", "--inter-hunk-context=0", "--diff-algorithm=default", "--indent-heuristic",
			"--src-prefix=a/", "--dst-prefix=b/", "--submodule=short", "--ignore-submodules=none",
			"--no-ext-diff", "--no-textconv", "--no-color", "--no-relative", from, to, "--",
		},
		dir:    empty,
		config: []string{"core.attributesFile=" + os.DevNull},
		env:    append([]string{"GIT_ATTR_NOSYSTEM=1", "GIT_WORK_TREE=" + empty, "GIT_INDEX_FILE=" + filepath.Join(s.dir, "none")}, s.env...),
	})
	if err != nil {
		return nil, err
	}
	listed, patch, err := parseRaw(out)
	if err != nil {
		return nil, err
	}
	files, err := diff.Parse(patch)
	if err != nil {
		return nil, err
	}
	return agree(listed, files)
}

// listed is a file as git lists it, beside the patch.
type listed struct {
	path, previous string
}

// parseRaw reads the list of files that comes before the patch: for each file a
// field of modes, ids and status, and one or two names.
func parseRaw(out []byte) (files []listed, patch []byte, err error) {
	for len(out) > 0 && out[0] == ':' {
		fields := bytes.SplitN(out, []byte{0}, 4)
		at := bytes.LastIndexByte(fields[0], ' ')
		if len(fields) < 3 || at < 0 || at+1 >= len(fields[0]) {
			return nil, nil, errors.New("git diff-tree: unexpected list of files")
		}
		used := len(fields[0]) + len(fields[1]) + 2
		f := listed{path: string(fields[1])}
		if status := fields[0][at+1]; status == 'R' || status == 'C' {
			if len(fields) < 4 {
				return nil, nil, errors.New("git diff-tree: unexpected list of files")
			}
			f = listed{path: string(fields[2]), previous: string(fields[1])}
			used += len(fields[2]) + 1
		}
		files = append(files, f)
		out = out[used:]
	}
	return files, bytes.TrimPrefix(out, []byte{0}), nil
}

// agree holds the patch against the list, so that no name can be lost or
// invented between the two.
func agree(list []listed, files []checks.File) ([]checks.File, error) {
	if len(list) != len(files) {
		return nil, fmt.Errorf("git lists %d changed files, but its patch has %d", len(list), len(files))
	}
	for i, f := range files {
		if f.Path != list[i].path || f.Previous != list[i].previous {
			return nil, fmt.Errorf("git lists %s, but its patch has %s", printable(list[i].path), printable(f.Path))
		}
	}
	return files, nil
}
