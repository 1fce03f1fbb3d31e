package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/checkout"
	"github.com/backout-dev/backout/internal/config"
	"github.com/backout-dev/backout/internal/effective"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/nearest"
	"github.com/backout-dev/backout/internal/render"
)

// showOptions is what was asked of `backout policy show`.
type showOptions struct {
	policyOptions
	base string
	why  string
	diff bool
	repo string // OWNER/REPO on GitHub; empty: the checkout
}

func newPolicyShow(h host) *cobra.Command {
	var o showOptions
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show the policy in force, and where each value comes from",
		Long: `Show the policy in force as a policy file, with the file and line that each value
comes from behind it, and what other files say below it. The repository's file
is read from BASE, as when a change is judged; with --for, both files are read
from GitHub.`,
		Example: `  backout policy show
  backout policy show --diff
  backout policy show --why diff-size.block-above
  backout policy show --policy .github/backout.yml
  backout policy show --for octo-org/payments`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("policy show takes no argument").try("backout policy show --policy %s", policyPath)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := notEmpty(cmd.Flags(), nil); err != nil {
				return err
			}
			return policyShow(cmd.Context(), o, h)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	policyFlags(f, &o.policyOptions)
	f.StringVar(&o.repo, "for", "", "`OWNER/REPO` on GitHub whose policy is shown")
	f.StringVar(&o.base, "base", "", "branch or `REV` whose policy file is read (default origin/HEAD, then origin/main, then origin/master)")
	f.StringVar(&o.why, "why", "", "explain the value of one `KEY`, such as diff-size.block-above")
	f.BoolVar(&o.diff, "diff", false, "show only what differs from the defaults")
	return cmd
}

// policyShow shows the policy in force.
func policyShow(ctx context.Context, o showOptions, h host) error {
	if o.policy == "-" && o.orgPolicy == "-" {
		return usage("standard input (-) can only be one thing").try("backout policy show --policy -")
	}
	if o.why != "" && o.diff {
		return usage("--why shows one value, and --diff several; give one of them").try("backout policy show --why %s", o.why)
	}
	if o.repo != "" {
		return o.onGitHub(ctx, h)
	}
	var repo *checkout.Repo
	var base checkout.Revision
	if o.policy == "" {
		var err error
		if repo, base, err = baseOf(ctx, o.base, h); err != nil {
			return err
		}
	}
	p, err := readPolicies(ctx, o.policyOptions, repo, base, h)
	if err != nil {
		return err
	}
	if repo != nil {
		p.provenance = append(p.provenance, fmt.Sprintf("base %s at %s", base.Name, base.SHA[:7]))
	}
	return o.write(p.merged(checks.Change{}, h.now(), h), p.provenance, p.files(), h)
}

// onGitHub shows the policy of a repository on GitHub.
func (o showOptions) onGitHub(ctx context.Context, h host) error {
	m := repoReference.FindStringSubmatch(o.repo)
	switch {
	case m == nil:
		return usage("--for %q names no repository", o.repo).try("backout policy show --for octo-org/payments")
	case o.base != "":
		return usage("--for shows what is on GitHub's default branch, and --base names another one").try("backout policy show --for %s", o.repo)
	}
	server := serverOf(h)
	client, err := connect(ctx, server, h)
	if err != nil {
		return err
	}
	reader, err := o.reader(ctx, client, h)
	if err != nil {
		return err
	}
	repo := gate.Repo{Owner: m[1], Name: m[2]}
	done := progress(h, "reading the policy of "+o.repo+" ...")
	j, err := gate.Policy(ctx, reader, repo, gate.Options{Ask: askGitHub(repo), Release: h.version}, h.now())
	done()
	if err != nil {
		return githubFailure(err)
	}
	var files []effective.File
	for _, f := range j.Files {
		files = append(files, effective.File(f))
	}
	return o.write(j.Merged, append(o.provenance(j.FloorVisible), o.repo+" on "+server), files, h)
}

// write shows a policy, or one value of it.
func (o showOptions) write(m config.Merged, provenance []string, files []effective.File, h host) error {
	out := policyHeading(m, provenance) + effective.YAML(m, o.diff, files...)
	if o.why != "" {
		var err error
		if out, err = why(o.why, m, files); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprint(h.stdout, render.Lines(out)); err != nil {
		return unknown("write the policy: %v", err)
	}
	return nil
}

// baseOf finds the checkout and the base; outside a checkout there is neither.
func baseOf(ctx context.Context, name string, h host) (*checkout.Repo, checkout.Revision, error) {
	repo, err := checkout.Open(ctx, h.dir)
	var e *checkout.Error
	if errors.As(err, &e) && e.Kind == checkout.NotCheckout && name == "" {
		return nil, checkout.Revision{}, nil
	}
	if err != nil {
		return nil, checkout.Revision{}, gitFailure(err)
	}
	base, err := findBase(ctx, repo, name)
	if err != nil {
		return nil, checkout.Revision{}, gitFailure(err)
	}
	return repo, base, nil
}

// policyHeading says what the policy was made from, and what is wrong with it.
func policyHeading(m config.Merged, provenance []string) string {
	var b strings.Builder
	var from []string
	for _, s := range m.Policy.Sources {
		from = append(from, s.Source)
	}
	if len(from) == 0 {
		from = []string{"built-in defaults"}
	}
	fmt.Fprintf(&b, "# %s\n", strings.Join(append(from, provenance...), "; "))
	for _, n := range m.Policy.Notes {
		if n.Severity == checks.Warn { // what is overruled stands beside its value
			fmt.Fprintf(&b, "# warning: %s %s\n", n.Message, n.Fix)
		}
	}
	return b.String()
}

// why explains one value: what each file says, the rule, and what stands.
func why(key string, m config.Merged, files []effective.File) (string, error) {
	if out := effective.Why(key, m, files...); out != "" {
		return out, nil
	}
	for _, k := range config.Keys() {
		if k.Path == key {
			return fmt.Sprintf("%s: no value\n  %s\n  no file says anything, and there is no default\n", key, k.Text), nil
		}
	}
	if near, ok := nearest.Of(key, effective.Keys(m)); ok {
		return "", usage("no key is called %q; the nearest is %s", key, near).try("backout policy show --why %s", near)
	}
	return "", usage("no key is called %q", key).try("backout policy show --why diff-size.block-above")
}
