package gh

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/gate"
)

// errMoved is a pull request whose head changed between two answers about it.
var errMoved = errors.New("its head moved while it was read")

// maxMoves is how often a pull request is read from the start because it moved.
const maxMoves = 3

// Pull reads a pull request: one query for up to 100 files, another for each
// further 100, one for the .gitattributes of folders that were not asked for
// along with it, and one for policy files that it edits.
func (c *Client) Pull(ctx context.Context, ref gate.Ref, ask gate.Ask) (gate.Pull, error) {
	o := opPull(ref)
	if err := named(ref.Repo); err != nil {
		return gate.Pull{}, err
	}
	org := c.organisationApart(ctx, ask)
	for range maxMoves {
		p, err := c.pull(ctx, ref, ask, org)
		if !errors.Is(err, errMoved) {
			return p, err
		}
	}
	return gate.Pull{}, o.stale(errMoved.Error())
}

func opPull(ref gate.Ref) op {
	return op{what: ref.String(), doing: "read " + ref.String(), needs: "contents: read and pull-requests: read"}
}

func (c *Client) pull(ctx context.Context, ref gate.Ref, ask gate.Ask, org *apart) (gate.Pull, error) {
	folders := c.rules.hint(ref)
	if len(folders) == 0 {
		folders = rootOnly
	}
	q := c.query(ref.Repo, ask, folders)
	q.set("number", "Int!", ref.Number)
	var a answer
	errs, err := c.graph(ctx, opPull(ref), q.text("Pull", "pullRequest(number:$number){...pull}"), q.variables, &a)
	if err == nil {
		err = a.is(ref.Repo, ask.RepositoryID)
	}
	if err != nil {
		return gate.Pull{}, err
	}
	if err := opPull(ref).pullErrors(errs); err != nil {
		var none *gate.Gone
		if errors.As(err, &none) && ask.Fresh != (gate.Fresh{}) {
			return gate.Pull{}, opPull(ref).stale("it was announced and is not there yet")
		}
		return gate.Pull{}, err
	}
	if a.Repository == nil || a.Repository.PullRequest == nil {
		return gate.Pull{}, opPull(ref).unavailable(errShape.Error(), 0, nil)
	}
	c.identity.set(a.Viewer.Login)
	shared, err := c.shared(ctx, ref.Repo, ask, &a, errs, org)
	if err != nil {
		return gate.Pull{}, err
	}
	return c.whole(ctx, a.Repository.PullRequest, shared, ask, folders)
}

// pullErrors says what the errors beside a pull request come to.
func (o op) pullErrors(errs graphErrors) error {
	for _, e := range errs {
		switch {
		case e.beside(), e.within("baseRef") && e.isMissing():
		case e.isForbidden():
			return o.refused(forbidden(e.Message))
		case len(e.Path) < 2, len(e.Path) == 2 && e.at("repository", "pullRequest"):
			return &gate.Gone{What: o.what}
		default:
			return o.unavailable("GitHub did not find a part of it", 0, nil)
		}
	}
	return nil
}

// shared is what pull requests of one repository have in common.
type shared struct {
	gate.Pull
	me string
}

// shared reads from an answer what belongs to the repository and its
// organisation.
func (c *Client) shared(ctx context.Context, repo gate.Repo, ask gate.Ask, a *answer, errs graphErrors, org *apart) (shared, error) {
	r := a.Repository
	s := shared{me: a.Viewer.Login}
	s.Repo, s.Private, s.Change.Repo = repo, r.IsPrivate, r.NameWithOwner
	if r.DefaultBranchRef != nil {
		s.DefaultBranch = r.DefaultBranchRef.Name
	}
	var err error
	if s.Repository, err = c.text(ctx, gate.File{Repo: repo, Path: ask.Policy}, "HEAD", r.Policy); err != nil {
		return s, err
	}
	if ask.Further != "" {
		if s.Further, err = c.text(ctx, gate.File{Repo: repo, Path: ask.Further}, "HEAD", r.Further); err != nil {
			return s, err
		}
	}
	s.Change.Templates = slices.Clip(templates(r))
	if ask.Organisation == (gate.File{}) {
		return s, nil
	}
	reader := c
	if org != nil {
		if a, errs, err = org.wait(); err != nil {
			return s, err
		}
		reader = c.org
	}
	if s.Organisation, err = reader.organisation(ctx, ask.Organisation, a.Org, errs); err != nil {
		return s, err
	}
	// GitHub offers an organisation's templates from a public repository only, and
	// then lists them for repositories that have none of their own.
	if a.Org != nil && !a.Org.IsPrivate {
		own := s.Change.Templates
		s.Change.Templates = slices.Concat(own, slices.DeleteFunc(templates(a.Org), func(t string) bool { return slices.Contains(own, t) }))
	}
	return s, nil
}

func templates(r *repositoryNode) []string {
	var all []string
	for _, t := range r.PullRequestTemplates {
		if t.Body != "" {
			all = append(all, t.Body)
		}
	}
	return all
}

// organisation reads the organisation's policy file from an answer. That there
// is none is believed only where its repository can be seen and its contents
// may be read.
func (c *Client) organisation(ctx context.Context, f gate.File, r *repositoryNode, errs graphErrors) (gate.Text, error) {
	if r == nil || r.Policy == nil && slices.ContainsFunc(errs, func(e graphError) bool { return e.at("org", "policy") }) {
		return gate.Text{File: f, State: config.NotVisible}, nil
	}
	return c.text(ctx, f, "HEAD", r.Policy)
}

// apart is the organisation's policy on its way, read with a token of its own.
type apart struct {
	done   chan struct{}
	lost   carried
	answer answer
	errs   graphErrors
	err    error
}

func (a *apart) wait() (*answer, graphErrors, error) {
	<-a.done
	a.lost.on()
	return &a.answer, a.errs, a.err
}

// organisationApart begins to read the organisation's policy where that takes a
// token of its own; nil: it does not.
func (c *Client) organisationApart(ctx context.Context, ask gate.Ask) *apart {
	if c.org == nil || ask.Organisation == (gate.File{}) {
		return nil
	}
	a := &apart{done: make(chan struct{})}
	go func() {
		defer close(a.done)
		defer a.lost.over()
		q := &query{ask: ask, variables: map[string]any{}}
		fields := q.organisation()
		o := op{what: ask.Organisation.String(), doing: "read " + ask.Organisation.String(), needs: "contents: read"}
		a.errs, a.err = c.org.graph(ctx, o, "query Organisation("+q.declared.String()+"){"+fields+"}"+textFragment, q.variables, &a.answer)
	}()
	return a
}

// whole completes a pull request with what its answer did not hold.
func (c *Client) whole(ctx context.Context, n *pullNode, s shared, ask gate.Ask, folders []string) (gate.Pull, error) {
	p := s.Pull
	p.Ref.Number = n.Number
	if err := fresh(n, ask.Fresh, opPull(p.Ref)); err != nil {
		return gate.Pull{}, err
	}
	n.fill(&p, s.me)
	if err := c.rememberBase(ctx, p.Repo, n, folders); err != nil {
		return gate.Pull{}, err
	}
	for _, step := range []func(context.Context, *gate.Pull, *pullNode, string) error{c.head, c.files, c.headPolicies} {
		if err := step(ctx, &p, n, ask.CheckName); err != nil {
			return gate.Pull{}, err
		}
	}
	return p, c.apply(ctx, &p)
}

// fresh refuses an answer that is older than what was announced. A head that is
// another one is newer only where the pull request is.
func fresh(n *pullNode, known gate.Fresh, o op) error {
	older := n.UpdatedAt.Before(known.UpdatedAt)
	other := known.HeadSHA != "" && n.HeadRefOid != known.HeadSHA && !n.UpdatedAt.After(known.UpdatedAt)
	if known.UpdatedAt.IsZero() {
		other = known.HeadSHA != "" && n.HeadRefOid != known.HeadSHA
	}
	if older || other {
		return o.stale("GitHub answered with an older state than it announced")
	}
	return nil
}

// fill takes over what the answer says.
func (n *pullNode) fill(p *gate.Pull, me string) {
	p.ID, p.State = int64(n.FullDatabaseID), gate.State(strings.ToLower(n.State))
	p.UpdatedAt, p.HeadRepo, p.HeadRef, p.BaseSHA = n.UpdatedAt, n.HeadRepository.name(), n.HeadRefName, n.baseSHA()
	c := &p.Change
	c.Number, c.Title, c.Body, c.Author = n.Number, n.Title, n.Body, n.Author.login()
	c.Base, c.HeadSHA, c.Draft, c.FromGitHub = n.BaseRefName, n.HeadRefOid, n.IsDraft, true
	for _, l := range n.Labels.Nodes {
		c.Labels = append(c.Labels, checks.Label{Name: l.Name})
	}
	for _, node := range n.Commits.Nodes {
		c.Commits = append(c.Commits, node.Commit.author())
	}
	if n.Commits.TotalCount > len(n.Commits.Nodes) {
		c.Commits = append(c.Commits, "")
	}
	p.CommentsWhole = !n.Comments.PageInfo.HasNextPage
	for _, comment := range n.Comments.Nodes {
		if comment.ViewerDidAuthor || comment.Author != nil && strings.EqualFold(comment.Author.login(), me) {
			p.Comments = append(p.Comments, gate.Comment{ID: int64(comment.FullDatabaseID), Body: comment.Body})
		}
	}
}

// baseSHA is the tip of the base branch, or what GitHub remembers of one that is
// deleted.
func (n *pullNode) baseSHA() string {
	if n.BaseRef != nil {
		if tip := strings.Trim(string(n.BaseRef.Target["oid"]), `"`); tip != "" && tip != "null" {
			return tip
		}
	}
	return n.BaseRefOid
}

// botAddress is how an App signs its commits: 49699333+dependabot[bot]@users.noreply.github.com.
var botAddress = regexp.MustCompile(`^(?:[0-9]+\+)?([A-Za-z0-9-]+)\[bot\]@users\.noreply\.`)

// author is the login of who made a commit, or empty where that is not known.
// The name in a commit is what its maker wrote there, so that it counts only as
// far as a signature bears it out: GitHub's own, which it makes for accounts and
// Apps that are signed in, or that of the account itself.
func (n commitNode) author() string {
	s := n.Signature
	if n.Author == nil || s == nil || !s.IsValid {
		return ""
	}
	login := ""
	if n.Author.User != nil {
		login = n.Author.User.Login
	}
	if m := botAddress.FindStringSubmatch(n.Author.Email); m != nil && (login == "" || strings.EqualFold(login, m[1])) {
		login = m[1] + "[bot]"
	}
	if !s.WasSignedByGitHub && (s.Signer == nil || !strings.EqualFold(s.Signer.Login, login)) {
		return ""
	}
	return login
}
