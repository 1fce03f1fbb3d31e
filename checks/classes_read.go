package checks

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A class file is lines of "key: value". Above the first [rule] stand the
// class's own values; each [rule] says for one tool which files it has and
// which lines in them are signals; a [set name] holds signals that several
// rules use. "let: name = pattern" names a part of patterns, written {name}.
// An empty line or one that begins with "#" is nothing.
type classReader struct {
	class *Class
	langs map[string]*language
	lets  []let
	sets  map[string][]*signal
	rule  *classRules
	set   string // the set that is being read, else empty
	last  *signal
}

// let is a named part of patterns.
type let struct{ name, pattern string }

func readClass(id, text string, langs map[string]*language) (*Class, error) {
	r := &classReader{class: &Class{ID: id}, langs: langs, sets: map[string][]*signal{}}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if err := r.line(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	for _, rule := range r.class.rules {
		if err := rule.finish(id); err != nil {
			return nil, fmt.Errorf("[%s]: %w", rule.name, err)
		}
	}
	return r.class, nil
}

func (r *classReader) line(line string) error {
	if line[0] == '[' {
		return r.section(strings.Trim(line, "[]"))
	}
	key, value, ok := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	if !ok || value == "" {
		return fmt.Errorf("not a key and a value: %q", line)
	}
	switch {
	case key == "let":
		name, pattern, _ := strings.Cut(value, "=")
		r.lets = append(r.lets, let{"{" + strings.TrimSpace(name) + "}", r.expand(strings.TrimSpace(pattern))})
		return nil
	case key == "added", key == "removed":
		return r.signal(key == "added", value)
	case (key == "elsewhere" || key == "anywhere") && r.last != nil:
		r.last.elsewhere, r.last.anywhere = r.pattern(value), key == "anywhere"
		return nil
	case slices.Contains(guardKinds, key) && r.last != nil:
		r.last.guards = append(r.last.guards, guard{kind: key, re: r.pattern(value)})
		return nil
	case r.rule != nil:
		return r.ruleKey(key, value)
	case r.set == "":
		return r.classKey(key, value)
	}
	return fmt.Errorf("unknown key %q", key)
}

func (r *classReader) section(name string) error {
	r.rule, r.set, r.last = nil, "", nil
	if set, ok := strings.CutPrefix(name, "set "); ok {
		r.set = set
		return nil
	}
	r.rule = &classRules{name: name, language: r.langs["text"]}
	r.class.rules = append(r.class.rules, r.rule)
	return nil
}

func (r *classReader) signal(added bool, value string) error {
	s := &signal{added: added, re: r.pattern(value)}
	r.last = s
	switch {
	case r.set != "":
		r.sets[r.set] = append(r.sets[r.set], s)
	case r.rule != nil:
		r.rule.signals = append(r.rule.signals, s)
	default:
		return fmt.Errorf("a signal outside a rule")
	}
	return nil
}

func (r *classReader) classKey(key, value string) error {
	c := r.class
	switch key {
	case "title":
		c.Title = value
	case "severity":
		c.Severity = Severity(value)
	case "way":
		c.Way = Way(value)
	case "presumed":
		c.Presumed = value == "yes"
	case "moves":
		c.moves = value
	case "moves-except":
		for _, glob := range strings.Fields(value) {
			c.still = append(c.still, compileGlobs(expandBraces(glob))...)
		}
	case "says":
		c.Says = value
	case "ask":
		c.Ask = value
	case "deals":
		c.deals = strings.Fields(value)
	default:
		return fmt.Errorf("unknown key %q", key)
	}
	return nil
}

func (r *classReader) ruleKey(key, value string) error {
	rule := r.rule
	switch key {
	case "files":
		rule.files = append(rule.files, strings.Fields(value)...)
	case "except":
		for _, glob := range strings.Fields(value) {
			rule.except = append(rule.except, compileGlobs(expandBraces(glob))...)
		}
	case "weak":
		rule.weak = value == "yes"
	case "skip":
		for _, name := range strings.Fields(value) {
			kind, ok := skippedKinds[name]
			if !ok {
				return fmt.Errorf("unknown kind of file %q", name)
			}
			rule.skip |= kind
		}
	case "language":
		if rule.language = r.langs[value]; rule.language == nil && value != "auto" {
			return fmt.Errorf("unknown language %q", value)
		}
	case "down":
		rule.down = r.pattern(value)
	case "scope":
		rule.scope = r.pattern(value)
	case "harmless":
		rule.harmless = r.pattern(value)
	case "up-named":
		rule.upNamed = r.pattern(value)
	case "down-named":
		rule.downNamed = r.pattern(value)
	case "up":
		rule.up = r.pattern(value)
	case "down-marker":
		rule.downMarker = r.pattern(value)
	case "up-marker":
		rule.upMarker = r.pattern(value)
	case "use":
		set, ok := r.sets[value]
		if !ok {
			return fmt.Errorf("unknown set %q; a set stands above the rules that use it", value)
		}
		rule.signals = append(rule.signals, set...)
	default:
		return fmt.Errorf("unknown key %q", key)
	}
	return nil
}

// pattern makes ^ and $ stand for the edges of lines, since a statement may
// have several.
func (r *classReader) pattern(text string) *lazyRegexp {
	return newLazyRegexp("(?m)" + r.expand(text))
}

// expand puts the named parts into a pattern.
func (r *classReader) expand(text string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	for _, l := range r.lets {
		text = strings.ReplaceAll(text, l.name, l.pattern)
	}
	return text
}

// skippedKinds are the kinds of files that a rule may leave out.
var skippedKinds = map[string]pathKind{
	"tests": testFile, "fixtures": fixtureFile, "snapshots": snapshotFile,
	"vendored": vendoredFile, "generated": generatedFile, "documentation": documentationFile,
}

// maxSignals is how many signals one rule may have: a bit of a word for each.
const maxSignals = 64

func (r *classRules) finish(class string) error {
	if len(r.files) == 0 || len(r.signals) > maxSignals {
		return fmt.Errorf("%d file patterns, %d signals", len(r.files), len(r.signals))
	}
	r.literals = sync.OnceValue(func() ruleLiterals { return literalsOf(r.requirements(class)) })
	r.prefilter = sync.OnceValue(func() *prefilter { return newPrefilter(r) })
	return nil
}
