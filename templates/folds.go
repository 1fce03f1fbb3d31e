package templates

// Folds are what a comment shows when somebody unfolds it.
type Folds struct {
	Paste    Paste
	Reviewer bool // there is something for a reviewer below
	Card     Card
	Policy   Policy
}

// Text is the folds below a comment, or empty.
func (f Folds) Text() Markdown {
	var l lines[Markdown]
	if f.Reviewer {
		f.Card.add(&l)
		f.Policy.add(&l)
	}
	return fold("To paste into the description", f.Paste.text()) + fold("For the reviewer", l.all())
}

// FoldedRecord is a record on the page of a comment.
func FoldedRecord(record Markdown) Markdown { return fold("Full record", record) }

// Paste is what an author can copy into the description.
type Paste struct {
	Headings     Markdown // a code block with what is missing, or empty
	Missing      int      // how many headings that is
	Replacements Markdown // a code block with the author's text and what to add, or empty
	TooLong      int      // sections that must say more and are too long to repeat
}

func (p Paste) text() Markdown {
	var long Markdown
	if p.TooLong > 0 {
		long = counted(p.TooLong, "section") + " of yours that must say more " + either(p.TooLong == 1, "is", "are") + " too long to repeat here."
	}
	return paragraphs(
		when(p.Headings != "", "Add this to the description and write in place of the ", either(p.Missing == 1, "comment", "comments"), ":"), p.Headings,
		when(p.Replacements != "", "Your own text, with a comment where it must say more:"), p.Replacements,
		long,
	)
}
