package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

var freezeCheck = Check{
	ID:      "freeze",
	Summary: "No freeze covers the change.",
	Run:     freezes,
}

// freezes reports each freeze that covers the change at the time, and, as a
// note, each that a label lifts.
func freezes(p Policy, in Input) []Finding {
	severity := cmp.Or(p.Freeze.Severity, Block)
	if severity == Off || OnlyPolicyFiles(in.Change) {
		return nil
	}
	// The one that lasts longest comes first: it says when the last one ends.
	windows := slices.Clone(p.Freeze.Windows)
	slices.SortStableFunc(windows, func(a, b FreezeWindow) int { return b.Until.Compare(a.Until) })
	var found []Finding
	for _, w := range windows {
		if !w.covers(in.At) {
			continue
		}
		holds, lift := w.holds(in.Change)
		switch {
		case holds:
			found = keepStricter(found, frozen(w, severity))
		case lift != nil:
			found = keepStricter(found, lifted(w, *lift))
		}
	}
	return found
}

func frozen(w FreezeWindow, severity Severity) Finding {
	until := showTime(w.Until, w.Location)
	fix := "Nothing to do: this freeze ends by itself then."
	if len(w.Except.Labels) > 0 {
		fix += fmt.Sprintf(" The label %s lifts it; the verdict shows who set it.", strings.Join(w.Except.Labels, " or "))
	}
	return Finding{
		Code:     w.code(),
		Severity: severity,
		Title:    fmt.Sprintf("%s holds it until %s", w.name(), until),
		Message:  fmt.Sprintf("%s holds this change from %s until %s.", upperFirst(w.name()), showTime(w.From, w.Location), until),
		Fix:      fix,
	}
}

func lifted(w FreezeWindow, l Label) Finding {
	by := "who set it is not known"
	if l.SetBy != "" {
		by = "set by " + l.SetBy
	}
	return Finding{
		Code:     w.code(),
		Severity: Note,
		Title:    fmt.Sprintf("the label %s lifts %s", l.Name, w.name()),
		Message: fmt.Sprintf("The label %s (%s) lifts %s, which holds until %s.",
			l.Name, by, w.name(), showTime(w.Until, w.Location)),
		Fix: "Nothing to do: the exception is part of the record.",
	}
}

// keepStricter keeps one finding for each code: two windows of one name must
// not say two things.
func keepStricter(found []Finding, f Finding) []Finding {
	i := slices.IndexFunc(found, func(o Finding) bool { return o.Code == f.Code })
	switch {
	case i < 0:
		return append(found, f)
	case found[i].Severity == Note && f.Severity != Note:
		found[i] = f
	}
	return found
}

// covers reports whether the time is in the window.
func (w FreezeWindow) covers(at time.Time) bool { return !at.Before(w.From) && at.Before(w.Until) }

// holds reports whether the window is for this change, and where only a label
// excepts it, which. Files that could not be seen are held: a change is out of
// a freeze only when what it touches is known.
func (w FreezeWindow) holds(c Change) (bool, *Label) {
	whole := c.Diff == DiffWhole
	if len(w.Only.Paths)+len(w.Only.Labels) > 0 {
		paths := compileGlobs(w.Only.Paths)
		selected := labelOf(c, w.Only.Labels) != nil ||
			slices.ContainsFunc(c.Files, paths.matchEither) ||
			!whole && len(w.Only.Paths) > 0
		if !selected {
			return false, nil
		}
	}
	if whole && len(w.Except.Paths) > 0 && everyFile(c.Files, compileGlobs(w.Except.Paths)) {
		return false, nil
	}
	if l := labelOf(c, w.Except.Labels); l != nil {
		return false, l
	}
	return true, nil
}

// labelOf returns the first of the wanted labels that the change has. GitHub
// takes labels that differ only in case for one.
func labelOf(c Change, wanted []string) *Label {
	for _, name := range wanted {
		for i := range c.Labels {
			if strings.EqualFold(c.Labels[i].Name, name) {
				return &c.Labels[i]
			}
		}
	}
	return nil
}

// everyFile reports whether there are files and each matches under both names.
func everyFile(files []File, globs pathGlobs) bool {
	return len(files) > 0 && !slices.ContainsFunc(files, func(f File) bool { return !globs.matchBoth(f) })
}

// changesAt returns when a freeze will turn this change's verdict, or nil: the
// start of the next freeze that holds it, or the end of those that hold it
// now, one after another.
func changesAt(p Policy, c Change, at time.Time) *time.Time {
	if cmp.Or(p.Freeze.Severity, Block) == Off || OnlyPolicyFiles(c) {
		return nil
	}
	var holding []FreezeWindow
	var boundaries []time.Time
	for _, w := range p.Freeze.Windows {
		if holds, _ := w.holds(c); holds && w.From.Before(w.Until) {
			holding = append(holding, w)
			boundaries = append(boundaries, inZone(w.From, w.Location), inZone(w.Until, w.Location))
		}
	}
	frozenAt := func(t time.Time) bool {
		return slices.ContainsFunc(holding, func(w FreezeWindow) bool { return w.covers(t) })
	}
	slices.SortStableFunc(boundaries, time.Time.Compare)
	now := frozenAt(at)
	for _, t := range boundaries {
		if t.After(at) && frozenAt(t) != now {
			// Up to the full minute, so that it has turned by then.
			if rounded := t.Truncate(time.Minute); !rounded.Equal(t) {
				t = rounded.Add(time.Minute)
			}
			return &t
		}
	}
	return nil
}

func (w FreezeWindow) name() string {
	switch {
	case w.Name == "":
		return "the freeze"
	case strings.HasSuffix(strings.ToLower(w.Name), "freeze"):
		return "the " + w.Name
	}
	return "the " + w.Name + " freeze"
}

func (w FreezeWindow) code() string { return "freeze/" + cmp.Or(kebab(w.Name), "unnamed") }

// kebab writes a name as an id: lower case, one hyphen between words.
func kebab(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
	return strings.Join(words, "-")
}

func inZone(t time.Time, zone *time.Location) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone)
}

// showTime writes a time as people say it, in full, so that it reads the same
// on any day: "Sat 13 Feb 2027 09:00 Singapore".
func showTime(t time.Time, zone *time.Location) string {
	return inZone(t, zone).Format("Mon 2 Jan 2006 15:04 ") + zoneName(zone)
}

// zoneName is the city of an IANA name: "New York" of "America/New_York".
func zoneName(zone *time.Location) string {
	if zone == nil {
		return "UTC"
	}
	name := zone.String()
	return strings.ReplaceAll(name[strings.LastIndexByte(name, '/')+1:], "_", " ")
}
