package config

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/backout-dev/backout/checks"
)

// Where is what the policy of a repository depends on beside the files.
type Where struct {
	// Repository is its name without the owner, empty when not known.
	Repository string
	// Former are the names under which the same repository, by its id, is known
	// to have stood before: a new name is no way out of enforce.repositories.
	Former []string
	// At is the time of the verdict, which enforce.from is held against.
	At time.Time
	// Bare is the mode where there is no policy file at all.
	Bare checks.Mode
}

// Merged is what the files of an organisation and a repository come to.
type Merged struct {
	// Policy is what applies. Its Floor is the organisation's part, where the
	// repository adds anything.
	Policy   checks.Policy
	Comment  Comment
	Branches []string // empty: all
	Override Approval
	// Settings lists every value of the policy with its origin, in the order of
	// a policy file.
	Settings []Setting
	// Overruled lists what the repository's file asks for and does not get.
	Overruled []Overruled
	// Reports is true while the organisation's file only reports here, by its
	// mode or by enforce.
	Reports bool
}

// Approval says who may let a blocked change through.
type Approval struct {
	By      []string
	Author  OverrideAuthor
	Expires time.Duration
}

// Merge returns the policy of a repository from its organisation's file and its
// own, of which each may be missing. The organisation's is a floor: the verdict
// under both is never milder than under the organisation's alone.
func Merge(org, repo *File, w Where) Merged { return merge(standing(), org, repo, w) }

func merge(r rules, org, repo *File, w Where) Merged {
	switch {
	case org == nil && repo == nil:
		m := merger{rules: alone()}.merge(w)
		if w.Bare != "" {
			m.Policy.Mode = w.Bare
		}
		if m.Policy.Mode == checks.Audit {
			m.Comment = CommentNever
		}
		return m
	case org == nil:
		return merger{rules: alone(), repo: repo}.merge(w)
	case repo == nil:
		return merger{rules: r, org: org}.merge(w)
	}
	m := merger{rules: r, org: org, repo: repo}
	if mode, _ := m.orgMode(w); mode.V == checks.Audit && repo.Mode.Or(checks.Enforce) == checks.Enforce {
		return m.reportBeside(w)
	}
	return m.merge(w)
}

// merger goes through the keys of a policy file and settles one after another.
// A file that is not there is nil.
type merger struct {
	rules
	org, repo *File
	// own is what stands, floor is the organisation's part of it.
	own, floor checks.Policy
	out        Merged
}

func (m merger) merge(w Where) Merged {
	m.own, m.floor = checks.DefaultPolicy(), checks.DefaultPolicy()
	mode, from := m.orgMode(w)
	m.mergeGeneral(mode)
	m.mergeSections()
	m.mergeSize()
	m.mergeClasses()
	m.mergeSystems()
	m.mergeFreezes()
	m.mergeHours()
	m.mergeExempt()
	m.mergeOverride()
	m.organisationsOnly()
	m.own.ChangesAt, m.floor.ChangesAt = from, from
	m.out.Reports = m.org != nil && mode.V == checks.Audit
	m.out.Policy = m.own
	if m.org != nil && m.repo != nil && !reflect.DeepEqual(m.own, m.floor) {
		floor := m.floor
		m.out.Policy.Floor = &floor
	}
	return m.out
}

// reportBeside returns the policy of a repository that enforces its own file
// while the organisation's only reports. What the organisation is still trying
// out must neither block here nor switch off what the repository has.
func (m merger) reportBeside(w Where) Merged {
	_, from := m.orgMode(w)
	org := merger{rules: m.rules, org: m.org}.merge(w)
	own := merger{rules: alone(), repo: m.repo}.merge(w)
	own.Policy.Floor, own.Policy.ChangesAt = &org.Policy, from
	own.Override, own.Reports = org.Override, true
	isOverride := func(s Setting) bool { return s.Path[0] == "override" }
	own.Settings = slices.DeleteFunc(own.Settings, isOverride)
	for _, s := range org.Settings {
		if isOverride(s) {
			own.Settings = append(own.Settings, s)
		}
	}
	m.out = Merged{}
	m.mergeOverride()
	m.organisationsOnly()
	own.Overruled = m.out.Overruled
	return own
}

// files returns both files; one that is not there says nothing.
func (m merger) files() (org, repo File) {
	if m.org != nil {
		org = *m.org
	}
	if m.repo != nil {
		repo = *m.repo
	}
	return org, repo
}

func (m merger) relaxed() Relax {
	org, repo := m.files()
	return m.relax(org.Relax, repo.Relax)
}

// orgMode returns the mode of the organisation's file here and now, and when
// it will be another, or the zero time.
func (m merger) orgMode(w Where) (Value[checks.Mode], time.Time) {
	org, repo := m.files()
	mode := Value[checks.Mode]{org.Mode.Place, org.Mode.Or(checks.Enforce)}
	e := m.enforce(org.Enforce, repo.Enforce)
	if mode.V == checks.Audit || !e.Set {
		return mode, time.Time{}
	}
	reports := Value[checks.Mode]{e.Place, checks.Audit}
	if !e.covers(w) {
		return reports, time.Time{}
	}
	rollout := File{Timezone: org.Timezone, Enforce: e}
	if from := rollout.EnforcedFrom(); w.At.Before(from) {
		return reports, from
	}
	return mode, time.Time{}
}

// covers reports whether the repository is one of those in which the file is
// enforced. Names of repositories do not differ by case. One whose name is not
// known is covered.
func (e Enforce) covers(w Where) bool {
	if !e.Repositories.Set || w.Repository == "" {
		return true
	}
	for _, name := range append([]string{w.Repository}, w.Former...) {
		for _, glob := range e.Repositories.Values() {
			if doublestar.MatchUnvalidated(strings.ToLower(glob), strings.ToLower(name)) {
				return true
			}
		}
	}
	return false
}

// settle applies the rule of one value and records what came of it.
func settle[T any](m *merger, rule choice[T], org, asked, bound Value[T], show func(T) string, path ...string) (own, floor T) {
	own, floor, whose := rule(org, asked, bound)
	at := org.Place
	switch whose {
	case asks, relaxes:
		at = asked.Place
	case bounds:
		at = bound.Place
	}
	origin := m.origin(whose, at)
	m.set(origin, show(own), path...)
	if asked.Set && show(asked.V) != show(own) {
		m.overrule(show(asked.V), asked.Place, show(own)+" stands", origin, path...)
	}
	return own, floor
}

// or fills a default in and leaves the place empty.
func or[T any](v Value[T], def T) Value[T] { return Value[T]{v.Place, v.Or(def)} }

// list applies the rule of a list of texts and records what came of it. Why
// says what becomes of an entry that the floor does not count.
func (m *merger) list(rule gather[Value[string]], org, asked, allowed List[string], why string, path ...string) (own, floor []string) {
	all, below := rule(org.Items, asked.Items, allowed.Items, asked.Set)
	entry := append(slices.Clone(path), "[]")
	for _, e := range all {
		own = append(own, e.v.V)
		m.set(m.origin(e.by, e.v.Place), showText(e.v.V), entry...)
	}
	if len(all) == 0 && (org.Set || asked.Set || path[0] != "branches") {
		origin := m.origin(stands, org.Place)
		if asked.Set {
			origin = m.origin(asks, asked.Place)
		}
		m.set(origin, "[]", path...)
	}
	for _, e := range below {
		floor = append(floor, e.V)
	}
	if why == "" || m.org == nil {
		return own, floor
	}
	for _, a := range asked.Items {
		if !slices.ContainsFunc(floor, func(f string) bool { return strings.EqualFold(f, a.V) }) {
			m.overrule(showText(a.V), a.Place, why, m.origin(stands, org.Place), path...)
		}
	}
	return own, floor
}
