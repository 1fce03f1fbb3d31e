package config

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/backout-dev/backout/checks"
)

// rules says key by key what the files of an organisation and a repository come
// to. It is a value, so that a test can take one rule away at a time and show
// that something depends on it.
//
// Each rule gives two answers: what stands, and what of it the floor holds. The
// floor is evaluated on its own (see checks.Policy), so that what a repository
// adds to how a change is read answers for nothing that the organisation asks.
type rules struct {
	mode  choice[checks.Mode]
	relax func(org, repo Relax) Relax
	// enforce says whose file may roll out the organisation's.
	enforce func(org, repo Enforce) Enforce

	sections    gather[string] // ids
	title       choice[string]
	also        gather[Value[string]]
	hint        choice[string]
	require     choice[checks.Require]
	rollForward choice[checks.Severity]

	warnAbove, blockAbove, warnAboveFiles choice[int]
	sizeIgnore                            gather[Value[string]]

	classes       gather[string] // ids
	classSeverity choice[checks.Severity]
	classIgnore   gather[Value[string]]
	classPaths    gather[Value[string]]
	ask           choice[string]
	way           choice[checks.Way]

	systems     gather[Entry[System]]
	blastRadius choice[checks.Severity]
	tasks       choice[checks.Severity]

	freeze         gather[freezing]
	freezeSeverity choice[checks.Severity]

	staffed       gather[[]Value[Staffed]]
	watch         choice[time.Duration]
	hoursSeverity choice[checks.Severity]

	exemptAuthors gather[Value[string]]
	exemptPaths   gather[Value[string]]

	override func(org, repo Override) Override
	comment  choice[Comment]
	branches gather[Value[string]]
}

// freezing is a freeze with the window that it is in its own file's zone.
type freezing struct {
	Freeze
	window checks.FreezeWindow
}

// standing are the rules under an organisation's file.
func standing() rules {
	return rules{
		mode:    stricter(byRank(checks.Audit, checks.Enforce)),
		relax:   func(org, _ Relax) Relax { return org },
		enforce: func(org, _ Enforce) Enforce { return org },

		sections:    beside[string],
		title:       organisations[string],
		also:        adds,
		hint:        repositorys[string],
		require:     requires,
		rollForward: stricter(bySeverity),

		warnAbove: stricter(byLimit), blockAbove: stricter(byLimit), warnAboveFiles: stricter(byLimit),
		sizeIgnore: adds,

		classes:       beside[string],
		classSeverity: stricter(bySeverity),
		classIgnore:   adds,
		classPaths:    adds,
		ask:           organisationsIfSet[string],
		way:           organisations[checks.Way],

		systems:     beside[Entry[System]],
		blastRadius: stricter(bySeverity),
		tasks:       stricter(bySeverity),

		freeze:         beside[freezing],
		freezeSeverity: stricter(bySeverity),

		staffed:       beside[[]Value[Staffed]],
		watch:         stricter(cmp.Compare[time.Duration]),
		hoursSeverity: stricter(bySeverity),

		exemptAuthors: common,
		exemptPaths:   narrows,

		override: func(org, _ Override) Override { return org },
		comment:  repositorys[Comment],
		branches: replaces[Value[string]],
	}
}

// alone are the rules where there is one file only: it may set anything.
func alone() rules {
	return rules{
		mode:    repositorys[checks.Mode],
		relax:   func(Relax, Relax) Relax { return Relax{} },
		enforce: func(Enforce, Enforce) Enforce { return Enforce{} },

		sections: beside[string], title: repositorys[string], also: replaces[Value[string]], hint: repositorys[string],
		require: repositorys[checks.Require], rollForward: repositorys[checks.Severity],

		warnAbove: repositorys[int], blockAbove: repositorys[int], warnAboveFiles: repositorys[int], sizeIgnore: replaces[Value[string]],

		classes: beside[string], classSeverity: repositorys[checks.Severity], classIgnore: replaces[Value[string]],
		classPaths: replaces[Value[string]], ask: repositorys[string], way: repositorys[checks.Way],

		systems: replaces[Entry[System]], blastRadius: repositorys[checks.Severity], tasks: repositorys[checks.Severity],

		freeze: replaces[freezing], freezeSeverity: repositorys[checks.Severity],

		staffed: replaces[[]Value[Staffed]], watch: repositorys[time.Duration], hoursSeverity: repositorys[checks.Severity],

		exemptAuthors: replaces[Value[string]], exemptPaths: replaces[Value[string]],

		override: func(_, repo Override) Override { return repo },
		comment:  repositorys[Comment], branches: replaces[Value[string]],
	}
}

// voice says whose a value is.
type voice int

const (
	stands  voice = iota // the organisation's
	asks                 // the repository's
	relaxes              // the repository's, milder than the organisation's and allowed
	bounds               // the organisation's bound for it
)

// choice settles one value. The organisation's is its own or the default, which
// is as much part of the floor; bound is the mildest that a repository may ask
// for.
type choice[T any] func(org, asked, bound Value[T]) (stands, floor T, whose voice)

// stricter keeps whatever is stricter. A repository that asks for less than it
// may gets the least that it may.
func stricter[T any](compare func(a, b T) int) choice[T] {
	return func(org, asked, bound Value[T]) (T, T, voice) {
		switch {
		case !asked.Set || compare(asked.V, org.V) == 0:
			return org.V, org.V, stands
		case compare(asked.V, org.V) > 0:
			return asked.V, org.V, asks
		case !bound.Set || compare(bound.V, org.V) >= 0:
			return org.V, org.V, stands
		case compare(asked.V, bound.V) >= 0:
			return asked.V, asked.V, relaxes
		}
		return bound.V, bound.V, bounds
	}
}

// requires joins conditions: one of them is enough, so that more are stricter.
func requires(org, asked, bound Value[checks.Require]) (checks.Require, checks.Require, voice) {
	both := eitherOf(org.V, asked.V)
	switch {
	case !asked.Set || sameRequire(asked.V, org.V):
		return org.V, org.V, stands
	case sameRequire(both, asked.V):
		return asked.V, org.V, asks
	case !bound.Set || sameRequire(eitherOf(org.V, bound.V), bound.V):
		return both, org.V, asks
	}
	least := eitherOf(asked.V, bound.V)
	return least, least, relaxes
}

// eitherOf holds where one of two does.
func eitherOf(a, b checks.Require) checks.Require {
	if a.Always || b.Always {
		return checks.Require{Always: true}
	}
	r := checks.Require{LinesOver: min(a.LinesOver, b.LinesOver), Paths: union(a.Paths, b.Paths), Labels: union(a.Labels, b.Labels)}
	if r.LinesOver == 0 {
		r.LinesOver = max(a.LinesOver, b.LinesOver)
	}
	return r
}

func sameRequire(a, b checks.Require) bool {
	return a.Always == b.Always && a.LinesOver == b.LinesOver && slices.Equal(union(nil, a.Paths), union(nil, b.Paths)) && slices.Equal(union(nil, a.Labels), union(nil, b.Labels))
}

// union lists what is in one of two lists, sorted.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	if all = slices.Compact(all); len(all) == 0 {
		return nil
	}
	return all
}

func organisations[T any](org, _, _ Value[T]) (T, T, voice) { return org.V, org.V, stands }

func repositorys[T any](org, asked, _ Value[T]) (T, T, voice) {
	if asked.Set {
		return asked.V, asked.V, asks
	}
	return org.V, org.V, stands
}

// organisationsIfSet lets the repository say what the organisation leaves
// open. It is for words, not for what is judged.
func organisationsIfSet[T any](org, asked, _ Value[T]) (T, T, voice) {
	if org.Set {
		return org.V, org.V, stands
	}
	return repositorys(org, asked, Value[T]{})
}

// gather settles a list. Set says whether the repository has one, if only an
// empty one; allowed are the entries that it may add to what the floor holds.
type gather[T any] func(org, asked, allowed []T, set bool) (stands []whose[T], floor []T)

// whose is an entry with the one who has it.
type whose[T any] struct {
	v  T
	by voice
}

func by[T any](v voice, entries []T) []whose[T] {
	var all []whose[T]
	for _, e := range entries {
		all = append(all, whose[T]{e, v})
	}
	return all
}

// beside lists what both have, each entry for itself; the floor has the
// organisation's.
func beside[T any](org, asked, _ []T, _ bool) ([]whose[T], []T) {
	return append(by(stands, org), by(asks, asked)...), org
}

// replaces takes the repository's list, where it has one.
func replaces[T any](org, asked, _ []T, set bool) ([]whose[T], []T) {
	if set {
		return by(asks, asked), asked
	}
	return by(stands, org), org
}

// adds counts what the repository adds for what it asks itself; for the floor
// only what it may add.
func adds(org, asked, allowed []Value[string], _ bool) ([]whose[Value[string]], []Value[string]) {
	all, floor := by(stands, org), slices.Clone(org)
	for _, a := range asked {
		switch {
		case contains(org, a):
		case contains(allowed, a):
			all, floor = append(all, whose[Value[string]]{a, relaxes}), append(floor, a)
		default:
			all = append(all, whose[Value[string]]{a, asks})
		}
	}
	return all, floor
}

// narrows takes the repository's list beside the floor's: what it says of a
// change must hold under both.
func narrows(org, asked, allowed []Value[string], set bool) ([]whose[Value[string]], []Value[string]) {
	_, floor := adds(org, asked, allowed, set)
	if set {
		return by(asks, asked), floor
	}
	return by(stands, org), floor
}

// common takes the logins that are in both lists, or allowed.
func common(org, asked, allowed []Value[string], set bool) ([]whose[Value[string]], []Value[string]) {
	if !set {
		return by(stands, org), org
	}
	var all []whose[Value[string]]
	floor := slices.Clone(org)
	for _, a := range asked {
		same := func(l Value[string]) bool { return strings.EqualFold(l.V, a.V) }
		switch {
		case slices.ContainsFunc(org, same):
			all = append(all, whose[Value[string]]{a, asks})
		case slices.ContainsFunc(allowed, same):
			all, floor = append(all, whose[Value[string]]{a, relaxes}), append(floor, a)
		}
	}
	return all, floor
}

func contains(list []Value[string], v Value[string]) bool {
	return slices.ContainsFunc(list, func(l Value[string]) bool { return l.V == v.V })
}

// The orders, from mild to strict.

func byRank[T comparable](order ...T) func(a, b T) int {
	return func(a, b T) int { return cmp.Compare(slices.Index(order, a), slices.Index(order, b)) }
}

func bySeverity(a, b checks.Severity) int {
	return byRank("", checks.Off, checks.Warn, checks.Block)(a, b)
}

// byLimit takes 0 for no limit.
func byLimit(a, b int) int {
	switch {
	case a == b:
		return 0
	case a == 0:
		return -1
	case b == 0:
		return 1
	}
	return cmp.Compare(b, a)
}
