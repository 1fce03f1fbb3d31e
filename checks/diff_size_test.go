package checks

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/plan"
)

func TestDiffSize(t *testing.T) {
	limits := DiffSize{WarnAbove: 400, BlockAbove: 1000, WarnAboveFiles: 50}
	split := "Split it, so that each part can be rolled back alone."
	lines := func(severity Severity, title, message string) []Finding {
		return []Finding{{Code: "diff-size/lines", Severity: severity, Title: title, Message: message, Fix: split}}
	}
	tests := []struct {
		name   string
		limits DiffSize
		size   Size
		diff   DiffSeen
		want   []Finding
	}{
		{"small", limits, Size{Counted: 10, Files: 1}, DiffWhole, nil},
		{"at the warning limit", limits, Size{Counted: 400, Files: 50}, DiffWhole, nil},
		{
			"above the warning limit", limits,
			Size{Counted: 401},
			DiffWhole,
			lines(Warn, "the change counts 401 lines", "The change counts 401 lines; a warning is given above 400."),
		},
		{
			"at the limit", limits,
			Size{Counted: 1000},
			DiffWhole,
			lines(Warn, "the change counts 1,000 lines", "The change counts 1,000 lines; a warning is given above 400."),
		},
		{
			"above the limit", limits,
			Size{Counted: 1240},
			DiffWhole,
			lines(Block, "the change counts 1,240 lines", "The change counts 1,240 lines; the limit is 1,000."),
		},
		{"no limit blocks", DiffSize{WarnAbove: 400}, Size{Counted: 12400}, DiffWhole, lines(Warn, "the change counts 12,400 lines", "The change counts 12,400 lines; a warning is given above 400.")},
		{"no limits at all", DiffSize{}, Size{Counted: 12400, Files: 2000}, DiffWhole, nil},
		{
			"too many files", limits,
			Size{Counted: 60, Files: 51},
			DiffWhole,
			[]Finding{{Code: "diff-size/files", Severity: Warn, Title: "the change touches 51 files", Message: "The change touches 51 files; a warning is given above 50.", Fix: split}},
		},
		{
			"more files than can be listed, without any limit",
			DiffSize{},
			Size{Counted: 9, Files: 3000},
			DiffTruncated,
			[]Finding{{
				Code: "diff-size/not-listed", Severity: Block, Title: "the change is too large to judge",
				Message: "The change touches more files than can be listed (3,000): it is too large to judge.", Fix: split,
			}},
		},
		{
			"what it can be split by", limits,
			Size{Counted: 1001, Files: 3, Splits: []Split{{"payments", 800}, {"web/", 200}, {"./", 1}}},
			DiffWhole,
			[]Finding{{
				Code: "diff-size/lines", Severity: Block, Title: "the change counts 1,001 lines",
				Message: "The change counts 1,001 lines; the limit is 1,000.",
				Fix:     "Split it, so that each part can be rolled back alone, for example by payments (800 lines), web/ (200 lines), ./ (1 line).",
			}},
		},
		{
			"the parts are listed once", limits,
			Size{Counted: 500, Files: 51, Splits: []Split{{"a/", 400}, {"b/", 100}}},
			DiffWhole,
			[]Finding{
				{
					Code: "diff-size/lines", Severity: Warn, Title: "the change counts 500 lines",
					Message: "The change counts 500 lines; a warning is given above 400.",
					Fix:     "Split it, so that each part can be rolled back alone, for example by a/ (400 lines), b/ (100 lines).",
				},
				{
					Code: "diff-size/files", Severity: Warn, Title: "the change touches 51 files",
					Message: "The change touches 51 files; a warning is given above 50.", Fix: split,
				},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := diffSizeCheck.Run(Policy{DiffSize: tt.limits}, Input{Size: tt.size, Change: Change{Diff: tt.diff}})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1240: "1,240", 999999: "999,999", 1234567: "1,234,567", -1000: "-1,000", -100: "-100"} {
		if got := thousands(n); got != want {
			t.Errorf("thousands(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestTasks(t *testing.T) {
	tests := []struct {
		name     string
		severity Severity
		open     int
		want     []Finding
	}{
		{"off unless asked for", Off, 3, nil},
		{"left out of a policy made by hand", "", 3, nil},
		{"all ticked", Block, 0, nil},
		{"one open", Block, 1, []Finding{{
			Code: "tasks/open", Severity: Block, Title: "one task is open", Message: "One task in the description is not ticked.",
			Fix: "Do what is open and tick it, or take out what does not apply.", Line: 7,
		}}},
		{"several open", Warn, 3, []Finding{{
			Code: "tasks/open", Severity: Warn, Title: "three tasks are open", Message: "Three tasks in the description are not ticked.",
			Fix: "Do what is open and tick it, or take out what does not apply.", Line: 7,
		}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tasksCheck.Run(Policy{Tasks: tt.severity}, Input{Plan: plan.Plan{TasksUnchecked: tt.open, TaskLine: 7}})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}
