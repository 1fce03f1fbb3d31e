package gate

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/backout-dev/backout/checks"
)

// override looks whether the override label counts. It does when somebody whom
// override.by of the policy allows, not the author and not a bot, set it after
// the head was pushed, and whether the organisation has a say is known. Why a
// label that is there does not count is a note in the verdict.
func (j *judgement) override(ctx context.Context) error {
	c := &j.out.Pull.Change
	if !hasLabel(c.Labels, j.OverrideLabel) {
		return nil
	}
	j.out.extra = true
	set, err := j.Labelled(ctx, j.out.Pull.Ref, j.OverrideLabel)
	if err := ifThere(err); err != nil {
		return err
	}
	pushed, err := j.Pushed(ctx, &j.out.Pull)
	if err := ifThere(err); err != nil {
		return err
	}
	if why := j.doesNotCount(set, pushed); why != "" {
		j.note(why)
		return nil
	}
	may, err := j.Permits(ctx, j.out.Pull.Repo, set.By, j.out.Merged.Override.By)
	if err := ifThere(err); err != nil {
		return err
	}
	if !may {
		j.note(fmt.Sprintf("%s set it, who is not known to be one of %s", set.By, strings.Join(j.out.Merged.Override.By, ", ")))
		return nil
	}
	o := &checks.Override{By: set.By, Reason: "label " + j.OverrideLabel, At: set.At}
	if d := j.out.Merged.Override.Expires; d > 0 {
		o.Expires = set.At.Add(d)
		if !j.at.Before(o.Expires) {
			j.note(fmt.Sprintf("it held until %s", o.Expires.UTC().Format("2006-01-02 15:04 UTC")))
			return nil
		}
	}
	c.Override = o
	return nil
}

// doesNotCount says why a label does not count, before anybody is asked who may
// set it.
func (j *judgement) doesNotCount(set Labelled, pushed time.Time) string {
	p := j.out.Pull
	switch {
	case set.By == "":
		return "who set it could not be seen"
	case !j.out.FloorVisible:
		return "the organisation's policy is not visible, and it may say who overrides"
	case set.Bot:
		return fmt.Sprintf("%s set it, which is a bot", set.By)
	case strings.EqualFold(set.By, p.Change.Author):
		return fmt.Sprintf("%s set it, who is the author", set.By)
	case pushed.IsZero():
		return "when the head was pushed is not known"
	case !set.At.After(pushed):
		return "the head was pushed after it was set"
	}
	return ""
}

// note says in the verdict why the label does not count.
func (j *judgement) note(why string) {
	p := &j.out.Merged.Policy
	p.Notes = append(p.Notes[:len(p.Notes):len(p.Notes)], checks.Finding{
		Check: "policy", Code: "override/ignored", Severity: checks.Note,
		Title:   "the override label does not count",
		Message: fmt.Sprintf("The label %s does not count as an override: %s.", j.OverrideLabel, why),
		Fix: fmt.Sprintf("Somebody who may override takes the label off and sets it again: %s.",
			strings.Join(j.out.Merged.Override.By, ", ")),
	})
}

func hasLabel(labels []checks.Label, name string) bool {
	for _, l := range labels {
		if strings.EqualFold(l.Name, name) {
			return true
		}
	}
	return false
}

// reverted looks up the pull request that the change says it reverts.
func (j *judgement) reverted(ctx context.Context) error {
	p := &j.out.Pull
	n := revertedNumber(p.Repo, p.Change.Title, p.Change.Body)
	if n == 0 || n == p.Number || p.Change.Reverts != nil {
		return nil
	}
	j.out.extra = true
	reverts, err := j.Reader.Reverted(ctx, Ref{Repo: p.Repo, Number: n}, p.Change.Base)
	if err := ifThere(err); err != nil {
		return err
	}
	p.Change.Reverts = reverts
	return nil
}

var (
	// What GitHub's button writes: "Reverts acme/shop#812".
	revertsLine = regexp.MustCompile(`(?m)^[ \t]*Reverts[ \t]+([\w.-]+/[\w.-]+)?#([1-9][0-9]{0,8})[ \t]*\r?$`)
	// What git writes of a squashed pull request: Revert "Drop carts (#812)".
	revertsTitle = regexp.MustCompile(`^Revert "[^\n]*\(#([1-9][0-9]{0,8})\)"`)
)

// revertedNumber finds the pull request of this repository that a change says it
// reverts; 0: none. The words grant nothing, they only say where to look.
func revertedNumber(repo Repo, title, body string) int {
	number := ""
	if m := revertsLine.FindStringSubmatch(body); m != nil {
		if m[1] != "" && !strings.EqualFold(m[1], repo.String()) {
			return 0
		}
		number = m[2]
	} else if m := revertsTitle.FindStringSubmatch(title); m != nil && strings.Contains(body, "This reverts commit ") {
		number = m[1]
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return 0
	}
	return n
}
