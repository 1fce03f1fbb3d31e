package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/backout-dev/backout/templates"
)

// PolicyFile is a policy file that was validated.
type PolicyFile struct {
	Name     string
	Problems []Problem
}

// Problem is one thing that is wrong with a policy file.
type Problem struct {
	Line, Column int
	Key          string
	Message      string
	Fix          string
	// Detail is the whole problem for people, over several lines: place, message,
	// the offending line with carets, fix.
	Detail string
}

// ProblemFormats lists the formats that WritePolicyFiles knows, the default
// first.
func ProblemFormats() []Format { return []Format{Text, JSON, GitHub} }

// WritePolicyFiles shows what is wrong with policy files: everything that is
// wrong with each, and of each whether it is valid.
func WritePolicyFiles(w io.Writer, f Format, engine string, files []PolicyFile) error {
	var out string
	var err error
	switch f {
	case Text:
		out = problemText(files)
	case JSON:
		out, err = problemDocument(engine, files)
	case GitHub:
		out = problemCommands(files)
	default:
		return fmt.Errorf("no format %q for policy files", f)
	}
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, out)
	return err
}

func problemText(files []PolicyFile) string {
	var b strings.Builder
	for _, f := range files {
		for _, p := range f.Problems {
			b.WriteString(Lines(p.Detail))
		}
		b.WriteString(lineStart(f.outcome()) + "\n")
	}
	return b.String()
}

// visibleAligned is visible for a text in which spaces mean something, such as
// those above carets.
func visibleAligned(s string) string {
	if plain(s) {
		return s
	}
	parts := strings.Split(s, " ")
	for i, p := range parts {
		parts[i] = visible(p)
	}
	return strings.Join(parts, " ")
}

// outcome is the last line about a file.
func (f PolicyFile) outcome() string {
	if len(f.Problems) == 0 {
		return visible(f.Name) + ": valid"
	}
	return visible(f.Name) + ": not valid, " + templates.Count(len(f.Problems), "problem")
}

func problemCommands(files []PolicyFile) string {
	var b strings.Builder
	for _, f := range files {
		for _, p := range f.Problems {
			text := visible(p.Message)
			if p.Fix != "" {
				text += "\nfix: " + visible(p.Fix)
			}
			b.WriteString(command("error", [][2]string{
				{"file", visible(f.Name)}, {"line", fmt.Sprint(p.Line)}, {"col", fmt.Sprint(p.Column)}, {"title", "backout policy"},
			}, text))
		}
		b.WriteString(lineStart(f.outcome()) + "\n")
	}
	return b.String()
}

// What `policy check --format json` prints. Where a file is not valid it holds
// the error of every exit status 2 as well, which is the first problem.
type (
	jsonPolicyFiles struct {
		Version    int              `json:"version"`
		Engine     string           `json:"engine"`
		Valid      bool             `json:"valid"`
		Files      []jsonPolicyFile `json:"files"`
		Conclusion *string          `json:"conclusion"`
		Error      *jsonError       `json:"error"`
	}
	jsonPolicyFile struct {
		File     string        `json:"file"`
		Valid    bool          `json:"valid"`
		Problems []jsonProblem `json:"problems"`
	}
	jsonProblem struct {
		Line    int     `json:"line"`
		Column  int     `json:"column"`
		Key     *string `json:"key"`
		Message string  `json:"message"`
		Fix     *string `json:"fix"`
	}
)

func problemDocument(engine string, files []PolicyFile) (string, error) {
	d := jsonPolicyFiles{Version: jsonVersion, Engine: engine, Valid: true, Files: []jsonPolicyFile{}}
	for _, f := range files {
		d.Files = append(d.Files, jsonPolicyFile{
			File: f.Name, Valid: len(f.Problems) == 0,
			Problems: convert(f.Problems, func(p Problem) jsonProblem {
				return jsonProblem{p.Line, p.Column, known(p.Key), p.Message, known(p.Fix)}
			}),
		})
		if len(f.Problems) == 0 || !d.Valid {
			continue
		}
		first := f.Problems[0]
		d.Valid = false
		d.Error = &jsonError{
			Kind: "policy", Message: first.Message, Fix: known(first.Fix),
			Path: known(f.Name), Line: known(first.Line), Column: known(first.Column),
		}
	}
	return encode(d)
}

// Lines makes a text of several lines safe for a terminal and for a workflow's
// log: in each line what could act there becomes visible.
func Lines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		indent := len(line) - len(strings.TrimLeft(line, " "))
		b.WriteString(line[:indent] + lineStart(visibleAligned(line[indent:])) + "\n")
	}
	return b.String()
}
