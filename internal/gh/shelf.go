package gh

import (
	"container/list"
	"sync"
)

// shelf keeps values by their keys up to so many bytes in all. Those that were
// used last stay. What is on it is never changed.
type shelf[K comparable, V any] struct {
	max int // in bytes

	mu    sync.Mutex
	bytes int
	order list.List // of shelved, used last first
	at    map[K]*list.Element
}

type shelved[K comparable, V any] struct {
	key   K
	value V
	bytes int
}

func newShelf[K comparable, V any](bytes int) *shelf[K, V] {
	return &shelf[K, V]{max: bytes, at: map[K]*list.Element{}}
}

// get returns what is kept, or the zero value.
func (s *shelf[K, V]) get(key K) (v V) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.at[key]
	if e == nil {
		return v
	}
	s.order.MoveToFront(e)
	return e.Value.(shelved[K, V]).value
}

func (s *shelf[K, V]) put(key K, v V, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.at[key]; e != nil {
		s.drop(e)
	}
	if bytes > s.max {
		return // it would displace all others first
	}
	s.at[key] = s.order.PushFront(shelved[K, V]{key, v, bytes})
	for s.bytes += bytes; s.bytes > s.max; {
		s.drop(s.order.Back())
	}
}

func (s *shelf[K, V]) drop(e *list.Element) {
	v := s.order.Remove(e).(shelved[K, V])
	delete(s.at, v.key)
	s.bytes -= v.bytes
}
