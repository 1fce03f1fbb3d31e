package render

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"text/template"
	"unicode/utf8"

	"github.com/backout-dev/backout/checks"
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
func Comment(r Report) (string, error) {
	body, err := markdown(r)
	if err != nil {
		return "", err
	}
	return body + "\n" + Marker + "\n", nil
}

// markdown is the comment without its marker: the verdict, what to do, and,
// folded, what a reviewer wants to know and what an author can paste.
func markdown(r Report) (string, error) {
	p, err := newPage(r)
	if err != nil {
		return "", err
	}
	head, err := p.shown()
	if err != nil {
		return "", err
	}
	folds, err := p.folded()
	return unmarked(head + folds), err
}

// page is a report on its way into GitHub's Markdown.
type page struct {
	report Report
	words  *template.Template
	below  bool // the record stands below the comment
}

func newPage(r Report) (page, error) {
	if r.NoVerdict != nil {
		r.Verdict = checks.Verdict{Title: "No verdict yet: " + r.NoVerdict.Why, JudgedAt: r.Verdict.JudgedAt}
		r.Diff = checks.DiffNotSeen
	}
	words, err := words()
	return page{report: r, words: words}, err
}

// words are the templates of what GitHub shows.
var words = sync.OnceValues(func() (*template.Template, error) {
	return parse("comment.md.tmpl", template.FuncMap{
		"md":        md,
		"code":      code,
		"isLine":    isLine,
		"inc":       func(i int) int { return i + 1 },
		"counted":   count,
		"words":     inWords,
		"lower":     lowerFirst,
		"enumerate": enumerate,
		"upper":     upperFirst,
		"severity":  severityWord,
		"join":      func(s []string) string { return strings.Join(s, ", ") },
	})
})

// shown is the part of the comment that is not folded.
func (p page) shown() (string, error) {
	out, err := p.fit("shown", fewer(), func(s string) bool {
		return utf8.RuneCountInString(s) <= maxShown && filledLines(s) <= maxLines
	})
	return tidy(out), err
}

// folded is the rest of it.
func (p page) folded() (string, error) {
	return p.fit("folded", smaller(), func(s string) bool { return utf8.RuneCountInString(s) <= maxFolded })
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
func fewer() []limits {
	var all []limits
	for _, shorter := range []int{1, 2, 4, 8, 16} {
		for _, items := range []int{24, 12, 10, 8, 7, 6, 5, 4, 3, 2, 1} {
			all = append(all, limits{Items: items, Message: maxMessage / 2 / shorter, Quote: 280 / shorter})
		}
	}
	return all
}

// smaller are limits for what is looked up: everything, or less of each.
func smaller() []limits {
	var all []limits
	for by := 1; by <= 256; by *= 2 {
		all = append(all, limits{Items: 1 + 500/by, Message: max(maxMessage/by, 40), Quote: max(560/by, 40), Own: 32_000 / by})
	}
	return all
}

// fit shows a report with the first limits under which it passes, or the last.
func (p page) fit(name string, steps []limits, passes func(string) bool) (string, error) {
	var out string
	for _, l := range steps {
		var err error
		c := newComment(p.report, name, l)
		c.Below = p.below
		out, err = execute(p.words, name, c)
		if err != nil || passes(out) {
			return out, err
		}
	}
	return out, nil
}

// rank orders what must be fixed before what should be known.
func rank(s checks.Severity) int {
	return slices.Index([]checks.Severity{checks.Block, checks.Warn, checks.Note}, s)
}

func severityWord(s checks.Severity) string {
	switch s {
	case checks.Block:
		return "Block"
	case checks.Warn:
		return "Warning"
	}
	return "Note"
}

// tidy leaves one blank line where a template left several, and none at the end.
func tidy(s string) string {
	var b strings.Builder
	blank := false
	for line := range strings.Lines(s) {
		if strings.TrimSpace(line) == "" {
			blank = b.Len() > 0
			continue
		}
		if blank {
			b.WriteByte('\n')
		}
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
		blank = false
	}
	return b.String()
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

// inWords writes a number of things at the start of a sentence.
func inWords(n int, thing string) string {
	words := []string{"No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"}
	if n >= len(words) {
		return count(n, thing)
	}
	if n == 1 {
		return words[n] + " " + thing
	}
	return fmt.Sprintf("%s %ss", words[n], thing)
}
