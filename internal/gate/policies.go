package gate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
)

// maxVersions is how far back a valid version of a broken file is looked for.
const maxVersions = 20

// policyFiles are the policy files as they were found: the repository's over
// the organisation's, and a further one over the organisation's, if any.
type policyFiles struct {
	own, further  config.InForce
	furtherName   string // empty: there is none
	furtherAbsent bool
	reader        config.Reader
}

// policyFiles reads the policy files, and the earlier versions of broken ones.
func (j *judgement) policyFiles(ctx context.Context) (policyFiles, error) {
	p := j.out.Pull
	f := policyFiles{reader: config.Reader{Release: j.Release}, furtherName: j.Ask.Further}
	organisation := config.Reading{State: config.Absent, Name: "backout.yml"}
	var err error
	if j.Ask.Organisation != (File{}) {
		if organisation, err = j.reading(ctx, p.Organisation, p.Organisation.String()); err != nil {
			return f, err
		}
	}
	repository, err := j.reading(ctx, p.Repository, p.Repository.Path)
	if err != nil {
		return f, err
	}
	f.own = config.Decide(organisation, repository)
	f.own.Memo = j.Memo
	if f.furtherName == "" {
		return f, nil
	}
	further, err := j.reading(ctx, p.Further, p.Further.Path)
	if err != nil {
		return f, err
	}
	f.furtherAbsent = further.State == config.Absent
	f.further = config.Decide(organisation, further)
	return f, nil
}

// reading is what became of one file. While it is broken its earlier versions
// are read, as far as a valid one.
func (j *judgement) reading(ctx context.Context, t Text, name string) (config.Reading, error) {
	switch t.State {
	case config.Unknown:
		return config.Reading{}, &Unavailable{What: name, Why: why(t)}
	case config.Absent, config.NotVisible:
		seen, err := j.remembered(ctx, t)
		return config.Reading{State: t.State, Name: name, Seen: seen}, err
	}
	newest := j.version(t, name)
	if config.Valid(newest.Problems) {
		return config.Read(name, newest), nil
	}
	if seen, err := j.remembered(ctx, t); err != nil || seen != nil {
		broken := config.Read(name, newest)
		broken.Seen = seen
		return broken, err
	}
	j.out.extra = true
	texts, err := j.Versions(ctx, t, maxVersions)
	if err != nil {
		return config.Reading{}, err
	}
	var versions []config.Version
	for _, text := range texts {
		if text.State == config.Unknown {
			return config.Reading{}, &Unavailable{What: name, Why: why(text)}
		}
		if text.State == config.Absent {
			continue
		}
		versions = append(versions, j.version(text, name))
		if config.Valid(versions[len(versions)-1].Problems) {
			break
		}
	}
	if len(versions) == 0 {
		versions = []config.Version{newest}
	}
	return config.Read(name, versions...), nil
}

// remembered is the version of a file that was last in force. Nobody needs it of
// one that is seen to be gone.
func (j *judgement) remembered(ctx context.Context, t Text) (*config.Version, error) {
	if j.Seen == nil || t.State == config.Absent {
		return nil, nil
	}
	return j.Seen(ctx, t.File)
}

func why(t Text) string {
	if t.Why == "" {
		return "GitHub did not say"
	}
	return t.Why
}

func (j *judgement) version(t Text, name string) config.Version {
	if j.Parsed != nil && t.Commit == "" {
		return j.Parsed(name, t)
	}
	file, problems := config.Reader{Release: j.Release}.Parse(name, []byte(t.Data))
	return config.Version{File: &file, Problems: problems, Commit: t.Commit, Blob: t.Blob}
}

// policy is what the files come to. The further file is merged as a
// repository's and stands upon what applies without it, so that it can only
// tighten that.
func (f policyFiles) policy(w config.Where, c checks.Change) config.Merged {
	m := f.own.Policy(w, c)
	if f.furtherName == "" {
		return m
	}
	further := f.further.Policy(w, c).Policy
	if f.furtherAbsent {
		further.Notes = append(further.Notes, f.notThere())
	}
	if f.further.Repository != nil {
		m.Policy = further.Upon(m.Policy)
		return m
	}
	for _, n := range further.Notes {
		if !slices.Contains(m.Policy.Notes, n) {
			m.Policy.Notes = append(slices.Clip(m.Policy.Notes), n)
		}
	}
	return m
}

// notThere warns of a further file that whoever wrote the workflow counts on.
func (f policyFiles) notThere() checks.Finding {
	return checks.Finding{
		Check: "policy", Code: "policy/absent", Severity: checks.Warn, Path: f.furtherName,
		Title:   "the further policy file is not there",
		Message: fmt.Sprintf("%s is not on the default branch, so that nothing of it is in force.", f.furtherName),
		Fix:     "Whoever keeps the workflow mends the path, or adds the file.",
	}
}

// inForce lists the files that have a say.
func (f policyFiles) inForce() []InForce {
	var files []InForce
	for _, v := range []*config.Version{f.own.Organisation, f.own.Repository, f.further.Repository} {
		if v != nil {
			files = append(files, InForce{File: v.File, Floor: v == f.own.Organisation})
		}
	}
	return files
}

// edited says what is wrong with the policy files that the change leaves
// behind. It is the only use of them: nothing of them comes into force.
func (f policyFiles) edited(p *Pull) []checks.PolicyEdit {
	texts := map[string]config.Texts{}
	for _, head := range p.HeadPolicies {
		if head.State == config.Present || head.State == config.Broken {
			texts[head.Path] = config.Texts{Before: p.before(head.Path), After: []byte(head.Data)}
		}
	}
	var organisation *config.File
	if v := f.own.Organisation; v != nil {
		organisation = v.File
	}
	return f.reader.Edited(p.Change, texts, organisation)
}

// before is a policy file as it stands on the default branch, or nil. A change
// into another branch is held against that one: what is new there is new.
func (p *Pull) before(path string) []byte {
	for _, t := range []Text{p.Repository, p.Further, p.Organisation} {
		same := strings.EqualFold(t.Repo.String(), p.Repo.String()) && t.Path == path
		if same && t.State == config.Present && p.Change.Base == p.DefaultBranch {
			return []byte(t.Data)
		}
	}
	return nil
}
