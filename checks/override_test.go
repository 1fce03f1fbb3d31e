package checks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/checks"
)

func TestAnOverrideLetsThroughWhatItAnswersFor(t *testing.T) {
	at := time.Date(2027, 3, 2, 14, 30, 0, 0, time.UTC)
	blocked := checks.Change{Body: "Nothing here.", Diff: checks.DiffWhole, Files: []checks.File{{Path: "main.go", Status: checks.Modified, Additions: 3, Patch: "@@ -1 +1,3 @@\n+a\n+b\n+c"}}}
	all := []string{"sections/missing rollback", "sections/missing worst-case", "sections/missing blast-radius"}
	tests := map[string]struct {
		override checks.Override
		body     string
		want     checks.Conclusion
		lifts    []string
	}{
		"one that names nothing lifts everything that blocks": {checks.Override{By: "hubot"}, "", checks.Success, all},
		"one that names what blocks":                          {checks.Override{By: "hubot", Lifts: all}, "", checks.Success, all},
		"one that names more than still blocks":               {checks.Override{By: "hubot", Lifts: append([]string{"diff-size/lines"}, all...)}, "", checks.Success, all},
		"one that does not name everything that blocks":       {checks.Override{By: "hubot", Lifts: all[:2]}, "", checks.Failure, nil},
		"one that has just ended":                             {checks.Override{By: "hubot", Expires: at}, "", checks.Failure, nil},
		"one that ends in a second":                           {checks.Override{By: "hubot", Expires: at.Add(time.Second)}, "", checks.Success, all},
		"one where nothing blocks": {checks.Override{By: "hubot"}, "## Rollback plan\nSwitch off the flag new-basket, then revert this and deploy.\n" +
			"## Worst-case scenario\nOrders are charged twice until somebody looks at the payment graph.\n## Blast radius\nEverybody who pays by card in the web shop.", checks.Success, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := blocked
			c.Override = &tt.override
			if tt.body != "" {
				c.Body = tt.body
			}
			v := checks.Evaluate(checks.DefaultPolicy(), c, at)
			if v.Conclusion != tt.want || v.Blocked != (tt.want == checks.Failure) {
				t.Errorf("conclusion %s, blocked %t, title %q; want %s", v.Conclusion, v.Blocked, v.Title, tt.want)
			}
			var lifts []string
			if v.Override != nil {
				lifts = v.Override.Lifts
			}
			if d := cmp.Diff(tt.lifts, lifts); d != "" {
				t.Errorf("lifts (-want +got):\n%s", d)
			}
			if overridden := strings.HasPrefix(v.Title, "Passes by override: hubot"); overridden != (tt.lifts != nil) {
				t.Errorf("title %q", v.Title)
			}
		})
	}
}

func TestTheEndOfAnOverrideChangesTheVerdictByItself(t *testing.T) {
	at := time.Date(2027, 3, 2, 14, 30, 0, 0, time.UTC)
	ends := at.Add(24 * time.Hour)
	c := checks.Change{Override: &checks.Override{By: "hubot", At: at, Expires: ends}}
	v := checks.Evaluate(checks.DefaultPolicy(), c, at)
	if v.ChangesAt == nil || !v.ChangesAt.Equal(ends) {
		t.Errorf("changes at %v, want %v", v.ChangesAt, ends)
	}
	after := checks.Evaluate(checks.DefaultPolicy(), c, ends)
	if after.ChangesAt != nil || after.Conclusion != checks.Failure {
		t.Errorf("after its end: %s, changes at %v", after.Conclusion, after.ChangesAt)
	}
	if after.InputDigest == v.InputDigest {
		t.Error("the input digest does not show that the override has ended")
	}
}

func TestAnOverrideThatOnlyReportsStaysNeutral(t *testing.T) {
	p := checks.DefaultPolicy()
	p.Mode = checks.Audit
	v := checks.Evaluate(p, checks.Change{Override: &checks.Override{By: "hubot"}}, time.Unix(0, 0))
	if v.Conclusion != checks.Neutral || !strings.HasPrefix(v.Title, "Reports only: passes by override") {
		t.Errorf("%s: %q", v.Conclusion, v.Title)
	}
}
