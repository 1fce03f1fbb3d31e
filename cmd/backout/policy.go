package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/render"
)

func newPolicy(h host) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Validate policy files, and show the policy in force",
		Long: `Validate policy files, and show the policy in force with the file and line that
each value comes from.`,
		Example: `  backout policy check .github/backout.yml
  backout policy show`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage("policy needs a command: %s", listed(shownCommands(cmd), "or")).try("backout policy check %s", policyPath)
		},
	}
	cmd.AddCommand(newPolicyCheck(h), newPolicyShow(h))
	return cmd
}

// policyPath is where a repository's policy file is.
const policyPath = ".github/backout.yml"

// policyBytes bounds what is read of a file that was named: more than that is
// refused unread, and what a policy file may have is for its reader to say.
const policyBytes = 16 << 20

// policyFlags are the flags that name policy files.
func policyFlags(f *pflag.FlagSet, o *policyOptions) {
	f.StringVar(&o.policy, "policy", "", "policy `FILE` of the repository, instead of the one at BASE, or - for standard input")
	f.StringVar(&o.orgPolicy, "org-policy", "", "policy `FILE` of the organisation, which the repository cannot lower, or - for standard input")
}

func newPolicyCheck(h host) *cobra.Command {
	var formatText string
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "Validate policy files",
		Long: `Validate policy files, and name everything that is wrong with them: the line and
column, what is wrong, and how to mend it. Unknown keys are errors here.

Exit status, the same in every format:
  0  every file is valid
  2  a file is not valid, or a mistake in the call
  3  a file could not be read`,
		Example: `  backout policy check .github/backout.yml
  backout policy check --format json .github/backout.yml
  git show HEAD:.github/backout.yml | backout policy check -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			format := render.Format(formatText)
			if !slices.Contains(render.ProblemFormats(), format) {
				return unknownName("format", formatText, problemFormatNames()).try("backout policy check --format json %s", policyPath)
			}
			return policyCheck(cmd.Context(), args, format, h)
		},
		ValidArgsFunction: completeYAML,
	}
	cmd.Flags().StringVar(&formatText, "format", string(render.Text), "`FORMAT` of the output: text, json or github")
	completeWith(cmd, "format", problemFormatNames())
	return cmd
}

func completeYAML(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"yml", "yaml"}, cobra.ShellCompDirectiveFilterFileExt
}

func problemFormatNames() []string {
	var names []string
	for _, f := range render.ProblemFormats() {
		names = append(names, string(f))
	}
	return names
}

// filesInvalid ends a command whose output says what is wrong with a file.
type filesInvalid struct{}

func (filesInvalid) Error() string { return "a policy file is not valid" }

// policyCheck validates files and shows all that is wrong with them.
func policyCheck(ctx context.Context, names []string, format render.Format, h host) error {
	if len(names) == 0 {
		return usage("policy check needs a file").try("backout policy check %s", policyPath)
	}
	if slices.Contains(names, "") {
		return usage("the name of the policy file is empty").try("backout policy check %s", policyPath)
	}
	if n := len(names) - len(slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "-" })); n > 1 {
		return usage("standard input (-) can only be one thing").try("backout policy check -")
	}
	files := make([]render.PolicyFile, len(names))
	invalid := false
	for i, name := range names {
		in := policyInput(name)
		data, err := in.read(ctx, h)
		if err != nil {
			return err
		}
		_, problems := config.Reader{Release: h.version}.Parse(in.label(), data)
		files[i] = render.PolicyFile{Name: in.label(), Problems: shownProblems(problems)}
		invalid = invalid || len(problems) > 0
	}
	if err := render.WritePolicyFiles(h.stdout, format, h.version, files); err != nil {
		return unknown("write the result: %v", err)
	}
	if invalid {
		return filesInvalid{}
	}
	return nil
}

func policyInput(name string) input {
	return input{name: name, what: "policy file", max: policyBytes, try: "backout policy check " + policyPath}
}

// label is how a policy file is called in messages and origins.
func (in input) label() string {
	if in.name == "-" {
		return "<stdin>"
	}
	return in.name
}

// shownProblems hands problems to those that show them.
func shownProblems(problems []config.Problem) []render.Problem {
	var shown []render.Problem
	for _, p := range problems {
		shown = append(shown, render.Problem{
			Line: p.Line, Column: p.Column, Key: p.Key, Message: p.Message, Fix: p.Fix, Detail: p.Detail(),
		})
	}
	return shown
}
