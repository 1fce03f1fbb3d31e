package checkout

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// maxOutput bounds what is kept of a command's output. A diff of that size is
// nothing that a person reviewed.
const maxOutput = 512 << 20

// settings override what a checkout or a user may have configured: commands that
// git would run, and settings that change what a diff looks like.
func settings() []string {
	return []string{
		"core.fsmonitor=false",
		"core.hooksPath=" + os.DevNull,
		"core.bigFileThreshold=512m",
		"core.quotePath=false",
		"core.safecrlf=false",
		"core.splitIndex=false",
		"core.untrackedCache=false",
		"diff.noprefix=false",
		"diff.mnemonicPrefix=false",
		"diff.suppressBlankEmpty=false",
		"log.showSignature=false",
		"submodule.recurse=false",
	}
}

// dropped reports variables of the environment that change what git prints, or
// whose text it takes for a file's.
func dropped(name string) bool {
	switch name {
	case "GIT_ATTR_SOURCE", "GIT_DIFF_OPTS", "GIT_EXTERNAL_DIFF", "GIT_PAGER",
		"GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS",
		"GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE", "GIT_NOTES_REF", "GIT_REDIRECT_STDOUT":
		return true
	}
	return strings.HasPrefix(name, "GIT_TRACE")
}

// call is one run of git.
type call struct {
	args   []string
	dir    string   // where it runs, if not in the checkout
	config []string // on top of settings
	env    []string // on top of the usual
	stdin  []byte
}

// command prepares a run of git.
func (r *Repo) command(ctx context.Context, c call) *exec.Cmd {
	args := []string{"--no-pager"}
	for _, s := range append(settings(), c.config...) {
		args = append(args, "-c", s)
	}
	// The binary is the one in PATH; revisions that could pass for flags are
	// refused, and paths never come this way.
	cmd := exec.CommandContext(ctx, r.git, append(args, c.args...)...) //nolint:gosec
	cmd.WaitDelay = 5 * time.Second
	cmd.Stdin = bytes.NewReader(c.stdin)
	cmd.Dir = c.dir
	if cmd.Dir == "" {
		cmd.Dir = r.workDir
	}
	if cmd.Dir == "" {
		cmd.Dir = r.gitDir
	}
	for _, kv := range cmd.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if !dropped(name) {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	if r.gitDir != "" {
		cmd.Env = append(cmd.Env, "GIT_DIR="+r.gitDir)
	}
	if r.workDir != "" {
		cmd.Env = append(cmd.Env, "GIT_WORK_TREE="+r.workDir)
	}
	cmd.Env = append(cmd.Env,
		"LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0",
		// A replaced object would show another diff than the one on GitHub.
		"GIT_NO_REPLACE_OBJECTS=1",
	)
	cmd.Env = append(cmd.Env, c.env...)
	return cmd
}

// run runs git and returns what it prints. Errors of git's own are *gitError.
func (r *Repo) run(ctx context.Context, c call) ([]byte, error) {
	cmd := r.command(ctx, c)
	out, problem := bounded{max: maxOutput}, bounded{max: 64 << 10, cut: true}
	cmd.Stdout, cmd.Stderr = &out, &problem
	err := cmd.Run()
	switch {
	case err == nil:
		return out.Bytes(), nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case out.over:
		return nil, errTooLarge
	}
	failed := &gitError{command: c.args[0], stderr: problem.String(), err: err}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		failed.status = exit.ExitCode()
	} else {
		failed.notStarted = cmd.ProcessState == nil
	}
	return nil, failed
}

var errTooLarge = errors.New("more than 512 MB")

// bounded keeps up to max bytes. More is an error, or cut off.
type bounded struct {
	bytes.Buffer
	max       int
	cut, over bool
}

// Write takes what there is room for.
func (b *bounded) Write(p []byte) (int, error) {
	if room := b.max - b.Len(); len(p) > room {
		b.over = true
		if !b.cut {
			return 0, errTooLarge
		}
		_, _ = b.Buffer.Write(p[:room])
		return len(p), nil
	}
	return b.Buffer.Write(p)
}

// gitError is a run of git that failed.
type gitError struct {
	command    string
	status     int
	notStarted bool
	stderr     string
	err        error
}

// Error gives git's own reason, which it writes last.
func (e *gitError) Error() string {
	reason := e.err.Error()
	lines := strings.Split(strings.TrimSpace(e.stderr), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		line, fatal := strings.CutPrefix(lines[i], "fatal: ")
		if !fatal {
			line, fatal = strings.CutPrefix(lines[i], "error: ")
		}
		if fatal {
			reason = line
			break
		}
	}
	return "git " + e.command + ": " + printable(reason)
}

func (e *gitError) Unwrap() error { return e.err }

// printable keeps names from a checkout from playing tricks on a terminal.
func printable(text string) string {
	const longest = 300
	if len(text) > longest {
		text = text[:longest] + "..."
	}
	quoted := strconv.Quote(text)
	if quoted == `"`+text+`"` {
		return text
	}
	return quoted
}
