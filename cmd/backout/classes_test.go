package main

import (
	"fmt"
	"strings"

	"github.com/backout-dev/backout/checks"
)

// classList is what docs/checks.md says of the built-in classes.
func classList() string {
	var b strings.Builder
	for _, c := range checks.Classes() {
		fmt.Fprintf(&b, "%s (%s, %s)\n  %s\n", c.ID, c.Severity, c.Way, c.Ask)
	}
	return b.String()
}
