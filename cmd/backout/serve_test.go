package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// appKey is a private key for the tests alone.
var appKey = sync.OnceValue(func() []byte {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
})

// appkey writes a private key: appkey FILE.
func appkey(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: appkey FILE")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), appKey(), 0o600))
}

const webhookSecret = "a secret of the tests"

// process is `backout serve` as a process of its own.
type process struct {
	*exec.Cmd
	addr string
	log  *lines
	done chan error
}

// lines keeps what a process says.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// startServe starts a server on loopback with an SQLite file in a folder, and
// waits until it listens.
func startServe(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "app.pem"), appKey(), 0o600); err != nil {
		t.Fatal(err)
	}
	// The test binary is backout: TestMain puts it into PATH.
	c := exec.CommandContext(t.Context(), "backout", append([]string{
		"serve", "--app-id", "123456", "--private-key-file", "app.pem", "--data-dir", "data",
		"--listen", "127.0.0.1:0", "--log-format", "json", "--github-url", "http://127.0.0.1:9",
	}, args...)...)
	c.Dir, c.Env = dir, append(os.Environ(), "BACKOUT_WEBHOOK_SECRET="+strings.ReplaceAll(webhookSecret, " ", "-"))
	stderr, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: c, log: &lines{}, done: make(chan error, 1)}
	listening := make(chan string, 1)
	go func() {
		for s := bufio.NewScanner(stderr); s.Scan(); {
			p.log.mu.Lock()
			p.log.text.WriteString(s.Text() + "\n")
			p.log.mu.Unlock()
			var line struct{ Msg, Listen string }
			if json.Unmarshal(s.Bytes(), &line) == nil && line.Msg == "serving" {
				listening <- line.Listen
			}
		}
		p.done <- c.Wait()
	}()
	t.Cleanup(func() {
		_ = c.Process.Kill()
		if t.Failed() {
			t.Logf("log of the server:\n%s", p.log)
		}
	})
	select {
	case p.addr = <-listening:
	case err := <-p.done:
		t.Fatalf("the server ended: %v\n%s", err, p.log)
	case <-time.After(20 * time.Second):
		t.Fatalf("the server does not listen\n%s", p.log)
	}
	return p
}

// deliver sends a delivery for a pull request, and returns the status.
func (p *process) deliver(t *testing.T, number int, secret string) int {
	t.Helper()
	return p.send(t, "pull_request", fmt.Sprintf(`{"action":"edited","number":%d,"pull_request":{"number":%[1]d,"head":{"sha":"abc"}},
		"repository":{"id":7,"name":"shop","owner":{"login":"acme"}},"installation":{"id":9}}`, number), number, secret)
}

// send delivers an event, and returns the status of the answer.
func (p *process) send(t *testing.T, event, body string, delivery int, secret string) int {
	t.Helper()
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+p.addr+"/webhook", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-GitHub-Event", event)
	r.Header.Set("X-GitHub-Delivery", fmt.Sprintf("00000000-0000-0000-0000-%012d", delivery))
	r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

func (p *process) get(t *testing.T, path string) (int, string) {
	t.Helper()
	resp, err := http.Get("http://" + p.addr + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// end waits for the process to end, and returns its exit status.
func (p *process) end(t *testing.T) int {
	t.Helper()
	select {
	case err := <-p.done:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return p.ProcessState.ExitCode()
	case <-time.After(20 * time.Second):
		t.Fatalf("the server does not end\n%s", p.log)
	}
	return 0
}

var hyphens = strings.ReplaceAll(webhookSecret, " ", "-")

func TestServeAsAProcess(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs signals")
	}
	dir := t.TempDir()
	p := startServe(t, dir)
	for path, want := range map[string]string{"/healthz": "alive\n", "/readyz": "ready\n"} {
		if status, text := p.get(t, path); status != 200 || text != want {
			t.Errorf("%s: %d %q", path, status, text)
		}
	}
	for i, test := range []struct {
		secret string
		status int
	}{{hyphens, 202}, {hyphens, 202}, {"another", 401}} {
		if status := p.deliver(t, i+1, test.secret); status != test.status {
			t.Errorf("signed with %q: %d", test.secret, status)
		}
	}
	_, page := p.get(t, "/metrics")
	for _, line := range []string{
		`backout_deliveries_total{event="pull_request",outcome="stored"} 2`,
		`backout_deliveries_total{event="unverified",outcome="forged"} 1`,
		`backout_queue_up 1`, `backout_queue_depth 2`,
	} {
		if !strings.Contains(page, line+"\n") {
			t.Errorf("the metrics lack %q", line)
		}
	}

	health := func(want int, says string) {
		t.Helper()
		c := exec.CommandContext(t.Context(), "backout", "serve", "--app-id", "123456", "--private-key-file", "app.pem",
			"--webhook-secret", hyphens, "--listen", p.addr, "--check-health")
		c.Dir = dir
		out, _ := c.CombinedOutput()
		if c.ProcessState.ExitCode() != want || !strings.Contains(string(out), says) {
			t.Errorf("health: status %d, %s", c.ProcessState.ExitCode(), out)
		}
	}
	health(exitPass, "ready")

	// A second process on the same file says why it does not start.
	second := exec.CommandContext(t.Context(), "backout", "serve", "--app-id", "123456", "--private-key-file", "app.pem",
		"--webhook-secret", hyphens, "--data-dir", "data", "--listen", "127.0.0.1:0")
	second.Dir = dir
	out, err := second.CombinedOutput()
	if err == nil || second.ProcessState.ExitCode() != exitUsage || !strings.Contains(string(out), "another process has the database open") {
		t.Errorf("the second process: %v\n%s", err, out)
	}

	// What was answered is there after a stop and after a kill.
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Kill} {
		if err := p.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		code := p.end(t)
		if signal == syscall.SIGTERM && (code != exitPass || !strings.Contains(p.log.String(), `"msg":"stopped"`)) {
			t.Errorf("exit status %d after %v\n%s", code, signal, p.log)
		}
		p = startServe(t, dir)
		if _, page := p.get(t, "/metrics"); !strings.Contains(page, "\nbackout_queue_depth 2\n") {
			t.Errorf("the queue after %v:\n%s", signal, page)
		}
	}
	_ = p.Process.Kill()
	p.end(t)
	health(exitUnknown, "no server answers at "+p.addr)
	for _, secret := range []string{hyphens, "PRIVATE KEY"} {
		if strings.Contains(p.log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, p.log)
		}
	}
}

func TestMetricsElsewhere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	p := startServe(t, t.TempDir(), "--metrics-listen", addr)
	if status, _ := p.get(t, "/metrics"); status != 404 {
		t.Errorf("status %d where webhooks are taken", status)
	}
	elsewhere := process{addr: addr}
	if status, page := elsewhere.get(t, "/metrics"); status != 200 || !strings.Contains(page, "backout_build_info") {
		t.Errorf("status %d elsewhere", status)
	}
	if status, _ := elsewhere.get(t, "/healthz"); status != 404 {
		t.Errorf("status %d: more than the metrics is shown", status)
	}
}

// TestMemoryWithSlowSenders has 200 connections that keep what they began, some
// of them with nearly 26 MB, and looks at the process from outside.
func TestMemoryWithSlowSenders(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("needs /proc")
	}
	p := startServe(t, t.TempDir())
	large := bytes.Repeat([]byte(" "), 1<<20)
	for i := range 200 {
		c, err := net.Dial("tcp", p.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-GitHub-Event: push\r\nX-GitHub-Delivery: %d\r\n"+
			"X-Hub-Signature-256: sha256=%064d\r\nContent-Length: %d\r\n\r\n{\"x\":\"", i, 0, 26<<20)
		for range map[bool]int{true: 25}[i%40 == 0] {
			if _, err := c.Write(large); err != nil {
				break // it was sent away
			}
		}
	}
	for n := range 20 {
		if begin := time.Now(); p.deliver(t, n, hyphens) != 202 || time.Since(begin) > 3*time.Second {
			t.Errorf("a signed delivery was not answered in time")
		}
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	var peak int
	for line := range strings.Lines(string(status)) {
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &peak); err == nil {
			break
		}
	}
	if peak == 0 || peak > 128<<10 {
		t.Errorf("peak memory %d KB", peak)
	}
	t.Logf("peak memory %d MB", peak>>10)
}

func TestAServerThatFailsStopsTheOthers(t *testing.T) {
	stopped := false
	err := runAll(context.Background(), []part{
		{"the server", func(ctx context.Context) error {
			<-ctx.Done()
			stopped = true
			return ctx.Err()
		}},
		{"the worker", func(context.Context) error { panic("a test asked for it") }},
	})
	if want := "serve failed: the worker: internal error: a test asked for it; report it at " + issues; !stopped || err == nil || err.Error() != want {
		t.Errorf("stopped %v, %v", stopped, err)
	}
	err = runAll(context.Background(), []part{{"the worker", func(context.Context) error { return nil }}})
	if err == nil || err.Error() != "serve failed: the worker ended" {
		t.Error(err)
	}
}
