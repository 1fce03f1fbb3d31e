package render

import "testing"

func TestACommentIsWantedWhenSomebodyMustActOrKnow(t *testing.T) {
	draft := func(r Report) Report {
		yes := true
		r.Draft = &yes
		return r
	}
	for _, c := range []struct {
		name             string
		when             string
		report           Report
		onBranch, exists bool
		want             bool
	}{
		{"blocked", "when-needed", insufficientPlan(), true, false, true},
		{"warned", "when-needed", reviewersCard(), true, false, true},
		{"irreversible, and the plan deals with it", "when-needed", irreversibleButPlanned(), true, false, true},
		{"overridden", "when-needed", overridden(), true, false, true},
		{"would block", "when-needed", reportsOnly(), true, false, true},
		{"frozen", "when-needed", frozenReal(), true, false, true},
		{"passes", "when-needed", passes(), true, false, false},
		{"exempt", "when-needed", exempt(), true, false, false},
		{"only the policy's owner can mend it", "when-needed", brokenPolicy(), true, false, false},
		{"passes, and a comment is there", "when-needed", passes(), true, true, true},
		{"passes, always", "always", passes(), true, false, true},
		{"blocked, never", "never", insufficientPlan(), true, false, false},
		{"blocked, never, and a comment is there", "never", insufficientPlan(), true, true, false},
		{"draft", "when-needed", draft(insufficientPlan()), true, false, false},
		{"draft, always", "always", draft(insufficientPlan()), true, false, false},
		{"draft with a comment from before", "when-needed", draft(insufficientPlan()), true, true, true},
		{"another branch", "when-needed", insufficientPlan(), false, false, false},
		{"retargeted to another branch", "when-needed", insufficientPlan(), false, true, true},
		{"no verdict", "when-needed", noVerdict(), true, false, false},
		{"no verdict, always", "always", noVerdict(), true, false, false},
		{"no verdict, and the comment says something else", "when-needed", noVerdict(), true, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := CommentWanted(c.when, c.report, c.onBranch, c.exists); got != c.want {
				t.Errorf("wanted = %v, want %v", got, c.want)
			}
		})
	}
}

func TestOnlyOurMarkerAtTheEndIsOurs(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       bool
	}{
		{"ours", "**Passes.**\n\n" + Marker + "\n", true},
		{"saved on the web", "**Passes.**\r\n\r\n" + Marker + "\r\n", true},
		{"nothing but the marker", Marker, true},
		{"without a newline at the end", "x\n" + Marker, true},
		{"none", "**Passes.**\n", false},
		{"empty", "", false},
		{"first instead of last", Marker + "\n**Passes.**", false},
		{"quoted", "> " + Marker, false},
		{"behind other words", "see " + Marker, false},
		{"with more in it", "<!-- backout:comment x -->", false},
		{"without spaces", "<!--backout:comment-->", false},
		{"indented", "x\n    " + Marker, false},
		{"other letters that look alike", "x\n<!-- b\u0430ckout:comment -->", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := HasMarker(c.body); got != c.want {
				t.Errorf("HasMarker(%q) = %v, want %v", c.body, got, c.want)
			}
		})
	}
}
