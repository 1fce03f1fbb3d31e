package main

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/checkout"
	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/diff"
	"github.com/backout-dev/backout/internal/render"
	"github.com/backout-dev/backout/templates"
)

// facts is a change as far as it could be learnt, and where each part is from.
type facts struct {
	change      checks.Change
	description render.Description
	policies    policies
	policyTexts map[string]config.Texts // of the policy files that the change edits
	provenance  []string
}

// from notes where a fact is from.
func (f *facts) from(format string, args ...any) {
	f.provenance = append(f.provenance, fmt.Sprintf(format, args...))
}

// gather reads the facts: from the files that the flags name, or else from the
// checkout that the command stands in.
func gather(ctx context.Context, o checkOptions, h host) (facts, error) {
	var f facts
	f.change.Title, f.change.Author, f.change.Base = o.title, o.author, o.base
	for _, name := range o.labels {
		f.change.Labels = append(f.change.Labels, checks.Label{Name: name})
	}
	read := f.readFlags
	if o.diff == "" && o.files == "" {
		read = f.readCheckout
	}
	if err := read(ctx, o, h); err != nil {
		return facts{}, err
	}
	if !f.policies.read {
		// Nothing was read from a checkout.
		p, err := readPolicies(ctx, o.policyOptions, nil, checkout.Revision{}, h)
		if err != nil {
			return facts{}, err
		}
		f.policies = p
	}
	f.change.PolicyEdits = f.policies.edited(f.change, f.policyTexts, h)
	f.provenance = append(f.policies.provenance, f.provenance...)
	if o.template != "" {
		in := input{name: o.template, what: "template", max: descriptionBytes, try: "backout check --template pull_request_template.md DESCRIPTION.md"}
		text, err := in.text(ctx, h)
		if err != nil {
			return facts{}, err
		}
		f.change.Templates = []string{text}
		f.from("template %s", in.shown())
	}
	if len(f.change.Templates) == 0 {
		f.from("no template")
	}
	if o.description != "" {
		if err := f.readDescription(ctx, o, h); err != nil {
			return facts{}, err
		}
	}
	if n := utf8.RuneCountInString(f.change.Body); n > checks.MaxDescription {
		return facts{}, usage("the description has %s characters, and GitHub stores %s", templates.Grouped(n), templates.Grouped(checks.MaxDescription)).fix("shorten it")
	}
	f.description.Text = f.change.Body
	return f, nil
}

// readFlags takes the diff from --diff or --files, and nothing from elsewhere.
func (f *facts) readFlags(ctx context.Context, o checkOptions, h host) error {
	in, parse := input{name: o.diff, what: "diff"}, parseDiff
	if o.files != "" {
		in, parse = input{name: o.files, what: "list of files"}, diff.ParseFiles
	}
	in.max, in.try = diffBytes, "git diff origin/main...HEAD | backout check --diff - DESCRIPTION.md"
	if o.description == "" {
		return usage("with --diff or --files the description must be named too").try("backout check --diff change.diff DESCRIPTION.md")
	}
	data, err := in.read(ctx, h)
	if err != nil {
		return err
	}
	files, truncated, err := parse(data)
	if err != nil {
		return in.notADiff(err)
	}
	f.change.Files, f.change.Diff = files, checks.DiffWhole
	if truncated {
		f.change.Diff = checks.DiffTruncated
	}
	f.from("%s %s", in.what, in.shown())
	return nil
}

// parseDiff is diff.Parse in the shape of diff.ParseFiles. Only GitHub
// truncates: a unified diff is always whole.
func parseDiff(data []byte) ([]checks.File, bool, error) {
	files, err := diff.Parse(data)
	return files, false, err
}

// notADiff blames what the caller named for what it holds.
func (in input) notADiff(err error) error {
	var e *diff.Error
	if !errors.As(err, &e) {
		return unknown("the %s %s could not be read: %v", in.what, in.shown(), err)
	}
	f := usage("%s", e.Message).try("%s", in.try)
	if e.Fix != "" {
		f.fix("%s", e.Fix)
	}
	if e.Line == 0 {
		f.Message = in.shown() + ": " + f.Message
	}
	return f.at(in.name, e.Line, e.Column)
}

func (f *facts) readDescription(ctx context.Context, o checkOptions, h host) error {
	in := input{name: o.description, what: "description", max: descriptionBytes, try: "backout check DESCRIPTION.md"}
	text, err := in.text(ctx, h)
	if err != nil {
		return err
	}
	f.change.Body = text
	if o.description == "-" {
		f.from("description on standard input")
		return nil
	}
	f.description = render.Description{Name: o.description, File: true}
	return nil
}
