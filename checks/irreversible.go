package checks

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/backout-dev/backout/internal/plan"
)

var irreversibleCheck = Check{
	ID:      "irreversible",
	Summary: "What reverting the code does not undo has a way back in the rollback plan.",
	Run:     runIrreversible,
}

// runIrreversible objects once for each class and file whose lines the
// rollback plan does not deal with. Where there is no plan at all, the sections
// check says so, and a second objection to the same gap would only be noise.
func runIrreversible(p Policy, in Input) []Finding {
	for _, s := range in.Sections {
		if s.ID == "rollback" && s.Required && noPlan(s.State) {
			return nil
		}
	}
	type key struct{ class, path string }
	count := map[key]int{}
	for _, l := range in.Irreversible {
		if !l.Addressed {
			count[key{l.Class, l.Path}]++
		}
	}
	var findings []Finding
	for _, l := range in.Irreversible {
		k := key{l.Class, l.Path}
		if l.Addressed || count[k] == 0 || l.Severity == Off {
			continue
		}
		class := classOf(l.Class, p.Irreversible)
		findings = append(findings, Finding{
			Code:     "irreversible/" + l.Class,
			Severity: l.Severity,
			Title:    irreversibleTitle(l, class),
			Message:  irreversibleMessage(l, class, count[k]-1),
			Fix:      class.Ask,
			Class:    l.Class,
			Path:     l.Path,
			Line:     l.Line,
		})
		count[k] = 0
	}
	return findings
}

func noPlan(s plan.State) bool {
	return s == plan.Missing || s == plan.Empty || s == plan.Template || s == plan.Placeholder
}

func irreversibleMessage(l IrreversibleLine, class Class, more int) string {
	if l.Line == 0 {
		return fmt.Sprintf("%s counts as %s: %s.", l.Path, l.Class, l.Text)
	}
	others := ""
	switch {
	case more == 1:
		others = ", as does 1 more line"
	case more > 1:
		others = fmt.Sprintf(", as do %d more lines", more)
	}
	return fmt.Sprintf("%s line %d %s: `%s`%s. Reverting the code does not undo it.", l.Path, l.Line, class.Says, l.Text, others)
}

// irreversibleTitle names the gap and the file, without quoting the line.
func irreversibleTitle(l IrreversibleLine, class Class) string {
	name := l.Path[strings.LastIndexByte(l.Path, '/')+1:]
	if l.Line > 0 {
		name = fmt.Sprintf("%s line %d", name, l.Line)
	}
	return fmt.Sprintf("the rollback plan does not deal with the %s (%s)", lowerFirst(class.Title), name)
}

// classOf returns the class as the policy has it. A class of the policy's own
// blocks unless it says otherwise: somebody wrote it for a reason.
func classOf(id string, rules map[string]ClassRule) Class {
	c := Class{
		ID: id, Title: id, Severity: Block, Way: WayRestore,
		Says: "changes what the policy calls " + id,
		Ask:  "Say in the rollback plan what becomes of it when the code is reverted.",
	}
	for _, b := range builtinClasses() {
		if b.ID == id {
			c = *b
		}
	}
	r := rules[id]
	c.Severity = cmp.Or(r.Severity, c.Severity)
	c.Way = cmp.Or(r.Way, c.Way)
	c.Ask = cmp.Or(r.Ask, c.Ask)
	return c
}
