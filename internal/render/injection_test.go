package render

import (
	"bufio"
	"bytes"
	"encoding/json"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	gmtext "github.com/yuin/goldmark/text"

	"github.com/backout-dev/backout/checks"
)

// payload is a text that would act if it were not made harmless: a line of
// testdata/injection.jsonl. Where says in which kind of output.
type payload struct{ Name, Payload, Where string }

func payloads(t *testing.T) []payload {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "injection.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []payload
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var p payload
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if len(all) < 60 {
		t.Fatalf("%d payloads, want at least 60", len(all))
	}
	return all
}

func TestNothingThatAnAuthorWritesTakesEffect(t *testing.T) {
	for i, p := range payloads(t) {
		if testing.Short() && i%10 > 0 {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			for name, r := range attacked(p.Payload) {
				checkAttacked(t, name, p.Payload, r)
			}
		})
	}
}

// FuzzForeignTextStaysText puts a text into every place that the templates have
// for one: in a paragraph, at the start of a line, in bold, as code, in a block.
func FuzzForeignTextStaysText(f *testing.F) {
	f.Add("@octocat #12 `x` [a](b) :: <b>", "1. x")
	f.Add(attack, "- - -")
	f.Add("a | b", "--- | ---")
	f.Add("$`x`$ :100: gh-1 www.x 4c1d9e2b7", "```\n</details>")
	f.Fuzz(func(t *testing.T, one, two string) {
		a, b := visible(one), visible(two)
		if code(a) == "" || code(b) == "" {
			return
		}
		out := string("**" + md(a) + "** " + md(b) + " " + code(a) + ", " + md(b) + "\n\n1. **x** " + md(a) + "\n   " + md(b) + "\n   " + md(a) +
			"\n\n- **y:** " + code(b) + ", " + code(a) + " \"" + md(b) + "\".\n\n" + fenced("text", one+"\n"+two) + "\n")
		checkMarkdown(t, "text", out)
		checkLog(t, "text", lineStart(a)+"\n"+out, 0)
	})
}

// attacked are reports with a text in every place that an author, or whoever
// writes a policy, decides: as the judgement makes them, and by hand where the
// judgement would not let it through.
func attacked(p string) map[string]Report {
	all := map[string]Report{"by hand": onGitHub(hostileWith(p))}
	for name, body := range map[string]string{
		"alone":    p,
		"sections": "## Rollback plan\n\nRevert this pull request and deploy. " + p + "\n\n## Worst case\n\nOrders are charged twice. " + p + "\n\n## Blast radius\n\n" + p + " everybody who orders\n",
		"headings": "## Rollback plan " + p + "\n\n" + p + "\n\n**Worst case " + p + ":** " + p + "\n",
	} {
		all[name] = judged(p, body)
	}
	override := judged(p, "Hello.")
	override.Verdict.Override = &checks.Override{By: p, Reason: p, At: judgedAt(), Expires: judgedAt(), Lifts: []string{p}}
	all["override"] = override
	all["no verdict"] = onGitHub(Report{NoVerdict: &NoVerdict{Why: p}, HeadSHA: p, Notices: []string{p}})
	quiet := onGitHub(passes())
	quiet.Others = []Other{{Ref: p, Title: p, Blocks: true}}
	quiet.Notices = []string{p}
	all["quiet"] = quiet
	return all
}

func judged(p, body string) Report {
	policy := checks.DefaultPolicy()
	for i := range policy.Sections {
		policy.Sections[i].Hint = p
	}
	policy.Sections = append(policy.Sections, checks.SectionRule{ID: "own", Title: p, Hint: p, Require: checks.Require{Always: true}})
	policy.Systems = []checks.System{{Name: p, Paths: []string{"**"}, Also: []string{p}}}
	policy.Irreversible = map[string]checks.ClassRule{"own": {Paths: []string{"**"}, Ask: p, Severity: checks.Block}}
	policy.Freeze.Windows = []checks.FreezeWindow{{
		Name: p, From: judgedAt().Add(-time.Hour), Until: judgedAt().Add(time.Hour), Except: checks.Condition{Labels: []string{p + "x"}},
	}}
	policy.Notes = []checks.Finding{{Check: "policy", Code: "policy/invalid", Severity: checks.Warn, Path: p, Line: 3, Title: p, Message: p, Fix: p}}
	c := checks.Change{
		Repo: "acme/shop", Number: 812, Title: p, Author: p, Commits: []string{p}, Base: p, HeadSHA: base(nil).HeadSHA,
		Labels: []checks.Label{{Name: p, SetBy: p}}, Body: body, Diff: checks.DiffWhole,
		Files: []checks.File{
			{Path: p, Status: checks.Modified, Additions: 1200, Patch: "@@ -0,0 +1 @@\n+ALTER TABLE a DROP COLUMN b; " + p},
			{Path: "db/migrate/" + p + ".sql", Previous: p + ".sql", Status: checks.Renamed, Additions: 1, Patch: "@@ -0,0 +1 @@\n+DROP TABLE " + p},
			{Path: p + ".bin", Status: checks.Added},
		},
		PolicyEdits: []checks.PolicyEdit{{Path: p, Faults: []checks.PolicyFault{{Line: 1, Message: p, Fix: p, Text: p}}}},
	}
	r := onGitHub(Report{
		Verdict: checks.Evaluate(policy, c, judgedAt()), Engine: "1.0.0", HeadSHA: c.HeadSHA, Diff: c.Diff, Limits: policy.DiffSize,
		Description: Description{Name: "acme/shop#812", Text: body}, OverrideLabel: p,
		Others: []Other{{Ref: p, Title: p, Blocks: true}}, Notices: []string{p}, Freezes: true,
	})
	r.Rules, r.Base, r.Approvers = policy.Sections, p, []string{p}
	r.Policy = []checks.Source{{Source: p, Version: p}}
	r.Provenance = []string{p}
	return r
}

func checkAttacked(t *testing.T, name, p string, r Report) {
	t.Helper()
	comment := Comment(r)
	if n := strings.Count(comment, Marker); n != 1 || !strings.HasSuffix(comment, "\n"+Marker+"\n") {
		t.Errorf("%s: the comment holds the marker %d times, want once, as its last line:\n%s", name, n, comment)
	}
	run := CheckRun(r)
	summary := JobSummary(r)
	for part, out := range map[string]string{"comment": comment, "check run's summary": run.Summary, "check run's text": run.Text, "job summary": summary} {
		checkMarkdown(t, name+", "+part, out)
		checkLog(t, name+", "+part, out, 0)
	}
	checkLog(t, name+", check run's title", run.Title, 0)
	if strings.ContainsAny(run.Title, "\r\n") || len([]rune(run.Title)) > 255 {
		t.Errorf("%s: the check run's title is not one short line: %q", name, run.Title)
	}
	if n := len(summary); n > 64<<10 {
		t.Errorf("%s: a job summary of %d bytes", name, n)
	}
	for _, s := range []string{comment, run.Summary, run.Text} {
		if n := len([]rune(s)); n > 65_535 {
			t.Errorf("%s: %d characters", name, n)
		}
	}
	if r.NoVerdict != nil {
		checkLog(t, name+", failure", FailureLine(Failure{Kind: "unknown", Message: p, Fix: p, Path: p, Line: 1})+"\n", 0)
		return
	}
	for _, f := range Formats() {
		var b bytes.Buffer
		if err := Write(&b, f, r); err != nil {
			t.Fatal(err)
		}
		commands := 0
		if f == GitHub {
			commands = 1 + len(r.Verdict.Findings)
		}
		checkLog(t, name+", "+string(f), b.String(), commands)
		if (f == JSON || f == SARIF) && !json.Valid(b.Bytes()) {
			t.Errorf("%s: invalid JSON:\n%s", name, b.String())
		}
	}
}

// checkLog reads an output as GitHub's runner reads a log, and as a terminal
// would.
func checkLog(t *testing.T, name, out string, commands int) {
	t.Helper()
	found := 0
	for line := range strings.SplitSeq(strings.ReplaceAll(out, "\r", "\n"), "\n") {
		if strings.Contains(line, "##[") {
			t.Errorf("%s: a workflow command of the old form: %q", name, line)
		}
		line = strings.TrimLeftFunc(line, unicode.IsSpace)
		if rest, ok := strings.CutPrefix(line, "::"); ok && strings.Contains(rest, "::") {
			found++
			if got := strings.Join(propertyNames(line), " "); commands > 0 && got != "title" && got != "file line col title" {
				t.Errorf("%s: properties %q in %s", name, got, line)
			}
		}
	}
	if found != commands {
		t.Errorf("%s: %d workflow commands, want %d:\n%s", name, found, commands, out)
	}
	for _, r := range out {
		// The gap is ours, and joiners make letters and emoji.
		if r != '\n' && !unicode.IsPrint(r) && !strings.ContainsRune("\u200B\u200C\u200D", r) {
			t.Errorf("%s: the output holds %U", name, r)
			return
		}
	}
}

var gitHubMarkdown = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote))

// ourHTML is all the HTML that we write.
var ourHTML = regexp.MustCompile(`^(<details>\n<summary>(To paste into the description|For the reviewer|Full record)</summary>\n|</details>\n|` + regexp.QuoteMeta(Marker) + `\n)$`)

var delimiter = regexp.MustCompile(`(?m)^[ \t]*\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$`)

var ourHeadings = []string{
	"Pull requests counted", "Findings", "To paste into the description", "Sections", "What the diff holds", "Override", "Judged from",
}

// checkMarkdown parses what was written and looks for anything that is not ours.
func checkMarkdown(t *testing.T, name, out string) {
	t.Helper()
	source := []byte(out)
	bad := func(what string, n ast.Node) {
		t.Errorf("%s: %s %q in\n%s", name, what, plainText(n, source), out)
	}
	folds := 0
	err := ast.Walk(gitHubMarkdown.Parser().Parse(gmtext.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Paragraph, *ast.TextBlock:
			// GitHub's parser makes a table of one column under any line.
			if delimiter.Match(n.Lines().Value(source)) {
				bad("a table's delimiter", n)
			}
		case *ast.Document, *ast.Text, *ast.String, *ast.CodeSpan:
		case *ast.ListItem:
		case *ast.List:
			if n.Parent().Kind() != ast.KindDocument {
				bad("a list", n)
			}
		case *ast.Emphasis:
			// Ours is bold and begins its block.
			if n.Level != 2 || n.PreviousSibling() != nil {
				bad("emphasis", n)
			}
		case *ast.Link:
			if string(n.Destination) != "https://github.com/acme/shop/actions/runs/9/job/41" {
				bad("a link to "+string(n.Destination), n)
			}
		case *ast.Heading:
			if n.Level != 3 || !slices.Contains(ourHeadings, plainText(n, source)) {
				bad("a heading", n)
			}
		case *ast.FencedCodeBlock:
			if language := string(n.Language(source)); language != "markdown" && language != "text" {
				bad("a code block of "+language, n)
			}
		case *ast.HTMLBlock:
			raw := string(n.Lines().Value(source))
			if !ourHTML.MatchString(raw) {
				bad("HTML "+raw, n)
			}
			folds += strings.Count(raw, "<details>") - strings.Count(raw, "</details>")
			if folds < 0 {
				bad("the end of a fold", n)
			}
		default:
			bad(n.Kind().String(), n)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if folds != 0 {
		t.Errorf("%s: %d folds are left open", name, folds)
	}
	checkRendered(t, name, out)
}

// plainText is the text under a node as it stands in the source.
func plainText(n ast.Node, source []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.Write(c.Segment.Value(source))
		case *extast.TaskCheckBox:
			b.WriteString("[ ]")
		default:
			b.WriteString(plainText(c, source))
		}
	}
	return b.String()
}

var (
	codeElement = regexp.MustCompile(`(?s)<(pre|code)>.*?</(pre|code)>|<pre><code[^>]*>.*?</code></pre>|<[^>]*>`)
	// What GitHub looks for in the text that a reader sees.
	found = map[string]*regexp.Regexp{
		"a mention":               regexp.MustCompile(`@[0-9A-Za-z]`),
		"a reference":             regexp.MustCompile(`#[0-9A-Za-z]`),
		"a reference of old":      regexp.MustCompile(`(?i)\bgh-[0-9]`),
		"an address":              regexp.MustCompile(`(?i)://|\bwww\.[^\x{200B}]|(mailto|xmpp):[^\x{200B}]`),
		"a shortcode":             regexp.MustCompile(`:([a-zA-Z+_-][0-9A-Za-z_+-]*|[0-9]|[0-9]{3,}|[0-9]+[a-zA-Z_][0-9A-Za-z_]*):`),
		"mathematics":             regexp.MustCompile(`\$[^\x{200B}]`),
		"a commit":                regexp.MustCompile(`\b([0-9a-f]{40}|[0-9a-f]*[a-f][0-9][0-9a-f]{5,}|[0-9a-f]*[0-9][a-f][0-9a-f]{5,})\b`),
		"an unresolved reference": regexp.MustCompile(`(?m)^\[[^\]]*\]:`),
	}
)

// checkRendered looks at the text that GitHub's own filters see: outside code,
// with backslashes and entities resolved.
func checkRendered(t *testing.T, name, out string) {
	t.Helper()
	var b bytes.Buffer
	if err := gitHubMarkdown.Convert([]byte(out), &b); err != nil {
		t.Fatal(err)
	}
	shown := html.UnescapeString(codeElement.ReplaceAllString(b.String(), "\u25AF"))
	for what, pattern := range found {
		if m := pattern.FindString(shown); m != "" {
			t.Errorf("%s: %s, %q, in\n%s", name, what, m, out)
		}
	}
}
