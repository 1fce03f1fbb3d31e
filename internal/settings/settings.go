// Package settings reads what `backout serve` is told: by flags, by environment
// variables and by a file, in this order. It reports every mistake at once, each
// with where it was made and what to do, and no message holds a secret.
package settings

import (
	"crypto/rsa"
	"net/url"
	"strings"
	"time"

	"github.com/backout-dev/backout/internal/gh"
	"github.com/backout-dev/backout/internal/nearest"
)

// Settings is what `backout serve` runs by.
type Settings struct {
	AppID          int64
	PrivateKey     *rsa.PrivateKey
	WebhookSecrets [][]byte // at least one, and none empty
	GitHub         gh.Hosts
	// GitHubURL is the GitHub that people open in a browser.
	GitHubURL string
	// Database is a postgres:// URL, or the path of an SQLite file in DataDir.
	Database string
	DataDir  string
	// PublicURL is where this server is reached from outside; nil: not told.
	PublicURL *url.URL
	Accounts  []string // owners to serve; none: all
	// Organisation is where an organisation's policy file is: a repository of the
	// owner, and a path in it.
	Organisation  File
	Listen        string
	MetricsListen string // empty: metrics are shown at Listen
	CommentAfter  time.Duration
	LogFormat     string // "text" or "json"

	// Told lists what was told and by whom, in the order of Keys.
	Told []Told
	// Warnings are what works and should not stay.
	Warnings []Problem
}

// File is a file on the default branch of a repository of each owner.
type File struct{ Repository, Path string }

// Told is a setting as it may be shown: secrets are described.
type Told struct{ Key, Value, Origin string }

// Problem is one thing that is wrong, or with a setting that works, not good.
type Problem struct {
	Key     string // empty: the file as a whole
	Origin  string // "--app-id", "BACKOUT_APP_ID", "serve.yml:3:9"; empty: nowhere
	Message string
	Fix     string
}

// String is a problem in one line.
func (p Problem) String() string {
	text := p.Message
	if p.Origin != "" {
		text = p.Origin + ": " + text
	}
	if p.Fix != "" {
		text += "; " + p.Fix
	}
	return text
}

// Sources is where settings come from.
type Sources struct {
	// Flag returns the values of a flag that was given.
	Flag   func(name string) (values []string, given bool)
	Getenv func(string) string
	// Environ lists the environment, as NAME=VALUE; nil: nobody looks for misspelt names.
	Environ func() []string
	// File is the settings file; empty: none.
	File     string
	ReadFile func(string) ([]byte, error)
}

// Read reads the settings. Where there are problems only the warnings of the
// settings are to be used.
func Read(from Sources) (Settings, []Problem) {
	r := reader{Sources: from}
	r.readFile()
	values := map[string]value{}
	for _, k := range Keys() {
		if v, told := r.find(k); told {
			values[k.Name] = v
		}
	}
	r.onlyOneKey(values)
	r.fill(values)
	r.misspelt()
	return r.settings, r.problems
}

// value is what a key was told.
type value struct {
	key    Key
	texts  []string // one, unless the key takes several
	origin string
	rank   int // of the source; 0: the default
}

// The ranks of the sources.
const (
	byDefault = iota
	byFile
	byEnvironment
	byFlag
)

func (v value) text() string { return v.texts[0] }

type reader struct {
	Sources
	settings Settings
	problems []Problem
	file     map[string]value
	garbled  map[string]bool // keys of the file whose values cannot be read
	unread   bool            // nobody knows what the file says
}

func (r *reader) problem(v value, message, fix string) {
	r.problems = append(r.problems, Problem{Key: v.key.Name, Origin: v.origin, Message: message, Fix: fix})
}

// find looks a key up in the sources, the strongest first. An environment
// variable that is empty counts as one that is not set: that is how compose files
// and units leave one out.
func (r *reader) find(k Key) (value, bool) {
	if texts, given := r.Flag(k.Name); given {
		return value{k, texts, "--" + k.Name, byFlag}, true
	}
	if text := r.Getenv(k.Variable()); text != "" {
		texts := []string{text}
		if k.split != nil {
			texts = k.split(text)
		}
		return value{k, texts, k.Variable(), byEnvironment}, len(texts) > 0
	}
	if v, told := r.file[k.Name]; told {
		return v, true
	}
	if k.Default != "" {
		return value{k, []string{k.Default}, "the default", byDefault}, true
	}
	return value{}, false
}

// misspelt warns of variables that are no settings and are spelt nearly like one.
// It is no mistake: an orchestrator may set some for a service of our name, such
// as BACKOUT_PORT.
func (r *reader) misspelt() {
	if r.Environ == nil {
		return
	}
	names := []string{"config", "check-config"}
	for _, k := range Keys() {
		names = append(names, k.Name)
	}
	for _, line := range r.Environ() {
		variable, text, _ := strings.Cut(line, "=")
		name, ours := strings.CutPrefix(variable, prefix)
		near, is := nearest.Of(name, names)
		if near = (Key{Name: near}).Variable(); ours && is && text != "" && near != variable {
			r.settings.Warnings = append(r.settings.Warnings, Problem{
				Origin: variable, Message: "this variable is not a setting", Fix: "the nearest is " + near,
			})
		}
	}
}

// onlyOneKey settles which of the two ways of giving the private key counts: the
// one of the stronger source.
func (r *reader) onlyOneKey(values map[string]value) {
	text, told := values["private-key"]
	file, toldFile := values["private-key-file"]
	switch {
	case !told || !toldFile:
	case text.rank > file.rank:
		delete(values, "private-key-file")
	case file.rank > text.rank:
		delete(values, "private-key")
	default:
		r.problem(text, "private-key and private-key-file are both given", "give one of them")
		delete(values, "private-key-file")
	}
}

// fill sets what was told and complains of what is missing.
func (r *reader) fill(values map[string]value) {
	for _, k := range Keys() {
		v, told := values[k.Name]
		switch {
		case told && r.empty(v):
		case told:
			if shown, ok := k.set(r, v); ok {
				r.settings.Told = append(r.settings.Told, Told{k.Name, shown, v.origin})
			}
		case k.missing != "": // in a file that could not be read it may be there
			if _, other := values[k.or]; !other && !r.unread && !r.garbled[k.Name] && !r.garbled[k.or] {
				r.problems = append(r.problems, Problem{Key: k.Name, Message: k.Name + " is missing", Fix: k.missing})
			}
		}
	}
	if len(r.problems) == 0 {
		r.complete(values)
	}
}

// empty complains of a value that is empty: most often a variable is not set, and
// the server would not do what was meant.
func (r *reader) empty(v value) bool {
	for _, text := range v.texts {
		if text == "" {
			r.problem(v, v.key.Name+" is empty", "give it a value, or leave it out")
			return true
		}
	}
	if len(v.texts) == 0 {
		r.problem(v, v.key.Name+" is an empty list", "name one, or leave the key out")
	}
	return len(v.texts) == 0
}
