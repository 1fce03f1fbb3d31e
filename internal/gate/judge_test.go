package gate

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/checks"
	"github.com/backout-dev/backout/internal/config"
)

// judgedIn judges pull request 1 of a world.
func judgedIn(t *testing.T, w *world, o Options) Judged {
	t.Helper()
	j, err := Judge(t.Context(), w, Ref{shop, 1}, o, w.now)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func present(f File, text string) Text {
	return Text{File: f, State: config.Present, Data: text, Blob: "b1"}
}

// findings are the codes of a verdict's findings.
func findings(v checks.Verdict) string {
	var all []string
	for _, f := range v.Findings {
		all = append(all, string(f.Severity)+" "+f.Code)
	}
	return strings.Join(all, ", ")
}

func TestPolicyFilesInForce(t *testing.T) {
	org, own := File{Repo{"acme", ".github"}, "backout.yml"}, File{shop, ".github/backout.yml"}
	further := File{shop, "strict.yml"}
	const monitoring = "version: 1\nsections:\n  monitoring: {title: Monitoring, require: always}\n"
	const mild = "version: 1\nsections: {rollback: {require: never}, worst-case: {require: never}, blast-radius: {require: never}}\n"
	tests := map[string]struct {
		body              string
		org, own, further Text
		enforce           bool
		conclusion        checks.Conclusion
		blocked           bool
		findings          string
	}{
		"no file enforces the defaults":     {body: poor, conclusion: checks.Failure, blocked: true},
		"a repository's file asks for less": {body: poor, own: present(own, mild), conclusion: checks.Success},
		"the organisation's is a floor": {
			body: poor, org: present(org, "version: 1\n"), own: present(own, mild), conclusion: checks.Failure, blocked: true,
			findings: "note policy/overruled",
		},
		"one that may not be seen is a note": {
			body: good, org: Text{File: org, State: config.NotVisible}, conclusion: checks.Success, findings: "note policy/not-visible",
		},
		"a further file adds":                {body: good, further: present(further, monitoring), conclusion: checks.Failure, blocked: true, findings: "block sections/missing"},
		"a further file cannot ask for less": {body: poor, further: present(further, mild), conclusion: checks.Failure, blocked: true},
		"a further file enforces where the repository's only reports": {
			body: good, own: present(own, "version: 1\nmode: audit\n"), further: present(further, monitoring), conclusion: checks.Failure, blocked: true,
		},
		"a further file cannot make it report": {
			body: poor, own: present(own, "version: 1\n"), further: present(further, "version: 1\nmode: audit\n"), conclusion: checks.Failure, blocked: true,
		},
		"what the repository's only reports stays a report under a further file": {
			body: poor, own: present(own, "version: 1\nmode: audit\n"), further: present(further, mild), conclusion: checks.Success,
			findings: "warn sections/missing",
		},
		"a further file that is not there is a warning": {
			body: good, further: Text{File: further, State: config.Absent}, conclusion: checks.Success, findings: "warn policy/absent",
		},
		"the mode of the input": {body: poor, own: present(own, "version: 1\nmode: audit\n"), enforce: true, conclusion: checks.Failure, blocked: true},
		"a policy that reports": {body: poor, own: present(own, "version: 1\nmode: audit\n"), conclusion: checks.Neutral, blocked: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			p := w.open(1, tt.body, "sha1", shop.String())
			o := w.gate().Options
			o.Enforce = tt.enforce
			if tt.org.Path != "" {
				p.Organisation = tt.org
			}
			if tt.own.Path != "" {
				p.Repository = tt.own
			}
			if tt.further.Path != "" {
				p.Further, o.Ask.Further = tt.further, tt.further.Path
			}
			v := judgedIn(t, w, o).Verdict
			if v.Conclusion != tt.conclusion || v.Blocked != tt.blocked || !strings.Contains(findings(v), tt.findings) {
				t.Errorf("%s, blocked %t: %s", v.Conclusion, v.Blocked, findings(v))
			}
		})
	}
}

func TestTheLastValidVersionIsInForce(t *testing.T) {
	w := newWorld()
	p := w.open(1, poor, "sha1", shop.String())
	own := p.Repository.File
	broken := func(commit string) Text {
		return Text{File: own, State: config.Present, Data: "version: 1\nmode: perhaps\n", Commit: commit}
	}
	p.Repository = broken("")
	w.versions = []Text{broken("c3"), {File: own, State: config.Absent, Commit: "c2b"}, broken("c2"), {File: own, State: config.Present, Data: "version: 1\nmode: audit\n", Commit: "c1c1c1c1c1"}}
	v := judgedIn(t, w, w.gate().Options).Verdict
	if v.Conclusion != checks.Neutral || !strings.Contains(findings(v), "warn policy/invalid") {
		t.Errorf("%s: %s", v.Conclusion, findings(v))
	}
	if w.count("read versions") != 1 {
		t.Errorf("calls %v", w.calls)
	}
	// None was ever valid: the defaults.
	w.versions = []Text{broken("c3"), broken("c2")}
	if v = judgedIn(t, w, w.gate().Options).Verdict; v.Conclusion != checks.Failure {
		t.Errorf("%s: %s", v.Conclusion, findings(v))
	}
}

func TestWhatCouldNotBeReadIsNoVerdict(t *testing.T) {
	tests := map[string]func(*world, *Pull, *Options){
		"the organisation's file": func(_ *world, p *Pull, _ *Options) {
			p.Organisation.State, p.Organisation.Why = config.Unknown, "HTTP 502, 4 tries"
		},
		"the repository's file": func(_ *world, p *Pull, _ *Options) { p.Repository.State = config.Unknown },
		"a further file": func(_ *world, p *Pull, o *Options) {
			o.Ask.Further, p.Further = "strict.yml", Text{File: File{shop, "strict.yml"}, State: config.Unknown}
		},
		"earlier versions": func(w *world, p *Pull, _ *Options) {
			p.Repository = present(p.Repository.File, "version: two\n")
			w.versions = []Text{p.Repository, {File: p.Repository.File, State: config.Unknown}}
		},
		"the lines":           func(w *world, _ *Pull, _ *Options) { w.breaks("read lines") },
		"the pull request":    func(w *world, _ *Pull, _ *Options) { w.breaks("read pull") },
		"who set the label":   labelled("read labelled"),
		"when it was pushed":  labelled("read pushed"),
		"who may override":    labelled("read permits"),
		"the reverted change": func(w *world, p *Pull, _ *Options) { p.Change.Body = "Reverts #7\n"; w.breaks("read reverted") },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			o := w.gate().Options
			spoil(w, w.open(1, good, "sha1", shop.String()), &o)
			_, err := Judge(t.Context(), w, Ref{shop, 1}, o, w.now)
			var u *Unavailable
			if !errors.As(err, &u) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// breaks lets a call fail from now on.
func (w *world) breaks(call string) {
	w.fail = func(name string) error {
		if name == call {
			return &Unavailable{What: call, Why: "HTTP 502, 4 tries"}
		}
		return nil
	}
}

// labelled is a blocked change with an override label, of which a call fails.
func labelled(call string) func(*world, *Pull, *Options) {
	return func(w *world, p *Pull, o *Options) {
		overridden(w, p, o)
		w.breaks(call)
	}
}

func overridden(w *world, p *Pull, o *Options) {
	p.Change.Body, p.Change.Labels, o.OverrideLabel = poor, []checks.Label{{Name: "let-go"}}, "let-go"
	w.pushed = w.now.Add(-time.Hour)
	w.labelled["let-go"] = Labelled{By: "hubot", At: w.now.Add(-time.Minute)}
}

func TestOverrideLabel(t *testing.T) {
	tests := map[string]struct {
		change func(*world, *Pull, *Options)
		says   string
		lifts  bool
	}{
		"somebody who may set it":        {func(*world, *Pull, *Options) {}, "passes by override", true},
		"the author":                     {func(w *world, _ *Pull, _ *Options) { w.set(Labelled{By: "OctoCat", At: w.now}) }, "who is the author", false},
		"a bot":                          {func(w *world, _ *Pull, _ *Options) { w.set(Labelled{By: "x[bot]", Bot: true, At: w.now}) }, "which is a bot", false},
		"nobody knows who":               {func(w *world, _ *Pull, _ *Options) { w.set(Labelled{}) }, "who set it could not be seen", false},
		"before the head was pushed":     {func(w *world, _ *Pull, _ *Options) { w.pushed = w.now }, "pushed after it was set", false},
		"in the second of the push":      {func(w *world, _ *Pull, _ *Options) { w.pushed = w.now.Add(-time.Minute) }, "pushed after it was set", false},
		"when the push was is not known": {func(w *world, _ *Pull, _ *Options) { w.pushed = time.Time{} }, "not known", false},
		"somebody who may not":           {func(w *world, _ *Pull, _ *Options) { w.permits = false }, "not known to be one of maintain, admin", false},
		"longer ago than it holds": {func(w *world, _ *Pull, _ *Options) {
			w.pushed = w.now.Add(-72 * time.Hour)
			w.set(Labelled{By: "hubot", At: w.now.Add(-25 * time.Hour)})
		}, "it held until", false},
		"where the floor is not visible": {func(_ *world, p *Pull, _ *Options) { p.Organisation.State = config.NotVisible }, "organisation's policy is not visible", false},
		"another label":                  {func(_ *world, p *Pull, _ *Options) { p.Change.Labels[0].Name = "other" }, "", false},
		"a label that nobody asked for":  {func(_ *world, _ *Pull, o *Options) { o.OverrideLabel = "" }, "", false},
		"a label of another case":        {func(w *world, p *Pull, _ *Options) { p.Change.Labels[0].Name = "LET-GO" }, "passes by override", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			o := w.gate().Options
			p := w.open(1, poor, "sha1", shop.String())
			overridden(w, p, &o)
			tt.change(w, p, &o)
			v := judgedIn(t, w, o).Verdict
			said := strings.ToLower(v.Title)
			for _, f := range v.Findings {
				said += "\n" + f.Message
			}
			if (v.Override != nil) != tt.lifts || (v.Conclusion == checks.Success) != tt.lifts || !strings.Contains(said, tt.says) {
				t.Errorf("%s, override %+v:\n%s", v.Conclusion, v.Override, said)
			}
		})
	}
}

func (w *world) set(l Labelled) { w.labelled["let-go"] = l }

func TestWhoIsReadOnlyWhereItCounts(t *testing.T) {
	w := newWorld()
	o := w.gate().Options
	p := w.open(1, good, "sha1", shop.String())
	overridden(w, p, &o)
	p.Change.Body = good
	judgedIn(t, w, o)
	if n := w.count("read labelled"); n > 0 {
		t.Errorf("who set the label was read though nothing blocks: %v", w.calls)
	}
}

func TestRevertedNumber(t *testing.T) {
	tests := map[string]struct {
		title, body string
		want        int
	}{
		"GitHub's button":             {`Revert "Drop carts"`, "Reverts acme/shop#812", 812},
		"in this repository":          {"Back", "Because of INC-7.\r\n\r\nReverts #812\r\n", 812},
		"another spelling":            {"Back", "Reverts Acme/Shop#812", 812},
		"another repository":          {"Back", "Reverts acme/other#812", 0},
		"git's words of a squash":     {`Revert "Drop carts (#812)"`, "This reverts commit 4c1d9e2.", 812},
		"a title alone":               {`Revert "Drop carts (#812)"`, "", 0},
		"in the middle of a sentence": {"Back", "It Reverts #812 I think", 0},
		"nothing":                     {"Round", "Text.", 0},
		"a number that is none":       {"Back", "Reverts #0", 0},
		"a number too large":          {"Back", "Reverts #99999999999999999999", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := revertedNumber(shop, tt.title, tt.body); got != tt.want {
				t.Errorf("%d, want %d", got, tt.want)
			}
		})
	}
}

func TestALabelThatLiftsAFreezeSaysWhoSetIt(t *testing.T) {
	w := newWorld()
	p := w.open(1, good, "sha1", shop.String())
	p.Repository = present(p.Repository.File, "version: 1\ntimezone: UTC\nfreeze:\n  - {name: week, from: 2027-03-02T13:00, until: 2027-03-03T00:00, except: {labels: [hotfix]}}\n")
	p.Change.Labels = []checks.Label{{Name: "hotfix"}, {Name: "other"}}
	w.labelled["hotfix"] = Labelled{By: "hubot"}
	j := judgedIn(t, w, w.gate().Options)
	if got := j.Pull.Change.Labels[0].SetBy; got != "hubot" || w.count("read labelled") != 1 || j.Verdict.Conclusion != checks.Success {
		t.Errorf("set by %q, %s, calls %v", got, j.Verdict.Conclusion, w.calls)
	}
}

func TestAChangeOfAPolicyFileIsValidated(t *testing.T) {
	w := newWorld()
	p := w.open(1, good, "sha1", shop.String())
	p.Repository = present(p.Repository.File, "version: 1\nfoo: 1\n")
	p.Change.Files = []checks.File{{Path: ".github/backout.yml", Status: checks.Modified, Additions: 1}}
	for text, want := range map[string]string{
		"version: 1\nfoo: 1\n":        "",
		"version: 1\nbar: 1\n":        "block policy/unknown-key",
		"version: 1\nmode: perhaps\n": "block policy/invalid",
	} {
		p.HeadPolicies = []Text{present(p.Repository.File, text)}
		v := judgedIn(t, w, w.gate().Options).Verdict
		if got := findings(v); !strings.Contains(got, want) || strings.Contains(got, "block policy") != (want != "") {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestAFingerprintNamesFilesByTheirIDs(t *testing.T) {
	of := func(data, blob string) Pull {
		text := Text{Data: data, Blob: blob}
		return Pull{Organisation: text, Repository: text, Further: text, HeadPolicies: []Text{text}}
	}
	for _, tt := range []struct {
		name string
		a, b Pull
		same bool
	}{
		{"one id, whatever the data", of("a", "1"), of("b", "1"), true},
		{"two ids", of("a", "1"), of("a", "2"), false},
		{"two texts without an id", of("a", ""), of("b", ""), false},
		{"one text without an id", of("a", ""), of("a", ""), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if same := fingerprint(tt.a) == fingerprint(tt.b); same != tt.same {
				t.Errorf("the same: %t", same)
			}
			if tt.a.HeadPolicies[0].Data != "a" {
				t.Error("the pull request lost its text")
			}
		})
	}
}
