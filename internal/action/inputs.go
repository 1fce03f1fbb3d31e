package action

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/gate"
)

// Inputs is what the step was given, as action.yml names it. What is left out
// is empty.
type Inputs struct {
	Token         string
	Policy        string    // path of a further policy file
	OrgPolicy     gate.File // zero: backout.yml of the owner's .github
	OrgToken      string
	Comment       config.Comment // empty: as the policy says
	Enforce       bool
	Gate          GateKind
	OverrideLabel string
	GitHubURL     string
}

// GateKind is what blocks the merge.
type GateKind string

// The kinds of gates.
const (
	GateAuto     GateKind = "auto"
	GateJob      GateKind = "job"
	GateCheckRun GateKind = "check-run"
)

// Mistake is what is wrong with the workflow, and how to mend it.
type Mistake struct{ Message, Fix string }

func (m *Mistake) Error() string { return m.Message }

// Inputs reads the inputs. Every one that is wrong is named at once.
func (r *Runner) Inputs() (Inputs, error) {
	in := Inputs{
		Token:         r.out.GetInput("token"),
		Policy:        r.out.GetInput("policy"),
		OrgToken:      r.out.GetInput("org-policy-token"),
		OverrideLabel: r.out.GetInput("override-label"),
		GitHubURL:     r.out.GetInput("github-url"),
		Gate:          GateAuto,
	}
	var wrong []string
	if in.Token == "" {
		wrong = append(wrong, "token is empty; leave it out to use the workflow's own")
	}
	oneOf := func(name string, words ...string) string {
		value := r.out.GetInput(name)
		if value != "" && !slices.Contains(words, value) {
			wrong = append(wrong, fmt.Sprintf("%s cannot be %q; it is %s", name, value, either(words)))
			return ""
		}
		return value
	}
	in.Comment = config.Comment(oneOf("comment", string(config.CommentWhenNeeded), string(config.CommentAlways), string(config.CommentNever)))
	in.Enforce = oneOf("mode", "enforce") != ""
	if kind := oneOf("gate", string(GateAuto), string(GateJob), string(GateCheckRun)); kind != "" {
		in.Gate = GateKind(kind)
	}
	if text := r.out.GetInput("org-policy"); text != "" {
		file, ok := parseFile(text)
		if !ok {
			wrong = append(wrong, fmt.Sprintf("org-policy %q names no file; one looks like acme/.github:backout.yml", text))
		}
		in.OrgPolicy = file
	}
	if strings.HasPrefix(in.Policy, "/") || slices.Contains(strings.Split(in.Policy, "/"), "..") {
		wrong = append(wrong, fmt.Sprintf("policy %q is no path in the repository; one looks like .github/backout-strict.yml", in.Policy))
	}
	if len(wrong) > 0 {
		return in, &Mistake{Message: "the step's inputs are wrong: " + strings.Join(wrong, "; "), Fix: "mend them under with: in the workflow"}
	}
	return in, nil
}

// parseFile reads OWNER/REPO:PATH.
func parseFile(text string) (gate.File, bool) {
	repo, path, _ := strings.Cut(text, ":")
	owner, name, _ := strings.Cut(repo, "/")
	ok := owner != "" && name != "" && path != "" && !strings.Contains(name, "/") && !strings.HasPrefix(path, "/")
	return gate.File{Repo: gate.Repo{Owner: owner, Name: name}, Path: path}, ok
}

// either writes "a", "a or b", "a, b or c".
func either(words []string) string {
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
