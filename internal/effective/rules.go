package effective

// rule says how the files of an organisation and a repository compose in one
// value.
func rule(path []string) string {
	const (
		stricter = "the stricter of both"
		smaller  = "the smaller of both"
		floors   = "the organisation's; what a repository adds does not lower it"
		both     = "the values of both"
		first    = "the organisation's, else the repository's"
		own      = "the repository's, else the organisation's"
		alone    = "the organisation's alone, where it has a file"
	)
	leaf := path[len(path)-1]
	if leaf == "[]" {
		leaf = path[len(path)-2]
	}
	if len(path) > 3 && path[2] == "require" {
		leaf = "require"
	}
	switch path[0] {
	case "comment", "branches":
		return own
	case "timezone":
		return "each file's own, for the times in it"
	case "sections", "irreversible":
		switch leaf {
		case "also", "paths":
			return both
		case "hint":
			return own
		case "require":
			return "required where either file requires it"
		case "title", "ask", "way":
			return first
		case "ignore":
			return floors
		}
	case "diff-size":
		if leaf == "ignore" {
			return floors
		}
		return smaller
	case "systems":
		return "the systems of both; of one name, each for itself"
	case "freeze":
		return "the freezes of both"
	case "hours":
		switch leaf {
		case "staffed":
			return "the hours that are staffed by both, each in its own zone"
		case "watch":
			return "the longer of both"
		}
	case "exempt":
		return floors
	case "override":
		return alone
	}
	return stricter
}
