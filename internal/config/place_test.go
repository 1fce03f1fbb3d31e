package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/config"
)

func TestEveryValueKnowsItsPlace(t *testing.T) {
	file := valid(t, strings.Join([]string{
		/*  1 */ "# The policy.",
		/*  2 */ "mode: audit  # for now",
		/*  3 */ "timezone: \"Asia/Singapore\"",
		/*  4 */ "branches:",
		/*  5 */ "  - default",
		/*  6 */ "  - \"release/**\"",
		/*  7 */ "diff-size: {warn-above: 300, block-above: off}",
		/*  8 */ "sections:",
		/*  9 */ "  rollback:",
		/* 10 */ "    require: {labels: [é, risky]}",
		/* 11 */ "  worst-case: {require: never}",
		/* 12 */ "irreversible: {published-version: off}",
		/* 13 */ "freeze:",
		/* 14 */ "- from: 2027-01-01T00:00",
		/* 15 */ "  until: 2027-01-02T00:00",
		/* 16 */ "- {from: 2027-02-01T00:00, until: 2027-02-02T00:00, only: {paths: [a]}}",
		/* 17 */ "hours:",
		/* 18 */ "  staffed: Mon-Fri 09:00-18:00",
	}, "\n"))
	at := func(line, column int) config.Place { return config.Place{Set: true, Line: line, Column: column} }
	for _, test := range []struct {
		name      string
		got, want config.Place
	}{
		{"a word", file.Mode.Place, at(2, 7)},
		{"a text in quotes", file.Timezone.Place, at(3, 11)},
		{"a list, at its key", file.Branches.Place, at(4, 1)},
		{"an entry of a list", file.Branches.Items[1].Place, at(6, 5)},
		{"a map, at its key", file.DiffSize.Place, at(7, 1)},
		{"a value on one line with others", file.DiffSize.BlockAbove.Place, at(7, 43)},
		{"a map of names", file.Sections.Place, at(8, 1)},
		{"a name", file.Sections.Entries[0].Place, at(9, 3)},
		{"conditions, at their key", file.Sections.Entries[0].V.Require.Place, at(10, 5)},
		{"a value behind an accent", file.Sections.Entries[0].V.Require.Labels.Items[1].Place, at(10, 27)},
		{"a word for conditions", file.Sections.Entries[1].V.Require.Place, at(11, 25)},
		{"a word for a map", file.Irreversible.Entries[0].V.Severity.Place, at(12, 35)},
		{"an entry that is a map", file.Freeze.Items[0].Place, at(14, 3)},
		{"a time", file.Freeze.Items[0].Until.Place, at(15, 10)},
		{"an entry in braces", file.Freeze.Items[1].Place, at(16, 3)},
		{"a map in an entry", file.Freeze.Items[1].Only.Place, at(16, 53)},
		{"one value for a list", file.Hours.Staffed.Place, at(18, 12)},
		{"what was not written", file.Comment.Place, config.Place{}},
		{"what was not written in a map", file.DiffSize.WarnAboveFiles.Place, config.Place{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.got); diff != "" {
				t.Errorf("place (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProblemsSayWhereInOneLine(t *testing.T) {
	_, problems := config.Parse(".github/backout.yml", []byte("version: 1\ndiff-size:\n  blok-above: 900\n"))
	if len(problems) != 1 {
		t.Fatalf("problems:\n%s", details(problems))
	}
	p := problems[0]
	if got, want := p.Error(), `.github/backout.yml:3:3: unknown key "blok-above"`; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
	if p.Kind != config.UnknownKey || p.Key != "diff-size.blok-above" || !config.Valid(problems) {
		t.Errorf("problem: %+v", p)
	}
}

// TestTooManyProblems holds that a file with more problems than are listed says
// so, and is not valid for those that are not.
func TestTooManyProblems(t *testing.T) {
	var unknown string
	for i := range 150 {
		unknown += "k" + strings.Repeat("x", i) + ": 1\n"
	}
	_, problems := config.Parse("backout.yml", []byte(unknown))
	last := problems[len(problems)-1]
	if len(problems) != 101 || last.Message != "and 50 more problems" || !config.Valid(problems) {
		t.Errorf("%d problems, the last: %+v", len(problems), last)
	}
	_, problems = config.Parse("backout.yml", []byte(unknown+"mode: loud\n"))
	if last = problems[len(problems)-1]; last.Message != "and 51 more problems" || config.Valid(problems) {
		t.Errorf("%d problems, the last: %+v", len(problems), last)
	}
}
