package server

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// maxConnections is how many connections may be open. Each holds some 20 KB.
const maxConnections = 2_048

// connections closes the connection that has waited longest for a request when
// there are too many: headers that trickle in cost whoever sends them more than
// us. Connections with a request are left alone; the budget of bodies has those.
type connections struct {
	limit int

	mu      sync.Mutex
	all     map[net.Conn]*list.Element // nil: it has a request
	waiting list.List                  // of net.Conn, the one that has waited longest first
}

// see is a http.Server's ConnState.
func (c *connections) see(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = map[net.Conn]*list.Element{}
	}
	if at := c.all[conn]; at != nil {
		c.waiting.Remove(at)
	}
	switch state {
	case http.StateNew, http.StateIdle:
		c.all[conn] = c.waiting.PushBack(conn)
	case http.StateActive:
		c.all[conn] = nil
	case http.StateClosed, http.StateHijacked:
		delete(c.all, conn)
	}
	if at := c.waiting.Front(); len(c.all) > c.limit && at != nil {
		longest := c.waiting.Remove(at).(net.Conn)
		delete(c.all, longest)
		_ = longest.Close() // its goroutine ends, and with it the connection
	}
}
