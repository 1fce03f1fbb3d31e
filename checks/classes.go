package checks

import (
	"cmp"
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Class is a kind of change that reverting the code does not undo.
type Class struct {
	ID       string // the name of its file, and of its policy key
	Title    string
	Severity Severity // unless the policy says otherwise
	Way      Way
	// Presumed is true where nearly every file counts, so that one whose
	// lines are not seen counts too.
	Presumed bool
	Says     string // what a line of this class does, after "line 3"
	Ask      string // what the rollback plan must say

	// deals holds beginnings of words: a rollback plan that uses one speaks of
	// this class. Classes without them are dealt with by what the description says
	// of the data.
	deals []string
	// moves says when a renamed file whose lines stay counts: "count",
	// "count-by-folder" or, empty, never.
	moves string
	// still are files that no move makes count: what their names say they hold
	// keeps nothing.
	still pathGlobs
	rules []*classRules
}

// classRules is how one tool's files show changes of a class.
type classRules struct {
	name       string
	files      []string // globs, in lower case
	except     pathGlobs
	skip       pathKind    // kinds of files that are none of its own
	weak       bool        // the path alone says little: nothing is presumed of unseen lines
	language   *language   // nil: that of each file
	up, down   *lazyRegexp // lines above a statement that say which way it goes
	upNamed    *lazyRegexp // calls whose first group names a function that runs forward
	downNamed  *lazyRegexp // calls whose first group names a function for the way back
	downMarker *lazyRegexp // lines after which a script goes the way back
	upMarker   *lazyRegexp
	scope      *lazyRegexp // lines above that a thing and what stands for it now must share
	harmless   *lazyRegexp // statements that only speak of it
	signals    []*signal
	literals   func() ruleLiterals
	prefilter  func() *prefilter // for this rule alone
}

// signal is a pattern in the changed lines, and what makes it harmless.
type signal struct {
	added  bool // in added lines, else in removed ones
	re     *lazyRegexp
	guards []guard
	// elsewhere, found with the same words on the other side of a file in the
	// same folder, makes the signal harmless: the thing has moved. With anywhere
	// the folder may be another.
	elsewhere *lazyRegexp
	anywhere  bool
}

// guard is a condition of a signal.
type guard struct {
	kind string
	re   *lazyRegexp
}

// The kinds of guards. Those of the last group match the named groups that
// they share with the signal against the same words.
const (
	guardUnless  = "unless"   // the matched text does not match
	guardWith    = "with"     // the statement matches
	guardNot     = "not"      // the statement does not match
	guardWithin  = "within"   // a line around the statement matches
	guardBeyond  = "outside"  // no line around the statement matches
	guardNeeds   = "needs"    // the patch matches somewhere
	guardLacks   = "lacks"    // the patch matches nowhere
	guardKind    = "kind"     // the document of the manifest is of this kind
	guardThen    = "then"     // the next line matches
	guardThenOld = "then-old" // the next line was there before and matches
	guardOld     = "old"      // what stands around the statement is not new itself

	guardUnlessAdded   = "unless-added"
	guardUnlessRemoved = "unless-removed"
	guardUnlessBefore  = "unless-before" // added above
	guardUnlessAfter   = "unless-after"  // added below
	guardIfAdded       = "if-added"
	guardIfRemoved     = "if-removed"
)

var guardKinds = []string{
	guardUnless, guardWith, guardNot, guardWithin, guardBeyond, guardNeeds, guardLacks, guardKind, guardThen, guardThenOld, guardOld,
	guardUnlessAdded, guardUnlessRemoved, guardUnlessBefore, guardUnlessAfter, guardIfAdded, guardIfRemoved,
}

// lazyRegexp is compiled when it is first needed: most never are.
type lazyRegexp struct {
	text string
	once sync.Once
	re   *regexp.Regexp
}

func (l *lazyRegexp) get() *regexp.Regexp {
	l.once.Do(func() { l.re = regexp.MustCompile(l.text) })
	return l.re
}

// names returns the names of its groups, sorted.
func (l *lazyRegexp) names() []string {
	var names []string
	for _, n := range l.get().SubexpNames() {
		if n != "" {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names
}

func newLazyRegexp(text string) *lazyRegexp { return &lazyRegexp{text: text} }

//go:embed classes/*.txt
var classFiles embed.FS

// builtinClasses reads the embedded class files: those that block first, each
// group by name.
var builtinClasses = sync.OnceValue(func() []*Class {
	entries, err := classFiles.ReadDir("classes")
	if err != nil {
		panic(err) // cannot happen: the directory is embedded
	}
	langs := languages()
	var all []*Class
	for _, e := range entries {
		text, err := classFiles.ReadFile("classes/" + e.Name())
		if err != nil {
			panic(err)
		}
		c, err := readClass(strings.TrimSuffix(e.Name(), ".txt"), string(text), langs)
		if err != nil {
			panic(fmt.Sprintf("classes/%s: %v", e.Name(), err)) // TestClassFiles reads every one
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b *Class) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.ID, b.ID))
	})
	return all
})

// Classes lists the built-in classes of irreversible change.
func Classes() []Class {
	var all []Class
	for _, c := range builtinClasses() {
		all = append(all, *c)
	}
	return all
}

// bits returns those of the signals that look at lines of the kind.
func (r *classRules) bits(kind byte) uint64 {
	var set uint64
	for i, s := range r.signals {
		if s.added == (kind == '+') {
			set |= 1 << i
		}
	}
	return set
}
