package gh

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/diff"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/google/go-github/v62/github"
)

const filesQuery = `query Files($owner:String!,$name:String!,$number:Int!,$after:String!){repository(owner:$owner,name:$name){pullRequest(number:$number){
	headRefOid files(first:100,after:$after){pageInfo{hasNextPage endCursor} nodes{path additions deletions changeType}}}}}`

// statuses are GraphQL's words for what happened to a file, in REST's.
var statuses = map[string]checks.Status{
	"ADDED": checks.Added, "DELETED": checks.Removed, "MODIFIED": checks.Modified,
	"RENAMED": checks.Renamed, "COPIED": checks.Copied, "CHANGED": checks.Changed,
}

// files takes over the changed files, page by page. Where fewer are listed than
// GitHub says there are, or as many as it lists at most, the rest was cut off.
func (c *Client) files(ctx context.Context, p *gate.Pull, n *pullNode, _ string) error {
	page := n.Files
	for {
		for _, f := range page.Nodes {
			status, ok := statuses[f.ChangeType]
			if !ok {
				status = checks.Modified // the status that nothing is let off for
			}
			p.Change.Files = append(p.Change.Files, checks.File{Path: f.Path, Status: status, Additions: f.Additions, Deletions: f.Deletions})
		}
		if !page.PageInfo.HasNextPage || len(p.Change.Files) >= checks.MaxListedFiles {
			break
		}
		var err error
		if page, err = c.filePage(ctx, p, page.PageInfo.EndCursor); err != nil {
			return err
		}
	}
	p.Change.Diff = checks.DiffWhole
	if listed := len(p.Change.Files); listed < n.ChangedFiles || listed >= checks.MaxListedFiles {
		p.Change.Diff = checks.DiffTruncated
	}
	return nil
}

func (c *Client) filePage(ctx context.Context, p *gate.Pull, after string) (filePage, error) {
	o := opFiles(p.Ref)
	var data struct {
		Repository struct {
			PullRequest *struct {
				HeadRefOid string
				Files      filePage
			}
		}
	}
	errs, err := c.graph(ctx, o, filesQuery, map[string]any{"owner": p.Owner, "name": p.Name, "number": p.Number, "after": after}, &data)
	if err == nil {
		err = o.unless(errs)
	}
	if err != nil {
		return filePage{}, err
	}
	pull := data.Repository.PullRequest
	if pull == nil {
		return filePage{}, o.unavailable(errShape.Error(), 0, nil)
	}
	if pull.HeadRefOid != p.Change.HeadSHA {
		return filePage{}, errMoved
	}
	return pull.Files, nil
}

func opFiles(ref gate.Ref) op {
	return op{what: "the files of " + ref.String(), doing: "read the files of " + ref.String(), needs: "pull-requests: read"}
}

// Lines reads the files again, by REST, which has their patches and former
// names: a page for each 100, several at once. They must be the files that were
// read before. What one head changes of one base is read once.
func (c *Client) Lines(ctx context.Context, p *gate.Pull) error {
	key := diffKey{p.Ref, p.BaseSHA, p.Change.HeadSHA}
	if files := c.kept.get(key); files != nil && sameFiles(files, p.Change.Files) {
		p.Change.Files, p.Lines = files, true
		return c.apply(ctx, p)
	}
	files, moved, err := c.listed(ctx, p.Ref, p.Change.HeadSHA, len(p.Change.Files))
	if err == nil && moved {
		err = c.still(ctx, p)
	}
	if err != nil {
		return err
	}
	if p.Change.Diff == checks.DiffWhole && !sameFiles(files, p.Change.Files) {
		return opFiles(p.Ref).stale(errMoved.Error())
	}
	if !moved && p.BaseSHA != "" {
		c.kept.put(key, files)
	}
	p.Change.Files, p.Lines = files, true
	return c.apply(ctx, p)
}

const stillQuery = `query Still($owner:String!,$name:String!,$number:Int!){repository(owner:$owner,name:$name){pullRequest(number:$number){headRefOid}}}`

// still holds a pull request to the head that was read. It is asked where
// addresses name another commit, since nobody promised what they name.
func (c *Client) still(ctx context.Context, p *gate.Pull) error {
	var data struct {
		Repository struct {
			PullRequest struct{ HeadRefOid string }
		}
	}
	o := opFiles(p.Ref)
	errs, err := c.graph(ctx, o, stillQuery, map[string]any{"owner": p.Owner, "name": p.Name, "number": p.Number}, &data)
	if err == nil {
		err = o.unless(errs)
	}
	if err == nil && data.Repository.PullRequest.HeadRefOid != p.Change.HeadSHA {
		err = o.stale(errMoved.Error())
	}
	return err
}

// sameFiles compares what both lists say of each file.
func sameFiles(a, b []checks.File) bool {
	type counts struct{ additions, deletions int }
	if len(a) != len(b) {
		return false
	}
	seen := make(map[string]counts, len(a))
	for _, f := range a {
		seen[f.Path] = counts{f.Additions, f.Deletions}
	}
	for _, f := range b {
		if c, ok := seen[f.Path]; !ok || c != (counts{f.Additions, f.Deletions}) {
			return false
		}
	}
	return true
}

// maxAtOnce is how many pages are asked for at the same time.
const maxAtOnce = 4

// listed reads so many of the files of a pull request as REST lists them. It
// reports whether a page seems to be of another head.
func (c *Client) listed(ctx context.Context, ref gate.Ref, head string, count int) (files []checks.File, moved bool, first error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pages := make([]listedPage, (min(count, checks.MaxListedFiles)+99)/100)
	var (
		wg   sync.WaitGroup
		lost carried
		once sync.Once
		free = make(chan struct{}, maxAtOnce)
	)
	for i := range pages {
		wg.Go(func() {
			defer lost.over()
			free <- struct{}{}
			defer func() { <-free }()
			var err error
			if pages[i], err = c.listedPage(ctx, ref, head, i+1); err != nil {
				once.Do(func() { first = err })
				cancel() // the others' errors follow from this one
			}
		})
	}
	wg.Wait()
	lost.on()
	for _, page := range pages {
		files, moved = append(files, page.files...), moved || page.moved
	}
	return files, moved, first
}

type listedPage struct {
	files []checks.File
	moved bool
}

func (c *Client) listedPage(ctx context.Context, ref gate.Ref, head string, number int) (page listedPage, err error) {
	err = c.do(ctx, opFiles(ref), func(ctx context.Context, g *github.Client) error {
		r, err := g.NewRequest("GET", fmt.Sprintf("repos/%s/pulls/%d/files?per_page=100&page=%d", ref.Repo, ref.Number, number), nil)
		if err != nil {
			return err
		}
		_, err = receive(ctx, g, r, func(list []byte) (err error) {
			page.files, _, err = diff.ParseFiles(list)
			page.moved = !isOf(list, head)
			return err
		})
		return err
	})
	return page, err
}

// isOf reports whether a page of files is that of a head: the address of each
// file's contents names the commit. A removed file has none there.
func isOf(list []byte, head string) bool {
	var files []struct {
		Status      string
		ContentsURL string `json:"contents_url"`
	}
	if json.Unmarshal(list, &files) != nil {
		return false
	}
	for _, f := range files {
		u, err := url.Parse(f.ContentsURL)
		if err != nil || f.Status == string(checks.Removed) {
			continue
		}
		if at := u.Query().Get("ref"); len(at) == len(head) && at != head {
			return false
		}
	}
	return true
}

const revertedQuery = `query Reverted($owner:String!,$name:String!,$number:Int!){repository(owner:$owner,name:$name){pullRequest(number:$number){
	merged baseRefName headRefOid changedFiles}}}`

// Reverted reads a pull request that was merged into the branch, with its files
// and their patches; nil where there is no such one.
func (c *Client) Reverted(ctx context.Context, ref gate.Ref, branch string) (*checks.Reverted, error) {
	if err := named(ref.Repo); err != nil {
		return nil, err
	}
	var data struct {
		Repository struct {
			PullRequest *struct {
				Merged                  bool
				BaseRefName, HeadRefOid string
				ChangedFiles            int
			}
		}
	}
	o := opPull(ref)
	errs, err := c.graph(ctx, o, revertedQuery, map[string]any{"owner": ref.Owner, "name": ref.Name, "number": ref.Number}, &data)
	if err == nil {
		err = o.unless(errs.without(func(e graphError) bool { return e.isMissing() && e.at("repository", "pullRequest") }))
	}
	p := data.Repository.PullRequest
	if err != nil || p == nil || !p.Merged || p.BaseRefName != branch {
		return nil, err
	}
	files, _, err := c.listed(ctx, ref, p.HeadRefOid, p.ChangedFiles)
	if err != nil {
		return nil, err
	}
	return &checks.Reverted{Number: ref.Number, Files: files}, nil
}

// policyFile reports a file that is a policy file in the repository.
func policyFile(repo gate.Repo, path string) bool {
	return path == ".github/backout.yml" || path == "backout.yml" && strings.EqualFold(repo.Name, ".github")
}

// headPolicies reads the policy files that the change touches as its head has
// them. A fork's commits can be had from the repository that they are offered
// to.
func (c *Client) headPolicies(ctx context.Context, p *gate.Pull, _ *pullNode, _ string) error {
	q := c.query(p.Repo, gate.Ask{}, nil)
	var touched []gate.File
	fields := ""
	for _, f := range p.Change.Files {
		if policyFile(p.Repo, f.Path) {
			name := fmt.Sprintf("p%d", len(touched))
			q.set(name, "String!", p.Change.HeadSHA+":"+f.Path)
			fields += fmt.Sprintf(" %s:object(expression:$%s){...text}", name, name)
			touched = append(touched, gate.File{Repo: p.Repo, Path: f.Path})
		}
	}
	if len(touched) == 0 {
		return nil
	}
	var data struct{ Repository map[string]*blob }
	o := op{what: "the policy files of " + p.Ref.String(), doing: "read the policy files of " + p.Ref.String(), needs: "contents: read"}
	errs, err := c.graph(ctx, o, "query Policies("+q.declared.String()+"){repository(owner:$owner,name:$name){"+fields+"}}"+textFragment, q.variables, &data)
	if err == nil {
		err = o.unless(errs)
	}
	if err != nil {
		return err
	}
	for i, f := range touched {
		t, err := c.text(ctx, f, p.Change.HeadSHA, data.Repository[fmt.Sprintf("p%d", i)])
		if err != nil {
			return err
		}
		if t.State == config.Absent && !removes(p.Change.Files, f.Path) {
			return o.stale("the head's files are not there yet")
		}
		p.HeadPolicies = append(p.HeadPolicies, t)
	}
	return nil
}

func removes(files []checks.File, path string) bool {
	for _, f := range files {
		if f.Path == path {
			return f.Status == checks.Removed
		}
	}
	return false
}
