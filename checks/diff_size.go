package checks

import (
	"fmt"
	"strings"
)

var diffSizeCheck = Check{
	ID:      "diff-size",
	Summary: "The change is small enough to be read and undone.",
	Run:     diffSize,
}

func diffSize(p Policy, in Input) []Finding {
	var found []Finding
	truncated := in.Change.Diff == DiffTruncated
	if truncated {
		found = append(found, Finding{
			Code:     "diff-size/not-listed",
			Severity: Block,
			Title:    "the change is too large to judge",
			Message:  fmt.Sprintf("The change touches more files than can be listed (%s): it is too large to judge.", thousands(MaxListedFiles)),
		})
	}
	limits, size := p.DiffSize, in.Size
	switch {
	case over(size.Counted, limits.BlockAbove):
		found = append(found, tooManyLines(size, Block, limits.BlockAbove))
	case over(size.Counted, limits.WarnAbove):
		found = append(found, tooManyLines(size, Warn, limits.WarnAbove))
	}
	// Of a list that was cut off the number of files says nothing.
	if !truncated && over(size.Files, limits.WarnAboveFiles) {
		found = append(found, Finding{
			Code:     "diff-size/files",
			Severity: Warn,
			Title:    fmt.Sprintf("the change touches %s files", thousands(size.Files)),
			Message: fmt.Sprintf("The change touches %s files; a warning is given above %s.",
				thousands(size.Files), thousands(limits.WarnAboveFiles)),
		})
	}
	for i := range found {
		found[i].Fix = splitAdvice(size.Splits)
		size.Splits = nil // one list is enough
	}
	return found
}

// over reports whether n is above the limit; a limit of 0 is off.
func over(n, limit int) bool { return limit > 0 && n > limit }

func tooManyLines(size Size, severity Severity, limit int) Finding {
	says := "the limit is"
	if severity == Warn {
		says = "a warning is given above"
	}
	return Finding{
		Code:     "diff-size/lines",
		Severity: severity,
		Title:    fmt.Sprintf("the change counts %s lines", thousands(size.Counted)),
		Message:  fmt.Sprintf("The change counts %s lines; %s %s.", thousands(size.Counted), says, thousands(limit)),
	}
}

// splitAdvice says what to do about a change that is too large.
func splitAdvice(parts []Split) string {
	const advice = "Split it, so that each part can be rolled back alone"
	if len(parts) == 0 {
		return advice + "."
	}
	named := make([]string, len(parts))
	for i, s := range parts {
		unit := "lines"
		if s.Counted == 1 {
			unit = "line"
		}
		named[i] = fmt.Sprintf("%s (%s %s)", s.Name, thousands(s.Counted), unit)
	}
	return advice + ", for example by " + strings.Join(named, ", ") + "."
}
