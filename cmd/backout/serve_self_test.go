package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/backout-dev/backout/internal/gate"
	"github.com/backout-dev/backout/internal/gh"
)

func TestLookAtApp(t *testing.T) {
	whole := map[string]string{
		"checks": "write", "contents": "read", "issues": "read", "members": "read", "merge_queues": "read", "metadata": "read", "pull_requests": "write",
	}
	with := func(key, value string) map[string]string {
		m := map[string]string{key: value}
		for k, v := range whole {
			if k != key {
				m[k] = v
			}
		}
		return m
	}
	public, err := url.Parse("https://backout.example.com/app/")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		self   gh.Self
		err    error
		public *url.URL
		want   string // a part of the log; empty: no warning
	}{
		{name: "all is well", self: gh.Self{Permissions: whole, Events: neededEvents, Webhook: "https://backout.example.com/app/webhook", Form: "json"}, public: public},
		{name: "more than is needed", self: gh.Self{Permissions: with("contents", "write"), Events: append([]string{"label"}, neededEvents...)}},
		{name: "another App's key", err: &gate.Refused{What: "read the App", Why: "HTTP 401"}, want: `level=ERROR msg="GitHub does not take this for an App" err="the token may not read the App: HTTP 401" fix="see that app-id`},
		{name: "GitHub out of reach", err: &gate.Unavailable{What: "the App", Why: "no connection"}, want: `level=WARN msg="GitHub could not be asked about the App"`},
		{name: "a permission is missing", self: gh.Self{Permissions: with("members", ""), Events: neededEvents}, want: `missing="members: read" fix=`},
		{name: "a permission is less", self: gh.Self{Permissions: with("checks", "read"), Events: neededEvents}, want: `missing="checks: write" fix=`},
		{name: "an event is missing", self: gh.Self{Permissions: whole, Events: neededEvents[1:]}, want: `msg="the App is not subscribed to events that it needs" missing=check_run fix=`},
		{name: "forms", self: gh.Self{Permissions: whole, Events: neededEvents, Form: "form"}, want: "application/json"},
		{name: "another address", self: gh.Self{Permissions: whole, Events: neededEvents, Webhook: "https://o:p@old.example.com/webhook"}, public: public, want: "webhook=https://o:xxxxx@old.example.com/webhook here=https://backout.example.com/app/webhook fix="},
		{name: "another address, and nobody said which", self: gh.Self{Permissions: whole, Events: neededEvents, Webhook: "https://old.example.com/webhook"}},
	} {
		var out bytes.Buffer
		log := slog.New(slog.NewTextHandler(&out, nil))
		lookAtApp(context.Background(), func(context.Context) (gh.Self, error) { return tt.self, tt.err }, tt.public, log)
		warned := strings.Contains(out.String(), "level=WARN") || strings.Contains(out.String(), "level=ERROR")
		if warned != (tt.want != "") || !strings.Contains(out.String(), tt.want) {
			t.Errorf("%s:\n%swant %s", tt.name, out.String(), tt.want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out bytes.Buffer
	lookAtApp(ctx, func(context.Context) (gh.Self, error) {
		return gh.Self{}, fmt.Errorf("stopped: %w", errors.ErrUnsupported)
	}, nil, slog.New(slog.NewTextHandler(&out, nil)))
	if out.Len() > 0 {
		t.Errorf("a server that stops says: %s", out.String())
	}
}
