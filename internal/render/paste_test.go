package render

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark/ast"
	gmtext "github.com/yuin/goldmark/text"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan"
)

var pasteBlock = regexp.MustCompile("(?ms)^(```+)markdown\n(.*?)\n(```+)$")

// pasted returns the blocks to paste of a comment.
func pasted(t *testing.T, r Report) []string {
	t.Helper()
	body := Comment(r)
	var blocks []string
	for _, m := range pasteBlock.FindAllStringSubmatch(body, -1) {
		blocks = append(blocks, m[2])
	}
	return blocks
}

// judgedFor judges a description under the default policy.
func judgedFor(body string, files ...checks.File) Report {
	p := checks.DefaultPolicy()
	c := checks.Change{Body: body, Files: files, Diff: checks.DiffWhole}
	return Report{
		Verdict: checks.Evaluate(p, c, judgedAt()), Rules: p.Sections, Limits: p.DiffSize, Diff: c.Diff,
		Description: Description{Name: "acme/shop#812", Text: body},
	}
}

func TestTheBlockToPasteHoldsExactlyTheHeadingsThatAreMissing(t *testing.T) {
	written := map[string]string{
		"Rollback plan":       "## Rollback plan\n\nRevert this pull request and deploy.\n\n",
		"Worst-case scenario": "## Worst-case scenario\n\nOrders are charged twice until somebody looks.\n\n",
		"Blast radius":        "## Blast radius\n\nEverybody who pays by card.\n\n",
	}
	titles := []string{"Rollback plan", "Worst-case scenario", "Blast radius"}
	for mask := range 8 {
		var body string
		var missing []string
		for i, title := range titles {
			if mask&(1<<i) != 0 {
				body += written[title]
				continue
			}
			missing = append(missing, title)
		}
		t.Run(strings.Join(missing, ", "), func(t *testing.T) {
			blocks := pasted(t, judgedFor(body, checks.File{Path: "a.go", Status: checks.Modified, Additions: 1, Patch: "@@ -1 +1,2 @@\n+x"}))
			if len(missing) == 0 {
				if len(blocks) > 0 {
					t.Errorf("nothing is missing, and there is something to paste:\n%s", blocks)
				}
				return
			}
			if len(blocks) != 1 {
				t.Fatalf("%d blocks, want one", len(blocks))
			}
			if got := headingsOf(t, blocks[0]); !slices.Equal(got, missing) {
				t.Errorf("headings %q, want %q", got, missing)
			}
			// What is pasted is not an answer yet, and where it is asked for it is found.
			after := judgedFor(body + "\n" + blocks[0])
			for _, s := range after.Verdict.Sections {
				if slices.Contains(missing, s.Title) && s.State != plan.Empty {
					t.Errorf("pasted and not filled in, %s is %s", s.Title, s.State)
				}
			}
		})
	}
}

// headingsOf returns the headings of a text in which all else is hidden.
func headingsOf(t *testing.T, block string) []string {
	t.Helper()
	source := []byte(block)
	var titles []string
	for n := gitHubMarkdown.Parser().Parse(gmtext.NewReader(source)).FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			titles = append(titles, plainText(n, source))
		case *ast.HTMLBlock:
			raw := string(n.Lines().Value(source))
			if n.HasClosure() {
				raw += string(n.ClosureLine.Value(source))
			}
			if raw = strings.TrimSpace(raw); !strings.HasPrefix(raw, "<!--") || strings.Index(raw, "-->") != len(raw)-3 {
				t.Errorf("%q is not hidden", raw)
			}
		default:
			t.Errorf("the block holds %s: %q", n.Kind(), plainText(n, source))
		}
	}
	return titles
}

func TestAHintCannotLeaveItsComment(t *testing.T) {
	for _, p := range payloads(t) {
		t.Run(p.Name, func(t *testing.T) {
			r := judgedFor("Hello.")
			for i := range r.Rules {
				r.Rules[i].Hint = p.Payload
			}
			blocks := pasted(t, r)
			if len(blocks) != 1 {
				t.Fatalf("%d blocks, want one", len(blocks))
			}
			if got := headingsOf(t, blocks[0]); len(got) != 3 {
				t.Errorf("headings %q, want three", got)
			}
		})
	}
}

func TestAnInsufficientSectionIsPastedAsItStands(t *testing.T) {
	own := "## How to roll back\r\n\r\n1. Switch off `new-basket`.\r\n2. [Revert](https://example.com/x) and\r\n   deploy.\r\n\r\n   ```sh\r\n   make deploy\r\n   ```"
	body := own + "\r\n\r\n## Worst case\r\n\r\nOrders are charged twice until somebody looks.\r\n\r\n## Blast radius\r\n\r\nEverybody who pays by card.\r\n"
	r := judgedFor(body, checks.File{Path: "db/migrations/1_x.sql", Status: checks.Added, Additions: 1, Patch: "@@ -0,0 +1 @@\n+ALTER TABLE a DROP COLUMN b;"})
	blocks := pasted(t, r)
	if len(blocks) != 1 {
		t.Fatalf("%d blocks, want one", len(blocks))
	}
	want := strings.ReplaceAll(own, "\r", "")
	rest, ok := strings.CutPrefix(blocks[0], want)
	if !ok {
		t.Fatalf("the author's text is not kept:\n%s", blocks[0])
	}
	if !strings.HasPrefix(strings.TrimSpace(rest), "<!-- Say in the rollback plan") {
		t.Errorf("what to add does not stand below it: %q", rest)
	}
}

func TestASentenceThatStandsElsewhereIsPutUnderItsHeading(t *testing.T) {
	r := sectionsMissing()
	r.Verdict.Sections[1].Stray = "Orders are charged twice until somebody looks."
	if got := pasted(t, onGitHub(r))[0]; !strings.HasPrefix(got, "## Worst-case scenario\n\nOrders are charged twice until somebody looks.\n\n## Blast radius\n\n<!-- ") {
		t.Errorf("block to paste:\n%s", got)
	}
}

func TestLargeReportsStayWithinGitHubsLimits(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	long := strings.Repeat("A word, `code` and a #reference. ", 2_000)
	r := sectionsMissing()
	for i := range 300 {
		id := fmt.Sprint("own-", i)
		s, f := missingSection(id, "Own section", "own section", "")
		r.Verdict.Sections, r.Verdict.Findings = append(r.Verdict.Sections, s), append(r.Verdict.Findings, f)
		r.Rules = append(r.Rules, checks.SectionRule{ID: id, Hint: long})
		r.Verdict.Irreversible = append(r.Verdict.Irreversible, checks.IrreversibleLine{Class: "schema-migration", Path: long, Line: i, Text: long})
		r.Verdict.Systems = append(r.Verdict.Systems, checks.TouchedSystem{Name: id, Path: long})
		r.Verdict.NotSeen = append(r.Verdict.NotSeen, long)
		r.Others = append(r.Others, Other{Ref: "acme/shop#900", Title: long})
	}
	r.Verdict.Sections[0].Text = long
	r = onGitHub(r)
	checkShort(t, "large", r)
	checkAttacked(t, "large", "", r)
	comment := Comment(r)
	if !strings.Contains(comment, "And 300 more to fix.") && !strings.Contains(comment, "And 299 more to fix.") {
		t.Errorf("what there was no room for is not counted:\n%.4000s", comment)
	}
	run := CheckRun(r)
	if !SameText(run.Text, run.Text) || !strings.Contains(run.Text, "Judged at 2026-11-23T08:00:00Z") {
		t.Error("the text of the check run does not end with its time")
	}
}

func TestTheSameVerdictLaterShowsTheSame(t *testing.T) {
	for name, r := range situations() {
		t.Run(name, func(t *testing.T) {
			later := r
			later.Verdict.JudgedAt = r.Verdict.JudgedAt.Add(26 * time.Hour)
			a, b := showOnGitHub(r), showOnGitHub(later)
			if a.comment != b.comment {
				t.Error("the comment depends on when the verdict was reached")
			}
			if a.run.Title != b.run.Title || a.run.Summary != b.run.Summary {
				t.Error("the check run's summary depends on when the verdict was reached")
			}
			if a.run.Text == b.run.Text {
				t.Error("the check run's text does not say when the verdict was reached")
			}
			if !SameText(a.run.Text, strings.ReplaceAll(b.run.Text, "\n", "\r\n")) {
				t.Error("the check run's text differs in more than its last line")
			}
			later.Verdict.InputDigest = "sha256:ff"
			if r.NoVerdict == nil && SameText(a.run.Text, showOnGitHub(later).run.Text) {
				t.Error("another verdict is taken for the same")
			}
		})
	}
}

type githubShows struct {
	comment, summary string
	run              Output
}

func showOnGitHub(r Report) githubShows {
	return githubShows{comment: Comment(r), summary: JobSummary(r), run: CheckRun(r)}
}

func TestTheTitleOfASharedCommitIsTheStrictest(t *testing.T) {
	strict := onGitHub(insufficientPlan())
	strict.Others = []Other{{Ref: "acme/shop#820", Title: "Passes"}}
	for _, c := range []struct {
		name string
		r    Report
		want string
	}{
		{"alone", onGitHub(passes()), "Passes"},
		{"this one blocks", strict, "Blocked: the rollback plan does not deal with the schema migration (0042_drop_customer_mail.sql line 2) (acme/shop#812, the strictest of 2 pull requests)"},
		{"another one blocks", onGitHub(sharedCommit()), "Blocked: the rollback plan is missing (acme/shop#813, the strictest of 3 pull requests)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := showOnGitHub(c.r).run.Title; got != c.want {
				t.Errorf("title = %q, want %q", got, c.want)
			}
		})
	}
}

func TestCommandsAndButtonsAreNamedOnlyWhereTheyExist(t *testing.T) {
	for name, r := range situations() {
		r.Commands = false
		s := showOnGitHub(r)
		for _, out := range []string{s.comment, s.summary, s.run.Summary, s.run.Text} {
			if strings.Contains(out, "/backout ") {
				t.Errorf("%s: a command is named where none is listened to:\n%s", name, out)
			}
		}
	}
}

func TestMarkdownReadsTheSame(t *testing.T) {
	for in, want := range map[string]string{
		"at 09:00-18:00 Singapore":     "at 09:00-18:00 Singapore",
		"see `a`4c1d9e2b7a":            "see `a`" + gap + "`4c1d9e2b7a`",
		"20261122093000_drop_mail.sql": `20261122093000\_drop\_mail.sql`,
		"1. first":                     `1\. first`,
		"in 1. of May":                 "in 1. of May",
		"- dash":                       `\- dash`,
		"a - b":                        "a - b",
		":100: x":                      `\:` + gap + "100: x",
		"12:8b:x":                      "12:" + gap + "8b:" + gap + "x",
		"x :100: y":                    "x :" + gap + "100: y",
		"defaced":                      "defaced",
		"12345678":                     "12345678",
	} {
		if got := string(md(in)); got != want {
			t.Errorf("md(%q) = %q, want %q", in, got, want)
		}
	}
}
