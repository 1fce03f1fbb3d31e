package templates

// Evidence is what was found, and where. Text without a place stands for itself.
type Evidence struct {
	Line  Markdown // of the description
	Place Markdown // in a file
	More  Markdown // how many other places there are; empty: none
	Text  Markdown
}

func (e Evidence) text() Markdown {
	place := when(e.Line != "", "line ", e.Line) + when(e.Place != "", e.Place, when(e.More != "", " and ", e.More, " more"))
	return place + when(place != "" && e.Text != "", " ") + e.Text
}

func evidence(all []Evidence) Markdown {
	parts := make([]Markdown, len(all))
	for i, e := range all {
		parts[i] = e.text()
	}
	return joined(parts, ", ")
}

// Size is how large the change is.
type Size[T ~string] struct {
	Counted, Changed T
	Parts            T // of what is not counted; empty: nothing
	Files            T
	BlockAbove       T // empty where there is no such limit
}

// Seen is false where nothing is known of the diff.
func (s Size[T]) Seen() bool { return s.Files != "" }

func (s Size[T]) lines() T { return s.Counted + " counted of " + s.Changed }

// in is the size between a name and its limit.
func (s Size[T]) in(name, limit T) T {
	text := name + s.lines()
	if s.Parts != "" {
		text += " (" + s.Parts + ")"
	}
	text += ", " + s.Files
	if s.BlockAbove != "" {
		text += "; " + limit + s.BlockAbove
	}
	return text
}

func size(l *lines[Markdown], s Size[Markdown]) {
	if s.Seen() {
		l.add(s.in("- **Size:** ", "the limit is "), ".")
	}
}

// Card is what a reviewer wants to know.
type Card struct {
	Lines     []CardLine
	Systems   Markdown // empty: none is known
	Doors     []Door
	MoreDoors int
	Size      Size[Markdown]
}

// CardLine is what the description says about one section.
type CardLine struct {
	Label Markdown
	Quote Markdown // the author's words; empty: there are none worth quoting
	State Markdown // empty: complete
}

// Door is a line that reverting does not undo.
type Door struct{ Place, About Markdown }

func (c Card) add(l *lines[Markdown]) {
	for _, s := range c.Lines {
		quoted := `"` + s.Quote + `"` + when(s.State != "", " (", s.State, ")")
		l.add("- **", s.Label, ":** ", either(s.Quote != "", quoted, s.State+"."))
	}
	if c.Systems != "" {
		l.add("- **Systems touched:** ", c.Systems, ".")
	}
	var doors []Markdown
	for _, d := range c.Doors {
		doors = append(doors, d.Place+" ("+d.About+")")
	}
	if c.MoreDoors > 0 {
		doors = append(doors, "and "+counted(c.MoreDoors, "more line"))
	}
	l.add("- **One-way doors:** ", either(len(doors) > 0, joined(doors, ", "), "none seen"), ".")
	size(l, c.Size)
}

// Override is who let the change through.
type Override[T ~string] struct {
	By          T
	At, Expires T // empty: not known, none
	Reason      T
	Lifts       []T // codes of findings
}

// because is why somebody let the change through.
func because(reason Markdown) Markdown { return when(reason != "", `: "`, reason, `"`) }

// Other is another pull request on the same commit.
type Other struct {
	Ref, Title Markdown
	Blocks     bool
}

// Policy is what the policy in force was read from, and what else the verdict
// rests on.
type Policy struct {
	Sources    []Source
	Provenance []Markdown
}

// Source is a policy file.
type Source struct {
	Name    Markdown
	Version Markdown // empty: not known
}

func (p Policy) add(l *lines[Markdown]) {
	var files []Markdown
	for _, s := range p.Sources {
		files = append(files, s.Name+when(s.Version != "", " at ", s.Version))
	}
	var rests []Markdown
	for _, s := range p.Provenance {
		rests = append(rests, "; ", s)
	}
	l.add("- **Policy:** ", either(len(files) > 0, joined(files, ", "), "the built-in defaults"), joined(rests, ""), ".")
}
