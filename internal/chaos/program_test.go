// Package chaos runs `backout serve` as it is run, as a process of its own
// against the test GitHub as another, and makes things go wrong: kills, outages,
// limits, lost answers, old answers, bursts. What must hold afterwards is in
// docs/reliability.md, and what was measured in docs/performance.md.
//
// With BACKOUT_TEST_ALL=1 the tests run in a short form, and with
// BACKOUT_CHAOS=full at full length ("make chaos").
package chaos

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
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
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const root, appID, webhookSecret = "../..", 9, "a-secret-of-the-tests"

// sized is a count for a run at full length, and the one for the short form.
func sized(full, short int) int {
	if os.Getenv("BACKOUT_CHAOS") == "full" {
		return full
	}
	return short
}

// chaotic skips a test where not everything is to be tested.
func chaotic(t *testing.T) {
	t.Helper()
	if os.Getenv("BACKOUT_TEST_ALL") == "" {
		t.Skip("kills servers for minutes only with BACKOUT_TEST_ALL=1, as .ci/run does")
	}
}

var built atomic.Bool

// programs are the folder with both programs of this commit, built once.
var programs = sync.OnceValues(func() (string, error) {
	built.Store(true)
	dir, err := os.MkdirTemp("", "backout-chaos")
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-o", dir+"/", "./cmd/backout", "./internal/testgithub/cmd/testgithub")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if built.Load() {
		if dir, err := programs(); err == nil {
			_ = os.RemoveAll(dir)
		}
	}
	os.Exit(code)
}

// appKey is a private key for the tests alone.
var appKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// process is a program that runs, and what it says.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	mu   sync.Mutex
	text bytes.Buffer
	done chan struct{}
}

// launch starts a program of ours, and gives each line that it writes to see.
func launch(t *testing.T, dir, name string, see func(string), args ...string) *process {
	t.Helper()
	folder, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: exec.Command(filepath.Join(folder, name), args...), done: make(chan struct{})}
	p.cmd.Dir = dir
	p.cmd.Env = append(os.Environ(), "BACKOUT_WEBHOOK_SECRET="+webhookSecret)
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stdout, p.cmd.Stderr = writer, writer
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	writer.Close()
	go func() {
		defer reader.Close()
		lines := bufio.NewScanner(reader)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			p.mu.Lock()
			if p.text.Len() < 16<<20 {
				p.text.WriteString(lines.Text() + "\n")
			}
			p.mu.Unlock()
			see(lines.Text())
		}
		_ = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(p.kill)
	return p
}

func (p *process) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// said counts the lines that hold a text.
func (p *process) said(text string) int { return strings.Count(p.log(), text) }

// kill ends it as a crash does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// forgetPeak begins anew with the largest resident size.
func (p *process) forgetPeak() {
	p.t.Helper()
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0); err != nil {
		p.t.Fatal(err)
	}
}

// peak is the largest resident size so far, in kB.
func (p *process) peak() int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	var kB int
	for line := range strings.Lines(string(status)) {
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kB); err == nil {
			break
		}
	}
	return kB
}

// cpu is the time that it took of the processors so far.
func (p *process) cpu() time.Duration {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// server is `backout serve`, which can be started again on the same address and
// database.
type server struct {
	*process
	t    *testing.T
	g    *gitHub
	dir  string
	addr string
	args []string
}

// newServer makes a server for a GitHub. Nothing of it runs yet.
func newServer(t *testing.T, g *gitHub, args ...string) *server {
	t.Helper()
	s := &server{t: t, g: g, dir: t.TempDir(), args: args}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	l.Close()
	key := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(appKey())})
	if err := os.WriteFile(filepath.Join(s.dir, "app.pem"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if file := os.Getenv("BACKOUT_CHAOS_LOG"); file != "" && s.process != nil {
			_ = os.WriteFile(file, []byte(s.log()), 0o600)
		}
		if t.Failed() && s.process != nil {
			log := s.log()
			t.Logf("log of %s:\n%s", s.addr, log[max(0, len(log)-6000):])
		}
	})
	return s
}

// command are the arguments of the program.
func (s *server) command() []string {
	return append([]string{
		"serve", "--app-id", strconv.Itoa(appID), "--private-key-file", "app.pem", "--data-dir", "data", "--listen", s.addr,
		"--log-format", "json", "--api-url", s.g.url, "--graphql-url", s.g.url + "/graphql", "--comment-after", "1s",
	}, s.args...)
}

// start starts the server and waits until it listens.
func (s *server) start() {
	s.t.Helper()
	serving := make(chan struct{}, 1)
	s.process = launch(s.t, s.dir, "backout", func(line string) {
		var entry struct{ Msg string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "serving" {
			serving <- struct{}{}
		}
	}, s.command()...)
	select {
	case <-serving:
	case <-s.done:
		s.t.Fatalf("the server ended:\n%s", s.log())
	case <-time.After(20 * time.Second):
		s.t.Fatal("the server does not listen")
	}
}

// metric reads one of the metrics, the sum over its labels.
func (s *server) metric(name string) (float64, error) {
	resp, err := http.Get("http://" + s.addr + "/metrics")
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	sum, found := 0.0, false
	for line := range strings.Lines(string(text)) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), name)
		if !ok || rest == "" || rest[0] != ' ' && rest[0] != '{' {
			continue
		}
		v, err := strconv.ParseFloat(rest[strings.LastIndexByte(rest, ' ')+1:], 64)
		if err != nil {
			return 0, err
		}
		sum, found = sum+v, true
	}
	if !found {
		return 0, errors.New("no metric " + name)
	}
	return sum, nil
}

// idle reports a queue with nothing in it.
func (s *server) idle() bool {
	depth, err := s.metric("backout_queue_depth")
	return err == nil && depth == 0
}

// eventually waits until something holds.
func eventually(t *testing.T, within time.Duration, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after %s it does not hold that %s", within, what)
		}
	}
}
