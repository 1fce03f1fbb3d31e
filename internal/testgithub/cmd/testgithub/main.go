// Command testgithub serves a test GitHub on loopback until it is stopped. Its
// first line is its address; POST ADDRESS/_control/... steers it.
//
//	testgithub --addr 127.0.0.1:0
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/backout-dev/backout/internal/testgithub"
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // it is to be in the way of what it tests as little as it can
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "testgithub:", err)
		os.Exit(1)
	}
}

func run() error {
	var opt testgithub.Options
	flag.StringVar(&opt.Addr, "addr", "127.0.0.1:0", "where to listen, on loopback")
	flag.BoolVar(&opt.Kind, "kind", false, "serve no stale reads by chance")
	flag.BoolVar(&opt.NoContracts, "no-contracts", false, "do not hold exchanges to GitHub's descriptions")
	flag.Uint64Var(&opt.Seed, "seed", 0, "of what happens by chance")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := testgithub.New(opt)
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Println(s.URL())
	<-ctx.Done()
	return nil
}
