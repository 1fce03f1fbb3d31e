package plan

import "strings"

// templates is what the pull-request templates of a repository and its
// organisation say, in the form in which text is compared.
type templates struct {
	lines   map[string]templateLine
	labels  map[string]bool // lines that end with a colon
	visible string          // all visible text, one space between words
}

// templateLine is how a line stands in the template.
type templateLine struct {
	task  bool // as an option with a box
	ticks bool // ticked there
	hint  bool // only inside a comment
	item  bool // in a list
}

// minSentence is how many letters of a sentence must stand in the template for
// it to count as the template's; a shorter one must be a line of its own there.
const minSentence = 16

func newTemplates(texts []string) templates {
	t := templates{lines: make(map[string]templateLine), labels: make(map[string]bool)}
	var all strings.Builder
	for _, text := range texts {
		text = clean(text[:min(len(text), 4*maxTemplate)])
		for _, b := range blocks(text) {
			for n, l := range b.lines {
				shown := visible(l)
				key := compareVisible(shown)
				if key == "" {
					continue
				}
				e := t.lines[key]
				e.task = e.task || b.task != 0 && n == 0
				e.ticks = e.ticks || b.task == 'x'
				e.item = e.item || b.item > 0
				e.hint = false
				t.lines[key] = e
				if endsOpen(shown) {
					t.labels[key] = true
				}
				all.WriteByte(' ')
				all.WriteString(key)
			}
		}
		t.hints(text)
	}
	t.visible = all.String() + " "
	return t
}

// maxTemplate is the longest template that is read, in characters.
const maxTemplate = 65536

// hints adds the lines of comments: a hint that lost its comment marks is
// still not an answer.
func (t templates) hints(text string) {
	for {
		open := strings.Index(text, "<!--")
		if open < 0 {
			return
		}
		end := strings.Index(text[open:], "-->")
		if end < 0 {
			return
		}
		for _, l := range strings.Split(text[min(open+4, open+end):open+end], "\n") {
			key := compare(strings.TrimLeft(l, " -*>"))
			if _, ok := t.lines[key]; !ok && key != "" {
				t.lines[key] = templateLine{hint: true}
			}
		}
		text = text[open+end+3:]
	}
}

// line reports whether the template wrote this line. An option that the author
// ticked is the author's.
func (t templates) line(l answerLine) bool {
	if len(t.lines) == 0 {
		return false
	}
	e, ok := t.lines[l.key]
	if !ok {
		return false
	}
	if l.task == 'x' {
		return e.ticks
	}
	return true
}

// option reports a template's option that stands in the text without its box.
func (t templates) option(l answerLine) bool {
	return len(t.lines) > 0 && l.task == 0 && t.lines[l.key].task
}

// sentence reports whether a sentence stands in the template.
func (t templates) sentence(text string) bool {
	if len(t.lines) == 0 {
		return false
	}
	if len(text) < minSentence {
		return false
	}
	key := compare(text)
	return len(key) >= minSentence && strings.Contains(t.visible, " "+key+" ")
}

// own takes the template's label off the front of a line: of "Owner: ada" the
// author wrote "ada".
func (t templates) own(text string) string {
	if len(t.lines) == 0 {
		return text
	}
	const longest = 2 * maxLabel
	if i := firstColon(text[:min(len(text), longest+len("："))]); i > 0 && i < longest {
		key := compare(text[:i])
		if l, whole := t.lines[key]; t.labels[key] || whole && !l.item {
			return strings.TrimLeft(text[i:], ":： *_")
		}
	}
	return text
}

// firstColon returns where the first colon stands, of either width, or -1.
func firstColon(s string) int {
	if ascii(s) {
		return strings.IndexByte(s, ':')
	}
	return strings.IndexAny(s, ":：")
}
