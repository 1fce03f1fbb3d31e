package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// pinFile writes version and checksums into an action.yml.
func pinFile(version, checksums, action string) error {
	sums, err := os.ReadFile(checksums)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(action)
	if err != nil {
		return err
	}
	pinned, err := pin(string(text), version, string(sums))
	if err != nil {
		return fmt.Errorf("%s, %s: %w", action, checksums, err)
	}
	return os.WriteFile(action, []byte(pinned), 0o644)
}

var checksumLine = regexp.MustCompile(`^[0-9a-f]{64}  (\S+)$`)

// pin returns an action.yml that names a version and the checksum of every
// platform's archive. Every other line stays as it is.
func pin(action, version, checksums string) (string, error) {
	lines := strings.Split(strings.TrimSuffix(checksums, "\n"), "\n")
	known := map[string]bool{}
	for i, line := range lines {
		m := checksumLine.FindStringSubmatch(line)
		if m == nil || known[m[1]] {
			return "", fmt.Errorf("line %d is no checksum, or a second one of the same file: %q", i+1, line)
		}
		known[m[1]] = true
	}
	for _, p := range platforms {
		if !known[p.archive(version)] {
			return "", fmt.Errorf("no checksum for %s", p.archive(version))
		}
	}
	if len(known) != len(platforms) {
		return "", fmt.Errorf("%d checksums for %d archives", len(known), len(platforms))
	}
	const indent = "          "
	for _, r := range []struct{ empty, value string }{
		{`BACKOUT_VERSION: ""` + "\n", `BACKOUT_VERSION: "` + version + `"` + "\n"},
		{`BACKOUT_CHECKSUMS: ""` + "\n", "BACKOUT_CHECKSUMS: |\n" + indent + strings.Join(lines, "\n"+indent) + "\n"},
	} {
		if n := strings.Count(action, r.empty); n != 1 {
			return "", fmt.Errorf("%d lines %q, want one to fill in", n, strings.TrimSpace(r.empty))
		}
		action = strings.Replace(action, r.empty, r.value, 1)
	}
	return action, nil
}
