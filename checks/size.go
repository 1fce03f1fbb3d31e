package checks

// measure computes the weighted size of a diff.
func measure(files []File, ignore []string, systems []System) Size { return Size{} }
