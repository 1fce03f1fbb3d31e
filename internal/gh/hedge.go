package gh

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/google/go-github/v62/github"
)

// hedge sends a read once more that takes longer than nine of ten, takes the
// first good answer and gives the other one up. What fails before that time is the
// caller's to repeat. Nil sends everything once.
//
// Dean and Barroso, The Tail at Scale, Communications of the ACM 56:2 (2013).
type hedge struct {
	client *Client // whose limits count
	tails  *tails
}

// send makes a call. Reads are what REST calls GET, and every query.
func (h *hedge) send(r *http.Request, next http.RoundTripper) (resp *http.Response, err error) {
	if h == nil {
		return next.RoundTrip(r)
	}
	graph := r.URL.Path == h.client.opt.Hosts.GraphQL.Path
	if graph || r.Method == http.MethodGet {
		resp, err = h.read(r, next, graph)
	} else {
		resp, err = next.RoundTrip(r)
	}
	if err == nil {
		h.client.limits.of(graph).heard(resp.Header)
	}
	return resp, err
}

func (h *hedge) read(r *http.Request, next http.RoundTripper, graph bool) (*http.Response, error) {
	tail, ramp := h.tails.of(graph), h.client.limits.of(graph)
	if !ramp.spare() {
		return next.RoundTrip(r) // there will be no second one
	}
	came := make(chan *sending, 2)
	launch := func(r *http.Request) *sending {
		ctx, cancel := context.WithCancel(r.Context())
		s := &sending{cancel: cancel}
		go func() {
			defer func() { came <- s }()
			defer s.lost.over()
			s.resp, s.err = next.RoundTrip(r.WithContext(ctx))
			h.hear(s, graph)
		}()
		return s
	}
	first := launch(r)
	long := time.NewTimer(tail.begin())
	defer long.Stop()
	select {
	case <-came:
		if !first.failed() {
			tail.fast()
		}
		return first.take()
	case <-long.C:
		tail.slow()
	}
	again := r.Clone(r.Context())
	if !renewed(again) || !ramp.extra(tail.spend) {
		<-came
		return first.take()
	}
	defer ramp.leave(pass{}, false)
	return better(first, launch(again), came).take()
}

// renewed gives a copy of a request a body of its own, where that can be had.
func renewed(r *http.Request) bool {
	if r.Body == nil {
		return true
	}
	if r.GetBody == nil {
		return false
	}
	var err error
	r.Body, err = r.GetBody()
	return err == nil
}

// hear keeps a limit that an answer tells of, whoever takes it.
func (h *hedge) hear(s *sending, graph bool) {
	if s.resp == nil || !s.failed() {
		return
	}
	defer s.resp.Body.Close() // what it held is put in its place
	f := h.client.fault(github.CheckResponse(s.resp))
	if f.kind == limited {
		h.client.noted(graph, &f)
	}
}

// better waits for a good one of two. Where there is none it is the first, as if
// there had been no other, unless only the other got an answer.
func better(first, second *sending, came <-chan *sending) *sending {
	one, other := <-came, second
	if one == second {
		other = first
	}
	if !one.failed() {
		other.cancel()
		go func() { (<-came).drop() }()
		return one
	}
	<-came // hear closed the answer that is not taken
	if !second.failed() || first.resp == nil && second.resp != nil {
		return second
	}
	return first
}

// sending is a request on its way, and what came of it.
type sending struct {
	resp   *http.Response
	err    error
	lost   carried
	cancel context.CancelFunc
}

func (s *sending) failed() bool { return s.resp == nil || s.resp.StatusCode >= http.StatusBadRequest }

// take is what came. Its context lasts as long as its body.
func (s *sending) take() (*http.Response, error) {
	s.lost.on()
	if s.resp == nil {
		s.cancel()
		return nil, s.err
	}
	s.resp.Body = taken{s.resp.Body, s.cancel}
	return s.resp, nil
}

// drop closes what was given up and came all the same.
func (s *sending) drop() {
	if s.resp != nil {
		s.resp.Body.Close() //nolint:errcheck,gosec // nobody reads it
	}
}

type taken struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (t taken) Close() error {
	defer t.cancel()
	return t.ReadCloser.Close()
}
