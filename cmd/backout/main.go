// Command backout judges whether a change can be rolled back.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/render"
)

// The exit statuses are part of the interface, the same for every command and
// in every format.
const (
	exitPass    = 0 // the change passes, or the policy only reports
	exitBlocked = 1 // the verdict blocks
	exitUsage   = 2 // a mistake in the call or in a policy file
	exitUnknown = 3 // no verdict was reached
)

// host is the world outside: nothing below main reads it in another way.
type host struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	// stdoutTerminal and stderrTerminal say that a person is looking.
	stdoutTerminal, stderrTerminal bool
	getenv                         func(string) string
	environ                        func() []string // nil: nobody looks for misspelt names
	now                            func() time.Time
	dir                            string // working directory
	version                        string
	policy                         checks.Policy // what applies where no policy file says otherwise
}

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second interrupt ends the program at once.
	context.AfterFunc(ctx, stop)
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	code := run(ctx, os.Args[1:], host{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		stdoutTerminal: isTerminal(os.Stdout), stderrTerminal: isTerminal(os.Stderr),
		getenv: os.Getenv, environ: os.Environ, now: time.Now, dir: dir,
		version: version(), policy: checks.DefaultPolicy(),
	})
	stop()
	os.Exit(code)
}

// run executes one command line and returns its exit status.
func run(ctx context.Context, args []string, h host) (code int) {
	format := askedFormat(args)
	defer func() {
		// A crash is not a pass, and its stack trace helps nobody at a terminal.
		if p := recover(); p != nil {
			f := unknown("internal error: %v", p).fix("report it at %s", issues)
			code = h.complain(format, f)
		}
	}()
	err := execute(ctx, args, h)
	var blocked verdictBlocks
	var invalid filesInvalid
	var ended stepEnded
	var f *failure
	switch {
	case err == nil:
		return exitPass
	case errors.As(err, &ended):
		return ended.code
	case isServer(err):
		return h.serverEnded(err)
	case errors.As(err, &blocked):
		return exitBlocked
	case errors.As(err, &invalid):
		return exitUsage
	case ctx.Err() != nil:
		return h.complain(format, unknown("interrupted"))
	case errors.As(err, &f):
		return h.complain(format, f)
	}
	return h.complain(format, unknown("%v", err))
}

const issues = "https://github.com/backout-dev/backout/issues"

// verdictBlocks ends a command whose output is a verdict that blocks.
type verdictBlocks struct{}

func (verdictBlocks) Error() string { return "the verdict blocks" }

// failure is why a command gave no verdict, and what to do about it.
type failure struct{ render.Failure }

func (f *failure) Error() string { return f.Message }

// usage is a failure of whoever typed the command line.
func usage(format string, args ...any) *failure {
	return &failure{render.Failure{Kind: "usage", Message: fmt.Sprintf(format, args...)}}
}

// unknown is a failure to learn what the verdict needs.
func unknown(format string, args ...any) *failure {
	return &failure{render.Failure{Kind: "unknown", Message: fmt.Sprintf(format, args...)}}
}

// try names a command line that works.
func (f *failure) try(format string, args ...any) *failure {
	return f.fix("try: "+format, args...)
}

func (f *failure) fix(format string, args ...any) *failure {
	f.Fix = fmt.Sprintf(format, args...)
	return f
}

func (f *failure) at(path string, line, column int) *failure {
	f.Path, f.Line, f.Column = path, line, column
	return f
}

func (f *failure) exit() int {
	if f.Kind == "unknown" {
		return exitUnknown
	}
	return exitUsage
}

// complain shows a failure: a line for people on standard error, and what the
// format's reader expects on standard output.
func (h host) complain(format render.Format, f *failure) int {
	fmt.Fprintln(h.stderr, render.FailureLine(f.Failure))
	if err := render.WriteFailure(h.stdout, format, h.version, f.Failure, f.exit()); err != nil {
		return exitUnknown
	}
	return f.exit()
}

// askedFormat finds the format in a command line that may not parse, so that a
// program gets its error in the form that it reads.
func askedFormat(args []string) render.Format {
	format := render.Text
	for i, a := range args {
		if a == "--" {
			break
		}
		value, found := strings.CutPrefix(a, "--format=")
		if a == "--format" && i+1 < len(args) {
			value, found = args[i+1], true
		}
		if f := render.Format(value); found && f.Valid() {
			format = f
		}
	}
	return format
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// release is the version of a release; internal/release sets it by the linker.
var release string

// version is what the build recorded: a release's version, or "devel".
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return strings.TrimPrefix(info.Main.Version, "v")
}
