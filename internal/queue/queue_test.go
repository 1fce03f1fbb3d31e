package queue

import (
	"testing"
	"time"
)

func TestKey(t *testing.T) {
	seen := map[string]Subject{}
	for _, test := range []struct {
		subject Subject
		want    string
	}{
		{Subject{Kind: Pull, Installation: 1, Repository: 1296269, Number: 1347}, "pull/1296269/1347"},
		{Subject{Kind: Comment, Installation: 1, Repository: 1296269, Number: 1347}, "comment/1296269/1347"},
		{Subject{Kind: Look, Installation: 1, Repository: 1296269, Number: 1347}, "look/1296269/1347"},
		{Subject{Kind: Look, Installation: 1, Repository: 1296269}, "look/1296269/0"},
		{Subject{Kind: Look, Installation: 1}, "look/installation/1"},
		{Subject{Kind: Grant, Installation: 1, Repository: 1296269}, "grant/1296269"},
		{Subject{Kind: Group, Installation: 1, Repository: 1296269, SHA: "6dcb09b"}, "group/1296269/6dcb09b"},
		{Subject{Kind: Repository, Installation: 1, Repository: 1296269}, "repository/1296269"},
		{Subject{Kind: Installation, Installation: 1}, "installation/1"},
	} {
		key := test.subject.Key()
		if key != test.want {
			t.Errorf("key of %+v is %q, want %q", test.subject, key, test.want)
		}
		if other, taken := seen[key]; taken {
			t.Errorf("%+v and %+v have one key", test.subject, other)
		}
		seen[key] = test.subject
		moved := test.subject
		if moved.Repository != 0 {
			moved.Installation = 2
		}
		if moved.Key() != key {
			t.Errorf("a transfer makes %q of %q", moved.Key(), key)
		}
	}
}

func TestBackoff(t *testing.T) {
	for attempts, want := range map[int]time.Duration{
		-1: time.Second, 0: time.Second, 1: 2 * time.Second, 2: 4 * time.Second, 9: 512 * time.Second, 10: MaxDelay, 1 << 30: MaxDelay,
	} {
		if got := Backoff(attempts); got != want {
			t.Errorf("after %d attempts: %s, want %s", attempts, got, want)
		}
	}
}
