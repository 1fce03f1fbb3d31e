package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

func notesFile(version, changelog string, out io.Writer) error {
	text, err := os.ReadFile(changelog)
	if err != nil {
		return err
	}
	section, err := notes(version, string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", changelog, err)
	}
	_, err = io.WriteString(out, section)
	return err
}

// notes returns what a changelog says of a version. One that is tried before
// its release has what is not released yet.
func notes(version, changelog string) (string, error) {
	title := version
	if strings.Contains(version, "-") {
		title = "Unreleased"
	}
	_, rest, found := strings.Cut(changelog, "\n## "+title+"\n")
	if !found {
		return "", fmt.Errorf("no heading \"## %s\"", title)
	}
	rest, _, _ = strings.Cut(rest, "\n## ")
	rest = strings.TrimSpace(rest)
	if rest == "" {
		return "", fmt.Errorf("nothing under \"## %s\"", title)
	}
	return rest + "\n", nil
}
