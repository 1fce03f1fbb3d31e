package server

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// TestRoutes says what each event asks for. In a payload, REPO is acme's
// repository shop, PR its pull request 812 and APP our App.
func TestRoutes(t *testing.T) {
	long := strings.NewReplacer(
		"REPO", `"repository":{"id":7,"name":"shop","owner":{"login":"acme"},"default_branch":"main","pushed_at":1795334400},"installation":{"id":9,"account":{"login":"acme"}}`,
		"ORG", `"repository":{"id":8,"name":".github","owner":{"login":"acme"},"default_branch":"main"},"installation":{"id":9}`,
		"PR", `"pull_request":{"number":812,"head":{"sha":"abc"},"body":null},"number":812`,
		"APP", `"app":{"id":29310}`,
	)
	const (
		pull       = "pull/7/812 of 9, acme/shop, head abc, text e3b0c44"
		shop       = "repository/7 of 9, acme/shop"
		orgRepo    = "repository/8 of 9, acme/.github"
		everything = "installation/9 of 9, acme"
	)
	files := func(names ...string) string {
		quoted := ""
		if len(names) > 0 {
			quoted = `"` + strings.Join(names, `","`) + `"`
		}
		return `"commits":[{"added":[],"modified":[` + quoted + `],"removed":[]}],"after":"def"`
	}
	const pushed = shop + " at 2026-11-22T08:00:00Z, head def"
	for _, test := range []struct{ name, event, payload, want string }{
		{"opened", "pull_request", `"action":"opened",PR,REPO`, "stored; " + pull},
		{"edited", "pull_request", `"action":"edited",PR,REPO`, "stored; " + pull + ", urgent"},
		{"new commits", "pull_request", `"action":"synchronize","before":"old",PR,REPO`, "stored; " + pull + ", former head old, urgent"},
		{"opened again", "pull_request", `"action":"reopened",PR,REPO`, "stored; " + pull + ", urgent"},
		{"no draft any more", "pull_request", `"action":"ready_for_review",PR,REPO`, "stored; " + pull},
		{"a draft", "pull_request", `"action":"converted_to_draft",PR,REPO`, "stored; " + pull},
		{"a label", "pull_request", `"action":"labeled",PR,REPO`, "stored; " + pull},
		{"a label less", "pull_request", `"action":"unlabeled",PR,REPO`, "stored; " + pull},
		{"closed", "pull_request", `"action":"closed",PR,REPO`, "stored; " + pull},
		{"locked", "pull_request", `"action":"locked",PR,REPO`, "ignored"},
		{"assigned", "pull_request", `"action":"assigned",PR,REPO`, "ignored"},
		{"our own edit is judged", "pull_request", `"action":"edited","sender":{"login":"backout[bot]","type":"Bot"},PR,REPO`, "stored; " + pull + ", urgent"},
		{"another account's", "pull_request", `"action":"opened",PR,"repository":{"id":1,"owner":{"login":"hubot"}},"installation":{"id":9}`, "other-account"},
		{"an account in other letters", "pull_request", `"action":"opened",PR,"repository":{"id":7,"name":"shop","owner":{"login":"ACME"}},"installation":{"id":9}`, "stored; pull/7/812 of 9, ACME/shop, head abc, text e3b0c44"},
		{"no account", "pull_request", `"action":"opened",PR,"installation":{"id":9}`, "other-account"},
		{"no installation", "pull_request", `"action":"opened",PR,"repository":{"id":1,"owner":{"login":"acme"}}`, "uninstalled"},
		{"an installation that is null", "pull_request", `"action":"opened",PR,"repository":{"id":1,"owner":{"login":"acme"}},"installation":null`, "uninstalled"},
		{"no number", "pull_request", `"action":"edited","pull_request":{"head":{"sha":"abc"}},REPO`, "stored; " + shop + ", urgent"},
		{"no repository", "pull_request", `"action":"edited",PR,"installation":{"id":9,"account":{"login":"acme"}}`, "stored; " + everything + ", urgent"},
		{"no action", "pull_request", `PR,REPO`, "ignored"},

		{"asked for again", "check_run", `"action":"rerequested","check_run":{APP,"head_sha":"x","pull_requests":[{"number":812,"base":{"repo":{"id":7}}},{"number":3,"base":{"repo":{"id":6}}}]},REPO`, "stored; pull/7/812 of 9, acme/shop"},
		{"asked for again, of a fork", "check_run", `"action":"rerequested","check_run":{APP,"external_id":"812:aa 815:bb @812=1","pull_requests":[]},REPO`, "stored; pull/7/812 of 9, acme/shop; pull/7/815 of 9, acme/shop"},
		{"asked for again, of a fork and hashed", "check_run", `"action":"rerequested","check_run":{APP,"external_id":"sha256:aabb @812=1"},REPO`, "stored; " + shop},
		{"another App's check run", "check_run", `"action":"rerequested","check_run":{"app":{"id":1},"pull_requests":[]},REPO`, "other-app"},
		{"nobody's check run", "check_run", `"action":"rerequested","check_run":{"pull_requests":[]},REPO`, "other-app"},
		{"our button", "check_run", `"action":"requested_action","requested_action":{"identifier":"check-again"},"check_run":{APP,"external_id":"812:aa"},REPO`, "stored; pull/7/812 of 9, acme/shop"},
		{"another button", "check_run", `"action":"requested_action","requested_action":{"identifier":"x"},"check_run":{APP,"external_id":"812:aa"},REPO`, "ignored"},
		{"our check run was made", "check_run", `"action":"created","check_run":{APP},REPO`, "ignored"},
		{"our check run is done", "check_run", `"action":"completed","check_run":{APP},REPO`, "ignored"},
		{"all checks asked for again", "check_suite", `"action":"rerequested","check_suite":{APP,"pull_requests":[{"number":812,"base":{"repo":{"id":7}}}]},REPO`, "stored; pull/7/812 of 9, acme/shop"},
		{"all checks asked for again, of a fork", "check_suite", `"action":"rerequested","check_suite":{APP,"pull_requests":[]},REPO`, "stored; " + shop},
		{"a suite for a push", "check_suite", `"action":"requested","check_suite":{APP},REPO`, "ignored"},
		{"a comment", "issue_comment", `"action":"created",REPO`, "ignored"},

		{"a merge group", "merge_group", `"action":"checks_requested","merge_group":{"head_sha":"abc"},REPO`, "stored; group/7/abc of 9, acme/shop"},
		{"a merge group that is gone", "merge_group", `"action":"destroyed","merge_group":{"head_sha":"abc"},REPO`, "stored; group/7/abc of 9, acme/shop"},
		{"a merge group without a head", "merge_group", `"action":"checks_requested","merge_group":null,REPO`, "stored; " + shop},

		{"a push of code", "push", `"ref":"refs/heads/main",REPO,` + files("a.go"), "ignored"},
		{"a push of the policy", "push", `"ref":"refs/heads/main",REPO,` + files(".github/backout.yml"), "stored; " + pushed},
		{"a push of a template", "push", `"ref":"refs/heads/main",REPO,` + files("pull_request_template.md"), "stored; " + pushed},
		{"a push of attributes", "push", `"ref":"refs/heads/main",REPO,` + files("gen/.gitattributes"), "stored; " + pushed},
		{"a push of the policy to another branch", "push", `"ref":"refs/heads/x",REPO,` + files(".github/backout.yml"), "ignored"},
		{"a push of a tag", "push", `"ref":"refs/tags/main",REPO,` + files(".github/backout.yml"), "ignored"},
		{"a forced push of code", "push", `"ref":"refs/heads/main","forced":true,REPO,` + files("a.go"), "stored; " + pushed},
		{"a push whose commits are not listed", "push", `"ref":"refs/heads/main","after":"def","commits":null,REPO`, "stored; " + pushed},
		{"a push whose branch is not told", "push", `REPO,` + files(".github/backout.yml"), "stored; " + pushed},
		{"the default branch was deleted", "push", `"ref":"refs/heads/main","deleted":true,"commits":[],REPO`, "ignored"},
		{"a push of a policy for all, to another repository", "push", `"ref":"refs/heads/main",REPO,` + files("backout.yml"), "ignored"},
		{"a push of the organisation's policy", "push", `"ref":"refs/heads/main",ORG,` + files("backout.yml"), "stored; " + everything},
		{"a push of the organisation's template", "push", `"ref":"refs/heads/main",ORG,` + files("PULL_REQUEST_TEMPLATE.md"), "stored; " + orgRepo + ", head def; " + everything},
		{"a push of something else of the organisation's", "push", `"ref":"refs/heads/main",ORG,` + files("profile/README.md"), "ignored"},
		{"a forced push to the organisation's repository", "push", `"ref":"refs/heads/main","forced":true,ORG,` + files("x"), "stored; " + orgRepo + ", head def; " + everything},

		{"a repository with another name", "repository", `"action":"renamed","changes":{"repository":{"name":{"from":"store"}}},REPO`, "stored; " + shop + ", moved"},
		{"the organisation's repository got another name", "repository", `"action":"renamed","changes":{"repository":{"name":{"from":".github"}}},REPO`, "stored; " + shop + ", moved; " + everything + ", moved"},
		{"a repository became the organisation's", "repository", `"action":"renamed","changes":{"repository":{"name":{"from":"x"}}},ORG`, "stored; " + orgRepo + ", moved; " + everything + ", moved"},
		{"transferred", "repository", `"action":"transferred",REPO`, "stored; " + shop + ", moved"},
		{"archived", "repository", `"action":"archived",REPO`, "stored; " + shop},
		{"not archived any more", "repository", `"action":"unarchived",REPO`, "stored; " + shop},
		{"deleted", "repository", `"action":"deleted",REPO`, "stored; " + shop},
		{"private", "repository", `"action":"privatized",REPO`, "stored; " + shop},
		{"public", "repository", `"action":"publicized",REPO`, "stored; " + shop},
		{"another default branch", "repository", `"action":"edited","changes":{"default_branch":{"from":"master"}},REPO`, "stored; " + shop},
		{"another summary", "repository", `"action":"edited","changes":{"description":{"from":"x"}},REPO`, "ignored"},
		{"created", "repository", `"action":"created",REPO`, "ignored"},

		{"installed", "installation", `"action":"created","installation":{"id":9,"account":{"login":"acme"}},"repositories":[{"id":7,"name":"shop"}]`, "stored; " + everything},
		{"installed elsewhere", "installation", `"action":"created","installation":{"id":9,"account":{"login":"hubot"}}`, "other-account"},
		{"removed", "installation", `"action":"deleted","installation":{"id":9,"account":{"login":"acme"}}`, "stored; " + everything},
		{"suspended", "installation", `"action":"suspend","installation":{"id":9,"account":{"login":"acme"}}`, "stored; " + everything},
		{"not suspended any more", "installation", `"action":"unsuspend","installation":{"id":9,"account":{"login":"acme"}}`, "stored; " + everything},
		{"permissions accepted", "installation", `"action":"new_permissions_accepted","installation":{"id":9,"account":{"login":"acme"}}`, "stored; " + everything},
		{"granted", "installation_repositories", `"action":"added","installation":{"id":9,"account":{"login":"acme"}},"repositories_added":[{"id":7,"name":"shop"}]`, "stored; " + shop + ", moved"},
		{"granted, the organisation's too", "installation_repositories", `"action":"added","installation":{"id":9,"account":{"login":"acme"}},"repositories_added":[{"id":8,"name":".github"}]`, "stored; " + orgRepo + ", moved; " + everything + ", moved"},
		{"granted, with one that cannot be read", "installation_repositories", `"action":"added","installation":{"id":9,"account":{"login":"acme"}},"repositories_added":[{"id":7,"name":"shop"},{"id":"8"}]`, "stored; " + shop + ", moved; " + everything + ", moved"},
		{"granted, too many", "installation_repositories", `"action":"added","installation":{"id":9,"account":{"login":"acme"}},"repositories_added":[` + strings.Repeat(`{"id":7},`, maxListed) + `{"id":7}]`, "stored; " + everything + ", moved"},
		{"taken away", "installation_repositories", `"action":"removed","installation":{"id":9,"account":{"login":"acme"}},"repositories_removed":[{"id":7,"name":"shop"}]`, "stored; " + shop},
		{"the account has another name", "installation_target", `"action":"renamed","account":{"login":"acme"},"installation":{"id":9}`, "stored; " + everything},

		{"a ping", "ping", `"zen":"x","hook":{"id":1}`, "ignored"},
		{"an event that nobody knows", "no_such_event", `"action":"x",REPO`, "ignored"},
		{"an event that looks like two", "pull_request.opened", `PR,REPO`, "ignored"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := Router{AppID: 29310, Accounts: []string{"octo-org", "Acme"}, Organisation: File{".github", organisation}}
			e, err := envelopeOf(strings.NewReader("{"+long.Replace(test.payload)+"}"), window)
			if err != nil {
				t.Fatal(err)
			}
			wants, got := r.wants(test.event, e)
			for _, w := range wants {
				got += "; " + shown(w)
				if want := test.event + "." + e.action; w.Reason != strings.TrimSuffix(want, ".") {
					t.Errorf("reason %q", w.Reason)
				}
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestWithoutAListEveryAccountIsServed(t *testing.T) {
	e, err := envelopeOf(strings.NewReader(`{"action":"deleted","installation":{"id":1,"account":{"login":"hubot"}}}`), window)
	if err != nil {
		t.Fatal(err)
	}
	if _, outcome := (Router{}).wants("installation", e); outcome != Stored {
		t.Error(outcome)
	}
}

func TestAHashedExternalIDNamesNoPullRequest(t *testing.T) {
	for id, want := range map[string]string{
		"":                          "[]",
		"812:aa":                    "[812]",
		"812:aa 815:bb @812=9":      "[812 815]",
		"sha256:0123 @812=9,815=10": "[]",
		"0:a -1:b x:c 99999999999:": "[]",
		"812":                       "[]",
	} {
		if got := fmt.Sprint(counted(id)); got != want {
			t.Errorf("%q: %s", id, got)
		}
	}
}

func FuzzRoutes(f *testing.F) {
	for _, e := range examples(f)[:60] {
		f.Add(e.Event, []byte(e.Payload))
	}
	r := Router{AppID: 29310, Organisation: File{".github", organisation}}
	f.Fuzz(func(t *testing.T, event string, payload []byte) {
		e, err := envelopeOf(bytes.NewReader(payload), window)
		if err != nil {
			return
		}
		wants, outcome := r.wants(event, e)
		if (len(wants) > 0) != (outcome == Stored) {
			t.Errorf("%d subjects are %s", len(wants), outcome)
		}
		for _, w := range wants {
			if w.Installation <= 0 || w.Repository < 0 || w.Number < 0 || len(w.Owner) > maxText {
				t.Errorf("an impossible subject: %+v", w)
			}
		}
	})
}
