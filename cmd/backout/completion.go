package main

import (
	"io"
	"strings"

	"github.com/backout-dev/backout/internal/nearest"
	"github.com/spf13/cobra"
)

func newCompletion(h host, root *cobra.Command) *cobra.Command {
	// A function for each shell, in the order in which they are named.
	shells := []string{"bash", "zsh", "fish", "powershell"}
	write := map[string]func(io.Writer) error{
		"bash":       func(w io.Writer) error { return root.GenBashCompletionV2(w, true) },
		"zsh":        root.GenZshCompletion,
		"fish":       func(w io.Writer) error { return root.GenFishCompletion(w, true) },
		"powershell": root.GenPowerShellCompletionWithDesc,
	}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a completion script for bash, zsh, fish or powershell",
		Long: `Print a script that teaches a shell to complete backout's commands, flags and
values. For bash, add this line to ~/.bashrc: source <(backout completion bash)`,
		Example:   "  backout completion bash\n  backout completion fish",
		ValidArgs: shells,
		Args:      atMostOne("completion", "backout completion bash"),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("completion needs a shell: %s", strings.Join(shells, ", ")).try("backout completion bash")
			}
			f, ok := write[args[0]]
			if !ok {
				return unknownName("shell", args[0], shells).try("backout completion bash")
			}
			return f(h.stdout)
		},
	}
}

// unknownName says that a name is not one of a few, and which is the nearest.
func unknownName(what, name string, names []string) *failure {
	if near, ok := nearest.Of(name, names); ok {
		return usage("unknown %s %q; the nearest is %s", what, name, near)
	}
	return usage("unknown %s %q; there are %s", what, name, strings.Join(names, ", "))
}
