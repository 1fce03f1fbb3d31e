package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

// intakeEnv makes this program a server that stores deliveries in the SQLite file
// of that name, or with "-" nowhere.
const intakeEnv = "BACKOUT_TEST_INTAKE"

func TestMain(m *testing.M) {
	if file := os.Getenv(intakeEnv); file != "" {
		fmt.Fprintln(os.Stderr, serveIntake(file))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// serveIntake prints its address and serves until it is killed.
func serveIntake(file string) error {
	var to queue.Inbox = nowhere{}
	if file != "-" {
		db, err := store.Open(context.Background(), store.Options{URL: file, Now: time.Now})
		if err != nil {
			return err
		}
		to = db
	}
	in := newIntake(to, io.Discard)
	in.Secrets = in.Secrets[1:]
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	s := &Server{Intake: in, Ready: func(context.Context) error { return nil }, Metrics: in.Metrics.Handler(), Log: in.Log}
	return s.Serve(context.Background(), l)
}

// BenchmarkIntakeOverTCP is how many deliveries a server answers that 50 senders
// make, sign and send at once: with the durable write taken out, and with an
// SQLite file. The server is a process of its own, which shares the machine with
// the senders. Each sender's pull requests are its own.
func BenchmarkIntakeOverTCP(b *testing.B) {
	b.Run("no-write", func(b *testing.B) { overTCP(b, "-") })
	b.Run("sqlite", func(b *testing.B) { overTCP(b, filepath.Join(b.TempDir(), "backout.db")) })
}

func overTCP(b *testing.B, file string) {
	url := "http://" + startIntake(b, file) + "/webhook"
	text := typical(b)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	var senders, deliveries atomic.Int64
	b.SetBytes(int64(len(text)))
	b.SetParallelism(25) // times two cores
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		own := strings.Replace(text, `"number":2`, fmt.Sprintf(`"number":%d`, 1000+senders.Add(1)), 1)
		for pb.Next() {
			r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(own))
			if err != nil {
				b.Error(err)
				return
			}
			r.Header = delivery("pull_request", own).Header
			r.Header.Set("X-GitHub-Delivery", fmt.Sprintf("72d3162e-cc78-11e3-81ab-%012x", deliveries.Add(1)))
			resp, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.StatusCode != http.StatusAccepted {
				b.Error(resp.Status)
			}
		}
	})
	client.CloseIdleConnections()
}

// startIntake starts serveIntake in a process of its own and returns its address.
func startIntake(b *testing.B, file string) (addr string) {
	b.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), intakeEnv+"="+file)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
	addr, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(addr)
}
