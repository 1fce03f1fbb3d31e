package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backout-dev/backout/internal/nearest"
)

// Reader reads policy files.
type Reader struct {
	// Release is the version of this program, which a file's requires is held
	// against. A build without a release ("devel", or empty) satisfies all.
	Release string
}

// Parse reads a policy file as a build without a release does.
func Parse(name string, data []byte) (File, []Problem) { return Reader{}.Parse(name, data) }

// Parse reads a policy file and returns everything that is wrong with it, in
// the order of its lines. Where there is no Invalid problem the file can be in
// force; what it says by unknown keys is left out.
func (r Reader) Parse(name string, data []byte) (File, []Problem) {
	d := &decoder{name: name, widths: map[Place]int{}}
	f := File{Name: name}
	n := readYAML(d, data)
	if len(d.problems) > 0 {
		return f, d.all()
	}
	if refused := r.tooOld(d, n); refused {
		return f, d.all()
	}
	f.object().read(d, n, "")
	d.check(&f)
	return f, d.all()
}

// tooOld reports a file that needs a newer release. What else such a file says
// is not for this one to judge.
func (r Reader) tooOld(d *decoder, n node) bool {
	for _, p := range n.pairs {
		switch p.key.text {
		case "version":
			if v, wrong, _ := version().read(p.value); p.value.kind == isNumber && wrong == "" && v > formatVersion {
				d.problem(p.value, "version", fmt.Sprintf("version %d needs a newer backout: this one reads version %d", v, formatVersion),
					"upgrade backout, or write version: 1")
				return true
			}
		case "requires":
			want, wrong, _ := release().read(p.value)
			have, known := readRelease(r.Release)
			if p.value.kind == isText && wrong == "" && known && have.compare(want) < 0 {
				d.problem(p.value, "requires", fmt.Sprintf("this file needs backout %s or newer; this one is %s", want, have),
					"upgrade backout")
				return true
			}
		}
	}
	return false
}

// check reports what only shows between values.
func (d *decoder) check(f *File) {
	if w, b := f.DiffSize.WarnAbove, f.DiffSize.BlockAbove; w.Set && b.Set && b.V > 0 && w.V > b.V {
		d.at(w.Place, "diff-size.warn-above", Invalid, fmt.Sprintf("warn-above is %d, above block-above, which is %d: nothing would warn", w.V, b.V),
			"make warn-above the smaller one, or write off")
	}
	for i, fr := range f.Freeze.Items {
		if fr.From.Set && fr.Until.Set && !fr.From.V.Before(fr.Until.V) {
			d.at(fr.Until.Place, fmt.Sprintf("freeze[%d].until", i), Invalid,
				fmt.Sprintf("until is not after from: it ends at %s and starts at %s", fr.Until.V, fr.From.V), "swap them, or mend the year")
		}
	}
	d.checkZone(f)
	d.checkSections(f)
	d.checkClasses(f)
	d.checkRelax(f)
}

// at reports a problem with a value that was read.
func (d *decoder) at(p Place, path string, kind Kind, message, fix string) {
	d.report(node{kind: isText, line: p.Line, column: p.Column, width: d.widths[p]}, path, kind, message, fix)
}

// checkZone reports the first time of a file that does not say where its
// clocks hang.
func (d *decoder) checkZone(f *File) {
	if f.Timezone.Set || d.reported("timezone") {
		return
	}
	var times []Place
	for _, fr := range f.Freeze.Items {
		times = append(times, fr.From.Place, fr.Until.Place)
	}
	for _, s := range f.Hours.Staffed.Items {
		times = append(times, s.Place)
	}
	times = append(times, f.Enforce.From.Place)
	times = slices.DeleteFunc(times, func(p Place) bool { return !p.Set })
	if len(times) == 0 {
		return
	}
	first := slices.MinFunc(times, func(a, b Place) int { return a.compare(b) })
	d.at(first, "timezone", Invalid, "this time needs a zone, and the file has no timezone", "add timezone: with an IANA name, such as Asia/Singapore")
}

// reported tells whether something is wrong with the key itself.
func (d *decoder) reported(path string) bool {
	return slices.ContainsFunc(d.problems, func(p Problem) bool { return p.Key == path })
}

// checkSections reports a name that is nearly a built-in section's. With a
// title of its own it is meant.
func (d *decoder) checkSections(f *File) {
	kept := f.Sections.Entries[:0]
	for _, e := range f.Sections.Entries {
		if e.V.Require.empty() {
			// It holds conditions of a newer release only: it is required as if it
			// had none, which is the strict side.
			e.V.Require = Require{}
		}
		if near, ok := nearlyBuiltin(e.Key); ok && !e.V.Title.Set {
			d.at(e.Place, within("sections", e.Key), UnknownKey, "no section is called "+quote(e.Key),
				fmt.Sprintf("the nearest is %s; a section of your own with this name needs a title", near))
			continue
		}
		kept = append(kept, e)
	}
	f.Sections.Entries = kept
}

// nearlyBuiltin returns the built-in section that a name misspells.
func nearlyBuiltin(name string) (string, bool) {
	if slices.Contains(builtinSections(), name) {
		return "", false
	}
	for _, id := range builtinSections() {
		if nearest.Edits(name, id) <= 2 {
			return id, true
		}
	}
	return "", false
}

// empty reports a require that was written and says nothing that is known.
func (r Require) empty() bool {
	return r.Set && r.Word == "" && !r.LinesOver.Set && len(r.Paths.Items)+len(r.Labels.Items) == 0
}

// checkClasses reports a class that is neither built in nor one of the file's
// own. Merging drops the problem where the organisation has such a class.
func (d *decoder) checkClasses(f *File) {
	known := builtinClasses()
	for _, e := range f.Irreversible.Entries {
		path := within("irreversible", e.Key)
		if slices.Contains(known, e.Key) || e.V.Paths.Set || d.reported(path+".paths") {
			continue
		}
		fix := "a class of your own needs paths"
		if near, ok := nearest.Of(e.Key, known); ok {
			fix = "the nearest is " + near + "; " + fix
		}
		d.at(e.Place, path, UnknownKey, "no class is called "+quote(e.Key), fix)
	}
}

// checkRelax reports bounds for what the file does not have.
func (d *decoder) checkRelax(f *File) {
	for _, e := range f.Relax.Sections.Entries {
		known := builtinSections()
		for _, s := range f.Sections.Entries {
			known = append(known, s.Key)
		}
		d.known(e.Place, "repositories-may-relax.sections", "section", e.Key, known)
	}
	for _, e := range f.Relax.Irreversible.Entries {
		known := builtinClasses()
		for _, c := range f.Irreversible.Entries {
			known = append(known, c.Key)
		}
		d.known(e.Place, "repositories-may-relax.irreversible", "class", e.Key, known)
	}
}

func (d *decoder) known(p Place, path, what, name string, known []string) {
	if slices.Contains(known, name) {
		return
	}
	fix := "this file has " + strings.Join(known, ", ")
	if near, ok := nearest.Of(name, known); ok {
		fix = "the nearest is " + near
	}
	d.at(p, within(path, name), UnknownKey, fmt.Sprintf("no %s is called %s", what, quote(name)), fix)
}
