package render

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestReportsAreShownAsTheGoldenFilesSay(t *testing.T) {
	for name, report := range reports() {
		for _, format := range Formats() {
			t.Run(name+"/"+string(format), func(t *testing.T) {
				var got bytes.Buffer
				if err := Write(&got, format, report); err != nil {
					t.Fatal(err)
				}
				compareGolden(t, filepath.Join("testdata", name+"."+string(format)), got.String())
			})
		}
	}
}

func compareGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run go test ./internal/render -update", err)
	}
	want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// reports are verdicts by hand, so that a change in the judgement does not
// change how a verdict is shown.
func reports() map[string]Report {
	return map[string]Report{
		"blocked":        blocked(),
		"warned":         warned(),
		"passes":         passes(),
		"override":       overridden(),
		"reports-only":   reportsOnly(),
		"frozen":         frozen(),
		"no-diff":        noDiff(),
		"exempt":         exempt(),
		"many":           many(),
		"hostile":        hostile(),
		"colour":         withColor(blocked()),
		"from-a-request": fromRequest(),
	}
}

func judgedAt() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }

func section(id, title string, state plan.State, line, end int, text, reason string) checks.Section {
	heading := "## " + title
	if state == plan.Missing {
		heading = ""
	}
	return checks.Section{Required: true, Section: plan.Section{
		ID: id, Title: title, State: state, Heading: heading, Line: line, LineEnd: end, Text: text, Reason: reason,
	}}
}

func base(findings []checks.Finding, sections ...checks.Section) Report {
	v := checks.Verdict{
		Conclusion: checks.Success, Mode: checks.Enforce, Title: "Passes",
		Sections: sections, Findings: findings, JudgedAt: judgedAt(),
		Size: checks.Size{
			Counted: 860, Additions: 900, Deletions: 340, Files: 14,
			Parts: []checks.SizePart{{Kind: "lock files", Lines: 300}, {Kind: "generated", Lines: 80}, {Kind: "vendored"}},
		},
		InputDigest: "sha256:0a", OutputDigest: "sha256:0b",
	}
	if blocks, _, _ := tally(findings); blocks > 0 {
		v.Conclusion, v.Blocked = checks.Failure, true
	}
	return Report{
		Verdict: v, Engine: "1.0.0", Base: "origin/main", HeadSHA: "4c1d9e2b7a604c1d9e2b7a604c1d9e2b7a604c1d", Diff: checks.DiffWhole,
		Description: Description{Name: "change.md", File: true, Text: descriptionText},
		Limits:      checks.DiffSize{WarnAbove: 400, BlockAbove: 1000, WarnAboveFiles: 50},
		Provenance: []string{
			"organisation policy: not looked for", "base origin/main at 7be2d10",
			"template .github/pull_request_template.md",
		},
	}
}

const descriptionText = `Stop storing mail addresses twice.

## Rollback plan

Revert this pull request.

## Worst case

Password reset mails fail for everyone.

## Blast radius

accounts
`

func answeredSections() []checks.Section {
	return []checks.Section{
		section("rollback", "Rollback plan", plan.Complete, 3, 5, "Revert this pull request.", "names an action"),
		section("worst-case", "Worst-case scenario", plan.Complete, 7, 9, "Password reset mails fail for everyone.", "names a failure"),
		section("blast-radius", "Blast radius", plan.NotApplicable, 11, 13, "accounts", "names who is hit"),
	}
}

func blocked() Report {
	s := answeredSections()
	s[0].State, s[0].Reason = plan.Insufficient, "does not deal with the data"
	r := base([]checks.Finding{
		{
			Check: "irreversible", Code: "irreversible/schema-migration", Severity: checks.Block, Section: "rollback", Class: "schema-migration", Line: 3,
			Message: "Reverting the code does not restore `users.email`.",
			Fix:     "Say how the data comes back, or why nothing reads the column any more.",
		},
		{
			Check: "blast-radius", Code: "blast-radius/unnamed", Severity: checks.Block, Section: "blast-radius", System: "payments", Line: 11,
			Message: "payments is touched but not named.", Fix: "Name payments, or say why it is not hit.",
		},
		{
			Check: "diff-size", Code: "diff-size/lines", Severity: checks.Warn,
			Message: "The change touches 860 counted lines; the warning starts above 400.",
			Fix:     "Split it, so that each part can be rolled back alone:\nservices/payments 500 lines\ndb 360 lines",
		},
	}, s...)
	r.Verdict.Title = "Blocked: the rollback plan does not bring back the dropped column"
	r.Verdict.Irreversible = []checks.IrreversibleLine{
		{Class: "schema-migration", Severity: checks.Block, Path: "db/migrate/0042_drop_email.sql", Line: 3, Text: "ALTER TABLE users DROP COLUMN email;"},
		{Class: "schema-migration", Severity: checks.Block, Path: "db/migrate/0042_drop_email.sql", Line: 4, Text: "ALTER TABLE users DROP COLUMN mail2;"},
		{Class: "published-version", Severity: checks.Warn, Path: "package.json", Line: 3, Text: `"version": "2.0.0",`, Addressed: true},
	}
	r.Verdict.Systems = []checks.TouchedSystem{
		{Name: "payments", Files: 3, Path: "services/payments/ledger.go"},
		{Name: "accounts", Files: 1, Path: "services/accounts/a.go", Named: true},
	}
	return r
}

func warned() Report {
	s := answeredSections()
	s[0].State = plan.RollForward
	r := base([]checks.Finding{{
		Check: "sections", Code: "sections/roll_forward", Severity: checks.Warn, Section: "rollback", Line: 3,
		Message: "The rollback plan only rolls forward.", Fix: "Say how to go back, even if it is slower.",
	}}, s...)
	r.Verdict.Title = "Passes with one warning: it only rolls forward"
	return r
}

func passes() Report { return base(nil, answeredSections()...) }

func overridden() Report {
	r := blocked()
	until := judgedAt().Add(24 * time.Hour)
	r.Verdict.Conclusion, r.Verdict.Blocked = checks.Success, false
	r.Verdict.Title = "Passes by override until Tue 24 Nov 08:00 UTC"
	r.Verdict.Override = &checks.Override{
		By: "hubot", Reason: "hotfix for INC-77, @plan follows in #982", At: judgedAt(), Expires: until,
		Lifts: []string{"irreversible/schema-migration", "blast-radius/unnamed payments"},
	}
	r.Verdict.ChangesAt = &until
	return r
}

func reportsOnly() Report {
	r := blocked()
	r.Verdict.Conclusion, r.Verdict.Mode = checks.Neutral, checks.Audit
	r.Verdict.Title = "Reports only: would block, the rollback plan does not bring back the dropped column"
	return r
}

func frozen() Report {
	r := base([]checks.Finding{{
		Check: "freeze", Code: "freeze/lunar-new-year", Severity: checks.Block,
		Message: "Lunar New Year freeze until Sat 13 Feb 2027 09:00 Asia/Singapore.",
		Fix:     "Nothing to do: it passes by itself then.",
	}}, answeredSections()...)
	until := time.Date(2027, 2, 13, 1, 0, 0, 0, time.UTC)
	r.Verdict.Title = "Blocked until Sat 13 Feb 09:00 Singapore: Lunar New Year freeze"
	r.Verdict.ChangesAt = &until
	r.Policy = []checks.Source{{Source: ".github/backout.yml", Version: "7be2d10c7be2d10c7be2d10c7be2d10c7be2d10c"}}
	return r
}

func noDiff() Report {
	r := base([]checks.Finding{{
		Check: "sections", Code: "sections/missing", Severity: checks.Block, Section: "rollback",
		Message: "The rollback plan is missing: no heading, label or row names it.", Fix: "Write it under `## Rollback plan`.",
	}}, section("rollback", "Rollback plan", plan.Missing, 0, 0, "", "no heading, label or row names it"))
	r.Verdict.Title = "Blocked: the rollback plan is missing"
	r.Verdict.Size = checks.Size{}
	r.Verdict.NotSeen = []string{"No diff was seen: only the description is judged."}
	r.Diff, r.Base, r.HeadSHA = checks.DiffNotSeen, "", ""
	r.Description = Description{Text: "Hello."}
	return r
}

func exempt() Report {
	r := passes()
	r.Verdict.Title = "Passes: not applicable, only documentation changes"
	r.Verdict.Exempt = &checks.Exemption{Reason: "only documentation changes"}
	return r
}

func many() Report {
	r := blocked()
	for _, name := range strings.Fields("orders search mail ledger stock tax fraud export import gate") {
		f := r.Verdict.Findings[1]
		f.System, f.Message = name, name+" is touched but not named."
		r.Verdict.Findings = append(r.Verdict.Findings, f)
		r.Verdict.Systems = append(r.Verdict.Systems, checks.TouchedSystem{Name: name, Files: 2, Path: "services/" + name + "/main.go"})
	}
	for i := range 5 {
		r.Verdict.Irreversible = append(r.Verdict.Irreversible, checks.IrreversibleLine{
			Class: "schema-migration", Path: "db/more.sql", Line: i + 1, Text: "DROP TABLE t;",
		})
	}
	return r
}

func withColor(r Report) Report {
	r.Color = true
	return r
}

func fromRequest() Report {
	r := blocked()
	draft := false
	r.Repository, r.Number, r.Base, r.Draft = "acme/shop", 812, "main", &draft
	r.Description.Name, r.Description.File = "acme/shop#812", false
	return r
}
