package testgithub_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/testgithub"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		kind    testgithub.Kind
		status  int // 0: the call fails
		written bool
		header  map[string]string
		graph   string // what a query answers instead, empty: as above
	}{
		{kind: testgithub.Status500, status: 500},
		{kind: testgithub.Status502, status: 502},
		{kind: testgithub.Status502After, status: 502, written: true},
		{kind: testgithub.Secondary, status: 403, header: map[string]string{"Retry-After": "3"}},
		{kind: testgithub.Primary, status: 403, header: map[string]string{"X-Ratelimit-Remaining": "0"}, graph: "RATE_LIMITED"},
		{kind: testgithub.Status429, status: 429, header: map[string]string{"Retry-After": "3"}},
		{kind: testgithub.Status401, status: 401},
		{kind: testgithub.Status404, status: 404, graph: "NOT_FOUND"},
		{kind: testgithub.Reset},
		{kind: testgithub.ResetAfter, written: true},
		{kind: testgithub.Slow, status: 201, written: true},
		{kind: testgithub.Truncated, written: true},
	} {
		t.Run(string(tt.kind), func(t *testing.T) {
			s, c := start(t)
			c.t = t
			p := s.Repo("acme/shop").AddPull(testgithub.NewPull{})
			s.Fail(testgithub.Fault{Route: "POST comments", Kind: tt.kind, Skip: 1, Wait: 3, Delay: 20})
			s.Fail(testgithub.Fault{Route: "graphql", Kind: tt.kind, Wait: 3, Delay: 20})
			write := func() (*http.Response, error) {
				rs, _, err := c.do("POST", "/repos/acme/shop/issues/1/comments", map[string]any{"body": "x"})
				return rs, err
			}
			if rs, err := write(); err != nil || rs.StatusCode != 201 {
				t.Fatalf("the call before the fault: %v, %v", rs, err)
			}
			started := time.Now()
			rs, err := write()
			switch {
			case tt.status == 0 && err == nil:
				t.Errorf("answered %d, want an error", rs.StatusCode)
			case tt.status != 0 && (err != nil || rs.StatusCode != tt.status):
				t.Errorf("answered %v, %v, want %d", rs, err, tt.status)
			}
			if took := time.Since(started); tt.kind == testgithub.Slow && took < 20*time.Millisecond {
				t.Errorf("took %s, want 20 ms at least", took)
			}
			for k, v := range tt.header {
				if rs.Header.Get(k) != v {
					t.Errorf("%s: %q, want %q", k, rs.Header.Get(k), v)
				}
			}
			want := 1
			if tt.written {
				want = 2
			}
			if got := len(p.Comments()); got != want {
				t.Errorf("%d comments, want %d", got, want)
			}
			if rs, err := write(); err != nil || rs.StatusCode != 201 {
				t.Errorf("the call after the fault: %v, %v", rs, err)
			}
			if tt.graph != "" {
				if got := c.query(`{viewer{login}}`, nil); !strings.Contains(got, tt.graph) {
					t.Errorf("query: %s, want %s", got, tt.graph)
				}
			}
			if calls := s.Calls("POST comments"); len(calls) != 3 || calls[1].Fault != tt.kind || calls[2].Fault != "" {
				t.Errorf("calls %+v", calls)
			}
		})
	}
}

func TestAnErrorBesideStatus200(t *testing.T) {
	s, c := start(t)
	s.Fail(testgithub.Fault{Route: "graphql", Kind: testgithub.GraphQLErrors})
	if got := c.query(`{viewer{login}}`, nil); !strings.HasPrefix(got, `{"data":null,"errors":[{"message":"Something went wrong`) {
		t.Error(got)
	}
	if got := c.query(`{viewer{login}}`, nil); got != `{"data":{"viewer":{"login":"github-actions[bot]"}}}` {
		t.Error(got)
	}
}

func TestTheBodyOfAnAnswerIsCutOff(t *testing.T) {
	s, c := start(t)
	s.Repo("acme/shop")
	s.Fail(testgithub.Fault{Route: "GET repo", Kind: testgithub.Truncated})
	rs, data, err := c.do("GET", "/repos/acme/shop", nil)
	if rs == nil || rs.StatusCode != 200 || !errors.Is(err, io.ErrUnexpectedEOF) || json.Valid(data) {
		t.Errorf("%v, %d bytes, %v", rs, len(data), err)
	}
}

func TestStaleReads(t *testing.T) {
	const query = `{repository(owner:"acme",name:"shop"){pullRequest(number:1){body updatedAt comments(first:9){totalCount}}}}`
	for name, read := range map[string]func(c client) string{
		"REST": func(c client) string {
			var p struct{ Body, Message string }
			_, data, _ := c.do("GET", "/repos/acme/shop/pulls/1", nil)
			_ = json.Unmarshal(data, &p)
			return p.Body + p.Message
		},
		"GraphQL": func(c client) string {
			var a struct {
				Data struct {
					Repository struct {
						PullRequest *struct {
							Body     string
							Comments struct{ TotalCount int }
						}
					}
				}
			}
			_ = json.Unmarshal([]byte(c.query(query, nil)), &a)
			p := a.Data.Repository.PullRequest
			if p == nil {
				return "Not Found"
			}
			if p.Comments.TotalCount != 1 {
				return "stale comments"
			}
			return p.Body
		},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
			s := testgithub.Start(t, testgithub.Options{Kind: true, Now: func() time.Time { return now }})
			c := dial(t, s)
			p := s.Repo("acme/shop").AddPull(testgithub.NewPull{Body: "one"})
			s.Advance(10 * time.Second)
			p.EditBody("two")
			p.Comment("hubot", "hello")
			s.Advance(2 * time.Second)
			p.StaleReads(time.Second, 5*time.Second, time.Minute)
			p.NotFoundReads(1)
			for i, want := range []string{"Not Found", "two", "one", "Not Found", "two"} {
				if got := read(c); got != want {
					t.Errorf("read %d: %q, want %q", i+1, got, want)
				}
			}
		})
	}
}

func TestATenthOfTheReadsIsStaleByChance(t *testing.T) {
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	s := testgithub.Start(t, testgithub.Options{Now: func() time.Time { return now }})
	c := dial(t, s)
	p := s.Repo("acme/shop").AddPull(testgithub.NewPull{Body: "one"})
	p.EditBody("two")
	old := func() (n int) {
		for range 400 {
			var got struct{ Body string }
			c.call("GET", "/repos/acme/shop/pulls/1", nil, 200, &got)
			if got.Body == "one" {
				n++
			}
		}
		return n
	}
	if n := old(); n < 20 || n > 70 {
		t.Errorf("%d of 400 reads are stale, want about 40", n)
	}
	s.Advance(6 * time.Second)
	if n := old(); n != 0 {
		t.Errorf("%d reads are stale after 6 s", n)
	}
	p.EditBody("three")
	s.Unkind(testgithub.Unkind{})
	if n := old(); n != 0 {
		t.Errorf("%d reads are stale although the server is kind", n)
	}
}

func TestAWriteCountsAlthoughNobodyWaitedForItsAnswer(t *testing.T) {
	s, c := start(t)
	p := s.Repo("acme/shop").AddPull(testgithub.NewPull{})
	s.Fail(testgithub.Fault{Route: "POST comments", Kind: testgithub.Slow, Delay: 60_000})
	ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	rq, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL()+"/repos/acme/shop/issues/1/comments", strings.NewReader(`{"body":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	rq.Header.Set("Authorization", "Bearer "+c.token)
	rq.Header.Set("Content-Type", "application/json")
	if rs, err := http.DefaultClient.Do(rq); err == nil {
		_ = rs.Body.Close()
		t.Errorf("answered %d", rs.StatusCode)
	}
	if got := p.Comments(); len(got) != 1 {
		t.Errorf("comments %+v", got)
	}
}

func TestLatency(t *testing.T) {
	s, c := start(t)
	s.Unkind(testgithub.Unkind{Median: 10, P99: 10})
	started := time.Now()
	c.call("GET", "/meta", nil, 200, nil)
	if took := time.Since(started); took < 10*time.Millisecond {
		t.Errorf("took %s", took)
	}
}
