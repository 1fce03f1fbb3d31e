package templates

import "strings"

// YAML is one value of a YAML file, in quotes where it needs them.
type YAML string

// PolicySystem is a system that a first policy file proposes.
type PolicySystem struct {
	Name  YAML
	Paths []YAML
	Why   string // a few words for a comment, on one line; may be empty
}

// exampleSystems stand in policy.yml for those of a repository.
const exampleSystems = `#systems:
#  payments: {paths: ["services/payments/**"], also: [billing]}
`

// PolicyFile is a first policy file. More counts the systems beyond those that it
// proposes.
func PolicyFile(systems []PolicySystem, more int) string {
	text := unixLines(policy)
	if len(systems) == 0 {
		return text
	}
	var l lines[YAML]
	l.add("# Proposed from the folders of this repository: drop what nobody speaks of, and add further names by also.")
	l.add("systems:")
	for _, s := range systems {
		l.add("  ", s.Name, ":")
		l.add("    paths: ", s.paths(), s.comment())
	}
	if more > 0 {
		l.add("  # and ", YAML(Grouped(more)), " more folders of this kind")
	}
	return strings.Replace(text, exampleSystems, string(l.all())+"\n", 1)
}

func (s PolicySystem) paths() YAML {
	var all []string
	for _, p := range s.Paths {
		all = append(all, string(p))
	}
	return YAML("[" + strings.Join(all, ", ") + "]")
}

func (s PolicySystem) comment() YAML {
	if s.Why == "" {
		return ""
	}
	return YAML(" # " + s.Why)
}
