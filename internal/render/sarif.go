package render

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/backout-dev/backout/checks"
)

const (
	sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json"
	homepage    = "https://github.com/backout-dev/backout"
)

// The parts of SARIF 2.1.0 that a verdict needs.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
		Properties  map[string]any    `json:"properties,omitempty"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string       `json:"id"`
		Short   sarifMessage `json:"shortDescription"`
		HelpURI string       `json:"helpUri"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		ExitCode      int                 `json:"exitCode"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string       `json:"level"`
		Message sarifMessage `json:"message"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifMessage      `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Properties   map[string]any    `json:"properties"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
	}
)

// sarif shows a report to code-scanning tools.
func sarif(r Report) (string, error) {
	run := newSARIFRun(r.Engine)
	exit := 0
	if r.Verdict.Conclusion == checks.Failure {
		exit = 1
	}
	run.Invocations = []sarifInvocation{{Successful: true, ExitCode: exit}}
	run.Properties = map[string]any{
		"title": r.Verdict.Title, "conclusion": r.Verdict.Conclusion,
		"policy": r.policyLine(), "notSeen": append([]string{}, r.Verdict.NotSeen...),
	}
	for _, f := range r.Verdict.Findings {
		run.Results = append(run.Results, r.sarifResult(f))
	}
	return encode(newSARIFLog(run))
}

// failureSARIF says that the tool, not the change, has a problem.
func failureSARIF(engine string, e Failure, exit int) (string, error) {
	run := newSARIFRun(engine)
	run.Invocations = []sarifInvocation{{
		ExitCode:      exit,
		Notifications: []sarifNotification{{Level: "error", Message: sarifMessage{sarifText(sentence(e))}}},
	}}
	return encode(newSARIFLog(run))
}

func newSARIFLog(run sarifRun) sarifLog {
	return sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}}
}

func newSARIFRun(engine string) sarifRun {
	driver := sarifDriver{Name: "backout", Version: engine, InformationURI: homepage}
	for _, c := range checks.All() {
		driver.Rules = append(driver.Rules, sarifRule{
			ID:      c.ID,
			Short:   sarifMessage{c.Summary},
			HelpURI: homepage + "/blob/main/docs/checks.md#" + c.ID,
		})
	}
	return sarifRun{Tool: sarifTool{driver}, ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
}

func (r Report) sarifResult(f checks.Finding) sarifResult {
	path, line, column := r.location(f)
	level := "note"
	switch f.Severity {
	case checks.Block:
		level = "error"
	case checks.Warn:
		level = "warning"
	}
	text := visible(f.Message)
	if f.Fix != "" {
		text += " Fix: " + visible(f.Fix)
	}
	return sarifResult{
		RuleID: f.Check, RuleIndex: ruleIndex(f.Check), Level: level,
		Message: sarifMessage{sarifText(text)},
		Locations: []sarifLocation{{sarifPhysical{
			Artifact: sarifArtifact{artifactURI(path)},
			Region:   sarifRegion{line, column},
		}}},
		Fingerprints: map[string]string{"backoutFinding/v1": fingerprint(f)},
		Properties:   map[string]any{"code": f.Code},
	}
}

// ruleIndex is -1, SARIF's word for none, where the check is not in the list.
func ruleIndex(id string) int {
	for i, c := range checks.All() {
		if c.ID == id {
			return i
		}
	}
	return -1
}

// fingerprint names a finding independent of its words and lines, so that it
// stays the same finding when the description is edited.
func fingerprint(f checks.Finding) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{f.Code, f.Section, f.System, f.Path}, "\x00")))
	return hex.EncodeToString(sum[:])
}

// artifactURI writes a path as a relative reference; a colon in its first part
// would otherwise read as a scheme.
func artifactURI(path string) string {
	u := url.URL{Path: filepath.ToSlash(path)}
	if filepath.IsAbs(path) {
		u.Scheme = "file"
		if !strings.HasPrefix(u.Path, "/") {
			u.Path = "/" + u.Path
		}
	}
	return u.String()
}

// sarifText keeps an author's text from becoming a link in a SARIF viewer.
func sarifText(s string) string { return strings.ReplaceAll(s, "](", "] (") }
