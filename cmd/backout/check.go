package main

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/render"
)

// checkOptions is what was asked of `backout check`. An empty string is a flag
// that was not given; the flags themselves may not be empty.
type checkOptions struct {
	policyOptions

	description string // path, "-", or empty
	base        string
	diff        string
	files       string
	template    string
	title       string
	author      string
	labels      []string
	workTree    bool

	atText     string
	formatText string
	colorText  string

	at     time.Time
	format render.Format
	color  bool
}

func newCheck(h host) *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check [DESCRIPTION.md | - | OWNER/REPO#N]",
		Short: "Judge one change and print the verdict",
		Long: `Judge one change and print the verdict.

The description is a Markdown file, or standard input for "-". Without one, the
message of the only commit between BASE and HEAD is judged, which is what GitHub
puts into a new pull request. The diff, the policy, the template and
.gitattributes come from the git checkout: the diff from the merge base of BASE
and HEAD, the rest from BASE. With --diff or --files nothing is read from the checkout.

OWNER/REPO#N, or the address of a pull request, is read from GitHub as it is now,
with the token in GITHUB_TOKEN or that of gh auth token, and nothing is written there.

Exit status, the same in every format:
  0  the change passes, or the policy only reports; warnings do not change it
  1  the change is blocked
  2  a mistake in the call, or in a policy file
  3  no verdict was reached: something could not be read`,
		Example: `  backout check
  backout check DESCRIPTION.md
  backout check --base origin/main --work-tree DESCRIPTION.md
  backout check --diff change.diff DESCRIPTION.md
  git diff origin/main...HEAD | backout check --diff - DESCRIPTION.md
  backout check --format json DESCRIPTION.md
  backout check octo-org/payments#12`,
		Args: atMostOne("check", "backout check DESCRIPTION.md"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.description = args[0]
			}
			if err := o.complete(cmd.Flags(), args, h); err != nil {
				return err
			}
			return check(cmd.Context(), o, h)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"md"}, cobra.ShellCompDirectiveFilterFileExt
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.base, "base", "", "branch or `REV` that the change merges into (default origin/HEAD, then origin/main, then origin/master)")
	f.BoolVar(&o.workTree, "work-tree", false, "add what is not committed yet to the diff")
	f.StringVar(&o.diff, "diff", "", "unified diff to judge instead of the checkout's: a `FILE`, or - for standard input")
	f.StringVar(&o.files, "files", "", "changed files as GitHub lists them, a JSON `FILE`, or - for standard input")
	f.StringVar(&o.template, "template", "", "pull-request template, a Markdown `FILE`: its own words do not count as a plan")
	policyFlags(f, &o.policyOptions)
	f.StringVar(&o.title, "title", "", "title of the pull request, any `TEXT`")
	f.StringVar(&o.author, "author", "", "`LOGIN` of the author")
	f.StringArrayVar(&o.labels, "label", nil, "`NAME` of a label on the pull request; may be repeated")
	f.StringVar(&o.atText, "at", "", "judge as of a `TIME` such as 2026-11-22T08:00:00Z (default now)")
	f.StringVar(&o.formatText, "format", string(render.Text), "`FORMAT` of the output: text, concise, json, markdown, github or sarif")
	f.StringVar(&o.colorText, "color", "auto", "`WHEN` to colour text and concise: auto, always or never")
	completeWith(cmd, "format", formatNames())
	completeWith(cmd, "color", colors())
	return cmd
}

// complete checks what was typed and fills in what follows from it.
func (o *checkOptions) complete(flags *pflag.FlagSet, args []string, h host) error {
	if o.format = render.Format(o.formatText); !o.format.Valid() {
		return unknownName("format", o.formatText, formatNames()).try("backout check --format json DESCRIPTION.md")
	}
	if !slices.Contains(colors(), o.colorText) {
		return unknownName("color", o.colorText, colors()).try("backout check --color never DESCRIPTION.md")
	}
	o.color = wantsColor(o.colorText, h)
	o.at = h.now()
	if flags.Changed("at") {
		at, err := time.Parse(time.RFC3339, o.atText)
		if err != nil {
			return usage("--at %q is not a time with a date and a zone", o.atText).try("backout check --at 2026-11-22T08:00:00Z DESCRIPTION.md")
		}
		o.at = at
	}
	if err := notEmpty(flags, args); err != nil {
		return err
	}
	return o.consistent()
}

// notEmpty refuses empty values: most often they are shell variables that are
// not set, and the verdict would be about something else.
func notEmpty(flags *pflag.FlagSet, args []string) error {
	if slices.Contains(args, "") {
		return usage("the name of the description is empty").try("backout check DESCRIPTION.md")
	}
	var err error
	flags.Visit(func(f *pflag.Flag) {
		// A pull request may have no title worth the name, and CI passes on what it has.
		if f.Value.String() == "" && f.Name != "title" && f.Name != "author" {
			err = usage("the flag --%s is empty", f.Name).try("backout check --help")
		}
	})
	return err
}

// consistent refuses flags that contradict each other.
func (o *checkOptions) consistent() error {
	if onGitHub(o.description) {
		return o.onlyGitHub()
	}
	if o.diff != "" && o.files != "" {
		return usage("--diff and --files both say what changed; give one of them").try("backout check --diff change.diff DESCRIPTION.md")
	}
	if o.workTree && (o.diff != "" || o.files != "") {
		return usage("--work-tree reads the checkout, and with --diff or --files nothing is read from it").try("backout check --work-tree DESCRIPTION.md")
	}
	inputs := 0
	for _, name := range []string{o.description, o.diff, o.files, o.template, o.policy, o.orgPolicy} {
		if name == "-" {
			inputs++
		}
	}
	if inputs > 1 {
		return usage("standard input (-) can only be one thing").try("backout check --diff change.diff -")
	}
	return nil
}

// onlyGitHub refuses flags for facts that GitHub knows better.
func (o *checkOptions) onlyGitHub() error {
	given := map[string]bool{
		"--base": o.base != "", "--work-tree": o.workTree, "--diff": o.diff != "", "--files": o.files != "", "--template": o.template != "",
		"--title": o.title != "", "--author": o.author != "", "--label": len(o.labels) > 0,
	}
	for _, flag := range slices.Sorted(maps.Keys(given)) {
		if given[flag] {
			return usage("%s says what GitHub knows of %s", flag, o.description).try("backout check %s", o.description)
		}
	}
	if o.policy == "-" && o.orgPolicy == "-" {
		return usage("standard input (-) can only be one thing").try("backout check --policy - %s", o.description)
	}
	return nil
}

// check judges one change and shows the verdict.
func check(ctx context.Context, o checkOptions, h host) error {
	warm(h.now())
	if onGitHub(o.description) {
		return checkGitHub(ctx, o, h)
	}
	done := progress(h, "reading the change ...")
	f, err := gather(ctx, o, h)
	done()
	if err != nil {
		return err
	}
	policy := f.policies.merged(f.change, o.at, h).Policy
	v := checks.Evaluate(policy, f.change, o.at)
	report := render.Report{
		Verdict: v, Engine: h.version,
		Repository: f.change.Repo, Number: f.change.Number, HeadSHA: f.change.HeadSHA, Base: f.change.Base,
		Diff:        f.change.Diff,
		Description: f.description,
		Limits:      policy.DiffSize,
		Rules:       policy.Sections,
		Policy:      policy.Sources,
		Provenance:  f.provenance,
		Color:       o.color,
	}
	return o.write(report, h)
}

// checkGitHub judges a pull request as it is on GitHub now.
func checkGitHub(ctx context.Context, o checkOptions, h host) error {
	at, err := parsePull(o.description, h)
	if err != nil {
		return err
	}
	client, err := connect(ctx, at.server, h)
	if err != nil {
		return err
	}
	reader, err := o.reader(ctx, client, h)
	if err != nil {
		return err
	}
	done := progress(h, "reading "+at.Ref.String()+" ...")
	j, err := gate.Judge(ctx, reader, at.Ref, gate.Options{Ask: askGitHub(at.Repo), Release: h.version}, o.at)
	done()
	if err != nil {
		return githubFailure(err)
	}
	report := shower{engine: h.version}.report(j, gate.Shared{})
	report.Provenance, report.Color = o.provenance(j.FloorVisible), o.color
	return o.write(report, h)
}

// write shows a verdict, and says by its error whether it blocks.
func (o *checkOptions) write(report render.Report, h host) error {
	if err := render.Write(h.stdout, o.format, report); err != nil {
		return unknown("write the verdict: %v", err)
	}
	if report.Verdict.Conclusion == checks.Failure {
		return verdictBlocks{}
	}
	return nil
}

func formatNames() []string {
	var names []string
	for _, f := range render.Formats() {
		names = append(names, string(f))
	}
	return names
}

// completeWith lets the shell complete a flag's values.
func completeWith(cmd *cobra.Command, flag string, values []string) {
	// It fails only for a flag that does not exist, which a test would show.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}
