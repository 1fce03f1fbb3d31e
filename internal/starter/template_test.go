package starter

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
)

var hint = regexp.MustCompile(`(?s)<!--.*?-->\n?`)

// variants are what editors and people make of a template without answering it.
func variants(text string) map[string]string {
	return map[string]string{
		"as it stands":         text,
		"Windows line ends":    strings.ReplaceAll(text, "\n", "\r\n"),
		"without its comments": strings.NewReplacer("<!-- ", "", " -->", "").Replace(text),
		"hints as quotes":      strings.NewReplacer("<!-- ", "> ", " -->", "", "\n     ", "\n> ").Replace(text),
	}
}

func TestTheTemplatePassesNoSectionUnfilled(t *testing.T) {
	text := PullRequest(checks.DefaultPolicy())
	for name, body := range variants(text) {
		for given, templates := range map[string][]string{"not known": nil, "known": {text}} {
			if given == "not known" && (name == "without its comments" || name == "hints as quotes") {
				continue // an example that is shown and not known is what somebody wrote
			}
			v := checks.Evaluate(checks.DefaultPolicy(), checks.Change{Body: body, Templates: templates}, time.Unix(0, 0))
			for _, s := range v.Sections {
				if s.State.Passes() {
					t.Errorf("%s, template %s: %s passes as %s: %q", name, given, s.ID, s.State, s.Text)
				}
			}
		}
	}
	if got := Answers(checks.DefaultPolicy(), text); len(got) > 0 {
		t.Errorf("it answers %v", got)
	}
	if got := Lacks(checks.DefaultPolicy(), text); len(got) > 0 {
		t.Errorf("it lacks %v", got)
	}
}

func TestTheTemplatePassesWhenItIsFilledAsItsHintsSay(t *testing.T) {
	text := PullRequest(checks.DefaultPolicy())
	for name, answers := range map[string][3]string{
		"a flag":         {"Switch off the flag quick-search, then revert this pull request and deploy.", "Shoppers get no results until somebody looks at the search graph.", "Everybody who searches in the web shop; the apps use another index."},
		"a plain revert": {"Revert this pull request and deploy.", "The page after the order does not render.", "Everybody who orders."},
		"data":           {"Revert, then run `make restore TABLE=carts` from the nightly backup; carts of the day are lost.", "Carts of a day are lost.", "Shoppers with an open cart, about 300 an hour."},
		"a version":      {"Deploy build 8812 again with `deploy web 8812`.", "The login fails for accounts without a password.", "Accounts that sign in through a partner; nobody else."},
		"nothing runs":   {"Revert this pull request; no data is written.", "The nightly report is an hour late.", "Only the finance team."},
	} {
		for ends, convert := range map[string]func(string) string{
			"below the hint":       func(s string) string { return s },
			"in place of the hint": func(s string) string { return hint.ReplaceAllString(s, "") },
			"Windows line ends":    func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		} {
			body := text
			for i, heading := range []string{"## Worst-case scenario", "## Blast radius", ""} {
				if heading == "" {
					body += "\n" + answers[2] + "\n"
					continue
				}
				body = strings.Replace(body, heading, answers[i]+"\n\n"+heading, 1)
			}
			for given, templates := range map[string][]string{"known": {text}, "not known": nil} {
				v := checks.Evaluate(checks.DefaultPolicy(), checks.Change{Body: convert(body), Templates: templates}, time.Unix(0, 0))
				if v.Conclusion != checks.Success {
					t.Errorf("%s, %s, template %s: %s", name, ends, given, v.Title)
				}
			}
		}
	}
}

func TestTheTemplateAsksForAPolicysOwnSections(t *testing.T) {
	p := policyOf(t, `
sections:
  monitoring: {title: Dashboards, hint: "Which graph shows it --> first?", require: always}
  load-test: {require: {labels: [risky]}}
  notes: {require: never}
`)
	text := PullRequest(p)
	if !strings.HasSuffix(text, "\n## Dashboards\n\n<!-- Which graph shows it -> first? -->\n\n## Load test\n\n<!-- What does the person on call need to know about this? -->\n") {
		t.Errorf("it ends:\n%s", text)
	}
	v := checks.Evaluate(p, checks.Change{Body: text}, time.Unix(0, 0))
	for _, s := range v.Sections {
		if s.State.Passes() {
			t.Errorf("%s passes as %s", s.ID, s.State)
		}
	}
}

func TestATemplateThatAnswersIsToldOf(t *testing.T) {
	text := "## What\n\n<!-- words -->\n\n## Rollback plan\n\nRevert this pull request and redeploy.\n\n## Impact\n\n- [ ] none\n"
	for _, body := range []string{text, strings.ReplaceAll(text, "\n", "\r\n")} {
		want := []Answer{{ID: "rollback", Title: "Rollback plan", Line: 5, Text: "Revert this pull request and redeploy."}}
		if diff := cmp.Diff(want, Answers(checks.DefaultPolicy(), body)); diff != "" {
			t.Errorf("answers (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"worst-case"}, Lacks(checks.DefaultPolicy(), body)); diff != "" {
			t.Errorf("lacks (-want +got):\n%s", diff)
		}
	}
}

func policyOf(t *testing.T, text string) checks.Policy {
	t.Helper()
	f, problems := config.Parse("backout.yml", []byte(text))
	for _, p := range problems {
		t.Fatal(p.Detail())
	}
	return f.Policy()
}
