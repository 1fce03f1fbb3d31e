package e2e

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/testgithub"
)

const appID, webhookSecret = 9, "a-secret-of-the-tests"

// appKey is a private key for the tests alone.
var appKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// app is `backout serve` as a process of its own, and the GitHub that it gates.
type app struct {
	*testgithub.Server
	t            *testing.T
	dir          string
	args         []string
	installation int64

	cmd  *exec.Cmd
	addr string
	mu   sync.Mutex
	log  bytes.Buffer
}

// newApp installs the App on acme. Nothing of it runs yet.
func newApp(t *testing.T, s *testgithub.Server, args ...string) *app {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&appKey().PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	of := testgithub.App{ID: appID, Slug: "backout", PublicKey: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))}
	a := &app{Server: s, t: t, dir: t.TempDir(), args: args, installation: s.Install(of, "acme")}
	key := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(appKey())})
	if err := os.WriteFile(filepath.Join(a.dir, "app.pem"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if a.cmd != nil {
			_ = a.cmd.Process.Kill()
		}
		if t.Failed() {
			a.mu.Lock()
			defer a.mu.Unlock()
			t.Logf("log of the server:\n%s", tail(a.log.String(), 8000))
		}
	})
	return a
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

// start starts the server and waits until it listens.
func (a *app) start() {
	a.t.Helper()
	file, err := program()
	if err != nil {
		a.t.Fatal(err)
	}
	args := append([]string{
		"serve", "--app-id", fmt.Sprint(appID), "--private-key-file", "app.pem", "--data-dir", "data", "--listen", "127.0.0.1:0",
		"--log-format", "json", "--api-url", a.URL(), "--graphql-url", a.GraphQL(), "--comment-after", "1s",
	}, a.args...)
	a.cmd = exec.Command(file, args...)
	a.cmd.Dir, a.cmd.Env = a.dir, append(os.Environ(), "BACKOUT_WEBHOOK_SECRET="+webhookSecret)
	stderr, err := a.cmd.StderrPipe()
	if err != nil {
		a.t.Fatal(err)
	}
	if err := a.cmd.Start(); err != nil {
		a.t.Fatal(err)
	}
	listening := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(stderr)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			a.mu.Lock()
			a.log.Write(append(lines.Bytes(), '\n'))
			a.mu.Unlock()
			var line struct{ Msg, Listen string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
				listening <- line.Listen
			}
		}
	}()
	select {
	case a.addr = <-listening:
	case <-time.After(20 * time.Second):
		a.t.Fatal("the server does not listen")
	}
}

var deliveries struct {
	sync.Mutex
	n int
}

// deliver sends what GitHub sends about a pull request at this moment, and
// returns the status of the answer.
func (a *app) deliver(repo *testgithub.Repo, p *testgithub.Pull, action string) int {
	a.t.Helper()
	payload := changed(repo, p, "pull_request", action, "").payload.(map[string]any)
	payload["installation"] = map[string]any{"id": a.installation}
	return a.send("pull_request", payload)
}

func (a *app) send(event string, payload map[string]any) int {
	a.t.Helper()
	body, err := json.Marshal(payload)
	if err != nil {
		a.t.Fatal(err)
	}
	mac := hmac.New(sha256.New, []byte(webhookSecret))
	mac.Write(body)
	r, err := http.NewRequest(http.MethodPost, "http://"+a.addr+"/webhook", bytes.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	deliveries.Lock()
	deliveries.n++
	id := fmt.Sprintf("00000000-0000-0000-0000-%012d", deliveries.n)
	deliveries.Unlock()
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-GitHub-Event", event)
	r.Header.Set("X-GitHub-Delivery", id)
	r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// eventually waits until something holds.
func (a *app) eventually(within time.Duration, what string, holds func() bool) {
	a.t.Helper()
	for end := time.Now().Add(within); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			a.t.Fatalf("after %s it does not hold that %s", within, what)
		}
	}
}

// shows reports whether the one check run on a commit has a conclusion.
func shows(repo *testgithub.Repo, sha, conclusion string) bool {
	all := repo.Runs(sha)
	return len(all) == 1 && all[0].Name == "backout" && all[0].Conclusion == conclusion
}

func TestTheAppFollowsAPullRequest(t *testing.T) {
	t.Parallel()
	s, repo, pull := shop(t, poor)
	repo.Commit("main", map[string]string{".github/backout.yml": "version: 1\n"})
	a := newApp(t, s)
	a.start()
	if status := a.deliver(repo, pull, "opened"); status != http.StatusAccepted {
		t.Fatalf("the delivery was answered with %d", status)
	}
	a.eventually(10*time.Second, "the check run fails", func() bool { return shows(repo, pull.HeadSHA(), "failure") })
	a.eventually(10*time.Second, "there is one comment", func() bool { return len(pull.Comments()) == 1 })
	pull.EditBody(good)
	a.deliver(repo, pull, "edited")
	a.eventually(10*time.Second, "the check run passes", func() bool { return shows(repo, pull.HeadSHA(), "success") })
	a.eventually(10*time.Second, "the comment says so", func() bool {
		all := pull.Comments()
		return len(all) == 1 && strings.Contains(all[0].Body, "**Passes")
	})
}

func TestWithoutAPolicyFileTheAppOnlyReports(t *testing.T) {
	t.Parallel()
	s, repo, pull := shop(t, poor)
	a := newApp(t, s)
	a.start()
	a.deliver(repo, pull, "opened")
	a.eventually(10*time.Second, "the check run reports", func() bool { return shows(repo, pull.HeadSHA(), "neutral") })
	if n := len(pull.Comments()); n != 0 {
		t.Errorf("%d comments", n)
	}
}

func TestTheAppServesItsButtonAndAMergeGroup(t *testing.T) {
	t.Parallel()
	s, repo, pull := shop(t, good)
	repo.Commit("main", map[string]string{".github/backout.yml": "version: 1\n"})
	a := newApp(t, s)
	a.start()
	a.deliver(repo, pull, "opened")
	a.eventually(10*time.Second, "the check run passes", func() bool { return shows(repo, pull.HeadSHA(), "success") })
	run := repo.Runs(pull.HeadSHA())[0]
	if len(run.Actions) != 1 || run.Actions[0].Label != "Check again" {
		t.Fatalf("buttons %+v", run.Actions)
	}
	of := func(payload map[string]any) map[string]any {
		payload["installation"] = map[string]any{"id": a.installation}
		payload["repository"] = map[string]any{"id": repo.ID(), "name": "shop", "owner": map[string]any{"login": "acme"}}
		return payload
	}
	time.Sleep(1100 * time.Millisecond) // another second than the one that was announced
	pull.EditBody(poor)                 // and the delivery is lost
	a.send("check_run", of(map[string]any{
		"action": "requested_action", "requested_action": map[string]any{"identifier": run.Actions[0].Identifier},
		"check_run": map[string]any{"app": map[string]any{"id": appID}, "external_id": run.ExternalID, "pull_requests": []any{}},
	}))
	a.eventually(10*time.Second, "the button judges anew", func() bool { return shows(repo, pull.HeadSHA(), "failure") })

	repo.Branch("gh-readonly-queue/main/pr-1", "main")
	group := repo.Commit("gh-readonly-queue/main/pr-1", map[string]string{"x": "y"})
	a.send("merge_group", of(map[string]any{
		"action":      "checks_requested",
		"merge_group": map[string]any{"head_sha": group, "head_ref": fmt.Sprintf("refs/heads/gh-readonly-queue/main/pr-%d-%s", pull.Number(), group)},
	}))
	a.eventually(10*time.Second, "the group has a verdict", func() bool { return shows(repo, group, "failure") })
}

// TestAnEditedPolicyFile has a change lower the repository's file and, in the
// organisation's repository, the floor; and one that breaks a file.
func TestAnEditedPolicyFile(t *testing.T) {
	t.Parallel()
	s, repo, _ := shop(t, good)
	repo.Commit("main", map[string]string{".github/backout.yml": "version: 1\ndiff-size: {block-above: 500}\n"})
	a := newApp(t, s)
	a.start()
	text := func(of *testgithub.Repo, file, edited, conclusion string) string {
		t.Helper()
		p := of.AddPull(testgithub.NewPull{Title: "Policy", Body: good, Files: []testgithub.File{testgithub.Edit(file, edited)}})
		a.deliver(of, p, "opened")
		a.eventually(10*time.Second, "the check run is "+conclusion, func() bool { return shows(of, p.HeadSHA(), conclusion) })
		r := of.Runs(p.HeadSHA())[0]
		return r.Title + "\n" + r.Summary + "\n" + r.Text
	}
	for _, tt := range []struct {
		repo               *testgithub.Repo
		file, edited       string
		conclusion, wanted string
	}{
		{repo, ".github/backout.yml", "version: 1\ndiff-size: {block-above: 900}\n", "success", "was 500 and would be 900"},
		{repo, ".github/backout.yml", "version: 1\ndiff-size: {block-abov: 900}\n", "failure", "block-abov"},
	} {
		if got := text(tt.repo, tt.file, tt.edited, tt.conclusion); !strings.Contains(got, tt.wanted) {
			t.Errorf("%s: %q is not in\n%s", tt.file, tt.wanted, got)
		}
	}
	org := s.Repo("acme/.github")
	org.Commit("main", map[string]string{"backout.yml": "version: 1\n"})
	if got := text(org, "backout.yml", "version: 1\nmode: audit\n", "success"); !strings.Contains(got, "mode was enforce and would be audit") {
		t.Errorf("the floor: %s", got)
	}
}
