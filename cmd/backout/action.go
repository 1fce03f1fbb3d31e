package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/action"
	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/gh"
	"github.com/backout-dev/backout/internal/render"
)

// waitAtMost is how long one evaluation waits for GitHub in all: a job costs money
// while it waits, and a re-run is a click.
const waitAtMost = time.Minute

func newAction(h host) *cobra.Command {
	return &cobra.Command{
		Use:   "action",
		Short: "Run as a step of a GitHub workflow",
		// Only a runner can run it.
		Hidden: true,
		Long: `Run as a step of a GitHub workflow, which is what the Action does.

The pull request is read as it is now, whatever the event says of it. Inputs are
environment variables as the runner sets them: INPUT_TOKEN, INPUT_GATE and so on.

Exit status:
  0  the change passes, the policy only reports, or a check run is the gate
  1  the change is blocked, and the job is the gate
  2  a mistake in the workflow
  3  no verdict was reached: something could not be read`,
		Example: "  backout action",
		Args:    noArguments("action"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runAction(cmd.Context(), action.New(h.stdout, h.getenv), h)
		},
	}
}

// step is one run of the Action.
type step struct {
	*action.Runner
	host   host
	inputs action.Inputs
	event  action.Event
	client *gh.Client
	show   shower
	// checkRun is true where the gate is a check run.
	checkRun bool
}

// stepEnded ends a step that has said why.
type stepEnded struct{ code int }

func (e stepEnded) Error() string { return fmt.Sprintf("the step ends with %d", e.code) }

// runAction judges what started the workflow. Whatever fails is an annotation:
// nobody reads a log.
func runAction(ctx context.Context, r *action.Runner, h host) error {
	s, err := newStep(r, h)
	if err == nil {
		warm(h.now())
		if s.event.All() {
			err = s.sweep(ctx)
		} else {
			err = s.pull(ctx)
		}
	}
	var ended stepEnded
	var mistake *action.Mistake
	var taken *gate.NameTaken
	switch {
	case err == nil, errors.As(err, &ended):
		return err
	case errors.As(err, &mistake):
		r.Error("%s; %s.", mistake.Message, mistake.Fix)
		return stepEnded{exitUsage}
	case errors.As(err, &taken):
		r.Error("%s; give the job another name, or leave gate: check-run out.", taken)
		return stepEnded{exitUsage}
	}
	r.Error("No verdict: %s; the change is neither passed nor blocked. Run the job again.", joined(err))
	return stepEnded{exitUnknown}
}

// warm judges something small, so that the word lists and patterns of the first
// judgement are read while GitHub is waited for. They are read once, whoever is
// first; words and patterns are two halves of the work.
func warm(at time.Time) {
	for _, c := range []checks.Change{
		{Body: "## Rollback plan\n\nRevert it.\n"},
		{Diff: checks.DiffWhole, Files: []checks.File{
			{Path: "a.sql", Status: checks.Added, Additions: 1, Patch: "@@ -0,0 +1 @@\n+SELECT 1;\n"},
			{Path: "a.go", Status: checks.Added, Additions: 1, Patch: "@@ -0,0 +1 @@\n+package a\n"},
		}},
	} {
		go checks.Evaluate(checks.DefaultPolicy(), c, at)
	}
}

func newStep(r *action.Runner, h host) (*step, error) {
	s := &step{Runner: r, host: h}
	var err error
	if s.event, err = r.Event(); err != nil {
		return s, err
	}
	if s.inputs, err = r.Inputs(); err != nil {
		return s, err
	}
	r.Mask(s.inputs.Token)
	r.Mask(s.inputs.OrgToken)
	if s.checkRun, err = s.gateKind(); err != nil {
		return s, err
	}
	hosts, err := s.hosts()
	if err != nil {
		return s, err
	}
	s.client, err = gh.New(gh.Options{
		Hosts: hosts, Token: s.inputs.Token, OrgToken: s.inputs.OrgToken, UserAgent: "backout/" + h.version, MaxWait: waitAtMost, Now: h.now,
	})
	if err != nil {
		return s, &action.Mistake{Message: err.Error(), Fix: "mend it under with: in the workflow"}
	}
	s.show = shower{engine: h.version, server: strings.TrimRight(cmp.Or(s.inputs.GitHubURL, h.getenv("GITHUB_SERVER_URL")), "/"), overrideLabel: s.inputs.OverrideLabel, flips: s.checkRun}
	return s, nil
}

// gateKind decides whether the gate is a check run. A job's status counts only
// where it sits on the commit that the merge waits for.
func (s *step) gateKind() (checkRun bool, err error) {
	checkRun = s.inputs.Gate == action.GateCheckRun || s.inputs.Gate == action.GateAuto && !s.event.OnHead()
	switch {
	case checkRun && s.event.Job == gate.CheckName:
		return true, &action.Mistake{
			Message: fmt.Sprintf("the job is called %s as the check run is, and GitHub could not tell them apart", gate.CheckName),
			Fix:     "give the job another name, such as judge",
		}
	case !checkRun && !s.event.OnHead():
		return false, &action.Mistake{
			Message: fmt.Sprintf("gate: job cannot hold a merge on %s, because the job does not sit on the pull request's head commit", s.event.Name),
			Fix:     "leave gate out, or set gate: check-run",
		}
	}
	return checkRun, nil
}

// hosts is the GitHub that runs the workflow, unless the step names another one.
func (s *step) hosts() (gh.Hosts, error) {
	rest, graphql := s.host.getenv("GITHUB_API_URL"), s.host.getenv("GITHUB_GRAPHQL_URL")
	if s.inputs.GitHubURL != "" {
		rest, graphql = "", ""
	}
	hosts, err := gh.ParseHosts(s.inputs.GitHubURL, rest, graphql)
	if err != nil {
		return hosts, &action.Mistake{Message: "github-url: " + err.Error(), Fix: "leave github-url out to use the server that runs the workflow"}
	}
	return hosts, nil
}

// gate is the gate for one evaluation.
func (s *step) gate() gate.Gate {
	organisation := s.inputs.OrgPolicy
	if organisation == (gate.File{}) {
		organisation = gate.File{Repo: gate.Repo{Owner: s.event.Repo.Owner, Name: ".github"}, Path: "backout.yml"}
	}
	client := s.client.Unspent()
	return gate.Gate{
		Reader: client, Writer: client,
		Options: gate.Options{
			Ask: gate.Ask{Policy: policyPath, Further: s.inputs.Policy, Organisation: organisation, CheckName: gate.CheckName},

			Enforce: s.inputs.Enforce, OverrideLabel: s.inputs.OverrideLabel, Release: s.host.version,
		},
		Show: s.show.show(), CheckRun: s.checkRun, Comment: s.inputs.Comment, DetailsURL: s.event.RunURL,
		Now: s.host.now, Sleep: pause,
	}
}

// pause waits, unless there is nobody left to wait for.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pull judges one pull request, or the one that a merge group is for.
func (s *step) pull(ctx context.Context) error {
	r, err := s.gate().Enforce(ctx, gate.Subject{
		Ref: gate.Ref{Repo: s.event.Repo, Number: s.event.Number}, Group: s.event.Group, Fresh: s.event.Fresh, Announced: s.event.Announced,
	})
	for _, n := range r.Notices {
		s.Notice("%s", n)
	}
	if err != nil {
		return err
	}
	if len(r.Shared.Judged) == 0 {
		s.Notice("%s is %s: there is nothing to gate.", r.Own.Pull.Ref, r.Own.Pull.State)
		return nil
	}
	return s.conclude(r)
}

// conclude says what the verdict is, in every place where somebody looks.
func (s *step) conclude(r gate.Result) error {
	report := s.show.shared(r.Shared)
	report.Notices = r.Notices
	own := s.show.report(r.Own, r.Shared)
	if r.Shared.Outcome() == gate.NoVerdict {
		return r.Shared.Missing[0].Err
	}
	var document bytes.Buffer
	if err := render.Write(&document, render.JSON, own); err != nil {
		return err
	}
	if decides := r.Shared.Judged[0].Pull.Ref; decides != r.Own.Pull.Ref {
		s.Warning("%s has the same head commit and decides: GitHub's checks belong to the commit. The findings are about it.", decides)
	}
	if err := render.Write(s.host.stdout, render.GitHub, report); err != nil {
		return err
	}
	if err := s.Summary(render.JobSummary(report)); err != nil {
		s.Warning("The job's summary could not be written: %v.", err)
	}
	conclusion := r.Shared.Conclusion()
	err := s.Outputs(
		action.Output{Name: "conclusion", Value: string(conclusion)},
		action.Output{Name: "title", Value: report.Verdict.Title},
		action.Output{Name: "json", Value: strings.TrimSpace(document.String())},
	)
	if err != nil {
		return fmt.Errorf("the outputs could not be written: %w", err)
	}
	// A check run blocks by itself, and a red job beside it would only be noise.
	if conclusion == checks.Failure && !s.checkRun {
		return stepEnded{exitBlocked}
	}
	return nil
}

// sweep judges all open pull requests and writes the check runs that flip.
func (s *step) sweep(ctx context.Context) error {
	swept, err := gate.Sweep(ctx, s.event.Repo, s.client.Unspent(), s.gate)
	var reports []render.Report
	for _, j := range swept.Judged {
		reports = append(reports, s.show.report(j, gate.Shared{}))
	}
	for _, m := range swept.Missing {
		reports = append(reports, s.show.shared(gate.Shared{Missing: []gate.Missing{m}}))
	}
	if writeErr := s.Summary(render.Sweep(reports)); writeErr != nil {
		s.Warning("The job's summary could not be written: %v.", writeErr)
	}
	for _, m := range swept.Missing {
		s.Warning("No verdict on %s: %s.", m.Ref, joined(m.Err))
	}
	s.Notice("%d open pull requests judged, %d check runs written.", len(swept.Judged), len(swept.Flipped))
	if err == nil && len(swept.Missing) > 0 {
		err = swept.Missing[0].Err
	}
	return err
}
