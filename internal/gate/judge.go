package gate

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
)

// Options is what an evaluation follows beside the policy files. Nothing here
// makes a verdict milder than they do.
type Options struct {
	Ask Ask
	// Bare is the mode where there is no policy file at all; empty: enforce.
	Bare checks.Mode
	// Enforce makes a policy that only reports block.
	Enforce bool
	// Seen is the last valid version of a policy file that was in force, if
	// anybody remembers; nil: nobody does.
	Seen func(context.Context, File) (*config.Version, error)
	// Parsed is a policy file read, by whoever remembers what it read before; nil:
	// it is read each time.
	Parsed func(name string, t Text) config.Version
	// Memo remembers what policy files came to; nil: nobody does.
	Memo *config.Memo
	// Former lists the names that the repository had before, if anybody remembers:
	// a new name is no way out of an organisation's file that is enforced by name.
	// Nil: nobody does.
	Former func(context.Context) ([]string, error)
	// OverrideLabel is the label that lets a blocked change through, if whoever
	// set it may; empty: none does.
	OverrideLabel string
	// Release is the version of this program, which a policy file's requires is
	// held against.
	Release string
}

// Judged is a pull request with its verdict.
type Judged struct {
	Pull    Pull
	Merged  config.Merged
	Verdict checks.Verdict
	// FloorVisible is true where it is known whether the organisation has a
	// policy file, and which.
	FloorVisible bool
	// Files are the policy files in force, the organisation's first.
	Files []InForce

	seen  string // what the judgement was made from, as Pull gave it
	extra bool   // more than that was read
}

// InForce is a policy file that has a say.
type InForce struct {
	*config.File
	Floor bool // it is the organisation's
}

// Judge reads a pull request as it is now and judges it as of a time. It writes
// nothing. What could not be read is an error (Unavailable, Refused, Gone) and
// never a verdict; the Judged beside it then holds what was learnt before.
func Judge(ctx context.Context, r Reader, ref Ref, o Options, at time.Time) (Judged, error) {
	p, err := r.Pull(ctx, ref, o.Ask)
	if err != nil {
		return Judged{}, err
	}
	return judge(ctx, r, p, o, at)
}

// judge judges a pull request that was read.
func judge(ctx context.Context, r Reader, p Pull, o Options, at time.Time) (Judged, error) {
	j := &judgement{Reader: r, Options: o, at: at, out: Judged{Pull: p}}
	err := j.run(ctx)
	return j.out, err
}

// judgement is one evaluation on its way.
type judgement struct {
	Reader
	Options
	at     time.Time
	out    Judged
	former []string
}

func (j *judgement) run(ctx context.Context) error {
	files, err := j.policyFiles(ctx)
	if err != nil {
		return err
	}
	if org := files.own.Organisation; j.Former != nil && org != nil && org.File.Enforce.Repositories.Set {
		if j.former, err = j.Options.Former(ctx); err != nil {
			return err
		}
	}
	p := &j.out.Pull
	// The files' own slice stays as it was read: a later look compares with it.
	p.Change.Files = slices.Clone(p.Change.Files)
	p.Change.PolicyEdits = files.edited(p)
	only := checks.OnlyPolicyFiles(p.Change)
	j.merge(files)
	if err := j.reverted(ctx); err != nil {
		return err
	}
	if !p.Lines && (p.Change.Reverts != nil || checks.NeedsLines(j.out.Merged.Policy, p.Change.Files)) {
		j.out.extra = true
		if err := j.Lines(ctx, p); err != nil {
			return err
		}
		p.Change.PolicyEdits = files.edited(p)
		if checks.OnlyPolicyFiles(p.Change) != only { // a former name may say so
			j.merge(files)
		}
	}
	if err := j.liftingLabels(ctx); err != nil {
		return err
	}
	j.evaluate()
	if notes := j.preview(files); len(notes) > 0 {
		j.out.Merged.Policy.Notes = slices.Concat(j.out.Merged.Policy.Notes, notes)
		j.evaluate()
	}
	if j.out.Verdict.Conclusion != checks.Failure || j.OverrideLabel == "" {
		return nil
	}
	if err := j.override(ctx); err != nil {
		return err
	}
	j.evaluate()
	return nil
}

func (j *judgement) evaluate() {
	j.out.Verdict = checks.Evaluate(j.out.Merged.Policy, j.out.Pull.Change, j.at)
}

// merge decides which policy applies.
func (j *judgement) merge(files policyFiles) {
	p := j.out.Pull
	j.out.Merged = files.policy(j.where(), p.Change)
	j.out.FloorVisible = files.own.FloorVisible
	j.out.Files = files.inForce()
	if j.Enforce {
		enforce(&j.out.Merged.Policy)
	}
}

// where is what decides how far an organisation's file counts.
func (j *judgement) where() config.Where {
	return config.Where{Repository: j.out.Pull.Name, Former: j.former, At: j.at, Bare: cmp.Or(j.Bare, checks.Enforce)}
}

// enforce makes a policy and its floors block.
func enforce(p *checks.Policy) {
	p.Mode = checks.Enforce
	if p.Floor != nil {
		floor := *p.Floor
		enforce(&floor)
		p.Floor = &floor
	}
}

// fingerprint identifies what a verdict is made from in a pull request as Pull
// read it. The base commit is not in it: what counts of it is.
func fingerprint(p Pull) string {
	p.UpdatedAt, p.BaseSHA, p.Runs, p.Comments, p.CommentsWhole = time.Time{}, "", nil, nil, false
	p.HeadPolicies = slices.Clone(p.HeadPolicies)
	for i := range p.HeadPolicies {
		p.HeadPolicies[i] = p.HeadPolicies[i].identified()
	}
	p.Organisation, p.Repository, p.Further = p.Organisation.identified(), p.Repository.identified(), p.Further.identified()
	h := sha256.New()
	// Every field is plain data, so that encoding it cannot fail.
	_ = json.NewEncoder(h).Encode(p)
	return hex.EncodeToString(h.Sum(nil))
}

// identified is a text without its data where an id of that is known.
func (t Text) identified() Text {
	if t.Blob != "" {
		t.Data = ""
	}
	return t
}

// ifThere turns "not there" and "not allowed" into nothing: for facts that only
// ever make a verdict milder, and are not granted then.
func ifThere(err error) error {
	var gone *Gone
	var refused *Refused
	if errors.As(err, &gone) || errors.As(err, &refused) {
		return nil
	}
	return err
}

// liftingLabels learns who set the labels that lift a freeze now: the verdict
// shows it.
func (j *judgement) liftingLabels(ctx context.Context) error {
	labels := slices.Clone(j.out.Pull.Change.Labels)
	for i, l := range labels {
		if l.SetBy != "" || !lifts(&j.out.Merged.Policy, l.Name, j.at) {
			continue
		}
		j.out.extra = true
		set, err := j.Labelled(ctx, j.out.Pull.Ref, l.Name)
		if err := ifThere(err); err != nil {
			return err
		}
		labels[i].SetBy = set.By
	}
	j.out.Pull.Change.Labels = labels
	return nil
}

// lifts reports a label that excepts a change from a freeze at a time.
func lifts(p *checks.Policy, label string, at time.Time) bool {
	for ; p != nil; p = p.Floor {
		for _, w := range p.Freeze.Windows {
			if !at.Before(w.From) && at.Before(w.Until) && containsFold(w.Except.Labels, label) {
				return true
			}
		}
	}
	return false
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(e string) bool { return strings.EqualFold(e, s) })
}
