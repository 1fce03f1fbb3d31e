package render

import (
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/templates"
)

// Marker is the last line of our comment, by which it is found again. GitHub
// does not show it.
const Marker = "<!-- backout:comment -->"

// What somebody reads in a pull request before anything is unfolded. More is cut
// by importance and never split over two comments.
const (
	maxLines = 25   // lines with something on them
	maxShown = 4000 // characters
)

// maxFolded is how many characters are folded below. Together they stay under
// the 65,536 that GitHub takes for a comment, with some to spare: it is not known
// how it counts characters of several bytes.
const maxFolded = 56_000

// HasMarker reports whether a comment ends with our marker. That it is ours takes
// its author as well: anybody can paste the marker.
func HasMarker(body string) bool {
	body = strings.TrimRight(body, " \t\r\n")
	return body == Marker || strings.HasSuffix(body, "\n"+Marker)
}

// Comment shows a report as the body of the one comment on its pull request, of
// at most 65,536 characters. The same verdict gives the same body, whenever it
// was reached.
func Comment(r Report) string { return markdown(r) + "\n" + Marker + "\n" }

// markdown is the comment without its marker: the verdict, what to do, and,
// folded, what a reviewer wants to know and what an author can paste.
func markdown(r Report) string {
	r = r.judgedOrNot()
	return unmarked(string(r.shown() + r.folded()))
}

// judgedOrNot is the report with a verdict that says so where there is none.
func (r Report) judgedOrNot() Report {
	if r.NoVerdict != nil {
		r.Verdict = checks.Verdict{Title: "No verdict yet: " + r.NoVerdict.Why, JudgedAt: r.Verdict.JudgedAt}
		r.Diff = checks.DiffNotSeen
	}
	return r
}

// shown is the part of the comment that is not folded.
func (r Report) shown() templates.Markdown {
	return fit(fewer(), func(l limits) templates.Markdown { return newComment(r, l).Text() }, func(m templates.Markdown) bool {
		return atMost(maxShown)(m) && filledLines(string(m)) <= maxLines
	})
}

// folded is the rest of it.
func (r Report) folded() templates.Markdown {
	return fit(smaller(), func(l limits) templates.Markdown { return newFolds(r, l).Text() }, atMost(maxFolded))
}

// limits say how much of a report is shown. What does not fit is counted.
type limits struct {
	Items   int // entries of a list
	Message int // characters of a sentence
	Quote   int // characters of a quoted section
	Own     int // characters of a text that is shown whole or not at all
}

// fewer are limits for what is read at once: first fewer entries, then shorter
// ones.
func fewer() iter.Seq[limits] {
	return func(yield func(limits) bool) {
		for _, shorter := range []int{1, 2, 4, 8, 16} {
			for _, items := range []int{24, 12, 10, 8, 7, 6, 5, 4, 3, 2, 1} {
				if !yield(limits{Items: items, Message: maxMessage / 2 / shorter, Quote: 280 / shorter}) {
					return
				}
			}
		}
	}
}

// smaller are limits for what is looked up: everything, or less of each.
func smaller() iter.Seq[limits] {
	return func(yield func(limits) bool) {
		for by := 1; by <= 256; by *= 2 {
			if !yield(limits{Items: 1 + 500/by, Message: max(maxMessage/by, 40), Quote: max(560/by, 40), Own: 32_000 / by}) {
				return
			}
		}
	}
}

// fit shows something under the first limits with which it passes, or the last.
func fit(steps iter.Seq[limits], show func(limits) templates.Markdown, passes func(templates.Markdown) bool) templates.Markdown {
	var out templates.Markdown
	for l := range steps {
		if out = show(l); passes(out) {
			break
		}
	}
	return out
}

// atMost passes what has so many characters.
func atMost(n int) func(templates.Markdown) bool {
	return func(m templates.Markdown) bool { return utf8.RuneCountInString(string(m)) <= n }
}

// rank orders what must be fixed before what should be known.
func rank(s checks.Severity) int {
	return slices.Index([]checks.Severity{checks.Block, checks.Warn, checks.Note}, s)
}

func severityWord(s checks.Severity) templates.Markdown {
	switch s {
	case checks.Block:
		return "Block"
	case checks.Warn:
		return "Warning"
	}
	return "Note"
}

// unmarked takes our marker out of what somebody else wrote.
func unmarked(body string) string { return strings.ReplaceAll(body, Marker, "<!-- -->") }

func filledLines(s string) int {
	n := 0
	for line := range strings.Lines(s) {
		if strings.TrimSpace(line) != "" {
			n++
		}
	}
	return n
}
