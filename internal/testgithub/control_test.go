package testgithub_test

import (
	"bufio"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/testgithub"
)

func TestAProcessOfItsOwn(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	program := filepath.Join(t.TempDir(), "testgithub")
	if out, err := exec.Command("go", "build", "-o", program, "./cmd/testgithub").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), program, "--kind")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "http://127.0.0.1:") {
		t.Fatalf("first line %q, %v", line, err)
	}
	steer(t, strings.TrimSpace(line))
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("ends with %v", err)
	}
}

func TestControlCalls(t *testing.T) {
	s, _ := start(t)
	steer(t, s.URL())
}

// steer makes a world by control calls, calls the server and looks at the world.
func steer(t *testing.T, url string) {
	t.Helper()
	do := func(action string, in, out any) {
		t.Helper()
		if err := (testgithub.Control{URL: url}).Do(t.Context(), action, in, out); err != nil {
			t.Fatal(err)
		}
	}
	type m = map[string]any
	do("repo", m{"repo": "acme/shop"}, nil)
	do("commit", m{"repo": "acme/shop", "branch": "main", "files": m{"a": "1\n"}}, nil)
	var p testgithub.PullDump
	do("pull", m{"repo": "acme/shop", "title": "T", "body": "B", "files": []m{{"filename": "a", "content": "2\n"}}}, &p)
	do("edit", m{"repo": "acme/shop", "number": p.Number, "body": "other", "label": "risky", "by": "hubot"}, &p)
	if p.Body != "other" || fmt.Sprint(p.Labels) != "[risky]" || p.State != "OPEN" {
		t.Errorf("edited: %+v", p)
	}
	before := p.HeadSHA
	do("push", m{"repo": "acme/shop", "number": 1, "files": []m{{"filename": "a", "content": "3\n"}}}, &p)
	if p.HeadSHA == before {
		t.Error("a push that moves nothing")
	}
	do("fail", m{"route": "GET pull", "kind": "500"}, nil)
	c := client{t, url, url + "/graphql", testgithub.WriteToken}
	c.call("GET", "/repos/acme/shop/pulls/1", nil, 500, nil)
	c.call("GET", "/repos/acme/shop/pulls/1", nil, 200, nil)
	c.call("POST", "/repos/acme/shop/issues/1/comments", m{"body": "hello"}, 201, nil)
	var calls []testgithub.Call
	do("calls", m{"routes": []string{"GET *"}}, &calls)
	if len(calls) != 2 || calls[0].Fault != testgithub.Status500 || calls[0].Status != 500 || calls[1].Status != 200 {
		t.Errorf("calls: %+v", calls)
	}
	var world testgithub.WorldDump
	do("world", nil, &world)
	if got := world.Repos[0].Pulls[0].Comments; len(got) != 1 || got[0].Body != "hello" {
		t.Errorf("world: %+v", world)
	}
	var violations []string
	c.call("GET", "/nowhere", nil, 404, nil)
	do("violations", nil, &violations)
	if len(violations) != 1 || !strings.Contains(violations[0], "/nowhere") {
		t.Errorf("violations: %q", violations)
	}
	do("forget-violations", nil, nil)
	for action, want := range map[string]string{"nothing": "no such action", "pull": "unknown field", "merge": "no pull request acme/shop#0"} {
		err := testgithub.Control{URL: url}.Do(t.Context(), action, m{"repo": "acme/shop", "nubmer": 1}, nil)
		if action == "merge" {
			err = testgithub.Control{URL: url}.Do(t.Context(), action, m{"repo": "acme/shop"}, nil)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", action, err, want)
		}
	}
}

func TestAnAppsTokens(t *testing.T) {
	s, c := start(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	app := testgithub.App{ID: 9, Slug: "backout", PublicKey: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))}
	id := s.Install(app, "acme")
	s.Repo("acme/shop").Private(true).AddPull(testgithub.NewPull{})
	s.Repo("octocat/other").Private(true)
	jwt := func(key *rsa.PrivateKey, issuer string, lasts time.Duration) string {
		now := time.Now()
		text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." +
			base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"iat":%d,"exp":%d,"iss":%s}`, now.Unix()-30, now.Add(lasts).Unix(), issuer))
		sum := sha256.Sum256([]byte(text))
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return text + "." + base64.RawURLEncoding.EncodeToString(signature)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	tokens := fmt.Sprintf("/app/installations/%d/access_tokens", id)
	for what, bad := range map[string]string{
		"another key": jwt(other, `"9"`, time.Minute), "another App": jwt(key, `"10"`, time.Minute), "expired": jwt(key, `"9"`, -time.Minute),
		"for too long": jwt(key, `"9"`, time.Hour), "no JWT": testgithub.WriteToken,
	} {
		if rs, _, err := c.as(bad).do("POST", tokens, map[string]any{}); err != nil || rs.StatusCode != 401 {
			t.Errorf("%s: %v, %v", what, rs, err)
		}
	}
	good := c.as(jwt(key, `"9"`, time.Minute))
	var self struct{ Slug string }
	good.call("GET", "/app", nil, 200, &self)
	var got struct{ Token string }
	good.call("POST", tokens, map[string]any{}, 201, &got)
	if self.Slug != "backout" {
		t.Errorf("GET /app: %+v", self)
	}
	installed := c.as(got.Token)
	installed.call("GET", "/repos/acme/shop/pulls/1", nil, 200, nil)
	installed.call("GET", "/repos/octocat/other", nil, 404, nil)
	s.Advance(time.Hour)
	installed.call("GET", "/repos/acme/shop/pulls/1", nil, 401, nil)
}
