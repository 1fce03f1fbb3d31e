package templates

import "strings"

// Verdict is what a terminal shows. Every value is one line in which nothing
// acts; what is empty is not said.
type Verdict struct {
	Title    string
	Findings []FindingLines

	Blocks, Warnings, Notes int
	Next                    string // what mends the first block: "edit", "split", "wait", or empty

	Complete     []string // answered sections
	Unanswered   []string // sections that are not required and not answered
	Irreversible []string // irreversible lines that no finding shows
	Systems      []string
	Size         Size[string]
	Exempt       string
	Override     *Override[string]
	ChangesAt    string
	NotSeen      []string
	Policy       string

	// Label writes a word that is not read as part of a sentence.
	Label func(string) string
}

// FindingLines is a finding on a terminal.
type FindingLines struct {
	Where    string // path:line:column
	Severity string
	Check    string
	Message  string
	Fix      []string
	Evidence []string
}

// Text is the verdict, ending with the end of a line.
func (v Verdict) Text() string {
	var l lines[string]
	l.add(v.Title)
	if len(v.Findings) > 0 {
		l.add()
	}
	for _, f := range v.Findings {
		f.add(&l, v.Label)
	}
	if len(v.Findings) > 0 {
		l.add()
		v.passed(&l)
	}
	v.facts(&l)
	l.add("policy: ", v.Policy)
	if len(v.Findings) > 0 {
		v.next(&l)
	}
	return l.all() + "\n"
}

func (f FindingLines) add(l *lines[string], label func(string) string) {
	l.add(f.Where, ": ", f.Severity, "[", f.Check, "] ", f.Message)
	for _, e := range f.Evidence {
		l.add("  ", e)
	}
	for i, line := range f.Fix {
		if i == 0 {
			l.add("  ", label("fix:"), " ", line)
			continue
		}
		l.add("       ", line)
	}
}

// passed is what a title without findings says by itself.
func (v Verdict) passed(l *lines[string]) {
	for _, s := range v.Complete {
		l.add(s)
	}
	for _, f := range []struct {
		name string
		list []string
	}{
		{"not required: ", v.Unanswered},
		{"irreversible: ", v.Irreversible},
		{"systems touched: ", v.Systems},
	} {
		if len(f.list) > 0 {
			l.add(f.name, strings.Join(f.list, ", "))
		}
	}
	if v.Size.Seen() {
		l.add(v.Size.in("size: ", "blocks above "))
	}
}

// facts are what else the verdict rests on.
func (v Verdict) facts(l *lines[string]) {
	if v.Exempt != "" {
		l.add("exempt: ", v.Exempt)
	}
	if v.Override != nil {
		l.add(lifted(*v.Override))
	}
	if v.ChangesAt != "" {
		l.add("changes by itself: ", v.ChangesAt)
	}
	for _, s := range v.NotSeen {
		l.add("not seen: ", s)
	}
}

// lifted is what is known of an override.
func lifted(o Override[string]) string {
	text := "override: " + o.By + ", " + o.At
	if o.Expires != "" {
		text += ", until " + o.Expires
	}
	text += ": " + o.Reason
	if len(o.Lifts) > 0 {
		text += "; lifts " + strings.Join(o.Lifts, ", ")
	}
	return text
}

// next is what to do, and the command to do it with.
func (v Verdict) next(l *lines[string]) {
	outcome := " to fix, "
	if v.Override != nil {
		outcome = " lifted, "
	}
	text := Grouped(v.Blocks) + outcome + Count(v.Warnings, "warning")
	if v.Notes > 0 {
		text += ", " + Count(v.Notes, "note")
	}
	text += ". Next:"
	switch v.Next {
	case "edit":
		text += " edit the description and run this again;"
	case "split":
		text += " split the change and run this again;"
	case "wait":
		text += " run this again when it is over;"
	}
	if check := v.Findings[0].Check; check == "policy" {
		text += " `backout policy show` shows what is in force"
	} else {
		text += " `backout explain " + check + "` shows what passes"
	}
	l.add(text)
}
