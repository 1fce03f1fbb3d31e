package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Setting is one value of a policy, with where it comes from.
type Setting struct {
	// Path is its key; an entry of a list ends in "[]".
	Path []string
	// Text is the value as a policy file would have it.
	Text string
	// Zone is the zone of a time.
	Zone   string
	Origin Origin
	// Beside is true where it belongs to a system that stands beside one of the
	// same name of the organisation's.
	Beside bool
}

// Key writes the path as messages do: "diff-size.block-above".
func (s Setting) Key() string { return keyText(s.Path) }

func keyText(path []string) string {
	return strings.ReplaceAll(strings.Join(path, "."), ".[]", "[]")
}

// OriginKind says whose a value is.
type OriginKind string

// Where a value can come from.
const (
	FromDefault    OriginKind = "default"
	FromFloor      OriginKind = "floor"      // the organisation's file
	FromRepository OriginKind = "repository" // the repository's file
	FromRelaxed    OriginKind = "relaxed"    // the repository's file, as the organisation's allows
)

// Origin is where a value comes from.
type Origin struct {
	Kind         OriginKind
	File         string // empty for a default
	Line, Column int
}

// String writes "acme/.github:backout.yml:9, floor".
func (o Origin) String() string {
	switch o.Kind {
	case FromDefault:
		return "default"
	case FromRepository:
		return fmt.Sprintf("%s:%d", o.File, o.Line)
	}
	return fmt.Sprintf("%s:%d, %s", o.File, o.Line, o.Kind)
}

// Overruled is something that a repository's file asks for and does not get.
type Overruled struct {
	Key    string
	Asked  string // as the file has it
	At     Origin
	Stands string // the value that stands, or what becomes of the one that was asked for
	By     Origin
}

// String says it in one line.
func (o Overruled) String() string {
	return fmt.Sprintf("%s asks for %s: %s; %s (%s)", o.At, o.Key, o.Asked, o.Stands, o.By)
}

// set records a value that stands.
func (m *merger) set(origin Origin, text string, path ...string) {
	m.out.Settings = append(m.out.Settings, Setting{Path: path, Text: text, Origin: origin})
}

// setTime records a time, which is nothing without its zone.
func (m *merger) setTime(origin Origin, text, zone string, path ...string) {
	m.set(origin, text, path...)
	m.out.Settings[len(m.out.Settings)-1].Zone = zone
}

// overrule records what the repository does not get. The path is of the key.
func (m *merger) overrule(asked string, at Place, stands string, by Origin, path ...string) {
	if m.org == nil {
		by = Origin{Kind: FromDefault}
	}
	m.out.Overruled = append(m.out.Overruled, Overruled{
		Key: keyText(path), Asked: asked, At: m.origin(asks, at), Stands: stands, By: by,
	})
}

// origin says where a value comes from that stands at a place of the file of
// the one who has it.
func (m *merger) origin(whose voice, at Place) Origin {
	switch {
	case !at.Set:
		return Origin{Kind: FromDefault}
	case whose == asks:
		return Origin{FromRepository, m.repo.Name, at.Line, at.Column}
	case whose == relaxes:
		return Origin{FromRelaxed, m.repo.Name, at.Line, at.Column}
	}
	return Origin{FromFloor, m.org.Name, at.Line, at.Column}
}

// The values as a policy file has them.

func showText(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "null":
		return strconv.Quote(s)
	}
	return flow(s)
}

func showWord[T ~string](v T) string { return flow(string(v)) }

func showLimit(n int) string {
	if n == 0 {
		return "off"
	}
	return strconv.Itoa(n)
}

func showLength(d time.Duration) string {
	hours, minutes := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case minutes == 0:
		return fmt.Sprintf("%dh", hours)
	case hours == 0:
		return fmt.Sprintf("%dm", minutes)
	}
	return fmt.Sprintf("%dh%dm", hours, minutes)
}

func showList(items []string) string {
	if len(items) == 0 {
		return "[]"
	}
	return flow(items)
}
