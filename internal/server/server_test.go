package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener in memory, so that its connections run by the clock of a
// test.
type pipes struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "unix"} }

func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.conns <- server
	return client
}

// bubble runs a server by a clock of its own.
func bubble(t *testing.T, test func(t *testing.T, box *inbox, p *pipes, stop func())) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		box := &inbox{}
		in := newIntake(box, io.Discard)
		p := newPipes()
		s := &Server{Intake: in, Ready: func(context.Context) error { return nil }, Log: in.Log}
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- s.Serve(ctx, p) }()
		test(t, box, p, cancel)
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

// head is a delivery's request line and headers, with a length or without one.
func head(payload string, length int) string {
	r := delivery("pull_request", payload)
	var b strings.Builder
	b.WriteString("POST /webhook HTTP/1.1\r\nHost: localhost\r\n")
	if length < 0 {
		b.WriteString("Transfer-Encoding: chunked\r\n")
	} else {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", length)
	}
	_ = r.Header.Write(&b)
	return b.String() + "\r\n"
}

// status reads the status of the answer; 0: the connection ended without one.
func status(c net.Conn) int {
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

func TestSlowSendersAreSentAway(t *testing.T) {
	for _, test := range []struct {
		name  string
		parts func(send func(string))
		want  int
		after time.Duration
	}{
		{"a delivery in two parts", func(send func(string)) {
			send(head(edited, len(edited)) + edited[:100])
			time.Sleep(9 * time.Second)
			send(edited[100:])
		}, 202, 9 * time.Second},
		{"headers that do not end", func(send func(string)) {
			send("POST /webhook HTTP/1.1\r\nHost: x\r\n")
			time.Sleep(time.Minute)
		}, 0, headerTimeout},
		{"headers that trickle in", func(send func(string)) {
			send("POST /webhook HTTP/1.1\r\nX: ")
			for range 100 {
				time.Sleep(100 * time.Millisecond)
				send("x")
			}
		}, 0, headerTimeout},
		{"a body that does not come", func(send func(string)) {
			send(head(edited, len(edited)))
			time.Sleep(time.Minute)
		}, 408, readTimeout},
		{"a body that trickles in", func(send func(string)) {
			send(head(edited, 1<<20))
			for range 200 {
				time.Sleep(100 * time.Millisecond)
				send("{")
			}
		}, 408, readTimeout},
		{"a chunk that does not end", func(send func(string)) {
			send(head(edited, -1) + "ffff\r\n{")
			time.Sleep(time.Minute)
		}, 408, readTimeout},
		{"a refused delivery whose body does not come", func(send func(string)) {
			send(strings.Replace(head(edited, len(edited)), "application/json", "text/plain", 1))
			time.Sleep(time.Minute)
		}, 415, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, _ *inbox, p *pipes, _ func()) {
				c := p.dial()
				begin := time.Now()
				go test.parts(func(s string) { _, _ = io.WriteString(c, s) })
				if got := status(c); got != test.want || time.Since(begin).Truncate(time.Second) != test.after {
					t.Errorf("status %d after %v", got, time.Since(begin))
				}
				c.Close()
				time.Sleep(time.Hour) // so that the sender ends
			})
		})
	}
}

func TestChunkedDeliveriesAreAccepted(t *testing.T) {
	bubble(t, func(t *testing.T, box *inbox, p *pipes, _ func()) {
		c := p.dial()
		go fmt.Fprintf(c, "%s%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", head(edited, -1), 10, edited[:10], len(edited)-10, edited[10:])
		if got := status(c); got != 202 || box.stored() != 1 {
			t.Errorf("status %d, %d stored", got, box.stored())
		}
		c.Close()
	})
}

func TestStoppingEndsWhatHasBegun(t *testing.T) {
	bubble(t, func(t *testing.T, box *inbox, p *pipes, stop func()) {
		box.block = make(chan struct{})
		c, idle := p.dial(), p.dial()
		go io.WriteString(c, head(edited, len(edited))+edited)
		synctest.Wait() // the delivery is about to be stored
		stop()
		synctest.Wait()
		if _, err := idle.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("a connection without a request: %v", err)
		}
		close(box.block)
		if got := status(c); got != 202 || box.stored() != 1 {
			t.Errorf("status %d, %d stored", got, box.stored())
		}
	})
}

func TestStoppingCutsOffWhoIsSlow(t *testing.T) {
	bubble(t, func(t *testing.T, _ *inbox, p *pipes, stop func()) {
		c := p.dial()
		go io.WriteString(c, head(edited, len(edited)))
		synctest.Wait()
		stop()
		begin := time.Now()
		if got := status(c); got != 0 || time.Since(begin) != drainWithin {
			t.Errorf("status %d after %v", got, time.Since(begin))
		}
	})
}

func TestADatabaseThatDoesNotAnswerIsABusyOne(t *testing.T) {
	bubble(t, func(t *testing.T, box *inbox, p *pipes, _ func()) {
		box.block = make(chan struct{})
		c := p.dial()
		begin := time.Now()
		go io.WriteString(c, head(edited, len(edited))+edited)
		if got := status(c); got != 503 || time.Since(begin) != storeWithin {
			t.Errorf("status %d after %v", got, time.Since(begin))
		}
		c.Close()
	})
}

func TestPages(t *testing.T) {
	in := newIntake(&inbox{}, io.Discard)
	broken := error(nil)
	s := &Server{Intake: in, Ready: func(context.Context) error { return broken }, Metrics: in.Metrics.Handler(), Log: in.Log}
	get := func(method, path string) (int, string) {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest(method, path, nil))
		return w.Code, w.Body.String()
	}
	for _, test := range []struct {
		method, path string
		broken       error
		status       int
		text         string
	}{
		{"GET", "/healthz", nil, 200, "alive\n"},
		{"GET", "/healthz", errors.New("disk full"), 200, "alive\n"},
		{"HEAD", "/healthz", nil, 200, "alive\n"},
		{"GET", "/readyz", nil, 200, "ready\n"},
		{"GET", "/readyz", errors.New("disk full at /data"), 503, "the database does not take writes\n"},
		{"GET", "/metrics", nil, 200, "# HELP backout_build_info"},
		{"GET", "/webhook", nil, 405, "Method Not Allowed\n"},
		{"PUT", "/webhook", nil, 405, "Method Not Allowed\n"},
		{"POST", "/healthz", nil, 405, "Method Not Allowed\n"},
		{"POST", "/", nil, 404, "404 page not found\n"},
		{"POST", "/webhook/x", nil, 404, "404 page not found\n"},
	} {
		broken, s.looked = test.broken, looked{}
		if status, text := get(test.method, test.path); status != test.status || !strings.HasPrefix(text, test.text) {
			t.Errorf("%s %s: %d %.80q", test.method, test.path, status, text)
		}
	}
	s.stopping.Store(true)
	if status, text := get("GET", "/readyz"); status != 503 || text != "stopping\n" {
		t.Errorf("%d %q", status, text)
	}
	s.Metrics = nil
	if status, _ := get("GET", "/metrics"); status != 404 {
		t.Errorf("metrics that are shown elsewhere: %d", status)
	}
}

func TestTheDatabaseIsLookedAtOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		in := newIntake(&inbox{}, io.Discard)
		s := &Server{Intake: in, Ready: func(context.Context) error { looks++; return nil }, Log: in.Log}
		for range 30 {
			s.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/readyz", nil))
			time.Sleep(100 * time.Millisecond)
		}
		if looks != 3 {
			t.Errorf("%d looks in 3 s", looks)
		}
	})
}

// TestSlowSendersDoNotShutOutTheOthers has 200 connections that keep what they
// began, some with a few bytes, some with nearly all of 26 MB.
func TestSlowSendersDoNotShutOutTheOthers(t *testing.T) {
	var box inbox
	in := newIntake(&box, io.Discard)
	addr := listen(t, in)
	large := strings.Repeat(" ", 25<<20)
	var conns []net.Conn
	for i := range 200 {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		conns = append(conns, c)
		text := head(edited, 26<<20)
		if i%2 == 1 {
			text = head(edited, -1) + "4000000\r\n"
		}
		if i%50 < 2 {
			text += large
		}
		if _, err := io.WriteString(c, text+`{"pull_request":{"body":"`); err != nil && i%50 >= 2 {
			t.Fatal(err) // the large ones may have been sent away by now
		}
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	// The 25 MB that are sent are this test's own.
	if held := (m.HeapInuse + m.StackInuse) >> 20; held > 25+48 {
		t.Errorf("%d MB are held", held)
	}
	for range 20 {
		begin := time.Now()
		if status, text := send(t, addr, delivery("pull_request", edited)); status != 202 || time.Since(begin) > 3*time.Second {
			t.Errorf("%d %q after %v", status, text, time.Since(begin))
		}
	}
	if n := in.budget.inFlight(); n > maxInFlight {
		t.Errorf("%d bytes are in flight", n)
	}
	if box.stored() != 20 {
		t.Errorf("%d stored", box.stored())
	}
	for _, c := range conns {
		c.Close()
	}
}

type fakeConn struct {
	net.Conn
	closed bool
}

func (f *fakeConn) Close() error {
	f.closed = true
	return nil
}

func TestTheConnectionThatWaitsLongestIsClosed(t *testing.T) {
	c := connections{limit: 3}
	conns := make([]*fakeConn, 5)
	for i := range conns {
		conns[i] = &fakeConn{}
	}
	c.see(conns[0], http.StateNew)
	c.see(conns[0], http.StateActive) // has a request
	c.see(conns[1], http.StateNew)
	c.see(conns[2], http.StateNew)
	c.see(conns[1], http.StateActive)
	c.see(conns[1], http.StateIdle) // waits for less long than the next
	c.see(conns[3], http.StateNew)
	c.see(conns[2], http.StateClosed)
	c.see(conns[4], http.StateNew)
	got := ""
	for i, conn := range conns {
		if conn.closed {
			got += fmt.Sprint(i)
		}
	}
	if got != "12" || len(c.all) != 3 || c.waiting.Len() != 2 {
		t.Errorf("closed %s, %d open, %d wait", got, len(c.all), c.waiting.Len())
	}
}
