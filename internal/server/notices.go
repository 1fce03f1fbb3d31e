package server

import (
	"log/slog"
	"sync"
	"time"
)

// noticeEvery is how often one message is logged: whoever sends forged deliveries
// does not fill the disk, and an outage is not told once per delivery.
const noticeEvery = 10 * time.Second

// notices logs each message at most once in a while, with how often it came up.
type notices struct {
	log *slog.Logger
	now func() time.Time

	mu   sync.Mutex
	seen map[string]*notice // by message: there is a handful
}

type notice struct {
	last  time.Time
	times int
}

func (n *notices) warn(message string, attrs ...any) {
	if times := n.due(message); times > 0 {
		n.log.Warn(message, append(attrs, "times", times)...)
	}
}

func (n *notices) error(message string, attrs ...any) {
	if times := n.due(message); times > 0 {
		n.log.Error(message, append(attrs, "times", times)...)
	}
}

// due counts a message and returns how often it came up since it was logged, or
// 0 while it is too early to log it again.
func (n *notices) due(message string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen == nil {
		n.seen = map[string]*notice{}
	}
	s := n.seen[message]
	if s == nil {
		s = &notice{}
		n.seen[message] = s
	}
	s.times++
	now := n.now()
	if !s.last.IsZero() && now.Sub(s.last) < noticeEvery {
		return 0
	}
	times := s.times
	s.last, s.times = now, 0
	return times
}
