package render

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/plan"
)

// attack is what an author may write wherever text is free.
const attack = "\x1b[2J\x1b]0;owned\a\u009b31m::error::forged\r\n::error::forged ##[error]forged \u202egnp.exe\u2066 " +
	"@octocat octo-org/x#7 #12 GH-12 https://evil.example/ www.evil.example <img src=x onerror=alert(1)> <!-- backout -->\n" +
	"# Passes\n- [x] done\n```\nfence\n``` [link](https://evil.example) :white_check_mark: `code` | a | b | $x$ \x00\xff"

func hostile() Report { return hostileWith(attack) }

// hostileWith puts a text wherever an author's text can be.
func hostileWith(attack string) Report {
	r := base([]checks.Finding{
		{
			Check: "sections", Code: "sections/placeholder", Severity: checks.Block, Section: "rollback", Line: 3,
			Message: "The rollback plan gives nothing: " + attack, Fix: "Write it. " + attack,
		},
		{
			Check: "irreversible", Code: "irreversible/schema-migration", Severity: checks.Warn, Class: "schema-migration",
			Path: "::error file=a,line=1::x %0A::error::y.sql", Line: 3, Message: "A line.", Fix: "Read it.",
		},
		{
			Check: "blast-radius", Code: "blast-radius/unnamed", Severity: checks.Note, System: attack,
			Message: attack, Fix: attack,
		},
	}, section("rollback", attack, plan.Placeholder, 1, 9, attack, attack))
	r.Verdict.Title = "Blocked: " + attack
	r.Verdict.Irreversible = []checks.IrreversibleLine{
		{Class: "schema-migration", Path: "::error file=a,line=1::x %0A::error::y.sql", Line: 3, Text: attack},
		{Class: "schema-migration", Path: attack, Line: 3, Text: attack, Addressed: true},
	}
	r.Verdict.Systems = []checks.TouchedSystem{{Name: attack, Path: attack, Files: 2}}
	r.Verdict.NotSeen = []string{attack}
	r.Verdict.Override = &checks.Override{By: attack, Reason: attack, Lifts: []string{attack}}
	r.Verdict.Exempt = &checks.Exemption{Reason: attack}
	r.Description = Description{Name: attack, File: true, Text: attack + attack}
	r.Repository, r.Base, r.HeadSHA = attack, attack, attack
	r.Policy = []checks.Source{{Source: attack, Version: attack}}
	r.Provenance = []string{attack}
	return r
}

func TestNothingAnAuthorWritesActsOnATerminalOrInALog(t *testing.T) {
	for _, format := range Formats() {
		t.Run(string(format), func(t *testing.T) { checkHarmless(t, format, attack) })
	}
}

func FuzzNothingAnAuthorWritesActs(f *testing.F) {
	f.Add(attack)
	f.Add("::error::x")
	f.Add("#\u200B#[error]x")
	f.Add("`` ` @a")
	f.Fuzz(func(t *testing.T, text string) {
		for _, format := range Formats() {
			checkHarmless(t, format, text)
		}
	})
}

var workflowCommand = regexp.MustCompile(`(?m)^\s*::(\w+).*`)

// checkHarmless shows a report full of a text and looks for what would act.
func checkHarmless(t *testing.T, format Format, text string) {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, format, hostileWith(text)); err != nil {
		t.Fatal(err)
	}
	out := b.String()
	for _, r := range out {
		// The gap that keeps mentions apart is ours, and joiners make letters and emoji.
		if r != '\n' && !unicode.IsPrint(r) && !strings.ContainsRune("\u200B\u200C\u200D", r) {
			t.Errorf("the output holds %U", r)
		}
	}
	if strings.Contains(out, "##[") {
		t.Error("the output holds a workflow command of the old form")
	}
	commands := workflowCommand.FindAllString(out, -1)
	want := 0
	if format == GitHub {
		want = 4 // the verdict and three findings
	}
	if len(commands) != want {
		t.Errorf("%d workflow commands, want %d:\n%s", len(commands), want, strings.Join(commands, "\n"))
	}
	for _, c := range commands {
		if got := strings.Join(propertyNames(c), " "); !slices.Contains([]string{"title", "file line col title"}, got) {
			t.Errorf("properties %q in %s", got, c)
		}
	}
	if format == JSON || format == SARIF {
		if !json.Valid(b.Bytes()) {
			t.Errorf("invalid JSON:\n%s", out)
		}
	}
}

// propertyNames reads a command as GitHub's runner does.
func propertyNames(command string) []string {
	head, _, _ := strings.Cut(strings.TrimPrefix(command, "::"), "::")
	_, list, _ := strings.Cut(head, " ")
	var names []string
	for p := range strings.SplitSeq(list, ",") {
		name, _, _ := strings.Cut(p, "=")
		names = append(names, name)
	}
	return names
}

func TestJSONGivesBackWhatTheAuthorWrote(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, JSON, hostile()); err != nil {
		t.Fatal(err)
	}
	var got struct{ Sections []struct{ Text string } }
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if want := strings.ToValidUTF8(attack, "\uFFFD"); got.Sections[0].Text != want {
		t.Errorf("text = %q, want %q", got.Sections[0].Text, want)
	}
}

func TestMarkdownOfAHostileAuthorStaysText(t *testing.T) {
	for name, in := range map[string]string{
		"mention":        "@octocat",
		"team":           "@acme/sre",
		"reference":      "#12",
		"far reference":  "octo-org/x#7",
		"old reference":  "GH-12",
		"link":           "https://evil.example",
		"bare link":      "www.evil.example",
		"HTML":           "<img src=x>",
		"comment":        "<!-- backout -->",
		"emoji":          ":white_check_mark:",
		"named entity":   "&#64;octocat",
		"emphasis":       "**Passes**",
		"task":           "[x]",
		"inline link":    "[a](b)",
		"math":           "$x$",
		"odd backtick":   "`@octocat",
		"strike-through": "~~x~~",
	} {
		t.Run(name, func(t *testing.T) {
			got := string(md(in))
			for _, acting := range []string{"@o", "@a", "#1", "#7", "GH-1", "://", "www.e", "<i", "<!", ":w"} {
				if strings.Contains(unescaped(got), acting) {
					t.Errorf("md(%q) = %q holds %q", in, got, acting)
				}
			}
			if got == in {
				t.Errorf("md(%q) changed nothing", in)
			}
		})
	}
}

// unescaped drops what a backslash makes harmless.
func unescaped(s string) string { return regexp.MustCompile(`\\.`).ReplaceAllString(s, "") }

func TestCodeSpansHoldAnyText(t *testing.T) {
	for in, want := range map[string]string{
		"":            "",
		"DROP":        "`DROP`",
		"a`b":         "``a`b``",
		"`a`":         "`` `a` ``",
		"``` fence":   "```` ``` fence ````",
		"  @octocat ": "`@octocat`",
	} {
		if got := string(code(in)); got != want {
			t.Errorf("code(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain":               "plain",
		" a\tb\r\nc ":         "a b  c",
		"\x1b[31m":            `\u001b[31m`,
		"\u009b31m":           `\u009b31m`,
		"\u202Eabc":           `\u202eabc`,
		"zero\u200Bwidth":     "zerowidth",
		"non\u00A0breaking":   "non breaking",
		"bad\xff":             `bad\xff`,
		"real \uFFFD":         "real \uFFFD",
		"##[error]x":          `##\[error]x`,
		"#\u200B#[error]x":    `##\[error]x`,
		"日本語 über 👩\u200D👧":   "日本語 über 👩\u200D👧",
		"tag \U000E0041":      `tag \U000e0041`,
		"line\u2028separator": "line separator",
	} {
		if got := visible(in); got != want {
			t.Errorf("visible(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWhatIsKeptIsTheDocumentInOneLine(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, JSON, hostile()); err != nil {
		t.Fatal(err)
	}
	kept, err := Kept(hostile())
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := json.Unmarshal(b.Bytes(), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(kept, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) || bytes.ContainsRune(kept, '\n') {
		t.Errorf("kept: %s", kept)
	}
}
