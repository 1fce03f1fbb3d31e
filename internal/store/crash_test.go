package store_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backout-dev/backout/internal/queue"
	"github.com/backout-dev/backout/internal/store"
)

// putterVariable makes the test binary a process that stores deliveries in the
// database of that URL and prints the number of each pull request when it is
// stored.
const putterVariable = "BACKOUT_TEST_PUTTER"

func putter() int {
	s, err := store.Open(ctx, store.Options{URL: os.Getenv(putterVariable), Now: time.Now})
	if err != nil {
		fmt.Println(err)
		return 2
	}
	first := os.Getpid() * 1_000_000 // not those of the process before
	var out sync.Mutex
	for sender := range 20 {
		go func() {
			for n := first + sender; ; n += 20 {
				if err := s.Put(ctx, queue.Delivery{GUID: fmt.Sprint(n)}, []queue.Want{want(pull(int64(n%7)+1, 10, n))}); err != nil {
					panic(err)
				}
				out.Lock()
				fmt.Println(n)
				out.Unlock()
			}
		}()
	}
	select {} // until it is killed
}

func TestKilledWhileItStores(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "backout.db")
		killed(t, file)
		log, err := os.Stat(file + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		if log.Size() < 2<<20 {
			t.Errorf("the log has %d bytes: too few for it to have been kept longer than what is in it", log.Size())
		}
	})
	t.Run("PostgreSQL", func(t *testing.T) { killed(t, postgres(t).Database(t)) })
}

// killed kills a process that stores deliveries, five times, and looks for what
// it said was stored.
func killed(t *testing.T, url string) {
	said := map[int]bool{}
	for range 5 {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), putterVariable+"="+url)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n, before := 0, len(said); lines.Scan(); {
			if _, err := fmt.Sscan(lines.Text(), &n); err != nil {
				t.Fatalf("the process says %q", lines.Text())
			}
			said[n] = true
			if len(said) == before+500 {
				if err := c.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = c.Wait()
	}
	if len(said) < 2500 {
		t.Fatalf("%d were stored, want 2500 and more", len(said))
	}

	s := openStore(t, store.Options{URL: url, Now: time.Now})
	found := map[int]bool{}
	for {
		leases := claim(t, s, 500)
		if len(leases) == 0 {
			break
		}
		for _, l := range leases {
			found[l.Number] = true
		}
	}
	var lost []string
	for n := range said {
		if !found[n] {
			lost = append(lost, fmt.Sprint(n))
		}
	}
	if len(lost) > 0 {
		t.Errorf("%d of %d that were said to be stored are lost: %s", len(lost), len(said), strings.Join(lost[:min(10, len(lost))], " "))
	}
}

// TestWhatACrashLeftInHand is handed out again at once: nobody else can have
// the file.
func TestWhatACrashLeftInHand(t *testing.T) {
	file := filepath.Join(t.TempDir(), "backout.db")
	before := openFile(t, file, time.Now)
	if err := before.Ask(ctx, []queue.Want{want(pull(1, 10, 1))}); err != nil {
		t.Fatal(err)
	}
	first, err := before.Claim(ctx, 1, time.Hour)
	if err != nil || len(first) != 1 {
		t.Fatalf("%v, %v", first, err)
	}
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	after := openFile(t, file, time.Now)
	second, err := after.Claim(ctx, 1, time.Hour)
	if err != nil || len(second) != 1 || second[0].Token == first[0].Token || second[0].Attempts != 1 {
		t.Errorf("handed out after a restart: %+v, %v", second, err)
	}
	if held, err := after.Done(ctx, second[0]); err != nil || !held {
		t.Errorf("held %t, %v", held, err)
	}
}

// TestWhatWasInHandAtEachCrash comes back at once after the first one, and then
// later and later, so that what makes the program crash leaves time for the rest.
func TestWhatWasInHandAtEachCrash(t *testing.T) {
	for _, test := range []struct {
		kind    string
		open    func(*testing.T) (reopen func() *store.Store, c *clock)
		waiting time.Duration // until anybody may have it after the first crash
	}{
		{"SQLite", func(t *testing.T) (func() *store.Store, *clock) {
			file, c := filepath.Join(t.TempDir(), "backout.db"), newClock()
			return func() *store.Store { return openFile(t, file, c.now) }, c
		}, 0},
		{"PostgreSQL", func(t *testing.T) (func() *store.Store, *clock) {
			url, c := clockDatabase(t, postgres(t))
			return func() *store.Store { return openURL(t, url) }, c
		}, 30 * time.Second},
	} {
		t.Run(test.kind, func(t *testing.T) {
			reopen, c := test.open(t)
			crash := func(s *store.Store) *store.Store {
				t.Helper()
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				return reopen()
			}
			s := reopen()
			put(t, s, want(pull(1, 10, 1)))
			l := claimOne(t, s)
			for _, wait := range []time.Duration{0, time.Second, 2 * time.Second, 4 * time.Second} {
				s = crash(s)
				put(t, s, want(l.Subject)) // an event does not bring it forward
				if wait += test.waiting; wait > 0 {
					c.advance(wait - time.Millisecond)
					claimNone(t, s)
					c.advance(time.Millisecond)
				}
				l = claimOne(t, s)
			}
			if held, err := s.Renew(ctx, l, 30*time.Second); err != nil || !held {
				t.Fatalf("held %t, %v", held, err)
			}
			s = crash(s)
			c.advance(test.waiting + 7*time.Second)
			claimNone(t, s)
			c.advance(time.Second)
			done(t, s, claimOne(t, s))

			// It came off: the next crash is the first.
			put(t, s, want(l.Subject))
			claimOne(t, s)
			s = crash(s)
			c.advance(test.waiting)
			claimOne(t, s)
		})
	}
}
