package render

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan"
	"github.com/backout-dev/backout/templates"
)

// newComment is what a comment shows at once, in lists as long as the limits let
// them be.
func newComment(r Report, l limits) templates.Comment {
	v := r.Verdict
	c := templates.Comment{
		Situation: r.situation(), Title: md(r.title()), Audit: v.Mode == checks.Audit, SHA: code(cut(visible(short(r.HeadSHA)), 40)),
		Size: r.sizeInMarkdown(), Override: r.override(l),
		Freezes: r.Freezes, Flips: r.Flips, NotSeen: sentences(cutAll(notSeen(v.NotSeen, min(l.Items, 3)), l)),
		Notices: sentences(cutAll(r.Notices, l)), Approvers: codes(cutAll(r.Approvers, l)),
		Label: code(cut(visible(r.OverrideLabel), maxEvidence)), Commands: r.Commands, DetailsURL: link(r.DetailsURL),
	}
	if r.NoVerdict != nil {
		c.NextTry = own(moment(r.NoVerdict.NextTry))
	}
	r.sort(&c, l)
	r.answers(&c)
	if v.ChangesAt != nil && v.Override == nil && len(c.Wait) == 0 {
		c.Turns = own(moment(*v.ChangesAt))
	}
	c.Others, c.MoreOthers = r.others(l)
	if c.Situation == templates.Reviewer {
		c.Card = r.card(l)
	}
	return c
}

// situation says what the comment is about.
func (r Report) situation() templates.Situation {
	v := r.Verdict
	blocks, _, _ := tally(v.Findings)
	switch {
	case r.NoVerdict != nil:
		return templates.NoVerdict
	case v.Override != nil:
		return templates.Lifted
	case blocks > 0 && !slices.ContainsFunc(v.Findings, func(f checks.Finding) bool { return f.Severity == checks.Block && !waits(f) }):
		return templates.Waits
	case blocks > 0:
		return templates.ToFix
	case slices.ContainsFunc(v.Findings, func(f checks.Finding) bool { return f.Severity == checks.Warn && !forAdmin(f) }),
		len(v.Irreversible) > 0 && v.Exempt == nil:
		return templates.Reviewer
	}
	return templates.Quiet
}

// waits reports a finding that nobody can fix and that ends.
func waits(f checks.Finding) bool { return f.Severity == checks.Block && f.Check == "freeze" }

// forAdmin reports a finding that only whoever keeps the policy can mend. One
// that blocks is about the change's own edit of it.
func forAdmin(f checks.Finding) bool { return f.Check == "policy" && f.Severity != checks.Block }

// sort gives each finding its reader, the strictest first, and counts those that
// there is no room for.
func (r Report) sort(c *templates.Comment, l limits) {
	shown := 0
	left := map[checks.Severity]int{}
	for _, f := range byRank(r.Verdict.Findings) {
		place := &c.Known
		switch {
		case forAdmin(f):
			place = &c.Admin
		case waits(f):
			place = &c.Wait
		case f.Severity == checks.Block:
			place = &c.Fix
			c.ToFix++
			c.Elsewhere = c.Elsewhere || !slices.Contains([]string{"sections", "irreversible", "blast-radius", "tasks"}, f.Check)
		}
		if shown == l.Items {
			left[f.Severity]++
			continue
		}
		shown++
		*place = append(*place, r.item(f, l))
	}
	if n := left[checks.Block]; n > 0 {
		c.More = append(c.More, own(templates.Grouped(n)+" more to fix"))
	}
	if n := left[checks.Warn]; n > 0 {
		c.More = append(c.More, own(templates.Count(n, "more warning")))
	}
	if n := left[checks.Note]; n > 0 {
		c.More = append(c.More, own(templates.Count(n, "more note")))
	}
}

func (r Report) item(f checks.Finding, l limits) templates.Item {
	w := r.findingView(f)
	about, message := opening(r.about(f), f.Message)
	about = cut(visible(about), maxEvidence)
	return templates.Item{
		About: md(about), Within: md(lowerFirst(about)), Severity: severityWord(f.Severity),
		Message: md(cut(visible(message), l.Message)), Fix: md(cut(remedyText(f, w), l.Message)), Evidence: inMarkdown(w.Evidence, l),
	}
}

// remedyText is what to do about a finding, without what the comment says above.
func remedyText(f checks.Finding, w findingView) string {
	fix := strings.Join(w.Fix, " ")
	if waits(f) {
		return strings.TrimSpace(strings.TrimPrefix(fix, "Nothing to do: this freeze ends by itself then."))
	}
	return fix
}

// opening parts what a finding is about from what was measured. Where the
// message begins with the one, it is not said twice: "The rollback plan is
// missing" and "no heading, label or table row names it."
func opening(about, message string) (string, string) {
	first, rest, ok := strings.Cut(message, ": ")
	if ok && strings.HasPrefix(first, "The "+lowerFirst(about)) && !strings.Contains(first, "`") {
		return first, rest
	}
	return about, message
}

// about names what a finding is about as its reader calls it.
func (r Report) about(f checks.Finding) string {
	id := f.Section
	switch f.Check {
	case "irreversible":
		id = plan.Rollback
	case "blast-radius":
		id = plan.BlastRadius
	case "diff-size":
		return "Size"
	case "policy":
		return "Policy file"
	}
	for _, s := range r.Verdict.Sections {
		if s.ID == id {
			return s.Title
		}
	}
	return upperFirst(strings.ReplaceAll(f.Check, "-", " "))
}

// answers fills in the sections that nobody has to touch.
func (r Report) answers(c *templates.Comment) {
	v := r.Verdict
	if v.Exempt != nil {
		return
	}
	open := map[string]bool{}
	for _, f := range v.Findings {
		if f.Severity == checks.Block && f.Check == "blast-radius" {
			open[plan.BlastRadius] = true
		}
	}
	var said []string
	for _, g := range groups(v.Sections) {
		var titles []string
		for _, s := range g.sections {
			if !open[s.ID] {
				titles = append(titles, lowerFirst(cut(visible(s.Title), maxEvidence)))
			}
		}
		if len(titles) == 0 {
			continue
		}
		c.Answered = append(c.Answered, templates.Answered{State: own(upperFirst(g.name)), Titles: md(enumerate(titles))})
		verb := " is "
		if len(titles) > 1 {
			verb = " are "
		}
		said = append(said, enumerate(titles)+verb+g.name)
	}
	c.Said = md(upperFirst(strings.Join(said, ", ")))
}

// cutAll makes the first of some sentences visible, and as short as they must be.
func cutAll(list []string, l limits) []string {
	var out []string
	for _, s := range list[:min(len(list), l.Items, maxSystems+1)] {
		out = append(out, cut(visible(s), l.Message))
	}
	return out
}

// lowerFirst makes the first letter small, unless the word is an abbreviation.
func lowerFirst(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	if second, _ := utf8.DecodeRuneInString(s[n:]); unicode.IsUpper(second) {
		return s
	}
	return string(unicode.ToLower(first)) + s[n:]
}

func upperFirst(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[n:]
}
