package checks

// NeedsLines reports whether a verdict under the policy, or under one of its
// floors, depends on the changed lines of the files or on their former names,
// and not only on what a list of files without patches says. Where it does not,
// the verdict is the same with and without them.
func NeedsLines(p Policy, files []File) bool {
	for floor := &p; floor != nil; floor = floor.Floor {
		j := newIrreversibleJudge(files, floor.Irreversible)
		for _, f := range files {
			if j.reads(f) {
				return true
			}
		}
	}
	return false
}

// reads reports whether some class looks into the file. A file that has a
// former name is unknown without it.
func (j *irreversibleJudge) reads(f File) bool {
	if f.Previous == "" && (f.Status == Renamed || f.Status == Copied) {
		return true
	}
	if len(j.views(f)) > 0 {
		return true
	}
	for _, c := range j.own {
		if !c.leavesOut(f) && c.paths.matchEither(f) {
			return true
		}
	}
	return false
}
