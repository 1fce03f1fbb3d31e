package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newVersion(h host) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  backout version",
		Args:    noArguments("version"),
		RunE:    func(*cobra.Command, []string) error { return printVersion(h) },
	}
}

func printVersion(h host) error {
	_, err := fmt.Fprintln(h.stdout, "backout", h.version)
	return err
}

func noArguments(command string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usage("%s takes no argument", command).try("backout %s", command)
		}
		return nil
	}
}
