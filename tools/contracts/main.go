// Command contracts cuts GitHub's published descriptions down to what this
// program uses, so that the tests can hold every exchange to them without
// carrying megabytes:
//
//	npm pack @octokit/openapi@23.0.2 @octokit/graphql-schema@15.25.0   # and unpack both
//	go -C tools run ./contracts OPENAPI_FOLDER GRAPHQL_FOLDER ../internal/testgithub/contracts
//
// Both packages have the MIT licence; their notices are written beside the results. To use another operation or type, add it to
// operations.go or types.go and run it again.
package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: contracts OPENAPI_FOLDER GRAPHQL_FOLDER OUTPUT_FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "contracts:", err)
		os.Exit(1)
	}
}

func run(openapi, graphql, out string) error {
	for _, name := range []string{"api.github.com", "ghes-3.19"} {
		doc, err := trimOpenAPI(filepath.Join(openapi, "generated", name+".json"))
		if err != nil {
			return err
		}
		if err := writeGzip(filepath.Join(out, name+".json.gz"), doc); err != nil {
			return err
		}
	}
	sdl, err := trimGraphQL(filepath.Join(graphql, "schema.json"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "schema.graphql"), sdl, 0o600); err != nil {
		return err
	}
	return writeLicence(filepath.Join(out, "LICENSE"), map[string]string{
		"*.json.gz is cut from npm @octokit/openapi 23.0.2":              filepath.Join(openapi, "LICENSE"),
		"schema.graphql is cut from npm @octokit/graphql-schema 15.25.0": filepath.Join(graphql, "LICENSE.md"),
	})
}

// writeLicence writes both notices, each under what it is for.
func writeLicence(path string, notices map[string]string) error {
	var text strings.Builder
	for _, what := range slices.Sorted(maps.Keys(notices)) {
		notice, err := os.ReadFile(notices[what]) //nolint:gosec // named on the command line
		if err != nil {
			return err
		}
		fmt.Fprintf(&text, "%s by tools/contracts (MIT licence).\n\n%s\n\n", what, strings.TrimSpace(string(notice)))
	}
	return os.WriteFile(path, []byte(strings.TrimSpace(text.String())+"\n"), 0o600)
}
