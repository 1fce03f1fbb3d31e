package main

import (
	"fmt"
	"sync"
	"time"
)

func colors() []string { return []string{"auto", "always", "never"} }

// wantsColor decides about colour. A workflow's log is no terminal and shows
// colour all the same.
func wantsColor(when string, h host) bool {
	switch {
	case when == "always":
		return true
	case when == "never", h.getenv("NO_COLOR") != "":
		return false
	}
	if force := h.getenv("FORCE_COLOR"); force != "" {
		return force != "0" && force != "false"
	}
	return h.getenv("GITHUB_ACTIONS") == "true" || h.stdoutTerminal && h.getenv("TERM") != "dumb"
}

// patience is how long a person waits before wondering.
const patience = 500 * time.Millisecond

// progress says on a terminal what takes so long, once, after a moment. The
// function that it gives ends that.
func progress(h host, what string) (done func()) {
	if !h.stderrTerminal {
		return func() {}
	}
	var mu sync.Mutex
	ended := false
	t := time.AfterFunc(patience, func() {
		mu.Lock()
		defer mu.Unlock()
		if !ended {
			fmt.Fprintln(h.stderr, what)
		}
	})
	return func() {
		t.Stop()
		mu.Lock()
		defer mu.Unlock()
		ended = true
	}
}
