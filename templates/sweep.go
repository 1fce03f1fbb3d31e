package templates

// Sweep is the verdicts of several pull requests, a line each.
type Sweep struct {
	Judged Markdown // how many pull requests
	States Markdown // how many of them are in which state; empty: there are none
	Pulls  []Pull   // the first of them
	More   int      // the others
}

// Pull is a pull request and the title of its verdict.
type Pull struct{ Ref, Title Markdown }

// Text is the sweep, ending with the end of a line.
func (s Sweep) Text() Markdown {
	var l lines[Markdown]
	for _, p := range s.Pulls {
		l.add("- ", p.Ref, ": ", p.Title)
	}
	return paragraphs("**Judged "+s.Judged+when(s.States != "", ": ", s.States)+"**", l.all(), more(s.More, "more pull request")) + "\n"
}
