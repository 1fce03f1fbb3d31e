// Package templates holds the words that people read: whole files, and what is
// said of a verdict with the places where its values stand. What a value holds,
// and that nothing acts in it, is the business of whoever fills it in.
package templates

import (
	_ "embed"
	"strings"
)

var (
	//go:embed policy.yml
	policy string
	//go:embed pull_request.md
	pullRequest string
	//go:embed workflow.yml
	workflow string
)

// PullRequest is a pull-request template, without the sections that a policy asks
// for.
func PullRequest() string { return unixLines(pullRequest) }

// Workflow is a workflow that runs the Action.
func Workflow() string { return unixLines(workflow) }

// unixLines undoes what a checkout on Windows may have done to a file.
func unixLines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }
