package main

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/attributes"
	"github.com/backout-dev/backout/internal/checkout"
)

// readCheckout takes the facts from the git checkout that the command stands
// in. Everything but the diff comes from BASE, as GitHub would take it.
func (f *facts) readCheckout(ctx context.Context, o checkOptions, h host) error {
	repo, err := checkout.Open(ctx, h.dir)
	var e *checkout.Error
	if errors.As(err, &e) && e.Kind == checkout.NotCheckout {
		return f.readNothing(o)
	}
	if err != nil {
		return gitFailure(err)
	}
	base, err := findBase(ctx, repo, o.base)
	if err != nil {
		return gitFailure(err)
	}
	head, err := repo.HeadSHA(ctx)
	if err != nil {
		return gitFailure(err)
	}
	f.change.Base = base.Name
	f.from("base %s at %s", base.Name, base.SHA[:7])
	if f.policies, err = readPolicies(ctx, o.policyOptions, repo, base, h); err != nil {
		return err
	}
	if err := f.readMessage(ctx, repo, base, head, o); err != nil {
		return err
	}
	if err := f.readDiff(ctx, repo, base, head, o.workTree); err != nil {
		return gitFailure(err)
	}
	// Where the base is a branch of origin, that is what the change merges into.
	if host, name, ok := repo.Origin(ctx); ok && host == "github.com" && strings.HasPrefix(base.Name, "origin/") {
		f.change.Repo = name
	}
	if f.policyTexts, err = readEdited(ctx, repo, base, head, f.change, o.workTree); err != nil {
		return err
	}
	if o.template != "" {
		return nil
	}
	templates, err := repo.Templates(ctx, base.SHA)
	if err != nil {
		return gitFailure(err)
	}
	for _, t := range templates {
		f.change.Templates = append(f.change.Templates, t.Text)
		f.from("template %s", t.Path)
	}
	return nil
}

// findBase resolves the base once, so that every fact is from the same commit.
func findBase(ctx context.Context, repo *checkout.Repo, name string) (checkout.Revision, error) {
	if name == "" {
		return repo.DefaultBase(ctx)
	}
	sha, err := repo.Resolve(ctx, name)
	return checkout.Revision{Name: name, SHA: sha}, err
}

func (f *facts) readDiff(ctx context.Context, repo *checkout.Repo, base checkout.Revision, head string, workTree bool) error {
	files, err := repo.Changes(ctx, base.SHA, head, workTree)
	if err != nil {
		return err
	}
	rules, err := repo.Attributes(ctx, base.SHA, files)
	if err != nil {
		return err
	}
	f.change.Files = attributes.Apply(files, attributes.Parse(rules))
	f.change.Diff = checks.DiffWhole
	if workTree {
		f.from("work tree included")
		return nil
	}
	f.change.HeadSHA = head
	return nil
}

// readMessage takes title and description from the only commit of the change:
// GitHub fills in a new pull request with them.
func (f *facts) readMessage(ctx context.Context, repo *checkout.Repo, base checkout.Revision, head string, o checkOptions) error {
	commits, err := repo.CommitMessages(ctx, base.SHA, head)
	if err != nil {
		return gitFailure(err)
	}
	n := len(commits.Messages) + commits.Merges
	if n != 1 || len(commits.Messages) != 1 {
		if o.description == "" {
			return usage("the description must be named, because %s..HEAD holds %d commits and not one", base.Name, n).
				try("backout check DESCRIPTION.md")
		}
		return nil
	}
	message := commits.Messages[0]
	if o.description == "" && !utf8.ValidString(message) {
		return unknown("the message of commit %s is not UTF-8 text", head[:7]).try("backout check DESCRIPTION.md")
	}
	title, body, _ := strings.Cut(message, "\n")
	if f.change.Title == "" {
		f.change.Title = title
	}
	if o.description == "" {
		f.change.Body = strings.TrimLeft(body, "\r\n")
		f.from("description from the message of commit %s", head[:7])
	}
	return nil
}

// gitFailure says whether the caller named something wrong or git could not
// read something.
func gitFailure(err error) error {
	var e *checkout.Error
	if !errors.As(err, &e) {
		return err
	}
	f := unknown("%s", e.Message)
	if e.Usage() {
		f = usage("%s", e.Message)
	}
	f.Fix = e.Fix
	return f
}

// readNothing is for where there is no checkout: the description alone is
// judged, and the verdict says so.
func (f *facts) readNothing(o checkOptions) error {
	switch {
	case o.base != "" || o.workTree:
		return usage("this is not a git checkout, so --base and --work-tree have nothing to read").try("backout check --diff change.diff DESCRIPTION.md")
	case o.description == "":
		return usage("this is not a git checkout, so the description must be named").try("backout check DESCRIPTION.md")
	}
	return nil
}
