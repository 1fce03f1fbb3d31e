// Package effective shows a policy as a policy file, with the origin of every
// value: the file and line that it stands in, and what other files say.
package effective

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/backout-dev/backout/internal/config"
)

// YAML writes what files come to as a policy file: each value with its origin
// behind it and, as comments, what the organisation's file says instead and
// what the repository's asked for and did not get. Diff leaves out what is as it
// is by default.
func YAML(m config.Merged, diff bool, files ...File) string {
	w := writer{zone: zoneOf(m), overruled: slices.Clone(m.Overruled)}
	w.b.WriteString("version: 1\n")
	shown := slices.DeleteFunc(groups(m), func(g group) bool { return g.key == "version" || g.silent(diff) })
	for i, g := range shown {
		alone := !(i > 0 && shown[i-1].sameClass(g) || i+1 < len(shown) && shown[i+1].sameClass(g))
		for _, s := range g.settings {
			if path := s.Path; alone && path[0] == "irreversible" && path[len(path)-1] == "severity" {
				s.Path = path[:2] // a class of which only the severity is said
			}
			w.setting(s, m)
		}
		in := indent(len(pathOf(g.settings[0])) - 1)
		for _, f := range files {
			if own, ok := f.says(g); ok && f.Floor && !g.holds(own) {
				fmt.Fprintf(&w.b, "%s# %s:%d says %s\n", in, comment(f.Name), own.settings[0].Origin.Line, own.text())
			}
		}
		w.notes(g.key, in)
	}
	w.notes("", "")
	return w.b.String()
}

// group is a value with all its entries.
type group struct {
	key      string
	settings []config.Setting
}

// groups joins the entries of each list, and the parts of each freeze's times.
func groups(m config.Merged) []group {
	var all []group
	zone := zoneOf(m)
	for _, s := range m.Settings {
		key := strings.TrimSuffix(s.Key(), "[]")
		if key == "timezone" && s.Text != zone {
			continue // the times that stand in it are written by the other one
		}
		if n := len(all); n > 0 && all[n-1].key == key && !s.Beside {
			all[n-1].settings = append(all[n-1].settings, s)
			continue
		}
		all = append(all, group{key, []config.Setting{s}})
	}
	return all
}

// silent reports a value that says nothing: an empty one that nobody wrote, and
// with diff whatever is as it is by default.
func (g group) silent(diff bool) bool {
	s := g.settings[0]
	if s.Origin.Kind != config.FromDefault {
		return diff && g.text() == defaults()[g.key]
	}
	return diff || s.Text == "[]" || s.Text == "{}"
}

// sameClass reports another value of the same class of irreversible change.
func (g group) sameClass(other group) bool {
	a, b := g.settings[0].Path, other.settings[0].Path
	return a[0] == "irreversible" && b[0] == a[0] && len(a) > 1 && len(b) > 1 && a[1] == b[1]
}

// holds reports that all of another value stands in this one.
func (g group) holds(other group) bool {
	for _, o := range other.settings {
		if !slices.ContainsFunc(g.settings, func(s config.Setting) bool { return s.Text == o.Text && s.Zone == o.Zone }) {
			return false
		}
	}
	return true
}

// text is the value on one line.
func (g group) text() string {
	var items []string
	for _, s := range g.settings {
		if s.Path[len(s.Path)-1] != "[]" {
			return safe(s.Text)
		}
		text := safe(s.Text)
		if s.Zone != "" {
			text += " " + s.Zone
		}
		items = append(items, text)
	}
	return "[" + strings.Join(items, ", ") + "]"
}

func (g group) origins() string {
	var all []string
	for _, s := range g.settings {
		if o := s.Origin.String(); !slices.Contains(all, o) {
			all = append(all, o)
		}
	}
	return strings.Join(all, " and ")
}

// defaults are the values where no file says anything.
func defaults() map[string]string {
	m := map[string]string{}
	for _, g := range groups(config.Merge(nil, nil, config.Where{})) {
		m[g.key] = g.text()
	}
	m["comment"] = string(config.CommentWhenNeeded)
	return m
}

// zoneOf is the zone that times are written in: that of the hours, which cannot
// be written in another, or else of the first freeze.
func zoneOf(m config.Merged) string {
	p := m.Policy
	switch {
	case len(p.Hours.Staffed) > 0 && p.Hours.Location != nil:
		return p.Hours.Location.String()
	case len(p.Freeze.Windows) > 0:
		return p.Freeze.Windows[0].Location.String()
	}
	for _, s := range m.Settings {
		if s.Path[0] == "timezone" {
			return s.Text
		}
	}
	return ""
}

type writer struct {
	b         strings.Builder
	open      []string // the keys that stand above the next line
	zone      string
	overruled []config.Overruled // not yet said
}

// setting writes one line, and the keys above it that are not there yet.
func (w *writer) setting(s config.Setting, m config.Merged) {
	path := pathOf(s)
	origin := " # " + comment(s.Origin.String())
	text := safe(s.Text)
	if s.Beside || s.Zone != "" && s.Zone != w.zone && path[0] == "hours" {
		// A file cannot hold it: a second system of one name, other people's hours.
		also := "beside it, for itself"
		if !s.Beside {
			also = "and in " + s.Zone
		}
		fmt.Fprintf(&w.b, "%s# %s: %s: %s%s\n", indent(1), also, comment(s.Key()), text, origin)
		return
	}
	if s.Zone != "" && path[0] == "freeze" {
		text = w.moment(path, m)
	}
	dash := false
	line := func(depth int, text string) {
		in := indent(depth)
		if dash {
			in, dash = in[:len(in)-2]+"- ", false
		}
		w.b.WriteString(in + text)
	}
	last := len(path) - 1
	for i, elem := range path[:last] {
		if i < len(w.open) && w.open[i] == elem {
			continue
		}
		w.open = append(slices.Clone(w.open[:min(i, len(w.open))]), elem)
		if strings.HasPrefix(elem, "[") {
			dash = true
			continue
		}
		line(i, key(elem)+":\n")
	}
	w.open = slices.Clone(w.open[:last])
	if path[last] == "[]" {
		line(last, "- "+text+origin+"\n")
		return
	}
	line(last, key(path[last])+": "+text+origin+"\n")
}

// moment writes a freeze's start or end by the clocks of the zone that the
// whole is written in.
func (w *writer) moment(path []string, m config.Merged) string {
	i, _ := strconv.Atoi(strings.Trim(path[1], "[]"))
	window := m.Policy.Freeze.Windows[i]
	t := window.From
	if path[2] == "until" {
		t = window.Until
	}
	if zone, err := time.LoadLocation(w.zone); err == nil {
		t = t.In(zone)
	}
	return t.Format("2006-01-02T15:04")
}

// notes says what was asked for under a key and does not stand; under the empty
// key, whatever was not said yet.
func (w *writer) notes(key, in string) {
	w.overruled = slices.DeleteFunc(w.overruled, func(o config.Overruled) bool {
		if key != "" && o.Key != key {
			return false
		}
		fmt.Fprintf(&w.b, "%s# %s\n", in, comment(o.String()))
		return true
	})
}

var item = regexp.MustCompile(`^(.*)(\[\d+\])$`)

// pathOf is the path with the places of list entries apart: "freeze[0]" is two.
func pathOf(s config.Setting) []string {
	if m := item.FindStringSubmatch(s.Path[0]); m != nil {
		return append([]string{m[1], m[2]}, s.Path[1:]...)
	}
	return s.Path
}

func indent(n int) string { return strings.Repeat("  ", n) }

var plainKey = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 ._/-]*$`)

// key writes a key, in quotes where YAML would read it otherwise.
func key(s string) string {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
	default:
		if plainKey.MatchString(s) && !strings.HasSuffix(s, " ") {
			return s
		}
	}
	return safe(strconv.Quote(s))
}

// safe writes what cannot be seen as its number; it stands in quotes already.
func safe(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xFFFF:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return strings.ReplaceAll(b.String(), "##[", `##\u005b`)
}

// comment keeps a comment on its line.
func comment(s string) string { return strings.NewReplacer("\n", " ", "\r", " ").Replace(s) }
