package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// execute builds the commands and runs the one that args name.
func execute(ctx context.Context, args []string, h host) error {
	root := newRoot(h)
	// Cobra would read the flags of an unknown command as those of the root and
	// complain about them first.
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		if err := knownCommand(root, args[0]); err != nil {
			return err
		}
	}
	root.SetArgs(args)
	return root.ExecuteContext(ctx)
}

func newRoot(h host) *cobra.Command {
	root := &cobra.Command{
		Use:   "backout",
		Short: "No merge without a way back",
		Long: `Backout reads a pull request's description for a rollback plan, a worst-case
scenario and a blast radius, and holds them against what the diff really changes.`,
		Example: `  backout check DESCRIPTION.md
  backout explain irreversible`,
		Args:    cobra.NoArgs,
		Version: h.version,
		RunE: func(*cobra.Command, []string) error {
			return usage("a command is missing: check, explain, version or completion").try("backout check DESCRIPTION.md")
		},
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetVersionTemplate("backout {{.Version}}\n")
	root.SetOut(h.stdout)
	root.SetErr(h.stderr)
	root.SetIn(h.stdin)
	root.SetFlagErrorFunc(flagError)
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(newHelp(root))
	root.AddCommand(newCheck(h), newExplain(h), newVersion(h), newCompletion(h, root))
	return root
}

func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Show what a command does",
		Example: "  backout help check",
		Args:    atMostOne("help", "backout help check"),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return root.Help()
			}
			if err := knownCommand(root, args[0]); err != nil {
				return err
			}
			cmd, _, err := root.Find(args)
			if err != nil {
				return err
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// knownCommand fails with a hint when the word names no command.
func knownCommand(root *cobra.Command, word string) error {
	known := []string{cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd, "help"}
	var shown []string
	for _, c := range root.Commands() {
		known = append(known, c.Name())
		shown = append(shown, c.Name())
	}
	if slices.Contains(known, word) {
		return nil
	}
	if near, ok := nearest(word, shown); ok {
		return usage("unknown command %q; the nearest is %s", word, near).try("backout %s --help", near)
	}
	return usage("unknown command %q; the commands are check, explain, version and completion", word).try("backout check DESCRIPTION.md")
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
		if near, ok := nearest(name, names); ok {
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
