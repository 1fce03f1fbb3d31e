package templates

// Record is all that a check run or a job's summary says of a verdict. What is
// empty is not said; each number beginning with More counts what there was no
// room for.
type Record struct {
	NoVerdict bool
	Title     Markdown

	Others       []Other // beside the pull request itself
	MoreOthers   int
	Findings     []Finding
	MoreFindings int
	Paste        Paste // empty where the comment stands above
	Sections     []Section
	MoreSections int

	Size        Size[Markdown]
	Touched     []System
	MoreTouched int
	Lines       []Irreversible
	MoreLines   int
	Unseen      []Markdown
	MoreUnseen  int

	Override *Override[Markdown]

	Ref, Base, Head Markdown
	Policy          Policy
	Mode            Markdown
	Input, Output   Markdown // digests
	Judged, Engine  Markdown
}

// Finding is a finding with all that is known of it.
type Finding struct {
	Severity, Code, Where, Message, Fix Markdown
	Evidence                            []Evidence
}

// Section is a section with all that was read of it.
type Section struct {
	Title, State, Reason Markdown
	Required             bool
	Line, LineEnd        int      // 0: it is missing
	Text                 Markdown // a code block, or empty
	Cut                  bool     // not all of it is shown
}

// System is a system that the change touches.
type System struct {
	Name  Markdown
	Named bool // in the blast radius
	Files int
	Path  Markdown // of the first file, or empty
}

// Irreversible is a line that reverting does not undo.
type Irreversible struct {
	Place, Class, Text Markdown
	Addressed          bool // the plan deals with it
}

// Text is the record, without the end of its last line. That one says when the
// verdict was reached, and nothing before it does.
func (r Record) Text() Markdown {
	paste := when(r.Paste.Headings+r.Paste.Replacements != "", r.Paste.text())
	return paragraphs(
		chapter("Pull requests counted", r.counted()),
		chapter("Findings", r.findings(), more(r.MoreFindings, "more finding")),
		chapter("To paste into the description", paste),
		chapter("Sections", r.sections(), more(r.MoreSections, "more section")),
		chapter("What the diff holds", r.diff()),
		chapter("Override", r.override()),
		chapter("Judged from", r.from()),
		either(r.NoVerdict, "Tried", "Judged")+" at "+r.Judged+when(r.Engine != "", " by backout ", r.Engine)+".",
	)
}

// chapter puts a heading above what is said. Without a text there is none.
func chapter(heading, text Markdown, after ...Markdown) Markdown {
	return when(text != "", "### ", paragraphs(append([]Markdown{heading, text}, after...)...))
}

func more(n int, thing Markdown) Markdown {
	if n == 0 {
		return ""
	}
	return "And " + counted(n, thing) + "."
}

func (r Record) counted() Markdown {
	if len(r.Others) == 0 {
		return ""
	}
	var l lines[Markdown]
	l.add("- ", r.Ref, ": ", r.Title)
	for _, o := range r.Others {
		l.add("- ", o.Ref, ": ", o.Title)
	}
	if r.MoreOthers > 0 {
		l.add("- and ", Markdown(Grouped(r.MoreOthers)), " more")
	}
	return l.all()
}

func (r Record) findings() Markdown {
	var l lines[Markdown]
	for i, f := range r.Findings {
		l.add(number(i+1), ". **", f.Severity, "** ", f.Code, " at ", f.Where, ": ", f.Message)
		Item{Evidence: f.Evidence, Fix: f.Fix}.below(&l)
	}
	return l.all()
}

func (r Record) sections() Markdown {
	blocks := make([]Markdown, 0, 2*len(r.Sections))
	for _, s := range r.Sections {
		blocks = append(blocks, s.head(), s.Text)
	}
	return paragraphs(blocks...)
}

func (s Section) head() Markdown {
	return "**" + s.Title + ":** " + s.State +
		when(s.Required, ", required") +
		when(s.Line > 0, ", line ", number(s.Line)) + when(s.LineEnd > s.Line && s.Line > 0, " to ", number(s.LineEnd)) +
		when(s.Reason != "", ": ", s.Reason) + "." +
		when(s.Cut, " Its beginning:")
}

func (r Record) diff() Markdown {
	var l lines[Markdown]
	size(&l, r.Size)
	for _, s := range r.Touched {
		l.add("- **System** ", s.Name, ": ", either(s.Named, "named", "not named"), ", ", counted(s.Files, "file"),
			when(s.Path != "", ", the first is ", s.Path), ".")
	}
	if r.MoreTouched > 0 {
		l.add("- ", more(r.MoreTouched, "more system"))
	}
	for _, d := range r.Lines {
		l.add("- **One-way door** at ", d.Place, ", ", d.Class, ", ", either(d.Addressed, "the plan deals with it", "the plan does not deal with it"),
			when(d.Text != "", ": ", d.Text))
	}
	if r.MoreLines > 0 {
		l.add("- ", more(r.MoreLines, "more line"))
	}
	for _, s := range r.Unseen {
		l.add("- **Not seen:** ", s)
	}
	if r.MoreUnseen > 0 {
		l.add("- And ", counted(r.MoreUnseen, "more thing"), " not seen.")
	}
	return l.all()
}

func (r Record) override() Markdown {
	o := r.Override
	if o == nil {
		return ""
	}
	var l lines[Markdown]
	l.add("- By ", o.By, when(o.At != "", ", ", o.At), when(o.Expires != "", ", until ", o.Expires), because(o.Reason))
	for _, code := range o.Lifts {
		l.add("- Lifts ", code)
	}
	return l.all()
}

func (r Record) from() Markdown {
	var l lines[Markdown]
	if r.Ref != "" {
		l.add("- **Change:** ", r.Ref, when(r.Base != "", " into ", r.Base), when(r.Head != "", " at ", r.Head))
	}
	r.Policy.add(&l)
	if r.Mode != "" {
		l.add("- **Mode:** ", r.Mode)
	}
	if r.Input != "" {
		l.add("- **Input:** ", r.Input)
	}
	if r.Output != "" {
		l.add("- **Output:** ", r.Output)
	}
	return l.all()
}
