package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/backout-dev/backout/internal/nearest"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// execute builds the commands and runs the one that args name.
func execute(ctx context.Context, args []string, h host) error {
	root := newRoot(h)
	// Cobra would read the flags of an unknown command as those of the one above
	// and complain about them first.
	for at, rest := root, args; at.HasSubCommands() && len(rest) > 0 && !strings.HasPrefix(rest[0], "-"); rest = rest[1:] {
		next, err := subcommand(at, rest[0])
		if err != nil {
			return err
		}
		if at = next; at == nil {
			break
		}
	}
	root.SetArgs(args)
	return root.ExecuteContext(ctx)
}

func newRoot(h host) *cobra.Command {
	// A version template of cobra's would link text/template, and with it every
	// method of the program.
	var showVersion bool
	root := &cobra.Command{
		Use:   "backout",
		Short: "No merge without a way back",
		Long: `Backout reads a pull request's description for a rollback plan, a worst-case
scenario and a blast radius, and holds them against what the diff really changes.`,
		Example: `  backout check DESCRIPTION.md
  backout explain irreversible`,
		Args: func(cmd *cobra.Command, args []string) error {
			if showVersion {
				return nil
			}
			return cobra.NoArgs(cmd, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if showVersion {
				return printVersion(h)
			}
			return usage("a command is missing: %s", listed(shownCommands(cmd), "or")).try("backout check DESCRIPTION.md")
		},
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.Flags().BoolVarP(&showVersion, "version", "v", false, "version for backout")
	root.SetOut(h.stdout)
	root.SetErr(h.stderr)
	root.SetIn(h.stdin)
	root.SetFlagErrorFunc(flagError)
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(newHelp(root))
	root.AddCommand(newCheck(h), newPolicy(h), newInit(h), newExplain(h), newAction(h), newServe(h), newVersion(h), newCompletion(h, root))
	return root
}

func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Show what a command does",
		Example: "  backout help check\n  backout help policy show",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd := root
			for _, word := range args {
				if cmd != root && !cmd.HasSubCommands() {
					return usage("help takes one command, and %s has none below it", cmd.CommandPath()).try("backout help check")
				}
				next, err := subcommand(cmd, word)
				if err != nil {
					return err
				}
				if next == nil {
					break
				}
				cmd = next
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// subcommand finds the command that the word names, and fails with a hint when
// it names none. Cobra's own commands are known and not found.
func subcommand(of *cobra.Command, word string) (*cobra.Command, error) {
	for _, c := range of.Commands() {
		if c.Name() == word {
			return c, nil
		}
	}
	if slices.Contains([]string{cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd, "help"}, word) && !of.HasParent() {
		return nil, nil
	}
	shown, path := shownCommands(of), of.CommandPath()
	if near, ok := nearest.Of(word, shown); ok {
		return nil, usage("unknown command %q; the nearest is %s", word, near).try("%s %s --help", path, near)
	}
	try := "backout check DESCRIPTION.md"
	if of.HasParent() {
		try = path + " --help"
	}
	return nil, usage("unknown command %q; the commands are %s", word, listed(shown, "and")).try("%s", try)
}

// shownCommands names the commands below another, as its help lists them.
func shownCommands(of *cobra.Command) []string {
	var names []string
	for _, c := range of.Commands() {
		if c.IsAvailableCommand() && c.Name() != "help" {
			names = append(names, c.Name())
		}
	}
	return names
}

// listed writes names as a sentence does: "check, init and version".
func listed(names []string, word string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " " + word + " " + names[last]
}

// flagError says what is wrong with a flag in our words.
func flagError(cmd *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	path := cmd.CommandPath()
	var unknownFlag *pflag.NotExistError
	var noValue *pflag.ValueRequiredError
	var badValue *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknownFlag):
		name := "--" + unknownFlag.GetSpecifiedName()
		if unknownFlag.GetSpecifiedShortnames() != "" {
			return usage("unknown flag -%s of %s; flags are written in full", unknownFlag.GetSpecifiedName(), path).try("%s --help", path)
		}
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		if near, ok := nearest.Of(name, names); ok {
			return usage("unknown flag %s of %s; the nearest is %s", name, path, near).try("%s --help", path)
		}
		return usage("unknown flag %s of %s", name, path).try("%s --help", path)
	case errors.As(err, &noValue):
		return usage("the flag --%s needs a value", noValue.GetSpecifiedName()).try("%s --help", path)
	case errors.As(err, &badValue):
		return usage("--%s cannot be %q", badValue.GetFlag().Name, badValue.GetValue()).try("%s --help", path)
	}
	return usage("%v", err).try("%s --help", path)
}

// atMostOne refuses a second argument.
func atMostOne(command, example string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usage("%s takes one argument, not %d", command, len(args)).try("%s", example)
		}
		return nil
	}
}
