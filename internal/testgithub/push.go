package testgithub

import (
	"slices"
	"strings"
	"time"
)

// push is a branch's move to another commit, as a repository remembers it.
type push struct {
	id            int64
	branch        string
	before, after string
	at            time.Time
}

// pushed moves a branch.
func (r *Repo) pushed(branch string, to *commit) {
	before := strings.Repeat("0", 40)
	if c := r.branches[branch]; c != nil {
		before = c.oid
	}
	r.branches[branch] = to
	r.pushes = append(r.pushes, push{r.s.world.id(), branch, before, to.oid, r.s.now()})
}

// listActivity answers the pushes to a branch, or to all, newest first.
func listActivity(rq *request) answer {
	q := rq.URL.Query()
	branch := strings.TrimPrefix(q.Get("ref"), "refs/heads/")
	list := []any{}
	for _, p := range slices.Backward(rq.repo.pushes) {
		if branch != "" && p.branch != branch || len(list) == min(atoi(q.Get("per_page"), 30), 100) {
			continue
		}
		kind := "push"
		if strings.Trim(p.before, "0") == "" {
			kind = "branch_creation"
		}
		list = append(list, object{
			"id": p.id, "node_id": "PSH_" + itoa(int(p.id)), "before": p.before, "after": p.after, "ref": "refs/heads/" + p.branch,
			"timestamp": stamp(p.at), "activity_type": kind, "actor": rq.user(rq.s.world.user("octocat")),
		})
	}
	return ok(list)
}

// signature is GitHub's own, which it makes for whoever is signed in. signer is
// nil for an address that belongs to nobody.
type signature struct{ signer *user }

func signatureFields() fields {
	return fields{
		"isValid":           get(func(signature) any { return true }),
		"wasSignedByGitHub": get(func(signature) any { return true }),
		"state":             get(func(signature) any { return "VALID" }),
		"signer": get(func(s signature) any {
			if s.signer == nil {
				return nil
			}
			return gitUser{s.signer}
		}),
	}
}

// unsigned takes the mark of an unsigned commit off its first author: "unsigned
// dependabot[bot]" is one that anybody can have made in that name.
func unsigned(authors []string) ([]string, bool) {
	if len(authors) == 0 {
		return authors, false
	}
	login, found := strings.CutPrefix(authors[0], "unsigned ")
	if !found {
		return authors, false
	}
	return append([]string{login}, authors[1:]...), true
}
