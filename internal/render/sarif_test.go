package render

import (
	"bytes"
	"encoding/json"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/backout-dev/backout/checks"
)

func TestSARIFHoldsTogether(t *testing.T) {
	for name, r := range reports() {
		t.Run(name, func(t *testing.T) {
			log := readSARIF(t, r)
			run := log.Runs[0]
			if log.Version != "2.1.0" || len(run.Results) != len(r.Verdict.Findings) {
				t.Errorf("version %s with %d results, want 2.1.0 with %d", log.Version, len(run.Results), len(r.Verdict.Findings))
			}
			for _, result := range run.Results {
				if i := result.RuleIndex; i < 0 || run.Tool.Driver.Rules[i].ID != result.RuleID {
					t.Errorf("rule %s has index %d", result.RuleID, i)
				}
				at := result.Locations[0].Physical
				if at.Region.StartLine < 1 || at.Region.StartColumn < 1 {
					t.Errorf("region %+v", at.Region)
				}
				if u, err := url.Parse(at.Artifact.URI); err != nil || u.Scheme != "" && u.Scheme != "file" {
					t.Errorf("URI %q: %v", at.Artifact.URI, err)
				}
				if result.Message.Text == "" || result.Fingerprints["backoutFinding/v1"] == "" {
					t.Errorf("no text or no fingerprint: %+v", result)
				}
			}
		})
	}
}

func readSARIF(t *testing.T, r Report) sarifLog {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, SARIF, r); err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	if err := json.Unmarshal(b.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	return log
}

func TestAFingerprintStaysWhileWordsAndLinesMove(t *testing.T) {
	f := checks.Finding{Code: "irreversible/schema-migration", Path: "db/1.sql", Line: 3, Message: "One.", Fix: "Two."}
	moved := f
	moved.Line, moved.Message, moved.Fix, moved.Severity = 9, "Three.", "Four.", checks.Warn
	if fingerprint(f) != fingerprint(moved) {
		t.Error("the fingerprint changed with words and lines")
	}
	for name, change := range map[string]func(*checks.Finding){
		"code":    func(f *checks.Finding) { f.Code = "irreversible/wire-format" },
		"path":    func(f *checks.Finding) { f.Path = "db/2.sql" },
		"section": func(f *checks.Finding) { f.Section = "rollback" },
		"system":  func(f *checks.Finding) { f.System = "payments" },
	} {
		other := f
		change(&other)
		if fingerprint(f) == fingerprint(other) {
			t.Errorf("the fingerprint is the same with another %s", name)
		}
	}
}

func TestArtifactURIsAreReferences(t *testing.T) {
	for path, want := range map[string]string{
		"docs/plan.md":   "docs/plan.md",
		"a b/ü.md":       "a%20b/%C3%BC.md",
		"c:evil.md":      "./c:evil.md",
		"acme/shop#812":  "acme/shop%23812",
		"50%/what?.md":   "50%25/what%3F.md",
		"javascript:a()": "./javascript:a%28%29",
	} {
		if got := artifactURI(path); got != want {
			t.Errorf("artifactURI(%q) = %q, want %q", path, got, want)
		}
	}
}

func TestFailuresAreShownAsTheGoldenFilesSay(t *testing.T) {
	for name, f := range map[string]Failure{
		"failure-usage":   {Kind: "usage", Message: "no such file", Fix: "try: backout check DESCRIPTION.md"},
		"failure-place":   {Kind: "usage", Message: "this is not a hunk", Path: "a:b,c.diff", Line: 3, Column: 1},
		"failure-unknown": {Kind: "unknown", Message: "files could not be read\n::error::" + attack},
	} {
		for _, format := range Formats() {
			t.Run(name+"/"+string(format), func(t *testing.T) {
				var b bytes.Buffer
				if err := WriteFailure(&b, format, "1.0.0", f, 2); err != nil {
					t.Fatal(err)
				}
				if format == JSON || format == GitHub || format == SARIF {
					compareGolden(t, filepath.Join("testdata", name+"."+string(format)), b.String())
				} else if b.Len() > 0 {
					t.Errorf("the format for people says %q", b.String())
				}
			})
		}
		t.Run(name+"/line", func(t *testing.T) {
			compareGolden(t, filepath.Join("testdata", name+".line"), FailureLine(f)+"\n")
		})
	}
}
