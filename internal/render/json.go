package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/backout-dev/backout/checks"
)

// jsonVersion is the version of the contract in docs/verdict.schema.json. Keys
// may be added within a version; a reader ignores what it does not know.
const jsonVersion = 1

// The types below are the contract, in its order. What is not known is null.
type (
	jsonVerdict struct {
		Version        int                `json:"version"`
		Engine         string             `json:"engine"`
		Repository     *string            `json:"repository"`
		Number         *int               `json:"number"`
		HeadSHA        *string            `json:"head_sha"`
		Base           *string            `json:"base"`
		JudgedAt       string             `json:"judged_at"`
		Mode           checks.Mode        `json:"mode"`
		Draft          *bool              `json:"draft"`
		Exempt         *jsonExempt        `json:"exempt"`
		Override       *jsonOverride      `json:"override"`
		Conclusion     checks.Conclusion  `json:"conclusion"`
		Blocked        bool               `json:"blocked"`
		Title          string             `json:"title"`
		Sections       []jsonSection      `json:"sections"`
		Findings       []jsonFinding      `json:"findings"`
		Size           *jsonSize          `json:"size"`
		Systems        []jsonSystem       `json:"systems"`
		Irreversible   []jsonIrreversible `json:"irreversible"`
		TasksUnchecked int                `json:"tasks_unchecked"`
		NotSeen        []string           `json:"not_seen"`
		Policy         []jsonSource       `json:"policy"`
		ChangesAt      *string            `json:"changes_at"`
		InputDigest    string             `json:"input_digest"`
		OutputDigest   string             `json:"output_digest"`
		Provenance     []string           `json:"provenance"`
	}
	jsonExempt struct {
		Reason string `json:"reason"`
	}
	jsonOverride struct {
		By      string   `json:"by"`
		Reason  string   `json:"reason"`
		At      *string  `json:"at"`
		Expires *string  `json:"expires"`
		Lifts   []string `json:"lifts"`
	}
	jsonSection struct {
		ID       string `json:"id"`
		Title    string `json:"title"`
		State    string `json:"state"`
		Required bool   `json:"required"`
		Heading  string `json:"heading"`
		Line     int    `json:"line"`
		LineEnd  int    `json:"line_end"`
		Text     string `json:"text"`
		Reason   string `json:"reason"`
	}
	jsonFinding struct {
		Check    string          `json:"check"`
		Code     string          `json:"code"`
		Severity checks.Severity `json:"severity"`
		Section  string          `json:"section,omitempty"`
		System   string          `json:"system,omitempty"`
		Class    string          `json:"class,omitempty"`
		Path     string          `json:"path,omitempty"`
		Line     int             `json:"line,omitempty"`
		Column   int             `json:"column,omitempty"`
		Message  string          `json:"message"`
		Fix      string          `json:"fix"`
	}
	jsonSize struct {
		Counted   int        `json:"counted"`
		Additions int        `json:"additions"`
		Deletions int        `json:"deletions"`
		Files     int        `json:"files"`
		Parts     []jsonPart `json:"parts"`
	}
	jsonPart struct {
		Kind  string `json:"kind"`
		Lines int    `json:"lines"`
	}
	jsonSystem struct {
		Name  string `json:"name"`
		Named bool   `json:"named"`
	}
	jsonIrreversible struct {
		Class     string `json:"class"`
		Path      string `json:"path"`
		Line      int    `json:"line"`
		Text      string `json:"text"`
		Addressed bool   `json:"addressed"`
	}
	jsonSource struct {
		Source  string  `json:"source"`
		Version *string `json:"version"`
	}
	jsonFailure struct {
		Version    int       `json:"version"`
		Conclusion *string   `json:"conclusion"`
		Error      jsonError `json:"error"`
	}
	jsonError struct {
		Kind    string  `json:"kind"`
		Message string  `json:"message"`
		Fix     *string `json:"fix"`
		Path    *string `json:"path"`
		Line    *int    `json:"line"`
		Column  *int    `json:"column"`
	}
)

// document is the contract that programs read.
func document(r Report) (string, error) { return encode(newJSONVerdict(r)) }

// Kept is the same document for a database, in one line.
func Kept(r Report) ([]byte, error) { return json.Marshal(newJSONVerdict(r)) }

func newJSONVerdict(r Report) jsonVerdict {
	v := r.Verdict
	d := jsonVerdict{
		Version: jsonVersion, Engine: r.Engine,
		Repository: known(r.Repository), Number: known(r.Number), HeadSHA: known(r.HeadSHA), Base: known(r.Base),
		JudgedAt: stamp(v.JudgedAt), Mode: v.Mode, Draft: r.Draft,
		Conclusion: v.Conclusion, Blocked: v.Blocked, Title: v.Title,
		Sections:       convert(v.Sections, newJSONSection),
		Findings:       convert(v.Findings, newJSONFinding),
		TasksUnchecked: v.TasksUnchecked,
		NotSeen:        append([]string{}, v.NotSeen...),
		Policy:         convert(r.Policy, newJSONSource),
		InputDigest:    v.InputDigest, OutputDigest: v.OutputDigest,
		Provenance: append([]string{}, r.Provenance...),
	}
	if v.Exempt != nil {
		d.Exempt = &jsonExempt{v.Exempt.Reason}
	}
	if o := v.Override; o != nil {
		d.Override = &jsonOverride{
			By: o.By, Reason: o.Reason, At: stampOrNull(o.At), Expires: stampOrNull(o.Expires),
			Lifts: append([]string{}, o.Lifts...),
		}
	}
	// A diff that nobody saw has no size, and says nothing about systems.
	if r.Diff != checks.DiffNotSeen {
		d.Size = &jsonSize{
			Counted: v.Size.Counted, Additions: v.Size.Additions, Deletions: v.Size.Deletions, Files: v.Size.Files,
			Parts: convert(v.Size.Parts, func(p checks.SizePart) jsonPart { return jsonPart{p.Kind, p.Lines} }),
		}
		d.Systems = convert(v.Systems, func(s checks.TouchedSystem) jsonSystem { return jsonSystem{s.Name, s.Named} })
		d.Irreversible = convert(v.Irreversible, func(l checks.IrreversibleLine) jsonIrreversible {
			return jsonIrreversible{l.Class, l.Path, l.Line, l.Text, l.Addressed}
		})
	}
	if v.ChangesAt != nil {
		d.ChangesAt = stampOrNull(*v.ChangesAt)
	}
	return d
}

func newJSONSection(s checks.Section) jsonSection {
	return jsonSection{
		ID: s.ID, Title: s.Title, State: string(s.State), Required: s.Required,
		Heading: s.Heading, Line: s.Line, LineEnd: s.LineEnd, Text: s.Text, Reason: s.Reason,
	}
}

func newJSONFinding(f checks.Finding) jsonFinding {
	d := jsonFinding{
		Check: f.Check, Code: f.Code, Severity: f.Severity,
		Section: f.Section, System: f.System, Class: f.Class, Path: f.Path, Line: f.Line,
		Message: f.Message, Fix: f.Fix,
	}
	if f.Line > 0 {
		d.Column = max(f.Column, 1)
	}
	return d
}

func newJSONSource(s checks.Source) jsonSource {
	return jsonSource{Source: s.Source, Version: known(s.Version)}
}

// failureDocument is the contract's form for exits 2 and 3.
func failureDocument(e Failure) (string, error) {
	return encode(jsonFailure{
		Version: jsonVersion,
		Error: jsonError{
			Kind: e.Kind, Message: e.Message, Fix: known(e.Fix),
			Path: known(e.Path), Line: known(e.Line), Column: known(e.Column),
		},
	})
}

// encode writes JSON that is safe on a terminal and in a workflow's log: what
// could act there is written as its number, which reads back as the same text.
func encode(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return "", err
	}
	var out strings.Builder
	for _, c := range b.String() {
		switch {
		case c == '\n', unicode.IsPrint(c):
			out.WriteRune(c)
		case c > 0xFFFF:
			hi, lo := utf16.EncodeRune(c)
			fmt.Fprintf(&out, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&out, `\u%04x`, c)
		}
	}
	return strings.ReplaceAll(out.String(), "##[", `##\u005b`), nil
}

// known is nil for a zero value.
func known[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// convert maps a slice and never gives nil, which JSON would show as null.
func convert[A, B any](in []A, f func(A) B) []B {
	out := make([]B, 0, len(in))
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func stampOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return known(stamp(t))
}
