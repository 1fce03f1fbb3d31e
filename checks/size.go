package checks

// A sizeClass says how much a file weighs and why. One file can be of several
// kinds; the first of this list that holds is its class, so that the reason
// shown is the most deliberate one: the policy's own word, then what no person
// writes, then what no person runs.
type sizeClass int

const (
	classIgnored sizeClass = iota
	classLock
	classVendored
	classGenerated
	classSnapshot
	classFixture
	classDeleted
	classTest
	classCode // counts in full
)

// sizeParts lists the kinds of lines left out, in the order in which they are
// shown.
var sizeParts = [...]struct {
	class sizeClass
	kind  string
}{
	{classLock, "lock files"},
	{classGenerated, "generated"},
	{classVendored, "vendored"},
	{classFixture, "fixtures"},
	{classSnapshot, "snapshots"},
	{classTest, "tests"},
	{classDeleted, "deleted files"},
	{classIgnored, "ignored"},
}

// halves is what one line of the class weighs, in half lines.
func (c sizeClass) halves() int {
	switch c {
	case classCode:
		return 2
	case classTest:
		return 1
	}
	return 0
}

// measure computes the weighted size of a diff: what a person must read and
// undo. Counted and the lines of all parts add up to additions and deletions.
func measure(files []File, ignore []string, systems []System) Size {
	ignored := compileGlobs(ignore)
	weights := make([]int, len(files)) // in half lines
	var size Size
	var out [classCode + 1]int // lines left out, of tests and deleted files all lines
	tests, deleted := 0, 0     // lines of them that count: in halves, in full
	for i, f := range files {
		additions, deletions := lineCount(f.Additions), lineCount(f.Deletions)
		lines := additions + deletions
		if f.Status != Unchanged || lines > 0 {
			size.Files++
		}
		size.Additions += additions
		size.Deletions += deletions
		class := f.sizeClass(ignored)
		out[class] += lines
		weights[i] = lines * class.halves()
		switch class {
		case classDeleted:
			// Taking a file away is one decision, and undoing it one command.
			counts := lines - max(deletions-1, 0)
			deleted += counts
			weights[i] = 2 * counts
		case classTest:
			tests += lines
		}
	}
	half := (tests + 1) / 2
	size.Counted = out[classCode] + half + deleted
	out[classTest] -= half
	out[classDeleted] -= deleted
	for _, p := range sizeParts {
		if n := out[p.class]; n > 0 {
			size.Parts = append(size.Parts, SizePart{Kind: p.kind, Lines: n})
		}
	}
	size.Splits = splits(files, weights, systems)
	return size
}

// lineCount keeps the sums sound whatever a caller claims.
func lineCount(n int) int { return min(max(n, 0), 1_000_000_000) }

// sizeClass returns the class of the file. A renamed file has the class of the
// heavier of its names, so that moving code under a lighter one hides nothing.
func (f File) sizeClass(ignored pathGlobs) sizeClass {
	class := f.sizeClassAs(f.Path, ignored)
	for _, name := range f.Paths()[1:] {
		if old := f.sizeClassAs(name, ignored); old.halves() > class.halves() {
			class = old
		}
	}
	if f.Status == Removed && class.halves() > 0 {
		return classDeleted
	}
	return class
}

func (f File) sizeClassAs(path string, ignored pathGlobs) sizeClass {
	kinds := pathKindsOf(path)
	switch f.Generated {
	case Set:
		kinds |= generatedFile
	case Unset:
		// git counts lock files among the generated ones.
		kinds &^= generatedFile | lockFile
	}
	switch f.Vendored {
	case Set:
		kinds |= vendoredFile
	case Unset:
		kinds &^= vendoredFile
	}
	switch {
	case ignored.match(path):
		return classIgnored
	case kinds&lockFile != 0:
		return classLock
	case kinds&vendoredFile != 0:
		return classVendored
	case kinds&generatedFile != 0:
		return classGenerated
	case kinds&snapshotFile != 0:
		return classSnapshot
	case kinds&fixtureFile != 0:
		return classFixture
	case kinds&testFile != 0:
		return classTest
	}
	return classCode
}
