package checkout

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Revision is a commit and the name by which it was found.
type Revision struct {
	Name string // as a person would type it, "origin/main"
	SHA  string
}

const remotes = "refs/remotes/"

// DefaultBase is what a change is compared with unless the caller says:
// origin/HEAD, which is the default branch of the remote, then origin/main, then
// origin/master. The full names are looked up, so that a tag called origin/main
// does not come in between.
func (r *Repo) DefaultBase(ctx context.Context) (Revision, error) {
	names := []string{remotes + "origin/HEAD", remotes + "origin/main", remotes + "origin/master"}
	out, err := r.run(ctx, call{args: append([]string{"for-each-ref", "--format=%(refname) %(symref)"}, names...)})
	if err != nil {
		return Revision{}, unreadable("look for a base", err)
	}
	found := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, target, _ := strings.Cut(strings.TrimSpace(line), " ")
		found[name] = target
	}
	for _, name := range names {
		target, ok := found[name]
		if !ok {
			continue
		}
		sha, err := r.Resolve(ctx, name)
		if err != nil {
			continue // such as a name that points to no commit
		}
		if target != "" {
			name = target
		}
		return Revision{Name: strings.TrimPrefix(name, remotes), SHA: sha}, nil
	}
	return Revision{}, &Error{
		Kind:    NoBase,
		Message: "none of origin/HEAD, origin/main and origin/master exists",
		Fix:     "name what the change merges into: --base REV",
	}
}

// Resolve returns the full id of the commit that a revision names.
func (r *Repo) Resolve(ctx context.Context, rev string) (string, error) {
	unknown := &Error{
		Kind:    UnknownRevision,
		Message: "revision " + printable(rev) + " names no commit",
		Fix:     "fetch it first (git fetch origin BRANCH), or look at its spelling",
	}
	if rev == "" || rev[0] == '-' || rev[0] == '^' || strings.ContainsAny(rev, "\x00\n") {
		return "", unknown
	}
	out, err := r.run(ctx, call{args: []string{"rev-parse", "--verify", "--quiet", "--end-of-options", rev + "^{commit}"}})
	var failed *gitError
	switch {
	case errors.As(err, &failed):
		unknown.Err = err
		return "", unknown
	case err != nil:
		return "", unreadable("look up "+printable(rev), err)
	}
	sha := strings.TrimSpace(string(out))
	if !isID(sha) {
		return "", unknown
	}
	return sha, nil
}

// HeadSHA is the commit that is checked out.
func (r *Repo) HeadSHA(ctx context.Context) (string, error) { return r.Resolve(ctx, "HEAD") }

// commit is Resolve without asking for what is an id already.
func (r *Repo) commit(ctx context.Context, rev string) (string, error) {
	if isID(rev) {
		return rev, nil
	}
	return r.Resolve(ctx, rev)
}

// isID reports whether a text is a full object id, by SHA-1 or SHA-256.
func isID(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// MergeBase is the commit at which two histories part.
func (r *Repo) MergeBase(ctx context.Context, base, head string) (string, error) {
	ids := [2]string{}
	for i, rev := range [2]string{base, head} {
		id, err := r.commit(ctx, rev)
		if err != nil {
			return "", err
		}
		ids[i] = id
	}
	out, err := r.run(ctx, call{args: []string{"merge-base", ids[0], ids[1]}})
	var failed *gitError
	switch {
	case err == nil:
		return strings.TrimSpace(string(out)), nil
	case !errors.As(err, &failed) || failed.status != 1:
		for _, id := range ids {
			if _, err := r.Resolve(ctx, id); err != nil {
				return "", err
			}
		}
		return "", unreadable("find where "+printable(base)+" and "+printable(head)+" part", err)
	}
	none := &Error{
		Kind:    NoMergeBase,
		Message: printable(base) + " and " + printable(head) + " have no commit in common",
		Fix:     "name what the change merges into: --base REV",
		Err:     err,
	}
	if out, err := r.run(ctx, call{args: []string{"rev-parse", "--is-shallow-repository"}}); err == nil && strings.TrimSpace(string(out)) == "true" {
		none.Message = "the clone is shallow: " + printable(base) + " and " + printable(head) + " have no commit in common as far as was fetched"
		none.Fix = "git fetch --unshallow (or --deepen=N); with actions/checkout: fetch-depth: 0"
	}
	return "", none
}

// maxCommits bounds how many commits are read: a change with more of them is
// far from the one commit that matters.
const maxCommits = 1000

// Commits is what a range of history holds.
type Commits struct {
	// Messages are those of the commits that are no merges, oldest first.
	Messages []string
	Merges   int
}

// CommitMessages reads the commits of base..head, at most the newest 1,000.
func (r *Repo) CommitMessages(ctx context.Context, base, head string) (Commits, error) {
	var commits Commits
	from, err := r.commit(ctx, base)
	if err != nil {
		return commits, err
	}
	to, err := r.commit(ctx, head)
	if err != nil {
		return commits, err
	}
	out, err := r.run(ctx, call{args: []string{
		"log", "-z", "--format=tformat:%P%n%B", "--encoding=UTF-8", "--no-color", "--no-decorate", "--no-notes",
		"--max-count=" + strconv.Itoa(maxCommits), "--reverse", "--topo-order", "^" + from, to, "--",
	}})
	if err != nil {
		return commits, unreadable("read the commits of "+printable(base)+".."+printable(head), err)
	}
	for text := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if text == "" {
			continue
		}
		parents, message, _ := strings.Cut(text, "\n")
		if strings.Contains(parents, " ") {
			commits.Merges++
			continue
		}
		commits.Messages = append(commits.Messages, strings.TrimSpace(message))
	}
	return commits, nil
}

// History returns the commits that changed a file, newest first and at most so
// many, as they were merged into the branch that rev is the head of.
func (r *Repo) History(ctx context.Context, rev, file string, limit int) ([]string, error) {
	from, err := r.commit(ctx, rev)
	if err != nil {
		return nil, err
	}
	out, err := r.run(ctx, call{
		args: []string{"rev-list", "--first-parent", "--max-count=" + strconv.Itoa(limit), from, "--", file},
		env:  []string{"GIT_LITERAL_PATHSPECS=1"},
	})
	if err != nil {
		return nil, unreadable("read the history of "+printable(file), err)
	}
	return strings.Fields(string(out)), nil
}

// Origin tells where the checkout came from, "github.com" and "acme/shop", as far
// as the address of the remote called origin says.
func (r *Repo) Origin(ctx context.Context) (host, repo string, ok bool) {
	out, err := r.run(ctx, call{args: []string{"remote", "get-url", "origin"}})
	if err != nil {
		return "", "", false
	}
	return parseAddress(strings.TrimSpace(string(out)))
}

var (
	slug       = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$`)
	scpAddress = regexp.MustCompile(`^(?:[^@/]+@)?([A-Za-z0-9.-]+):(.*)$`)
)

// parseAddress takes host and OWNER/REPO from a remote's address. What else it
// holds, such as a token, is not looked at.
func parseAddress(address string) (host, repo string, ok bool) {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		if u.Scheme == "file" {
			return "", "", false
		}
		host, repo = u.Hostname(), u.Path
	} else if m := scpAddress.FindStringSubmatch(address); m != nil {
		host, repo = m[1], m[2]
	}
	repo = strings.TrimSuffix(strings.Trim(repo, "/"), ".git")
	if host == "" || !slug.MatchString(repo) || strings.HasSuffix(repo, "/.") || strings.HasSuffix(repo, "/..") {
		return "", "", false
	}
	return strings.ToLower(host), repo, true
}
