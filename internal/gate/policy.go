package gate

import (
	"context"
	"time"
)

// PolicyReader reads the policy files of a repository without a pull request.
type PolicyReader interface {
	Reader
	Policies(ctx context.Context, repo Repo, ask Ask) (Pull, error)
}

// Policy decides which policy holds in a repository at a time, for a change of
// which nothing is known. Of the Judged only what is about the policy is filled
// in.
func Policy(ctx context.Context, r PolicyReader, repo Repo, o Options, at time.Time) (Judged, error) {
	p, err := r.Policies(ctx, repo, o.Ask)
	if err != nil {
		return Judged{}, err
	}
	j := &judgement{Reader: r, Options: o, at: at, out: Judged{Pull: p}}
	files, err := j.policyFiles(ctx)
	if err != nil {
		return j.out, err
	}
	j.merge(files)
	return j.out, nil
}
