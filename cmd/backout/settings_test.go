package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/backout-dev/backout/checks"
)

// Settings are the settings that stand beside an example in docs/checks.md, as
// a policy file will hold them. They are read strictly, so that no example
// shows a key that does nothing.
type Settings struct {
	Timezone       string                   `yaml:"timezone"`
	Sections       map[string]sectionYAML   `yaml:"sections"`
	DiffSize       *checks.DiffSize         `yaml:"diff-size"`
	Irreversible   map[string]classYAML     `yaml:"irreversible"`
	Systems        map[string]checks.System `yaml:"systems"`
	BlastRadius    checks.Severity          `yaml:"blast-radius"`
	Tasks          checks.Severity          `yaml:"tasks"`
	FreezeSeverity checks.Severity          `yaml:"freeze-severity"`
	Freeze         []freezeYAML             `yaml:"freeze"`
	Hours          *hoursYAML               `yaml:"hours"`
}

type sectionYAML struct {
	Title       string          `yaml:"title"`
	Also        []string        `yaml:"also"`
	Hint        string          `yaml:"hint"`
	Require     requireYAML     `yaml:"require"`
	RollForward checks.Severity `yaml:"roll-forward"`
}

type requireYAML struct {
	given  bool
	always bool

	LinesOver int      `yaml:"lines-over"`
	Paths     []string `yaml:"paths"`
	Labels    []string `yaml:"labels"`
}

func (r *requireYAML) UnmarshalYAML(unmarshal func(any) error) error {
	r.given = true
	var word string
	if unmarshal(&word) == nil {
		r.always = word == "always"
		if !r.always && word != "never" {
			return fmt.Errorf("require cannot be %q", word)
		}
		return nil
	}
	type plain requireYAML
	return unmarshal((*plain)(r))
}

type classYAML struct {
	Severity checks.Severity `yaml:"severity"`
	Ignore   []string        `yaml:"ignore"`
	Paths    []string        `yaml:"paths"`
	Ask      string          `yaml:"ask"`
	Way      checks.Way      `yaml:"way"`
}

func (c *classYAML) UnmarshalYAML(unmarshal func(any) error) error {
	if unmarshal(&c.Severity) == nil {
		return nil
	}
	type plain classYAML
	return unmarshal((*plain)(c))
}

type freezeYAML struct {
	Name   string           `yaml:"name"`
	From   string           `yaml:"from"`
	Until  string           `yaml:"until"`
	Only   checks.Condition `yaml:"only"`
	Except checks.Condition `yaml:"except"`
}

type hoursYAML struct {
	Staffed  string          `yaml:"staffed"`
	Watch    string          `yaml:"watch"`
	Severity checks.Severity `yaml:"severity"`
}

// apply reads settings over a policy.
func apply(p checks.Policy, text string) (checks.Policy, error) {
	var s Settings
	if err := yaml.UnmarshalWithOptions([]byte(text), &s, yaml.Strict()); err != nil {
		return p, err
	}
	location, err := time.LoadLocation(s.Timezone)
	if err != nil {
		return p, err
	}
	p.Sections = slices.Clone(p.Sections)
	for _, id := range sortedKeys(s.Sections) {
		p.Sections = s.Sections[id].onto(p.Sections, id)
	}
	if s.DiffSize != nil {
		p.DiffSize = *s.DiffSize
	}
	for _, id := range sortedKeys(s.Irreversible) {
		if p.Irreversible == nil {
			p.Irreversible = map[string]checks.ClassRule{}
		}
		p.Irreversible[id] = checks.ClassRule(s.Irreversible[id])
	}
	for _, name := range sortedKeys(s.Systems) {
		system := s.Systems[name]
		system.Name = name
		p.Systems = append(p.Systems, system)
	}
	override(&p.BlastRadius, s.BlastRadius)
	override(&p.Tasks, s.Tasks)
	override(&p.Freeze.Severity, s.FreezeSeverity)
	for _, f := range s.Freeze {
		w, err := f.window(location)
		if err != nil {
			return p, err
		}
		p.Freeze.Windows = append(p.Freeze.Windows, w)
	}
	if s.Hours != nil {
		return p, s.Hours.onto(&p.Hours, location)
	}
	return p, nil
}

func override(to *checks.Severity, s checks.Severity) {
	if s != "" {
		*to = s
	}
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (s sectionYAML) onto(rules []checks.SectionRule, id string) []checks.SectionRule {
	i := slices.IndexFunc(rules, func(r checks.SectionRule) bool { return r.ID == id })
	if i < 0 {
		i = len(rules)
		rules = append(rules, checks.SectionRule{ID: id})
	}
	r := &rules[i]
	if s.Title != "" {
		r.Title = s.Title
	}
	if s.Hint != "" {
		r.Hint = s.Hint
	}
	r.Also = append(r.Also, s.Also...)
	override(&r.RollForward, s.RollForward)
	if s.Require.given {
		r.Require = checks.Require{
			Always: s.Require.always, LinesOver: s.Require.LinesOver, Paths: s.Require.Paths, Labels: s.Require.Labels,
		}
	}
	return rules
}

func (f freezeYAML) window(l *time.Location) (checks.FreezeWindow, error) {
	w := checks.FreezeWindow{Name: f.Name, Location: l, Only: f.Only, Except: f.Except}
	var err error
	if w.From, err = time.ParseInLocation("2006-01-02T15:04", f.From, l); err != nil {
		return w, err
	}
	w.Until, err = time.ParseInLocation("2006-01-02T15:04", f.Until, l)
	return w, err
}

func (h hoursYAML) onto(to *checks.Hours, l *time.Location) error {
	to.Location = l
	override(&to.Severity, h.Severity)
	if h.Watch != "" {
		d, err := time.ParseDuration(h.Watch)
		if err != nil {
			return err
		}
		to.Watch = d
	}
	if h.Staffed == "" {
		return nil
	}
	r, err := staffed(h.Staffed)
	to.Staffed = append(to.Staffed, r)
	return err
}

// staffed reads "Mon-Fri 09:00-18:00".
func staffed(s string) (checks.StaffedRange, error) {
	var r checks.StaffedRange
	days, hours, _ := strings.Cut(s, " ")
	week := []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}
	first, last, _ := strings.Cut(days, "-")
	from, to := slices.Index(week, first), slices.Index(week, last)
	if from < 0 || to < from {
		return r, fmt.Errorf("days %q", days)
	}
	for d := from; d <= to; d++ {
		r.Days[d] = true
	}
	var err error
	start, end, _ := strings.Cut(hours, "-")
	if r.Start, err = minutes(start); err != nil {
		return r, err
	}
	r.End, err = minutes(end)
	return r, err
}

func minutes(s string) (int, error) {
	h, m, _ := strings.Cut(s, ":")
	hour, err := strconv.Atoi(h)
	if err != nil {
		return 0, err
	}
	minute, err := strconv.Atoi(m)
	return hour*60 + minute, err
}
