package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/backout-dev/backout/internal/testgithub"
)

const plan12 = "## Rollback plan\n\nSwitch off the flag new-basket, then revert this.\n\n" +
	"## Worst-case scenario\n\nOrders are charged twice.\n\n## Blast radius\n\nEverybody who pays by card.\n"

// startGitHub starts a GitHub on which octo-org/payments#12 drops a column
// and #11 says nothing, and returns what points a program to it.
func startGitHub(s *testgithub.Server) []string {
	repo := s.Repo("octo-org/payments")
	repo.Commit("main", map[string]string{
		".github/backout.yml": "version: 1\ndiff-size: {block-above: 500}\n", "web/basket.ts": "old\n", "db/migrate/1_mail.sql": "",
	})
	s.Repo("octo-org/.github").Commit("main", map[string]string{"backout.yml": "version: 1\ndiff-size: {warn-above: 200}\n"})
	for range 11 {
		repo.AddPull(testgithub.NewPull{Body: "Nothing.", Files: []testgithub.File{testgithub.Edit("web/basket.ts", "new\n")}})
	}
	repo.AddPull(testgithub.NewPull{Body: plan12, Files: []testgithub.File{testgithub.Edit("web/basket.ts", "newer\n")}})
	return append(s.Env(), "GITHUB_TOKEN="+testgithub.WriteToken)
}

// github starts a GitHub and points the program to it.
func github(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, _ []string) {
		for _, v := range startGitHub(testgithub.Start(t, testgithub.Options{Kind: true})) {
			name, value, _ := strings.Cut(v, "=")
			ts.Setenv(name, value)
		}
	}
}

// The Action and the command line judge the same pull request alike.
func TestTheActionAndCheckSayTheSame(t *testing.T) {
	env := append(os.Environ(), startGitHub(testgithub.Start(t, testgithub.Options{Kind: true}))...)
	for _, number := range []int{11, 12} {
		dir := t.TempDir()
		event, output := dir+"/event.json", dir+"/output"
		if err := os.WriteFile(event, fmt.Appendf(nil, `{"pull_request":{"number":%d}}`, number), 0o600); err != nil {
			t.Fatal(err)
		}
		action := exec.CommandContext(t.Context(), "backout", "action")
		action.Env = append(env, "INPUT_TOKEN="+testgithub.WriteToken, "GITHUB_EVENT_NAME=pull_request", "GITHUB_EVENT_PATH="+event,
			"GITHUB_REPOSITORY=octo-org/payments", "GITHUB_OUTPUT="+output)
		log, _ := action.CombinedOutput()
		check := exec.CommandContext(t.Context(), "backout", "check", "--format", "json", fmt.Sprintf("octo-org/payments#%d", number))
		check.Env = env
		said, _ := check.Output()
		if a, c := action.ProcessState.ExitCode(), check.ProcessState.ExitCode(); a != c || a != exitPass && a != exitBlocked {
			t.Errorf("#%d: the Action ends with %d and check with %d:\n%s", number, a, c, log)
		}
		written, err := os.ReadFile(output)
		if err != nil {
			t.Fatal(err)
		}
		var verdict struct {
			InputDigest  string `json:"input_digest"`
			OutputDigest string `json:"output_digest"`
		}
		if err := json.Unmarshal(said, &verdict); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		for _, digest := range []string{verdict.InputDigest, verdict.OutputDigest} {
			if len(digest) < 20 || !bytes.Contains(written, []byte(digest)) {
				t.Errorf("#%d: the Action's output does not hold the digest %q of check", number, digest)
			}
		}
	}
}

// A token is sent to the server that it is for.
func TestTheTokenOfOneServerIsNotForAnother(t *testing.T) {
	env := map[string]string{"GITHUB_TOKEN": "for github.com", "GH_ENTERPRISE_TOKEN": "for ghe", "GH_HOST": "ghe.example.com", "PATH": ""}
	h := host{getenv: func(key string) string { return env[key] }}
	t.Setenv("PATH", "") // no gh
	for server, want := range map[string]string{
		"https://github.com": "for github.com", "https://ghe.example.com": "for ghe", "https://evil.example.com": "",
		"https://github.com.evil.example.com": "", "https://ghe.example.com.evil.example.com": "",
	} {
		got, err := token(t.Context(), server, h)
		if got != want || (want == "") != (err != nil) {
			t.Errorf("%s: token %q, error %v; want %q", server, got, err, want)
		}
	}
}
