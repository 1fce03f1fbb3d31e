package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/checkout"
	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/effective"
	"github.com/backout-dev/backout/internal/gate"
)

// policyOptions names policy files that stand in for those of the checkout.
type policyOptions struct{ policy, orgPolicy string }

// policies are the policy files in force.
type policies struct {
	read       bool
	inForce    config.InForce
	repository string // its name without the owner, as far as it is known
	provenance []string
}

// maxVersions is how far back a valid version of a broken file is looked for.
const maxVersions = 20

// readPolicies reads the policy files: those that flags name, else the
// repository's from the base. Without a checkout (nil) that one is absent.
func readPolicies(ctx context.Context, o policyOptions, repo *checkout.Repo, base checkout.Revision, h host) (policies, error) {
	p := policies{read: true}
	own := config.Reading{State: config.Absent, Name: policyPath}
	floor := config.Reading{State: config.Absent, Name: "backout.yml"}
	var err error
	switch {
	case o.policy != "":
		own, err = readNamed(ctx, o.policy, "--policy", h)
	case repo != nil:
		own, err = readAtBase(ctx, repo, base, h)
	}
	if err != nil {
		return p, err
	}
	if o.orgPolicy == "" {
		p.provenance = append(p.provenance, "organisation policy: not looked for")
	} else if floor, err = readNamed(ctx, o.orgPolicy, "--org-policy", h); err != nil {
		return p, err
	}
	if repo != nil {
		_, name, _ := repo.Origin(ctx)
		_, p.repository, _ = strings.Cut(name, "/")
	}
	p.inForce = config.Decide(floor, own)
	return p, nil
}

// merged is what the files come to for a change at a time. Whoever runs this
// added it on purpose, so that without any file the defaults are enforced.
func (p policies) merged(c checks.Change, at time.Time, h host) config.Merged {
	m := p.inForce.Policy(config.Where{Repository: p.repository, At: at, Bare: checks.Enforce}, c)
	if p.inForce.Organisation == nil && p.inForce.Repository == nil {
		notes := m.Policy.Notes
		m.Policy = h.policy
		m.Policy.Notes = append(notes, m.Policy.Notes...)
	}
	return m
}

// files are those that have a say.
func (p policies) files() []effective.File {
	var files []effective.File
	for _, v := range []*config.Version{p.inForce.Organisation, p.inForce.Repository} {
		if v != nil {
			files = append(files, effective.File{File: v.File, Floor: v == p.inForce.Organisation})
		}
	}
	return files
}

// readNamed reads a file that a flag names. Whoever named it can mend it, so
// what is wrong with it ends the command; a key of a newer release does not.
func readNamed(ctx context.Context, name, flag string, h host) (config.Reading, error) {
	text, err := readText(ctx, name, flag, h)
	if err != nil {
		return config.Reading{}, err
	}
	file, problems := config.Reader{Release: h.version}.Parse(text.Path, []byte(text.Data))
	return config.Read(text.Path, config.Version{File: &file, Problems: problems}), nil
}

// readText reads the text of a policy file that a flag names, and refuses one
// that is not valid.
func readText(ctx context.Context, name, flag string, h host) (gate.Text, error) {
	in := input{name: name, what: "policy file", max: policyBytes, try: "backout check " + flag + " backout.yml DESCRIPTION.md"}
	data, err := in.read(ctx, h)
	if err != nil {
		return gate.Text{}, err
	}
	_, problems := config.Reader{Release: h.version}.Parse(in.label(), data)
	for _, p := range problems {
		if p.Kind == config.Invalid {
			return gate.Text{}, invalidPolicy(p, len(problems)-1)
		}
	}
	return gate.Text{File: gate.File{Path: in.label()}, State: config.Present, Data: string(data)}, nil
}

// invalidPolicy is the failure of a file that the caller named.
func invalidPolicy(p config.Problem, more int) *failure {
	f := usage("%s", p.Message).at(p.File, p.Line, p.Column)
	f.Kind = "policy"
	if f.Fix = p.Fix; more > 0 {
		f.Message += fmt.Sprintf(" (and %d more)", more)
		f.Fix = fmt.Sprintf("try: backout policy check %s", p.File)
	}
	return f
}

// readAtBase reads the repository's file at the base, and while that is broken
// its earlier versions, as far as a valid one.
func readAtBase(ctx context.Context, repo *checkout.Repo, base checkout.Revision, h host) (config.Reading, error) {
	newest, found, err := readVersion(ctx, repo, base.SHA, h)
	switch {
	case err != nil:
		return config.Reading{}, err
	case !found:
		return config.Reading{State: config.Absent, Name: policyPath}, nil
	case config.Valid(newest.Problems):
		return config.Read(policyPath, newest), nil
	}
	commits, err := repo.History(ctx, base.SHA, policyPath, maxVersions)
	if err != nil {
		return config.Reading{}, gitFailure(err)
	}
	versions := []config.Version{newest}
	for i, commit := range commits {
		if i == 0 {
			versions[0].Commit = commit
			continue
		}
		v, found, err := readVersion(ctx, repo, commit, h)
		if err != nil {
			return config.Reading{}, err
		}
		if !found {
			continue
		}
		if versions = append(versions, v); config.Valid(v.Problems) {
			break
		}
	}
	return config.Read(policyPath, versions...), nil
}

func readVersion(ctx context.Context, repo *checkout.Repo, commit string, h host) (config.Version, bool, error) {
	data, id, found, err := repo.ReadAt(ctx, commit, policyPath)
	if err != nil {
		return config.Version{}, false, gitFailure(err)
	}
	file, problems := config.Reader{Release: h.version}.Parse(policyPath, data)
	return config.Version{File: &file, Problems: problems, Commit: commit, Blob: id}, found, nil
}

// readEdited reads the policy files that the change adds or edits, before and
// after it. One that is not a file after it, such as a link to nowhere, is left
// out.
func readEdited(ctx context.Context, repo *checkout.Repo, base checkout.Revision, head string, c checks.Change, workTree bool) (map[string]config.Texts, error) {
	texts := map[string]config.Texts{}
	for _, f := range checks.EditedPolicyFiles(c) {
		var t config.Texts
		var found bool
		var err error
		if workTree {
			t.After, found, err = repo.ReadWorkTree(f.Path)
		} else {
			t.After, _, found, err = repo.ReadAt(ctx, head, f.Path)
		}
		if err != nil {
			return nil, gitFailure(err)
		}
		if !found {
			continue
		}
		if t.Before, _, _, err = repo.ReadAt(ctx, base.SHA, f.Path); err != nil {
			return nil, gitFailure(err)
		}
		texts[f.Path] = t
	}
	return texts, nil
}

// edited says what is wrong with the policy files that the change leaves behind.
func (p policies) edited(c checks.Change, texts map[string]config.Texts, h host) []checks.PolicyEdit {
	var organisation *config.File
	if v := p.inForce.Organisation; v != nil {
		organisation = v.File
	}
	return config.Reader{Release: h.version}.Edited(c, texts, organisation)
}
