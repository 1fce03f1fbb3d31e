// Package action is the runtime of GitHub Actions: what a workflow was started
// by, what its step was given, and where a step's results go.
//
// The runner reads commands from standard output and standard error, whoever
// wrote them. Everything printed here is escaped, so that nothing an author
// wrote is a line of its own.
package action

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/sethvargo/go-githubactions"
)

// maxSummary is what we put into one step's summary, in bytes. GitHub drops one
// above 1 MiB whole; a step may have written to its summary before.
const maxSummary = 512 << 10

// Runner is the runner that executes the step.
type Runner struct {
	out    *githubactions.Action
	getenv func(string) string
}

// New is the runner whose commands are read from w.
func New(w io.Writer, getenv func(string) string) *Runner {
	return &Runner{
		out:    githubactions.New(githubactions.WithWriter(w), githubactions.WithGetenv(getenv)),
		getenv: getenv,
	}
}

// Mask keeps a secret out of the log, whoever prints it.
func (r *Runner) Mask(secret string) {
	// One line each: the runner masks no line ends.
	for line := range strings.Lines(secret) {
		if line = strings.TrimSpace(line); line != "" {
			r.out.AddMask(line)
		}
	}
}

// Notice shows something to whoever keeps the workflow.
func (r *Runner) Notice(format string, args ...any) { r.annotate("notice", format, args) }

// Warning shows something that somebody should mend.
func (r *Runner) Warning(format string, args ...any) { r.annotate("warning", format, args) }

// Error shows why the step fails.
func (r *Runner) Error(format string, args ...any) { r.annotate("error", format, args) }

func (r *Runner) annotate(level, format string, args []any) {
	out := r.out.WithFieldsMap(map[string]string{"title": "backout"})
	switch text := fmt.Sprintf(format, args...); level {
	case "notice":
		out.Noticef("%s", text)
	case "warning":
		out.Warningf("%s", text)
	default:
		out.Errorf("%s", text)
	}
}

// Summary appends to the page that GitHub shows of the run. Without such a page
// (on a machine that is no runner) it does nothing.
func (r *Runner) Summary(markdown string) error {
	if len(markdown) > maxSummary {
		return fmt.Errorf("the summary has %d bytes, and %d are written at most", len(markdown), maxSummary)
	}
	return appendTo(r.getenv("GITHUB_STEP_SUMMARY"), "\n"+markdown+"\n")
}

// Output is one output of the step.
type Output struct{ Name, Value string }

// Outputs writes outputs. Each value ends at a delimiter that nobody can guess,
// so that no value can hold another output.
func (r *Runner) Outputs(outputs ...Output) error {
	var b strings.Builder
	for _, o := range outputs {
		delimiter := "backout-" + rand.Text()
		if strings.Contains(o.Value, delimiter) {
			return errors.New("the output " + o.Name + " holds its own delimiter")
		}
		fmt.Fprintf(&b, "%s<<%s\n%s\n%s\n", o.Name, delimiter, o.Value, delimiter)
	}
	return appendTo(r.getenv("GITHUB_OUTPUT"), b.String())
}

// appendTo adds text to a file that the runner made for the step.
func appendTo(file, text string) (err error) {
	if file == "" {
		return nil
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = io.WriteString(f, text)
	return err
}
