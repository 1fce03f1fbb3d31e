package render

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan"
)

func TestGitHubShowsWhatTheGoldenFilesSay(t *testing.T) {
	for name, report := range situations() {
		t.Run(name, func(t *testing.T) {
			comment := Comment(report)
			compareGolden(t, filepath.Join("testdata", "github", name+".comment.md"), comment)
			run := CheckRun(report)
			compareGolden(t, filepath.Join("testdata", "github", name+".check-run.md"),
				run.Title+"\n\n-- summary --\n"+run.Summary+"\n-- text --\n"+run.Text)
			summary := JobSummary(report)
			compareGolden(t, filepath.Join("testdata", "github", name+".job-summary.md"), summary)
		})
	}
}

// situations are what a pull request can be in, by name.
func situations() map[string]Report {
	return map[string]Report{
		"blocked":            onGitHub(insufficientPlan()),
		"sections-missing":   onGitHub(sectionsMissing()),
		"warned":             onGitHub(reviewersCard()),
		"irreversible":       onGitHub(irreversibleButPlanned()),
		"passes":             onGitHub(passes()),
		"override":           onGitHub(commented(overridden())),
		"override-by-label":  onGitHub(overrideByLabel()),
		"frozen":             onGitHub(frozenByApp()),
		"frozen-job-gate":    onGitHub(frozenReal()),
		"freeze-ahead":       onGitHub(freezeAhead()),
		"reports-only":       onGitHub(reportsOnly()),
		"exempt":             onGitHub(exempt()),
		"no-verdict":         onGitHub(noVerdict()),
		"broken-policy":      onGitHub(brokenPolicy()),
		"shared-commit":      onGitHub(sharedCommit()),
		"floor-not-visible":  onGitHub(floorNotVisible()),
		"many":               onGitHub(commented(many())),
		"too-large":          onGitHub(tooLarge()),
		"policy-edit-breaks": onGitHub(policyEditBreaks()),
	}
}

// onGitHub is a report as the Action makes it.
func onGitHub(r Report) Report {
	draft := false
	r.Repository, r.Number, r.Base, r.Draft = "acme/shop", 812, "main", &draft
	r.Description.Name, r.Description.File = "acme/shop#812", false
	r.Rules = checks.DefaultPolicy().Sections
	r.Provenance = []string{"template .github/pull_request_template.md"}
	r.Policy = []checks.Source{
		{Source: "acme/.github:backout.yml", Version: "0c9f1e52b7a604c1d9e2b7a604c1d9e2b7a604c1"},
		{Source: ".github/backout.yml", Version: "7be2d10c7be2d10c7be2d10c7be2d10c7be2d10c"},
	}
	r.DetailsURL = "https://github.com/acme/shop/actions/runs/9/job/41"
	if r.OverrideLabel == "" && !r.Commands {
		r.OverrideLabel = "backout-override"
	}
	r.Approvers = []string{"maintain", "admin", "acme/sre"}
	return r
}

// commented is a report as the App makes it.
func commented(r Report) Report {
	r.Commands, r.Flips = true, true
	return r
}

const shopDescription = `Receipts have been addressed by ` + "`contacts`" + ` since spring. This drops the column that the old checkout filled.

## Rollback plan

Revert this pull request and deploy, about five minutes.

## Worst-case scenario

Receipts go to nobody for customers who have no contact; support gets the calls.

## Blast radius

Customers who order, and support. Search does not read mail addresses.
`

func shopSections() []checks.Section {
	return []checks.Section{
		section("rollback", "Rollback plan", plan.Complete, 3, 5, "Revert this pull request and deploy, about five minutes.", ""),
		section("worst-case", "Worst-case scenario", plan.Complete, 7, 9, "Receipts go to nobody for customers who have no contact; support gets the calls.", ""),
		section("blast-radius", "Blast radius", plan.Complete, 11, 13, "Customers who order, and support. Search does not read mail addresses.", ""),
	}
}

func shop(findings []checks.Finding, sections ...checks.Section) Report {
	r := base(findings, sections...)
	r.Description.Text = shopDescription
	r.Verdict.Systems = []checks.TouchedSystem{{Name: "checkout", Named: true, Files: 4, Path: "services/checkout/order.go"}}
	return r
}

func droppedColumn() checks.IrreversibleLine {
	return checks.IrreversibleLine{
		Class: "schema-migration", Severity: checks.Block, Way: checks.WayRestore,
		Path: "db/migrations/0042_drop_customer_mail.sql", Line: 2, Text: "ALTER TABLE customers DROP COLUMN mail;",
	}
}

func insufficientPlan() Report {
	s := shopSections()
	s[0].State, s[0].Reason = plan.Insufficient, "it would do for ordinary code, but does not say what becomes of the data"
	r := shop([]checks.Finding{
		{
			Check: "irreversible", Code: "irreversible/schema-migration", Severity: checks.Block, Class: "schema-migration",
			Path: "db/migrations/0042_drop_customer_mail.sql", Line: 2,
			Message: "db/migrations/0042_drop_customer_mail.sql line 2 changes the schema: `ALTER TABLE customers DROP COLUMN mail;`. Reverting the code does not undo it.",
			Fix:     "Say in the rollback plan what becomes of the schema and of the data that it held: the down migration, the backup to restore, or why the old code can live with it.",
		},
		{
			Check: "blast-radius", Code: "blast-radius/unnamed", Severity: checks.Block, System: "payments", Path: "services/payments/ledger.go",
			Message: "3 files under services/payments/ change; payments is not named.",
			Fix:     `Name payments under "Blast radius", or say there why it is not hit.`,
		},
	}, s...)
	r.Verdict.Title = "Blocked: the rollback plan does not deal with the schema migration (0042_drop_customer_mail.sql line 2)"
	r.Verdict.Irreversible = []checks.IrreversibleLine{droppedColumn()}
	r.Verdict.Systems = append(r.Verdict.Systems, checks.TouchedSystem{Name: "payments", Files: 3, Path: "services/payments/ledger.go"})
	return r
}

func missingSection(id, title, name, hint string) (checks.Section, checks.Finding) {
	return section(id, title, plan.Missing, 0, 0, "", "no heading, label or table row names it"), checks.Finding{
		Check: "sections", Code: "sections/missing", Severity: checks.Block, Section: id, Title: "the " + name + " is missing",
		Message: "The " + name + " is missing: no heading, label or table row names it.",
		Fix:     `Add a heading "## ` + title + `" and answer: ` + hint,
	}
}

func sectionsMissing() Report {
	rules := checks.DefaultPolicy().Sections
	worst, a := missingSection("worst-case", "Worst-case scenario", "worst-case scenario", rules[1].Hint)
	blast, b := missingSection("blast-radius", "Blast radius", "blast radius", rules[2].Hint)
	r := shop([]checks.Finding{a, b}, shopSections()[0], worst, blast)
	r.Verdict.Title = "Blocked: the worst-case scenario is missing"
	return commented(r)
}

func reviewersCard() Report {
	s := shopSections()
	s[0].State, s[0].Text = plan.RollForward, "Redeploy build 8812 with the old parser as fallback, about 20 minutes."
	r := shop([]checks.Finding{
		{
			Check: "sections", Code: "sections/roll_forward", Severity: checks.Warn, Section: "rollback",
			Message: "The rollback plan names no way back, only a way forward: fixing forward means finding the fault under pressure.",
			Fix:     "Name a way back if there is one: a revert, a flag, the previous version, a restore.",
		},
		{
			Check: "hours", Code: "hours/watch", Severity: checks.Warn,
			Message: "A merge outside Mon-Fri 09:00-15:00 leaves part of the 3 h watch period outside staffed hours (Mon-Fri 09:00-18:00 Singapore).",
			Fix:     "Merge Mon-Fri 09:00-15:00 Singapore, or arrange for somebody to watch until the period is over.",
		},
	}, s...)
	r.Verdict.Title = "Passes with 2 warnings: it only rolls forward"
	return r
}

func irreversibleButPlanned() Report {
	r := shop(nil, shopSections()...)
	door := droppedColumn()
	door.Addressed = true
	r.Verdict.Irreversible = []checks.IrreversibleLine{door}
	return r
}

func overrideByLabel() Report {
	r := insufficientPlan()
	r.Verdict.Conclusion, r.Verdict.Blocked = checks.Success, false
	r.Verdict.Title = "Passes by override: hubot lifts that the rollback plan does not deal with the schema migration (0042_drop_customer_mail.sql line 2)"
	until := judgedAt().Add(24 * time.Hour)
	r.Verdict.Override = &checks.Override{By: "hubot", Reason: "label backout-override", At: judgedAt(), Expires: until, Lifts: []string{"irreversible/schema-migration"}}
	r.Verdict.ChangesAt = &until
	return r
}

func frozenReal() Report {
	r := shop([]checks.Finding{{
		Check: "freeze", Code: "freeze/lunar-new-year", Severity: checks.Block,
		Message: "The Lunar New Year freeze holds this change from Fri 5 Feb 2027 18:00 Singapore until Sat 13 Feb 2027 09:00 Singapore.",
		Fix:     "Nothing to do: this freeze ends by itself then. The label hotfix lifts it; the verdict shows who set it.",
	}}, shopSections()...)
	until := time.Date(2027, 2, 13, 1, 0, 0, 0, time.UTC)
	r.Verdict.Title = "Blocked: the Lunar New Year freeze holds it until Sat 13 Feb 2027 09:00 Singapore"
	r.Verdict.ChangesAt = &until
	r.Freezes = true
	return r
}

func frozenByApp() Report { return commented(frozenReal()) }

func freezeAhead() Report {
	r := shop(nil, shopSections()...)
	start := time.Date(2027, 2, 5, 10, 0, 0, 0, time.UTC)
	r.Verdict.ChangesAt, r.Freezes = &start, true
	return r
}

func noVerdict() Report {
	r := Report{Engine: "1.0.0", HeadSHA: shop(nil).HeadSHA, Flips: true}
	r.Verdict.JudgedAt = judgedAt()
	r.NoVerdict = &NoVerdict{Why: "files of acme/shop#812 could not be read (HTTP 502, 4 tries)", NextTry: judgedAt().Add(15 * time.Minute)}
	return r
}

func brokenPolicy() Report {
	r := shop([]checks.Finding{{
		Check: "policy", Code: "policy/invalid", Severity: checks.Warn, Path: ".github/backout.yml", Line: 3,
		Message: ".github/backout.yml is broken at line 3: mode must be enforce or audit. It came with commit 9f3c1ab. In force is the version of commit 7be2d10.",
		Fix:     "The policy's owner mends it: backout policy check FILE names everything that is wrong.",
	}}, shopSections()...)
	r.Verdict.Title = "Passes with one warning: the policy file is broken"
	return r
}

func floorNotVisible() Report {
	r := shop([]checks.Finding{{
		Check: "policy", Code: "policy/not-visible", Severity: checks.Note, Path: "acme/.github:backout.yml",
		Message: "The organisation's policy is not visible: whether there is a file acme/.github:backout.yml could not be seen.",
		Fix:     "The policy's owner lets backout read the repository that holds it.",
	}}, shopSections()...)
	r.Notices = []string{"The override label counts for nothing while the organisation's policy is not visible."}
	return r
}

func sharedCommit() Report {
	r := shop(nil, shopSections()...)
	r.Others = []Other{
		{Ref: "acme/shop#813", Title: "Blocked: the rollback plan is missing", Blocks: true},
		{Ref: "acme/shop#820", Title: "Passes"},
	}
	return r
}

func tooLarge() Report {
	r := shop([]checks.Finding{{
		Check: "diff-size", Code: "diff-size/lines", Severity: checks.Block,
		Message: "The change counts 1,860 lines; the limit is 1,000.",
		Fix:     "Split it, so that each part can be rolled back alone, for example by services/checkout (1,100 lines), services/payments (520 lines), db (240 lines).",
	}}, shopSections()...)
	r.Verdict.Size.Counted, r.Verdict.Size.Additions = 1860, 1900
	r.Verdict.Title = "Blocked: the change counts 1,860 lines"
	return r
}

func policyEditBreaks() Report {
	r := shop([]checks.Finding{{
		Check: "policy", Code: "policy/invalid", Severity: checks.Block, Path: ".github/backout.yml", Line: 4, Column: 3,
		Message: "Line 4, column 3 of .github/backout.yml: unknown value \"blok\". The line reads: irreversible: blok",
		Fix:     "The nearest is block.",
	}}, shopSections()...)
	r.Verdict.Title = "Blocked: .github/backout.yml is not valid after this change"
	return r
}

func TestTheVisiblePartIsShort(t *testing.T) {
	for name, r := range reports() {
		checkShort(t, name, r)
	}
	for name, r := range situations() {
		checkShort(t, name, r)
	}
	checkShort(t, "hostile", onGitHub(hostileWith(strings.Repeat("#1@a_", 20_000))))
}

func checkShort(t *testing.T, name string, r Report) {
	t.Helper()
	body := Comment(r)
	head, _, _ := strings.Cut(body, "<details>")
	if n := filledLines(head); n > maxLines {
		t.Errorf("%s: %d visible lines, want at most %d", name, n, maxLines)
	}
	if n := len([]rune(head)); n > maxShown {
		t.Errorf("%s: %d visible characters, want at most %d", name, n, maxShown)
	}
	if n := len([]rune(body)); n > 65_536 {
		t.Errorf("%s: %d characters, GitHub takes 65,536", name, n)
	}
	if !HasMarker(body) {
		t.Errorf("%s: the marker is not the last line", name)
	}
}
