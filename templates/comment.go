package templates

// Situation is what a verdict is about, as somebody who reads it must know it.
type Situation string

// The situations. Quiet is one line.
const (
	NoVerdict Situation = "no verdict"
	Lifted    Situation = "override"
	ToFix     Situation = "fix"
	Waits     Situation = "wait"
	Reviewer  Situation = "reviewer"
	Quiet     Situation = "quiet"
)

// Comment is what a comment shows at once, and the summary of a check run. What
// is empty is not said.
type Comment struct {
	Situation Situation
	Title     Markdown
	Audit     bool
	SHA       Markdown
	NextTry   Markdown

	ToFix     int        // how many things there are to fix
	Elsewhere bool       // some of them are not in the description
	Fix       []Item     // in the order of importance
	Wait      []Item     // what nobody can fix: freezes
	Known     []Item     // what a reviewer should know
	Admin     []Item     // for whoever keeps the policy
	More      []Markdown // what there was no room for

	Said     Markdown   // in half a sentence, which sections pass
	Answered []Answered // the same, by state
	Size     Size[Markdown]
	Card     Card
	Override *Override[Markdown]

	Turns      Markdown // when the verdict is another one, unless a freeze says so
	Freezes    bool
	Flips      bool // it turns by itself
	NotSeen    []Markdown
	Others     []Other
	MoreOthers int
	Notices    []Markdown
	Approvers  []Markdown
	Label      Markdown
	Commands   bool
	DetailsURL Markdown
}

// Item is a finding as somebody who must act reads it.
type Item struct {
	About    Markdown // what it is about: a section's title, or what a check looks at
	Within   Markdown // the same, within a sentence
	Severity Markdown
	Message  Markdown // without what About says already
	Fix      Markdown
	Evidence []Evidence
}

// Answered are sections in one state.
type Answered struct{ State, Titles Markdown }

// Text is the comment, ending with the end of a line.
func (c Comment) Text() Markdown {
	return paragraphs(c.head(), c.steps(), when(len(c.More) > 0, "And ", joined(c.More, ", "), "."), c.notes()) + "\n"
}

// head is the verdict and the sentence below it.
func (c Comment) head() Markdown {
	if c.Situation != Quiet {
		return paragraphs("**"+c.Title+"**", c.lead())
	}
	return "**" + c.Title + ".**" + when(c.Said != "", " ", c.Said, when(c.Size.Seen(), "; ", c.Size.lines()), ".")
}

func (c Comment) lead() Markdown {
	judged := when(c.SHA != "", "Judged at ", c.SHA, ". ")
	reports := when(c.Audit, "Nothing waits: the policy only reports. ")
	switch c.Situation {
	case NoVerdict:
		return when(c.SHA != "", "Commit ", c.SHA, ". ") + "The change is neither passed nor blocked. " +
			either(c.NextTry != "", "Next try at "+c.NextTry+".", "Run this again.")
	case Lifted:
		return judged + "Lifted by " + c.Override.By + when(c.Override.At != "", ", ", c.Override.At) + because(c.Override.Reason)
	case Reviewer:
		return judged + "Nothing has to be fixed; this is for whoever reviews it."
	case Waits:
		return judged + reports + "Nothing to fix. " + either(c.Flips,
			"It passes by itself when that is over.",
			"The verdict does not turn by itself: run this again when that is over.")
	}
	return judged + reports + inWords(c.ToFix, "thing") + " to fix" +
		when(!c.Elsewhere, " in the description") +
		when(len(c.Wait) > 0, ", and a freeze to wait for") +
		when(c.Commands, "; the verdict follows your edit, no push is needed") + "."
}

// steps are what must be fixed, one after the other.
func (c Comment) steps() Markdown {
	if c.Override != nil {
		return ""
	}
	var l lines[Markdown]
	for i, f := range c.Fix {
		l.add(number(i+1), ". **", f.About, ":** ", f.Message)
		f.below(&l)
	}
	return l.all()
}

// below is what stands under a step, as part of it.
func (f Item) below(l *lines[Markdown]) {
	if len(f.Evidence) > 0 {
		l.add("   ", evidence(f.Evidence))
	}
	if f.Fix != "" {
		l.add("   ", f.Fix)
	}
}

// notes are the list at the end.
func (c Comment) notes() Markdown {
	var l lines[Markdown]
	for _, f := range c.Wait {
		l.add("- **", f.About, ":** ", f.Message, when(f.Fix != "", " ", f.Fix))
	}
	if c.Override != nil {
		c.lifted(&l)
	}
	if c.Situation == Reviewer {
		c.Card.add(&l)
	}
	for _, f := range c.Known {
		l.add("- **", f.Severity, ", ", f.Within, ":** ", f.Message, when(len(f.Evidence) > 0, " ", evidence(f.Evidence), "."), when(f.Fix != "", " ", f.Fix))
	}
	if c.Situation != Quiet && c.Situation != Reviewer {
		for _, a := range c.Answered {
			l.add("- **", a.State, ":** ", a.Titles, ".")
		}
		size(&l, c.Size)
	}
	c.turns(&l)
	c.around(&l)
	c.overriding(&l)
	if c.DetailsURL != "" && c.Situation != Quiet {
		l.add("- [Full record](", c.DetailsURL, ")")
	}
	return l.all()
}

func (c Comment) lifted(l *lines[Markdown]) {
	for _, f := range c.Fix {
		l.add("- **Still open, ", f.Within, ":** ", f.Message)
	}
	l.add("- **The override ends** with the next push", when(c.Override.Expires != "", ", at ", c.Override.Expires),
		when(c.Commands, ", or with `/backout override cancel`"),
		when(!c.Commands && c.Label != "", ", or when the label ", c.Label, " is taken off"), ".")
}

// turns says when the verdict will be another one.
func (c Comment) turns(l *lines[Markdown]) {
	switch {
	case c.Turns != "" && c.Flips:
		l.add("- Changes by itself: ", c.Turns, ".")
	case c.Turns != "":
		l.add("- Another verdict is due at ", c.Turns, ", and does not come by itself: run this again then.")
	case c.Freezes && !c.Flips && len(c.Wait) == 0:
		l.add("- The policy has freezes. This verdict does not turn by itself when one starts or ends.")
	}
}

// around is what the verdict rests on and who else is concerned.
func (c Comment) around(l *lines[Markdown]) {
	for _, s := range c.NotSeen {
		l.add("- **Not seen:** ", s)
	}
	for _, o := range c.Others {
		l.add("- **Also on this commit:** ", o.Ref, ": ", o.Title, when(o.Blocks, ". It keeps the check run from passing"), ".")
	}
	if c.MoreOthers > 0 {
		l.add("- And ", counted(c.MoreOthers, "more pull request"), " on this commit.")
	}
	for _, f := range c.Admin {
		l.add("- **For whoever keeps the policy:** ", f.Message, when(f.Fix != "", " ", f.Fix))
	}
	for _, s := range c.Notices {
		l.add("- **For whoever keeps the gate:** ", s)
	}
}

// overriding says who may let the change through, and how.
func (c Comment) overriding(l *lines[Markdown]) {
	way := either(c.Commands, "with `/backout override REASON`", "by setting the label "+c.Label+" after the last push")
	blocked := len(c.Fix)+len(c.Wait) > 0 && c.Override == nil && !c.Audit
	if blocked && len(c.Approvers) > 0 && (c.Commands || c.Label != "") {
		l.add("- **May override:** ", joined(c.Approvers, ", "), ", ", way, ".")
	}
}
