package config

import (
	"reflect"
	"testing"

	"github.com/backout-dev/backout/checks"
)

// brokenRules lists for each rule of merging what replaces it: the repository's
// value wins. Without are rules that no verdict depends on, by what they are
// for.
func brokenRules() (broken map[string]func(*rules), without map[string]string) {
	severity := repositorys[checks.Severity]
	texts := replaces[Value[string]]
	broken = map[string]func(*rules){
		"mode":    func(r *rules) { r.mode = repositorys[checks.Mode] },
		"relax":   func(r *rules) { r.relax = func(org, repo Relax) Relax { return repo } },
		"enforce": func(r *rules) { r.enforce = func(org, repo Enforce) Enforce { return repo } },

		"sections": func(r *rules) {
			r.sections = func(org, asked, _ []string, set bool) ([]whose[string], []string) {
				if set {
					org = append(org[:3:3], asked...) // the built-in ones, and its own
				}
				return by(stands, org), org
			}
		},
		"title":       func(r *rules) { r.title = repositorys[string] },
		"also":        func(r *rules) { r.also = texts },
		"require":     func(r *rules) { r.require = repositorys[checks.Require] },
		"rollForward": func(r *rules) { r.rollForward = severity },

		"warnAbove":      func(r *rules) { r.warnAbove = repositorys[int] },
		"blockAbove":     func(r *rules) { r.blockAbove = repositorys[int] },
		"warnAboveFiles": func(r *rules) { r.warnAboveFiles = repositorys[int] },
		"sizeIgnore":     func(r *rules) { r.sizeIgnore = texts },

		"classes": func(r *rules) {
			r.classes = func(org, asked, _ []string, set bool) ([]whose[string], []string) {
				if set {
					org = append(org[:len(builtinClasses()):len(builtinClasses())], asked...)
				}
				return by(stands, org), org
			}
		},
		"classSeverity": func(r *rules) { r.classSeverity = severity },
		"classIgnore":   func(r *rules) { r.classIgnore = texts },
		"classPaths":    func(r *rules) { r.classPaths = texts },
		"way":           func(r *rules) { r.way = repositorys[checks.Way] },

		"systems":     func(r *rules) { r.systems = replaces[Entry[System]] },
		"blastRadius": func(r *rules) { r.blastRadius = severity },
		"tasks":       func(r *rules) { r.tasks = severity },

		"freeze":         func(r *rules) { r.freeze = replaces[freezing] },
		"freezeSeverity": func(r *rules) { r.freezeSeverity = severity },

		"staffed":       func(r *rules) { r.staffed = replaces[[]Value[Staffed]] },
		"watch":         func(r *rules) { r.watch = repositorys },
		"hoursSeverity": func(r *rules) { r.hoursSeverity = severity },

		"exemptAuthors": func(r *rules) { r.exemptAuthors = texts },
		"exemptPaths":   func(r *rules) { r.exemptPaths = texts },

		"override": func(r *rules) { r.override = func(_, repo Override) Override { return repo } },
	}
	without = map[string]string{
		"hint":     "words that are shown",
		"ask":      "words that are shown",
		"comment":  "where and when there is a comment",
		"branches": "where and when there is a comment",
	}
	return broken, without
}

// Each rule holds something up: without it, some pair breaks the law.
func TestEveryMergeRuleIsNeeded(t *testing.T) {
	if raceDetector {
		t.Skip("it takes as many pairs as a plain run tries")
	}
	broken, without := brokenRules()
	fields := reflect.TypeFor[rules]()
	for i := range fields.NumField() {
		name := fields.Field(i).Name
		replace, ok := broken[name]
		if !ok {
			if without[name] == "" {
				t.Errorf("the rule %s is not tried", name)
			}
			continue
		}
		t.Run(name, func(t *testing.T) {
			r := standing()
			replace(&r)
			first, n := pairs(t)
			seed, broken := eachPair(first, n, func(p lawPair) string { return p.try(r) })
			if broken == "" {
				t.Errorf("the repository's value wins, and in %d pairs nothing breaks", n)
			}
			t.Logf("pair %d: %s", seed, broken)
		})
	}
}

// Rules alone are not enough: what a repository adds changes how a change is
// read, and only a floor that is read on its own stands up to that.
func TestTheFloorIsReadOnItsOwn(t *testing.T) {
	first, n := pairs(t)
	seed, broken := eachPair(first, n, func(p lawPair) string {
		m := Merge(&p.org, &p.repo, p.where)
		m.Policy.Floor = nil
		return milder(checks.Evaluate(m.Policy, p.change, p.where.At), p.alone)
	})
	if broken == "" {
		t.Errorf("without the floor nothing breaks in %d pairs", n)
	}
	t.Logf("pair %d: %s", seed, broken)
}
