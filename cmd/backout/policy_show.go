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
	"github.com/backout-dev/backout/internal/nearest"
	"github.com/backout-dev/backout/internal/render"
)

// showOptions is what was asked of `backout policy show`.
type showOptions struct {
	policyOptions
	base string
	why  string
	diff bool
}

func newPolicyShow(h host) *cobra.Command {
	var o showOptions
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show the policy in force, and where each value comes from",
		Long: `Show the policy in force as a policy file, with the file and line that each value
comes from behind it, and what other files say below it. The repository's file
is read from BASE, as when a change is judged.`,
		Example: `  backout policy show
  backout policy show --diff
  backout policy show --why diff-size.block-above
  backout policy show --policy .github/backout.yml`,
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
	m := p.merged(checks.Change{}, h.now(), h)
	out := p.heading(m) + effective.YAML(m, o.diff, p.files()...)
	if o.why != "" {
		if out, err = why(o.why, m, p); err != nil {
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

// heading says what the policy was made from, and what is wrong with it.
func (p policies) heading(m config.Merged) string {
	var b strings.Builder
	var from []string
	for _, s := range m.Policy.Sources {
		from = append(from, s.Source)
	}
	if len(from) == 0 {
		from = []string{"built-in defaults"}
	}
	fmt.Fprintf(&b, "# %s\n", strings.Join(append(from, p.provenance...), "; "))
	for _, n := range m.Policy.Notes {
		if n.Severity == checks.Warn { // what is overruled stands beside its value
			fmt.Fprintf(&b, "# warning: %s %s\n", n.Message, n.Fix)
		}
	}
	return b.String()
}

// why explains one value: what each file says, the rule, and what stands.
func why(key string, m config.Merged, p policies) (string, error) {
	if out := effective.Why(key, m, p.files()...); out != "" {
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
