package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/backout-dev/backout/internal/plan"
)

var blastRadiusCheck = Check{
	ID:      "blast-radius",
	Summary: "The blast radius names every system whose paths the change touches.",
	Run:     unnamedSystems,
}

// unnamedSystems holds the blast-radius section against the systems touched. A
// required section that says nothing yet names nothing: that is the sections
// check's to report, and one finding is enough.
func unnamedSystems(p Policy, in Input) []Finding {
	severity := cmp.Or(p.BlastRadius, Block)
	i := slices.IndexFunc(in.Sections, func(s Section) bool { return s.ID == plan.BlastRadius })
	if severity == Off || i < 0 || in.Sections[i].Required && !in.Sections[i].State.Passes() {
		return nil
	}
	var found []Finding
	for _, t := range in.Touched {
		same := func(f Finding) bool { return f.System == t.Name }
		if t.Named || slices.ContainsFunc(found, same) {
			continue
		}
		found = append(found, Finding{
			Code:     "blast-radius/unnamed",
			Severity: severity,
			System:   t.Name,
			Path:     t.Path,
			Title:    fmt.Sprintf("%s is touched but not named in the blast radius", t.Name),
			Message:  fmt.Sprintf("%s; %s is not named.", touch(p.Systems, t), t.Name),
			Fix:      fmt.Sprintf("Name %s under %q, or say there why it is not hit.", t.Name, in.Sections[i].Title),
		})
	}
	return found
}

// touch says which files of a system change: by the folder, where the system
// is one folder, else by the first of them.
func touch(systems []System, t TouchedSystem) string {
	verb := "change"
	if t.Files == 1 {
		verb = "changes"
	}
	files := upperFirst(quantity(t.Files, "file", "files"))
	if folder := onlyFolder(systems, t.Name); folder != "" {
		return fmt.Sprintf("%s under %s %s", files, folder, verb)
	}
	if t.Files == 1 {
		return fmt.Sprintf("%s of %s changes (%s)", files, t.Name, t.Path)
	}
	return fmt.Sprintf("%s of %s change (%s is the first)", files, t.Name, t.Path)
}

func onlyFolder(systems []System, name string) string {
	folder := ""
	for _, s := range systems {
		if s.Name != name {
			continue
		}
		if folder != "" || len(s.Paths) != 1 {
			return ""
		}
		before, ok := strings.CutSuffix(s.Paths[0], "**")
		if !ok || !strings.HasSuffix(before, "/") || strings.ContainsAny(before, globMeta) {
			return ""
		}
		folder = before
	}
	return folder
}
