package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// How much memory grows, in percent, before what is no longer needed is looked
// for.
const (
	// collectAt is for a command. Nearly every one is over before that, and looking
	// takes longer than judging.
	collectAt = 400
	// collectIdle and collectBusy are for a server, whose memory is mostly what it no
	// longer needs: less of it for a few percent of its time while there is little
	// to do, and a quarter less of its time for more of it in a burst.
	collectIdle, collectBusy = 50, 200
)

// busyAbove is how much memory a server asks for in a second while it is busy, in
// bytes: that of some 250 verdicts.
const busyAbove = 64 << 20

// collect sets how much the memory of a server grows by how much it asks for,
// until the context is done.
func collect(ctx context.Context) {
	const each = 200 * time.Millisecond
	tick := time.NewTicker(each)
	defer tick.Stop()
	asked := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	at, before := 0, uint64(0)
	for {
		metrics.Read(asked)
		now, want := asked[0].Value.Uint64(), collectIdle
		if at != 0 && now-before > busyAbove*uint64(each)/uint64(time.Second) {
			want = collectBusy
		}
		if before = now; want != at {
			debug.SetGCPercent(want)
			at = want
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
