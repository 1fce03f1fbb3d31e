package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// healthWithin is how long the server may take to say whether it is ready, a
// write to the database included.
const healthWithin = 5 * time.Second

// checkHealth asks the server that listens at an address of this machine whether
// it is ready: for whoever starts it where there is no other program to ask with,
// as in its image.
func checkHealth(ctx context.Context, listen string, h host) error {
	name, port, err := net.SplitHostPort(listen)
	if err != nil {
		return usage("listen is no address: %v", err)
	}
	if ip := net.ParseIP(name); name == "" || ip != nil && ip.IsUnspecified() {
		name = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, healthWithin)
	defer cancel()
	address := net.JoinHostPort(name, port)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return usage("listen is no address: %v", err)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		return serverFailed{fmt.Errorf("no server answers at %s", address)}
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10)) // the status says it all
	if resp.StatusCode != http.StatusOK {
		return serverFailed{fmt.Errorf("the server at %s is not ready: %s", address, strings.TrimSpace(string(said)))}
	}
	fmt.Fprintln(h.stdout, "ready")
	return nil
}
