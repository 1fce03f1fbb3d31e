package render

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan"
)

// comment is a report in the words of a pull request: each value is one safe
// line, and lists are as long as the limits let them be.
type comment struct {
	Title string
	// Situation decides what is said under the title: "no verdict", "override",
	// "fix", "wait", "reviewer", or "quiet", which is one line.
	Situation string
	Audit     bool
	SHA       string
	NextTry   string

	ToFix     int    // how many things there are to fix
	Elsewhere bool   // some of them are not in the description
	Fix       []item // in the order of importance
	Wait      []item // what nobody can fix: freezes
	Known     []item // what a reviewer should know
	Admin     []item // for whoever keeps the policy
	More      []string

	Answered     []answers // the sections that pass, by state
	Said         string    // the same in half a sentence
	Size         *sizeView
	Card         []cardLine
	Doors        []evidence
	MoreDoors    int
	Systems      []string
	Override     *overrideView
	Turns        string // when the verdict is another one, unless a freeze says so
	Freezes      bool
	Flips        bool
	NotSeen      []string
	Approvers    []string
	Label        string
	Commands     bool
	Others       []Other
	MoreOthers   int
	Notices      []string
	DetailsURL   string
	Sources      []checks.Source
	Provenance   []string
	Headings     string // a code block with what is missing, or empty
	HeadingCount int
	Replacements string // a code block with the author's text and what to add, or empty
	Left         int    // replacements that are too long to repeat

	record
}

// item is a finding as somebody who must act reads it.
type item struct {
	About    string // what it is about: a section's title, or what a check looks at
	Code     string
	Where    string
	Severity checks.Severity
	Message  string // without what About says already
	Whole    string
	Fix      string
	Evidence []evidence
}

// cardLine is what the description says about one section.
type cardLine struct {
	Label string
	Quote string // the author's words; empty: there are none worth quoting
	State string // empty: complete
}

// newComment makes what a template shows: "shown", "folded" or "record".
func newComment(r Report, template string, l limits) comment {
	v := r.Verdict
	c := comment{
		Title: cut(visible(v.Title), maxTitle), Situation: r.situation(), Audit: v.Mode == checks.Audit,
		SHA: cut(visible(short(r.HeadSHA)), 40), Override: newOverrideView(v.Override), Systems: cutAll(systems(v.Systems), l),
		Freezes: r.Freezes, Flips: r.Flips, NotSeen: cutAll(notSeen(v.NotSeen, min(l.Items, 3)), l),
		Approvers: cutAll(r.Approvers, l), Label: cut(visible(r.OverrideLabel), maxEvidence), Commands: r.Commands,
		Notices: cutAll(r.Notices, l), Provenance: cutAll(r.Provenance, l), DetailsURL: link(r.DetailsURL),
	}
	if r.NoVerdict != nil {
		c.NextTry = moment(r.NoVerdict.NextTry)
	}
	if o := c.Override; o != nil {
		o.By, o.Reason, o.Lifts = cut(o.By, maxEvidence), cut(o.Reason, l.Message), cutAll(o.Lifts, l)
	}
	if r.Diff != checks.DiffNotSeen {
		c.Size = newSizeView(v.Size, r.Limits)
	}
	c.sort(r, l)
	c.answers(v)
	if v.ChangesAt != nil && v.Override == nil && len(c.Wait) == 0 {
		c.Turns = moment(*v.ChangesAt)
	}
	for _, o := range r.Others[:min(len(r.Others), l.Items)] {
		c.Others = append(c.Others, Other{Ref: cut(visible(o.Ref), maxEvidence), Title: cut(visible(o.Title), l.Message), Blocks: o.Blocks})
	}
	c.MoreOthers = len(r.Others) - len(c.Others)
	for _, s := range r.Policy[:min(len(r.Policy), l.Items)] {
		if template != "record" {
			s.Version = short(s.Version)
		}
		c.Sources = append(c.Sources, checks.Source{Source: cut(visible(s.Source), l.Message), Version: cut(visible(s.Version), 64)})
	}
	c.card(v, l)
	if template != "shown" {
		c.paste(r, l)
	}
	if template == "record" {
		c.record = newRecord(r, l)
	}
	return c
}

// situation says what the comment is about.
func (r Report) situation() string {
	v := r.Verdict
	blocks, _, _ := tally(v.Findings)
	switch {
	case r.NoVerdict != nil:
		return "no verdict"
	case v.Override != nil:
		return "override"
	case blocks > 0 && !slices.ContainsFunc(v.Findings, func(f checks.Finding) bool { return f.Severity == checks.Block && !waits(f) }):
		return "wait"
	case blocks > 0:
		return "fix"
	case slices.ContainsFunc(v.Findings, func(f checks.Finding) bool { return f.Severity == checks.Warn && !forAdmin(f) }),
		len(v.Irreversible) > 0 && v.Exempt == nil:
		return "reviewer"
	}
	return "quiet"
}

// waits reports a finding that nobody can fix and that ends.
func waits(f checks.Finding) bool { return f.Severity == checks.Block && f.Check == "freeze" }

// forAdmin reports a finding that only whoever keeps the policy can mend. One
// that blocks is about the change's own edit of it.
func forAdmin(f checks.Finding) bool { return f.Check == "policy" && f.Severity != checks.Block }

// sort gives each finding its reader, the strictest first, and counts those that
// there is no room for.
func (c *comment) sort(r Report, l limits) {
	findings := slices.Clone(r.Verdict.Findings)
	slices.SortStableFunc(findings, func(a, b checks.Finding) int { return cmp.Compare(rank(a.Severity), rank(b.Severity)) })
	shown := 0
	left := map[checks.Severity]int{}
	for _, f := range findings {
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
		c.More = append(c.More, Grouped(n)+" more to fix")
	}
	if n := left[checks.Warn]; n > 0 {
		c.More = append(c.More, count(n, "more warning"))
	}
	if n := left[checks.Note]; n > 0 {
		c.More = append(c.More, count(n, "more note"))
	}
}

func (r Report) item(f checks.Finding, l limits) item {
	w := r.findingView(f)
	for i := range w.Evidence {
		w.Evidence[i].Where = cut(w.Evidence[i].Where, l.Message)
		w.Evidence[i].Text = cut(w.Evidence[i].Text, l.Message)
	}
	about, message := opening(r.about(f), f.Message)
	fix := strings.Join(w.Fix, " ")
	if waits(f) {
		// The comment says above what comes of it by itself.
		fix = strings.TrimSpace(strings.TrimPrefix(fix, "Nothing to do: this freeze ends by itself then."))
	}
	return item{
		About: cut(visible(about), maxEvidence), Code: cut(visible(f.Code), maxEvidence), Where: cut(w.Where, l.Message),
		Severity: f.Severity, Message: cut(visible(message), l.Message), Whole: cut(w.Message, l.Message), Fix: cut(fix, l.Message), Evidence: w.Evidence,
	}
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

// answers are sections in one state.
type answers struct {
	State  string
	Titles []string
}

// answers fills in the sections that nobody has to touch.
func (c *comment) answers(v checks.Verdict) {
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
		a := answers{State: g.name}
		for _, s := range g.sections {
			if !open[s.ID] {
				a.Titles = append(a.Titles, lowerFirst(cut(visible(s.Title), maxEvidence)))
			}
		}
		if len(a.Titles) == 0 {
			continue
		}
		c.Answered = append(c.Answered, a)
		verb := " is "
		if len(a.Titles) > 1 {
			verb = " are "
		}
		said = append(said, enumerate(a.Titles)+verb+a.State)
	}
	c.Said = strings.Join(said, ", ")
}

// card fills in what a reviewer wants to know.
func (c *comment) card(v checks.Verdict, l limits) {
	labels := map[string]string{plan.Rollback: "If it goes wrong", plan.WorstCase: "Worst case", plan.BlastRadius: "Hits"}
	for _, s := range v.Sections {
		if len(c.Card) == l.Items {
			break
		}
		if !s.Required && !s.State.Passes() {
			continue
		}
		line := cardLine{Label: cmp.Or(labels[s.ID], cut(visible(s.Title), maxEvidence)), Quote: cut(visible(s.Text), l.Quote)}
		switch s.State {
		case plan.Complete:
		case plan.NotApplicable, plan.RollForward:
			line.State = stateWords(s.State)
		case plan.Insufficient:
			line.State = "not enough for this diff"
		default:
			line.State, line.Quote = "not said", ""
		}
		c.Card = append(c.Card, line)
	}
	for _, d := range v.Irreversible[:min(len(v.Irreversible), l.Items, maxEvidenceLines)] {
		text := visible(d.Class) + ", the plan does not deal with it"
		if d.Addressed {
			text = visible(d.Class) + ", the plan deals with it"
		}
		c.Doors = append(c.Doors, evidence{Where: cut(lineStart(place(d)), l.Message), Text: cut(text, l.Message)})
	}
	c.MoreDoors = len(v.Irreversible) - len(c.Doors)
}

// cutAll makes the first of some sentences visible, and as short as they must be.
func cutAll(list []string, l limits) []string {
	var out []string
	for _, s := range list[:min(len(list), l.Items, maxSystems+1)] {
		out = append(out, cut(visible(s), l.Message))
	}
	return out
}

// link is an address of ours that can stand in a link, or empty.
func link(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsFunc(address, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune("<>()[]\\`\"", r)
	}) {
		return ""
	}
	return address
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
