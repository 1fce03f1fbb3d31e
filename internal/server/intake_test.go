package server

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backout-dev/backout/internal/metrics"
	"github.com/backout-dev/backout/internal/queue"
)

const secret = "a secret of the tests"

// inbox keeps what it gets in memory.
type inbox struct {
	mu         sync.Mutex
	deliveries []queue.Delivery
	wants      [][]queue.Want
	err        error
	block      chan struct{} // closed: Put goes on
}

func (i *inbox) Put(ctx context.Context, d queue.Delivery, w []queue.Want) error {
	if i.block != nil {
		select {
		case <-i.block:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.err != nil {
		return i.err
	}
	i.deliveries = append(i.deliveries, d)
	i.wants = append(i.wants, w)
	return nil
}

func (i *inbox) stored() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.deliveries)
}

func newIntake(to queue.Inbox, log io.Writer) *Intake {
	return &Intake{
		Inbox: to, Secrets: [][]byte{[]byte("an older secret"), []byte(secret)},
		Router:  Router{AppID: 29310, Organisation: File{".github", "backout.yml"}},
		Metrics: metrics.New("test", time.Now), Log: slog.New(slog.NewTextHandler(log, nil)), Now: time.Now,
	}
}

func sign(newHash func() hash.Hash, secret string, body []byte) string {
	mac := hmac.New(newHash, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// delivery is a signed delivery as GitHub sends it.
func delivery(event, payload string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/webhook", strings.NewReader(payload))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "GitHub-Hookshot/044aadd")
	r.Header.Set("X-GitHub-Event", event)
	r.Header.Set("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
	r.Header.Set("X-Hub-Signature", "sha1="+sign(sha1.New, secret, []byte(payload)))
	r.Header.Set("X-Hub-Signature-256", "sha256="+sign(sha256.New, secret, []byte(payload)))
	return r
}

const edited = `{"action":"edited","number":812,"changes":{"body":{"from":"old"}},
	"pull_request":{"number":812,"updated_at":"2026-11-22T08:00:00Z","head":{"sha":"abc"},"body":"new"},
	"repository":{"id":7,"name":"shop","owner":{"login":"acme"},"default_branch":"main"},
	"sender":{"login":"octocat"},"installation":{"id":99}}`

func TestADeliveryIsStoredAndAnswered(t *testing.T) {
	var box inbox
	in := newIntake(&box, io.Discard)
	w := httptest.NewRecorder()
	in.ServeHTTP(w, delivery("pull_request", edited))
	if w.Code != http.StatusAccepted || w.Body.String() != "stored\n" {
		t.Errorf("answer %d %q", w.Code, w.Body)
	}
	box.deliveries[0].Received = time.Time{}
	wantDelivery := []queue.Delivery{{
		GUID: "72d3162e-cc78-11e3-81ab-4c9367dc0958", Event: "pull_request", Action: "edited",
		Installation: 99, Repository: 7, Number: 812, Sender: "octocat",
	}}
	wantWants := [][]queue.Want{{{
		Subject: queue.Subject{Kind: queue.Pull, Installation: 99, Repository: 7, Number: 812},
		Announced: queue.Announced{
			UpdatedAt: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), HeadSHA: "abc", Description: digestOf("new"),
			FormerDescription: digestOf("old"), Owner: "acme", Name: "shop",
		},
		Urgent: true, Reason: "pull_request.edited",
	}}}
	if diff := cmp.Diff(wantDelivery, box.deliveries); diff != "" {
		t.Errorf("delivery (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantWants, box.wants); diff != "" {
		t.Errorf("wants (-want +got):\n%s", diff)
	}
}

func TestWhatIsRefused(t *testing.T) {
	set := func(key, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(key, value) }
	}
	body := func(text string) func(*http.Request) {
		return func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
		}
	}
	signed := func(text string) func(*http.Request) {
		return func(r *http.Request) {
			body(text)(r)
			r.Header.Set("X-Hub-Signature-256", "sha256="+sign(sha256.New, secret, []byte(text)))
		}
	}
	without := func(key string) func(*http.Request) { return func(r *http.Request) { r.Header.Del(key) } }
	good := sign(sha256.New, secret, []byte(edited))
	for _, test := range []struct {
		name    string
		change  func(*http.Request)
		status  int
		outcome string
	}{
		{"a form", set("Content-Type", "application/x-www-form-urlencoded"), 415, "form"},
		{"no content type", without("Content-Type"), 415, "form"},
		{"compressed", set("Content-Encoding", "gzip"), 415, "encoded"},
		{"no event", without("X-GitHub-Event"), 400, "headers"},
		{"an event with a line end", set("X-GitHub-Event", "push\nx"), 400, "headers"},
		{"an event that is too long", set("X-GitHub-Event", strings.Repeat("a", maxHeader+1)), 400, "headers"},
		{"no delivery id", without("X-GitHub-Delivery"), 400, "headers"},
		{"a delivery id with a quote", set("X-GitHub-Delivery", "72d3'--"), 400, "headers"},
		{"no signature", without("X-Hub-Signature-256"), 401, "unsigned"},
		{"a signature without its name", set("X-Hub-Signature-256", good), 401, "unsigned"},
		{"a signature by SHA-1", set("X-Hub-Signature-256", "sha1="+sign(sha1.New, secret, []byte(edited))), 401, "unsigned"},
		{"a signature that is cut short", set("X-Hub-Signature-256", "sha256="+good[:62]), 401, "unsigned"},
		{"a signature that is too long", set("X-Hub-Signature-256", "sha256="+good+"00"), 401, "unsigned"},
		{"a signature of other letters", set("X-Hub-Signature-256", "sha256="+strings.Repeat("g", 64)), 401, "unsigned"},
		{"a signature by another secret", set("X-Hub-Signature-256", "sha256="+sign(sha256.New, "another", []byte(edited))), 401, "forged"},
		{"a signature by no secret", set("X-Hub-Signature-256", "sha256="+sign(sha256.New, "", []byte(edited))), 401, "forged"},
		{"a body that was changed", body(strings.Replace(edited, "812", "813", 1)), 401, "forged"},
		{"a body that was cut", body(edited[:len(edited)-1]), 401, "forged"},
		{"no JSON, not signed", body("<xml>"), 401, "forged"},
		{"no JSON, signed", signed("<xml>"), 400, "malformed"},
		{"more after the JSON, signed", signed(edited + "{}"), 400, "malformed"},
		{"a list, signed", signed("[]"), 400, "malformed"},
		{"an empty body", signed(""), 400, "empty"},
		{"a length that is too large", func(r *http.Request) { r.ContentLength = maxBody + 1 }, 413, "too-large"},
		{"a body that is too large and does not say so", func(r *http.Request) {
			r.ContentLength, r.Body = -1, io.NopCloser(io.LimitReader(zeros{}, maxBody+1))
		}, 413, "too-large"},
		{"a body that ends early", func(r *http.Request) {
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader(edited[:40]), errorReader{io.ErrUnexpectedEOF}))
		}, 400, "cut"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var box inbox
			in := newIntake(&box, io.Discard)
			r := delivery("pull_request", edited)
			test.change(r)
			w := httptest.NewRecorder()
			in.ServeHTTP(w, r)
			if w.Code != test.status || box.stored() > 0 {
				t.Errorf("answer %d %q, %d stored", w.Code, w.Body, box.stored())
			}
			line := `backout_deliveries_total{event="unverified",outcome="` + test.outcome + `"} 1`
			if page := metricsPage(in); !strings.Contains(page, line) {
				t.Errorf("no %q in:\n%s", line, page)
			}
			if text := w.Body.String(); strings.Contains(text, secret) || strings.Count(text, "\n") != 1 || len(text) > 200 {
				t.Errorf("text %q", text)
			}
		})
	}
}

func metricsPage(in *Intake) string {
	w := httptest.NewRecorder()
	in.Metrics.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	var lines []string
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "backout_") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

type errorReader struct{ error }

func (e errorReader) Read([]byte) (int, error) { return 0, e.error }

func TestEverySecretCounts(t *testing.T) {
	for _, by := range []string{"an older secret", secret} {
		r := delivery("pull_request", edited)
		r.Header.Set("X-Hub-Signature-256", "sha256="+strings.ToUpper(sign(sha256.New, by, []byte(edited))))
		w := httptest.NewRecorder()
		if newIntake(&inbox{}, io.Discard).ServeHTTP(w, r); w.Code != http.StatusAccepted {
			t.Errorf("signed by %q: %d", by, w.Code)
		}
	}
}

func TestAReplayedDeliveryIsStoredAgain(t *testing.T) {
	var box inbox
	in := newIntake(&box, io.Discard)
	for range 2 {
		w := httptest.NewRecorder()
		if in.ServeHTTP(w, delivery("pull_request", edited)); w.Code != http.StatusAccepted {
			t.Errorf("answer %d", w.Code)
		}
	}
	// The subject is one: what is asked for twice is judged as it is now.
	if diff := cmp.Diff(box.wants[0], box.wants[1]); box.stored() != 2 || diff != "" {
		t.Errorf("%d stored, %s", box.stored(), diff)
	}
}

func TestWhatIsNotStoredIsNotOurs(t *testing.T) {
	var log bytes.Buffer
	box := inbox{err: errors.New("disk full")}
	in := newIntake(&box, &log)
	for range 3 {
		w := httptest.NewRecorder()
		in.ServeHTTP(w, delivery("pull_request", edited))
		if w.Code != http.StatusServiceUnavailable || !strings.HasPrefix(w.Body.String(), "not stored: ") {
			t.Errorf("answer %d %q", w.Code, w.Body)
		}
	}
	if text := log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, `msg="delivery not stored"`) || !strings.Contains(text, "disk full") {
		t.Errorf("log %q", text)
	}
	if page := metricsPage(in); !strings.Contains(page, `backout_deliveries_total{event="pull_request",outcome="not-stored"} 3`) {
		t.Errorf("metrics:\n%s", page)
	}
	// What nothing follows from needs no database.
	w := httptest.NewRecorder()
	if in.ServeHTTP(w, delivery("ping", `{"zen":"Keep it logically awesome."}`)); w.Code != http.StatusAccepted {
		t.Errorf("ping: %d", w.Code)
	}
}

func TestASenderThatLeavesIsStored(t *testing.T) {
	var box inbox
	in := newIntake(&box, io.Discard)
	ctx, cancel := context.WithCancel(t.Context())
	r := delivery("pull_request", edited).WithContext(ctx)
	box.block = make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		in.ServeHTTP(httptest.NewRecorder(), r)
	}()
	cancel()
	close(box.block)
	<-done
	if box.stored() != 1 {
		t.Errorf("%d stored", box.stored())
	}
}

func TestNothingSecretIsLogged(t *testing.T) {
	var log bytes.Buffer
	in := newIntake(&inbox{err: errors.New("no")}, &log)
	for _, change := range []func(*http.Request){
		func(*http.Request) {},
		func(r *http.Request) {
			r.Header.Set("X-Hub-Signature-256", "sha256="+sign(sha256.New, "x", []byte(edited)))
		},
		func(r *http.Request) { r.Header.Del("Content-Type") },
		func(r *http.Request) { r.Header.Del("X-Hub-Signature-256") },
	} {
		r := delivery("pull_request", edited)
		change(r)
		in.ServeHTTP(httptest.NewRecorder(), r)
	}
	text := log.String()
	if strings.Count(text, "\n") != 4 {
		t.Errorf("log:\n%s", text)
	}
	for _, word := range []string{secret, "older", "new", sign(sha256.New, secret, []byte(edited))} {
		if strings.Contains(text, word) {
			t.Errorf("the log holds %q:\n%s", word, text)
		}
	}
}

// listen serves on loopback until the test ends, and returns the address.
func listen(t testing.TB, in *Intake) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Intake: in, Ready: func(context.Context) error { return nil }, Metrics: in.Metrics.Handler(), Log: in.Log}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// send sends a request to a server and returns status and text of the answer.
func send(t testing.TB, addr string, r *http.Request) (int, string) {
	t.Helper()
	r.URL.Scheme, r.URL.Host, r.RequestURI = "http", addr, ""
	resp, err := http.DefaultClient.Do(r)
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
