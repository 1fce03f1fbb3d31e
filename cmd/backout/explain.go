package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/docs"
	"github.com/backout-dev/backout/internal/nearest"
)

func newExplain(h host) *cobra.Command {
	var ids []string
	for _, c := range checks.All() {
		ids = append(ids, c.ID)
	}
	ids = append(ids, "policy") // of findings about policy files, which no policy switches off
	return &cobra.Command{
		Use:   "explain CHECK",
		Short: "Show why a check exists, what fails it and what passes",
		Long: `Show why a check exists, what fails it, what passes it, and its settings in a
policy file. The checks are ` + strings.Join(ids, ", ") + `.`,
		Example:   "  backout explain sections\n  backout explain irreversible",
		ValidArgs: ids,
		Args:      atMostOne("explain", "backout explain irreversible"),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("explain needs a check: %s", strings.Join(ids, ", ")).try("backout explain %s", ids[0])
			}
			// A finding's code is what people have at hand.
			id, _, _ := strings.Cut(args[0], "/")
			if !slices.Contains(ids, id) {
				near, ok := nearest.Of(id, ids)
				if !ok {
					near = ids[0]
				}
				return unknownName("check", args[0], ids).try("backout explain %s", near)
			}
			section, err := documentation(id)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(h.stdout, plainText(section))
			return err
		},
	}
}

// documentation is the section of docs/checks.md about one check.
func documentation(id string) (string, error) {
	data, err := docs.Files.ReadFile("checks.md")
	if err != nil {
		return "", err
	}
	var b strings.Builder
	closing, inside := "", false
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\r\n")
		// The examples hold headings of their own.
		if closing == "" {
			if heading, ok := strings.CutPrefix(line, "## "); ok {
				inside = heading == id
			}
			closing = fence.FindString(line)
		} else if line == closing {
			closing = ""
		}
		if inside {
			b.WriteString(line + "\n")
		}
	}
	if b.Len() == 0 {
		return "", fmt.Errorf("docs/checks.md has no section %s", id)
	}
	return b.String(), nil
}

var (
	fence    = regexp.MustCompile("^(`{3,}|~{3,})")
	heading  = regexp.MustCompile(`^#{2,6} (.*)$`)
	linkText = regexp.MustCompile(`\[([^\]]+)\]\([^)]+\)`)
)

// plainText turns our own Markdown into what reads well at a terminal: code is
// indented, headings and links are their words.
func plainText(md string) string {
	var b strings.Builder
	closing := ""
	for line := range strings.Lines(md) {
		line = strings.TrimRight(line, "\r\n")
		switch m := fence.FindString(line); {
		case closing == "" && m != "":
			closing = m
			_, name, named := strings.Cut(line, " ")
			if !named || !strings.Contains(name, ".") {
				continue
			}
			line = name + ":\n"
		case closing != "" && line == closing:
			closing = ""
			continue
		case closing != "":
			if line != "" {
				line = "    " + line
			}
		default:
			line = heading.ReplaceAllString(line, "$1")
			line = linkText.ReplaceAllString(line, "$1")
		}
		b.WriteString(line + "\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}
