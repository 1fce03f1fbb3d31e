// Package render shows a verdict: to a person at a terminal, to a program, to
// a pull request. Every function is pure: the same report gives the same bytes.
//
// Whatever an author wrote is hostile here: it can hold terminal escape
// sequences, workflow commands, mentions and HTML, and none of them may reach
// the place where it would act.
package render

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/backout-dev/backout/checks"
)

// Report is a verdict with what it takes to show it.
type Report struct {
	Verdict checks.Verdict
	Engine  string // version of backout, without a leading v

	// The change, as far as it is known: empty, zero or nil is not known.
	Repository string
	Number     int
	HeadSHA    string
	Base       string
	Draft      *bool
	Diff       checks.DiffSeen

	Description Description
	// Limits are the size limits in force, shown beside the size.
	Limits checks.DiffSize
	// Policy names the policy files in force; none means the built-in defaults.
	Policy []checks.Source
	// Provenance says where each other fact came from and what was not looked
	// for, a few words each: "base origin/main at 7be2d10".
	Provenance []string

	// Color marks the words of the text and concise formats.
	Color bool

	// NoVerdict says why there is no verdict; Verdict counts for nothing then.
	NoVerdict *NoVerdict

	// What only GitHub's places show.

	// Rules are the sections that the policy asks for, with the hints that stand
	// in the block to paste.
	Rules []checks.SectionRule
	// Others are the other open pull requests whose verdicts count on the same
	// commit.
	Others []Other
	// DetailsURL leads to the full record; empty or not http(s): there is none.
	DetailsURL string
	// Approvers are the roles and teams that may override ("maintain",
	// "acme/sre").
	Approvers []string
	// OverrideLabel is the label that asks for an override; empty: none does.
	OverrideLabel string
	// Notices are for whoever keeps the gate running, a sentence each: the token
	// may not write, the repository's own policy is not visible.
	Notices []string
	// Commands is true where the commands "/backout ..." are listened to.
	Commands bool
	// Freezes is true where the policy has freezes, now or later. Flips is true
	// where the verdict turns by itself when one starts or ends.
	Freezes, Flips bool
}

// NoVerdict is what could not be read.
type NoVerdict struct {
	Why     string    // "files of acme/shop#812 could not be read (HTTP 502, 4 tries)"
	NextTry time.Time // zero: nobody tries again by themselves
}

// Other is another pull request on the same commit, with its verdict.
type Other struct {
	Ref    string // "acme/shop#813"
	Title  string // of its verdict
	Blocks bool   // its verdict is a failure, or there is none yet
}

// Description is the description that was judged.
type Description struct {
	// Name stands before the line in a location: a path, "acme/shop#812", or
	// empty, which is shown as "description".
	Name string
	File bool // Name is the path of a file
	Text string
}

// Format is a way to show a report.
type Format string

// The formats.
const (
	Text     Format = "text"
	Concise  Format = "concise"
	JSON     Format = "json"
	Markdown Format = "markdown"
	GitHub   Format = "github"
	SARIF    Format = "sarif"
)

// Formats lists the formats, the default first.
func Formats() []Format {
	return []Format{Text, Concise, JSON, Markdown, GitHub, SARIF}
}

// Valid reports whether f is one of Formats.
func (f Format) Valid() bool { return slices.Contains(Formats(), f) }

// Write shows a report.
func Write(w io.Writer, f Format, r Report) error {
	var out string
	var err error
	switch f {
	case Text:
		out = text(r)
	case Concise:
		out = concise(r)
	case JSON:
		out, err = document(r)
	case Markdown:
		out = markdown(r)
	case GitHub:
		out = workflowCommands(r)
	case SARIF:
		out, err = sarif(r)
	default:
		return fmt.Errorf("unknown format %q", f)
	}
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, out)
	return err
}

// Failure is why no verdict was reached, and what to do about it.
type Failure struct {
	Kind    string // "usage", "policy" or "unknown"
	Message string
	Fix     string // a few words or "try: " and a command line; empty when there is none
	Path    string
	Line    int
	Column  int
}

// WriteFailure shows a failure to the programs that read the machine formats.
// The formats for people have nothing to add to the line on standard error.
func WriteFailure(w io.Writer, f Format, engine string, e Failure, exit int) error {
	var out string
	var err error
	switch f {
	case JSON:
		out, err = failureDocument(e)
	case GitHub:
		out = command("error", [][2]string{{"title", "backout: no verdict"}}, sentence(e))
	case SARIF:
		out, err = failureSARIF(engine, e, exit)
	}
	if err != nil || out == "" {
		return err
	}
	_, err = io.WriteString(w, out)
	return err
}

// FailureLine says a failure in one line, for standard error.
func FailureLine(e Failure) string {
	if e.Kind == "unknown" {
		e.Message += "; the change is neither passed nor blocked"
		return "no verdict: " + sentence(e)
	}
	return "backout: " + sentence(e)
}

// sentence says what failed, where, and what to do.
func sentence(e Failure) string {
	s := visible(e.Message)
	if e.Path != "" && e.Line > 0 {
		s = fmt.Sprintf("%s:%d:%d: %s", visible(e.Path), e.Line, max(e.Column, 1), s)
	}
	if e.Fix != "" {
		s += "; " + visible(e.Fix)
	}
	return s
}

// location is what a finding is about, as path, line and column. A line that
// is not known gives the start.
func (r Report) location(f checks.Finding) (path string, line, column int) {
	path = f.Path
	if path == "" {
		path = r.descriptionName()
	}
	return path, max(f.Line, 1), max(f.Column, 1)
}

// remedy is where the author mends a finding. What a file of the diff brings up
// is answered in the description: in the section that the file is held against.
func (r Report) remedy(f checks.Finding) (path string, line, column int) {
	answers := map[string]string{"irreversible": "rollback", "blast-radius": "blast-radius"}
	id, ok := answers[f.Check]
	if f.Path == "" || !ok {
		return r.location(f)
	}
	for _, s := range r.Verdict.Sections {
		if s.ID == id {
			line = s.Line
		}
	}
	return r.descriptionName(), max(line, 1), 1
}

func (r Report) descriptionName() string {
	if r.Description.Name == "" {
		return "description"
	}
	return r.Description.Name
}

// policyLine names the policy in force and the source of every other fact.
func (r Report) policyLine() string {
	var parts []string
	for _, s := range r.Policy {
		part := visible(s.Source)
		if s.Version != "" {
			part += " at " + visible(short(s.Version))
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		parts = append(parts, "built-in defaults")
	}
	line := strings.Join(parts, ", ")
	for _, p := range r.Provenance {
		line += "; " + visible(p)
	}
	return line
}

// short cuts a Git object name to what people read.
func short(version string) string {
	if len(version) != 40 && len(version) != 64 {
		return version
	}
	for _, c := range version {
		if !strings.ContainsRune("0123456789abcdef", c) {
			return version
		}
	}
	return version[:7]
}

// tally counts findings by severity.
func tally(findings []checks.Finding) (blocks, warnings, notes int) {
	for _, f := range findings {
		switch f.Severity {
		case checks.Block:
			blocks++
		case checks.Warn:
			warnings++
		default:
			notes++
		}
	}
	return blocks, warnings, notes
}
