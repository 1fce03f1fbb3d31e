package checks

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// irreversibleLines lists what reverting the code would not undo, and names
// what could not be seen.
func irreversibleLines(files []File, rules map[string]ClassRule) ([]IrreversibleLine, []string) {
	j := newIrreversibleJudge(files, rules)
	// The longest patches come last: where a change holds more than can be judged
	// line by line, it is they that are not read to their end.
	order := make([]int, len(files))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(files[a].Patch), len(files[b].Patch)) })
	for _, i := range order {
		j.judge(files[i])
	}
	return j.lines(), j.notSeen()
}

// irreversibleJudge goes through the files of a diff, one at a time.
type irreversibleJudge struct {
	files   []File
	classes map[string]*judgedClass
	own     []*judgedClass // those with paths of the policy's own, by id
	hits    []hit
	unseen  map[string][]string // paths by class id
	work    *work
	filters map[string]*prefilter
	other   map[*signal]map[string]bool // folders and words of what a signal takes away or adds, on the other side

	// Room for what is found of one file after another.
	refs  []ruleRef
	found found
	seen  []judged
}

// judgedClass is a class with what the policy says of it.
type judgedClass struct {
	Class
	ignore, paths pathGlobs
}

func newIrreversibleJudge(files []File, rules map[string]ClassRule) *irreversibleJudge {
	j := &irreversibleJudge{files: files, unseen: map[string][]string{}, filters: map[string]*prefilter{}, work: &work{left: maxWork}}
	if len(rules) == 0 {
		j.classes = classesAsTheyCome()
		return j
	}
	j.classes = judgedClasses(rules)
	for _, id := range slices.Sorted(maps.Keys(rules)) {
		if len(rules[id].Paths) > 0 {
			j.own = append(j.own, j.classes[id])
		}
	}
	return j
}

// classesAsTheyCome are the built-in classes where a policy says nothing of any.
var classesAsTheyCome = sync.OnceValue(func() map[string]*judgedClass { return judgedClasses(nil) })

// judgedClasses are the built-in classes and those of the policy, by id.
func judgedClasses(rules map[string]ClassRule) map[string]*judgedClass {
	classes := map[string]*judgedClass{}
	add := func(id string) {
		r := rules[id]
		classes[id] = &judgedClass{Class: classOf(id, rules), ignore: compileGlobs(r.Ignore), paths: compileGlobs(r.Paths)}
	}
	for _, c := range builtinClasses() {
		add(c.ID)
	}
	for id := range rules {
		add(id)
	}
	return classes
}

// judged is a class's view of one file.
type judged struct {
	class    *judgedClass
	rules    []judgedRules
	new, old bool // a telling path under the new, the old name
}

// judgedRules are rules with those of their signals that can match.
type judgedRules struct {
	*classRules
	found uint64
}

func (j *irreversibleJudge) judge(f File) {
	reader := &fileReader{file: f, work: j.work}
	views := j.views(f)
	for i := range views {
		v := &views[i]
		seen := len(j.hits)
		reason := unseenReason(f, v)
		if f.Patch != "" {
			r := reader
			if reason != "" && !f.PatchMissing() && !cutShort(f) && reader.read().whole() {
				r, reason = &fileReader{file: f, work: j.work, moved: true}, ""
			}
			for _, rules := range v.rules {
				j.hits = append(j.hits, r.match(&v.class.Class, rules.classRules, rules.found)...)
			}
			if len(v.rules) > 0 && j.work.left <= 0 {
				if !v.new && !v.old && len(j.hits) == seen {
					j.unseen[v.class.ID] = append(j.unseen[v.class.ID], f.Path)
					continue
				}
				reason = "it was not read to its end, since the change holds more than can be judged line by line"
			}
		}
		if reason != "" && len(j.hits) == seen {
			j.notJudged(f, v.class, reason)
		}
	}
	for _, c := range j.own {
		if !c.leavesOut(f) && c.paths.matchEither(f) {
			j.hits = append(j.hits, hit{class: &c.Class, line: firstChange(reader)})
		}
	}
}

// leavesOut reports whether the policy keeps the class away from the file.
func (c *judgedClass) leavesOut(f File) bool {
	return c.Severity == Off || len(c.ignore) > 0 && c.ignore.matchBoth(f)
}

// views lists the built-in classes whose files the file is one of, under
// either name: a migration that is moved away was one, and one that is moved
// in will run. The list is good until the next file.
func (j *irreversibleJudge) views(f File) []judged {
	refs := builtinPaths().appendRules(j.refs[:0], f.Path)
	telling := len(refs)
	if f.Previous != "" && f.Previous != f.Path {
		refs = builtinPaths().appendRules(refs, f.Previous)
	}
	j.refs, j.seen = refs, j.seen[:0]
	if len(refs) == 0 {
		return nil
	}
	found := j.found.in(j.filterFor(refs), f.Path, f.Patch)
	for i, ref := range refs {
		class := j.classes[ref.class.ID]
		if class.leavesOut(f) {
			continue
		}
		v := j.view(class)
		if found[i] != 0 && !slices.ContainsFunc(v.rules, func(r judgedRules) bool { return r.classRules == ref.rules }) {
			v.rules = append(v.rules, judgedRules{ref.rules, found[i]})
		}
		if !ref.rules.weak {
			v.new = v.new || i < telling
			v.old = v.old || i >= telling
		}
	}
	return j.seen
}

// view returns the class's view of the file that is looked at.
func (j *irreversibleJudge) view(class *judgedClass) *judged {
	at := slices.IndexFunc(j.seen, func(v judged) bool { return v.class == class })
	if at < 0 {
		at = len(j.seen)
		if at < cap(j.seen) {
			j.seen = j.seen[:at+1]
		} else {
			j.seen = append(j.seen, judged{})
		}
		j.seen[at] = judged{class: class, rules: j.seen[at].rules[:0]}
	}
	return &j.seen[at]
}

// filterFor returns the prefilter of the rules. A change has files of a few
// kinds, and those of one kind share theirs, from one change to the next.
func (j *irreversibleJudge) filterFor(refs []ruleRef) *prefilter {
	var buf [64]byte
	key := buf[:0]
	for _, r := range refs {
		key = append(key, byte(r.order), byte(r.order>>8))
	}
	shared := &builtinPaths().filters
	if f := shared.get(key); f != nil {
		return f
	}
	if f, ok := j.filters[string(key)]; ok {
		return f
	}
	rules := make([]*classRules, len(refs))
	for i, r := range refs {
		rules[i] = r.rules
	}
	f := newPrefilter(rules...)
	j.filters[string(key)] = f
	shared.put(string(key), f)
	return f
}

// maxFilters is how many prefilters are kept from one change to the next. A
// repository has files of a few dozen kinds; names made up to differ are not kept.
const maxFilters = 128

// filterCache keeps prefilters, which follow from their rules alone. Reading it
// waits for nobody: whoever adds to it does so to a copy.
type filterCache struct {
	mu sync.Mutex
	m  atomic.Pointer[map[string]*prefilter]
}

func (c *filterCache) get(key []byte) *prefilter {
	m := c.m.Load()
	if m == nil {
		return nil
	}
	return (*m)[string(key)]
}

func (c *filterCache) put(key string, f *prefilter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := map[string]*prefilter{}
	if old := c.m.Load(); old != nil {
		m = maps.Clone(*old)
	}
	if len(m) < maxFilters {
		m[key] = f
		c.m.Store(&m)
	}
}

// unseenReason says why lines of the class in the file may not have been seen,
// or nothing.
func unseenReason(f File, v *judged) string {
	moved := f.Previous != "" && f.Previous != f.Path
	switch {
	case !v.new && !v.old:
		return ""
	case f.PatchMissing() || cutShort(f):
		return "its lines could not be seen"
	case !moved || len(v.class.still) > 0 && v.class.still.matchBoth(f):
		return ""
	case v.new && !v.old:
		return "it was moved here from " + f.Previous + ", and the lines that came along could not be seen"
	case v.old && !v.new && f.Status != Copied:
		return "it was " + f.Previous + ", and the lines that moved away could not be seen"
	case f.Status == Copied,
		v.class.moves == "count",
		v.class.moves == "count-by-folder" && path.Dir(f.Path) != path.Dir(f.Previous):
		return "it was " + f.Previous + ", and the lines it kept could not be seen"
	}
	return ""
}

// cutShort reports whether the patch shows fewer lines than were changed.
func cutShort(f File) bool {
	if f.Patch == "" {
		return false
	}
	added, removed := countChanged(f.Patch)
	return added < f.Additions || removed < f.Deletions
}

func (j *irreversibleJudge) notJudged(f File, c *judgedClass, reason string) {
	if !c.Presumed {
		if f.PatchMissing() || cutShort(f) || j.work.left <= 0 {
			j.unseen[c.ID] = append(j.unseen[c.ID], f.Path)
		}
		return
	}
	j.hits = append(j.hits, hit{class: &c.Class, line: IrreversibleLine{Path: f.Path, Text: reason}})
}

// firstChange is the line that stands for a file of a class of the policy's
// own, in which every change counts.
func firstChange(r *fileReader) IrreversibleLine {
	line := IrreversibleLine{Path: r.file.Path, Text: "every change under the paths of this class does"}
	for _, l := range r.read().lines {
		if l.kind != ' ' {
			line.Line, line.Text = max(l.new, l.old), shorten(l.text)
			break
		}
	}
	return line
}

// lines puts the hits in order, without those that have only moved to another
// file and without two for one line.
func (j *irreversibleJudge) lines() []IrreversibleLine {
	var lines []IrreversibleLine
	type place struct {
		class, path string
		line        int
		text        string
	}
	seen := map[place]bool{}
	for _, h := range j.hits {
		if h.signal != nil && h.signal.elsewhere != nil && j.movedElsewhere(h) {
			continue
		}
		l := h.line
		l.Class, l.Severity, l.Way = h.class.ID, h.class.Severity, h.class.Way
		at := place{l.Class, l.Path, l.Line, l.Text}
		if !seen[at] {
			seen[at] = true
			lines = append(lines, l)
		}
	}
	order := map[string]int{}
	for i, f := range j.files {
		order[f.Path] = i
	}
	slices.SortStableFunc(lines, func(a, b IrreversibleLine) int {
		return cmp.Or(cmp.Compare(order[a.Path], order[b.Path]), cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Class, b.Class), cmp.Compare(a.Line, b.Line))
	})
	return lines
}

// movedElsewhere reports whether what a removed line had stands in an added
// line of a file that the same tool reads as one, or the other way about.
func (j *irreversibleJudge) movedElsewhere(h hit) bool {
	other, ok := j.other[h.signal]
	if !ok {
		kind := byte('-')
		if !h.signal.added {
			kind = '+'
		}
		other = map[string]bool{}
		for _, f := range j.files {
			if f.Patch == "" || !slices.ContainsFunc(builtinPaths().rules(f.Path), func(r ruleRef) bool { return r.rules == h.rules }) {
				continue
			}
			r := &fileReader{file: f, work: &work{}}
			for words := range r.find(h.rules, h.signal, h.signal.elsewhere, kind) {
				other[h.signal.folder(f.Path)+"\x00"+words] = true
			}
		}
		if j.other == nil {
			j.other = map[*signal]map[string]bool{}
		}
		j.other[h.signal] = other
	}
	return other[h.signal.folder(h.line.Path)+"\x00"+h.words+anyScope]
}

// folder is where the signal's thing may stand now.
func (s *signal) folder(name string) string {
	if s.anywhere {
		return ""
	}
	return path.Dir(name)
}

// notSeen names what may hold changes of a class without lines to show for it.
func (j *irreversibleJudge) notSeen() []string {
	var said []string
	for _, c := range builtinClasses() {
		paths := j.unseen[c.ID]
		if len(paths) == 0 {
			continue
		}
		const named = 3
		more := ""
		if n := len(paths) - named; n > 0 {
			more = fmt.Sprintf(" and %d more", n)
			paths = paths[:named]
		}
		said = append(said, fmt.Sprintf("%s: the changed lines of %s%s could not be seen.", c.Title, strings.Join(paths, ", "), more))
	}
	return said
}
