package plan_test

import (
	"strings"
	"testing"

	"github.com/backout-dev/backout/internal/plan"
)

var builtIn = []plan.Kind{
	{ID: plan.Rollback, Title: "Rollback plan"},
	{ID: plan.WorstCase, Title: "Worst-case scenario"},
	{ID: plan.BlastRadius, Title: "Blast radius"},
}

func rollback(t *testing.T, body string, templates ...string) plan.Section {
	t.Helper()
	s, ok := plan.Parse(body, plan.Options{Kinds: builtIn, Templates: templates}).Section(plan.Rollback)
	if !ok {
		t.Fatal("no rollback section")
	}
	return s
}

// Every form in which people mark a section.
func TestMarkers(t *testing.T) {
	for _, tt := range []struct{ name, body string }{
		{"ATX heading", "## Rollback plan\nRevert this PR."},
		{"closing hashes", "## Rollback plan ##\nRevert this PR."},
		{"setext heading", "Rollback plan\n-------------\nRevert this PR."},
		{"numbered heading", "### 3. Rollback\nRevert this PR."},
		{"Roman numeral", "## IV. Rollback\nRevert this PR."},
		{"emoji", "## 🔄 Rollback\nRevert this PR."},
		{"emoji shortcode", "## :rewind: Rollback\nRevert this PR."},
		{"colon", "## Rollback:\nRevert this PR."},
		{"suffix in brackets", "## Rollback plan (required)\nRevert this PR."},
		{"suffix behind a dash", "## Rollback plan - mandatory\nRevert this PR."},
		{"question", "## How do we roll this back?\nRevert this PR."},
		{"heading with its answer", "## Rollback: revert this PR"},
		{"bold on its own line", "**Rollback plan**\n\nRevert this PR."},
		{"bold run in", "**Rollback:** revert this PR"},
		{"bold run in, colon outside", "**Rollback**: revert this PR"},
		{"bold run in with a dash", "**Rollback** - revert this PR"},
		{"italic label", "_Rollback:_ revert this PR"},
		{"plain label", "Rollback: revert this PR"},
		{"full-width colon", "Rollback：revert this PR"},
		{"several labels on one line", "**Impact:** shops **Rollback:** revert this PR"},
		{"list label", "- Rollback: revert this PR"},
		{"list label with nested answer", "- **Rollback**\n  - revert this PR"},
		{"table row", "| Topic | Answer |\n|---|---|\n| Rollback | revert this PR |"},
		{"table column", "| Impact | Rollback |\n|---|---|\n| shops | revert this PR |"},
		{"details", "<details><summary>Rollback</summary>\n\nRevert this PR.\n\n</details>"},
		{"HTML heading", "<h2>Rollback</h2>\n<p>Revert this PR.</p>"},
		{"HTML table", "<table><tr><td>Rollback</td><td>revert this PR</td></tr></table>"},
		{"quote under the heading", "## Rollback\n> Revert this PR."},
		{"alert box under the heading", "## Rollback\n> [!NOTE]\n> Revert this PR."},
		{"deeper headings", "# Rollback\n### Step 1\nRevert this PR."},
		{"code block", "## Rollback\n```sh\ngit revert HEAD\n```"},
		{"second copy filled", "## Rollback\n\n## Notes\nnone\n\n## Rollback\nRevert this PR."},
		{"look-alike letters", "## Rоllbасk plаn\nRevert this PR."},
		{"full-width letters", "## Ｒｏｌｌｂａｃｋ\nRevert this PR."},
		{"zero-width characters", "## Roll\u200bback\nRe\u200dvert this PR."},
		{"no space after the marker's no-break space", "##\u00a0Rollback\nRevert this PR."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if s := rollback(t, tt.body); s.State != plan.Complete {
				t.Errorf("%s: %q [%s]", s.State, s.Text, s.Reason)
			}
		})
	}
}

// What a reader does not see, or somebody else wrote, is no plan.
func TestHiddenAndForeignText(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		want       plan.State
	}{
		{"comment", "## Rollback\n<!-- revert this PR -->", plan.Empty},
		{"comment over lines of a paragraph", "## Rollback\nSee <!-- revert\nthis PR --> below", plan.Placeholder},
		{"unclosed comment", "<!-- notes\n\n## Rollback\nRevert this PR.", plan.Missing},
		{"comment that began in a block before", "<div><!--\n\n## Rollback\nRevert this PR.\n\n-->\n</div>", plan.Missing},
		{"code fence", "```\n## Rollback\nRevert this PR.\n```", plan.Missing},
		{"quoted pull request", "From #12:\n\n> ## Rollback\n> Revert this PR.", plan.Missing},
		{"quoted label", "> **Rollback:** revert this PR", plan.Missing},
		{"struck out", "## Rollback\n~~Revert this PR.~~", plan.Empty},
		{"struck out over lines", "## Rollback\n~~Revert\nthis PR.~~", plan.Empty},
		{"hidden element", "## Rollback\n<div hidden>\n\nRevert this PR.\n\n</div>", plan.Empty},
		{"white on white", `## Rollback` + "\n" + `<span style="color:white">Revert this PR.</span>`, plan.Empty},
		{"reference definition", "## Rollback\n[revert this PR]: https://example.com", plan.Empty},
		{"image text", "## Rollback\n![revert this PR](x.png)", plan.Placeholder},
		{"no-break spaces only", "## Rollback\n\u00a0\u00a0\u200b", plan.Empty},
		{"changelog in a bump", "Bumps x.\n\n<details><summary>Changelog</summary>\n\n## Rollback\nRevert this PR.\n\n</details>", plan.Missing},
		{"release notes heading", "## Release notes\n### Rollback\nRevert this PR.", plan.Missing},
		{"bot after a rule", "## Rollback\n\n---\nSummary by SomeBot: revert this PR", plan.Empty},
		{"bot's box after a rule", "## Rollback\n\n---\n> [!NOTE]\n> Reverting restores the schedule.\n> <sup>footer</sup>", plan.Empty},
		{"footnote", "[^rollback]: revert this PR", plan.Missing},
		{"prose without a marker", "If it breaks, revert this PR.", plan.Missing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if s := rollback(t, tt.body); s.State != tt.want {
				t.Errorf("%s, want %s: %q [%s]", s.State, tt.want, s.Text, s.Reason)
			}
		})
	}
}

func TestProseWithoutAMarkerIsPointedOut(t *testing.T) {
	s := rollback(t, "Faster search.\n\nIf it breaks, revert this PR.")
	if want := "If it breaks, revert this PR"; s.Stray != want {
		t.Errorf("stray sentence %q, want %q", s.Stray, want)
	}
}

func TestTemplateText(t *testing.T) {
	const template = "## Rollback\n\n<!-- What do we type? -->\nRevert this PR and redeploy.\n\n- [ ] A plain revert is enough\n- [ ] Other steps\n\nOwner:\n"
	for _, tt := range []struct {
		name, body string
		want       plan.State
	}{
		{"untouched", template, plan.Template},
		{"case and spacing", strings.ToUpper(template), plan.Template},
		{"heading renamed", strings.Replace(template, "Rollback", "How to roll back", 1), plan.Template},
		{"hint without its comment marks", "## Rollback\nWhat do we type?", plan.Template},
		{"option ticked", strings.Replace(template, "[ ] A", "[x] A", 1), plan.Complete},
		{"owner only", strings.Replace(template, "Owner:", "Owner: ada", 1), plan.Placeholder},
		{"own words beside it", template + "\nDisable `fast.search` in the console.\n", plan.Complete},
		{"instruction left standing", "## Rollback\nDescribe how to revert this change.", plan.Template},
		{"answer behind the instruction", "## Rollback\nDescribe how to revert this change: redeploy 1.4", plan.Complete},
		{"example", "## Rollback\ne.g. revert this PR", plan.Template},
		{"brackets", "## Rollback\n[insert the steps]", plan.Template},
		{"unticked option of the author's own", "## Rollback\n- [ ] revert this PR", plan.Template},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if s := rollback(t, tt.body, template); s.State != tt.want {
				t.Errorf("%s, want %s: %q [%s]", s.State, tt.want, s.Text, s.Reason)
			}
		})
	}
}

func TestTasksAreCountedWhereverTheyStand(t *testing.T) {
	body := "- [ ] one\n- [x] two\n  - [ ] three\n\n1. [ ] four\n\n> - [ ] five\n\n```\n- [ ] not a task\n```\n<!-- - [ ] nor this -->\n[ ] nor this\n"
	p := plan.Parse(body, plan.Options{Kinds: builtIn})
	if p.TasksUnchecked != 4 || p.TaskLine != 1 {
		t.Errorf("%d unticked, first on line %d; want 4, first on line 1", p.TasksUnchecked, p.TaskLine)
	}
}

func TestLinesAreThoseOfTheDescription(t *testing.T) {
	s := rollback(t, "Text\r\n\r\n## Rollback\r\n\r\nFirst disable the flag.\r\nThen revert.\r\n\r\n## End\r\n")
	if s.Line != 3 || s.LineEnd != 6 {
		t.Errorf("lines %d to %d, want 3 to 6", s.Line, s.LineEnd)
	}
}

func TestASectionOfOnesOwn(t *testing.T) {
	kinds := append([]plan.Kind{{ID: "monitoring", Title: "Monitoring", Also: []string{"Metrics"}}}, builtIn...)
	p := plan.Parse("## Metrics\nThe order rate on the shop board falls.", plan.Options{Kinds: kinds})
	if s := p.Sections[0]; s.State != plan.Complete || s.Heading != "Metrics" {
		t.Errorf("%s under %q", s.State, s.Heading)
	}
}

// FuzzParse looks for a panic, for a section out of place and for an answer
// that depends on how lines end.
func FuzzParse(f *testing.F) {
	f.Add("## Rollback\nRevert this PR.", "## Rollback\n")
	f.Add("| Rollback |\n|---|\n| `x` |", "")
	f.Add("<details><summary>Risk</summary>\n\n- [x] 無効化\n</details>", "- [ ] 無効化")
	f.Add("**Rollback:** [a](b) ~~c~~ <!-- d\n-->", "")
	f.Add("> [!NOTE]\n> Rollback: 関閉", "> x")
	f.Fuzz(func(t *testing.T, body, template string) {
		o := plan.Options{Kinds: builtIn, Templates: []string{template}}
		p := plan.Parse(body, o)
		if len(p.Sections) != len(builtIn) {
			t.Fatalf("%d sections", len(p.Sections))
		}
		lines := strings.Count(body, "\n") + strings.Count(body, "\r") + 1
		for _, s := range p.Sections {
			if s.State == plan.Insufficient || s.State == "" || s.Line < 0 || s.Line > lines || s.LineEnd > lines {
				t.Errorf("%s: state %q, lines %d to %d of %d", s.ID, s.State, s.Line, s.LineEnd, lines)
			}
			if (s.State == plan.Missing) != (s.Line == 0) {
				t.Errorf("%s: state %q on line %d", s.ID, s.State, s.Line)
			}
		}
		if strings.Contains(body, "\r") {
			return
		}
		crlf := plan.Parse(strings.ReplaceAll(body, "\n", "\r\n"), o)
		for i, s := range p.Sections {
			if crlf.Sections[i].State != s.State {
				t.Errorf("%s: %q, with CRLF %q", s.ID, s.State, crlf.Sections[i].State)
			}
		}
	})
}
