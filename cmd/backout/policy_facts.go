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
)

// policyOptions names policy files that stand in for those of the checkout.
type policyOptions struct{ policy, orgPolicy string }

// policies are the policy files in force, and what they make together.
type policies struct {
	policy     checks.Policy
	merged     config.Merged
	files      []effective.File
	provenance []string
}

// maxVersions is how far back a valid version of a broken file is looked for.
const maxVersions = 20

// readPolicies reads the policy files: those that flags name, else the
// repository's from the base, which may be missing (nil).
func readPolicies(ctx context.Context, o policyOptions, repo *checkout.Repo, base checkout.Revision, at time.Time, h host) (policies, error) {
	var p policies
	var own, floor *policyVersion
	var err error
	switch {
	case o.policy != "":
		own, err = readNamed(ctx, o.policy, "--policy", h)
	case repo != nil:
		own, err = readInForce(ctx, repo, base, h)
	}
	if err != nil {
		return p, err
	}
	if o.orgPolicy == "" {
		p.provenance = append(p.provenance, "organisation policy: not looked for")
	} else if floor, err = readNamed(ctx, o.orgPolicy, "--org-policy", h); err != nil {
		return p, err
	}
	where := config.Where{At: at, Bare: checks.Enforce}
	if repo != nil {
		if _, name, ok := repo.Origin(ctx); ok {
			_, where.Repository, _ = strings.Cut(name, "/")
		}
	}
	p.merged = config.Merge(floor.inForce(), own.inForce(), where)
	if p.policy = p.merged.Policy; floor.inForce() == nil && own.inForce() == nil {
		p.policy = h.policy
	}
	for _, v := range []*policyVersion{floor, own} {
		if v == nil {
			continue
		}
		p.policy.Notes = append(p.policy.Notes, v.notes...)
		if v.valid {
			p.policy.Sources = append(p.policy.Sources, v.source)
			p.files = append(p.files, effective.File{File: v.file, Floor: v == floor})
		}
	}
	p.policy.Notes = append(p.policy.Notes, overruled(p.merged)...)
	return p, nil
}

// overruled are notes on what the repository asks for and does not get.
func overruled(m config.Merged) []checks.Finding {
	var notes []checks.Finding
	for _, o := range m.Overruled {
		notes = append(notes, checks.Finding{
			Check: "policy", Code: "policy/overruled", Severity: checks.Note, Path: o.At.File, Line: o.At.Line,
			Title:   "the organisation's policy stands",
			Message: fmt.Sprintf("%s asks for %s: %s; %s (%s).", o.At, o.Key, o.Asked, o.Stands, o.By),
			Fix:     "Nothing to do for this change: backout policy show names what is in force.",
		})
	}
	return notes
}

// policyVersion is one version of a policy file.
type policyVersion struct {
	file   config.File
	valid  bool // file is in force
	source checks.Source
	notes  []checks.Finding
}

// inForce is the file, where there is one and it is valid.
func (v *policyVersion) inForce() *config.File {
	if v == nil || !v.valid {
		return nil
	}
	return &v.file
}

// readNamed reads a file that a flag names. Whoever named it can mend it, so
// what is wrong with it ends the command; a key of a newer release does not.
func readNamed(ctx context.Context, name, flag string, h host) (*policyVersion, error) {
	in := input{name: name, what: "policy file", max: policyBytes, try: "backout check " + flag + " backout.yml DESCRIPTION.md"}
	data, err := in.read(ctx, h)
	if err != nil {
		return nil, err
	}
	file, problems := config.Reader{Release: h.version}.Parse(in.label(), data)
	for _, p := range problems {
		if p.Kind == config.Invalid {
			return nil, invalidPolicy(p, len(problems)-1)
		}
	}
	return &policyVersion{file: file, valid: true, source: checks.Source{Source: in.label()}, notes: unknownKeys(problems)}, nil
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

// readInForce finds the version in force at the base: the last valid one. What
// is wrong with newer ones is said in the verdict.
func readInForce(ctx context.Context, repo *checkout.Repo, base checkout.Revision, h host) (*policyVersion, error) {
	newest, err := readVersion(ctx, repo, base.SHA, h)
	if err != nil || newest == nil || newest.valid {
		return newest, err
	}
	commits, err := repo.History(ctx, base.SHA, policyPath, maxVersions)
	if err != nil {
		return nil, gitFailure(err)
	}
	at := base.SHA
	if len(commits) > 0 {
		at, commits = commits[0], commits[1:]
	}
	note := &newest.notes[0]
	note.Message += fmt.Sprintf(" It came with commit %s.", at[:7])
	for _, commit := range commits {
		older, err := readVersion(ctx, repo, commit, h)
		if err != nil {
			return nil, err
		}
		if older != nil && older.valid {
			note.Message += fmt.Sprintf(" In force is the version of commit %s.", commit[:7])
			older.notes = append(newest.notes, older.notes...)
			return older, nil
		}
	}
	note.Message += fmt.Sprintf(" No valid version is among the last %d, so the defaults are in force.", maxVersions)
	return newest, nil
}

// readVersion reads the file as it is at a commit; nil: it is not there.
func readVersion(ctx context.Context, repo *checkout.Repo, commit string, h host) (*policyVersion, error) {
	data, id, found, err := repo.ReadAt(ctx, commit, policyPath)
	if err != nil {
		return nil, gitFailure(err)
	}
	if !found {
		return nil, nil
	}
	file, problems := config.Reader{Release: h.version}.Parse(policyPath, data)
	v := &policyVersion{file: file, valid: config.Valid(problems), source: checks.Source{Source: policyPath, Version: id}}
	if v.valid {
		v.notes = unknownKeys(problems)
		return v, nil
	}
	for _, p := range problems {
		if p.Kind == config.Invalid {
			v.notes = []checks.Finding{{
				Check: "policy", Code: "policy/invalid", Severity: checks.Warn, Path: policyPath, Line: p.Line,
				Title:   "the policy file is broken",
				Message: fmt.Sprintf("%s is broken at line %d: %s.", policyPath, p.Line, p.Message),
				Fix:     "The policy's owner mends it: backout policy check " + policyPath,
			}}
			break
		}
	}
	return v, nil
}

// unknownKeys are warnings: the key may be one of a newer release.
func unknownKeys(problems []config.Problem) []checks.Finding {
	var notes []checks.Finding
	for _, p := range problems {
		fix := "The policy's owner mends it, or a newer backout knows it."
		if p.Fix != "" {
			fix = "The policy's owner mends it: " + p.Fix + "."
		}
		notes = append(notes, checks.Finding{
			Check: "policy", Code: "policy/unknown-key", Severity: checks.Warn, Path: p.File, Line: p.Line,
			Title:   "the policy file has a key that is not known",
			Message: fmt.Sprintf("%s line %d does nothing: %s.", p.File, p.Line, p.Message),
			Fix:     fix,
		})
	}
	return notes
}
