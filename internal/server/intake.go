package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/backout-dev/backout/internal/metrics"
	"github.com/backout-dev/backout/internal/queue"
)

// The limits of the intake.
const (
	maxBody     = 26 << 20         // GitHub sends at most 25 MB
	maxInFlight = 64 << 20         // of bodies that are being read
	patience    = time.Second      // a sender is left alone for so long where others wait
	patienceAll = 5 * time.Second  // a delivery waits so long for room
	readTimeout = 10 * time.Second // for headers and body: GitHub gives up after that
	storeWithin = 8 * time.Second  // so that the answer comes before GitHub gives up
)

// Intake takes webhook deliveries: it verifies, stores and answers. What
// follows from a delivery is somebody else's work.
type Intake struct {
	Inbox   queue.Inbox
	Secrets [][]byte // one of them signed a delivery; at least one, and none empty
	Router  Router
	Metrics *metrics.Metrics
	Log     *slog.Logger
	Now     func() time.Time

	once    sync.Once
	budget  budget
	windows sync.Pool
	notices notices
}

func (in *Intake) start() {
	in.budget = budget{limit: maxInFlight, patience: patience, now: in.Now}
	in.windows.New = func() any { return new([window]byte) }
	in.notices = notices{log: in.Log, now: in.Now}
	in.Metrics.InFlight(in.budget.inFlight)
}

// ServeHTTP answers one delivery: 202 once it is safe, 503 where it is not.
func (in *Intake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	in.once.Do(in.start)
	began := in.Now()
	head, refused := readHead(r)
	if refused == nil {
		var e *envelope
		if e, refused = in.read(w, r, head); refused == nil {
			in.accept(w, r, head, e, began)
			return
		}
	}
	in.refuse(w, r, refused)
	in.Metrics.Delivery(metrics.Unverified, refused.outcome, in.Now().Sub(began))
}

// read takes the body: nothing of it is trusted, and only the envelope is kept,
// until one of the secrets is found to have signed it.
func (in *Intake) read(w http.ResponseWriter, r *http.Request, h header) (*envelope, *refusal) {
	ctx, cancel := context.WithTimeout(r.Context(), patienceAll)
	defer cancel()
	conn := http.NewResponseController(w)
	// The deadline wakes whoever waits for the next byte. Where the connection has
	// none, as in a test, the share is found to be lost at the next byte.
	share, ok := in.budget.admit(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	if !ok {
		return nil, refuseBusy
	}
	defer share.close()
	buf := in.windows.Get().(*[window]byte)
	defer in.windows.Put(buf)

	b := body{from: r.Body, ctx: r.Context(), share: share, signature: newSignature(in.Secrets)}
	e, err := readEnvelope(newScanner(&b, buf[:]), in.Router.Organisation.Path)
	if errors.Is(err, errSyntax) {
		// Whether it is ours to complain about depends on who signed it.
		if _, failed := io.CopyBuffer(onlyWriter{io.Discard}, onlyReader{&b}, buf[:]); failed != nil {
			err = failed
		}
	}
	switch {
	case err == nil, errors.Is(err, errSyntax):
	case errors.Is(err, errTooLarge):
		return nil, refuseLarge
	case share.lost(), errors.Is(err, errNoRoom):
		return nil, refuseBusy
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, refuseSlow
	default:
		return nil, refuseCut
	}
	if !b.signature.matches(h.signature) {
		return nil, refuseForged
	}
	if err != nil {
		return nil, refuseMalformed
	}
	return e, nil
}

// accept stores what a verified delivery asks for.
func (in *Intake) accept(w http.ResponseWriter, r *http.Request, h header, e *envelope, began time.Time) {
	wants, outcome := in.Router.wants(h.event, e)
	if len(wants) > 0 {
		// Whoever sent it may have gone; it is ours now, and GitHub will not send it
		// again by itself.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeWithin)
		err := in.Inbox.Put(ctx, queue.Delivery{
			GUID: h.guid, Event: h.event, Action: e.action,
			Installation: e.installation, Repository: e.repo.id, Number: e.number,
			Sender: e.sender, Received: began,
		}, wants)
		cancel()
		if err != nil {
			// Not stored means not ours: the failure must show in GitHub's delivery log.
			in.notices.error("delivery not stored", "delivery", h.guid, "event", h.event, "err", err,
				"fix", "see that the database takes writes; then redeliver on the App's page what was answered 503")
			answer(w, http.StatusServiceUnavailable, "not stored: the database does not take writes; redeliver this later")
			in.Metrics.Delivery(h.event, metrics.NotStored, in.Now().Sub(began))
			return
		}
	}
	answer(w, http.StatusAccepted, outcome)
	in.Metrics.Delivery(h.event, outcome, in.Now().Sub(began))
}

// refuse answers a delivery that is not accepted, and ends the connection: its
// body was not read to the end, or is not worth another.
func (in *Intake) refuse(w http.ResponseWriter, r *http.Request, why *refusal) {
	if why.fix != "" {
		in.notices.warn("delivery refused: "+why.text, "remote", r.RemoteAddr, "fix", why.fix)
	}
	// The server reads the rest of a short body before it closes; not for long.
	_ = http.NewResponseController(w).SetReadDeadline(in.Now().Add(time.Second))
	w.Header().Set("Connection", "close")
	if why.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	answer(w, why.status, why.text)
}

// body reads a request's body: within the limits, and signed while it is read.
type body struct {
	from      io.Reader
	ctx       context.Context
	share     *share
	signature *signature
	n         int64
}

var (
	errTooLarge = errors.New("the body is larger than 26 MB")
	errNoRoom   = errors.New("too many bodies are in flight")
)

func (b *body) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	b.n += int64(n)
	if b.n > maxBody {
		return 0, errTooLarge
	}
	if n > 0 && !b.share.grow(b.ctx, int64(n)) {
		return 0, errNoRoom
	}
	b.signature.write(p[:n])
	return n, err
}

// onlyReader and onlyWriter hide methods that would copy past the window.
type (
	onlyReader struct{ io.Reader }
	onlyWriter struct{ io.Writer }
)
